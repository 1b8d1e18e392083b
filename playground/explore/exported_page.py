"""A frame of a map as one web page that needs nothing else: the page's own map and the images are inside it,
and plotly.js where the map is one in space.
"""

from __future__ import annotations

import base64
import json
from html import escape

from playground.maps.making import Maps
from playground.page import modules
from playground.runs.described import describe
from playground.runs.store import read_images
from playground.texts import classes, text
from trainers import record

MAP = "widgets/embedding-map"
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
<h1>{title}</h1><embedding-map class="map" id="map" tabindex="0"></embedding-map>
<map-legend class="map-legend" id="legend"></map-legend>
<p>{caveat}</p>
{plotly}{modules}
<script type="module">
import "widgets/embedding-map/element.js";
import "widgets/embedding-map/legend.js";
import {{labelled, toggled}} from "widgets/embedding-map/colours.js";
const about = {about}, classes = {classes}, bytes = Uint8Array.from(atob("{positions}"), c => c.charCodeAt(0));
const map = window.embeddingMap = document.getElementById("map"), legend = document.getElementById("legend");
const spec = labelled(about, {images}, classes);
Object.assign(map, {{about, spec, classes, language: {lang_json}, sheet: "data:image/png;base64,{sheet}"}});
map.frame(new Float32Array(bytes.buffer));
Object.assign(legend, {{spec, help: {help}, hidden: !about.labels}});
legend.addEventListener("toggle", ({{detail: {{group, alone}}}}) => {{
  map.hiddenGroups = legend.hiddenGroups = toggled(map.hiddenGroups, group, alone, spec.names.length);
}});
</script></body></html>
"""


def page(maps: Maps, run: str, key: str, step: int, language: str) -> bytes:
    """A frame that is ready, in a language."""
    folder = maps.runs.folder(run)
    positions = maps.frame(run, key, step).positions
    read_images(folder)  # which makes the picture where the run is the command line's
    about = json.loads((folder / "images.json").read_text(encoding="utf-8")) | {"skipped": [], "notes": []}
    names = classes(language)

    def script(value: object) -> str:
        # nothing in a caption may end the script that it stands in
        return json.dumps(value).replace("<", "\\u003c")

    reducer = text(language, f"explore.{key.partition('-')[0]}")
    title = f"{describe(record.read_config(folder), language)} · {reducer} · {step:,}"
    return PAGE.format(
        lang=language,
        title=escape(title),
        caveat=escape(text(language, "explore.caveat")),
        css=modules.content(f"{MAP}/embedding-map.css").decode(),
        # in the plane the page paints all by itself
        plotly=f"<script>{modules.content(modules.SPACE).decode()}</script>\n" if key.endswith("-3") else "",
        modules=modules.inlined(f"{MAP}/element.js", f"{MAP}/legend.js"),
        about=script(about),
        classes=script([names.get(name, name) for name in about["classes"]]),
        positions=base64.b64encode(positions.tobytes()).decode(),
        sheet=base64.b64encode((folder / "images.png").read_bytes()).decode(),
        lang_json=script(language),
        images=script(text(language, "explore.images")),
        help=script(text(language, "explore.legend_help")),
    ).encode()
