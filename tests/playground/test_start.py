"""`python app.py` from a shell: it starts on a slow machine, and says so where its port is taken."""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from filelock import FileLock

from playground.runs.storage import slot

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
SECONDS = 120
# in front of what answers: the page is 4 s late for whoever looks whether it is there
SLOW = """
import asyncio, uvicorn

plain = uvicorn.Config.__init__

def late(app):
    async def answer(scope, receive, send):
        if scope["type"] == "http" and scope["path"] == "/":
            await asyncio.sleep(4)
        await app(scope, receive, send)
    return answer

def slow(self, app, *args, **options):
    plain(self, late(app), *args, **options)

uvicorn.Config.__init__ = slow
"""

# in the process that runs models, of which one now takes long to load
LOADING = """
import builtins, multiprocessing, time

plain = builtins.__import__

def slow(name, *given, **more):
    if name == "open_clip" and multiprocessing.parent_process() is not None:
        print("loading", flush=True)
        time.sleep(600)
    return plain(name, *given, **more)

builtins.__import__ = slow
"""


class Start:
    """The app as a person starts it; `said` is what it has printed."""

    def __init__(self, folder: Path, *before: str, tree: Path = ROOT, **settings: str) -> None:
        self.log = folder / "app.log"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GRADIO_SERVER")}
        own = {"HF_HOME": str(folder / "hub"), "PLAYGROUND_EXAMPLES": "0", "PLAYGROUND_RUNS": str(folder / "runs")}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*before, sys.executable, "app.py"], cwd=tree, stdout=log, stderr=subprocess.STDOUT, env=kept | own | settings
            )

    def said(self) -> str:
        return self.log.read_text()

    def wait(self, what: Callable[[], object]) -> None:
        """Wait until it is so, or the app has ended."""
        end = time.monotonic() + SECONDS
        while not what() and self.process.poll() is None:
            assert time.monotonic() < end, self.said()
            time.sleep(0.1)


@contextmanager
def started(folder: Path, *before: str, tree: Path = ROOT, **settings: str) -> Iterator[Start]:
    """tree: the folder that app.py is in."""
    start = Start(folder, *before, tree=tree, **settings)
    try:
        yield start
    finally:
        if start.process.poll() is None:
            start.process.send_signal(signal.SIGTERM)
            start.process.wait(30)


@contextmanager
def taken(port: int = 0) -> Iterator[int]:
    """A port at which something else listens."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            other.bind(("127.0.0.1", port))
            other.listen()
        except OSError:  # by another program
            yield port
        else:
            yield other.getsockname()[1]


def test_a_first_answer_that_takes_long_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(SLOW)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with started(tmp_path, GRADIO_SERVER_PORT=str(port), PYTHONPATH=str(tmp_path)) as app:
        app.wait(lambda: "Running on local URL" in app.said())
        for _ in range(2):  # the first may have come before the app's own look at itself
            began = time.monotonic()
            assert httpx.head(f"http://127.0.0.1:{port}/", timeout=30).status_code == 200, app.said()
            assert time.monotonic() - began > 3.5
        app.wait(lambda: "ready, process" in app.said())
        assert app.process.poll() is None, app.said()
        assert "Traceback" not in app.said()


def test_a_port_that_is_asked_for_and_taken_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with taken() as port, started(tmp_path, GRADIO_SERVER_PORT=str(port)) as app:
        assert app.process.wait(SECONDS) == 1
        assert app.said().splitlines()[-1] == (
            f"Port {port} is taken: end what listens there, or set GRADIO_SERVER_PORT to another port."
        )
        assert "Traceback" not in app.said() and "ready, process" not in app.said()


def test_where_no_port_is_asked_for_another_one_is_named(tmp_path: Path) -> None:
    with taken(7860), started(tmp_path) as app:
        app.wait(lambda: "Running on local URL" in app.said())
        line = re.search(r"Port 7860 is taken: the page is at port (\d+) instead", app.said())
        assert line, app.said()
        assert httpx.get(f"http://127.0.0.1:{line[1]}/", timeout=30).status_code == 200


def asked_by(app: Start, address: str) -> str:
    """What the app says to a click of a new browser, that headers say comes from an address: a run's id, or why not."""
    url = re.search(r"http://127\.0\.0\.1:\d+", app.said())
    assert url, app.said()
    click = {"method": "simclr", "dataset": "digits", "seconds": 15, "secret": secrets.token_hex(16)}
    headers = {"X-Forwarded-For": f"192.0.2.99, {address}"}
    answer = httpx.post(f"{url[0]}/playground/runs", json=click, headers=headers, timeout=30).json()
    return answer.get("error") or "queued"


