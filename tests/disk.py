"""A real small disk, in memory, which can be filled and closed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

BYTES, PAGE = 48 << 20, 4096


class Disk:
    """`folder` is all of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, free: int = 0) -> None:
        """Leave so many bytes, in whole pages; what is there already can be filled up to its page."""
        self.empty()
        rest = shutil.disk_usage(self.folder).free - free
        with (self.folder / ".filling").open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, rest // PAGE * PAGE)

    def empty(self) -> None:
        (self.folder / ".filling").unlink(missing_ok=True)

    def close(self, closed: bool = True) -> None:
        """Nothing can be written any more, not even by root; or again."""
        subprocess.run(["mount", "-o", f"remount,{'ro' if closed else 'rw'}", self.folder], check=True)

    def files(self) -> list[str]:
        """What is on it, but for what fills it."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.name != ".filling")


@contextmanager
def mounted(folder: Path) -> Iterator[Disk]:
    asked = ["mount", "-t", "tmpfs", "-o", f"size={BYTES}", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(asked, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here: that takes root, and no container without the right to")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
