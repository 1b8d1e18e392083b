"""Words that explain themselves: by mouse, touch and keyboard, on a desktop and a phone, in both languages."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from playground.page import glossary
from tests.browser.conftest import App, patient

pytestmark = pytest.mark.browser
DESKTOP, PHONE = {"width": 1280, "height": 720}, {"width": 390, "height": 844}
RUN = "simclr"


def opened(chromium: Browser, app: App, query: str, language: str, phone: bool = False) -> Page:
    context = patient(chromium.new_context(viewport=PHONE if phone else DESKTOP, has_touch=phone))
    page = context.new_page()
    page.goto(f"{app.url}?lang={language}&{query}")
    return page


def inside(page: Page) -> bool:
    """Whether the note lies within the window."""
    return page.evaluate(
        "(() => { const box = document.querySelector('.term-note').getBoundingClientRect();"
        " return box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight; })()"
    )


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_tile_and_a_row_explain_themselves(chromium: Browser, fresh: App, language: str, phone: bool) -> None:
    page = opened(chromium, fresh, f"run={RUN}", language, phone)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/glossary?" in request.url else None)
    terms, note = glossary.terms(language), page.locator(".term-note")
    word = page.locator('.tile[data-key="std"] button.term')
    expect(word).to_be_visible()
    assert not asked  # nothing is fetched before somebody wants it
    act = word.tap if phone else word.hover
    act()
    expect(note).to_contain_text(terms["std"]["text"])
    assert inside(page) and len(asked) == 1
    page.keyboard.press("Escape")
    expect(note).to_have_count(0)
    for row in page.locator(".live-result button.term").all():
        page.keyboard.press("Escape")  # the one before may lie over it
        if phone:
            row.tap()
        else:
            row.click()
        expect(note).to_have_count(1)  # one at a time
        expect(note.locator("b")).to_be_visible()
        assert inside(page)
    assert len(asked) == 1
    page.context.close()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_keyboard_opens_and_leaves_a_term(chromium: Browser, fresh: App, language: str) -> None:
    page = opened(chromium, fresh, "tab=learn&card=simsiam", language)
    word, note = page.locator(".learn-lead button.term").first, page.locator(".term-note")
    expect(word).to_be_visible()
    page.locator(".learn-head h2").focus()
    page.keyboard.press("Tab")
    expect(word).to_be_focused()
    expect(note).to_contain_text(glossary.terms(language)["view"]["text"])
    expect(word).to_have_attribute("aria-describedby", "term-note")
    page.keyboard.press("Escape")
    expect(note).to_have_count(0)
    expect(page.locator(".learn-head")).to_be_visible()  # Escape closed the note, not the card
    page.keyboard.press("Tab")
    expect(note).to_have_count(1)
    page.keyboard.press("Shift+Tab")
    expect(word).to_be_focused()
    expect(note).to_have_count(1)
    page.context.close()


def test_every_tab_explains_its_words(chromium: Browser, fresh: App) -> None:
    places = {
        "tab=explore&run=simclr": [".map-quality button.term", ".spark button.term", ".explore-top button.term-mark"],
        "tab=compare&runs=simsiam,simsiam-collapsed": [".compare-table thead button.term", ".compare-curves button.term-mark"],
        "tab=reconstruct&run=masked": [".heat-scale + .hint button.term"],
        "tab=match": [".match-softened button.term"],
    }
    page = opened(chromium, fresh, "tab=learn", "en")
    for query, selectors in places.items():
        page.goto(f"{fresh.url}?lang=en&{query}")
        for selector in selectors:
            word = page.locator(selector).first
            expect(word).to_be_visible()
            word.click()
            expect(page.locator(".term-note b")).to_be_visible()
            assert inside(page), selector
            page.keyboard.press("Escape")
    page.context.close()
