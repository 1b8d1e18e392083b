"""Every method on two data sets for 15, 60 and 240 seconds with three seeds: `python -m scripts.sweep`, or `make sweep`.

Writes docs/sweep.json, a record a run, and docs/results.md, the tables. Runs that are recorded with the same knobs are not
made again, so it may be interrupted at any time; `--report` only writes the tables. After a change of code that is not a
change of knobs, delete the records that it touches.

Seconds are those of two idle CPU cores: first the steps that each method makes in a second are measured, alone on the
machine, less the tenth that a run spends on looking at its network; then each run is given that many steps, so that other
work on the machine makes it later and not worse. Runs go two at a time with one thread each: more out of two cores.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import product
from pathlib import Path
from statistics import mean, stdev
from threading import Lock
from typing import Any

from playground.runs.shipped import SHIPPED, names
from scripts import bars
from trainers import record
from trainers.checkpoint import write
from trainers.method import make_config, methods
from trainers.train import SNAPSHOT_SHARE

DOCS = Path(__file__).parents[1] / "docs"
RECORDS, REPORT = DOCS / "sweep.json", DOCS / "results.md"
DATASETS = {"fashion-mnist": "Fashion-MNIST", "emoji": "Emoji"}
SECONDS, SEEDS = (15, 60, 240), (0, 1, 2)
BARS, LINEAR = ("raw pixels", "PCA-32"), "linear"
CALIBRATION = 8.0  # seconds that a method's rate is measured for

Records = dict[str, Any]


def main() -> None:
    """Measure what is missing, then write the tables."""
    parser = argparse.ArgumentParser(prog="python -m scripts.sweep")
    parser.add_argument("--methods", nargs="*", default=list(methods()))
    parser.add_argument("--seconds", nargs="*", type=int, default=SECONDS)
    parser.add_argument("--seeds", nargs="*", type=int, default=SEEDS)
    parser.add_argument("--report", action="store_true", help="only write the tables from what is recorded")
    args = parser.parse_args()
    records: Records = json.loads(RECORDS.read_text()) if RECORDS.exists() else {"rates": {}, "baselines": {}, "runs": {}}
    if not args.report:
        measure(records, args.methods, args.seconds, args.seeds)
    REPORT.write_text(report(records), encoding="utf-8")


def measure(records: Records, names: list[str], seconds: list[int], seeds: list[int]) -> None:
    """Rates first, one after the other; then the runs, two at a time, the short ones first."""
    for dataset in DATASETS:
        if set(records["baselines"].get(dataset, {})) != {*BARS, LINEAR}:
            records["baselines"][dataset] = baselines(dataset)
            save(records)
    for name, dataset in product(names, DATASETS):
        if f"{name} {dataset} {knobs(name)}" not in records["rates"]:
            found = train(name, dataset, ["--seconds", str(CALIBRATION)], 0, threads=2)
            rate = found["images_per_second"] / make_config(name, {}).batch_size
            records["rates"][f"{name} {dataset} {knobs(name)}"] = rate * (1 - SNAPSHOT_SHARE)
            save(records)
    lock = Lock()

    def cell(budget: int, seed: int, name: str, dataset: str) -> None:
        key = f"{name} {dataset} {budget} {seed}"
        if records["runs"].get(key, {}).get("knobs") == knobs(name):
            return
        steps = round(records["rates"][f"{name} {dataset} {knobs(name)}"] * budget)
        found = train(name, dataset, ["--steps", str(steps)], seed, threads=1)
        with lock:
            records["runs"][key] = {"knobs": knobs(name)} | found
            save(records)
        print(f"{time.strftime('%H:%M')} {key}: kNN {found['knn']:.1%} after {steps} steps", flush=True)

    with ThreadPoolExecutor(2) as two:
        for job in [two.submit(cell, *one) for one in product(seconds, seeds, names, DATASETS)]:
            job.result()


def train(name: str, dataset: str, budget: list[str], seed: int, threads: int) -> dict[str, Any]:
    """One run in a process of its own, by the command line that anybody has; its summary."""
    command = [sys.executable, "-m", "trainers", name, "--dataset", dataset, "--seed", str(seed), "--device", "cpu", *budget]
    environment = os.environ | {"OMP_NUM_THREADS": str(threads), "OMP_WAIT_POLICY": "passive"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def knobs(name: str) -> str:
    """A method's defaults in a line: a run with other ones is another run."""
    return json.dumps(dataclasses.asdict(make_config(name, {})), sort_keys=True)


