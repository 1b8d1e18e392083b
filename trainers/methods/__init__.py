"""One file a method. The folder is the registry: a new file with a Method in it is a new method everywhere."""