@pytest.mark.parametrize(
    ("header", "fourth"), [("", "Of the runs from one network address at most 2"), ("X-Forwarded-For", "queued")]
)
def test_a_header_gives_new_places_only_where_a_proxy_is_trusted(tmp_path: Path, header: str, fourth: str) -> None:
    settings = {"PLAYGROUND_WAITING_ADDRESS": "2", "PLAYGROUND_ADDRESS_HEADER": header, "PLAYGROUND_WAITING": "5"}
    (tmp_path / "runs").mkdir()
    with FileLock(tmp_path / f"runs/.slot-{slot(0)}"), started(tmp_path, **settings) as app:  # no worker takes what waits
        app.wait(lambda: "Running on local URL" in app.said())
        line = "PLAYGROUND_FOR=own PLAYGROUND_RUNS=.* PLAYGROUND_EXAMPLES=0 .*PLAYGROUND_WAITING=5 PLAYGROUND_WAITING_ADDRESS=2"
        assert re.search(line, app.said()), app.said()
        said = [asked_by(app, address) for address in ("192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2")]
        assert said[:2] == ["queued"] * 2 and said[2].startswith("Of the runs from one network address at most 2"), said
        assert said[3].startswith(fourth), said


def test_requests_bring_no_blas_threads_of_their_own() -> None:
    program = """
import runpy, sys, types
page = types.ModuleType("playground.ui")
def launch(settings):
    import numpy, scipy.linalg, threadpoolctl
    print([one["num_threads"] for one in threadpoolctl.threadpool_info() if one["internal_api"] == "openblas"])
page.launch = launch
sys.modules["playground.ui"] = page
runpy.run_path("app.py", run_name="__main__")
"""
    plain = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    for more, threads in (({}, 1), ({"OPENBLAS_NUM_THREADS": "2"}, 2)):
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, env=plain | more, capture_output=True, text=True, check=True
        )
        found = json.loads(done.stdout)
        assert found and set(found) == {threads}


def test_a_question_has_one_thread_of_torch_too(tmp_path: Path) -> None:
    program = """
import runpy, gradio, torch
from playground import background
from playground.runs import pool
pool.LocalRunner.start = background.Background.warm = lambda *args: None  # nobody trains or maps
gradio.Blocks.launch = lambda *args, **options: print(f"{torch.get_num_threads()} threads")
runpy.run_path("app.py", run_name="__main__")
"""
    settings = {"PLAYGROUND_RUNS": str(tmp_path), "OMP_NUM_THREADS": "2", "PLAYGROUND_EXAMPLES": "0"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, check=True
    )
    assert "1 threads" in done.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_at_once_while_a_model_is_loaded(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "sitecustomize.py").write_text(LOADING)
    with started(tmp_path, PYTHONPATH=str(tmp_path)) as app:
        app.wait(lambda: "Running on local URL" in app.said() and "loading" in app.said())
        page = re.search(r"http://127.0.0.1:\d+", app.said())
        assert page
        for who in ("me", "you"):
            asked = httpx.post(f"{page[0]}/playground/match/load", json={"model": "emoji-clip", "who": who}, timeout=30)
            assert asked.json()["state"] in ("waiting", "working")
        app.process.send_signal(number)
        assert app.process.wait(60) == 0
        assert "Traceback" not in app.said()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_also_where_the_exception_of_a_signal_is_lost(number: signal.Signals) -> None:
    program = """
import sys, time
from playground import signals
signals.install(1.0)
said = "ready"
while True:
    try:  # and nothing is said before: the signal comes right after it
        while said:
            said = print(said, flush=True)
        time.sleep(60)
    except BaseException:
        pass
"""
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.wait(60) == 0


def test_a_folder_of_runs_that_there_cannot_be_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with started(tmp_path, PLAYGROUND_RUNS=str(tmp_path / "file" / "runs")) as app:
        assert app.process.wait(SECONDS) == 2
        assert app.said().splitlines() == [
            f"Runs cannot be kept in {tmp_path}/file/runs (Not a directory): let the app write there, or set "
            "PLAYGROUND_RUNS to another folder."
        ]
