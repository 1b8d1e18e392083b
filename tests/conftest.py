"""Tests side by side, with `pytest -n auto`: which stay together, and which go before which."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import pytest
import torch

TESTS = Path(__file__).parent
WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
LESS = 5  # how much lower the priority is of a test that trains and waits for nothing


def group(nodeid: str) -> str:
    """Tests of one group go one after another: those of a file whose fixtures are slow to make."""
    return nodeid.split("::")[0] if nodeid.startswith(("tests/browser/", "tests/playground/")) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Whole groups, the largest first."""
    from xdist.scheduler import LoadScopeScheduling

    # marks of --dist loadgroup would say the same, but with pytest 9.2 they are ignored: pytest-xdist issue 1386
    class Groups(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group(nodeid)

    return Groups(config, log)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """No more threads than cores in all; and where a page and a test that trains want the same core, the page has it."""
    if WORKERS == 1 or item.path.is_relative_to(TESTS / "browser"):
        return
    threads = max(1, (os.cpu_count() or 1) // WORKERS)
    torch.set_num_threads(threads)
    os.environ["OMP_NUM_THREADS"] = str(threads)  # of the processes that a test starts
    if not item.path.is_relative_to(TESTS / "playground"):
        os.nice(max(0, LESS - os.nice(0)))


@pytest.fixture
def nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """No snapshot between the first and the last: they take a tenth of the time, and what is asked is how a run ends."""
    monkeypatch.setattr("trainers.train.SNAPSHOT_FIRST", math.inf)


@pytest.fixture
def nobody_judges(monkeypatch: pytest.MonkeyPatch) -> None:
    """What features are good for in the end is asked of each method on each data set, and takes longer than a short run."""
    judge_nothing(monkeypatch)


def judge_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainers.evaluate.judge", lambda data, queries, bank: {})
    monkeypatch.setattr("trainers.evaluate.judged_untrained", lambda data, method, test, train: {})
    monkeypatch.setattr("trainers.evaluate.judged_pixels", lambda data, device: {})
