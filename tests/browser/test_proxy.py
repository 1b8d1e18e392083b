"""The app behind a reverse proxy that serves it under a prefix: told of it or not, with the prefix taken off or left on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import App, opened
from tests.browser.proxy import PREFIX, Proxy
from tests.browser.test_first_minute import READY, ready
from tests.browser.test_match import choose, drawn
from tests.browser.test_train import images_zip, press_train, run_id, tile, wait_state

pytestmark = pytest.mark.browser
Open = Callable[..., Page]


@dataclass(frozen=True)
class Served:
    """What `opened` has to know of an app."""

    url: str
    runs: Path


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An app that knows of its prefix."""
    app = App(tmp_path_factory.mktemp("told"), examples=True, GRADIO_ROOT_PATH=PREFIX)
    yield app
    app.stop()


@pytest.fixture(scope="module", params=["told, taken off", "told, left on", "not told, taken off"])
def proxy(request: pytest.FixtureRequest) -> Iterator[tuple[App, Proxy]]:
    app = request.getfixturevalue("fresh" if request.param.startswith("not") else "told")
    proxy = Proxy(app.port, strip=request.param.endswith("off"))
    yield app, proxy
    proxy.stop()


@pytest.fixture
def open_proxied(chromium: Browser, proxy: tuple[App, Proxy]) -> Iterator[Open]:
    own = proxy[1].origin + "/static/js/iframeResizer"  # Gradio's, for pages of a Space alone, where its server believes to be
    with opened(chromium, Served(proxy[1].url, proxy[0].runs), own) as open:  # type: ignore[arg-type]
        yield open


def test_a_run_is_shown_with_its_map(open_proxied: Open) -> None:
    page = ready(open_proxied(), "")
    expect(page.locator(".live-title")).to_contain_text("SimCLR")
    page.wait_for_selector(".live-map .map-paint")
    assert page.evaluate("getComputedStyle(document.querySelector('.live-status')).display") == "flex"  # with its style sheets
    page.click("#language")  # and as the same page again
    page.wait_for_selector("html[data-lang=zh] .live-map .map-paint")


def test_train_starts_a_run_that_is_seen_to_go_on(open_proxied: Open) -> None:
    page = open_proxied("?data=digits")
    press_train(page)
    wait_state(page, "running")
    page.wait_for_selector(".tile[data-key=steps] b")
    before = tile(page, "steps")
    page.wait_for_function(
        "before => Number(document.querySelector('.tile[data-key=steps] b').textContent.replace(/,/g, '')) > before", arg=before
    )
    run = run_id(page)
    page.reload()
    page.wait_for_selector(".tile[data-key=steps] b")
    assert run_id(page) == run
    if page.evaluate("document.body.dataset.run") == "running":
        page.click("#stop")
    wait_state(page, "stopped", "finished")


@pytest.mark.parametrize("view", [view for view in READY if view in ("?tab=learn",) or view.count("=") == 1 and "tab" in view])
def test_each_tab_opens_by_click_and_by_link(open_proxied: Open, view: str) -> None:
    page = ready(open_proxied(), "")
    page.locator(f"[role=tab][aria-controls=tab-{view.removeprefix('?tab=')}]").click()
    ready(page, view)
    page.reload()
    ready(page, view)


def test_own_pictures_are_taken(open_proxied: Open) -> None:
    page = ready(open_proxied("?tab=match"), "?tab=match")
    choose(page, "#match-own", {"cactus.png": drawn("cactus", 64)})
    expect(page.locator(".match-pictures img[src*='/own-']")).to_have_count(1)
    page.wait_for_function("document.querySelector('.match-pictures img').naturalWidth")


def test_an_upload_through_gradio_is_trained_with(open_proxied: Open, tmp_path: Path) -> None:
    page = open_proxied()
    page.click("#data input")
    page.get_by_role("option", name="Your own images").click()
    page.set_input_files("#upload input[type=file]", images_zip(tmp_path / "mine.zip", broken=False))
    page.wait_for_selector("#upload .file-preview, #upload table")
    press_train(page)
    wait_state(page, "running", "finished")
    expect(page.locator(".live-title")).to_contain_text("your own images")
