"""The finished runs that come with the app: in assets/runs, made by scripts/ship_runs.py, and put among a person's own."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path

log = logging.getLogger(__name__)
SHIPPED = Path(__file__).resolve().parents[1] / "assets" / "runs"
MARK = ".shipped"  # in the folder of a run that came with the app; it holds that run's run.json


def names() -> list[str]:
    """Their ids, which are the same everywhere: a method's name, or that and what was changed."""
    return sorted(path.parent.name for path in SHIPPED.glob("*/run.json"))


def adopt(root: Path) -> list[str]:
    """Copy those that are not in ROOT yet, or are there from an earlier version; returns those that are there.

    A run of a person's own is never touched.
    """
    root.mkdir(parents=True, exist_ok=True)
    for name in names():
        source, target = SHIPPED / name, root / name
        about = (source / "run.json").read_bytes()
        if target.exists() and (not (target / MARK).exists() or (target / MARK).read_bytes() == about):
            continue
        fresh = root / f".{name}.{os.getpid()}"
        shutil.copytree(source, fresh, copy_function=shutil.copyfile)
        (fresh / MARK).write_bytes(about)
        shutil.rmtree(target, ignore_errors=True)
        try:
            fresh.rename(target)
        except OSError:  # another app in the same folder was faster
            log.info("%s is there already", name)
            shutil.rmtree(fresh, ignore_errors=True)
    return [name for name in names() if is_example(root / name)]


def is_example(folder: Path) -> bool:
    """Whether a run came with the app."""
    return (folder / MARK).exists()
