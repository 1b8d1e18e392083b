"""The first screen at three sizes: what is in sight without scrolling, read off the page; and a run from click to end."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from playground.texts import text
from tests.browser.conftest import SECONDS, maps_stand

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
LOCALES = {"en": "en-US", "zh": "zh-CN"}
SIZES = {"projector": (1280, 720), "phone": (390, 844), "large": (1920, 1080)}

# the buttons whose words go beyond them
BEYOND = """labels => labels.filter(label => {
    const words = document.createRange(), box = label.getBoundingClientRect();
    words.selectNodeContents(label.querySelector('span'));
    const {left, right} = words.getBoundingClientRect();
    return left < box.left || right > box.right; }).map(label => label.innerText)"""


def box(page: Page, selector: str) -> dict[str, float]:
    found = page.locator(selector).first.bounding_box()
    assert found, selector
    return found


def in_sight(page: Page, selector: str) -> bool:
    """Whether all of it is in the window, with nothing over it."""
    one, size = box(page, selector), page.viewport_size
    assert size
    inside = one["x"] >= 0 and one["y"] >= 0 and one["x"] + one["width"] <= size["width"] + 1
    covered = page.evaluate(
        """([selector, y]) => { const node = document.querySelector(selector), box = node.getBoundingClientRect();
        const top = document.elementFromPoint(box.left + box.width / 2, y); return !(node === top || node.contains(top)); }""",
        [selector, one["y"] + one["height"] - 3],
    )
    return inside and one["y"] + one["height"] <= size["height"] + 1 and not covered


@pytest.mark.parametrize("language", list(LOCALES))
@pytest.mark.parametrize("size", list(SIZES))
def test_the_map_its_name_the_method_and_train_are_in_sight(open_fresh: Open, size: str, language: str) -> None:
    width, height = SIZES[size]
    page = open_fresh(width=width, height=height, locale=LOCALES[language])
    maps_stand(page)
    expect(page.locator(".live-line")).to_have_text(text(language, "cards.simclr.line"))
    for selector in (".live-title", ".live-line", ".live-map .map", ".live-bar", "#train"):
        assert in_sight(page, selector), selector
    map_, train = box(page, ".live-map .map"), box(page, "#train")
    if size == "phone":  # the map first, the form after it
        assert map_["width"] > 0.9 * width and box(page, "#method")["y"] > map_["y"] + map_["height"]
    else:
        assert train["x"] + train["width"] < map_["x"] and map_["height"] > 0.5 * height
        assert in_sight(page, ".tile.learned") and in_sight(page, ".live-map .timeline .play")
        assert in_sight(page, ".live-colours")  # what the colours are, and that the network never saw them
    assert page.eval_on_selector_all("#method label, #budget label", BEYOND) == []
    keys = page.eval_on_selector_all(".live-side .tile", "tiles => tiles.map(one => one.dataset.key)")
    assert keys[0] == "knn" and keys[-2:] == ["steps", "rate"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_map_grows_with_the_window(open_fresh: Open) -> None:
    page = open_fresh(width=1280, height=720)
    maps_stand(page)
    small = box(page, ".live-map .map")
    page.set_viewport_size({"width": 1920, "height": 1080})
    maps_stand(page)
    large = box(page, ".live-map .map")
    assert large["width"] > 1.4 * small["width"] and large["height"] > 1.4 * small["height"]


def test_on_a_phone_progress_and_train_stay_while_one_scrolls(open_fresh: Open) -> None:
    page = open_fresh(width=390, height=844)
    maps_stand(page)
    page.evaluate("scrollTo(0, 900)")
    page.wait_for_function("scrollY > 500")
    assert in_sight(page, ".live-now .live-bar") and in_sight(page, "#train")


def test_on_a_projector_train_stays_while_one_scrolls_and_every_knob_can_be_reached(open_fresh: Open) -> None:
    page = open_fresh(width=1280, height=720)
    maps_stand(page)
    page.click("#knobs button")
    last = page.locator("#controls input:visible").last
    last.wait_for()
    page.evaluate("scrollTo(0, 1200)")
    page.wait_for_function("scrollY > 1000")
    assert in_sight(page, "#train") and in_sight(page, "#method")
    page.mouse.move(140, 500)  # over the controls, which are taller than the window now
    page.mouse.wheel(0, 4000)
    page.wait_for_function("(c => c.scrollTop + c.clientHeight >= c.scrollHeight - 1)(document.querySelector('#controls'))")
    place = last.bounding_box()
    assert place and 0 < place["y"] < 720 - place["height"] and in_sight(page, "#train")


@pytest.mark.parametrize("language", list(LOCALES))
def test_from_click_to_end_the_last_run_stays_the_map_moves_and_a_sentence_is_said(open_fresh: Open, language: str) -> None:
    page = open_fresh(width=1280, height=720, locale=LOCALES[language])
    maps_stand(page)
    before = {one: box(page, one) for one in (".live-map .map", ".live-side")}
    page.locator("#budget label").first.click()
    page.evaluate("""() => { const map = document.querySelector('.live embedding-map'); let was = map.positions;
        window.seen = 0; window.waited = [];
        new MutationObserver(() => {
          const word = document.querySelector('.live-map.old .state')?.textContent.trim();
          if (word) waited.push([word, map.begun && map.positions !== null]);
          if (map.positions !== was) { was = map.positions; seen++; }
        }).observe(document.querySelector('.live'),
          {subtree: true, childList: true, attributes: true, characterData: true}); }""")
    page.click("#train")
    page.wait_for_function("document.body.dataset.run === 'running' && seen >= 3")
    waited = page.evaluate("waited")
    assert waited and all(word and there for word, there in waited)
    assert page.locator(".live .old, .live .state").count() == 0
    for one, place in before.items():  # nothing has jumped
        now = box(page, one)
        assert abs(now["x"] - place["x"]) < 1 and abs(now["y"] - place["y"]) < 1, one
    page.evaluate("scrollTo(0, 1200)")
    page.wait_for_function("scrollY > 1000")
    assert in_sight(page, "#train") and in_sight(page, "#stop")
    page.wait_for_function("document.body.dataset.run === 'finished'", timeout=2000 * SECONDS)
    expect(page.locator(".live-ending")).not_to_be_empty()
    assert page.locator(".live-ways a").count() == 3
    steps = int(page.inner_text(".tile[data-key=steps] b").replace(",", ""))
    few = steps < 0.6 * 1300
    expect(page.locator(".live-status")).to_have_attribute("data-tone", "warn" if few else "good")
    last = page.evaluate("document.querySelector('.live time-line').last")
    page.locator(".live-map .timeline .play").click()
    page.wait_for_function("document.querySelector('.live time-line').index < document.querySelector('.live time-line').last")
    page.wait_for_function("document.querySelector('.live time-line').last > 3")
    assert last >= 0
