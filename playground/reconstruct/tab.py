"""Reconstruct: what autoencoders do to an image. reconstruct.js asks ask.py, by routes.py."""

from __future__ import annotations

from typing import Any

import gradio as gr

from playground.page.modules import opens

PANEL = "<div class='reconstruct workbench' role='region'></div>"
KEYS = ("image", "strip", "do", "second", "noise", "mask", "damage")  # of the address: what this tab says of its own view


def build(i18n: Any) -> None:
    """The place where the page's own script draws."""
    gr.HTML(html_template=PANEL, js_on_load=opens("reconstruct/reconstruct.js"), apply_default_css=False, elem_id="reconstruct")
