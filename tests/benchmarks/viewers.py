"""Viewers: a run that trains, watched by many pages at once, against the same run watched by one.

Each viewer asks /playground/runs/ID/live twice a second, naming the moment that it has, as a page does; all of them live
in a second process. `ratio` is the training's images a second with many viewers over those with one: 1 means that
watching costs the run nothing. Latencies are medians and 95th percentiles of the answers, in milliseconds;
"app" is the part of one core that the web process took. The viewers' own process costs the run something, too.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

import httpx

from playground.runs.store import Limits, Runs
from tests.benchmarks.served import ROOT, Served
from trainers import record
from trainers.train import RunConfig

EVERY = 0.5  # seconds between two questions of a viewer


async def watch(address: str, viewers: int, seconds: float) -> dict[str, list[float]]:
    """Milliseconds of each answer, and bytes of those that had news."""
    found: dict[str, list[float]] = {"ms": [], "bytes": []}

    async def viewer(client: httpx.AsyncClient, number: int) -> None:
        at = begun + EVERY * number / viewers  # people do not blink together
        after = ""
        while at < begun + seconds:
            await asyncio.sleep(at - time.perf_counter())
            asked = time.perf_counter()
            answer = await client.get(address, params={"lang": "en" if number % 2 else "zh", "after": after})
            found["ms"].append(1000 * (time.perf_counter() - asked))
            if answer.status_code == 200:
                after = answer.json()["version"]
                found["bytes"].append(len(answer.content))
            at = max(at + EVERY, time.perf_counter())

    limits = httpx.Limits(max_connections=viewers, max_keepalive_connections=viewers)
    async with httpx.AsyncClient(limits=limits, timeout=30) as client:
        begun = time.perf_counter()
        await asyncio.gather(*(viewer(client, number) for number in range(viewers)))
    return found


def phase(runs: Runs, run: str, served: Served, viewers: int, seconds: float) -> dict[str, float]:
    """One stretch of the run: its images a second meanwhile, and the latencies of those who watched."""
    _, before = record.read_events(runs.root / run)
    busy, began = served.busy(), time.perf_counter()
    found: dict[str, list[float]] = {"ms": [], "bytes": []}
    if viewers:
        command = [sys.executable, "-m", "tests.benchmarks.viewers", f"{served.url}playground/runs/{run}/live"]
        done = subprocess.run([*command, str(viewers), str(seconds)], cwd=ROOT, check=True, capture_output=True, text=True)
        found = json.loads(done.stdout)
    else:
        time.sleep(seconds)
    share = (served.busy() - busy) / (time.perf_counter() - began)
    events, _ = record.read_events(runs.root / run, before)
    rates = [event["images_per_second"] for event in events if event["event"] == "Step"]
    ms = found["ms"] or [0.0, 0.0]
    return {
        "viewers": viewers, "images_per_second": median(rates), "answers": len(found["ms"]), "p50": median(ms),
        "p95": quantiles(ms, n=20, method="inclusive")[-1], "bytes": median(found["bytes"] or [0]), "app_share_of_core": share,
    }  # fmt: skip


def measure(quick: bool) -> dict[str, object]:
    """Phases in turn: nobody, one, many; medians over the rounds."""
    rounds, many, seconds = (1, 30, 4.0) if quick else (3, 60, 15.0)
    found: dict[int, list[dict[str, float]]] = {0: [], 1: [], many: []}
    with tempfile.TemporaryDirectory() as folder:
        runs = Runs(Path(folder) / "runs", Limits())
        run = runs.create(RunConfig("simclr", seconds=600), "benchmark")
        with Served(runs.root) as served:
            served.ready()
            while sum(event["event"] == "Step" for event in record.read_events(runs.root / run)[0]) < 10:
                time.sleep(0.2)
            for _ in range(rounds):
                for viewers, phases in found.items():
                    phases.append(phase(runs, run, served, viewers, seconds))
    middle = {n: {key: median(p[key] for p in phases) for key in phases[0]} for n, phases in found.items()}
    print(f"{'viewers':>8}{'images/s':>10}{'answers':>9}{'p50 ms':>8}{'p95 ms':>8}{'bytes':>8}{'app':>7}")
    for m in middle.values():
        print(f"{m['viewers']:>8.0f}{m['images_per_second']:>10.0f}{m['answers']:>9.0f}{m['p50']:>8.1f}{m['p95']:>8.1f}"
              f"{m['bytes']:>8.0f}{m['app_share_of_core']:>7.1%}")  # fmt: skip
    return {
        "ratio": middle[many]["images_per_second"] / middle[1]["images_per_second"], "viewers": many,
        "many": middle[many], "one": middle[1], "nobody": middle[0], "rounds": rounds,
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(asyncio.run(watch(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))))
