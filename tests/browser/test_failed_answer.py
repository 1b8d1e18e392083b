"""An answer that failed is called what it is: the app was reached, and something in it went wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from playground.runs.shipped import MARK
from playground.texts import text
from tests.browser.conftest import App, wait
from tests.browser.test_first_minute import ready

pytestmark = pytest.mark.browser
Open = Callable[..., Page]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("body", ["json", "html"])
def test_a_failure_of_the_app_is_no_lost_connection(open_fresh: Open, language: str, body: str) -> None:
    page = ready(open_fresh(f"?lang={language}"), "")
    said = page.locator(".live-sentence")
    finished = said.inner_text()
    answer = {"json": {"error": text(language, "toast.unexpected")}} if body == "json" else {"body": "<h1>Error</h1>"}
    page.route("**/playground/runs/*/live?*", lambda route: route.fulfill(status=500, **answer))  # type: ignore[arg-type]
    with page.expect_response("**/playground/runs/*/live?*") as found:
        pass
    assert found.value.status == 500
    expect(said).to_have_text(text(language, "toast.unexpected"))
    page.unroute("**/playground/runs/*/live?*")
    expect(said).to_have_text(finished)  # and when it is well again, the page shows the run


def test_a_connection_that_is_lost_is_still_called_so(open_fresh: Open) -> None:
    page = ready(open_fresh(), "")
    page.route("**/playground/runs/*/live?*", lambda route: route.abort("connectionrefused"))
    expect(page.locator(".live-sentence")).to_have_text(text("en", "live.gone"))
    page.unroute("**/playground/runs/*/live?*")
    expect(page.locator(".live-sentence")).to_contain_text("Finished")


def test_a_run_whose_files_are_damaged_has_a_sentence_and_a_line_in_the_log(fresh: App, open_fresh: Open) -> None:
    damaged = fresh.runs / "damaged"
    shutil.copytree(fresh.runs / "simclr", damaged)
    (damaged / MARK).unlink()
    (damaged / "events.jsonl").write_text("no event\n")
    began = fresh.log.stat().st_size
    try:
        page = open_fresh("?run=damaged")
        expect(page.locator(".live-sentence")).to_contain_text("events.jsonl is damaged or not of this app")
        wait(lambda: "a line of events.jsonl is no event" in fresh.log.read_text()[began:], "what is wrong with it")
    finally:
        shutil.rmtree(damaged)
