"""The cards of the Learn tab, in one language: what lessons.py has, with the words of texts/ and a method's own file."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from latex2mathml.converter import convert
from pygments.lexers import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, String

from playground.learn.answers import CardAnswer, Example, FlowAnswer, Insight, LinkedCard, Page, Sign, SwitchAnswer
from playground.learn.drawing import Change, Drawing, draw
from playground.learn.lessons import EXAMPLES, INSIGHTS, LESSONS, Symbol
from playground.texts import changes, knobs_said, method_said, table, text
from trainers.data import DEFAULT
from trainers.method import Card, Method, changed_knobs, make_config, methods

SECONDS, SEED = 30.0, 0
LETTERS = ("N", "2N", "B", "C", "F", "D", "K", "T", "V", "E", "P", "p")  # of shapes: learn.shape_LETTER says what each is
KINDS = {Comment: "comment", String: "string", Keyword: "keyword", Number: "number", Name.Decorator: "keyword"}


def page(language: str, there: Collection[str] = EXAMPLES) -> Page:
    """All of the tab: its words, a card a method, the insights; `there` are the example runs that a link may lead to."""
    words = {key.removeprefix("learn."): found for key, found in table(language).items() if key.startswith("learn.")}
    cards: list[LinkedCard] = []
    for name in methods():
        tabs = ("train", *LESSONS[name].shows) if name in LESSONS else ("train",)
        seen = [example(name, tab) for tab in tabs] if name in there else []
        cards.append({**card(name, language), "seen": seen, "switches": switches(name, language, there)})
    insights: list[Insight] = []
    for key, examples in INSIGHTS.items():
        seen = [example(runs, tab) for runs, tab in examples if set(runs.split(",")) <= set(there)]
        insights.append({"key": key, "runs": seen})
    return {"words": words, "cards": cards, "insights": insights}


def example(runs: str, tab: str) -> Example:
    """Where an example run, or several, is shown: its id, the tab, and both as the page's address has them."""
    several = {"runs": runs} if tab == "compare" else {"run": runs}
    query = {"tab": tab} | several | ({"model": f"run:{runs}"} if tab == "match" else {})
    return {"run": runs, "tab": tab, "address": f"?{urlencode(query)}"}


def switches(name: str, language: str, there: Collection[str]) -> list[SwitchAnswer]:
    """What can be taken away from a method, with the run that shows it."""
    lesson, comma = LESSONS.get(name), text(language, "live.comma")
    return [{"text": text(language, f"cards.{name}.switch_{one.key}"), "knobs": one.knobs,
             "named": comma.join(knobs_said(language, name, one.knobs)),
             "seen": example(one.run, "train") if one.run in there else None}
            for one in lesson.switches] if lesson else []  # fmt: skip


@cache
def card(name: str, language: str) -> CardAnswer:
    """A method's card; what is not written of it, as of one that somebody has just added, is "" or comes from its Card."""
    cls, lesson, words = methods()[name], LESSONS.get(name), table(language)
    said = {
        key.removeprefix(f"cards.{name}."): found for key, found in words.items() if re.fullmatch(rf"cards\.{name}\.\w+", key)
    }
    of = {"title": cls.card.title, "negatives": cls.card.negatives, "networks": cls.card.networks} | said
    return {
        "name": name, "title": of["title"], "family": cls.card.family, "year": cls.card.year,
        "paper": cls.card.paper, "link": link(cls.card), "said": of,
        "formula": [mathml(line) for line in (lesson.formula if lesson else [rf"\mathcal L={cls.card.loss}"])],
        "symbols": signs(name, lesson.symbols, language) if lesson else [],
        "shapes": shapes(lesson.symbols, language) if lesson else "",
        "wide": drawn(lesson.drawing, "wide", language, said["flow"]) if lesson else "",
        "tall": drawn(lesson.drawing, "tall", language, said["flow"]) if lesson else "",
        "try": {"method": name, "dataset": lesson.dataset if lesson else DEFAULT, "seconds": SECONDS, "seed": SEED},
        "data": text(language, f"data.{lesson.dataset if lesson else DEFAULT}").partition(" · ")[0],
        "file": f"trainers/methods/{name}.py", "code": code(cls),
    }  # fmt: skip


