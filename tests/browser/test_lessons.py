"""Each lesson from first to last click, in a browser: what a step speaks of is lit and in sight, and answers are judged."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from playground.lessons import course

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
LESSONS = course.lessons()
# the part is on the page, a piece of it in sight, and none of that under the panel
LIT = """selector => {
    const panel = document.querySelector('.lesson').getBoundingClientRect(), beside = panel.height > innerHeight / 2;
    const right = beside ? panel.left : innerWidth, bottom = beside ? innerHeight : panel.top;
    return [...document.querySelectorAll(selector)].some(one => {
        const box = one.getBoundingClientRect();
        return box.width > 0 && box.height > 0 && box.top < bottom - 20 && box.bottom > 20 && box.left < right - 20 &&
            (!beside || box.right <= right + 4) && getComputedStyle(one).outlineStyle === 'solid';
    });
}"""

LATE = """() => {
    document.documentElement.style.overflowAnchor = 'none';
    const late = Object.assign(document.createElement('div'), {className: 'late'});
    late.style.height = '3000px';
    document.querySelector('.learn').before(late);
    return new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(drawn))));
}"""


def plain(text: str) -> str:
    """A text without its terms' links."""
    return re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)


def answer(page: Page, kind: str, wrong: bool) -> None:
    """A prediction, which may be right or wrong: by mouse, or by keyboard."""
    if kind == "number":
        slider = page.locator(".lesson-number input")
        slider.focus()
        page.keyboard.press("Home" if wrong else "End")
        page.keyboard.press("ArrowRight" if wrong else "ArrowLeft")
    elif kind == "map":
        page.locator(".lesson-pick select").select_option(index=1 if wrong else 7)
    else:
        choices = page.locator(".lesson-choice input")
        choices.last.focus() if wrong else choices.first.check()
        if wrong:
            page.keyboard.press("Space")
    page.locator(".lesson-answer").click()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_from_first_to_last_click(open_fresh: Open, name: str, language: str) -> None:
    """Each question is answered right in one language and wrong in the other; some walk on a phone."""
    lesson, chinese = LESSONS[name], language == "zh"
    phone = lesson.number % 3 == (0 if chinese else 2)
    size = {"width": 390, "height": 844, "has_touch": True} if phone else {"width": 1280, "height": 720}
    page = open_fresh(f"?lesson={name}", locale="zh-CN" if chinese else "en-US", **size)
    for at, step in enumerate(lesson.steps, 1):
        expect(page.locator(".lesson-text")).to_contain_text(plain(step.text[language])[:8])
        page.wait_for_function(LIT, arg=step.place.lit)
        assert page.evaluate("document.body.dataset.tab") == step.place.tab
        assert page.evaluate("new URLSearchParams(location.search).get('part')") == str(at)
        if step.question:
            expect(page.locator(".lesson-next")).to_be_disabled()
            kind = {"number": "number", "class": "map"}.get(step.question.kind, "choice")
            answer(page, kind, at % 2 == int(chinese))
            if step.question.train:
                page.locator(".lesson-shipped").click()
            expect(page.locator(".lesson-verdict")).to_contain_text("。" if chinese else ".")
            if seen := step.question.seen:
                page.wait_for_function(LIT, arg=seen.lit)
                assert page.evaluate("document.body.dataset.tab") == seen.tab
        if at < len(lesson.steps):
            page.locator(".lesson-next").click()
    expect(page.locator(".lesson-end")).to_contain_text(plain(lesson.after[language])[:8])
    kept = json.loads(page.evaluate("localStorage.getItem('playground-lessons')"))[name]
    assert kept["done"] and len(kept["told"]) == sum(step.question is not None for step in lesson.steps)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_a_lesson_is_left_and_taken_up(open_fresh: Open) -> None:
    page = open_fresh("?tab=learn", width=1280, height=720)
    card = page.locator(".lesson-card[data-lesson=collapse]")
    card.locator("button").click()
    page.wait_for_selector(".lesson h2")
    page.wait_for_function(LIT, arg=".learn-drawing")
    page.evaluate(LATE)  # pushes the part out of sight, as what a slow page draws later does
    page.wait_for_function(LIT, arg=".learn-drawing")
    page.evaluate("document.querySelector('.late').remove()")
    answer(page, "choice", wrong=False)
    page.locator(".lesson-next").click()
    expect(page.locator(".lesson-where")).to_contain_text("2")
    page.go_back()  # to the step before, which has been answered
    expect(page.locator(".lesson-verdict")).to_be_visible()
    page.locator(".lesson-next").click()
    narrow = page.evaluate("document.querySelector('.gradio-container').clientWidth")
    assert narrow <= page.evaluate("document.querySelector('.lesson').getBoundingClientRect().left")
    page.keyboard.press("Escape")
    expect(page.locator(".lesson-body")).to_have_count(0)
    assert page.evaluate("document.querySelector('.gradio-container').clientWidth") > narrow
    page.keyboard.press("Escape")
    page.locator(".lesson-leave").click()
    expect(page.locator(".lesson")).to_have_count(0)
    assert "lesson" not in page.evaluate("location.search")
    page.reload()
    page.get_by_role("tab", name="Learn").click()  # the lesson had gone on to another one, past a card that Learn shows still
    page.locator(".learn-nav button").first.click()
    card.locator("button").click()
    expect(page.locator(".lesson-where")).to_contain_text("2")
    page.locator(".lesson-back").click()
    expect(page.locator(".lesson-verdict")).to_be_visible()
