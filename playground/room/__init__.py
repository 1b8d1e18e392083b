"""Room: all runs of the people in a room, live."""
