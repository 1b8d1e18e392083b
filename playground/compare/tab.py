"""Compare: runs side by side. compare.js draws what comparison.py tells, by routes.py."""

from __future__ import annotations

from typing import Any

import gradio as gr

from playground.page.modules import opens

PANEL = "<div class='compare workbench' role='region'></div>"
# of the address: what this tab says of its own view
KEYS = ("runs", "curve", "over", "off", "maps", "kept", "other", "sweep", "measure")


def build(i18n: Any) -> None:
    """The place where the tab's script draws."""
    gr.HTML(html_template=PANEL, js_on_load=opens("compare/compare.js"), apply_default_css=False, elem_id="compare")
