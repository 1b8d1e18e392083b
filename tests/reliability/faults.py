"""Faults: what a bad day does to the app, what is lost by it, and how soon all is well again.

Each fault is done to a real app in a folder of its own. What was finished before is compared to the byte afterwards; a run that
was cut short has to say so, and to go on. `--quick` does those that need one start of the app alone.
"""

from __future__ import annotations

import hashlib
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from playground.priority import MAPS
from playground.runs.store import Runs, Waiting
from tests.benchmarks.served import ROOT, Served
from trainers import record
from trainers.train import RunConfig

SECRET = "a secret of the program's own"
PATIENCE = 300.0  # seconds until something that does not come is a failure
DAY = 86_400


@dataclass(frozen=True)
class Row:
    """What was done; what came of it, and the seconds until all was well; why that is wrong, "" where it is not."""

    fault: str
    said: str
    seconds: float
    wrong: str = ""


class Skipped(Exception):
    """This machine does not allow it."""


class House:
    """An app on a folder, and what a person does there."""

    def __init__(self, root: Path) -> None:
        self.runs = Runs(root)
        for name in ("masked", "clip"):
            shutil.copytree(ROOT / "assets" / "runs" / name, root / f"{name}-done")
        self.served = Served(root)
        self.served.ready()
        self.before = self.finished()

    def close(self) -> None:
        """End the app and what it started."""
        self.served.__exit__(None, None, None)

    def again(self) -> None:
        """Start the app again, on the same folder."""
        self.served = Served(self.runs.root)

    def get(self, path: str, **query: str) -> httpx.Response:
        """An answer of the app."""
        return httpx.get(f"{self.served.url}playground/{path}", params=query, timeout=PATIENCE)

    def post(self, path: str, asked: dict[str, Any]) -> httpx.Response:
        """An answer of the app to a question."""
        return httpx.post(f"{self.served.url}playground/{path}", json=asked, timeout=PATIENCE)

    def begin(self, seconds: float, **asked: Any) -> str:
        """A run of this person."""
        found = self.post("runs", {"dataset": "digits", "method": "simclr", "secret": SECRET, "seconds": seconds} | asked)
        found.raise_for_status()
        return found.json()["run"]

    def until(self, run: str, *kinds: str) -> float:
        """Seconds until a run is in one of these states."""
        return until(lambda: self.runs.state(run).kind in kinds, f"{run} {' or '.join(kinds)}")

    def learned(self, run: str) -> None:
        """Wait until something of a run is saved."""
        until(lambda: (self.runs.root / run / "checkpoint.safetensors").exists(), f"something saved of {run}")

    def workers(self) -> list[int]:
        """Processes that train."""
        return [pid for pid in self.served.processes() if "playground.runs.worker" in _command(pid)]

    def beside(self, what: str) -> int:
        """The process beside the page that makes "maps", which stands back, or asks "models", which has torch as well."""
        beside = [pid for pid in self.served.processes() if "spawn_main" in _command(pid)]
        page = os.getpriority(os.PRIO_PROCESS, self.served.process.pid)  # a test may be nicer itself
        maps = {pid for pid in beside if os.getpriority(os.PRIO_PROCESS, pid) == min(19, page + MAPS)}
        models = [pid for pid in beside if pid not in maps and "libtorch" in Path(f"/proc/{pid}/maps").read_text()]
        (found,) = maps if what == "maps" else models
        return found

    def finished(self) -> dict[str, str]:
        """Runs that have ended -> a sum over what they learned."""
        found = dict[str, str]()
        for path in self.runs.root.glob("*/run.json"):
            if self.runs.state(path.parent.name).kind == "finished":
                whole = hashlib.sha256()
                kept = ("run.json", "events.jsonl", "model.safetensors", "looks.bin", "images.*", "snapshots/*")
                for file in sorted(one for name in kept for one in path.parent.glob(name)):
                    whole.update(file.read_bytes())
                found[path.parent.name] = whole.hexdigest()
        return found

    def lost(self) -> str:
        """Which of the runs that had ended are gone, changed, or not shown by the app."""
        now, shown = self.finished(), {one["run"] for one in self.get("runs").json()}
        gone = [run for run, learned in self.before.items() if now.get(run) != learned or run not in shown]
        return f"lost {', '.join(gone)}" if gone else ""


