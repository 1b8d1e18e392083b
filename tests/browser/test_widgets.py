"""The app of docs/widgets.md, as it stands there: an EmbeddingMap of somebody else's arrays, whose acts Python answers."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from playground.widgets.gradio import Element
from tests.browser.conftest import patient, wait

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
PLACE = """i => { const m = document.querySelector('embedding-map'), box = m.getBoundingClientRect();
    return [box.left + m.toX()(m.where[2 * i]), box.top + m.toY()(m.where[2 * i + 1])]; }"""


def program() -> str:
    found = re.findall(r"```python\n(.*?)```", (ROOT / "docs/widgets.md").read_text("utf-8"), re.S)
    return next(code for code in found if "demo.launch" in code)


GALLERY = """
import gradio as gr
import numpy as np
from sklearn.datasets import load_digits

from playground.widgets import gradio as widgets

images = (load_digits().images[:4] * 15.9).astype(np.uint8)
sheet = widgets.strip(images, list("abcd"))
with gr.Blocks() as demo:
    heard = gr.Textbox(label="You")
    strip = widgets.PictureStrip(-1, **sheet)
    board = widgets.DrawingBoard(
        widgets.pixels(images[0])["pixels"], size={"width": 8, "height": 8}, pen={"colour": "#fff", "width": 2}, name="a zero"
    )
    lattice = [widgets.pixels(image)["pixels"] for image in images]
    plane = {"side": 2, "tile": [8, 8], "reach": 3, "lattice": lattice, "codes": [0, 1], "gaps": [0, 0, 0, 9], "far": 1}
    walk = widgets.CodePlane([0, 0], plane=plane, name="a plane")
    source = sheet["sheet"]["src"]
    matrix = widgets.SimilarityMatrix([[1, -0.5], [0.25, 1]], captions=["nil", "one"], images=source, help="point")

    def choose(event: gr.EventData) -> str:
        return f"chose {event.index}"

    def draw(value: str) -> str:
        return f"drew {len(value)}"

    def step(value: list[float]) -> str:
        return "went " + " ".join(f"{v:.1f}" for v in value)

    strip.input(choose, outputs=heard, show_progress="hidden")
    board.input(draw, board, heard, show_progress="hidden")
    walk.input(step, walk, heard, show_progress="hidden")

demo.launch(app_kwargs={"routes": [widgets.scripts()]})
"""


@contextmanager
def served(folder: Path, code: str) -> Iterator[str]:
    """A Gradio app of its own; its address."""
    (folder / "mine.py").write_text(code, "utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"PYTHONPATH": str(ROOT), "GRADIO_SERVER_PORT": str(port), "GRADIO_ANALYTICS_ENABLED": "False"}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "mine.py"], cwd=folder, env=os.environ | settings, stdout=log, stderr=subprocess.STDOUT
        )
    url = f"http://127.0.0.1:{port}/"
    wait(lambda: httpx.get(url).status_code == 200, "the app of docs/widgets.md")
    yield url
    process.terminate()
    process.wait(20)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("widgets"), program()) as url:
        yield url


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    page, errors = patient(chromium.new_page(viewport={"width": 1000, "height": 800})), list[str]()
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


def test_what_is_done_to_a_widget_reaches_python(chromium: Browser, tmp_path: Path) -> None:
    with served(tmp_path, GALLERY) as url:
        page, errors = patient(chromium.new_page(viewport={"width": 1000, "height": 1400})), list[str]()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        heard = page.locator("textarea")
        page.locator("picture-strip button").nth(2).click()
        expect(heard).to_have_value("chose 2")
        expect(page.locator("picture-strip button[aria-pressed=true]")).to_have_attribute("title", "c")
        page.locator("drawing-board canvas").click()
        expect(heard).to_have_value("drew 88")  # 64 pixels of one channel
        page.locator("code-plane canvas").focus()
        page.keyboard.press("ArrowRight")
        expect(heard).to_have_value("went 0.1 0.0")
        page.locator("code-plane canvas").focus()
        page.keyboard.press("ArrowUp")
        expect(heard).to_have_value("went 0.1 0.1")
        expect(page.locator("similarity-matrix .heat-line")).to_have_text("point")
        page.locator("similarity-matrix canvas").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowRight")
        expect(page.locator("similarity-matrix .heat-line")).to_have_text("1 × one: −0.50")
        page.close()
        assert not errors


def test_every_widget_that_is_an_element_is_a_component() -> None:
    """Left out: parts of a map and of a drawn image, a card of Match, a word of our glossary, a list, as Gradio has, and the
    table of a walk, whose entries are its own page's.
    """
    elements = {
        found for path in (ROOT / "playground/widgets").rglob("*.js") if ".min." not in path.name
        for found in re.findall(r"^define\('([\w-]+)'", path.read_text("utf-8"), re.M)
    }  # fmt: skip
    assert elements - {kind.tag for kind in Element.__subclasses__()} == {
        "map-legend", "pixel-canvas", "picture-card", "glossary-term", "searched-list", "entry-matrix"
    }  # fmt: skip
