"""Learn: a card a method, and the code that is the method."""

from __future__ import annotations

import inspect
import sys
from typing import Any

import gradio as gr

from playground.texts import LANGUAGES, text
from trainers.method import Method, methods


def build(i18n: Any) -> None:
    """One section a method: idea, formula, facts, what to watch, code."""
    for name, cls in methods().items():
        with gr.Accordion(cls.card.title, open=name == next(iter(methods())), elem_classes="card"):
            for language in LANGUAGES:
                gr.Markdown(card(name, cls, language), elem_classes=[f"only-{language}"],
                            latex_delimiters=[{"left": "$$", "right": "$$", "display": True}])  # fmt: skip
            with gr.Accordion(i18n("learn.code"), open=False):
                gr.Code(
                    inspect.getsource(sys.modules[cls.__module__]),
                    language="python",
                    show_label=False,
                    interactive=False,
                )


def card(name: str, cls: type[Method], language: str) -> str:
    """A method's card as Markdown."""
    c = cls.card
    link = c.arxiv.removeprefix("doi:")
    link = f"https://doi.org/{link}" if c.arxiv.startswith("doi:") else f"https://arxiv.org/abs/{link}"

    def t(key: str) -> str:
        return text(language, key)

    facts = [
        (t("learn.family"), t(f"learn.family_{c.family}")),
        (t("learn.negatives"), t(f"cards.{name}.negatives")),
        (t("learn.networks"), t(f"cards.{name}.networks")),
        (t("learn.paper"), f"[{c.paper}]({link}), {c.year}"),
        (t("learn.watch"), t(f"cards.{name}.watch")),
    ]
    lines = "\n".join(f"- **{key}** — {value}" for key, value in facts)
    return f"{t(f'cards.{name}.idea')}\n\n$$\\mathcal{{L}}={c.loss}$$\n\n{lines}"