def until(there: Callable[[], object], what: str, patience: float = PATIENCE) -> float:
    """Seconds until something is so; TimeoutError where it never is."""
    began = time.monotonic()
    while not there():
        if time.monotonic() - began > patience:
            raise TimeoutError(f"no {what} after {patience:g} s")
        time.sleep(0.05)
    return time.monotonic() - began


def worker_killed(house: House) -> Row:
    """kill -9 of the process that trains."""
    cut, next_one = house.begin(120), house.begin(1)
    house.learned(cut)
    began = time.monotonic()
    os.kill(house.workers()[0], signal.SIGKILL)
    house.until(cut, "failed")
    house.until(next_one, "finished")
    took = time.monotonic() - began
    house.runs.go_on(cut, SECRET, 5)
    house.until(cut, "running")
    house.runs.stop(cut, SECRET)
    house.until(cut, "stopped")
    return Row("kill -9 of the worker in mid-run", "its run says why and goes on; the next one trained", took, house.lost())


def map_killed(house: House) -> Row:
    """kill -9 of the process that makes maps."""
    path, asked = "runs/masked-done/maps/tsne-25-cosine-0-2", {"who": "faults"}  # none that comes with the run
    until(lambda: house.get(path, **asked).json()["state"] == "working", "map that is made")
    os.kill(house.beside("maps"), signal.SIGKILL)
    began = time.monotonic()
    until(lambda: house.get(path, **asked).json()["sentence"], "sentence")
    httpx.delete(f"{house.served.url}playground/{path}", params=asked, timeout=PATIENCE)  # as a page that tries again
    until(lambda: house.get(path, **asked).json()["state"] == "done", "map")
    return Row("kill -9 of the map process at work", "one sentence; asked again, it makes the map",
               time.monotonic() - began, house.lost())  # fmt: skip


def model_killed(house: House) -> Row:
    """kill -9 of the process that asks models."""
    asked = {"set": "emoji", "text": "red heart", "who": "faults"}
    until(lambda: house.post("match/find", asked).json().get("progress", 0) > 0, "question that is answered")
    os.kill(house.beside("models"), signal.SIGKILL)
    said = list[str]()

    def answered() -> bool:
        found = house.post("match/find", asked).json()
        said.extend([found["error"]] if "error" in found else [])
        return found.get("state") == "done"

    took = until(answered, "answer")
    wrong = house.lost() or ("" if len(said) <= 1 else f"{len(said)} refusals")
    return Row("kill -9 of the model process at work", "one sentence; asked again, it answers", took, wrong)


