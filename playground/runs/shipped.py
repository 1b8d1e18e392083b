"""The finished runs that come with the app: in assets/runs, made by scripts/ship_runs.py, and put among a person's own."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from pathlib import Path

from filelock import FileLock, Timeout

from trainers import record

log = logging.getLogger(__name__)
SHIPPED = Path(__file__).resolve().parents[2] / "assets" / "runs"
MARK = ".shipped"  # in the folder of a run that came with the app; it holds that run's run.json
DESK = ".examples"  # where a copy is made, below the folder of runs: nobody takes it for a run


def names() -> list[str]:
    """Their ids, which are the same everywhere: a method's name, or that and what was changed."""
    return sorted(path.parent.name for path in SHIPPED.glob("*/run.json"))


def is_example(folder: Path) -> bool:
    """Whether a run came with the app. One that was made in the same folder since then is somebody's own."""
    if not os.path.exists(f"{folder}/{MARK}"):  # as of most, which are looked at often
        return False
    try:
        return (folder / MARK).read_bytes() == (folder / "run.json").read_bytes()
    except (OSError, ValueError):  # not there; or no name that a folder can have
        return False


def adopt(root: Path) -> dict[str, str]:
    """Copy those that are not in ROOT yet, or are there from an earlier version; returns name -> data set of those there are.

    A run of a person's own is never touched. Where ROOT cannot be written to, the app starts without them.
    """
    try:
        (root / DESK).mkdir(parents=True, exist_ok=True)
        with FileLock(root / DESK / ".lock", timeout=60):  # another app may start in the same folder
            for name in names():
                _copy(SHIPPED / name, root / name, root / DESK)
    except (OSError, Timeout):
        log.exception("the runs that come with the app cannot be put into %s", root)
    return {name: record.read_config(root / name).dataset for name in names() if is_example(root / name)}


def _copy(source: Path, target: Path, desk: Path) -> None:
    about = (source / "run.json").read_bytes()
    if target.exists() and (not is_example(target) or (target / MARK).read_bytes() == about):
        return
    fresh = Path(tempfile.mkdtemp(prefix=f"{target.name}-", dir=desk))
    try:
        for path in source.rglob("*"):  # shutil.copytree would copy folders' modes too, and these may be read-only
            if path.is_file():
                (fresh / path.relative_to(source)).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, fresh / path.relative_to(source))
        (fresh / MARK).write_bytes(about)
        fresh.chmod(0o755)
    except OSError:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    if target.exists():
        old = Path(tempfile.mkdtemp(prefix="old-", dir=desk))
        os.replace(target, old / target.name)
        shutil.rmtree(old, ignore_errors=True)
    os.replace(fresh, target)
