"""One short run that ended well, for the tests that only look."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from playground.runs.store import Runs, claim, write_images
from trainers import data, record
from trainers.train import RunConfig


@dataclass(frozen=True)
class Finished:
    runs: Runs
    run: str
    data: data.Dataset


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """SimCLR on digits for a second."""
    runs = Runs(tmp_path_factory.mktemp("finished"))
    run = runs.create(RunConfig("simclr", "digits", seconds=1.0), "me")
    assert claim(runs.root) == run
    digits = data.load("digits")
    write_images(runs.root / run, digits)
    for _ in record.run(runs.root / run, load=lambda config: digits):
        pass
    return Finished(runs, run, digits)
