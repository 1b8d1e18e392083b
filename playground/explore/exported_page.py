"""A frame of a map as one web page that needs nothing else: plotly.js, the page's own map and the images are inside it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from html import escape
from pathlib import Path

from playground.maps.making import Maps
from playground.runs.described import describe
from playground.runs.store import read_images
from playground.texts import classes, text
from trainers import record

PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><link rel="icon" href="data:,">
<style>
body {{ font: 14px/1.5 system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif; margin: 18px auto; max-width: 1200px;
  padding: 0 16px; color: var(--body-text-color); background: var(--background-fill-primary); }}
:root {{ --body-text-color: #1e293b; --background-fill-primary: #fff; --border-color-primary: #d8dee8; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --body-text-color: #e2e8f0; --background-fill-primary: #111827; --border-color-primary: #374151; }}
}}
h1 {{ font-size: 1.1rem; }}
{css}
.map {{ height: min(72vh, 760px); }}
</style></head><body>
<h1>{title}</h1><div class="map" id="map" tabindex="0"></div><div id="legend"></div><p>{caveat}</p>
<script>{plotly}</script>
<script>window.PLAYGROUND_LANG = {lang_json}; window.playgroundWords = {words};</script>
<script>{map}</script>
<script>
const about = {about}, bytes = Uint8Array.from(atob("{positions}"), c => c.charCodeAt(0));
const map = window.embeddingMap = new EmbeddingMap(document.getElementById('map'));
map.show(about, "data:image/png;base64,{sheet}", {images}).then(() => {{
  map.frame(new Float32Array(bytes.buffer), {dimensions});
  if (about.labels) map.legend(document.getElementById('legend'), {{help: {help}}});
}});
</script></body></html>
"""


def page(maps: Maps, run: str, key: str, step: int, language: str, files: Mapping[str, Path]) -> bytes:
    """A frame that is ready, in a language; files: where plotly.js, map.js and map.css are."""
    folder = maps.runs.folder(run)
    positions = maps.frame(run, key, step).positions
    read_images(folder)  # which makes the picture where the run is the command line's
    about = json.loads((folder / "images.json").read_text(encoding="utf-8")) | {"skipped": []}

    def script(value: object) -> str:
        # nothing in a caption may end the script that it stands in
        return json.dumps(value).replace("<", "\\u003c")

    reducer = text(language, f"explore.{key.partition('-')[0]}")
    title = f"{describe(record.read_config(folder), language)} · {reducer} · {step:,}"
    return PAGE.format(
        title=escape(title), lang=language, lang_json=script(language), css=files["map.css"].read_text(encoding="utf-8"),
        caveat=escape(text(language, "explore.caveat")), plotly=files["plotly.js"].read_text(encoding="utf-8"),
        words=script({"classes": classes(language)}), map=files["map.js"].read_text(encoding="utf-8"),
        about=script(about), positions=base64.b64encode(positions.tobytes()).decode(), dimensions=positions.shape[1],
        sheet=base64.b64encode((folder / "images.png").read_bytes()).decode(), images=script(text(language, "explore.images")),
        help=script(text(language, "explore.legend_help")),
    ).encode()  # fmt: skip
