"""Match: words with pictures. static/match.js asks playground.matching, by playground.routes."""

from __future__ import annotations

from typing import Any

import gradio as gr

from playground.tabs.train import WHEN_READY

PANEL = "<div class='match workbench' role='region'></div>"


def build(i18n: Any) -> None:
    """The place where the page's own script draws."""
    gr.HTML(html_template=PANEL, js_on_load=WHEN_READY.format(part="match"), apply_default_css=False, elem_id="match")
