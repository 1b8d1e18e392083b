"""What is reached without a run on the data sets that come with the app, as `python -m scripts.bars` measured it once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from trainers.train import RunConfig

FILE = Path(__file__).resolve().parents[2] / "assets" / "bars.json"
ROWS = {"dictionary": "dictionary of 100 patches", "labels": "supervised, 1,500 steps"}  # name on the page -> row of the file


@cache
def baselines(dataset: str) -> dict[str, Mapping[str, float]]:
    """Names of texts/ and their numbers, under the names that a run's have, with "knn_curve" for that of its curve.

    {} for images that are somebody's own: it is worked out for no run.
    """
    found = json.loads(FILE.read_text(encoding="utf-8")).get(dataset, {})
    return {name: found[row] for name, row in ROWS.items() if row in found}


def of(config: RunConfig) -> dict[str, Mapping[str, float]]:
    """Those of a run's images; {} also where they were made smaller or larger than they come."""
    return baselines(config.dataset) if config.size is None else {}


def dictionary(config: RunConfig, key: str) -> float | None:
    """One number of the dictionary of patches on a run's images."""
    return of(config).get("dictionary", {}).get(key)
