"""An answer that comes late says nothing about what a person has done since it was asked: what was done last stays."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.held import Held
from tests.browser.test_first_minute import LONG, asked, ready

pytestmark = pytest.mark.browser
Open = Callable[..., Page]


# -- Reconstruct ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def rebuild(open_fresh: Open) -> Callable[..., Page]:
    """Opens the tab on a run, as a link does, and waits for its first answer."""

    def open(run: str, do: str, query: str = "&image=7") -> Page:
        page = open_fresh(f"?tab=reconstruct&run={run}&do={do}{query}")
        page.wait_for_selector(f".reconstruct-columns[data-doing={do}][data-answered]", timeout=LONG)
        return page

    return open


def seen(canvas: Locator) -> np.ndarray:
    """(H,W,3): what a canvas holds."""
    data = canvas.evaluate("c => c.toDataURL('image/png')")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data.split(",")[1]))).convert("RGB"))


def shot(page: Page, name: str) -> Locator:
    return page.locator(".stage .shot", has=page.get_by_text(name, exact=True)).locator("canvas")


def test_sliders_answer_to_the_last_place(rebuild: Callable[..., Page]) -> None:
    page = rebuild("autoencoder", "rebuild")
    first = page.locator(".latents input").first
    held = Held(page, r"/repair/decode\?")
    first.focus()
    values = []
    for number in range(6):
        page.keyboard.press("PageUp")
        values.append(first.input_value())
        if number:
            held.answer()
        assert first.input_value() == values[-1]
    held.release()
    expect(first).to_have_value(values[-1])


def test_the_level_of_noise_is_the_last_one(rebuild: Callable[..., Page]) -> None:
    page = rebuild("denoising", "noise")
    level, held = page.get_by_label("Level", exact=True), Held(page, r"/repair/noise\?")
    level.focus()
    before = float(level.input_value())
    for number in range(8):
        page.keyboard.press("ArrowRight")
        if number:
            held.answer()
    held.release()
    expect(level).to_have_value(f"{before + 0.08:.2f}".rstrip("0"))
    assert f"_{before + 0.08:.2f}".rstrip("0") + "_" in asked(page)["noise"]
    numbers = page.locator(".stage .shot", has=page.get_by_text("denoised", exact=True)).locator("small")
    again = page.context.new_page()
    again.goto(page.url)
    again.wait_for_selector(".reconstruct-columns[data-answered]", timeout=LONG)
    same = again.locator(".stage .shot", has=again.get_by_text("denoised", exact=True)).locator("small")
    expect(same).to_have_text(numbers.inner_text(), timeout=LONG)
    again.close()


def wait_run(page: Page, run: str) -> None:
    page.wait_for_function("run => new URLSearchParams(location.search).get('run') === run", arg=run)


# -- Explore -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def explore(open_fresh: Open) -> Callable[..., Page]:
    def open(query: str = "&run=simclr&map=pca-2") -> Page:
        page = open_fresh(f"?tab=explore{query}")
        page.wait_for_selector(".pane .map[data-key^=pca] .map-paint", timeout=LONG)
        page.wait_for_selector(".picked")
        return page

    return open


def test_the_run_that_was_chosen_last_is_explored(explore: Callable[..., Page]) -> None:
    page = explore()
    held = Held(page, r"runs/byol/images.json")
    page.locator("#explore-run").select_option("byol")
    held.wait()
    page.locator("#explore-run").select_option("swav")
    page.wait_for_selector(".pane[data-run=swav] .map-paint", timeout=LONG)
    held.release()
    expect(page.locator(".pane")).to_have_count(1)
    expect(page.locator("#explore-run")).to_have_value("swav")
    wait_run(page, "swav")


def test_neighbours_are_those_of_the_last_moment(explore: Callable[..., Page]) -> None:
    page = explore("&run=simclr&map=pca-2&pick=11")
    images = ".picked .neighbours [data-index]"
    page.wait_for_selector(images, timeout=LONG)
    indices = "all => all.map(one => one.dataset.index)"
    last = page.locator(images).evaluate_all(indices)
    scrub = page.locator(".scrub")
    scrub.focus()
    with page.expect_response(re.compile("/neighbours/")):
        page.keyboard.press("Home")
    held = Held(page, "/neighbours/")
    page.keyboard.press("ArrowRight")
    held.wait()
    page.keyboard.press("End")
    held.wait(2)
    held.answer(1)  # in the other order
    held.release()
    assert page.locator(images).evaluate_all(indices) == last


def test_the_colour_that_was_chosen_last_is_shown(explore: Callable[..., Page]) -> None:
    page = explore()
    legend = page.locator(".explore .map-legend button")
    classes = legend.all_inner_texts()
    held = Held(page, "/values/cluster/")
    page.locator("#explore-colour").select_option("cluster")
    held.wait()
    page.locator("#explore-colour").select_option("label")
    held.release()
    expect(page.locator("#explore-colour")).to_have_value("label")
    assert legend.all_inner_texts() == classes


# -- Match ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def match(open_fresh: Open) -> Callable[..., Page]:
    def open(do: str = "words") -> Page:
        view = "?tab=match" if do == "words" else f"?tab=match&match={do}"
        return ready(open_fresh(view), view)

    return open


def test_labels_typed_while_pictures_are_dealt_stay(match: Callable[..., Page]) -> None:
    page = match()
    held = Held(page, r"match/deal\?")
    page.get_by_role("button", name="Deal").click()
    held.wait()
    page.fill("#match-labels", "red heart\nblack cat")
    held.release()
    expect(page.locator(".match-best [data-label='black cat']")).to_be_visible(timeout=LONG)
    expect(page.locator("#match-labels")).to_have_value("red heart\nblack cat")


def test_temperature_and_templates_are_those_of_last(match: Callable[..., Page]) -> None:
    page = match()
    slider, held = page.locator("#match-temperature"), Held(page, r"match/match\?")
    slider.focus()
    values = []
    for number in range(4):
        page.keyboard.press("ArrowRight")
        values.append(slider.input_value())
        if number:
            held.answer()
        assert slider.input_value() == values[-1]
    page.locator(".match [data-kind=ensemble]:visible").click()
    held.answer()
    page.locator(".match [data-kind=one]:visible").click()
    held.release()
    page.wait_for_selector(".match-answer[data-ready='1']", timeout=LONG)
    expect(slider).to_have_value(values[-1])
    expect(page.locator(".match [data-kind=one]:visible")).to_have_attribute("aria-pressed", "true")
    assert asked(page)["template"] == "one"


# -- Compare -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def compare(open_fresh: Open) -> Callable[..., Page]:
    def open(query: str = "&runs=simsiam,simsiam-collapsed") -> Page:
        page = open_fresh(f"?tab=compare{query}")
        page.wait_for_selector(".compare-curves .js-line", timeout=LONG)
        return page

    return open


def shown(page: Page) -> list[str]:
    return (page.locator(".compare").get_attribute("data-runs") or "").split(",")


def test_runs_that_are_taken_out_and_added_meanwhile(compare: Callable[..., Page]) -> None:
    page = compare("&runs=simsiam,byol,simsiam-collapsed,swav")
    held = Held(page, r"playground/compare\?")
    for run in ("byol", "swav"):
        page.locator(f".compare-table tr[data-run='{run}'] .compare-remove").click()
    page.locator("#compare-add").select_option("simclr")
    held.wait(3)
    held.answer(2)
    held.release()
    page.wait_for_selector(".compare-table tr[data-run=simclr]", timeout=LONG)
    assert shown(page) == ["simsiam", "simsiam-collapsed", "simclr"]
    assert asked(page)["runs"] == "simsiam,simsiam-collapsed,simclr"


def test_the_ring_is_about_the_last_image(compare: Callable[..., Page]) -> None:
    page = compare("&runs=autoencoder,denoising")
    page.wait_for_selector(".compare-pictures table[data-ready]", timeout=LONG)
    held = Held(page, r"/repair/compare\?")
    for _ in range(3):
        page.get_by_role("button", name="Next image").click()
    held.wait()
    held.release()
    page.wait_for_selector(".compare-pictures table[data-ready^='2,']", timeout=LONG)
    expect(page.locator(".compare-kept")).to_have_attribute("data-index", "2")
    assert asked(page)["kept"] == "2"


# -- Train ---------------------------------------------------------------------------------------------------------------


def test_the_map_that_was_chosen_last_is_shown(open_fresh: Open) -> None:
    page = ready(open_fresh(), "")
    kinds = page.locator("#live .map-kinds")
    expect(kinds.locator(".chosen")).to_contain_text("UMAP")
    umap = seen(page.locator("#live .map-paint"))
    held = Held(page, r"/maps/pca")
    kinds.get_by_role("button", name="PCA").click()
    held.wait()
    kinds.get_by_role("button", name="UMAP").click()
    held.release()
    expect(kinds.locator(".chosen")).to_contain_text("UMAP")
    assert "view" not in asked(page)
    assert (seen(page.locator("#live .map-paint")) != umap).mean() < 0.01
