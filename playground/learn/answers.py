"""What Learn's routes answer, in one language."""

from __future__ import annotations

from typing import Any, TypedDict


class Example(TypedDict):
    """A finished run, or several with commas between, the tab that shows it, and the page's address of that."""

    run: str
    tab: str
    address: str


class Sign(TypedDict):
    """A row of a formula's legend: the symbol as MathML, what it is, its shape in the code."""

    key: str
    sign: str
    shape: str
    text: str


class SwitchAnswer(TypedDict):
    """A part that can be taken away by these knobs; a finished run that shows it, where one ships."""

    text: str
    knobs: dict[str, Any]
    named: str
    seen: Example | None


class Attempt(TypedDict):
    """What a run of a card begins with."""

    method: str
    dataset: str
    seconds: float
    seed: int


CardAnswer = TypedDict(
    "CardAnswer",
    {
        "name": str, "title": str, "family": str, "year": int, "paper": str, "link": str, "said": dict[str, str],
        "formula": list[str], "symbols": list[Sign], "shapes": str, "wide": str, "tall": str, "try": Attempt, "data": str,
        "file": str, "code": list[tuple[str, str]],
    },
)  # fmt: skip


class FlowAnswer(TypedDict):
    """A method's data flow, with places for what a run has in them, and what each of its symbols is."""

    wide: str
    tall: str
    text: str
    symbols: list[Sign]
    shapes: str


class LinkedCard(CardAnswer):
    """A card with the runs that show it."""

    seen: list[Example]
    switches: list[SwitchAnswer]


class Insight(TypedDict):
    """Something that several methods show together, and the runs that show it."""

    key: str
    runs: list[Example]


class Page(TypedDict):
    """All of the tab."""

    words: dict[str, str]
    cards: list[LinkedCard]
    insights: list[Insight]
