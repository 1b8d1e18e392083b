"""Learn: a card a method."""
