"""The routes of maps: their frames, what is measured of them, and what is placed on them."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from playground.maps.answers import MapProgress
from playground.maps.making import Maps
from playground.maps.placing import place_files
from playground.page.http import FRESH, answer, language, lasting, question, uploads
from playground.page.visitor import address
from playground.texts import sentence
from trainers.data.tables import plain
from trainers.errors import UserError

TEXTS, TEXT_LENGTH = 12, 2_000


def routes(maps: Maps) -> list[BaseRoute]:
    """What is below /runs/{run}/maps, and values, neighbours and the overlap of neighbours."""
    lasts = lasting(maps.runs)

    async def asked(request: Request) -> Response:
        p, q = request.path_params, request.query_params
        who, whole = q.get("who", "")[:40], q.get("frames") != "last"
        found = await run_in_threadpool(maps.ask, p["run"], p["key"], who, whole, address(request))
        told = sentence(language(q), found["sentence"], found["values"])
        said = MapProgress(
            key=found["key"], ready=found["ready"], state=found["state"], progress=found["progress"], sentence=told
        )
        return JSONResponse(said, headers=FRESH)

    def frame(p: Any, q: Any) -> Any:
        return maps.frame(p["run"], p["key"], p["step"]).positions

    def quality(p: Any, q: Any) -> Any:
        return maps.measures.quality(p["run"], p["key"], p["step"])

    def leave(p: Any, q: Any) -> Any:
        maps.leave(p["run"], p["key"], q.get("who", "")[:40])
        return {}

    def values(p: Any, q: Any) -> Any:
        if p["name"] in ("purity", "vote"):
            return getattr(maps.measures, p["name"])(p["run"], p["step"])
        found = maps.measures.each(p["run"])
        if p["name"] not in found:
            raise FileNotFoundError(p["name"])
        return found[p["name"]]

    def neighbours(p: Any, q: Any) -> Any:
        return maps.measures.neighbours(p["run"], p["step"], p["index"])

    def overlap(p: Any, q: Any) -> Any:
        return maps.measures.overlap(p["run"], p["step"], p["other"], p["other_step"])

    async def place(request: Request) -> Response:
        p, q = request.path_params, request.query_params
        files = await uploads(request)
        return JSONResponse(await run_in_threadpool(place_files, maps.placing, p["run"], p["key"], files, language(q)))

    async def words(request: Request) -> Response:
        p, asked = request.path_params, await question(request)
        given = asked.get("texts")
        texts = [words for one in given[:TEXTS] if (words := plain(str(one)))] if isinstance(given, list) else []
        if long := next((one for one in texts if len(one) > TEXT_LENGTH), ""):
            raise UserError("“{start}…” has more than {most} letters: shorten it.", start=long[:40], most=f"{TEXT_LENGTH:,}")
        if not texts:
            raise UserError("Say which texts to place.")
        closed = bool(asked.get("closed"))
        return JSONResponse(await run_in_threadpool(maps.placing.texts, p["run"], p["key"], texts, closed))

    return [
        Route("/runs/{run}/maps/{key}", asked),
        Route("/runs/{run}/maps/{key}", answer(leave), methods=["DELETE"]),
        Route("/runs/{run}/maps/{key}/{step:number}", answer(frame, lasts)),
        Route("/runs/{run}/maps/{key}/{step:number}/quality", answer(quality, lasts)),
        Route("/runs/{run}/maps/{key}/place", place, methods=["POST"]),
        Route("/runs/{run}/maps/{key}/words", words, methods=["POST"]),
        Route("/runs/{run}/values/{name}/{step:number}", answer(values, lasts)),
        Route("/runs/{run}/neighbours/{step:number}/{index:number}", answer(neighbours, lasts)),
        Route("/runs/{run}/overlap/{step:number}/{other}/{other_step:number}", answer(overlap, lasts)),
    ]
