"""The page within a page of another site, for which a browser keeps nothing: the address carries what storage cannot."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from playground.texts import text
from tests.browser.conftest import App, patient
from tests.browser.test_train import press_train, wait_state

pytestmark = pytest.mark.browser
# as Chromium answers where storage of other sites is blocked
REFUSED = """
for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, {
    get() { throw new DOMException('Access is denied for this document.', 'SecurityError'); },
});
Object.defineProperty(document, 'cookie', {get: () => '', set: () => {}});
"""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Another site, with a page that shows the address in its query in an iframe."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<!doctype html><title>Another site</title><body><script>document.body.append(Object.assign("
            body += b"document.createElement('iframe'), {src: location.search.slice(1), width: 1350, height: 900}))</script>"
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def embedded(chromium: Browser, app: App, site: str) -> Iterator[Callable[..., Frame]]:
    """Opens the app there; an error in a page fails the test."""
    errors: list[str] = []
    context = patient(chromium.new_context(viewport={"width": 1400, "height": 950}, locale="en-US"))
    context.add_init_script(REFUSED)

    def open(query: str = "") -> Frame:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{site}?{app.url}{query}")
        frame = page.frames[1]
        drawn(frame)
        return frame

    yield open
    context.close()
    for run in app.runs.glob("*/run.json"):
        (run.parent / "stop").touch()
    assert not errors


def drawn(frame: Frame) -> None:
    frame.wait_for_selector(".live-empty, .live-status", state="attached")


def again(frame: Frame) -> None:
    """Reload the frame, as its menu does."""
    frame.evaluate("window.before = true")
    frame.evaluate("location.reload()")
    frame.wait_for_function("!window.before && document.readyState === 'complete'")
    drawn(frame)


def switched(frame: Frame, language: str) -> None:
    frame.click("#language")
    frame.wait_for_selector(f"html[data-lang={language}]")
    drawn(frame)
    expect(frame.locator("#train")).to_have_text(text(language, "controls.train"))


def test_the_language_button_works_and_a_reload_keeps_the_language(embedded: Callable[..., Frame]) -> None:
    frame = embedded("?tab=learn")
    expect(frame.locator("#tab-learn")).to_be_visible()
    frame.click("#language")
    frame.wait_for_selector("html[data-lang=zh] .learn[data-ready='1']")  # the same tab, in the other language
    assert "lang=zh" in frame.url
    again(frame)
    frame.wait_for_selector("html[data-lang=zh] .learn[data-ready='1']")
    frame.locator("[role=tab][aria-controls=tab-train]").click()  # which writes the address
    expect(frame.locator("#train")).to_be_visible()
    again(frame)
    frame.wait_for_selector("html[data-lang=zh]")
    switched(frame, "en")


def test_what_the_app_says_is_in_the_language_of_the_page(embedded: Callable[..., Frame]) -> None:
    frame = embedded("?lang=zh")
    frame.click("#data input")
    frame.get_by_role("option", name=text("zh", "data.own")).click()
    frame.click("#train")
    expect(frame.locator(".toast")).to_contain_text("zip")
    expect(frame.locator(".toast")).to_contain_text("上传")


def test_a_run_of_ones_own_is_ones_own_after_a_reload(embedded: Callable[..., Frame]) -> None:
    frame = embedded("?data=digits")
    press_train(frame, budget="30 s")  # type: ignore[arg-type]
    expect(frame.locator("#stop")).to_be_visible()
    again(frame)
    wait_state(frame, "running", "queued", "starting")  # type: ignore[arg-type]
    expect(frame.locator("#stop")).to_be_visible()
    switched(frame, "zh")
    expect(frame.locator("#stop")).to_be_visible()
    frame.click("#stop")
    wait_state(frame, "stopped")  # type: ignore[arg-type]
    assert frame.locator(".toast").is_hidden()


def test_where_storage_works_no_secret_is_in_the_address(open_page: Callable[..., Page]) -> None:
    page = open_page("?data=digits")
    press_train(page)
    expect(page.locator("#stop")).to_be_visible()
    secret = page.evaluate("Object.values(localStorage).find(value => /^[0-9a-f]{32}$/.test(value))")
    assert secret and secret not in page.url
    page.click("#stop")
    wait_state(page, "stopped", "finished")
