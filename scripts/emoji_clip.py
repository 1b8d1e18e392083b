"""How well the small CLIP finds words for emoji: `python -m scripts.emoji_clip`.

Writes docs/match.json, a record a run, and docs/match.md, the tables. Runs that are recorded with the same knobs are not made
again, so it may be interrupted at any time; `--report` only writes the tables. The one that ships is scripts/ship_clip.py's.

A run is what the page's Train button makes, the longest with the harder views of LONGER. Seconds are those of two idle CPU
cores: first the steps that CLIP makes in one are measured, then each run is given that many steps, so that other work on the
machine makes it later and not worse.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import tempfile
import time
from pathlib import Path
from statistics import quantiles
from typing import Any

import torch
import torch.nn.functional as F

from trainers import record
from trainers.checkpoint import CHECKPOINT, load_model, write
from trainers.data import Dataset, load
from trainers.evaluate import encode, spread
from trainers.events import Failed, Snapshot, Step
from trainers.method import make_config
from trainers.train import SNAPSHOT_SHARE, RunConfig, train

ROOT = Path(__file__).parents[1]
RECORDS, REPORT = ROOT / "docs/match.json", ROOT / "docs/match.md"
SPLITS = {"emoji": "an unseen vendor", "emoji-held-out": "unseen emoji"}
RUNS = tuple((name, seconds) for seconds in (1800, 300, 60) for name in SPLITS)
HARDER: dict[str, Any] = {"crop": 0.5, "rotation": 0.35, "jitter": 0.7}  # views than the defaults
LONGER = {1800: HARDER}
SEED = 0
CALIBRATION = 20.0  # seconds in which the steps a second are measured
MEMBERS = 24  # names of its members that stand for a group, besides its own

Records = dict[str, Any]


def main() -> None:
    """Measure what is missing, then write the tables."""
    parser = argparse.ArgumentParser(prog="python -m scripts.emoji_clip")
    parser.add_argument("--seconds", type=int, nargs="*", help="only runs of these lengths")
    parser.add_argument("--report", action="store_true", help="only write the tables from what is recorded")
    args = parser.parse_args()
    records: Records = json.loads(RECORDS.read_text("utf-8")) if RECORDS.exists() else {}
    wanted = [] if args.report else [run for run in RUNS if run[1] in (args.seconds or [run[1]])]
    for dataset, seconds in wanted:
        key, rates = f"{dataset} {seconds}", records.setdefault("rates", {})
        if records.get(key, {}).get("knobs") == knobs(seconds):
            continue
        if knobs(seconds) not in rates:
            rates[knobs(seconds)] = rate(seconds)
            keep(records)  # a run that goes on has the steps that it began with
        records[key] = measure(dataset, seconds, round(rates[knobs(seconds)] * seconds))
        keep(records)
        write_report(records)
        print(f"{time.strftime('%H:%M')} {key}: {records[key]['match_1']:.1%} {records[key]['match_5']:.1%}", flush=True)
    write_report(records)


def keep(records: Records) -> None:
    """Write what is known so far."""
    write(RECORDS, lambda path: path.write_text(json.dumps(records, indent=1, sort_keys=True), encoding="utf-8"))


def rate(seconds: int) -> float:
    """Steps a second on this machine, idle: of the fifths of a second that others disturb least, less what looking costs."""
    config = RunConfig("clip", "emoji", seconds=CALIBRATION, device="cpu", knobs=LONGER.get(seconds, {}))
    seen = [event.images_per_second for event in train(config) if isinstance(event, Step)]
    return quantiles(seen, n=10)[-1] / make_config("clip", {}).batch_size * (1 - SNAPSHOT_SHARE)


def measure(dataset: str, seconds: int, steps: int) -> Records:
    """What one run reached. Its folder is kept where it does not end."""
    folder = Path(tempfile.gettempdir()) / f"emoji-clip-{dataset}-{seconds}"
    config = RunConfig("clip", dataset, steps=steps, seed=SEED, device="cpu", knobs=LONGER.get(seconds, {}))
    if not (folder / CHECKPOINT).exists() or record.read_config(folder) != config:
        shutil.rmtree(folder, ignore_errors=True)
        record.create(folder, config)
    for event in record.run(folder):
        if isinstance(event, Snapshot):
            print(f"{dataset} {seconds} s, step {event.step} of {steps}: {event.metrics['match_1']:.1%}", flush=True)
        if isinstance(event, Failed):
            raise RuntimeError(event.sentence.format(**event.values))
    found = record.summary(folder) | groups(load_model(folder), load(dataset))
    shutil.rmtree(folder)
    return found | {"knobs": knobs(seconds), "seconds": seconds}


@torch.inference_mode()
def groups(method: Any, data: Dataset) -> Records:
    """Share of test images whose group is the nearest one: by its name alone, and by names of its training emoji as well."""
    assert data.train.labels is not None and data.test.labels is not None
    images, names = method.embed(encode(method, data.test.images)), data.train.captions["en"]
    found: Records = {"group_majority": float(data.test.labels.bincount().max() / len(data.test))}
    for key, count in (("group_name", 0), ("group", MEMBERS)):
        prompts: list[torch.Tensor] = []
        for label, group in enumerate(data.classes):
            own = list(dict.fromkeys(names[i] for i in (data.train.labels == label).nonzero()[:, 0].tolist()))
            few = [own[i] for i in spread(len(own), count)]
            prompts.append(F.normalize(method.texts.read([group.lower(), *few]).mean(0), dim=0))
        said = (images @ torch.stack(prompts).T).argmax(1)
        found[key] = float((said == data.test.labels).float().mean())
    return found


def knobs(seconds: int) -> str:
    """The knobs of a run in a line: with other ones it is another run."""
    return json.dumps(dataclasses.asdict(make_config("clip", LONGER.get(seconds, {}))), sort_keys=True)


HEAD = """# Words for emoji: what the small CLIP reaches

