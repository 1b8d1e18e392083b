"""What all tabs stand on: the head of the page, and how its routes answer."""
