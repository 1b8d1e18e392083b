"""The Learn tab as people use it: overview, cards by mouse, keyboard and link, symbols that light up, switches that run."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from playground.texts import text
from tests.browser.conftest import App
from trainers import record
from trainers.method import methods

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
# words that a drawing's frame cuts off, and nodes whose words lie over the edge of their box
CUT = """() => {
    const box = document.querySelector('.learn-drawing').getBoundingClientRect();
    return [...document.querySelectorAll('.learn-drawing .tall text')].filter(text => {
        const r = text.getBoundingClientRect();
        return r.left < box.left || r.right > box.right;
    }).map(text => text.textContent);
}"""
OUT = """() => [...document.querySelectorAll('.learn-drawing .wide .node')].filter(node => {
    if (!node.matches('.net, .head, .decoder, .step, .loss, .words')) return false;
    const box = node.querySelector('.shape').getBBox(), right = box.x + box.width, bottom = box.y + box.height;
    return [...node.querySelectorAll('text')].map(text => text.getBBox()).some(
        t => t.x < box.x || t.x + t.width > right || t.y < box.y - 2 || t.y + t.height > bottom + 2);
}).map(node => node.textContent)"""


@pytest.fixture
def learn(open_page: Open, pair: list[str]) -> Callable[..., Page]:
    def open(card: str = "", **options: object) -> Page:
        page = open_page(f"?tab=learn{card and f'&card={card}'}", quiet=True, **options)
        page.wait_for_selector(".learn[data-ready='1']")
        return page

    return open


def card_of(page: Page) -> str | None:
    return page.evaluate("new URLSearchParams(location.search).get('card')")


def lit(page: Page, where: str) -> Locator:
    return page.locator(f"{where} .lit, {where}.lit")


def test_the_overview_has_a_drawing_a_family_and_a_line_for_every_method(learn: Callable[..., Page]) -> None:
    page = learn()
    cards = page.locator(".learn-open")
    assert cards.evaluate_all("all => all.map(one => one.dataset.card)") == list(methods())
    for i, name in enumerate(methods()):
        expect(cards.nth(i)).to_contain_text(text("en", f"cards.{name}.line"))
        expect(cards.nth(i).locator("svg.wide")).to_be_visible()
    assert page.locator(".learn-tables tbody tr").count() == len(methods())
    row = page.locator(".learn-tables tbody tr", has_text="CLIP")
    expect(row).to_contain_text("yes, across modalities")
    expect(row).to_contain_text("two networks")
    expect(page.locator(".learn-insight")).to_have_count(3)


def test_a_card_opens_by_click_by_keyboard_and_by_link(learn: Callable[..., Page]) -> None:
    page = learn()
    page.locator(".learn-open[data-card=byol]").click()
    expect(page.locator(".learn h2")).to_have_text("BYOL")
    assert card_of(page) == "byol"
    page.keyboard.press("Escape")
    expect(page.locator(".learn-open")).to_have_count(len(methods()))
    expect(page.locator(".learn-open[data-card=byol]")).to_be_focused()
    assert card_of(page) is None
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".learn h2")).to_be_focused()
    after = list(methods())[list(methods()).index("byol") + 1]
    assert card_of(page) == after
    page.locator(".learn-pill", has_text="SimSiam").click()
    again = learn("simsiam")
    expect(again.locator(".learn h2")).to_have_text("SimSiam")
    expect(again.locator(".learn-pill[aria-current=page]")).to_have_text("SimSiam")
    learn("no-such-card").wait_for_selector(".learn-open")


def test_a_symbol_lights_up_in_formula_list_and_drawing(learn: Callable[..., Page]) -> None:
    page = learn("simsiam")
    stop = page.locator(".learn-symbol[data-sym=sg]")
    stop.hover()
    expect(lit(page, ".learn-drawing .wide")).to_have_count(1)
    expect(page.locator(".learn-drawing .wide .edge.stop.lit")).to_have_count(1)
    expect(page.locator(".learn-formula .sym.lit")).to_have_text(["sg", "sg"])
    page.locator(".learn-formula .sym[data-sym=h]").hover()
    expect(page.locator(".learn-drawing .wide .node.head.lit")).to_contain_text("predictor")
    expect(page.locator(".learn-symbol.lit")).to_contain_text("narrow network")
    page.locator(".learn-drawing .wide .node.loss").hover()
    expect(page.locator(".learn-symbol.lit")).to_contain_text(["one minus the cosine", "mean of both directions"])
    page.mouse.move(5, 5)
    expect(page.locator(".learn .lit")).to_have_count(0)
    # the keyboard goes through the list, and keeps a symbol lit
    page.locator(".learn-symbol[data-sym=z]").focus()
    expect(page.locator(".learn-drawing .wide .node.vector.lit")).to_have_count(2)
    page.keyboard.press("Tab")
    expect(page.locator(".learn-drawing .wide .node.head.lit")).to_contain_text("predictor")
    page.keyboard.press("Enter")
    expect(page.locator(".learn-symbol[data-sym=h]")).to_have_attribute("aria-pressed", "true")
    page.locator(".learn-nav button").first.focus()
    expect(page.locator(".learn-drawing .wide .node.head.lit")).to_have_count(1)


def test_every_symbol_of_every_card_has_its_place(learn: Callable[..., Page]) -> None:
    page = learn()
    for name in methods():
        page.evaluate("name => window.playground.learner.show(name)", name)
        for row in page.locator(".learn-symbol").all():
            row.focus()
            assert page.locator(".learn-drawing .wide .lit").count(), (name, row.text_content())
            assert page.locator(".learn-formula .lit").count(), (name, row.text_content())


def test_switching_off_the_stop_gradient_runs_on_train(app: App, learn: Callable[..., Page]) -> None:
    page = learn("simsiam")
    page.locator(".learn-switch", has_text="Stop gradient: off").locator("button.primary").click()
    page.wait_for_function(
        "document.body.dataset.tab === 'train' && ['queued', 'starting', 'running'].includes(document.body.dataset.run)"
    )
    run = page.evaluate("window.playground.run()")
    config = record.read_config(app.runs / run)
    assert config.method == "simsiam" and config.knobs == {"stop_gradient": False} and config.seconds == 30
    assert page.evaluate("new URLSearchParams(location.search).get('run')") == run
    page.locator("#stop").click()  # it is this browser's own
    page.wait_for_function("document.body.dataset.run === 'stopped'")


def test_why_a_run_was_not_started_is_said(open_page: Open) -> None:
    page = open_page("?tab=learn&card=byol")  # whose console will tell of the refusal
    full = {"error": "The queue is full."}
    page.route(re.compile(r"/playground/runs\?"), lambda route: route.fulfill(status=404, json=full))
    page.locator(".learn-switch button").first.click()
    expect(page.locator(".learn-switch .learn-budget").first).to_have_text("The queue is full.")
    assert page.evaluate("document.body.dataset.tab") == "learn"


def test_an_example_is_shown_on_train_and_elsewhere(learn: Callable[..., Page]) -> None:
    page = learn("simsiam")
    page.locator(".learn-switch", has_text="Stop gradient: off").locator("a").click()
    page.wait_for_function("document.body.dataset.run === 'finished'")
    assert page.evaluate("[window.playground.run(), document.body.dataset.tab]") == ["simsiam-collapsed", "train"]
    page = learn()
    insight = page.locator(".learn-insight[data-insight=collapse]")
    assert "tab=compare&runs=simsiam%2Csimsiam-collapsed" in insight.locator("a").last.get_attribute("href")
    insight.get_by_text("Both SimSiam runs").click()
    page.wait_for_function("document.body.dataset.tab === 'compare'")
    page = learn("simsiam")
    page.locator(".watch a").nth(1).click()
    page.wait_for_function("document.body.dataset.tab === 'explore'")
    assert page.evaluate("new URLSearchParams(location.search).get('run')") == "simsiam"


def test_the_chinese_page_is_chinese(learn: Callable[..., Page]) -> None:
    page = learn(locale="zh-CN")
    names = ["SimCLR", "SwAV", "BYOL", "SimSiam", "CLIP", "Sinkhorn"]
    for card in ["", *methods()]:
        page.evaluate("name => window.playground.learner.show(name)", card)
        expect(page.locator(".learn h2").last).to_have_text(text("zh", f"cards.{card}.title" if card else "learn.title"))
        shown: list[str] = page.evaluate(
            """() => { const w = document.createTreeWalker(document.querySelector('.learn'), NodeFilter.SHOW_TEXT), found = [];
            while (w.nextNode()) if (!w.currentNode.parentElement.closest('[lang=en], code')) found.push(w.currentNode.data);
            return found }"""
        )
        for (
            sentence
        ) in shown:  # names of methods and of papers' parts stay; a sentence would have three words beside each other
            words = re.sub("|".join([*names, *(cls.card.title for cls in methods().values())]), "", sentence)
            assert not re.search(r"[A-Za-z]{2,} [A-Za-z]{2,} [a-z]{2,}", words), sentence


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_a_phone_has_drawings_that_run_down_and_nothing_sticks_out(learn: Callable[..., Page], locale: str) -> None:
    page = learn(locale=locale, width=390, height=844, has_touch=True)
    for card in ["", *methods()]:
        page.evaluate("name => window.playground.learner.show(name)", card)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, card
        assert page.evaluate("[...document.querySelectorAll('.learn-formula')].every(f => f.scrollWidth <= f.clientWidth)"), (
            card
        )
        if card:
            expect(page.locator(".learn-drawing .tall")).to_be_visible()
            expect(page.locator(".learn-drawing .wide")).to_be_hidden()
            cut = page.evaluate(CUT)
            assert not cut, (card, cut)


def test_words_fit_into_their_boxes(learn: Callable[..., Page]) -> None:
    for locale in ("en-US", "zh-CN"):
        page = learn(locale=locale)
        for card in methods():
            page.evaluate("name => window.playground.learner.show(name)", card)
            out = page.evaluate(OUT)
            assert not out, (card, out)


def test_the_code_of_a_method_is_there(learn: Callable[..., Page]) -> None:
    page = learn("masked")
    page.locator(".learn-code summary").click()
    expect(page.locator(".learn-code pre")).to_contain_text("class Masked(Method)")
    expect(page.locator(".learn-code .code-keyword").first).to_be_visible()
    expect(page.locator(".learn-paper a")).to_have_attribute("href", "https://arxiv.org/abs/2111.06377")
