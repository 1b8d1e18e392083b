"""The app in a process of its own, on a free port and in a folder of its own, for benchmarks and tests of reliability."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).parents[2]


class Served:
    """`python app.py`; `seconds` is the time from there to the first 200 on /. Leaving ends what it started.

    environment: variables for it, on top of ours. The log is RUNS.log, to which an app that is started again adds.
    """

    def __init__(self, runs: Path, **environment: str) -> None:
        self.runs, self.log = runs, runs.with_suffix(".log")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/"
        settings = environment | {"PLAYGROUND_RUNS": str(runs), "GRADIO_SERVER_PORT": str(port), "OMP_WAIT_POLICY": "passive"}
        self._before = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("a") as log:
            began = time.perf_counter()
            self.process = subprocess.Popen(
                [sys.executable, "app.py"], cwd=ROOT, env=os.environ | settings, stdout=log, stderr=subprocess.STDOUT
            )
        while not self._answers():
            if self.process.poll() is not None:
                raise RuntimeError(self.said())
            time.sleep(0.02)
        self.seconds = time.perf_counter() - began

    def ready(self) -> None:
        """Wait until the worker is warm."""
        while "ready, process" not in self.said():
            time.sleep(0.1)

    def said(self) -> str:
        """What this app, and what it started, has logged so far."""
        return self.log.read_bytes()[self._before :].decode(errors="replace")

    def processes(self) -> list[int]:
        """The app, its workers, and the processes beside the page."""
        parents = {int(path.parent.name): _parent(path) for path in Path("/proc").glob("[0-9]*/stat")}
        found = [self.process.pid]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found

    def busy(self) -> float:
        """Seconds of processor time that the web process has taken so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.url, timeout=30) as answer:
                return answer.status == 200
        except (urllib.error.URLError, ConnectionError):
            return False

    def __enter__(self) -> Served:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")  # only those of its main thread
        theirs = [int(pid) for pid in children.read_text().split()] if children.exists() else []
        for path in self.runs.glob("*/run.json"):
            (path.parent / "stop").touch()  # a worker leaves only when its run has ended
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(30)
        end = time.monotonic() + 30  # nothing of this app works on beside what is measured next
        while time.monotonic() < end and any(_alive(pid) for pid in theirs + _of(self.runs)):
            time.sleep(0.05)


def _of(runs: Path) -> list[int]:
    """Processes whose command line names the folder: the app's workers."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(runs) in path.read_text():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def _parent(stat: Path) -> int:
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except OSError:  # it has just ended
        return 0


def _alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists() and "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
