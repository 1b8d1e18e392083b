"""The Explore tab with the real mouse: hover, click, lasso, scrub, play, another reducer, own images, exports, links."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from playground.runs.store import read_images
from tests.browser.conftest import App, maps_stand, patient
from trainers import record
from trainers.train import RunConfig

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
# methods that look at the same images: two of one family, one of the other; by steps: a busy machine makes few in some seconds
RUNS = {"one": ("simclr", {}), "two": ("simclr", {"temperature": 0.5}), "ae": ("autoencoder", {})}


@pytest.fixture(scope="module")
def runs(app: App) -> dict[str, Path]:
    """Real runs on digits, as the command line makes them."""
    found = {}
    for name, (method, knobs) in RUNS.items():
        folder = app.runs / f"explore-{name}"
        record.create(folder, RunConfig(method, "digits", steps=120, knobs=knobs))
        for _ in record.run(folder):
            pass
        found[name] = folder
    return found


@pytest.fixture
def explore(open_page: Open, runs: dict[str, Path]) -> Callable[..., Page]:
    """Opens the tab on a run, as a link does, and waits until its map stands still."""

    def open(query: str = "", run: str = "one", map: str = "pca-2", **options: object) -> Page:
        page = open_page(f"?tab=explore&run=explore-{run}&map={map}{query}", **options)
        settled(page)
        return page

    return open


def settled(page: Page, key: str = "") -> None:
    """Wait until every map has all its frames, shows one of the wanted reducer and step, and no point moves."""
    page.wait_for_function(
        """key => { const e = window.playground?.explorer;
        return e?.panes.length && e.loaded && e.panes.every(p => p.box.dataset.key === (key || e.key_()) &&
        p.ready.length === p.info.steps.length && !p.map.gliding && p.busy.hidden) &&
        Number(e.main().box.dataset.step) === e.main().info.steps[e.index] }""",
        arg=key,
    )
    maps_stand(page)


def pixels(page: Page, pane: int = 0) -> np.ndarray:
    """(N,2) where each point is on the page, from the positions that the server gave and what the map shows."""
    maps_stand(page)
    found = page.evaluate(
        """pane => { const p = window.playground.explorer.panes[pane], box = p.box.getBoundingClientRect();
        const {width: w, height: h, ranges: {x, y}} = p.map.camera;
        return {x0: box.left + p.box.clientLeft, y0: box.top + p.box.clientTop, w, h, x, y,
        key: p.box.dataset.key, step: p.box.dataset.step, run: p.run} }""",
        pane,
    )
    page.evaluate("0")
    answer = page.request.get(page.url.split("?")[0] + f"playground/runs/{found['run']}/maps/{found['key']}/{found['step']}")
    at = np.frombuffer(answer.body(), np.float32).reshape(-1, 2)
    x = found["x0"] + (at[:, 0] - found["x"][0]) / (found["x"][1] - found["x"][0]) * found["w"]
    y = found["y0"] + (found["y"][1] - at[:, 1]) / (found["y"][1] - found["y"][0]) * found["h"]
    return np.stack([x, y], 1)


def spot(at: np.ndarray, index: int, beside: float = 0) -> tuple[float, float]:
    """Where the mouse has to be for a point, or some pixels from there."""
    return float(at[index, 0] + beside), float(at[index, 1] + beside)


def lonely(at: np.ndarray, map: Locator) -> int:
    """The point in sight that is farthest from all others: there a mouse means it and no other. A map shows most of its
    points: one that is far off does not shrink the rest, and no mouse reaches it."""
    box = map.bounding_box()
    assert box
    low, size = np.array([box["x"], box["y"]]), np.array([box["width"], box["height"]])
    apart = np.linalg.norm(at[:, None] - at, axis=2)
    np.fill_diagonal(apart, np.inf)
    in_sight = ((at > low + 8) & (at < low + size - 8)).all(1)
    return int(np.where(in_sight, apart.min(1), -1).argmax())


def frames_asked(page: Page) -> list[str]:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/maps/" in request.url else None)
    return asked


def test_hover_a_point_and_read_the_right_image(explore: Callable[..., Page], runs: dict[str, Path]) -> None:
    page = explore()
    at = pixels(page)
    index = lonely(at, page.locator(".pane .map").first)
    page.mouse.move(*spot(at, index, 60))
    page.evaluate("""() => {
      const root = document.querySelector('.explore .map'), card = root.querySelector('.map-card');
      const moved = () => { window.movedAt = performance.now(); delete window.shownAt; };  // a card of where it was is none
      root.addEventListener('pointermove', moved, true);
      new MutationObserver(() => { if (!card.hidden) window.shownAt ??= performance.now(); }).observe(card, {attributes: true});
    }""")
    page.mouse.move(*spot(at, index))
    card = page.locator(".explore .map-card")
    expect(card).to_be_visible()
    assert page.evaluate("shownAt - movedAt") > 100  # ms: not before the mouse rests
    assert card.get_attribute("data-index") == str(index)
    data = read_images(runs["one"])
    assert data.test.labels is not None
    expect(card).to_have_text(data.classes[int(data.test.labels[index])])
    shot = Image.open(io.BytesIO(card.locator("div").first.screenshot())).convert("L")
    tile = data.test.images[index, 0].numpy()
    assert np.abs(np.asarray(shot.resize(tile.shape[::-1])).astype(float) - tile).mean() < 24
    others = [np.abs(np.asarray(shot.resize(tile.shape[::-1])).astype(float) - x[0].numpy()).mean() for x in data.test.images]
    assert int(np.argmin(others)) == index
    page.mouse.move(5, 5)
    expect(card).to_be_hidden()


def test_click_gives_the_neighbours_of_brute_force_and_the_place_elsewhere(
    explore: Callable[..., Page], runs: dict[str, Path]
) -> None:
    page = explore()
    at = pixels(page)
    index = lonely(at, page.locator(".pane .map").first)
    page.mouse.click(*spot(at, index))
    page.wait_for_selector(f".picked[data-index='{index}'] .neighbours .thumb")
    shown = page.evaluate(
        "[...document.querySelectorAll('.picked .neighbours .thumb')].map(n => [Number(n.dataset.index), Number(n.innerText)])"
    )
    step = int(page.get_attribute(".explore .map", "data-step") or -1)
    x = record.read_snapshot(runs["one"], step).astype(np.float64)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    cosine = x @ x[index]
    cosine[index] = -2
    assert [i for i, _ in shown] == list(np.argsort(-cosine)[:12])
    assert np.abs(np.array([c for _, c in shown]) - np.sort(cosine)[::-1][:12]).max() < 0.006
    page.wait_for_selector(".mini[data-run='explore-two']")
    assert {n.get_attribute("data-run") for n in page.locator(".mini").all()} >= {"explore-two", "explore-ae"}
    page.locator(".mini[data-run='explore-ae']").click()  # puts it beside
    expect(page.locator(".pane")).to_have_count(2)
    assert f"pick={index}" in page.url


def lasso(page: Page, at: np.ndarray, around: np.ndarray, radius: float) -> list[int]:
    """Take the lasso and draw a circle with the mouse; the points within it."""
    page.click(".explore-tools button:has-text('Lasso')")
    return circle(page, at, around, radius)


def circle(page: Page, at: np.ndarray, around: np.ndarray, radius: float) -> list[int]:
    turn = np.linspace(0, 2 * np.pi, 40)
    for number, (dx, dy) in enumerate(zip(np.cos(turn), np.sin(turn), strict=True)):
        page.mouse.move(float(around[0] + radius * dx), float(around[1] + radius * dy))
        if not number:
            page.mouse.down()
    page.mouse.up()
    return np.flatnonzero(np.linalg.norm(at - around, axis=1) < radius - 2).tolist()


def test_lasso_is_a_gallery_with_counts_and_stays_through_time(explore: Callable[..., Page], runs: dict[str, Path]) -> None:
    page = explore()
    at = pixels(page)
    inside = lasso(page, at, at[lonely(at, page.locator(".pane .map").first)] * 0.3 + at.mean(0) * 0.7, 90)
    page.wait_for_selector(".selection[data-count]")
    count = int(page.get_attribute(".selection", "data-count") or 0)
    assert 0.9 * len(inside) <= count <= 1.1 * len(inside) + 3 and count > 5
    chosen = page.evaluate("window.playground.explorer.selection")
    assert set(inside) <= set(chosen)
    labels = read_images(runs["one"]).test.labels
    assert labels is not None
    shown = {
        int(node.get_attribute("data-label") or -1): int(node.locator("b").inner_text())
        for node in page.locator(".count").all()
    }
    assert shown == {k: int(v) for k, v in zip(*np.unique(labels.numpy()[chosen], return_counts=True), strict=True)}
    assert page.locator(".gallery .thumb").count() == min(60, count)
    page.keyboard.press("Home")
    settled(page)
    assert page.evaluate("[...window.playground.explorer.main().map.selection]") == chosen
    fresh = explore("&" + page.url.partition("&map=")[2].partition("&")[2])  # the link keeps it too
    assert fresh.evaluate("window.playground.explorer.selection") == chosen
    fresh.click(".selection button:has-text('Clear')")
    expect(fresh.locator(".selection .gallery")).to_have_count(0)


def test_time_is_scrubbed_and_played_without_asking_again(explore: Callable[..., Page]) -> None:
    page = explore()
    steps = page.evaluate("window.playground.explorer.main().info.steps")
    page.wait_for_function(f"window.playground.explorer.main().frames.size === {len(steps)}")
    page.wait_for_load_state("networkidle")
    asked = frames_asked(page)
    box = page.locator(".explore .scrub").bounding_box()
    assert box
    before = page.evaluate("[...window.playground.explorer.main().map.where]")
    seen = []
    for share in (0.5, 0.02, 0.98):
        page.mouse.click(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        settled(page)
        seen.append(int(page.get_attribute(".explore .map", "data-step") or -1))
        assert f"step {seen[-1]:,} " in page.inner_text(".explore .when")
    assert seen[1] == steps[0] and seen[2] == steps[-1] and steps[0] < seen[0] < steps[-1]
    assert np.allclose(page.evaluate("[...window.playground.explorer.main().map.where]"), before, atol=1e-6)
    page.click(".explore .play")  # from the end it begins anew
    expect(page.locator(".explore .play")).to_contain_text("Pause")
    page.wait_for_function(f"document.querySelector('.explore .map').dataset.step === '{steps[-1]}'")
    expect(page.locator(".explore .play")).to_contain_text("Play")
    # the hidden Train page asks for its UMAP frame when that is made
    assert not [url for url in asked if "/maps/pca-2/" in url and "/quality" not in url], "a frame was sent twice"
    # glides: on the way from one frame to another, points are between them
    page.keyboard.press("Home")
    settled(page)
    first = np.array(page.evaluate("[...window.playground.explorer.main().map.where]"))
    page.evaluate("""() => {
      const {map} = window.playground.explorer.main(), step = map.step.bind(map);
      window.painted = [];
      map.step = () => { step(); window.painted.push([...map.where]); };
    }""")
    page.keyboard.press("End")
    settled(page)
    painted = np.array(page.evaluate("window.painted"))
    last = np.array(page.evaluate("[...window.playground.explorer.main().map.where]"))
    begun, left, whole = np.abs(painted - first).mean(1), np.abs(painted - last).mean(1), np.abs(last - first).mean()
    assert ((0.02 * whole < begun) & (begun < 0.98 * whole) & (left < 0.98 * whole)).any()
    # the numbers beside belong to the place in time
    page.keyboard.press("Home")
    settled(page)
    knn = page.evaluate("window.playground.explorer.main().info.metrics[0].values")
    assert page.inner_text(".spark-row[data-metric=knn] b") == f"{100 * knn[0]:.1f}%"
    assert page.locator(".spark-row").count() == 3
    page.wait_for_function(f"document.querySelector('.map-quality').dataset.step === '{steps[0]}'")


def test_keys_play_and_step_but_not_while_one_types(explore: Callable[..., Page]) -> None:
    page = explore()
    last = page.evaluate("window.playground.explorer.index")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("window.playground.explorer.index") == last - 1
    page.keyboard.press("ArrowRight")
    assert page.evaluate("window.playground.explorer.index") == last
    page.keyboard.press(" ")
    expect(page.locator(".explore .play")).to_contain_text("Pause")
    page.keyboard.press(" ")
    expect(page.locator(".explore .play")).to_contain_text("Play")
    page.focus("#explore-search")
    page.keyboard.press("Home")
    page.keyboard.type("a b")
    assert page.input_value("#explore-search") == "a b" and page.evaluate("!window.playground.explorer.playing")


def test_reducers_with_their_parameters_progress_and_cancel(explore: Callable[..., Page]) -> None:
    page = explore()
    page.click(".explore .map-kinds button[data-kind=tsne]")
    expect(page.locator(".params [data-param=perplexity]")).to_have_value("30")
    expect(page.locator(".explore-top button:has-text('3D')")).to_be_disabled()
    settled(page, "tsne-30-cosine-0-2")
    quality = page.inner_text(".map-quality")
    page.fill(".params [data-param=perplexity]", "8")
    page.press(".params [data-param=perplexity]", "Enter")
    page.locator(".map-busy:visible").wait_for()
    expect(page.locator(".map-busy:visible")).to_contain_text("map")
    settled(page, "tsne-8-cosine-0-2")
    page.wait_for_function("old => document.querySelector('.map-quality').innerText !== old", arg=quality)
    page.click(".explore .map-kinds button[data-kind=umap]")
    settled(page, "umap-15-0.1-cosine-0-2")
    page.select_option(".params [data-param=metric]", "euclidean")
    page.locator(".map-busy:visible button").click()  # cancelled: what was there before is there again
    page.wait_for_function("window.playground.explorer.main().busy.hidden")
    assert page.evaluate("window.playground.explorer.main().map.where.length") > 0
    page.click(".explore .map-kinds button[data-kind=umap]")
    page.select_option(".params [data-param=metric]", "cosine")
    page.click(".explore-top button:has-text('3D')")
    settled(page, "umap-15-0.1-cosine-0-3")
    assert page.evaluate("window.playground.explorer.main().map.space.plot.data[0].type") == "scatter3d"
    expect(page.locator(".explore-tools button:has-text('Lasso')")).to_be_disabled()
    page.click(".explore-top button:has-text('3D')")
    settled(page, "umap-15-0.1-cosine-0-2")


def test_colours_legend_and_search(explore: Callable[..., Page], runs: dict[str, Path]) -> None:
    page = explore()
    labels = read_images(runs["one"]).test.labels
    assert labels is not None
    first = page.locator(".explore .map-legend button").first
    first.click()
    expect(first).to_have_attribute("aria-pressed", "false")
    shown = "Array.from({length: 360}, (_, i) => window.playground.explorer.main().map.shown(i))"
    assert (np.array(page.evaluate(shown)) == (labels.numpy() != 0)).all()
    first.click()
    assert all(page.evaluate(shown))
    page.locator(".explore .map-legend button").nth(2).dblclick()
    assert (np.array(page.evaluate(shown)) == (labels.numpy() == 2)).all()
    for colour, legend in (("purity", "share of neighbours"), ("error", "two views"), ("cluster", "cluster 1")):
        page.select_option("#explore-colour", colour)
        expect(page.locator(".explore .map-legend")).to_contain_text(legend)
        assert page.evaluate("new Set(window.playground.explorer.main().map.bins).size") > 2
    page.select_option("#explore-colour", "label")
    names, classes = read_images(runs["one"]).test.names, read_images(runs["one"]).classes
    hits = [i for i in range(360) if "3" in names[i] or "3" in classes[int(labels[i])]]
    page.fill("#explore-search", "3")
    expect(page.locator(".search .hint")).to_contain_text(f"{len(hits)} images")
    assert page.evaluate("window.playground.explorer.selection") == hits
    page.fill("#explore-search", "no such thing")
    expect(page.locator(".search .hint")).to_contain_text("Nothing found")


def test_chips_filter_the_map_and_back_undoes_them(explore: Callable[..., Page], runs: dict[str, Path]) -> None:
    page = explore(width=390, height=844, has_touch=True)
    labels = read_images(runs["one"]).test.labels
    assert labels is not None
    shown = "Array.from({length: 360}, (_, i) => window.playground.explorer.main().map.shown(i))"
    said, chips = page.locator(".filter [role=status]"), page.locator(".chip")
    page.locator(".filter button", has_text="Show only").tap()
    page.locator("[data-by=label] button").nth(3).tap()
    expect(said).to_have_text(f"{(labels == 3).sum()} of 360 shown")
    page.locator("[data-by=vote] button", has_text="right").focus()
    page.keyboard.press("Enter")
    expect(chips).to_have_count(2)
    step = page.evaluate("window.playground.explorer.main().info.steps.at(-1)")
    answer = page.request.get(page.url.split("?")[0] + f"playground/runs/explore-one/values/vote/{step}")
    right = (labels.numpy() == 3) & (np.frombuffer(answer.body(), np.float32) == 1)
    expect(said).to_have_text(f"{right.sum()} of 360 shown")
    assert (np.array(page.evaluate(shown)) == right).all() and 0 < right.sum()
    assert "only=label-is-3%2Cvote-is-1" in page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the screen"
    page.go_back()
    expect(chips).to_have_text(["3×"])
    expect(said).to_have_text(f"{(labels == 3).sum()} of 360 shown")
    chips.locator("button").focus()
    page.keyboard.press(" ")
    expect(chips).to_have_count(0)
    assert page.evaluate("document.activeElement.innerText") == "Show only" and "only=" not in page.url
    assert all(page.evaluate(shown))
    page.fill("#explore-search", "3")
    before = page.evaluate("window.playground.explorer.selection")
    expect(page.locator(".joining")).to_contain_text(f"{len(before)} selected")
    page.locator(".joining button", has_text="takes away").tap()
    page.locator(".explore-tools button", has_text="Lasso").tap()
    page.locator(".explore .map").scroll_into_view_if_needed()
    at = pixels(page)
    page.keyboard.down("Shift")  # which adds, whatever is chosen
    inside = circle(page, at, at.mean(0), 60)
    page.keyboard.up("Shift")
    page.wait_for_function("before => window.playground.explorer.selection.length > before", arg=len(before))
    assert set(before) | set(inside) <= set(page.evaluate("window.playground.explorer.selection"))
    circle(page, at, at.mean(0), 60)
    page.wait_for_function("inside => !inside.some(i => window.playground.explorer.selection.includes(i))", arg=inside)


def test_heaps_are_named_by_what_lies_there_and_a_press_takes_the_names_away(explore: Callable[..., Page]) -> None:
    page = explore()
    page.wait_for_function("window.playground.explorer.main().map.names.found.length > 2")
    found = page.evaluate(
        """() => { const {map} = window.playground.explorer.main(), {where: w, bins, coding} = map;
        return map.names.found.map(({x, y, name, share}) => {
            const far = i => Math.hypot(w[2 * i] - x, w[2 * i + 1] - y);
            const near = [...bins.keys()].sort((a, b) => far(a) - far(b));
            return {name, share, near: near.slice(0, 15).map(i => coding.names[bins[i]])}; }); }"""
    )
    for heap in found:
        assert 0 < heap["share"] <= 1 and heap["near"].count(heap["name"]) >= 7, heap
    page.get_by_role("button", name="Name heaps").click()
    assert page.evaluate("window.playground.explorer.main().map.named") is False


def test_lines_of_density_go_around_most_points_and_are_in_the_address(explore: Callable[..., Page]) -> None:
    page = explore()
    page.wait_for_function("window.playground.explorer.main().map.names.found.length > 2")
    inked = """() => { const {canvas} = window.playground.explorer.main().map, {data} = canvas.getContext('2d').getImageData(
        0, 0, canvas.width, canvas.height); return data.filter((v, i) => i % 4 === 3 && v > 0).length; }"""
    before = page.evaluate(inked)
    page.get_by_role("button", name="Density").click()
    page.wait_for_function(f"before => ({inked})() > 1.01 * before", arg=before)
    expect(page.get_by_role("button", name="Density")).to_have_attribute("aria-pressed", "true")
    assert "draw=lines" in page.url
    page.get_by_role("button", name="Density").click()
    page.wait_for_function(f"before => ({inked})() === before", arg=before)
    assert "draw" not in page.url


def test_an_own_png_lands_among_its_like_in_every_run(
    explore: Callable[..., Page], runs: dict[str, Path], tmp_path: Path
) -> None:
    page = explore(map="umap-15-0.1-cosine-0-2")
    data = read_images(runs["one"])
    labels = data.test.labels
    assert labels is not None
    index = int(np.flatnonzero(labels.numpy() == 0)[1])
    picture = Image.fromarray(data.test.images[index, 0].numpy()).resize((180, 180), Image.Resampling.BICUBIC).convert("RGB")
    picture.save(tmp_path / "zero.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG no")
    # dropped onto the page, as from a folder
    transfer = page.evaluate_handle(
        """text => { const d = new DataTransfer(), b = Uint8Array.from(atob(text), c => c.charCodeAt(0));
        d.items.add(new File([b], 'zero.png', {type: 'image/png'}));
        d.items.add(new File(['no'], 'broken.png', {type: 'image/png'}));
        return d }""",
        base64.b64encode((tmp_path / "zero.png").read_bytes()).decode(),
    )
    page.dispatch_event(".explore .map", "drop", {"dataTransfer": transfer})
    row = page.locator(".own-row[data-name='zero.png']")
    row.wait_for()
    expect(row).to_contain_text("UMAP's own transform")
    expect(page.locator(".own .bad")).to_contain_text("broken.png")
    near = [int(node.get_attribute("data-index") or -1) for node in row.locator(".neighbours .thumb").all()]
    assert (labels.numpy()[near] == 0).mean() >= 0.75 and index in near[:4]
    placed = np.array(page.evaluate("window.playground.explorer.main().map.placed[0].at"))
    where = np.array(page.evaluate("[...window.playground.explorer.main().map.where]")).reshape(-1, 2)
    around = np.linalg.norm(where - placed, axis=1).argsort()[:8]
    assert (labels.numpy()[around] == 0).mean() >= 0.6
    page.wait_for_selector(".own .mini[data-run='explore-ae']")
    page.wait_for_selector(".own .mini[data-run='explore-two']")
    page.click(".explore .map-kinds button[data-kind=pca]")
    expect(page.locator(".own-row[data-name='zero.png']")).to_contain_text("PCA's own projection")


def test_every_export_is_read_back(explore: Callable[..., Page], runs: dict[str, Path], tmp_path: Path) -> None:
    page = explore()
    step = int(page.get_attribute(".explore .map", "data-step") or -1)
    page.click(".export summary")
    files = {}
    for kind in ("parquet", "csv", "zip", "html", "png", "svg"):
        with page.expect_download() as download:
            page.click(f".exports [data-kind={kind}]")
        files[kind] = tmp_path / download.value.suggested_filename
        download.value.save_as(files[kind])
    features, where = (
        record.read_snapshot(runs["one"], step),
        np.array(page.evaluate("[...window.playground.explorer.main().map.where]")),
    )
    table = pd.read_parquet(files["parquet"])
    assert (np.stack(table["features"].to_list()) == features.astype(np.float32)).all()
    assert np.allclose(table[["x", "y"]].to_numpy().ravel(), where, atol=1e-6)
    assert len(pd.read_csv(files["csv"])) == 360
    with zipfile.ZipFile(files["zip"]) as archive:
        assert {"projector_config.pbtxt", "vectors.tsv", "metadata.tsv", "sprite.png"} <= set(archive.namelist())
    with Image.open(files["png"]) as drawing:
        assert drawing.size == (2200, 1600)
    svg = files["svg"].read_text()
    assert svg.startswith("<svg") and len(re.findall('class="point', svg)) >= 360 and "data:image" not in svg
    assert files["html"].stat().st_size < 1_000_000  # a map in the plane needs no plotly


def test_an_exported_map_in_space_brings_its_plotly(
    explore: Callable[..., Page], chromium: Browser, app: App, tmp_path: Path
) -> None:
    page = explore(map="pca-3")
    answer = page.request.get(f"{app.url}playground/runs/explore-one/maps/pca-3/120/export.html")
    (tmp_path / "space.html").write_bytes(answer.body())
    context = patient(chromium.new_context(offline=True))
    alone = context.new_page()
    alone.goto((tmp_path / "space.html").as_uri())
    alone.wait_for_function("window.embeddingMap?.drawn && window.embeddingMap.begun")
    assert alone.evaluate("window.embeddingMap.space.plot.data[0].type") == "scatter3d"
    context.close()


def test_the_exported_page_works_with_the_network_off(
    explore: Callable[..., Page], chromium: Browser, runs: dict[str, Path], tmp_path: Path
) -> None:
    page = explore()
    page.click(".export summary")
    with page.expect_download() as download:
        page.click(".exports [data-kind=html]")
    download.value.save_as(tmp_path / "map.html")
    where = page.evaluate("[...window.playground.explorer.main().map.where]")
    context = patient(chromium.new_context(offline=True, viewport={"width": 900, "height": 800}))
    alone = context.new_page()
    errors: list[str] = []
    alone.on("pageerror", lambda error: errors.append(str(error)))
    alone.goto((tmp_path / "map.html").as_uri())
    alone.wait_for_function("window.embeddingMap?.drawn && window.embeddingMap.begun")
    assert np.allclose(alone.evaluate("[...window.embeddingMap.where]"), where, atol=1e-6)
    box = alone.locator("#map").bounding_box()
    assert box
    at = alone.evaluate("""() => { const m = window.embeddingMap, x = m.toX(), y = m.toY();
        return Array.from({length: m.about.count}, (_, i) => [x(m.where[2 * i]), y(m.where[2 * i + 1])]) }""")
    at = np.array(at) + [box["x"], box["y"]]
    index = lonely(at, alone.locator("#map"))
    alone.mouse.move(*spot(at, index, 30))
    alone.mouse.move(*spot(at, index))
    expect(alone.locator(".map-card")).to_be_visible()
    assert alone.get_attribute(".map-card", "data-index") == str(index)
    assert alone.locator("#legend button").count() == 10
    context.close()
    assert not errors


def test_side_by_side_is_linked_and_says_how_much_is_shared(explore: Callable[..., Page], runs: dict[str, Path]) -> None:
    page = explore("&with=explore-two,explore-ae")
    expect(page.locator(".pane")).to_have_count(3)
    at = pixels(page)
    index = lonely(at, page.locator(".pane .map").first)
    page.mouse.move(*spot(at, index, 40))
    page.mouse.move(*spot(at, index))
    page.wait_for_function(f"window.playground.explorer.panes.slice(1).every(p => p.map.linked === {index})")
    inside = lasso(page, at, at.mean(0), 60)
    page.wait_for_selector(".selection[data-count]")
    sets = page.evaluate("window.playground.explorer.panes.map(p => [...p.map.selection].sort((a, b) => a - b))")
    assert sets[0] == sets[1] == sets[2] and set(inside) <= set(sets[0])
    x, y = (record.read_snapshot(runs[name], record.summary(runs[name])["steps"]).astype(np.float64) for name in ("one", "two"))
    near = []
    for z in (x, y):
        z = z / np.linalg.norm(z, axis=1, keepdims=True)
        cosine = z @ z.T
        np.fill_diagonal(cosine, -2)
        near.append(np.argsort(-cosine, axis=1)[:, :15])
    share = np.mean([len(set(a) & set(b)) / 15 for a, b in zip(*near, strict=True)])
    overlap = page.locator(".pane[data-run='explore-two'] .pane-overlap")
    expect(overlap).to_contain_text("%")  # which is asked for on its own
    shown = overlap.inner_text()
    assert abs(float(shown.split("%")[0].split()[-1]) / 100 - share) < 0.011
    tops = "[...document.querySelectorAll('.pane .map')].map(map => map.getBoundingClientRect().top)"
    told = page.evaluate(tops)
    page.evaluate("(e => { for (const pane of e.panes) pane.overlap = {text: '', title: ''}; e.draw(); })(playground.explorer)")
    expect(overlap).to_have_text("")
    assert page.evaluate(tops) == told, "what is said of the maps moves them"
    page.click(".beside summary")
    page.locator(".others label:has(input:checked)", has_text="Autoencoder").locator("input").click()
    expect(page.locator(".pane")).to_have_count(2)


def test_a_link_is_the_same_view_in_another_browser(explore: Callable[..., Page], open_page: Open) -> None:
    page = explore(map="umap-15-0.1-cosine-0-2")
    page.fill(".params [data-param=neighbours]", "20")
    page.press(".params [data-param=neighbours]", "Enter")
    settled(page, "umap-20-0.1-cosine-0-2")
    page.select_option("#explore-colour", "purity")
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Home")
    settled(page)
    other = open_page(page.url.partition("/?")[2] and "?" + page.url.partition("/?")[2])
    settled(other, "umap-20-0.1-cosine-0-2")
    state = """(() => { const e = window.playground.explorer; return JSON.stringify([e.main().run, e.key_(), e.index, e.colour,
        e.main().box.dataset.step, [...e.main().map.where].map(v => v.toFixed(4))]) })()"""
    assert json.loads(other.evaluate(state)) == json.loads(page.evaluate(state))


@pytest.mark.parametrize("width", [390, 1400])
def test_chinese_narrow_and_touched(explore: Callable[..., Page], width: int) -> None:
    page = explore(locale="zh-CN", width=width, height=850, has_touch=True)
    text = page.inner_text(".explore")
    for word in ("地图方法", "着色依据", "搜索", "播放", "并排比较", "可信度"):
        page.wait_for_function("word => document.querySelector('.explore').innerText.includes(word)", arg=word)
    assert "Search" not in text and "Colour" not in text
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the screen"
    page.locator(".explore .map").scroll_into_view_if_needed()
    at = pixels(page)
    index = lonely(at, page.locator(".pane .map").first)
    page.touchscreen.tap(*spot(at, index))
    page.wait_for_selector(f".picked[data-index='{index}'] .neighbours .thumb")


def test_while_a_run_trains_its_time_axis_grows(open_page: Open) -> None:
    page = open_page("?data=digits")
    page.locator("#method label", has_text="SimCLR").first.click()
    page.locator("#budget label", has_text="15 s").click()
    page.click("#train")
    page.wait_for_function("document.body.dataset.run === 'running'")
    page.get_by_role("tab", name="Explore").click()
    page.wait_for_function("window.playground.explorer?.loaded")
    run = page.evaluate("window.playground.run()")
    assert page.evaluate("window.playground.explorer.main().run") == run
    before = page.evaluate("window.playground.explorer.main().info.steps.length")
    page.wait_for_function(f"window.playground.explorer.main().info.steps.length > {before}")
    page.wait_for_function("window.playground.explorer.main().info.ended")
    assert page.evaluate("window.playground.explorer.index") == page.evaluate(
        "window.playground.explorer.main().info.steps.length - 1"
    )


def test_a_run_that_is_gone_has_a_sentence(explore: Callable[..., Page], runs: dict[str, Path], app: App) -> None:
    shutil.copytree(runs["one"], app.runs / "explore-gone")
    page = explore(run="gone")
    shutil.rmtree(app.runs / "explore-gone")
    page.click(".explore .map-kinds button[data-kind=tsne]")
    expect(page.locator(".map-busy:visible")).to_contain_text("no run called")
    assert page.evaluate("window.playground.explorer.main().map.where.length") == 720  # the old picture stays
