"""Two apps, as on two machines, on one folder of runs, behind a proxy that gives each request to the other one."""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from playground.runs.store import ENDED, TRAINING, Runs
from tests.browser.proxy import Balancer
from tests.playground.test_start import Start, started

pytestmark = pytest.mark.slow
SECONDS = 300  # for anything, as on a busy machine; an idle one takes 40 in all
NAMES = ("first.machine", "second.machine")
# one machine is two here: what the app takes a machine's name from says another one in each of them and their workers
NAMED = """
import os, socket

socket.gethostname = lambda: os.environ["MACHINE"]
"""
SETTINGS = {
    "PLAYGROUND_WAITING_EACH": "2", "PLAYGROUND_WAITING_ADDRESS": "4", "PLAYGROUND_SECRET": "a long word that both have",
    "PLAYGROUND_ADDRESS_HEADER": "X-Forwarded-For", "OMP_NUM_THREADS": "1",
}  # fmt: skip


class Two:
    """The apps, their folder, and the proxy before them."""

    def __init__(self, folder: Path, apps: list[Start], ports: list[int]) -> None:
        self.root, self.apps, self.runs = folder / "runs", apps, Runs(folder / "runs")
        self.proxy = Balancer(ports, sticky=True)

    def ask(self, path: str, **asked: Any) -> httpx.Response:
        """GET, or POST where something is asked, at the app whose turn it is."""
        address = {"X-Forwarded-For": asked.pop("address", "192.0.2.1")}
        url = f"{self.proxy.url}playground/{path}"
        return httpx.post(url, json=asked, headers=address, timeout=60) if asked else httpx.get(url, timeout=60)

    def begin(self, owner: str, address: str, **budget: float) -> str:
        """A run's id, or why there is none."""
        answer = self.ask("runs", address=address, method="simclr", dataset="digits", secret=owner, **budget).json()
        return answer.get("run") or answer["error"]

    def stop(self, run: str, owner: str, app: int) -> None:
        """By the API of Gradio, whose requests have to go to one app."""
        headers = {"Cookie": f"app={app}"}
        asked = httpx.post(f"{self.proxy.url}gradio_api/call/stop", json={"data": [run, owner]}, headers=headers, timeout=60)
        event = asked.json()["event_id"]
        said = httpx.get(f"{self.proxy.url}gradio_api/call/stop/{event}", headers=headers, timeout=60).text
        assert "event: complete" in said, said

    def ended(self, run: str, kind: str = "finished") -> list[dict[str, Any]]:
        """Its events, once it has ended, as both apps show it."""
        self.wait(lambda: self.runs.state(run).kind in ENDED)
        assert self.runs.state(run).kind == kind, (run, self.runs.state(run), self.said())
        kinds = {self.ask(f"runs/{run}/live").json()["state"] for _ in self.apps}
        assert kinds == {kind}
        return self.runs.view(run).events

    def wait(self, what: Any) -> None:
        end = time.monotonic() + SECONDS
        while not what():
            assert all(app.process.poll() in (None, -signal.SIGKILL) for app in self.apps), self.said()
            assert time.monotonic() < end, self.said()
            time.sleep(0.05)

    def said(self) -> str:
        return "\n".join(app.said() for app in self.apps)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    folder = tmp_path_factory.mktemp("two")
    (folder / "sitecustomize.py").write_text(NAMED)
    with ExitStack() as stack:
        apps, ports = list[Start](), list[int]()
        for name in NAMES:
            (folder / name).mkdir()
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                ports.append(probe.getsockname()[1])
            own: dict[str, Any] = {
                "MACHINE": name,
                "GRADIO_SERVER_PORT": str(ports[-1]),
                "PLAYGROUND_RUNS": str(folder / "runs"),
            }
            apps.append(stack.enter_context(started(folder / name, PYTHONPATH=str(folder), **SETTINGS, **own)))
        two = Two(folder, apps, ports)
        two.wait(lambda: all("Running on local URL" in app.said() and "ready, process" in app.said() for app in apps))
        yield two
        two.proxy.stop()


