"""Explore: the maps of runs with a time axis. explore.js draws it from what routes.py here and in maps/ give."""

from __future__ import annotations

from typing import Any

import gradio as gr

from playground.page.modules import opens

PANEL = "<div class='explore workbench' role='region'></div>"
KEYS = ("map", "at", "colour", "words", "with", "pick", "sel", "draw", "only")  # of the address: how it stands


def build(i18n: Any) -> None:
    """The place where the page's own script draws."""
    gr.HTML(html_template=PANEL, js_on_load=opens("explore/explore.js"), apply_default_css=False, elem_id="explore")
