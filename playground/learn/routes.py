"""Learn's routes: all cards, and the data flow of one method, in one language."""

from __future__ import annotations

import json
from typing import Any

from starlette.routing import BaseRoute, Route

from playground.learn import cards
from playground.learn.lessons import EXAMPLES
from playground.page.http import answer, language
from playground.runs.store import Runs
from trainers.errors import UserError


def knobs(query: Any) -> dict[str, Any]:
    """The knobs that a question names; UserError where they are none."""
    try:
        found = json.loads(query.get("knobs", "{}"))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise UserError("This question is not understood.")
    return found


def routes(runs: Runs) -> list[BaseRoute]:
    """/learn, /flows/METHOD?knobs={…}: those that are not as usual."""

    def page(p: Any, q: Any) -> Any:
        return cards.page(language(q), [run for run in EXAMPLES if (runs.root / run / "run.json").exists()])

    def flow(p: Any, q: Any) -> Any:
        return cards.flow(p["method"], language(q), knobs(q))

    return [Route("/learn", answer(page)), Route("/flows/{method}", answer(flow))]