def trained_once(events: list[dict[str, Any]], steps: int) -> None:
    """No step twice, none left out, one beginning and one end."""
    made = [event["step"] for event in events if event["event"] == "Step"]
    assert made == sorted(set(made)) and made[-1] == steps, made
    kinds = [event["event"] for event in events]
    assert kinds.count("Started") == 1 == kinds.count("Finished") and kinds[-1] == "Finished"


def test_each_run_is_trained_once_by_the_workers_of_both(two: Two) -> None:
    made = [two.begin(f"a person, number {i}", f"192.0.2.{i}", steps=30) for i in range(8)]
    for run in made:
        trained_once(two.ended(run), 30)
    said = [re.findall(r"playground\.runs\.worker INFO run (\S+)", app.said()) for app in two.apps]
    assert sorted(said[0] + said[1]) == sorted(made) and all(said), said  # each by one worker, and both had some
    assert sorted(path.name for path in two.root.glob(f"{TRAINING}*")) == [f"{TRAINING}{name}-0" for name in NAMES]
    assert {port for port, path in two.proxy.went if path == "/playground/runs"} == set(two.proxy.ports)


def test_a_run_is_stopped_gone_on_with_renamed_and_deleted_through_either(two: Two) -> None:
    owner = "the owner of this run"
    run = two.begin(owner, "192.0.2.1", steps=3_000)
    two.wait(lambda: two.runs.view(run).of("Step"))
    by = next(i for i, name in enumerate(NAMES) if (two.root / f"{TRAINING}{name}-0").read_text() == run)
    assert {two.ask(f"runs/{run}/live").json()["state"] for _ in NAMES} == {"running"}  # each sees the other's lock
    two.stop(run, owner, app=1 - by)  # the app that does not train it
    stopped = two.ended(run, "stopped")[-1]["step"]
    assert stopped < 3_000
    for name in ("one name", "another"):
        assert two.ask(f"runs/{run}/name", secret=owner, name=name).status_code == 200
        assert {two.ask(f"runs/{run}/live").json()["name"] for _ in NAMES} == {name}
    # a third process on the folder goes on with it: a click in Train does the same
    two.runs.go_on(run, owner, steps=5)
    two.wait(lambda: two.runs.state(run).kind in ("starting", "running"))
    two.stop(run, owner, app=0)
    two.wait(lambda: two.runs.state(run).kind in ENDED)
    assert two.ask("deletion", secret=owner).json() == {"runs": 1, "uploads": 0}
    assert {two.ask(f"runs/{run}/live").status_code for _ in NAMES} == {404}


def test_limits_hold_over_both_and_what_a_killed_app_left_is_trained(two: Two) -> None:
    busy = [two.begin(f"somebody who trains {i}", f"198.51.100.{i}", seconds=60) for i in range(2)]
    two.wait(lambda: all(two.runs.state(run).kind == "running" for run in busy))
    waiting = [two.begin("a browser that asks on", "192.0.2.7", steps=10) for _ in range(4)]
    assert [said[:8] for said in waiting[2:]] == ["You have"] * 2, waiting
    more = [two.begin(f"a new browser each time {i}", "192.0.2.7", steps=10) for i in range(4)]
    assert [said[:11] for said in more[2:]] == ["Of the runs"] * 2, more
    assert two.ask("health").json() == {"waiting": 4, "unseen": []}
    places = [re.findall(r"\d+", two.ask(f"runs/{run}/live").json()["status"])[0] for run in (*waiting[:2], *more[:2])]
    assert sorted(places) == ["1", "2", "3", "4"]
    killed = two.apps[0].process
    os.kill(killed.pid, signal.SIGKILL)  # its worker goes on to the end of its run, and then goes
    killed.wait(10)
    assert two.ask("health").status_code == 200 == two.ask("health").status_code  # the proxy asks who is left
    for i, run in enumerate(busy):  # they have stood in the way for long enough
        two.stop(run, f"somebody who trains {i}", app=1)
    for run in (*waiting[:2], *more[:2]):
        trained_once(two.ended(run), 10)
    for run in busy:
        two.ended(run, "stopped")
    said = two.apps[1].said()
    assert all(f"INFO run {run}" in said for run in (*waiting[:2], *more[:2])) and "Traceback" not in said