def flow(name: str, language: str, knobs: Mapping[str, Any] = MappingProxyType({})) -> FlowAnswer:
    """A method's data flow with places for what a run with these knobs has in them; no drawing where there is no lesson.

    UserError where there is no such method, or no such knob.
    """
    changed, lesson = changed_knobs(name, knobs), LESSONS.get(name)
    said = method_said(language, name, changed, "flow")
    if not lesson:
        return {"wide": "", "tall": "", "text": said, "symbols": [], "shapes": ""}
    drawing = lesson.drawing
    for change in changes(changed):
        drawing = drawing.changed(lesson.changes.get(change, Change()))
    gone = lit(lesson.drawing) - lit(drawing)
    symbols = [symbol for symbol in lesson.symbols if symbol.key not in gone]
    wide, tall = (drawn(drawing, way, language, said, True) for way in ("wide", "tall"))
    return {"wide": wide, "tall": tall, "text": said, "symbols": signs(name, symbols, language, knobs),
            "shapes": shapes(symbols, language)}  # fmt: skip


def lit(drawing: Drawing) -> set[str]:
    """Keys of the symbols that have a place in a drawing."""
    parts = (*drawing.nodes, *drawing.edges)
    return {key for part in parts for key in part.lights.split()} | {
        key for node in drawing.nodes for cell in node.cells for key in cell.split()
    }


def signs(name: str, symbols: Sequence[Symbol], language: str, knobs: Mapping[str, Any] = MappingProxyType({})) -> list[Sign]:
    """A method's legend: of each symbol its sign, its shape with the values of knobs, and what it is."""
    values = {knob: f"{value:g}" for knob, value in vars(make_config(name, knobs)).items() if isinstance(value, (int, float))}
    return [{"key": symbol.key, "sign": mathml(symbol.tex), "shape": symbol.shape.format(**values),
             "text": text(language, f"cards.{name}.sym_{symbol.key}")} for symbol in symbols]  # fmt: skip


def shapes(symbols: Sequence[Symbol], language: str) -> str:
    """What the letters in the shapes of a legend stand for."""
    used = re.sub(r"\{\w+\}", "", " ".join(symbol.shape for symbol in symbols))
    said = [text(language, f"learn.shape_{letter}") for letter in LETTERS if letter in used]
    return text(language, "learn.shapes", letters=text(language, "learn.semicolon").join(said))


def drawn(drawing: Drawing, way: str, language: str, title: str, live: bool = False) -> str:
    """A drawing with its words in a language."""
    return draw(drawing, way, lambda key: text(language, f"learn.draw_{key}"), title, live)


@cache
def mathml(tex: str) -> str:
    r"""LaTeX as MathML; \s{KEY}{…} is a symbol that the drawing knows."""
    marked = convert(re.sub(r"\\s\{(\w+)\}", r"\\class{sym-\1}", tex), display="block")
    marked = marked.replace("<math ", '<math lang="en" ')  # by it a browser chooses the font
    return re.sub(r'class="sym-(\w+)"', r'class="sym" data-sym="\1"', marked)


def link(card: Card) -> str:
    """Where the paper is."""
    found = card.arxiv.removeprefix("doi:")
    return f"https://doi.org/{found}" if card.arxiv.startswith("doi:") else f"https://arxiv.org/abs/{found}"


def code(cls: type[Method]) -> list[tuple[str, str]]:
    """A method's file as (kind, text), for the page to colour: comment, string, keyword, number or ""."""
    found: list[tuple[str, str]] = []
    for token, part in PythonLexer().get_tokens(inspect.getsource(sys.modules[cls.__module__])):
        kind = next((name for token_kind, name in KINDS.items() if token in token_kind), "")
        if found and found[-1][0] == kind:
            found[-1] = (kind, found[-1][1] + part)
        else:
            found.append((kind, part))
    return found
