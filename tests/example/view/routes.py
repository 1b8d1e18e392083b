"""Spread's route."""

from __future__ import annotations

from typing import Any

from playground.yours.answers import Spread
from starlette.routing import BaseRoute, Route

from playground.maps.making import Maps
from playground.page.http import answer


def routes(maps: Maps) -> list[BaseRoute]:
    """/spread."""

    def spread(p: Any, q: Any) -> Spread:
        runs = maps.beside([])
        return {"runs": len(runs), "ended": sum(maps.ended(run) for run in runs) / max(1, len(runs))}

    return [Route("/spread", answer(spread))]
