"""One step in slow motion: from a question for the next batch to its answer, for the runs that ship, on two CPU cores.

"first" is the first question of all, for which the process aside begins and the data are made; "opened" the first of a run.
Then medians and the worst of the next batches, each of which nobody has asked for before, in milliseconds; "cpu" is the time
of a processor that the app and the processes beside it took for one, which a busy machine leaves as it is.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from statistics import median

import httpx

from tests.benchmarks.served import Served
from trainers.method import methods


def busy(pids: list[int]) -> float:
    """Milliseconds of processor time that these processes have taken so far."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return 1000 * sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")


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
            pids = served.processes()
            before = busy(pids)
            took = [ask(run, number) for number in range(1, 11 if quick else 41)]
            found[f"{run}_ms"], found[f"{run}_worst_ms"] = median(took), max(took)
            found[f"{run}_cpu_ms"] = (busy(pids) - before) / len(took)
    for key, value in found.items():
        print(f"{key:<40}{value:>10,.1f}")
    return found
