"""The map alone, in a page with nothing else, with 50,000 points: frames a second of a scrub, and how long a hover takes.

Frames are those of points that drift; each move of the slider is the next one, as in Explore. `ratio` is frames a second over
30. Beside it the processor time of all of the browser's processes a frame, which a busy machine does not change much.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from playground.page import modules
from tests.chromium import FLAGS, executable

PAGE = """<!doctype html><style>
embedding-map {{ display: block; position: relative; width: 900px; height: 640px; }}
embedding-map canvas {{ position: absolute; inset: 0; width: 100%; height: 100%; }}</style>{scripts}
<embedding-map class="map" tabindex="0"></embedding-map>
<script type="module">
import 'widgets/embedding-map/element.js';
const count = {count}, steps = 12, map = document.querySelector('embedding-map');
let seed = 1;
const chance = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
const normal = () => Math.sqrt(-2 * Math.log(chance() + 1e-9)) * Math.cos(6.2832 * chance());
const labels = Array.from({{length: count}}, (_, i) => i % 10);
const noise = Float32Array.from({{length: 2 * count}}, normal);
const frames = Array.from({{length: steps}}, (_, step) => Float32Array.from({{length: 2 * count}}, (_, k) => {{
  const group = labels[k >> 1], angle = group * 0.628 + step * 0.02, way = step / steps;
  return 0.45 * noise[k] + way * 2 * (k % 2 ? Math.sin(angle) : Math.cos(angle)); }}));
const classes = Array.from('0123456789');
map.about = {{count, columns: 224, rows: 224, width: 8, height: 8, labels, classes, captions: {{}}, names: []}};
map.positions = frames[0];
let since = 0, last = -2;
window.hovers = [];
map.addEventListener('pointermove', () => {{ since = performance.now(); }}, true);
map.addEventListener('pointermove', () => {{
  if (map.hovered !== last) hovers.push(performance.now() - since);
  last = map.hovered;
}});
window.scrub = times => new Promise(done => {{
  const gaps = [];
  let at = 0, before = 0;
  const turn = now => {{
    if (before) gaps.push(now - before);
    before = now;
    if (gaps.length === times) return done({{fps: 1000 * times / gaps.reduce((a, b) => a + b), worst: Math.max(...gaps)}});
    at = (at + 1) % (2 * steps - 2);
    map.positions = frames[at < steps ? at : 2 * steps - 2 - at];
    requestAnimationFrame(turn);
  }};
  requestAnimationFrame(turn);
}});
window.ready = map.updateComplete.then(() => true);
</script>"""


def alone(count: int, frames: int, hovers: int) -> dict[str, float]:
    """Frames a second of a scrub, the longest gap between two, and the milliseconds that a move over the map takes."""
    page_text = PAGE.format(scripts=modules.inlined("widgets/embedding-map/element.js"), count=count)
    with sync_playwright() as p:
        own = f"--points={os.getpid()}-{count}"  # which all of the browser's processes are found by
        browser = p.chromium.launch(executable_path=executable(), args=[*FLAGS, own])
        page = browser.new_page(viewport={"width": 1000, "height": 760})
        page.set_content(page_text)
        page.wait_for_function("window.ready && document.querySelector('embedding-map').drawn")
        page.evaluate("scrub(24)")  # there and back once: what is read for the first time, and what compiles
        begun = processor(own)
        found = page.evaluate("times => scrub(times)", frames)
        spent = processor(own) - begun
        page.wait_for_function("!document.querySelector('embedding-map').gliding")
        for place in range(hovers):
            page.mouse.move(100 + 700 * (place * 0.37 % 1), 80 + 480 * (place * 0.61 % 1))
        waits = page.evaluate("hovers")
        browser.close()
    return {
        "fps": found["fps"], "processor_ms": 1000 * spent / frames, "longest_gap_ms": found["worst"],
        "hover_ms": median(waits), "hovers": len(waits),
    }  # fmt: skip


def processor(mark: str) -> float:
    """Seconds of processor time of a browser and all that it has begun."""
    parents, spent, roots = dict[int, int](), dict[int, float](), list[int]()
    for path in Path("/proc").glob("[0-9]*"):
        try:
            fields = (path / "stat").read_text().rpartition(")")[2].split()
            if mark in (path / "cmdline").read_text():
                roots.append(int(path.name))
        except OSError:  # gone just now
            continue
        parents[int(path.name)], spent[int(path.name)] = int(fields[1]), (int(fields[11]) + int(fields[12]))
    every = dict.fromkeys(roots)
    for _ in range(4):
        every |= dict.fromkeys(child for child, parent in parents.items() if parent in every)
    return sum(spent[one] for one in every) / os.sysconf("SC_CLK_TCK")


def measure(quick: bool) -> dict[str, object]:
    """For each number of points, medians over rounds in which they take turns."""
    counts = (2_000, 10_000, 50_000)
    rounds = [{count: alone(count, 60 if quick else 300, 40) for count in counts} for _ in range(1 if quick else 5)]
    found = {
        f"{count}": {name: round(median(one[count][name] for one in rounds), 2) for name in rounds[0][count]}
        for count in counts
    }
    for count, numbers in found.items():
        print(f"{int(count):>7,} points: {json.dumps(numbers)}", flush=True)
    return {"ratio": found["50000"]["fps"] / 30, **found}
