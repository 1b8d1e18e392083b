"""Lessons: a page's panel that leads through the tabs, asks for a prediction, and judges it by the numbers of runs."""
