"""Learn's routes: all cards, and the data flow of one method, in one language."""

from __future__ import annotations

from typing import Any

from starlette.routing import BaseRoute, Route

from playground.learn import cards
from playground.learn.lessons import EXAMPLES
from playground.page.http import answer, language
from playground.runs.store import Runs


def routes(runs: Runs) -> list[BaseRoute]:
    """/learn, /flows/METHOD."""

    def page(p: Any, q: Any) -> Any:
        return cards.page(language(q), [run for run in EXAMPLES if (runs.root / run / "run.json").exists()])

    def flow(p: Any, q: Any) -> Any:
        return cards.flow(p["method"], language(q))

    return [Route("/learn", answer(page)), Route("/flows/{method}", answer(flow))]
