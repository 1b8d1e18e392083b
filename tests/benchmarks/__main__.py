"""Run a benchmark by name; its last line on stdout is one JSON object."""

from __future__ import annotations

import argparse
import importlib
import json
import sys

NAMES = (
    "throughput", "quality", "labels", "steps", "start", "viewers", "maps", "reconstruct", "scale", "points", "walk", "gpu",
    "choices", "together", "ray",
)  # fmt: skip


def main() -> int:
    """0 after the benchmark's line, 1 where what it checked was not fine, 2 where there is no such benchmark."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--quick", action="store_true", help="under a minute, and noisier")
    args = parser.parse_args()
    found = importlib.import_module(f"tests.benchmarks.{args.name}").measure(args.quick)
    print(json.dumps({"benchmark": args.name, **found}))
    return int(found.get("all_fine") is False)


if __name__ == "__main__":
    sys.exit(main())