def foreign(house: House) -> Row:
    """Files of others, and damaged ones, among the runs."""
    root, began = house.runs.root, time.monotonic()
    (root / "notes.txt").write_text("mine")
    (root / "a folder of mine").mkdir()
    for number, name in enumerate(("run.json", "events.jsonl", "model.safetensors", "images.json")):
        bad = root / f"cut-{number}"
        shutil.copytree(root / "masked-done", bad)
        content = (bad / name).read_bytes() if (bad / name).exists() else b"[1, 2]"
        (bad / name).write_bytes(content[: len(content) // 2])
    for path in sorted((root / "cut-0" / "snapshots").iterdir()):
        path.write_bytes(b"no snapshot")
    paths = [f"runs/cut-{number}/{part}" for number in range(4) for part in ("live", "timeline", "maps/pca-2", "images.json")]
    codes = {path: house.get(path).status_code for path in (*paths, "runs", "repairs", "models", "compare")}
    wrong = ", ".join(f"{path} {code}" for path, code in codes.items() if code >= 500 or (code >= 400 and "cut-" not in path))
    for number in range(4):
        shutil.rmtree(root / f"cut-{number}")
    return Row("files cut off and foreign ones", "a sentence for each, all others shown", time.monotonic() - began,
               wrong or house.lost())  # fmt: skip


def clock(house: House) -> Row:
    """A clock that steps: runs of the future, and eight that all at once are old."""
    root, began = house.runs.root, time.monotonic()
    future, now = time.time() + 30 * DAY, time.time()
    house.until(house.begin(4), "running")  # so that others wait; and a click of its own, which forgets nothing yet
    _dated(root / "clip-done", future)
    for number in range(8):
        shutil.copytree(root / "masked-done", root / f"old-{number}")
        _dated(root / f"old-{number}", now - 30 * DAY)
    record.create(root / "ahead", RunConfig("simclr", "digits", seconds=1.0))
    since = Waiting("ahead", number=int(future * 1e9), seconds=1)  # a time that is still to come
    (root / "queue" / since.name()).touch()
    new = house.begin(1)
    behind = house.runs.waiting() in (["ahead", new], [new], [])
    house.until(new, "finished")
    left = sum((root / f"old-{number}").exists() for number in range(8))
    wrong = house.lost() or ("" if left >= 3 else f"{8 - left} forgotten at once") or ("" if behind else "it overtook")
    _dated(root / "clip-done", now)
    for number in range(8):
        shutil.rmtree(root / f"old-{number}", ignore_errors=True)
    return Row("a clock that steps by 30 days", f"{8 - left} of 8 old runs forgotten at a click, as the rule is",
               time.monotonic() - began, wrong)  # fmt: skip


def worker_stopped(house: House) -> Row:
    """SIGSTOP of the worker for some seconds."""
    run, worker = house.begin(6), house.workers()[0]
    house.until(run, "running")
    os.kill(worker, signal.SIGSTOP)
    try:
        slow = max(house.get("runs").elapsed.total_seconds() for _ in range(5))
        time.sleep(3)  # what the fault is
    finally:
        os.kill(worker, signal.SIGCONT)
    took = house.until(run, "finished")
    return Row("SIGSTOP of the worker for 3 s", f"the page answers within {slow:.2f} s, the run ends", took, house.lost())


def memory(house: House) -> Row:
    """No memory left for the worker."""
    worker = house.workers()[0]
    size = int(Path(f"/proc/{worker}/statm").read_text().split()[0]) * resource.getpagesize() + (80 << 20)
    resource.prlimit(worker, resource.RLIMIT_AS, (size, size))
    began = time.monotonic()
    large = house.begin(20, dataset="fashion-mnist", knobs={"batch_size": 1024})
    house.until(large, "failed", "finished")
    said, pids = house.runs.state(large), house.workers()
    for pid in pids[:1]:
        os.kill(pid, signal.SIGKILL)  # its limit would stay
    well = house.begin(1)
    house.until(well, "finished")
    wrong = house.lost() or ("" if "memory" in said.sentence else f"it says {said.kind} {said.sentence!r} {said.values}")
    return Row("80 MB of memory left for the worker", "its run says so, the next one trained", time.monotonic() - began, wrong)


def app_killed(house: House) -> Row:
    """kill -9 of the app and of its worker in mid-run, as when the machine goes down."""
    run = house.begin(120)
    house.learned(run)
    processes = house.served.processes()
    for pid in processes:
        os.kill(pid, signal.SIGKILL)
    house.served.process.wait()
    began = time.monotonic()
    house.again()
    took = time.monotonic() - began
    kind = house.runs.state(run).kind
    house.served.ready()
    house.runs.go_on(run, SECRET, 5)
    house.until(run, "running")
    house.runs.stop(run, SECRET)
    house.until(run, "stopped")
    wrong = house.lost() or ("" if kind == "interrupted" else f"its run says {kind}")
    return Row("kill -9 of all processes in mid-run", "started again; its run says so and goes on", took, wrong)


def app_ended(house: House) -> Row:
    """SIGTERM of the app while it trains."""
    run = house.begin(5)
    house.until(run, "running")
    house.served.process.terminate()
    began = time.monotonic()
    house.served.process.wait(PATIENCE)
    took = time.monotonic() - began
    house.until(run, "finished")  # by the worker, which ends after it
    house.before |= {run: house.finished()[run]}
    house.again()
    house.served.ready()
    return Row("SIGTERM of the app while it trains", "the run trains to its end", took, house.lost())


def two_apps(house: House) -> Row:
    """A second app on the same folder."""
    began = time.monotonic()
    with Served(house.runs.root) as second:
        both = [house.begin(1) for _ in range(2)]
        both.append(_begun(second.url))
        for run in both:
            house.until(run, "finished")
        ends = [[event["event"] for event in record.read_events(house.runs.root / run)[0]].count("Finished") for run in both]
        wrong = house.lost() or ("" if ends == [1, 1, 1] else f"{ends} ends")
    return Row("two apps on one folder", "each run trained once", time.monotonic() - began, wrong)


def full_disk(box: Path) -> Row:
    """A disk that gets full while a run trains: a small one of its own."""
    disk = box / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(disk)], capture_output=True, check=False)
    if mounted.returncode:
        raise Skipped("mounting a small disk is not allowed here")
    try:
        house = House(disk / "runs")
        try:
            run = house.begin(60)
            house.learned(run)
            with (disk / "filler").open("wb", buffering=0) as filler:
                try:
                    while True:
                        filler.write(b"\0" * 4096)
                except OSError:
                    pass
            began = time.monotonic()
            until(lambda: house.runs.state(run).kind in ("failed", "interrupted"), "end of the run")
            shown = house.get(f"runs/{run}/live").status_code
            (disk / "filler").unlink()
            well = house.begin(1)
            house.until(well, "finished")
            wrong = house.lost() or ("" if shown == 200 else f"the run's panel answers {shown}")
            return Row(
                "a full disk in mid-run", "the run ends; with room again the next one trained", time.monotonic() - began, wrong
            )
        finally:
            house.close()
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=False)


