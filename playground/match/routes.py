"""Match's routes: models, questions, a person's own pictures and sets, and what CLIP learns step by step."""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from playground.maps.making import Maps
from playground.match.ask import Matching
from playground.match.learning import lesson
from playground.page.http import FOREVER, FRESH, SET_FILES, answer, kept_uploads, language, png, question
from playground.page.visitor import address


def routes(maps: Maps, matching: Matching | None = None) -> list[BaseRoute]:
    """All that Match asks; without `matching` they answer that there is nothing, but for the lesson of a run."""

    def models(p: Any, q: Any) -> Any:
        return _there(matching).models.list(language(q), q.get("also", "").split(",")[:20])

    async def matched(request: Request) -> Response:
        asked = await question(request)
        kind, lang = request.path_params["kind"], language(request.query_params)
        ask = partial(_there(matching).ask, address=address(request))
        return JSONResponse(await run_in_threadpool(ask, kind, asked, lang), headers=FRESH)

    async def kept(request: Request) -> Response:
        files, owner = await kept_uploads(request)
        return JSONResponse(await run_in_threadpool(_there(matching).own.keep, files, language(request.query_params), owner))

    async def kept_set(request: Request) -> Response:
        files, owner = await kept_uploads(request, SET_FILES)
        return JSONResponse(
            await run_in_threadpool(_there(matching).own.keep_set, files, language(request.query_params), owner)
        )

    async def picture(request: Request) -> Response:
        pixels = await run_in_threadpool(
            _there(matching).sets.picture, {**request.path_params, "word": request.query_params.get("word", "")}
        )
        return Response(png(pixels), media_type="image/png", headers=FOREVER)

    return [
        Route("/models", answer(models)),
        Route("/match/{kind}", matched, methods=["POST"]),
        Route("/pictures", kept, methods=["POST"]),
        Route("/pictures/{own}.png", picture),
        Route("/pictures/{set}/{index:number}.png", picture),
        Route("/sets", kept_set, methods=["POST"]),
        Route("/runs/{run}/lesson", answer(lambda p, q: lesson(maps, p["run"], language(q)))),
    ]


def _there(matching: Matching | None) -> Matching:
    if matching is None:
        raise HTTPException(404)
    return matching