def baselines(dataset: str) -> dict[str, dict[str, float | None]]:
    """What raw pixels and their first 32 principal components are good for, by the same measures; and the errors of the best
    linear repairs. Stronger ones are in scripts/bars.py.
    """
    import torch

    from trainers.data import load
    from trainers.evaluate import judge, linear_bar, standardise
    from trainers.train import RunConfig, build
    from trainers.views import plain

    data = load(dataset)
    train, test = plain(data.train.images).flatten(1), plain(data.test.images).flatten(1)
    basis = torch.linalg.svd(train - train.mean(0), full_matrices=False).Vh[:32].T
    pca = [(part - train.mean(0)) @ basis for part in (test, train)]
    repairs = {
        name: linear_bar(
            build(RunConfig(name, dataset, steps=1), data, torch.device("cpu")), data.train.images, data.test.images
        )
        for name in ("denoising", "masked")
    }
    return {
        "raw pixels": judge(data, *standardise(data.test.images, data.train.images)),
        "PCA-32": judge(data, *pca),
        LINEAR: {name: found["mse_linear"] for name, found in repairs.items()},
    }


def save(records: Records) -> None:
    """Write the records, whole or not at all."""
    write(RECORDS, lambda path: path.write_text(json.dumps(records, indent=1, sort_keys=True), encoding="utf-8"))


def report(records: Records) -> str:
    """The tables, in Markdown."""
    seeds = sorted({int(key.split()[3]) for key in records["runs"]})
    parts = [HEAD.format(seeds=len(seeds))]
    old = {key.split()[0] for key, run in records["runs"].items() if changed(run["knobs"], knobs(key.split()[0]))}
    if old:
        titles = ", ".join(cls.card.title for name, cls in methods().items() if name in old)
        parts += [f"Measured before the default knobs changed, and not again since then: {titles}.\n"]
    for dataset, title in DATASETS.items():
        parts += [f"## {title}\n", *tables(records, dataset), *shortfalls(records, dataset)]
        parts += ["### What each was trained for\n", "\n".join(tasks(records, dataset)), ""]
    parts += ["## What has to be beaten, and what can be reached\n", BEAT, *bars.table(), ""]
    parts += ["## Moved garments, the runs that ship\n", MOVED, *shipped(), ""]
    rates = {" ".join(key.split(maxsplit=2)[:2]): value for key, value in records["rates"].items()}
    steps = [f"| {cls.card.title} | " + " | ".join(f"{rates.get(f'{name} {d}', 0):.1f}" for d in DATASETS) + " |"
             for name, cls in methods().items()]  # fmt: skip
    parts += [
        "## Steps a second, alone on two cores\n",
        f"| | {' | '.join(DATASETS.values())} |",
        "|---|" + "---:|" * len(DATASETS),
    ]
    return "\n".join([*parts, *steps, "", why(records)])


