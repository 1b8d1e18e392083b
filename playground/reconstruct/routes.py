"""Reconstruct's routes: the autoencoders there are, a person's own image, and the questions of each view."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from playground import reading
from playground.maps.making import Maps
from playground.maps.placing import fitted
from playground.page.http import FRESH, answer, language, question, uploads
from playground.reconstruct.answers import Fitted, Maker
from playground.reconstruct.ask import Questions
from playground.reconstruct.pixels import packed
from playground.texts import told
from trainers.errors import UserError
from trainers.views import plain


def routes(maps: Maps) -> list[BaseRoute]:
    """/repairs, and what is asked of one run."""
    questions = Questions(maps)

    def makers(p: Any, q: Any) -> list[Maker]:
        return questions.runs(language(q), q.get("also", "").split(",")[:20])

    async def fit(request: Request) -> Response:
        files = await uploads(request)
        return JSONResponse(
            await run_in_threadpool(_fitted, maps, request.path_params["run"], files, language(request.query_params))
        )

    async def ask(request: Request) -> Response:
        p, body = request.path_params, await question(request)
        found = await run_in_threadpool(questions.ask, p["kind"], p["run"], body, language(request.query_params))
        return JSONResponse(found, headers=FRESH)

    return [
        Route("/repairs", answer(makers)),
        Route("/runs/{run}/fit", fit, methods=["POST"]),
        Route("/runs/{run}/repair/{kind}", ask, methods=["POST"]),
    ]


def _fitted(maps: Maps, run: str, files: list[tuple[str, bytes]], language: str) -> Fitted:
    """The first of the files, as the run's network would see it."""
    if not files:
        raise UserError("No file came: choose an image.")
    name, content = files[0]
    with reading.upload():
        image, note = fitted(maps, run, name, content)
    return {"name": name, "pixels": packed(plain(image.unsqueeze(0))), "note": told(language, note) if note else ""}
