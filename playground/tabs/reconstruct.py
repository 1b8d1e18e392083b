"""Reconstruct: what autoencoders do to an image. Filled by every method that can reconstruct()."""

from __future__ import annotations

from typing import Any

import gradio as gr

from playground.texts import LANGUAGES, text
from trainers.method import methods


def build(i18n: Any) -> None:
    """The methods with the capability, and where to see it today."""
    able = ", ".join(cls.card.title for cls in methods().values() if hasattr(cls, "reconstruct"))
    for language in LANGUAGES:
        gr.Markdown(text(language, "reconstruct.text", methods=able), elem_classes=["note", f"only-{language}"])
