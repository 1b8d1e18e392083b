"""The Compare tab in a real browser: the example, linked maps, the same images rebuilt, copies, sweeps, and the address."""

from __future__ import annotations

import base64
import io
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from playground.runs.numbers import shown as measure
from playground.runs.store import Runs, read_images
from tests.browser.conftest import App, central, curve_drawn
from trainers import record
from trainers.train import RunConfig

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
RUNS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "compare-ae": ("autoencoder", {"latent": 8}, {"seconds": 3.0}),
    "compare-mae": ("masked", {}, {"seconds": 3.0}),
}
PAIR = ["simsiam", "simsiam-collapsed"]


@pytest.fixture(scope="module")
def runs(app: App, pair: list[str]) -> Path:
    """Real runs, as the command line makes them."""
    for name, (method, knobs, budget) in RUNS.items():
        folder = app.runs / name
        record.create(folder, RunConfig(method, "digits", knobs=knobs, **budget))
        for _ in record.run(folder):
            pass
    return app.runs


@pytest.fixture
def compare(open_page: Open, runs: Path) -> Callable[..., Page]:
    """Opens the tab as a link does, and waits for its table."""

    def open(query: str = "", **options: object) -> Page:
        page = open_page(f"?tab=compare{query}", **options)
        page.wait_for_selector(".compare[data-runs] .compare-table td")
        return page

    return open


def shown(page: Page) -> list[str]:
    return (page.locator(".compare").get_attribute("data-runs") or "").split(",")


def cell(page: Page, run: str, key: str) -> Locator:
    return page.locator(f'.compare-table tr[data-run="{run}"] td[data-key="{key}"]')


def curve(page: Page, key: str) -> list[dict[str, Any]]:
    """What a plot holds: names and values."""
    script = "n => n.data.map(t => ({name: t.name, x: Array.from(t.x), y: Array.from(t.y)}))"
    return page.locator(f'.compare-curve[data-curve="{key}"]').evaluate(script)


@pytest.mark.parametrize(("locale", "off", "collapsed"), [("en-US", "off", "collapsed"), ("zh-CN", "关", "坍塌")])
def test_the_collapse_is_read_off_the_page_at_once(
    compare: Callable[..., Page], runs: Path, locale: str, off: str, collapsed: str
) -> None:
    page = compare(locale=locale)
    assert shown(page) == PAIR
    well, bad = (record.summary(runs / name) for name in PAIR)
    assert bad["std_sqrt_d"] < 0.1 < 0.5 < well["std_sqrt_d"] and bad["loss"] < well["loss"]
    seen = page.locator(".compare-seen")
    for text in (
        collapsed,
        off,
        f"{bad['std_sqrt_d']:.2f}",
        f"{well['std_sqrt_d']:.2f}",
        measure("loss", bad["loss"]),
        measure("loss", well["loss"]),
    ):
        expect(seen).to_contain_text(text)
    expect(seen).to_contain_text(f"{bad['knn']:.1%}")
    assert cell(page, "simsiam-collapsed", "stop_gradient").inner_text() == off
    for name, numbers in zip(PAIR, (well, bad), strict=True):
        assert f"{numbers['knn']:.1%}" in cell(page, name, "knn").inner_text()
        assert cell(page, name, "steps").inner_text() == f"{numbers['steps']:,}"
    assert page.locator(".compare-table td.best").count() >= 1 and not page.locator("td.best[data-key=loss]").count()
    expect(page.locator(".compare-collapsed")).to_have_text(re.compile(collapsed))
    curve_drawn(page, '.compare-curve[data-curve="std_sqrt_d"] .js-line')
    on_line, off_line = curve(page, "std_sqrt_d")
    assert off_line["y"][-1] < 0.1 < on_line["y"][-1]
    marks = page.locator('.compare-curve[data-curve="std_sqrt_d"] .annotation-text').all_text_contents()
    assert collapsed[:8] in "".join(marks)
    if locale == "zh-CN":
        told = page.locator(".compare").inner_text()
        assert not re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}", told), told  # no English sentence
    example = page.locator("[data-example=stop_gradient]")
    expect(example).to_have_attribute("aria-pressed", "true")


