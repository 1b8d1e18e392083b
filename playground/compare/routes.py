"""Compare's routes: runs side by side, the knobs of a copy, and sweeps of one knob."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from playground.compare import sweeps
from playground.compare.comparison import compare
from playground.compare.knobs import form
from playground.compare.rows import MOST
from playground.maps.making import Maps
from playground.page.http import FRESH, answer, language, question, secret
from playground.page.visitor import address


def routes(maps: Maps) -> list[BaseRoute]:
    """/compare, /sweeps and a run's knobs."""
    runs = maps.runs

    def compared(p: Any, q: Any) -> Any:
        asked, curves = q.get("runs", "").split(",")[: 2 * MOST], q.get("curves", "").split(",")[:20]
        over = "steps" if q.get("over") == "steps" else "seconds"
        return compare(maps, asked, curves, over, language(q), q.get("after", ""))

    def knobs(p: Any, q: Any) -> Any:
        return form(runs, p["run"], language(q))

    def swept(p: Any, q: Any) -> Any:
        return sweeps.sweep(maps, p["sweep"], q.get("measure", ""), language(q))

    async def sweep(request: Request) -> Response:
        asked = await question(request)
        begun = await run_in_threadpool(sweeps.begin, runs, asked, secret(asked), address(request))
        return JSONResponse(begun, headers=FRESH)

    async def stop_sweep(request: Request) -> Response:
        owner = secret(await question(request))
        await run_in_threadpool(runs.stop_sweep, request.path_params["sweep"], owner)
        return JSONResponse({}, headers=FRESH)

    return [
        Route("/runs/{run}/knobs", answer(knobs)),
        Route("/compare", answer(compared)),
        Route("/sweeps", sweep, methods=["POST"]),
        Route("/sweeps/{sweep}", answer(swept)),
        Route("/sweeps/{sweep}/stop", stop_sweep, methods=["POST"]),
    ]
