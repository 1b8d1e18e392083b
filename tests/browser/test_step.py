"""Train's drawing of a step: the method's data flow with the run's own pictures and numbers in it, each part explained."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from playground.learn import cards
from playground.texts import text
from tests.browser.test_first_minute import choose
from tests.browser.test_train import press_train, run_id, tile, wait_state

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
FILLED = """name => [...document.querySelectorAll('.live-step .flow.wide [data-live]')].every(place =>
    place.localName === 'text' ? place.textContent : (place.firstElementChild ?? place).getAttribute('href'))
    && document.querySelectorAll('.live-step .flow.wide svg[data-live]').length > 0"""


def said(page: Page, place: str) -> str:
    return page.locator(f".live-step .flow.wide text[data-live={place}]").text_content() or ""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_drawing_has_the_runs_own_pictures_and_numbers(open_fresh: Open, language: str) -> None:
    page = open_fresh(f"?lang={language}", quiet=True)
    for name in ("simclr", "clip", "masked"):
        choose(page, name)
        expect(page.locator(".live-title")).to_contain_text(text(language, f"cards.{name}.title"))
        expect(page.locator(".live-step .step-said")).to_contain_text(cards.flow(name, language)["text"])
        page.wait_for_function(FILLED)
        assert said(page, "loss") == page.locator(".tile[data-key=loss] b").text_content()
        rows = page.locator(".live-step .flow.wide svg[data-live] image").evaluate_all(
            "all => all.map(one => one.href.baseVal)"
        )
        assert all(f"/runs/{name}/pictures/" in row for row in rows)
        if name != "masked":
            spread = page.locator(".tile[data-key=std] b").text_content()
            assert said(page, "spread") == f"{text(language, 'live.step_spread')} {spread}"
    choose(page, "clip")
    page.wait_for_function(FILLED)
    first = said(page, "caption")
    page.locator(".live-step").get_by_role("button", name=text(language, "live.step_other")).click()
    page.wait_for_function(
        "first => document.querySelector('.live-step text[data-live=caption]').textContent !== first", arg=first
    )


def test_a_part_is_explained_by_mouse_and_by_keyboard(open_fresh: Open) -> None:
    page = open_fresh(quiet=True)
    symbols = {one["key"]: one["text"] for one in cards.flow("simclr", "en")["symbols"]}
    told = page.locator(".live-step .step-said")
    page.locator(".live-step .flow.wide .node.head").click()
    expect(told.locator("li")).to_have_count(1)
    expect(told).to_contain_text(symbols["g"])
    assert page.locator(".live-step .flow.wide .lit").count() == 1
    page.locator(".live-step .flow.wide .node.table > text").first.click()  # the table itself is a part, and so are its cells
    expect(told).to_contain_text(symbols["sim"])
    button = page.locator(".step-signs button[data-sym=tau]")
    button.focus()
    page.wait_for_function("document.querySelector('.live-step .flow.wide .knob').classList.contains('lit')")
    page.keyboard.press("Enter")
    expect(told).to_contain_text(symbols["tau"])
    expect(button).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Enter")
    expect(told).to_contain_text(cards.flow("simclr", "en")["text"])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_on_a_phone_the_flow_goes_down_the_page(open_fresh: Open, language: str) -> None:
    page = open_fresh(f"?lang={language}&method=clip", width=390, height=844, quiet=True)
    expect(page.locator(".live-step .flow.tall")).to_be_visible()
    expect(page.locator(".live-step .flow.wide")).to_be_hidden()
    page.wait_for_function(FILLED)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    card = page.locator(".live-step .flow-card").bounding_box()
    for one in page.locator(".live-step .flow.tall text").all():
        box = one.bounding_box()
        assert card and box and card["x"] <= box["x"] and box["x"] + box["width"] <= card["x"] + card["width"]


def test_while_a_run_trains_its_drawing_is_alive(open_page: Open) -> None:
    page = open_page("?data=digits")
    press_train(page, "SimSiam", "15 s")
    page.wait_for_function(FILLED)
    run = run_id(page)
    assert run in (page.locator(".live-step .flow.wide svg[data-live] image").first.get_attribute("href") or "")
    before = said(page, "loss")
    page.wait_for_function(
        "before => document.querySelector('.live-step text[data-live=loss]').textContent !== before", arg=before
    )
    wait_state(page, "finished")
    assert float(said(page, "loss")) == tile(page, "loss")