HEAD = """# What the methods reach

Mean ± standard deviation over {seeds} seeds, on held-out images. Made by `make sweep`, which says how; every number
is in [sweep.json](sweep.json). kNN: 20 nearest of all training images by cosine. Probe: a linear classifier on the same
features; those of the methods were measured before one that cuts scores at three deviations, which is what pixels have here.
“Same emoji”: the nearest training image of Twitter's drawing is the same emoji by another vendor. Best linear repair: in
closed form, from mean and covariance of the training images.
"""
WHY = """## Where a method falls short, and why

- Raw pixels are hard to beat on these sets: clothes are centred and of one size, and vendors draw an emoji in the same
  colours at the same place. Views change exactly that, and ask a network to look past it. Most of what a
  cosine shows is how even the features are: pixels gain by whitening as much as features do, but where the style of training
  and test differs, as in Emoji.
- On Moved garments SimCLR's half minute passes pixels and the dictionary by cosine (67.7 beside 55.1 and 65.4), but not
  the dictionary whitened (72.2); the same network with labels has 73.0 after 600 steps. Whoever wants features in a minute
  takes patches. What the dictionary does not show is what a loss keeps and forgets.
- BYOL and SimSiam have no negatives that push images apart. Their embeddings use fewer dimensions: RankMe on Fashion-MNIST
  after {seconds} s is {rankme}. BYOL's step also costs a second network.
- A masked autoencoder's features are weak in kNN by nature; its paper fine-tunes. Its transformer takes {steps} steps in
  {seconds} s, where the paper trains for 800 to 1,600 epochs of ImageNet.
- The denoising autoencoder presses an image through 128 numbers, a linear map does not. On Emoji, 3,072 numbers with sharp
  edges, that costs more than it gains: the best linear repair is better after any of these times. On Fashion-MNIST the network
  passes it within a minute; the masked autoencoder passes its own within four minutes there, and not on Emoji.
"""
MOVED = """One seed, by `make examples`. SimCLR and SwAV with their own knobs for half a minute of two idle cores and three
quarters of one; BYOL and SimSiam, which have no negatives, for minutes, with a predictor at eight times the learning rate.
Read: how well a linear reader finds how each held-out image was made, in the features → in the embedding, where the loss
acts. Class and mirror are shares that are right, of which guessing has a tenth and a half; the others are R².
"""
BEAT = """Made by `python -m scripts.bars`, medians of three seeds where chance has a part. Whitened: principal components
divided by a power of their deviation, power and number chosen on training images. The dictionary has patches of training
images, drawn and not learned. Supervised: SimCLR's encoder and views with all labels and cross-entropy: what labels make of the
same network.
"""
MEASURES = {"knn": "kNN", "probe": "Probe", "retrieval_1": "Same emoji first", "retrieval_5": "… in five"}


def tables(records: Records, dataset: str) -> Iterator[str]:
    """One table for kNN and probe, one for retrieval where there is something to retrieve."""
    present = [m for m in MEASURES if records["baselines"][dataset]["raw pixels"].get(m) is not None]
    for i in range(0, len(present), 2):
        yield "\n".join([*features(records, dataset, present[i : i + 2]), ""])


def features(records: Records, dataset: str, present: list[str]) -> Iterator[str]:
    """Rows: methods and what they must beat. Columns: measures of features, at each budget."""
    columns = [(m, s) for m in present for s in budgets(records)]
    head = " | ".join(f"{MEASURES[m]}, {s} s" for m, s in columns)
    yield f"| | {head} | untrained: {', '.join(MEASURES[m] for m in present)} |"
    yield "|---|" + "---:|" * (len(columns) + 1)
    for name, cls in methods().items():
        cells = [percent([r[m] for r in runs(records, name, dataset, s)]) for m, s in columns]
        untrained = [percent([r[f"{m}_untrained"] for r in runs(records, name, dataset, SECONDS[0])]) for m in present]
        yield f"| {cls.card.title} | {' | '.join(cells)} | {', '.join(untrained)} |"
    for name in BARS:
        found = records["baselines"][dataset][name]
        yield f"| *{name}* | {' | '.join(percent([found.get(m)]) for m, _ in columns)} | |"


def changed(then: str, now: str) -> bool:
    """Whether a knob that there was has another default; one that came later does by default what was done before."""
    today = json.loads(now)
    return any(today.get(name) != value for name, value in json.loads(then).items())


def shipped() -> Iterator[str]:
    """A row for each run that ships of moved garments under its method's name, and one for what they must beat."""
    found = {name: record.summary(SHIPPED / name) for name in names() if name in methods()}
    found = {name: run for name, run in found.items() if run.get("factors")}
    factors = list(next(iter(found.values()))["factors"]["features"]) if found else []
    yield f"| | steps | kNN | kNN, whitened | Probe | {' | '.join(f'read: {name}' for name in factors)} |"
    yield "|---|" + "---:|" * (4 + len(factors))
    for name in (name for name in methods() if name in found):
        run, read = found[name], found[name]["factors"].values()
        cells = [percent([run.get(m)]) for m in ("knn", "knn_white", "probe")]
        cells += [" → ".join(f"{part[key]:.2f}" for part in read) for key in factors]
        yield f"| {methods()[name].card.title} | {run['steps']} | {' | '.join(cells)} |"
    for title, side in (("untrained", "_untrained"), ("raw pixels", "_pixels")):
        run = next(iter(found.values()), {})
        looks = [e for name in list(found)[:1] for e in record.read_events(SHIPPED / name)[0] if e.get("factors")]
        read = {} if not looks else looks[0]["factors"]["pixels"] if side == "_pixels" else looks[1]["factors"]["features"]
        numbers = [percent([run.get(m + side)]) for m in ("knn", "knn_white", "probe")]
        yield f"| *{title}* | | {' | '.join(numbers)} | {' | '.join(f'{read[key]:.2f}' for key in factors)} |"


