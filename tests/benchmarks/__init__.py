"""Benchmarks: programs, not tests. `python -m tests.benchmarks NAME [--quick]`; the last line is JSON with `ratio`."""
