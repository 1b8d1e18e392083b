"""Runs: their folder, what is queued, who trains, and what they are called."""
