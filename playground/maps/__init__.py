"""Maps of the images of runs."""
