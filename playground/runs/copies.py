"""A copy of a run with some knobs changed."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playground.runs.store import UPLOADS, Runs
from trainers import record
from trainers.data import BUILT_IN, FOLDER
from trainers.errors import UserError
from trainers.train import RunConfig


def as_long(runs: Runs, config: RunConfig) -> float:
    """The seconds that a copy of a run gets, about: its own budget's, as far as one click may ask for them."""
    return max(1.0, min(float(config.seconds or math.ceil(runs.takes(config))), runs.limits.longest))


def like(runs: Runs, run: str, changes: Mapping[str, Any], seconds: Any, owner: str) -> RunConfig:
    """The config of a copy with some knobs changed; UserError where a value is wrong or its images are not for this browser."""
    config = record.read_config(runs.folder(run))
    if config.dataset not in BUILT_IN:
        upload = Path(config.dataset.removeprefix(FOLDER))
        kept = upload.resolve().is_relative_to((runs.root / UPLOADS).resolve())
        if not kept or not runs.owns(run, owner):  # a shared link shows them, and gives nobody a claim to them
            raise UserError("Only the browser that uploaded these images may train on them: choose another run to copy.")
        if not upload.exists():
            raise UserError("The images of this run are not kept any more: upload them again.")
    try:
        if seconds is None and config.steps is not None:
            fits = min(1.0, runs.limits.longest / runs.takes(config))  # as many of them as one click may ask for
            steps = max(1, int(fits * config.steps))
            return dataclasses.replace(
                config, steps=steps, device=None, compiled=False, knobs=dict(config.knobs) | dict(changes)
            )
        given = as_long(runs, config) if seconds is None else float(seconds)
    except (TypeError, ValueError, OverflowError):
        raise UserError("The time budget must be more than 0 seconds and at most a day.") from None
    return dataclasses.replace(
        config, seconds=given, steps=None, ceiling=None, device=None, compiled=False, knobs=dict(config.knobs) | dict(changes)
    )
