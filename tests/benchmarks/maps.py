"""The map's speed: reducers beside umap-learn and openTSNE, and the page on a run of 10,000 images in a real Chromium.

The features are those of a SimCLR run on the shipped Fashion-MNIST, trained here: the map's own 2,000 held-out images, and
for the large map the 10,000 training images. `ratio` is umap-learn's own second fit of 2,000 points over our warm refresh of
the same features; the sides take turns, and what compiles is not counted.
"""

from __future__ import annotations

import dataclasses
import re
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any
from unittest import mock

import numpy as np
import torch
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, sync_playwright

from playground.maps.reducers import TSNE, UMAP, key_of
from playground.runs.store import write_images
from tests.benchmarks.served import Served
from tests.chromium import FLAGS, executable
from trainers import evaluate, record
from trainers.data import load
from trainers.train import RunConfig


def took(work: Callable[[], object]) -> float:
    """Seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def make_run(folder: Path, seconds: float, large: bool) -> list[NDArray[np.float16]]:
    """A real run; the features (N,F) of its snapshots. With `large` its map holds the 10,000 training images."""
    data = load("fashion-mnist")
    if large:
        data = dataclasses.replace(data, test=data.train)
    record.create(folder, RunConfig("simclr", seconds=seconds))

    def every(images: Any, limit: int = 0) -> torch.Tensor:
        return torch.arange(len(images))

    with mock.patch.object(evaluate, "subset", every if large else evaluate.subset):
        write_images(folder, data)
        for _ in record.run(folder, load=lambda config: data):
            pass
    steps = [event["step"] for event in record.read_events(folder)[0] if event["event"] == "Snapshot"]
    return [record.read_snapshot(folder, step) for step in steps]


def reducers(frames: list[NDArray[np.float16]], rounds: int) -> dict[str, float]:
    """Seconds, medians: the last frame from nothing and its neighbour in time from it, beside the libraries alone."""
    from openTSNE import TSNE as Theirs
    from umap import UMAP as Learn

    before, after = frames[-1], frames[-2]
    x = after.astype(np.float32)
    ours = UMAP(), TSNE()
    kept = [reducer.fit(before) for reducer in ours]
    sides: dict[str, Callable[[], object]] = {
        "umap_refresh": lambda: ours[0].refresh(after, before, kept[0]),
        "umap_fit": lambda: ours[0].fit(after),
        "umap_learn_second_fit": lambda: Learn(metric="cosine").fit_transform(x),
        "tsne_refresh": lambda: ours[1].refresh(after, before, kept[1]),
        "tsne_fit": lambda: ours[1].fit(after),
        "opentsne_fit": lambda: Theirs(metric="cosine", n_jobs=1).fit(x),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for work in sides.values():
            work()  # compiles
        times = [{name: took(work) for name, work in sides.items()} for _ in range(rounds)]
    return {name: median(t[name] for t in times) for name in sides}


def large_alone(x: NDArray[np.float16], rounds: int) -> float:
    """Seconds for umap-learn alone on (10000,F), once it is compiled."""
    from umap import UMAP as Learn

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return median(took(lambda: Learn(metric="cosine").fit_transform(x.astype(np.float32))) for _ in range(rounds))


def until_still(page: Page, key: str) -> None:
    """Wait until the map shows the reducer and no point moves."""
    page.wait_for_function(
        """key => { const e = window.playground?.explorer, p = e?.panes[0];
        return p && e.loaded && p.box.dataset.key === key && !p.map.gliding }""",
        arg=key,
        timeout=300_000,
    )


def clicks(page: Page, times: int) -> float:
    """Milliseconds from the button's release to the list of neighbours being painted."""
    page.evaluate(
        """() => { window.waits = []; let since = 0, last;
        addEventListener('pointerup', () => { since = performance.now(); }, true);
        const painted = () => setTimeout(() => waits.push(performance.now() - since));
        new MutationObserver(() => {
          const now = document.querySelector('.explore .picked').dataset.index;
          if (now !== last) requestAnimationFrame(painted);
          last = now;
        }).observe(document.querySelector('.explore'), {subtree: true, childList: true, attributeFilter: ['data-index']}); }"""
    )
    spots = page.evaluate(
        """times => { const m = window.playground.explorer.panes[0].map, box = m.root.getBoundingClientRect();
        const [px, py, x, y] = [m.toX(), m.toY(), box.left + m.root.clientLeft, box.top + m.root.clientTop];
        return Array.from({length: times}, (_, j) => Math.floor((j + 0.5) * m.about.count / times))
          .map(i => [x + px(m.where[2 * i]), y + py(m.where[2 * i + 1])]) }""",
        times,
    )
    for x, y in spots:
        page.mouse.click(x, y)
        page.wait_for_timeout(300)
    found = page.evaluate("waits")
    assert len(found) > times / 2, f"{len(found)} of {times} clicks met a point"
    return median(found)