def shortfalls(records: Records, dataset: str, seconds: int = 60) -> Iterator[str]:
    """Which methods' kNN is below that of raw pixels, or of themselves untrained."""
    pixels = records["baselines"][dataset]["raw pixels"]["knn"]
    found = {cls.card.title: runs(records, name, dataset, seconds) for name, cls in methods().items()}
    means = {title: mean(r["knn"] for r in several) for title, several in found.items() if several}
    below = [title for title, value in means.items() if value < pixels]
    lost = [title for title, value in means.items() if value < mean(r["knn_untrained"] for r in found[title])]
    names, own = (", ".join(few) or "none" for few in (below, lost))
    if means:
        yield f"After {seconds} s, kNN below raw pixels: {names}; below the untrained encoder: {own}.\n"


def why(records: Records) -> str:
    """The reasons, with the numbers that they rest on."""
    seconds = budgets(records)[-1]

    def found(name: str, key: str) -> float:
        return mean(r[key] for r in runs(records, name, "fashion-mnist", seconds))

    rankme = ", ".join(f"{methods()[name].card.title} {found(name, 'rankme'):.0f}" for name in ("byol", "simsiam", "simclr"))
    return WHY.format(seconds=seconds, rankme=rankme, steps=f"{found('masked', 'steps'):,.0f}")


def budgets(records: Records) -> list[int]:
    """The budgets, in seconds, that something is recorded for."""
    return [s for s in SECONDS if any(key.split()[2] == str(s) for key in records["runs"])]


def tasks(records: Records, dataset: str) -> Iterator[str]:
    """Errors of repairs beside their baselines, and captions found."""
    yield f"| | {' | '.join(f'{s} s' for s in budgets(records))} | to beat |"
    yield "|---|" + "---:|" * len(budgets(records)) + "---|"
    for name, cls in methods().items():
        last = next((r for s in reversed(budgets(records)) for r in runs(records, name, dataset, s)), {})
        for key, title in (("mse", "MSE"), ("psnr", "PSNR, dB"), ("match_1", "right caption first"), ("match_5", "… in five"),
                           ("match_zh_1", "right Chinese caption first"), ("match_zh_5", "… in five")):  # fmt: skip
            if last.get(key) is None:
                continue
            form = percent if key.startswith("match") else partial(number, digits=2 if key == "psnr" else 4)
            beside = {k[4:].replace("_", " "): v for k, v in last.items() if k.startswith("mse_") and key == "mse"}
            if name in records["baselines"][dataset][LINEAR] and key == "mse":
                beside |= {"best linear repair": records["baselines"][dataset][LINEAR][name]}
            if key == "match_1":
                beside = {"chance": 1 / last["match_of"]}
            better = ", ".join(f"{name} {value:.4f}" for name, value in beside.items())
            cells = [form([r[key] for r in runs(records, name, dataset, s)]) for s in budgets(records)]
            yield f"| {cls.card.title}, {title} | {' | '.join(cells)} | {better} |"


def runs(records: Records, name: str, dataset: str, seconds: int) -> list[dict[str, Any]]:
    """The recorded runs of a cell."""
    start = f"{name} {dataset} {seconds} "
    return [found for key, found in sorted(records["runs"].items()) if key.startswith(start)]


def percent(values: list[float | None]) -> str:
    """0.8445, 0.8395 -> 84.2 ±0.4."""
    return number([None if value is None else 100 * value for value in values], 1)


def number(values: list[float | None], digits: int = 4) -> str:
    """Mean ± standard deviation; a dash where nothing was measured."""
    there = [value for value in values if value is not None]
    if not there:
        return "–"
    return f"{mean(there):.{digits}f}" + (f" ±{stdev(there):.{digits}f}" if len(there) > 1 else "")


if __name__ == "__main__":
    main()
