"""Spread: how wide the features of a run lie. yours.js draws it from what routes.py answers."""

from __future__ import annotations

from typing import Any

import gradio as gr

from playground.page.modules import opens

PANEL = "<div class='yours workbench' role='region'></div>"
KEYS = ("spread",)  # of the address: what this tab says of its own view


def build(i18n: Any) -> None:
    """The place where the page's own script draws."""
    gr.HTML(html_template=PANEL, js_on_load=opens("yours/yours.js"), apply_default_css=False, elem_id="yours")
