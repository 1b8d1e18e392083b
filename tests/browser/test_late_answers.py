"""An answer that comes late says nothing about what a person has done since it was asked: what was done last stays."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import App, curve_drawn
from tests.browser.held import Held
from tests.browser.test_first_minute import asked, ready
from tests.browser.test_match import choose, drawn
from trainers import record
from trainers.train import RunConfig

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
SIDE = 7  # patches in a row of the masked autoencoder's image
TEN = [0, 3, 8, 10, 16, 24, 25, 33, 41, 48]


# -- Reconstruct ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def rebuild(open_fresh: Open) -> Callable[..., Page]:
    """Opens the tab on a run, as a link does, and waits for its first answer."""

    def open(run: str, do: str, query: str = "&image=7") -> Page:
        page = open_fresh(f"?tab=reconstruct&run={run}&do={do}{query}")
        page.wait_for_selector(f".reconstruct-columns[data-doing={do}][data-answered]")
        return page

    return open


@pytest.fixture
def mask(rebuild: Callable[..., Page]) -> Callable[..., tuple[Page, Locator, Held]]:
    """A mask that hides nothing yet, and whose answers are held back."""

    def open() -> tuple[Page, Locator, Held]:
        page = rebuild("masked", "mask")
        canvas = page.locator(".mask-canvas")
        page.get_by_text("Hide nothing").click()
        expect(canvas).to_have_attribute("data-hidden", "")
        return page, canvas, Held(page, r"/repair/mask\?")

    return open


def patch_at(page: Page, patch: int) -> tuple[float, float]:
    box = page.locator(".mask-canvas").bounding_box()
    assert box
    return box["x"] + (patch % SIDE + 0.5) * box["width"] / SIDE, box["y"] + (patch // SIDE + 0.5) * box["height"] / SIDE


def grey(canvas: Locator) -> list[int]:
    """Which patches are plain grey on the page, all over."""
    picture = seen(canvas).astype(int)
    side, found = picture.shape[0] / SIDE, []
    for patch in range(SIDE * SIDE):
        rows, columns = (slice(round((at + 0.2) * side), round((at + 0.8) * side)) for at in divmod(patch, SIDE))
        if (abs(picture[rows, columns] - 128) <= 1).all():
            found.append(patch)
    return found


def seen(canvas: Locator) -> np.ndarray:
    """(H,W,3): what a canvas holds."""
    data = canvas.evaluate("c => c.toDataURL('image/png')")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data.split(",")[1]))).convert("RGB"))


def shot(page: Page, name: str) -> Locator:
    return page.locator(".stage .shot", has=page.get_by_text(name, exact=True)).locator("canvas")


def listed(patches: list[int]) -> str:
    return ",".join(map(str, sorted(patches)))


def hidden(canvas: Locator, patches: list[int], page: Page) -> None:
    """These patches, and no other, are hidden: on the page, in what is said and in the address."""
    expect(canvas).to_have_attribute("data-hidden", listed(patches))
    assert grey(canvas) == sorted(patches)
    expect(page.locator(".reconstruct-truth")).to_contain_text(f"{len(patches)} of 49 patches are hidden")
    again = page.context.new_page()
    again.goto(page.url)
    expect(again.locator(".mask-canvas")).to_have_attribute("data-hidden", listed(patches))
    again.close()


def test_ten_clicks_are_ten_hidden_patches(mask: Callable[..., tuple[Page, Locator, Held]]) -> None:
    page, canvas, held = mask()
    for number, patch in enumerate(TEN):
        page.mouse.click(*patch_at(page, patch))
        if number:
            held.answer()  # to what was asked before this click
        assert grey(canvas) == TEN[: number + 1]
    held.release()
    hidden(canvas, TEN, page)


def test_a_stroke_is_not_cut_by_answers(mask: Callable[..., tuple[Page, Locator, Held]]) -> None:
    page, canvas, held = mask()
    stroke = [15, 16, 17, 18, 25, 32, 31, 30]
    page.mouse.move(*patch_at(page, stroke[0]))
    page.mouse.down()
    for number, patch in enumerate(stroke[1:], 1):
        page.mouse.move(*patch_at(page, patch), steps=4)
        held.answer()
        assert grey(canvas) == sorted(stroke[: number + 1])
    page.mouse.up()
    page.mouse.move(*patch_at(page, 16))  # and what was hidden is shown by the next stroke
    page.mouse.down()
    held.answer()
    page.mouse.move(*patch_at(page, 17), steps=4)
    held.answer()
    page.mouse.up()
    held.release()
    hidden(canvas, [patch for patch in stroke if patch not in (16, 17)], page)


def test_patches_that_the_keyboard_hides_stay_hidden(mask: Callable[..., tuple[Page, Locator, Held]]) -> None:
    page, canvas, held = mask()
    canvas.focus()
    page.keyboard.press("ArrowRight")
    for number in range(6):
        page.keyboard.press("Space")
        if number:
            held.answer()
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Space")  # the last one is shown again
    held.release()
    hidden(canvas, [0, 1, 2, 3, 4], page)


def test_nothing_hidden_by_hand_comes_back_with_a_mask_that_was_asked_before(rebuild: Callable[..., Page]) -> None:
    page = rebuild("masked", "mask")
    canvas = page.locator(".mask-canvas")
    expect(canvas).to_have_attribute("data-hidden", re.compile(","))
    held = Held(page, r"/repair/mask\?")
    page.get_by_role("button", name="New mask").click()
    held.wait()
    page.get_by_text("Hide nothing").click()
    page.mouse.click(*patch_at(page, 24))
    held.answer()
    page.mouse.click(*patch_at(page, 30))
    held.release()
    hidden(canvas, [24, 30], page)


def test_a_code_that_is_slid_meanwhile_stays(rebuild: Callable[..., Page]) -> None:
    page = rebuild("autoencoder", "rebuild")
    own = seen(shot(page, "reconstruction"))
    first = page.locator(".latents input").first
    held = Held(page, r"/repair/rebuild\?")
    page.get_by_role("button", name="Back to the image's own").click()  # for which nothing may have to be asked
    first.focus()
    with page.expect_response(re.compile(r"/repair/decode\?")):
        page.keyboard.press("End")
    most = first.get_attribute("max") or ""
    held.release()
    assert float(page.locator(".latents input").first.input_value()) == pytest.approx(float(most), abs=0.02)
    expect(first).to_be_focused()
    assert (seen(shot(page, "from your sliders")) != own).mean() > 0.02


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


def test_a_walk_that_has_gone_on_does_not_jump_back(rebuild: Callable[..., Page]) -> None:
    page = rebuild("autoencoder", "walk")
    page.wait_for_selector("[data-plane]")
    plane = page.locator(".plane")
    held = Held(page, r"/repair/plane\?")
    page.get_by_role("button", name="Walk the codes").click()  # which may ask for the plane again
    begin = seen(plane)
    plane.focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    there = seen(plane)
    assert (there != begin).any()
    held.release()
    assert (seen(plane) == there).all()


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
    again.wait_for_selector(".reconstruct-columns[data-answered]")
    same = again.locator(".stage .shot", has=again.get_by_text("denoised", exact=True)).locator("small")
    expect(same).to_have_text(numbers.inner_text())
    again.close()


def picture(side: int = 40) -> dict[str, bytes]:
    out = io.BytesIO()
    Image.fromarray(np.random.default_rng(3).integers(0, 255, (side, side, 3), dtype=np.uint8)).save(out, "PNG")
    return {"own.png": out.getvalue()}


def test_an_image_that_is_picked_after_an_upload_stays(rebuild: Callable[..., Page]) -> None:
    page = rebuild("autoencoder", "rebuild")
    held = Held(page, r"/fit\?")
    choose(page, "#reconstruct-own", picture())
    held.wait()
    other = page.locator(".reconstruct-left .thumb-strip button").nth(4)
    index = other.get_attribute("data-index")
    other.click()
    held.release()
    expect(other).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".fitted small")).to_contain_text(f"held-out image {int(index or 0) + 1}")
    assert asked(page)["image"] == index


def test_a_drawing_is_not_painted_over_by_an_upload_before_it(rebuild: Callable[..., Page]) -> None:
    page = rebuild("autoencoder", "rebuild")
    held = Held(page, r"/fit\?")
    choose(page, "#reconstruct-own", picture())
    held.wait()
    page.get_by_role("button", name="Draw", exact=True).click()
    page.get_by_role("button", name="Blank sheet").click()
    box = page.locator(".fitted canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 40, steps=6)
    page.mouse.up()
    mine = seen(page.locator(".fitted canvas"))
    held.release()
    assert (seen(page.locator(".fitted canvas")) == mine).all()
    expect(page.get_by_role("button", name="Draw", exact=True)).to_have_attribute("aria-pressed", "true")


def test_the_run_that_was_chosen_last_is_shown(rebuild: Callable[..., Page], other_set: str) -> None:
    page = rebuild("autoencoder", "compare")
    held = Held(page, rf"runs/{other_set}/images.json")
    page.locator("#reconstruct-run").select_option(other_set)
    held.wait()
    page.locator("#reconstruct-run").select_option("denoising")
    wait_run(page, "denoising")
    held.release()
    wait_run(page, "denoising")
    expect(page.locator("#reconstruct-run")).to_have_value("denoising")


def wait_run(page: Page, run: str) -> None:
    page.wait_for_function("run => new URLSearchParams(location.search).get('run') === run", arg=run)


@pytest.fixture(scope="module")
def other_set(fresh: App) -> str:
    """An autoencoder of other images than the runs that ship have."""
    folder: Path = fresh.runs / "late-digits"
    if not (folder / "run.json").exists():
        record.create(folder, RunConfig("autoencoder", "digits", steps=60))
        for _ in record.run(folder):
            pass
    return folder.name


# -- Explore -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def explore(open_fresh: Open) -> Callable[..., Page]:
    def open(query: str = "&run=simclr&map=pca-2") -> Page:
        page = open_fresh(f"?tab=explore{query}")
        page.wait_for_selector(".pane .map[data-key^=pca] .map-paint")
        page.wait_for_selector(".picked")
        return page

    return open


def test_words_typed_while_a_run_comes_are_searched_in_it(explore: Callable[..., Page]) -> None:
    page = explore("&run=simsiam&map=pca-2")
    held = Held(page, r"runs/byol/images.json")
    page.locator("#explore-run").select_option("byol")
    held.wait()
    page.locator("#explore-search").press_sequentially("shirt")
    held.release()
    page.wait_for_selector(".pane[data-run=byol] .map-paint")
    expect(page.locator("#explore-search")).to_have_value("shirt")
    expect(page.locator(".selection h3")).to_be_visible()


def test_a_reducer_chosen_while_a_run_comes_is_the_one_that_is_shown(explore: Callable[..., Page]) -> None:
    page = explore("&run=simsiam&map=pca-2")
    held = Held(page, r"runs/byol/images.json")
    page.locator("#explore-run").select_option("byol")
    held.wait()
    page.locator(".explore-top [data-kind=umap]").click()
    held.release()
    expect(page.locator(".explore-top [data-kind=umap]")).to_have_attribute("aria-pressed", "true")
    page.wait_for_selector(".pane[data-run=byol] .map[data-key^=umap] .map-paint")


def test_the_run_that_was_chosen_last_is_explored(explore: Callable[..., Page]) -> None:
    page = explore("&run=simsiam&map=pca-2")
    held = Held(page, r"runs/byol/images.json")
    page.locator("#explore-run").select_option("byol")
    held.wait()
    page.locator("#explore-run").select_option("swav")
    page.wait_for_selector(".pane[data-run=swav] .map-paint")
    held.release()
    expect(page.locator(".pane")).to_have_count(1)
    expect(page.locator("#explore-run")).to_have_value("swav")
    wait_run(page, "swav")


def test_neighbours_are_those_of_the_last_moment(explore: Callable[..., Page]) -> None:
    page = explore("&run=simclr&map=pca-2&pick=11")
    images = ".picked .neighbours [data-index]"
    page.wait_for_selector(images)
    indices = "all => all.map(one => one.dataset.index)"
    last = page.locator(images).evaluate_all(indices)
    scrub = page.locator(".explore .scrub")
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


def test_what_is_typed_while_another_map_comes_is_kept(explore: Callable[..., Page]) -> None:
    page = explore("&run=simsiam&map=pca-2")
    page.locator(".explore-top [data-kind=umap]").click()
    field = page.locator(".params [data-param=neighbours]")
    held = Held(page, r"runs/byol/images.json")
    page.locator(".beside summary").click()
    page.locator(".others label", has_text="BYOL").locator("input").check()
    held.wait()
    field.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("7")
    held.release()
    page.wait_for_selector(".pane[data-run=byol] .map-paint")
    expect(field).to_be_focused()
    expect(field).to_have_value("7")
    page.keyboard.press("Enter")
    page.wait_for_function("new URLSearchParams(location.search).get('map').startsWith('umap-7-')")


def test_groups_of_words_and_a_selection_stay_while_another_map_comes(explore: Callable[..., Page]) -> None:
    page = explore("&run=simsiam&map=pca-2")
    held = Held(page, r"runs/byol/images.json")
    page.locator(".beside summary").click()
    page.locator(".others label", has_text="BYOL").locator("input").check()
    held.wait()
    page.locator("#explore-search").fill("shirt")
    expect(page.locator(".selection")).to_have_attribute("data-count", re.compile(r"\d"))
    count = page.locator(".selection").get_attribute("data-count") or ""
    held.release()
    page.wait_for_selector(".pane[data-run=byol] .map-paint")
    expect(page.locator("#explore-search")).to_have_value("shirt")
    expect(page.locator(".selection")).to_have_attribute("data-count", count)


def test_two_runs_beside_it_that_come_late_are_both_there_and_one_taken_back_is_not(explore: Callable[..., Page]) -> None:
    page = explore("&run=simsiam-fashion&map=pca-2")
    held = Held(page, r"runs/(byol-fashion|masked)/images.json")

    def box(title: str) -> Locator:  # of the run that came with the app: another test may have trained one of its own
        return page.locator(".others label").filter(has_text=title).filter(has_text="came with the app").locator("input")

    page.locator(".beside summary").click()
    for title in ("BYOL", "Masked"):
        box(title).check()
    held.wait(2)
    box("BYOL").uncheck()
    held.release()
    page.wait_for_selector(".pane[data-run=masked] .map-paint")
    expect(page.locator(".pane")).to_have_count(2)
    expect(box("BYOL")).not_to_be_checked()
    expect(box("Masked")).to_be_checked()


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
    page.get_by_role("button", name="Other pictures").click()
    held.wait()
    page.fill("#match-labels", "red heart\nblack cat")
    held.release()
    expect(page.locator(".match-best [data-label='black cat']")).to_be_visible()
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
    page.wait_for_selector(".match-answer[data-ready='1']")
    expect(slider).to_have_value(values[-1])
    expect(page.locator(".match [data-kind=one]:visible")).to_have_attribute("aria-pressed", "true")
    assert asked(page)["template"] == "one"


def test_a_query_typed_after_a_picture_was_sent_is_asked(match: Callable[..., Page]) -> None:
    page = match("find")
    held = Held(page, r"playground/pictures\?")
    choose(page, "#match-like", {"cactus.png": drawn("cactus", 64)})
    held.wait()
    page.fill("#match-query", "guitar")
    held.release()
    expect(page.locator("#match-query")).to_have_value("guitar")
    page.wait_for_function("new URLSearchParams(location.search).get('query') === 'guitar'")
    expect(page.locator(".match-like .match-chosen")).to_have_count(0)


def zipped() -> dict[str, bytes]:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("cactus", "guitar", "airplane"):
            for side in range(48, 58):
                archive.writestr(f"{name}/{side}.png", drawn(name, side))
    return {"own.zip": out.getvalue()}


def test_the_set_that_was_chosen_last_is_searched(match: Callable[..., Page]) -> None:
    page = match("find")
    held = Held(page, r"playground/sets\?")
    choose(page, "#match-own-set", zipped())
    held.wait()
    sets = page.locator("#match-set option").evaluate_all("all => all.map(one => one.value)")
    other = next(one for one in sets if one != page.locator("#match-set").input_value())
    page.locator("#match-set").select_option(other)
    held.release()
    expect(page.locator("#match-set option")).to_have_count(len(sets) + 1)  # it is there, to be chosen
    expect(page.locator("#match-set")).to_have_value(other)
    assert asked(page)["set"] == other


def test_a_set_that_comes_when_another_view_is_open_is_there_without_an_error(match: Callable[..., Page]) -> None:
    page = match("find")
    held = Held(page, r"playground/sets\?")
    choose(page, "#match-own-set", zipped())
    held.wait()
    number = page.locator("#match-set option").count()
    page.locator(".match-doing [data-kind=lesson]").click()
    page.wait_for_selector(".match[data-activity=lesson]")
    held.release()
    assert page.evaluate("document.body.innerText").find("Cannot read") < 0
    page.locator(".match-doing [data-kind=find]").click()
    expect(page.locator("#match-set option")).to_have_count(number + 1)
    assert not [line for line in page.locator(".match-error").all_inner_texts() if line]


def test_a_mistake_that_is_looked_at_is_not_dealt_away(match: Callable[..., Page]) -> None:
    page = match()
    held = Held(page, r"match/deal\?")
    page.get_by_role("button", name="Other pictures").click()
    held.wait()
    page.locator(".match-doing [data-kind=test]").click()
    mistake = page.locator(".match-mistake").first
    mistake.wait_for()
    index, labels = mistake.get_attribute("data-index"), [mistake.get_attribute(f"data-{name}") for name in ("true", "said")]
    mistake.click()
    first = page.locator(".match-pictures img").first
    source = first.get_attribute("src") or ""
    assert source.endswith(f"/{index}.png")
    held.release()
    assert first.get_attribute("src") == source
    expect(page.locator("#match-labels")).to_have_value("\n".join(map(str, labels)))


# -- Compare -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def compare(open_fresh: Open) -> Callable[..., Page]:
    def open(query: str = "&runs=simsiam,simsiam-collapsed") -> Page:
        page = open_fresh(f"?tab=compare{query}")
        curve_drawn(page, ".compare-curves .js-line")
        return page

    return open


def shown(page: Page) -> list[str]:
    return (page.locator(".compare").get_attribute("data-runs") or "").split(",")


def test_two_curves_that_are_chosen_one_after_the_other_are_both_drawn(compare: Callable[..., Page]) -> None:
    page = compare()
    off = page.locator(".compare-offered [aria-pressed=false]").evaluate_all("all => all.map(one => one.dataset.curve)")[:3]
    assert len(off) == 3
    held = Held(page, r"playground/compare\?")
    for key in off:
        page.locator(f".compare-offered [data-curve='{key}']").click()
    held.release()
    for key in off:
        expect(page.locator(f".compare-offered [data-curve='{key}']")).to_have_attribute("aria-pressed", "true")
        page.wait_for_selector(f".compare-curve[data-curve='{key}']")
    assert set(off) <= set(asked(page)["curve"].split(","))


def test_runs_that_are_taken_out_and_added_meanwhile(compare: Callable[..., Page]) -> None:
    page = compare("&runs=simsiam,byol,simsiam-collapsed,swav")
    held = Held(page, r"playground/compare\?")
    for run in ("byol", "swav"):
        page.locator(f".compare-table tr[data-run='{run}'] .compare-remove").click()
    page.locator("#compare-add").select_option("simclr")
    held.wait(3)
    held.answer(2)
    held.release()
    page.wait_for_selector(".compare-table tr[data-run=simclr]")
    assert shown(page) == ["simsiam", "simsiam-collapsed", "simclr"]
    assert asked(page)["runs"] == "simsiam,simsiam-collapsed,simclr"


def test_the_ring_is_about_the_last_image(compare: Callable[..., Page]) -> None:
    page = compare("&runs=autoencoder,denoising")
    page.wait_for_selector(".compare-pictures table[data-ready]")
    held = Held(page, r"/repair/compare\?")
    for _ in range(3):
        page.get_by_role("button", name="Next image").click()
    held.wait()
    held.release()
    page.wait_for_selector(".compare-pictures table[data-ready^='2,']")
    expect(page.locator(".compare-kept")).to_have_attribute("data-index", "2")
    assert asked(page)["kept"] == "2"


def test_a_value_typed_while_the_knobs_of_a_run_come_is_kept(compare: Callable[..., Page]) -> None:
    page = compare()
    page.wait_for_selector("#compare-value")
    held = Held(page, "runs/simsiam-collapsed/knobs")
    page.locator("#compare-of").select_option("simsiam-collapsed")
    held.wait()
    number = page.locator("#compare-knob option").evaluate_all("all => all.map(one => one.value)")
    page.locator("#compare-knob").select_option(next(name for name in number if "rate" in name))
    page.fill("#compare-value", "0.123")
    held.release()
    expect(page.locator("#compare-value")).to_have_value("0.123")
    assert "rate" in page.locator("#compare-knob").input_value()


# -- Train ---------------------------------------------------------------------------------------------------------------


def test_the_map_that_was_chosen_last_is_shown(open_fresh: Open) -> None:
    page = ready(open_fresh(), "")
    kinds = page.locator("#live .map-kinds")
    expect(kinds.locator(".chosen")).to_contain_text("UMAP")
    # the names of its heaps too, which are found when it has come to rest
    named = """(m => m.names.of[0] === m.where && !m.gliding && m.names.now.every((one, i) => one === m.names.of[i]))(
        document.querySelector('.live embedding-map'))"""
    page.wait_for_function(named)
    umap = seen(page.locator("#live .map-paint"))
    held = Held(page, r"/maps/pca")
    kinds.get_by_role("button", name="PCA").click()
    held.wait()
    kinds.get_by_role("button", name="UMAP").click()
    held.release()
    expect(kinds.locator(".chosen")).to_contain_text("UMAP")
    assert "view" not in asked(page)
    page.wait_for_function(named)
    assert (seen(page.locator("#live .map-paint")) != umap).mean() < 0.01


def test_what_is_set_while_the_controls_of_a_link_come_stays(open_fresh: Open) -> None:
    page = ready(open_fresh(), "")
    held = Held(page, r"gradio_api/(run|queue/join|call)")
    page.goto(page.url.split("?")[0] + "?method=simsiam&seconds=60&seed=3")
    held.wait()
    page.locator("#budget label", has_text="15 s").click()
    page.locator("#method label", has_text="BYOL").click()
    held.release()
    page.wait_for_function("new URLSearchParams(location.search).get('seed') === '3'")
    expect(page.locator("#budget input[value='15']")).to_be_checked()
    expect(page.locator("#method input[value='byol']")).to_be_checked()
    page.wait_for_function("new URLSearchParams(location.search).get('method') === 'byol'")
