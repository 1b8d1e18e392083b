"""Train: a run, live."""
