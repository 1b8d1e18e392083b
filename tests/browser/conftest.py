"""A real app in its own process, and a real Chromium that looks at it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.chromium import FLAGS, executable
from tests.conftest import WORKERS
from trainers import record
from trainers.train import RunConfig

T, C = TypeVar("T"), TypeVar("C", BrowserContext, Page)
ROOT = Path(__file__).parents[2]
# the longest wait for anything: each is for the event itself, so only a test that fails takes so long. Shorter ones failed on
# machines that stood still for a minute, and found nothing wrong
SECONDS = 180
expect.set_options(timeout=1000 * SECONDS)
# every map that can be seen fills its box, and none of its points moves: a map that gets another size takes some time
MAPS_STAND = """() => { const maps = [...document.querySelectorAll('embedding-map')].filter(m => m.clientWidth);
    return maps.length > 0 && maps.every(m => m.drawn && m.begun && !m.gliding &&
    m.camera.width === m.clientWidth && m.camera.height === m.clientHeight); }"""


NEAR = """curve => { if (document.querySelector(curve)) return true;
    const next = [...document.querySelectorAll('plot-figure')].find(one => one.clientWidth && !one.near);
    next?.scrollIntoView({block: 'nearest'}); }"""


class App:
    """The app on a free port; `stop` ends it as a service manager would. examples: with the runs that ship; settings: more
    of its environment."""

    def __init__(self, folder: Path, examples: bool = False, **settings: str) -> None:
        self.runs, self.log = folder / "runs", folder / "app.log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        # the same on every machine: no model is there beforehand, and no hub answers
        self.settings = {
            "HF_HOME": str(folder / "hub"),
            "HF_ENDPOINT": "http://127.0.0.1:9",
            "PLAYGROUND_EXAMPLES": f"{examples:d}",
        } | settings
        if WORKERS > 1:  # a run in seconds leaves a core to the page of the test beside it
            self.settings |= {"OMP_NUM_THREADS": "1"}
        self.start()

    def start(self) -> None:
        """Start, and wait until the page answers and the worker is warm."""
        try:
            self.start_without_worker()
            self.wait_log("ready, process", self.began)
        except AssertionError:  # or it would run on without anybody
            self.stop()
            raise

    def start_without_worker(self) -> None:
        """Start, and wait for the page alone: the worker of an earlier app may still be at its run."""
        self.began = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "app.py"], cwd=ROOT, stdout=log, stderr=subprocess.STDOUT,
                env=os.environ | self.settings | {"PLAYGROUND_RUNS": str(self.runs), "GRADIO_SERVER_PORT": str(self.port)},
            )  # fmt: skip
        wait(lambda: httpx.get(self.url).status_code == 200, "the page")

    def wait_log(self, text: str, at: int = 0, seconds: float = SECONDS) -> str:
        """The line of the log that holds the text, once it is there."""

        def line() -> str:
            return next((part for part in self.log.read_text()[at:].splitlines() if text in part), "")

        return wait(line, f"“{text}” in the log", seconds)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)

    def worker(self) -> int:
        """The process id of the worker that is ready now."""
        return int([part for part in self.log.read_text().splitlines() if "ready, process" in part][-1].split()[-1])


def wait(condition: Callable[[], T], what: str, seconds: float = SECONDS) -> T:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if found := condition():
                return found
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"waited {seconds:.0f} s for {what}")


def patient(page: C) -> C:
    """The page, or all pages of a context, whose waits take as long as they may."""
    page.set_default_timeout(1000 * SECONDS)
    return page


def finished(page: Page) -> None:
    """Wait until a run in steps has finished, as long as they go on: a busy machine takes minutes for them."""
    steps = "(document.querySelector('.tile[data-key=steps] b')?.textContent ?? null)"
    while (state := page.evaluate("document.body.dataset.run")) != "finished":
        assert state not in ("failed", "interrupted", "stopped"), page.inner_text(".live-sentence")
        before = page.evaluate(steps)
        page.wait_for_function(f"before => document.body.dataset.run === 'finished' || {steps} !== before", arg=before)


def maps_stand(page: Page) -> None:
    """Wait until where a point is on the page can be read off its map. A map that somebody scrolls to may move all the same."""
    page.wait_for_function(MAPS_STAND)


def curve_drawn(page: Page, curve: str) -> None:
    """Wait for what plotly draws, going to each figure in turn: one that nobody comes near is not drawn."""
    page.wait_for_function(NEAR, arg=curve)


def central(page: Page, map: str) -> tuple[float, float]:
    """Where on the page the point is that is nearest to the middle of a map, `map` in the page's words: it is in sight, which
    not all are, since one that is far off does not shrink the rest."""
    maps_stand(page)
    x, y = page.evaluate(f"""() => {{ const map = {map}, box = map.getBoundingClientRect(), x = map.toX(), y = map.toY();
        const all = Array.from({{length: map.where.length / 2}}, (_, i) => [x(map.where[2 * i]), y(map.where[2 * i + 1])]);
        const off = ([u, v]) => Math.hypot(u - map.clientWidth / 2, v - map.clientHeight / 2);
        const [u, v] = all.reduce((best, one) => off(one) < off(best) ? one : best);
        return [box.left + map.clientLeft + u, box.top + map.clientTop + v]; }}""")
    return x, y


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    app = App(tmp_path_factory.mktemp("app"))
    yield app
    app.stop()


@pytest.fixture(scope="session")
def pair(app: App) -> list[str]:
    """Real runs of SimSiam, with stop-gradient and without, under the names of those that ship."""
    made = {"simsiam": {}, "simsiam-collapsed": {"stop_gradient": False}}
    for name, knobs in made.items():
        record.create(app.runs / name, RunConfig("simsiam", "digits", steps=200, knobs=knobs))
        for _ in record.run(app.runs / name):
            pass
    return list(made)


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app as it starts for the first time, with the runs that ship."""
    app = App(tmp_path_factory.mktemp("fresh"), examples=True)
    yield app
    app.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=executable(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, app: App) -> Iterator[Callable[..., Page]]:
    """Opens a page as another person would: each in a context of its own. Errors in the page fail the test."""
    with opened(chromium, app) as open:
        yield open


@pytest.fixture
def open_fresh(chromium: Browser, fresh: App) -> Iterator[Callable[..., Page]]:
    """The same of the app with its shipped runs."""
    with opened(chromium, fresh) as open:
        yield open


@contextmanager
def opened(chromium: Browser, app: App, *outside: str) -> Iterator[Callable[..., Page]]:
    """What `open_page` gives; afterwards nothing trains on. outside: what the page may ask for that is not below it."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open(
        path: str = "", width: int = 1400, height: int = 950, locale: str = "en-US", quiet: bool = False, **options: object
    ) -> Page:
        context = patient(chromium.new_context(viewport={"width": width, "height": height}, locale=locale, **options))
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        if quiet:  # the console too
            page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        known = (app.url, "data:", "blob:", *outside)
        page.on("request", lambda r: None if r.url.startswith(known) else errors.append(r.url))
        page.goto(app.url + path)
        page.wait_for_selector(".live-empty, .live-status", state="attached")
        return page

    yield open
    for context in contexts:
        context.close()
    for run in app.runs.glob("*/run.json"):  # nothing of this test trains on into the next one
        (run.parent / "stop").touch()
    for waiting in (app.runs / "queue").iterdir():
        waiting.unlink()
    assert not errors
