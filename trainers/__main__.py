"""python -m trainers simclr --dataset fashion-mnist --seconds 30 --seed 0 --set temperature=0.2 --out runs/x.

Progress goes to stderr; the last line on stdout is one JSON object. `python -m trainers list` lists what there is.
`torchrun --nproc-per-node 2 -m trainers simclr …` is one run over two processes (trainers/together.py).
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from trainers import record, together
from trainers.checkpoint import CHECKPOINT, MODEL
from trainers.data import BUILT_IN, DEFAULT
from trainers.errors import UserError, of_disk
from trainers.evaluate import judging
from trainers.events import Failed, Finished, Snapshot, Started, Step
from trainers.method import knobs_of, make_config, methods
from trainers.train import RunConfig


def main(argv: list[str] | None = None) -> int:
    """0 when the run ended well, 1 with a sentence on stderr when it did not."""
    parser = argparse.ArgumentParser(
        prog="python -m trainers", description="Train one self-supervised method for a short while"
    )
    parser.add_argument("method", help="one of the methods, or `list` for the methods, their knobs and the data sets")
    parser.add_argument("--dataset", default=DEFAULT, help="a built-in name, or folder:PATH for a directory or zip of your own")
    budget = parser.add_mutually_exclusive_group()
    budget.add_argument("--seconds", type=float, help="train for so long (default: 30)")
    budget.add_argument("--steps", type=int, help="train for so many steps: repeatable to the bit on a CPU")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--size", type=int, help="pixels a side, where not the data set's own")
    parser.add_argument("--device", help="cuda, mps or cpu; default: the first that is there")
    parser.add_argument(
        "--compile", action="store_true", help="have torch.compile make the encoder's kernels: minutes first, for runs of hours"
    )
    parser.add_argument("--set", action="append", default=[], metavar="KNOB=VALUE", help="set one of the method's knobs")
    parser.add_argument("--out", type=Path, help="the run's folder; one that holds a run is gone on with, to the new budget")
    args = parser.parse_args(argv)
    if args.method == "list":
        return show()
    with together.joined():
        try:
            return learn(args)
        except (UserError, OSError, RuntimeError) as error:
            told = of_disk(error) or together.lost(error) or error
            if not isinstance(told, UserError):
                raise
            together.tell(str(told))
            return 1


def show() -> int:
    """Print the methods with their knobs, and the data sets."""
    print("Methods")
    for name, cls in methods().items():
        knobs = ", ".join(f"{f.name}={f.default}" for f in knobs_of(cls.Config))
        print(f"  {name:<14}{cls.card.title}, {cls.card.arxiv}\n  {'':<14}{knobs}")
    print("Data sets")
    for name in BUILT_IN:
        print(f"  {name}")
    print("  folder:PATH   a directory or a zip of your own images")
    return 0


def learn(args: argparse.Namespace) -> int:
    """Train, and print the line of JSON."""
    knobs: dict[str, str] = {}
    for pair in args.set:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UserError("--set takes knob=value, and got {text}.", text=pair)
        knobs[name] = value
    seconds = 30.0 if args.seconds is None and args.steps is None else args.seconds
    config = RunConfig(
        args.method, args.dataset, seconds, args.steps, args.seed, args.size, args.device, knobs, None, args.compile
    )
    with contextlib.ExitStack() as stack:
        # others have a copy of the first process's folder, in which nothing is written
        out = args.out if args.out and together.first() else Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if (out / "run.json").exists():
            check_same(record.read_config(out), config, out)
            if (out / MODEL).exists() and not (out / CHECKPOINT).exists():
                raise UserError("{folder} holds a finished run with nothing to go on from: choose another --out.", folder=out)
            if record.is_training(out):
                raise UserError("The run {name} is being trained already.", name=out.name)
        record.create(out, config)
        (out / "stop").unlink(missing_ok=True)
        together.copy(out, (CHECKPOINT, "events.jsonl"))
        failed = False
        for event in progress(record.run(out), config):
            if isinstance(event, Failed):
                failed = True
                together.tell(event.sentence.format(**event.values))
        if together.first():
            print(json.dumps(record.summary(out)))
    return int(failed)


def check_same(old: RunConfig, new: RunConfig, out: Path) -> None:
    """A run goes on only as what it is: UserError where anything but the budget differs."""
    for f in dataclasses.fields(RunConfig):
        if f.name in ("seconds", "steps", "ceiling", "device", "compiled"):
            continue
        # 0.2 of the page and "0.2" of the command line are one setting, and so is a default that was written out
        pair = [make_config(c.method, c.knobs) if f.name == "knobs" else getattr(c, f.name) for c in (old, new)]
        if pair[0] != pair[1]:
            raise UserError(
                "{folder} holds a run with another {field}: choose another --out, or repeat its settings.",
                folder=out,
                field=f.name,
            )


def progress(events: Iterator[object], config: RunConfig) -> Iterator[object]:
    """Pass events on, drawing a bar on stderr."""
    total = config.seconds if config.seconds is not None else config.steps
    unit = "s" if config.seconds is not None else "steps"
    form = "{desc} {percentage:3.0f}%|{bar}| {n:.0f}/{total:.0f} " + unit + " {postfix}"
    notes: dict[str, str] = {}
    with tqdm(total=total, desc=config.method, file=sys.stderr, bar_format=form, disable=not together.first()) as bar:
        for event in events:
            if isinstance(event, Started | Step | Finished):
                at = event.seconds if config.seconds is not None else event.step
                bar.update(max(0, min(at, total or 0) - bar.n))
            if isinstance(event, Started):
                long = judging(event.train_images + event.test_images, config.size or 28)
                if long and not bar.disable:
                    bar.write(str(long), file=sys.stderr)
            if isinstance(event, Step):
                notes |= {"loss": f"{event.loss:.4g}", "images/s": f"{event.images_per_second:.0f}"}
            if isinstance(event, Snapshot) and event.metrics["knn"] is not None:
                notes["kNN"] = f"{event.metrics['knn']:.1%}"
            bar.set_postfix(notes)
            yield event


if __name__ == "__main__":
    sys.exit(main())
