"""The folder of runs, which may be on a network and several apps': what the app needs of it, and who else is there.

ROOT/.apps/MACHINE-PROCESS  a file an app, locked as long as that lives, and touched once a minute
ROOT/.queueing …            locked by who changes what all apps count together; see Turn
"""

from __future__ import annotations

import errno
import logging
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from trainers.errors import UserError
from trainers.record import is_held

if sys.platform != "win32":
    import fcntl

log = logging.getLogger(__name__)
MACHINE = re.sub(r"[^A-Za-z0-9.]", "_", socket.gethostname())[:60] or "machine"
PATIENCE = 30.0  # seconds that a click waits for others' clicks, and another process for the folder
AGAIN = 5.0  # seconds till what cannot be locked is tried again
MINUTE, GONE, DAY = 60.0, 300.0, 86_400.0  # seconds: till an app looks again; without a sign of another; till that is forgotten
FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
BUSY = "The folder of runs does not answer: try again in a minute."
UNFIT = (
    "Runs cannot be kept in {folder}, as {missing}: set {variable} to another folder. What a folder must do is in"
    " docs/hosting.md."
)
UNSEEN = (
    "The app of machine %s works in the same folder, and its locks are not seen here: the same run may be trained twice, and"
    " shown as interrupted while it trains. End one of the two, and see “Several apps, one folder” in docs/hosting.md"
)
ASIDE = """
import os, sys
os.chdir(sys.argv[1])
print("new" in os.listdir("."), open("log").read() == "first\\nsecond\\n", end=" ")
try:
    import fcntl
    fcntl.flock(open("lock", "r+"), fcntl.LOCK_EX | fcntl.LOCK_NB)
    print(False)
except (ImportError, BlockingIOError, PermissionError):
    print(True)
"""


def slot(number: int | str) -> str:
    """What a worker is called among those of all machines: apps of one machine take turns at its slots."""
    return f"{MACHINE}-{number}"


def held(path: Path, closing: threading.Event) -> FileLock | None:
    """A file's lock, once nobody else has it; None where closing is set before. A folder that is read-only may not stay so."""
    lock = FileLock(path)
    while not closing.is_set():
        try:
            lock.acquire(timeout=0.5)
        except Timeout:
            continue
        except OSError as error:
            log.error("%s cannot be locked: %s", path.name, error)
            closing.wait(AGAIN)
        else:
            return lock
    return None


