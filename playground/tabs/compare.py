"""Compare: runs side by side."""

from __future__ import annotations

from typing import Any

import gradio as gr


def build(i18n: Any) -> None:
    """What there is today, and what will be here."""
    gr.Markdown(i18n("compare.text"), elem_classes="note")
