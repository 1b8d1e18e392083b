"""Explore's routes: the runs that have a map, the time axis of one, and a frame as a file."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from playground.explore import export, exported_page
from playground.explore.answers import Damaged
from playground.explore.timeline import timeline
from playground.maps import entries
from playground.maps.making import Maps
from playground.once import Once
from playground.page.http import answer, language
from playground.texts import told


def routes(maps: Maps) -> list[BaseRoute]:
    """GET /runs, those of which something is damaged, a run's timeline, and exports of a map."""

    def listed(p: Any, q: Any) -> Any:
        return entries.runs(maps, language(q), q.get("also", "").split(",")[:20])

    def damaged(p: Any, q: Any) -> list[Damaged]:
        named = q.get("also", "").split(",")[:100]  # those of others are nobody's business
        maps.beside(named)
        return [{"run": run, "sentence": told(language(q), error)} for run, error in maps.damaged.items() if run in named]

    def made(kind: str, run: str, key: str, step: int, lang: str, generation: int) -> tuple[bytes, str, str]:
        if kind == "html":
            page = exported_page.page(maps, run, key, step, lang)
            return page, "text/html; charset=utf-8", export.file_name(maps, run, key, step, "html")
        make, media, suffix = export.EXPORTS[kind]
        return make(maps, run, key, step), media, export.file_name(maps, run, key, step, suffix)

    exports = Once(made, kept=4, at_once=1, share=maps.share)  # a large table takes a second or two of a core

    def exported(p: Any, q: Any) -> tuple[bytes, str, str]:
        kind, run, key, step = p["kind"], p["run"], p["key"], p["step"]
        if kind != "html" and kind not in export.EXPORTS:
            raise FileNotFoundError(kind)
        lang = language(q) if kind == "html" else ""
        return exports(kind, run, key, step, lang, maps.runs.view(run).generation)

    async def download(request: Request) -> Response:
        body, media, name = await run_in_threadpool(exported, request.path_params, request.query_params)
        return Response(body, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    return [
        Route("/runs", answer(listed)),
        Route("/runs/damaged", answer(damaged)),
        Route("/runs/{run}/timeline", answer(lambda p, q: timeline(maps, p["run"], language(q)))),
        Route("/runs/{run}/maps/{key}/{step:number}/export.{kind}", download),
    ]