def occupied(path: Path) -> int:
    """The bytes of the disk that a file takes, or a folder with all that is in it: a small file takes a whole block."""
    total = 0
    for one in (path, *path.rglob("*")):
        with suppress(OSError):  # gone just now
            found = one.stat()
            total += getattr(found, "st_blocks", -(-found.st_size // 512)) * 512
    return total


class Turn:
    """One at a time, of the threads of this app and of all apps on a folder."""

    def __init__(self, path: Path) -> None:
        self._threads, self._apps = threading.Lock(), FileLock(path, timeout=PATIENCE)

    def __enter__(self) -> None:
        """UserError where somebody's turn does not end."""
        if not self._threads.acquire(timeout=PATIENCE):
            raise UserError(BUSY)
        try:
            self._apps.acquire()
        except BaseException as error:
            self._threads.release()
            if isinstance(error, Timeout):
                raise UserError(BUSY) from error
            raise

    def __exit__(self, *_: object) -> None:
        self._apps.release()
        self._threads.release()


def check(root: Path, variable: str) -> None:
    """Try in a folder what a run needs of it: OSError where nothing can be written, UserError naming what else is missing.

    A full disk is not tried: what is there can be looked at.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=".check-", dir=root, ignore_cleanup_errors=True) as made:
            missing = _missing(Path(made))
    except OSError as error:
        if error.errno not in FULL:
            raise
        log.warning("%s is not tried: %s", root, error)
        return
    if missing:
        raise UserError(UNFIT, folder=root, missing=missing, variable=variable)


def _missing(desk: Path) -> str:
    (desk / "old").write_text("old")  # what fails here has no sentence of its own: the disk is full or read-only
    for missing, works in (
        ("a file there cannot be written to its end", _appends),
        ("a file there cannot take another's place", _replaces),
        ("a folder there cannot be renamed", _renames),
        ("two may delete one file there", _deletes_once),
    ):
        if not _true(works, desk):
            return missing
    found = _aside(desk)
    for missing, works in zip(
        ("one process does not see another's new files", "one process does not read what another has written",
         "one process does not see another's locks"), found, strict=True,
    ):  # fmt: skip
        if not works:
            return missing
    return ""


def _true(works: Callable[[Path], bool], desk: Path) -> bool:
    try:
        return works(desk)
    except OSError as error:
        if error.errno in FULL:
            raise
        log.error("%s", error)
        return False


def _appends(desk: Path) -> bool:
    for line in ("first\n", "second\n"):
        with (desk / "log").open("a") as file:
            file.write(line)
    return (desk / "log").read_text() == "first\nsecond\n"


def _replaces(desk: Path) -> bool:
    (desk / "fresh").write_text("new")
    os.replace(desk / "fresh", desk / "old")
    return (desk / "old").read_text() == "new" and not (desk / "fresh").exists()


def _renames(desk: Path) -> bool:
    (desk / "a").mkdir()
    (desk / "a" / "file").touch()
    (desk / "a").rename(desk / "b")
    return (desk / "b" / "file").exists()


def _deletes_once(desk: Path) -> bool:
    (desk / "b" / "file").unlink()
    try:
        (desk / "b" / "file").unlink()
    except FileNotFoundError:
        return True
    return False


def _aside(desk: Path) -> tuple[bool, bool, bool]:
    """What another process finds: a new file, all that was written, a lock that we hold."""
    (desk / "new").touch()
    with (desk / "lock").open("w") as file:
        try:
            if sys.platform != "win32":
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            log.error("%s", error)
            return True, True, False
        said = subprocess.run(  # without what is installed: it starts in some milliseconds
            [sys.executable, "-I", "-S", "-c", ASIDE, str(desk)], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    found = said.stdout.split()
    if len(found) < 3:
        log.error("%s", said.stderr)
    listed, read, held = (found + ["False"] * 3)[:3]
    return listed == "True", read == "True", held == "True"


class Apps:
    """The apps in one folder of runs: whether the locks of those on other machines are seen here.

    Nobody's clock counts: who lives touches a file once a minute, and the folder says when.
    """

    def __init__(self, root: Path) -> None:
        self.folder = root / ".apps"
        self.own = self.folder / f"{MACHINE}-{os.getpid()}"
        self._lock = FileLock(self.own, timeout=0)
        self._touched: dict[str, float] = {}  # of each whose lock nobody holds
        self.unseen: set[str] = set()  # machines that work here without a lock that is seen

    def look(self) -> None:
        """Say that this app lives, and look at the others. Once a minute."""
        self.folder.mkdir(exist_ok=True)
        with suppress(Timeout):  # it is held from the first look on
            self._lock.acquire()
        self.own.touch()
        now, before = self.own.stat().st_mtime, self.unseen
        self.unseen = set()
        for path in self.folder.iterdir():
            if path == self.own:
                continue
            with suppress(OSError):  # gone just now
                self._look_at(path, now)
        for machine in self.unseen - before:
            log.error(UNSEEN, machine)

    def _look_at(self, path: Path, now: float) -> None:
        machine, touched = path.name.rpartition("-")[0], path.stat().st_mtime
        if is_held(path):
            self._touched.pop(path.name, None)
        elif self._touched.setdefault(path.name, touched) != touched and now - touched < GONE:
            self.unseen.add(machine)
        elif now - touched > DAY:
            path.unlink()

    def close(self) -> None:
        """This app goes."""
        with suppress(OSError):
            self.own.unlink(missing_ok=True)
        self._lock.release(force=True)
