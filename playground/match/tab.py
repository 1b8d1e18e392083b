"""Match: words with pictures. match.js draws it and asks routes.py."""

from __future__ import annotations

from typing import Any

import gradio as gr

from playground.page.modules import opens

PANEL = "<div class='match workbench' role='region'></div>"
# of the address: what this tab says of its own view
KEYS = (
    "model", "match", "pictures", "labels", "template", "scale", "none", "heat", "set", "query", "like", "pair",
    "look", "word", "model2",
)  # fmt: skip


def build(i18n: Any) -> None:
    """The place where the page's own script draws."""
    gr.HTML(html_template=PANEL, js_on_load=opens("match/match.js"), apply_default_css=False, elem_id="match")
