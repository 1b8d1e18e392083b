"""Compare: runs side by side. static/compare.js draws what comparison.py tells, by routes.py."""

from __future__ import annotations

from typing import Any

import gradio as gr

from playground.page.parts import WHEN_READY

PANEL = "<div class='compare workbench' role='region'></div>"
# of the address: what this tab says of its own view
KEYS = ("runs", "curve", "over", "off", "maps", "kept", "other", "sweep", "measure")


def build(i18n: Any) -> None:
    """The place where the page's own script draws."""
    gr.HTML(html_template=PANEL, js_on_load=WHEN_READY.format(part="compare"), apply_default_css=False, elem_id="compare")