def test_one_hover_is_seen_in_all_maps_and_a_click_stays(compare: Callable[..., Page]) -> None:
    page = compare("&runs=simsiam,simsiam-collapsed,compare-ae")
    for name in ("simsiam", "simsiam-collapsed", "compare-ae"):
        page.wait_for_selector(f'.pane[data-run="{name}"] .map[data-key^=umap]')  # nothing moves after that
    panes = "window.playground.comparer.maps.panes"
    page.wait_for_function(f"() => {panes}.every(p => !p.map.gliding)")
    first = page.locator('.pane[data-run="compare-ae"] .map')
    first.scroll_into_view_if_needed()
    page.mouse.move(*central(page, f"{panes}.find(p => p.run === 'compare-ae').map"))
    page.wait_for_function(f"() => {panes}.some(p => p.map.linked >= 0)")
    sets = page.evaluate(f"() => Object.fromEntries({panes}.map(p => [p.run, p.info.set]))")
    linked = page.evaluate(f"() => Object.fromEntries({panes}.map(p => [p.run, p.map.linked]))")
    under = page.evaluate(f"() => {panes}.find(p => p.run === 'compare-ae').map.hovered")
    same = [run for run in sets if sets[run] == sets["compare-ae"]]
    assert under >= 0 and all(linked[run] == under for run in same if run != "compare-ae")
    expect(first.locator(".map-card")).to_be_visible()
    page.mouse.down()
    page.mouse.up()
    expect(page.locator(".compare-kept")).to_have_attribute("data-index", str(under))
    picked = page.evaluate(f"() => Object.fromEntries({panes}.map(p => [p.run, p.map.picked]))")
    assert all(picked[run] == under for run in same)
    page.get_by_role("button", name="The next image").focus()
    page.keyboard.press("Enter")  # without a mouse
    expect(page.locator(".compare-kept")).to_have_attribute("data-index", str(under + 1))
    link = page.locator("a.compare-link").get_attribute("href") or ""
    assert "tab=explore" in link and "run=simsiam" in link


def pixels(canvas: Locator) -> np.ndarray:
    data = canvas.evaluate("c => c.toDataURL('image/png')")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data.split(",")[1]))).convert("L"))


def test_the_same_images_are_rebuilt_by_each_run_that_can(compare: Callable[..., Page], runs: Path) -> None:
    page = compare("&runs=simsiam,compare-ae,compare-mae")
    table = page.locator(".compare-pictures table")
    page.wait_for_selector(".compare-pictures table[data-ready]")
    indices = [int(i) for i in (table.get_attribute("data-ready") or "").split(",")]
    assert [row.get_attribute("data-run") for row in table.locator("tr.made").all()] == ["compare-ae", "compare-mae"]
    images = read_images(runs / "compare-ae").test.images
    for place in (0, len(indices) - 1):
        original = pixels(table.locator("tr").first.locator("canvas").nth(place))
        assert (original == images[indices[place], 0].numpy()).all()
        for row in table.locator("tr.made").all():
            made = pixels(row.locator("canvas").nth(place)) / 255
            error = float(row.locator("small").nth(place).inner_text())
            assert abs(((made - original / 255) ** 2).mean() - error) < 2e-3
    before = indices
    page.get_by_role("button", name="Other images").click()
    page.wait_for_function(
        "b => { const r = document.querySelector('.compare-pictures table').dataset.ready; return r && r !== b }",
        arg=",".join(map(str, before)),
    )
    page = compare("&runs=simsiam,simsiam-collapsed")
    expect(page.locator(".compare-pictures")).to_be_hidden()  # no empty box


