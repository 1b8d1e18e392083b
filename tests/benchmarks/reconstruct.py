"""From a click on an image to its reconstruction on the page, and from a slider's move to the next picture: two CPU cores."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from tests.benchmarks.served import Served
from tests.chromium import FLAGS, executable
from trainers import record
from trainers.train import RunConfig

METHODS = {"autoencoder": "rebuild", "denoising": "noise", "masked": "mask"}
DATA = ("fashion-mnist", "emoji")
# ms from the mouse button, or the slider's input, to the frame after the answer was painted
WATCH = """() => { const root = document.querySelector('.reconstruct-columns'); let begun = 0; window.times = [];
    for (const kind of ['click', 'input']) root.addEventListener(kind, () => { begun ||= performance.now(); }, true);
    const painted = () => { if (begun) window.times.push(performance.now() - begun); begun = 0; };
    new MutationObserver(() => requestAnimationFrame(painted))
        .observe(root, {attributes: true, attributeFilter: ['data-answered']}) }"""


def opened(browser: Browser, url: str, run: str, do: str) -> Page:
    page = browser.new_page(viewport={"width": 1400, "height": 950})
    page.goto(f"{url}?tab=reconstruct&run={run}&do={do}&image=0")
    page.wait_for_selector(f".reconstruct-columns[data-doing={do}][data-answered]")
    page.wait_for_timeout(3000)
    page.evaluate(WATCH)
    return page


def clicks(page: Page, times: int) -> list[float]:
    """One click at a time, with a pause in which all else that it asks for comes."""
    for i in range(times):
        page.locator(".reconstruct-left .thumb-strip button").nth(i % 12).click()
        page.wait_for_timeout(900)
    return page.evaluate("window.times")


def moves(page: Page, slider: str, times: int) -> list[float]:
    """A slider's knob in the hand, moved every 100 ms."""
    page.evaluate("window.times = []")
    knob = page.locator(f".stage {slider} input").first
    knob.scroll_into_view_if_needed()
    box = knob.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    for i in range(times):
        page.mouse.move(box["x"] + box["width"] * (0.3 + 0.4 * (i % 10) / 10), box["y"] + box["height"] / 2)
        page.wait_for_timeout(100)
    page.mouse.up()
    return page.evaluate("window.times")


def measure(quick: bool) -> dict[str, object]:
    """Milliseconds, medians."""
    times, found = 10 if quick else 30, {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "runs"
        for data in DATA:
            for method in METHODS:
                record.create(folder / f"{data}-{method}", RunConfig(method, data, seconds=3.0 if quick else 10.0))
                for _ in record.run(folder / f"{data}-{method}"):
                    pass
        with Served(folder) as served, sync_playwright() as p:
            served.ready()
            browser = p.chromium.launch(executable_path=executable(), args=FLAGS)
            for data in DATA:
                for method, do in METHODS.items():
                    page = opened(browser, served.url, f"{data}-{method}", do)
                    took = clicks(page, times)
                    key = f"{data}_{method}"
                    found[f"{key}_click_ms"], found[f"{key}_worst_ms"] = median(took), max(took)
                    found[f"{key}_slider_ms"] = median(
                        moves(page, ".latents" if do == "rebuild" else ".reconstruct-row", times)
                    )
                    page.close()
            browser.close()
    for key, value in found.items():
        print(f"{key:<40}{value:>10,.1f}")
    return found