QUICK: tuple[Callable[[House], Row], ...] = (worker_killed, map_killed, model_killed, foreign, clock)
MORE: tuple[Callable[[House], Row], ...] = (worker_stopped, memory, app_killed, app_ended, two_apps)


def measure(quick: bool) -> dict[str, object]:
    """A table of the faults."""
    rows, skipped, began = list[Row](), list[str](), time.perf_counter()

    def tried(name: str, fault: Callable[[], Row]) -> None:
        try:
            rows.append(fault())
        except Skipped as reason:
            skipped.append(f"{name}: {reason}")
        except Exception as error:  # one that goes wrong keeps no other from being tried
            rows.append(Row(name, "", 0.0, f"{type(error).__name__}: {error}"))
        print(rows[-1] if rows else skipped[-1], flush=True)

    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder) / "runs")
        try:
            for fault in QUICK if quick else (*QUICK, *MORE):
                tried(fault.__name__, lambda fault=fault: fault(house))
        finally:
            house.close()
        if not quick:
            tried("full_disk", lambda: full_disk(Path(folder)))
    print(f"{'fault':<40}{'seconds':>8}  what came of it")
    for row in rows:
        print(f"{row.fault:<40}{row.seconds:>8.1f}  {f'FAILED: {row.wrong}' if row.wrong else row.said}")
    return {
        "tried": len(rows), "failed": sum(bool(row.wrong) for row in rows), "skipped": skipped,
        "recovery": {row.fault: round(row.seconds, 1) for row in rows}, "seconds": round(time.perf_counter() - began, 1),
        "quick": quick,
    }  # fmt: skip


def _begun(url: str) -> str:
    asked = {"dataset": "digits", "method": "simclr", "secret": SECRET + "!", "seconds": 1}
    return httpx.post(f"{url}playground/runs", json=asked, timeout=PATIENCE).json()["run"]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:  # it has just ended
        return ""


def _dated(folder: Path, when: float) -> None:
    for path in (folder, *folder.rglob("*")):
        os.utime(path, (when, when))