Image → text among all English, or all Chinese, names of training and test emoji, on images that were not trained on: how
often the right name comes first, or among the first five, and its median place. Made by `python -m scripts.emoji_clip`; all
numbers are in [match.json](match.json). One run each, both languages at once; seconds are those of two idle CPU cores.
Runs of 1,800 s have harder views than the defaults: crop 0.5, rotation 0.35, jitter 0.7. The steps of a second were
measured on a machine that also did other work, so an idle one makes more of them. The model that ships (scripts/ship_clip.py)
learned beside Google's and Fluent's drawings of the data set from older and shaded ones of the same two vendors, from
EmojiOne's, Streamline's and black ones on white, and from all of them in other styles, and reads English sentences around
a name.
Twitter's and Firefox OS's drawings it has never seen.

"""
SHIPS = "more drawings, and styles: **the one that ships**"
UNSEEN = """## Vendors that the one that ships has never seen

Image → text among all names, of pictures as they are drawn, and of the same with 15% of white on each side (“small”).

| | pictures | English first | in five | Chinese first | in five |
|---|---:|---:|---:|---:|---:|
"""
WRITTEN = "## Models that are brought\n"
GROUPS = """## Groups of unseen emoji, zero-shot

Share of the images of unseen emoji that lie nearest to their own group. A group is the mean of its name and of
{members} names of its training emoji, or its name alone; the kNN of the same features sees the labels of all training images.

| | names of members | name alone | kNN |
|---|---:|---:|---:|
"""


TIES = """Names whose words were all never met look the same to the network, and so do names that differ in such words alone.
They share their places as if drawn by chance; to count them all as found would give 4.8%, 13.4% and place 120 at 60 s.

"""


def write_report(records: Records) -> None:
    """The tables, before what people have written behind them."""
    before = REPORT.read_text("utf-8") if REPORT.exists() else ""
    _, mark, written = before.partition(WRITTEN)
    REPORT.write_text(report(records) + (f"\n{mark}{written}" if mark else ""), encoding="utf-8")


def report(records: Records) -> str:
    """The tables, in Markdown."""
    parts = [HEAD]
    for dataset, title in SPLITS.items():
        found = runs(records, dataset)
        if not found:
            continue
        of, zh = found[0]["match_of"], found[0].get("match_zh_of", found[0]["match_of"])
        parts += [f"## `{dataset}`: {title}, among {of:.0f} English and {zh:.0f} Chinese names\n\n"]
        parts += ["| | English first | in five | median place | Chinese first | in five | median place | steps |\n"]
        parts += ["|---|" + "---:|" * 7 + "\n"]
        ships = records.get("shipped") if dataset == "emoji" else None
        for one in [*found, ships | {"title": SHIPS}] if ships else found:
            cells = [cell for start in ("match", "match_zh") for cell in
                     (percent(one[f"{start}_1"]), percent(one[f"{start}_5"]), f"{one[f'{start}_rank']:.0f}")]  # fmt: skip
            title = one.get("title") or f"{one['seconds']} s"
            parts += [f"| {title} | {' | '.join(cells)} | {one['steps']:,} |\n"]
        chance = [cell for n in (of, zh) for cell in (f"{1 / n:.2%}", f"{5 / n:.2%}", f"{(n + 1) / 2:.0f}")]
        parts += [f"| *chance* | {' | '.join(chance)} | |\n"]
        if found[0].get("retrieval_1_pixels") is not None:
            pixels = (percent(found[0][f"retrieval_{k}_pixels"]) for k in (1, 5))
            parts += [f"| *nearest training image by raw pixels* | {' | '.join(pixels)} | | | | | |\n"]
        if ships:
            parts += ["\n", UNSEEN]
            for vendor, one in ships["unseen"].items():
                cells = " | ".join(percent(one[key]) for key in ("match_1", "match_5", "match_zh_1", "match_zh_5"))
                parts += [f"| {vendor} | {one['count']:,.0f} | {cells} |\n"]
        parts += ["\n", TIES if dataset == "emoji-held-out" else ""]
    found = runs(records, "emoji-held-out")
    if found:
        parts += [GROUPS.format(members=MEMBERS)]
        for one in found:
            cells = " | ".join(percent(one[key]) for key in ("group", "group_name", "knn"))
            parts += [f"| {one['seconds']} s | {cells} |\n"]
        parts += [f"| *always the largest group* | {percent(found[0]['group_majority'])} | | |\n"]
        parts += [f"| *raw pixels* | | | {percent(found[0]['knn_pixels'])} |\n", "\n"]
    return "".join(parts).rstrip() + "\n"


def runs(records: Records, dataset: str) -> list[Records]:
    """What is recorded of a data set, short runs first."""
    found = [records[f"{dataset} {seconds}"] for name, seconds in RUNS if name == dataset and f"{dataset} {seconds}" in records]
    return sorted(found, key=lambda one: one["seconds"])


def percent(value: float) -> str:
    """0.8445 -> 84.4%."""
    return f"{value:.1%}"


if __name__ == "__main__":
    main()
