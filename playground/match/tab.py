"""Match: words with pictures. static/match.js asks matching.py, by routes.py."""

from __future__ import annotations

from typing import Any

import gradio as gr

from playground.page.parts import WHEN_READY

PANEL = "<div class='match workbench' role='region'></div>"
# of the address: what this tab says of its own view
KEYS = ("model", "match", "pictures", "labels", "template", "scale", "none", "heat", "set", "query", "like", "lesson")


def build(i18n: Any) -> None:
    """The place where the page's own script draws."""
    gr.HTML(html_template=PANEL, js_on_load=WHEN_READY.format(part="match"), apply_default_css=False, elem_id="match")
