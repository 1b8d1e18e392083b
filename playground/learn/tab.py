"""Learn: a card a method. learn.js draws it from what cards.py gives, by routes.py."""

from __future__ import annotations

from typing import Any

import gradio as gr

from playground.page.modules import opens

PANEL = "<div class='learn workbench' role='region'></div>"
KEYS = ("card",)  # of the address: what this tab says of its own view


def build(i18n: Any) -> None:
    """The place where the page's own script draws."""
    gr.HTML(html_template=PANEL, js_on_load=opens("learn/learn.js"), apply_default_css=False, elem_id="learn")
