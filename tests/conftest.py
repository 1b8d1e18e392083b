"""Tests side by side, with `pytest -n auto --dist loadgroup`: who goes with whom, and who goes before whom."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
TOGETHER = Path(__file__).parent / "playground"
LESS = 5  # how much lower than the browser's the priority of a training test is: it waits for nothing, and a page does


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Browser tests go one after another, tests of a file that share what is slow to make too, and all others on their own."""
    if not config.pluginmanager.hasplugin("xdist"):
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.xdist_group("browser"))
        elif item.path.is_relative_to(TOGETHER):
            item.add_marker(pytest.mark.xdist_group(item.path.relative_to(TOGETHER).as_posix()))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """As many threads as there are cores in all; where a page and a training test want the same core, the page has it."""
    if WORKERS == 1 or item.get_closest_marker("browser"):
        return
    threads = max(1, (os.cpu_count() or 1) // WORKERS)
    torch.set_num_threads(threads)
    os.environ["OMP_NUM_THREADS"] = str(threads)  # of the processes that a test starts
    if not item.path.is_relative_to(TOGETHER):
        os.nice(LESS - os.nice(0))
