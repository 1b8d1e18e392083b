"""Train's routes: a run as it stands, its images and pictures, and new runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from playground.maps.making import Maps
from playground.page.http import FRESH, answer, gzipped, language, lasting, png, question, secret
from playground.page.visitor import address
from playground.runs.copies import like
from playground.runs.deletion import delete
from playground.runs.described import public
from playground.runs.store import ENDED, Runs, about_images, content, read_images
from playground.texts import sentence
from playground.train.answers import Deleted, Health
from playground.train.live import packed, positions
from playground.train.program import notebook, script
from playground.train.walk import Walks
from trainers import record
from trainers.checkpoint import DAMAGED
from trainers.data import BUILT_IN
from trainers.errors import UserError
from trainers.train import RunConfig

PROGRAMS = {"py": (script, "text/x-python"), "ipynb": (notebook, "application/x-ipynb+json")}


def routes(maps: Maps) -> list[BaseRoute]:
    """A run's live panel, the sheet of its images, its pictures, the run as a program, a step in slow motion; /health.

    POST /runs, /runs/RUN/name, and /deletion of what a browser brought.
    """
    runs, walks = maps.runs, Walks(maps)
    lasts = lasting(runs)

    async def live(request: Request) -> Response:
        query = request.query_params
        run, after = request.path_params["run"], query.get("after", "")
        try:
            found = await run_in_threadpool(packed, maps, run, language(query), after)
        except FileNotFoundError as error:
            if (await run_in_threadpool(runs.state, run)).kind in ENDED:  # nobody will write it any more
                raise UserError(DAMAGED, file=Path(error.filename or run).name) from error
            return Response(status_code=503)  # the run has just replaced it, and is asked for again
        if found is None:
            return Response(status_code=204)
        return gzipped(request, found, "application/json", FRESH)

    async def images(request: Request) -> Response:
        kind = request.path_params["kind"]
        body = await run_in_threadpool(_images, runs, request.path_params["run"], kind, language(request.query_params))
        return Response(body, media_type={"png": "image/png", "json": "application/json"}[kind], headers=lasts(request))

    async def pictures(request: Request) -> Response:
        p = request.path_params
        body = await run_in_threadpool(_row, runs, p["run"], p["step"], request.query_params.get("row", ""))
        return Response(body, media_type="image/png", headers=lasts(request))

    async def program(request: Request) -> Response:
        p = request.path_params
        if p["kind"] not in PROGRAMS:
            raise FileNotFoundError(p["kind"])
        config = await run_in_threadpool(record.read_config, runs.folder(p["run"]))
        write, media = PROGRAMS[p["kind"]]
        name = f'attachment; filename="{config.method}.{p["kind"]}"'
        return Response(
            write(config, language(request.query_params)), media_type=media, headers=FRESH | {"Content-Disposition": name}
        )

    async def begin(request: Request) -> Response:
        run = await run_in_threadpool(_begun, runs, await question(request), address(request))
        return JSONResponse({"run": run}, headers=FRESH)

    def health(p: Any, q: Any) -> Health:
        return Health(
            waiting=len(runs.waiting()), unseen=sorted(runs.apps.unseen)
        )  # which takes a thread and the folder of runs

    async def renamed(request: Request) -> Response:
        asked = await question(request)
        await run_in_threadpool(runs.rename, request.path_params["run"], secret(asked), str(asked.get("name") or ""))
        return JSONResponse({}, headers=FRESH)

    async def deleted(request: Request) -> Response:
        owner = secret(await question(request))
        mine, uploads = await run_in_threadpool(delete, runs, owner)
        return JSONResponse(Deleted(runs=mine, uploads=uploads), headers=FRESH)

    return [
        Route("/health", answer(health)),
        Route("/deletion", deleted, methods=["POST"]),
        Route("/runs/{run}/live", live),
        Route("/runs/{run}/looks/{count:number}", answer(lambda p, q: positions(runs, p["run"], p["count"]))),
        Route("/runs/{run}/images.{kind:str}", images),
        Route("/runs/{run}/pictures/{step:number}", pictures),
        Route("/runs/{run}/walk/{number:number}", answer(lambda p, q: walks.walk(p["run"], p["number"], language(q)))),
        Route("/runs/{run}/program.{kind:str}", program),
        Route("/runs", begin, methods=["POST"]),
        Route("/runs/{run}/name", renamed, methods=["POST"]),
    ]


def _begun(runs: Runs, asked: dict[str, Any], address: str) -> str:
    """Queue a run that a part of the page asks for, with the browser's own secret, and return its id.

    {"like"}: a copy of a run, with its data and what "knobs" and "seconds" do not change.
    """
    dataset, knobs, owner = str(asked.get("dataset")), asked.get("knobs") or {}, secret(asked)
    if not isinstance(knobs, dict):
        raise UserError("This question is not understood.")
    if "like" in asked:
        return runs.create(like(runs, str(asked["like"]), knobs, asked.get("seconds"), owner), owner, address)
    if dataset not in BUILT_IN:
        raise UserError("This question is not understood.")
    try:
        steps, seed = asked.get("steps"), int(asked.get("seed", 0))
        budget: dict[str, Any] = {"seconds": float(asked.get("seconds", 30))} if steps is None else {"steps": int(steps)}
    except (TypeError, ValueError, OverflowError) as error:
        raise UserError("This question is not understood.") from error
    return runs.create(RunConfig(str(asked.get("method")), dataset, **budget, seed=seed, knobs=knobs), owner, address)


def _images(runs: Runs, run: str, kind: str, language: str) -> bytes:
    folder = runs.folder(run)
    if kind not in ("png", "json"):
        raise FileNotFoundError(kind)
    if not (folder / f"images.{kind}").exists():
        read_images(folder)  # which makes them where the run is the command line's
    body = content(folder, f"images.{kind}")
    if kind == "json":
        about = about_images(folder)
        for key in ("skipped", "notes"):
            about[key] = [sentence(language, template, public(values)) for template, values in about.get(key, [])]
        return json.dumps(about).encode()
    return body


def _row(runs: Runs, run: str, step: int, row: str) -> bytes:
    found = record.read_pictures(runs.folder(run), step)
    if row not in found:
        raise FileNotFoundError(row)
    n, h, w, c = found[row].shape
    return png(found[row].swapaxes(0, 1).reshape(h, n * w, c))
