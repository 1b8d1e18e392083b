"""Explore: the map with a time axis."""

from __future__ import annotations

from typing import Any

import gradio as gr


def build(i18n: Any) -> None:
    """What there is today, and what will be here."""
    gr.Markdown(i18n("explore.text"), elem_classes="note")