def scrub(page: Page, seconds: float) -> tuple[float, list[str]]:
    """Painted frames a second while the slider is dragged to and fro, and what was fetched meanwhile."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    slider = page.locator(".explore .scrub")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] - 8, y)
    page.mouse.down()
    count = "window.playground.explorer.panes[0].map.frames || 0"
    begun, first = time.perf_counter(), page.evaluate(count)
    while (gone := time.perf_counter() - begun) < seconds:
        share = abs(2 * (gone / 2 % 1) - 1)  # there and back in two seconds
        page.mouse.move(box["x"] + 8 + share * (box["width"] - 16), y)
    painted = page.evaluate(count) - first
    gone = time.perf_counter() - begun
    page.mouse.up()
    return painted / gone, list(asked)


def first_bytes(browser: Browser, url: str) -> dict[str, float]:
    """Bytes over the wire of what a map of 2,000 images needs: pictures and names once, then each frame."""
    page = browser.new_page()
    sizes: dict[str, tuple[str, float]] = {}
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.responseReceived", lambda e: sizes.update({e["requestId"]: (e["response"]["url"], 0)}))
    session.on(
        "Network.loadingFinished",
        lambda e: sizes.update({e["requestId"]: (sizes.get(e["requestId"], ("", 0))[0], e["encodedDataLength"])}),
    )
    page.goto(f"{url}?tab=explore&run=small&map=pca-2")
    until_still(page, "pca-2")
    page.wait_for_timeout(1500)
    # each address once: the Train tab beside it asks for the same pictures, and has them from the cache
    once = sum(size for address, size in dict(sizes.values()).items() if "/small/images." in address)
    frames = [size for address, size in sizes.values() if "/maps/pca-2/" in address and "quality" not in address]
    page.close()
    return {"bytes_images": once, "bytes_frame": median(frames)}


def in_browser(folder: Path, quick: bool) -> dict[str, float]:
    """What a person waits for, on the runs `small` and `large` in the folder."""
    with Served(folder) as served, sync_playwright() as p:
        served.ready()
        browser = p.chromium.launch(executable_path=executable(), args=FLAGS)
        found = first_bytes(browser, served.url)
        page = browser.new_page(viewport={"width": 1400, "height": 950})
        page.goto(f"{served.url}?tab=explore&run=large&map=pca-2")
        until_still(page, "pca-2")
        page.wait_for_function("(p => p.ready.length === p.info.steps.length)(window.playground.explorer.panes[0])")
        page.wait_for_timeout(1000)
        found["large_scrub_fps"], asked = scrub(page, 3 if quick else 8)
        found["large_click_to_neighbours_ms"] = clicks(page, 10 if quick else 30)
        # a map of another seed, as the page makes the usual one of a finished run by itself, and has by now
        page.wait_for_timeout(30_000)
        page.evaluate("window.playground.explorer.params.umap.seed = 1")
        begun = time.perf_counter()
        page.click(".explore [data-kind=umap]")
        until_still(page, key_of(UMAP(seed=1)))
        found["large_click_to_umap"] = time.perf_counter() - begun
        browser.close()
    found["resent_on_scrub"] = sum(bool(re.search(r"/maps/pca-2/\d+$|/images\.", url)) for url in asked)
    return found


def measure(quick: bool) -> dict[str, object]:
    """Seconds, milliseconds, bytes and frames a second; medians."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "runs"
        small = make_run(folder / "small", 6 if quick else 20, large=False)
        large = make_run(folder / "large", 6 if quick else 20, large=True)
        found: dict[str, float] = reducers(small, 1 if quick else 7)
        found["large_umap_learn"] = large_alone(large[-1], 1 if quick else 3)
        for key, value in found.items():
            print(f"{key:<32}{value:>14,.3f}", flush=True)
        page = in_browser(folder, quick)
    for key, value in page.items():
        print(f"{key:<32}{value:>14,.3f}")
    found |= page
    return {"ratio": found["umap_learn_second_fit"] / found["umap_refresh"], **found}
