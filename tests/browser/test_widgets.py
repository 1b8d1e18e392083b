"""The app of docs/widgets.md, as it stands there: an EmbeddingMap of somebody else's arrays, whose acts Python answers."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import wait

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
PLACE = """i => { const m = document.querySelector('embedding-map'), box = m.getBoundingClientRect();
    return [box.left + m.toX()(m.where[2 * i]), box.top + m.toY()(m.where[2 * i + 1])]; }"""


def program() -> str:
    found = re.findall(r"```python\n(.*?)```", (ROOT / "docs/widgets.md").read_text("utf-8"), re.S)
    return next(code for code in found if "demo.launch" in code)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("widgets")
    (folder / "mine.py").write_text(program(), "utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"PYTHONPATH": str(ROOT), "GRADIO_SERVER_PORT": str(port), "GRADIO_ANALYTICS_ENABLED": "False"}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "mine.py"], cwd=folder, env=os.environ | settings, stdout=log, stderr=subprocess.STDOUT
        )
    url = f"http://127.0.0.1:{port}/"
    wait(lambda: httpx.get(url).status_code == 200, "the app of docs/widgets.md", 180)
    yield url
    process.terminate()
    process.wait(20)


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    page, errors = chromium.new_page(viewport={"width": 1000, "height": 800}), list[str]()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    page.wait_for_function("document.querySelector('embedding-map')?.drawn && document.querySelector('embedding-map').begun")
    page.wait_for_function("document.querySelector('embedding-map').sprite.complete")
    yield page
    page.close()
    assert not errors


def alone(page: Page) -> int:
    """A point in sight that no other lies near, so that the mouse means it."""
    return page.evaluate(
        """() => { const m = document.querySelector('embedding-map'), w = m.where, n = w.length / 2, x = m.toX(), y = m.toY();
        const within = (at, size) => at > 8 && at < size - 8;
        const sight = i => within(x(w[2*i]), m.clientWidth) && within(y(w[2*i+1]), m.clientHeight);
        const far = i => {
            let least = Infinity;
            for (let j = 0; j < n; j++) if (j !== i) least = Math.min(least, Math.hypot(w[2*i] - w[2*j], w[2*i+1] - w[2*j+1]));
            return least; };
        return [...Array(n).keys()].filter(sight).reduce((best, i) => far(i) > far(best) ? i : best); }"""
    )


def test_the_app_has_thirty_lines_at_most() -> None:
    assert len(program().strip().splitlines()) <= 30


def test_python_answers_hover_click_and_lasso(page: Page) -> None:
    said, index = page.locator("textarea"), alone(page)
    page.mouse.move(*page.evaluate(PLACE, index))
    expect(said).to_have_value(re.compile(r"^look at a \d$"))
    expect(page.locator(".map-card")).to_be_visible()
    page.mouse.click(*page.evaluate(PLACE, index))
    expect(said).to_have_value(re.compile(rf"^clicked image {index}, a \d$"))
    box = page.locator("embedding-map").bounding_box()
    assert box
    x, y, w, h = box["x"], box["y"], box["width"], box["height"]
    page.mouse.move(x + 4, y + 4)
    page.mouse.down()
    for fx, fy in ((0.99, 0.01), (0.99, 0.99), (0.01, 0.99), (0.01, 0.01)):
        page.mouse.move(x + w * fx, y + h * fy, steps=6)
    page.mouse.up()
    expect(said).to_have_value(re.compile(r"^chose [1-9]\d* images$"))
    assert page.evaluate("document.querySelector('embedding-map').selection.length") == int(said.input_value().split()[1])
