"""Learning: eight self-supervised methods, their data, one loop that yields typed events. Knows of no web page."""
