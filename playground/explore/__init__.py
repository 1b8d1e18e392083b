"""Explore: the maps of runs with a time axis."""
