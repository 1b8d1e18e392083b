"""Images a second of one run over two processes of one thread, beside one process of two threads; `ratio`: over the latter.

Sides take turns, on the digits, whose judging is short. A run's own figure is taken: looks and snapshots do not count.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from statistics import median

METHODS = ("simclr", "clip", "autoencoder", "masked")  # a small net, two large towers, a decoder, transformers
TORCHRUN = ("torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m")


def images(method: str, seconds: float, processes: int) -> float:
    run = ["trainers", method, "--dataset", "digits", "--device", "cpu", "--seconds", str(seconds)]
    command = [sys.executable, "-m", *(TORCHRUN if processes == 2 else ()), *run]
    threads = {"OMP_NUM_THREADS": str(2 // processes), "OMP_WAIT_POLICY": "passive"}
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | threads)
    assert done.returncode == 0, done.stderr[-2000:]
    return float(json.loads(done.stdout.splitlines()[-1])["images_per_second"])


def measure(quick: bool) -> dict[str, object]:
    """Medians over the rounds, images a second; an image is counted once, however many processes and views."""
    rounds, seconds, found = 1 if quick else 5, 4.0 if quick else 10.0, dict[str, object]()
    for name in METHODS:
        pairs = [[images(name, seconds, processes) for processes in (2, 1)] for _ in range(rounds)]
        two, one = (median(values) for values in zip(*pairs, strict=True))
        ratio = median(pair[0] / pair[1] for pair in pairs)
        found[name] = {"two processes": round(two, 1), "one process": round(one, 1), "ratio": round(ratio, 2)}
        print(f"{name:<12}two processes {two:>8.0f}   one process of two threads {one:>8.0f}   ratio {ratio:.2f}", flush=True)
    return {"rounds": rounds, "seconds": seconds, **found}