def test_curves_are_chosen_and_the_view_is_in_the_address(compare: Callable[..., Page], open_page: Open, app: App) -> None:
    page = compare()
    curve_drawn(page, '.compare-curve[data-curve="loss"] .js-line')
    page.locator("[data-curve=rankme].small").focus()
    page.keyboard.press("Space")
    page.wait_for_selector('.compare-curve[data-curve="rankme"]')
    assert page.evaluate("document.activeElement.dataset.curve") == "rankme"  # who uses the keyboard stays there
    page.locator(".compare-offered [data-curve=knn]").click()
    expect(page.locator('.compare-curve[data-curve="knn"]')).to_have_count(0)
    page.get_by_role("button", name="steps", exact=True).click()
    page.wait_for_function("() => new URLSearchParams(location.search).get('over') === 'steps'")
    page.locator("#compare-add").select_option("compare-ae")
    page.wait_for_selector('.compare-table tr[data-run="compare-ae"]')
    page.locator('.compare-legend [data-run="simsiam-collapsed"]').click()
    page.locator(".compare-maps").get_by_role("button", name="PCA").click()
    page.get_by_role("button", name="The next image").click()
    expect(page.locator(".compare-kept")).to_have_attribute("data-index", "0")
    page.get_by_role("button", name="The next image").click()
    page.get_by_role("button", name="Other images").click()
    rebuilt = ".compare-pictures table[data-ready]"
    images = page.locator(rebuilt).get_attribute("data-ready")
    other = open_page(page.url.removeprefix(app.url))
    other.wait_for_selector(".compare-table td")
    assert shown(other) == [*PAIR, "compare-ae"]
    expect(other.locator('.compare-legend [aria-pressed="false"]')).to_have_attribute("data-run", "simsiam-collapsed")
    expect(other.locator(".compare-maps .map-kinds .chosen")).to_have_text("PCA")
    expect(other.locator(".compare-kept")).to_have_attribute("data-index", "1")
    assert other.locator(rebuilt).get_attribute("data-ready") == images
    other.locator('.compare-legend [data-run="simsiam-collapsed"]').click()
    chosen = [node.get_attribute("data-curve") for node in other.locator(".compare-offered [aria-pressed=true]").all()]
    assert chosen == ["loss", "std_sqrt_d", "rankme"]
    assert max(curve(other, "loss")[0]["x"]) == record.summary(app.runs / "simsiam")["steps"]
    other.locator('.compare-legend [data-run="simsiam"]').click()
    other.wait_for_function("() => document.querySelector('.compare-curve[data-curve=loss]').data.length === 2")
    other.get_by_role("button", name="Remove SimSiam · ").first.click()
    expect(other.locator(".compare-table tbody tr")).to_have_count(2)


def test_a_copy_with_one_knob_changed_trains_in_the_table(compare: Callable[..., Page], app: App) -> None:
    page = compare("&runs=compare-ae")
    expect(page.locator("#compare-knob")).to_have_value("latent")
    expect(page.locator(".compare-change")).to_contain_text("from 2 to 256 · now 8")
    page.locator("#compare-value").fill("8")
    page.locator("#compare-go").click()
    expect(page.locator(".compare-change .match-error")).to_contain_text("the value it has")
    page.locator("#compare-value").fill("1000")
    page.locator("#compare-go").click()
    expect(page.locator(".compare-change .match-error")).to_contain_text("Latent must be a whole number from 2 to 256")
    page.locator("#compare-value").fill("32")
    page.locator("#compare-go").click()
    expect(page.locator(".compare-table tbody tr")).to_have_count(2)
    made = shown(page)[1]
    config = record.read_config(app.runs / made)
    assert config == RunConfig("autoencoder", "digits", seconds=3.0, knobs={"latent": "32"})
    expect(page.locator(f'.compare-table tr[data-run="{made}"]')).to_have_attribute("data-state", "finished")
    assert record.summary(app.runs / made)["steps"] == int(cell(page, made, "steps").inner_text().replace(",", ""))
    assert [line["name"] for line in curve(page, "loss")] == ["Latent: 8", "Latent: 32"]
    assert made in page.url


