"""Run a program by name; its last line on stdout is one JSON object, and it ends with 1 where something failed."""

from __future__ import annotations

import argparse
import importlib
import json
import signal
import sys

NAMES = ("corpus", "faults", "load", "room")
OWN = {"load": ("seconds", "sessions", "training", "browsers", "pace"), "room": ("seconds", "browsers")}


def main() -> int:
    """0 after the program's line, 1 where something failed, 2 where there is no such program."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability")
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--quick", action="store_true", help="under a minute, and less of everything")
    parser.add_argument("--seconds", type=float, default=None, help="of load and room: how long")
    parser.add_argument("--sessions", type=int, default=None, help="of load: how many")
    parser.add_argument("--training", type=int, default=None, help="of load: how many of them train; a third, if not given")
    parser.add_argument("--browsers", type=int, default=None, help="of load and room: how many real browsers")
    parser.add_argument("--pace", type=float, default=None, help="of load: how many times as long they rest between two things")
    args = parser.parse_args()
    given = {key: value for key in OWN["load"] if (value := getattr(args, key)) is not None}
    if wrong := given.keys() - OWN.get(args.name, ()):
        parser.error(f"{args.name} has no {', '.join(sorted(wrong))}")
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))  # which ends the app, too
    found = importlib.import_module(f"tests.reliability.{args.name}").measure(args.quick, **given)
    print(json.dumps({"program": args.name, **found}))
    return 1 if found["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
