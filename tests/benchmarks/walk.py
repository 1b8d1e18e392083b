"""One step in slow motion: from a question for the next batch to its answer, for the runs that ship, on two CPU cores.

"first" is the first question of all, for which the process aside begins and the data are made; "opened" the first of a run.
Then medians and the worst of the next batches, each of which nobody has asked for before, in milliseconds.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median

import httpx

from tests.benchmarks.served import Served
from trainers.method import methods


def measure(quick: bool) -> dict[str, object]:
    """Milliseconds."""
    found: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as name, Served(Path(name) / "runs") as served, httpx.Client(timeout=120) as client:
        served.ready()

        def ask(run: str, number: int) -> float:
            asked = time.perf_counter()
            client.get(f"{served.url}playground/runs/{run}/walk/{number}", params={"lang": "en"}).raise_for_status()
            return 1000 * (time.perf_counter() - asked)

        for run in methods():
            found[f"{run}_opened_ms" if found else "first_ms"] = ask(run, 0)
            took = [ask(run, number) for number in range(1, 11 if quick else 41)]
            found[f"{run}_ms"], found[f"{run}_worst_ms"] = median(took), max(took)
    for key, value in found.items():
        print(f"{key:<40}{value:>10,.1f}")
    return found