def test_a_sweep_grows_and_a_reload_finds_it(compare: Callable[..., Page], app: App) -> None:
    page = compare("&runs=compare-ae")
    page.get_by_role("button", name="A sweep").click()
    page.locator("#compare-values").fill("4")
    expect(page.locator("#compare-go")).to_be_disabled()
    for wrong, told in (("4、1000、x", "whole numbers from 2 to 256, not: 1000 · x"), ("4 8.5", "not: 8.5")):
        page.locator("#compare-values").fill(wrong)
        expect(page.locator(".compare-change")).to_contain_text(told)
        expect(page.locator("#compare-go")).to_be_disabled()
    page.locator("#compare-values").fill("4、16，64")
    expect(page.locator(".compare-change")).to_contain_text("3 runs of 3 s, one after the other: at least 9 s")
    page.locator("#compare-go").click()
    box = page.locator(".compare-sweep")
    expect(box).to_contain_text("Sweep of Latent")
    page.locator("#compare-go").click()
    expect(page.locator(".compare-change .match-error")).to_contain_text("of your last sweep have still to train")
    sweep = page.url.partition("sweep=")[2].partition("&")[0]
    page.reload()
    expect(box).to_have_attribute("data-done", "3/3")
    drawn = box.locator(".compare-curve").evaluate("n => [Array.from(n.data[0].x), Array.from(n.data[0].y)]")
    ends = [record.summary(app.runs / run) for run in Runs(app.runs).sweep_runs(sweep)]
    assert drawn[0] == [4, 16, 64] and drawn[1] == pytest.approx([end["knn"] for end in ends])
    page.locator("#compare-measure").select_option("mse")
    page.wait_for_function("() => document.querySelector('.compare-sweep .compare-curve').data.length === 2")  # PCA beside it
    best = min(zip(ends, drawn[0], strict=True), key=lambda one: one[0]["mse"])
    expect(box).to_contain_text(f"Held-out error is best at Latent = {best[1]}: {best[0]['mse']:.4f}.")
    page.get_by_role("button", name="Its runs in the table").click()
    expect(page.locator(".compare-table tbody tr")).to_have_count(3)
    assert cell(page, f"{sweep}-2", "latent").inner_text() == "64"


def test_on_a_phone_nothing_is_wider_than_the_page(compare: Callable[..., Page]) -> None:
    page = compare("&runs=simsiam,simsiam-collapsed,compare-ae&lang=zh", width=390, height=840)
    page.wait_for_selector(".compare-pictures table[data-ready]")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    scroll = page.locator(".compare-scroll").first
    assert scroll.evaluate("n => n.scrollWidth > n.clientWidth")
    scroll.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.querySelector('.compare-scroll').scrollLeft > 0")


def test_a_link_whose_runs_are_gone_says_so(compare: Callable[..., Page]) -> None:
    note = ".compare .match-error"
    page = compare("&runs=simsiam,long-gone,never-there")
    expect(page.locator(note).first).to_have_text("Runs of this link that are not on this machine any more: 2.")
    assert shown(page) == ["simsiam"]
    page = compare("&runs=nope")
    expect(page.locator(note).first).to_have_text("Runs of this link that are not on this machine any more: 1.")
    assert shown(page) == PAIR and page.locator("#compare-of option").count() == 2


def test_a_link_with_too_many_runs_says_so(compare: Callable[..., Page], runs: Path) -> None:
    more = [f"compare-copy-{number}" for number in range(9)]
    for name in more:
        shutil.copytree(runs / "compare-ae", runs / name, dirs_exist_ok=True)
    page = compare(f"&runs=simsiam,{','.join(more)}")
    told = "A comparison holds at most 8 runs: the first 8 of this link's 10 are shown."
    expect(page.locator(".compare .match-error").first).to_have_text(told)
    assert len(shown(page)) == 8
    for name in more:
        shutil.rmtree(runs / name)
