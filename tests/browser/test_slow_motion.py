"""One step in slow motion of a run that ships: its stations by the keyboard, an entry by the mouse, another temperature."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_first_minute import choose

pytestmark = pytest.mark.browser
Open = Callable[..., Page]


def test_a_batch_goes_through_by_arrow_keys_and_an_entry_tells_of_itself(open_fresh: Open) -> None:
    page = open_fresh("?lang=en", quiet=True)
    choose(page, "simclr")
    page.locator(".walk-begin").click()
    station, table = page.locator(".walk-station"), page.locator("entry-matrix .entry-table")
    expect(station).to_have_attribute("data-station", "images", timeout=60_000)
    page.locator(".live-walk").focus()
    for key in ("views", "features", "embeddings", "compared"):
        page.keyboard.press("ArrowRight")
        expect(station).to_have_attribute("data-station", key)
        assert page.locator(".live-step .flow.wide .here").count()
    page.wait_for_function("[...document.querySelectorAll('.walk-station img')].every(one => one.naturalWidth)")
    entry = page.locator(".walk-entry")
    table.locator(".framed").first.hover()
    expect(entry).to_contain_text("pulls them together")
    assert entry.locator(".walk-thumb").count() == 2
    table.focus()
    page.keyboard.press("ArrowRight")  # within the table, not to the next station
    expect(entry).to_contain_text("pushes them apart")
    expect(station).to_have_attribute("data-station", "compared")
    loss = page.locator(".walk-at")
    before, alone = loss.text_content() or "", entry.text_content() or ""
    page.locator(".walk-temperature input").focus()
    page.keyboard.press("End")
    expect(page.locator(".walk-temperature b")).to_have_text("2")
    expect(loss).not_to_have_text(before)
    expect(entry).not_to_have_text(alone)
    page.locator(".walk-places button").last.click()
    page.get_by_role("button", name="And again").click()
    expect(page.locator(".live-walk .walk-head")).to_contain_text("Batch 2")
    expect(station).to_have_attribute("data-station", "images")


def test_on_a_phone_no_station_is_wider_than_the_page(open_fresh: Open) -> None:
    page = open_fresh("?lang=zh&method=swav", width=390, height=844, quiet=True)
    page.locator(".walk-begin").click()
    station, places = page.locator(".walk-station"), page.locator(".walk-places button")
    expect(station).to_have_attribute("data-station", "images", timeout=60_000)
    for place in range(places.count()):
        places.nth(place).click()
        expect(places.nth(place)).to_have_attribute("aria-current", "step")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.locator(".live-walk").evaluate("walk => walk.getBoundingClientRect().right <= innerWidth")
