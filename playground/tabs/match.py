"""Match: words with pictures. Filled by every method that can match()."""

from __future__ import annotations

from typing import Any

import gradio as gr

from playground.texts import LANGUAGES, text
from trainers.method import methods


def build(i18n: Any) -> None:
    """The methods with the capability, or that there is none."""
    able = ", ".join(cls.card.title for cls in methods().values() if hasattr(cls, "match"))
    for language in LANGUAGES:
        words = text(language, "match.text", methods=able) if able else text(language, "match.none")
        gr.Markdown(words, elem_classes=["note", f"only-{language}"])
