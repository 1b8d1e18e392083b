"""Paste with the real clipboard: a text field keeps what is text, and a picture goes where pictures are taken."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_first_minute import ready

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
CELLS = "red heart\tgreen heart\nblack cat\tdog face"
# what a spreadsheet puts there: its cells as text and as a picture of them
COPY = """async text => {
    const canvas = Object.assign(document.createElement('canvas'), {width: 64, height: 64});
    canvas.getContext('2d').fillRect(8, 8, 40, 40);
    const png = await new Promise(done => canvas.toBlob(done, 'image/png'));
    const parts = text ? {'text/plain': new Blob([text], {type: 'text/plain'}), 'image/png': png} : {'image/png': png};
    await navigator.clipboard.write([new ClipboardItem(parts)]);
}"""


@pytest.fixture
def match(open_fresh: Open) -> Callable[..., Page]:
    """The tab, with a clipboard that holds these cells, or a picture alone."""

    def open(do: str, cells: str) -> Page:
        view = f"?tab=match&match={do}" if do != "words" else "?tab=match"
        page = ready(open_fresh(view, permissions=["clipboard-read", "clipboard-write"]), view)
        page.evaluate(COPY, cells)
        return page

    return open


def kept(page: Page) -> list[str]:
    """Fills up with the pictures that are sent to the app."""
    found: list[str] = []
    page.on("request", lambda r: found.append(r.url) if r.method == "POST" and "/playground/pictures" in r.url else None)
    return found


@pytest.mark.parametrize(
    ("do", "field", "text"),
    [
        ("words", "#match-labels", CELLS),
        ("find", "#match-query", CELLS.replace("\n", " ")),
        ("words", "#match-other", CELLS.replace("\n", " ")),
    ],
)
def test_cells_stay_text_in_a_text_field(match: Callable[..., Page], do: str, field: str, text: str) -> None:
    page = match(do, CELLS)
    sent = kept(page)
    page.fill(field, "")
    page.focus(field)
    page.keyboard.press("Control+V")
    page.wait_for_function("field => document.querySelector(field).value", arg=field)
    assert " ".join(page.input_value(field).split()) == " ".join(text.split())
    ready(page, "?tab=match&match=find" if do == "find" else "?tab=match")
    assert not sent
    expect(page.locator("img[src*='/own-']")).to_have_count(0)


def test_typed_words_are_pasted_into_the_list_of_texts(match: Callable[..., Page]) -> None:
    page = match("find", CELLS)
    sent = kept(page)
    page.locator("button[data-kind=typed]").click()
    page.fill("#match-texts", "")
    page.keyboard.press("Control+V")
    expect(page.locator("#match-texts")).to_have_value(CELLS)
    assert not sent


@pytest.mark.parametrize(("do", "taken"), [("words", ".match-pictures"), ("find", ".match-like")])
def test_a_picture_is_taken_where_no_field_wants_it(match: Callable[..., Page], do: str, taken: str) -> None:
    page = match(do, "")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Control+V")
    expect(page.locator(f"{taken} img[src*='/own-']")).to_have_count(1)


def test_on_a_tab_that_takes_none_nothing_is_taken(match: Callable[..., Page]) -> None:
    page = match("words", "")
    sent = kept(page)
    page.locator("[role=tab][aria-controls=tab-learn]").click()
    page.wait_for_selector(".learn[data-ready='1']")
    page.keyboard.press("Control+V")
    page.locator("[role=tab][aria-controls=tab-match]").click()
    ready(page, "?tab=match")
    assert not sent
