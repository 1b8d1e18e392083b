"""Learn's route: all cards, in one language."""

from __future__ import annotations

from typing import Any

from starlette.routing import BaseRoute, Route

from playground.learn import lessons
from playground.page.http import answer, language
from playground.runs.store import Runs


def routes(runs: Runs) -> list[BaseRoute]:
    """/learn."""

    def taught(p: Any, q: Any) -> Any:
        return lessons.page(language(q), [run for run in lessons.EXAMPLES if (runs.root / run / "run.json").exists()])

    return [Route("/learn", answer(taught))]
