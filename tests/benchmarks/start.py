"""Start: from `python app.py` to the first 200 on /, against a process that imports torch and gradio and does no more.

The sides take turns. `ratio` is the imports' median over the app's: 1 would mean that the app adds nothing, 0.77 that it
adds 30 %. Then Chromium, with an empty cache each time: from navigation to the panel being visible,
to the words about the run that it shows, and to its map; requests, bytes.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

from tests.benchmarks.served import Served
from tests.chromium import FLAGS, executable


def imports() -> float:
    """Seconds until a bare process has both packages."""
    began = time.perf_counter()
    command = [sys.executable, "-c", "import torch, gradio; print(flush=True)"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        return time.perf_counter() - began


# ms on the page's own clock till a frame has each of these: to ask from outside takes turns with what the page is busy with
SEEN = """(() => {
  const wanted = {said: '.live-empty h2, .live-title', map: '.live-map .main-svg'}, seen = window.seen = {};
  const look = () => {
    for (const [name, selector] of Object.entries(wanted)) {
      const node = document.querySelector(selector);
      if (node?.clientHeight && (name === 'map' || node.textContent)) seen[name] ??= performance.now();
    }
    requestAnimationFrame(look);
  };
  look();
})()"""


def paint(browser: Browser, url: str) -> tuple[float, float, float, int, int]:
    """Seconds to the first paint, to the words about the run, to its map; then requests and bytes until the network rests."""
    with browser.new_context() as context:
        page = context.new_page()
        page.add_init_script(SEEN)
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        sizes: list[float] = []
        session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        page.goto(url, wait_until="commit")
        page.wait_for_function("window.seen.said && window.seen.map")
        page.wait_for_timeout(1000)
        first = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        seen = page.evaluate("window.seen")
        return first / 1000, seen["said"] / 1000, seen["map"] / 1000, len(sizes), round(sum(sizes))


def measure(quick: bool) -> dict[str, object]:
    """Medians, in seconds."""
    rounds, visits = (2, 2) if quick else (7, 5)
    bare: list[float] = []
    app: list[float] = []
    paints: list[tuple[float, float, float, int, int]] = []
    with tempfile.TemporaryDirectory() as folder:
        if not quick:
            imports()  # the disk's cache is warm for both
        for turn in range(rounds):
            bare.append(imports())
            with Served(Path(folder) / f"runs{turn}") as served:
                app.append(served.seconds)
                if turn == rounds - 1:
                    served.ready()
                    with sync_playwright() as p:
                        browser = p.chromium.launch(executable_path=executable(), args=FLAGS)
                        paints = [paint(browser, served.url) for _ in range(visits)]
                        browser.close()
    first, said, mapped, requests, size = (median(values) for values in zip(*paints, strict=True))
    for name, values in (
        ("imports", bare),
        ("app", app),
        ("paint", [one[0] for one in paints]),
        ("said", [one[1] for one in paints]),
        ("map", [one[2] for one in paints]),
    ):
        print(f"{name:<10}{median(values):>7.2f} s   {' '.join(f'{value:.2f}' for value in values)}")
    print(f"first load {requests:.0f} requests, {size / 1000:.0f} kB")
    return {
        "ratio": median(bare) / median(app), "ours": median(app), "imports": median(bare), "first_paint": first,
        "first_said": said, "first_map": mapped, "requests": requests, "bytes": size, "rounds": rounds,
    }  # fmt: skip
