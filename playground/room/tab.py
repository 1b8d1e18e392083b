"""Room: the wall of all runs in a room. room.js draws what wall.py tells, by routes.py."""

from __future__ import annotations

from typing import Any

import gradio as gr

from playground.page.modules import opens

PANEL = "<div class='room workbench' role='region'></div>"
KEYS = ("wall",)  # of the address: whether the code to join by is large


def build(i18n: Any) -> None:
    """The place where the tab's script draws."""
    gr.HTML(html_template=PANEL, js_on_load=opens("room/room.js"), apply_default_css=False, elem_id="room")
