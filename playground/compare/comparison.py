"""All that the tab shows of some runs, in the reader's language."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from playground.compare.answers import Comparison, Example, Run
from playground.compare.curves import figure, offers
from playground.compare.differences import labels
from playground.compare.factors import factors
from playground.compare.remarks import notes, seen
from playground.compare.rows import MOST, Row, rows
from playground.compare.table import table
from playground.maps.making import FIRST, LIVE, Maps
from playground.runs.described import describe
from playground.runs.store import Runs
from playground.texts import text

EXAMPLES = {
    "stop_gradient": ("simsiam", "simsiam-collapsed"),
    "contrastive": ("simclr", "swav", "byol", "simsiam"),
    "autoencoders": ("autoencoder", "denoising", "masked"),
}
NEWEST = 3  # runs that are shown where nobody has said which


def examples(runs: Runs, language: str) -> list[Example]:
    """The comparisons that the shipped runs offer, as far as these are there."""
    found: list[Example] = []
    for name, members in EXAMPLES.items():
        there = [run for run in members if (runs.root / run / "run.json").exists()]
        if len(there) > 1:
            found.append({"key": name, "name": text(language, f"compare.example_{name}"), "runs": there})
    return found


def first(maps: Maps, language: str) -> list[str]:
    """What to show where nobody has said: the first example, else the newest runs on the same images."""
    for example in examples(maps.runs, language):
        return example["runs"]
    newest = maps.beside()
    return [run for run in newest if maps.image_set(run) == maps.image_set(newest[0])][:NEWEST]


def compare(
    maps: Maps, asked: Sequence[str], curves: Sequence[str], over: str, language: str, after: str = ""
) -> Comparison | None:
    """All that the tab shows of some runs, or None where it is still what was called `after`.

    curves: keys of those to draw, over "seconds" or "steps".
    """
    wanted = list(dict.fromkeys(run for run in asked if run))
    found = rows(maps, wanted)
    looked_at = wanted.index(found[-1].run) + 1 if len(found) == MOST else len(wanted)
    gone = looked_at - len(found)
    found = found or rows(maps, first(maps, language))  # where nobody has said which, or none of those is there
    stands = [
        f"{row.run}.{maps.runs.view(row.run).generation}.{len(row.events)}.{row.state.kind}.{row.state.place}" for row in found
    ]
    version = "~".join([language, over, *curves, *stands])
    if version == after:
        return None
    names = labels([row.config for row in found], language)
    offered = offers(found, language)
    return {
        "version": version,
        "runs": [about(maps, row, name, language) for row, name in zip(found, names, strict=True)],
        "gone": gone,
        "examples": examples(maps.runs, language),
        "most": MOST,
        **table(found, language),
        "seen": seen(found, names, language),
        "notes": notes(found, language),
        "offered": [{"key": key, "name": name} for key, name in offered.items()],
        "curves": {key: figure(found, names, key, offered[key], over, language) for key in curves if key in offered},
        "keys": {"pca": LIVE, "umap": FIRST},
        "factors": factors(found, names, language),
    }  # fmt: skip


def about(maps: Maps, row: Row, name: str, language: str) -> Run:
    """What the tab must know of a run beside its row of the table."""
    snapshots = row.of("Snapshot")
    return {
        **row.stand(language), "label": name, "title": describe(row.config, language), "collapsed": row.collapsed(language),
        "set": hashlib.sha256(row.image_set.encode()).hexdigest()[:12],  # a path is nobody's business
        "rebuilds": row.rebuilds, "last": snapshots[-1]["step"] if snapshots else None, "sweep": row.sweep.get("id"),
    }  # fmt: skip
