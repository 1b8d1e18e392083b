"""The room's routes: open and join it, see its wall, pin a run, take all of it along, leave and close it."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from playground.maps.making import Maps
from playground.page.http import FRESH, answer, language, question, secret
from playground.page.visitor import address
from playground.room.wall import Walls
from playground.runs.rooms import Rooms
from trainers.errors import UserError

SECRET_BYTES = 2_000  # of a form that holds a secret


def routes(maps: Maps) -> list[BaseRoute]:
    """All below /rooms. "secret" is the browser's own, "host" that of the room's host."""
    rooms = Rooms(maps.runs)
    walls = Walls(maps, rooms)

    async def opened(request: Request) -> Response:
        asked = await question(request)
        name, host, owner = str(asked.get("name") or ""), _host(asked), secret(asked)
        room = await run_in_threadpool(rooms.open, name, host, owner, address(request))
        return JSONResponse({"room": room}, headers=FRESH)

    async def joined(request: Request) -> Response:
        asked = await question(request)
        room, name = request.path_params["room"], str(asked.get("name") or "")
        named = await run_in_threadpool(rooms.join, room, name, secret(asked), address(request))
        return JSONResponse({"name": named}, headers=FRESH)

    async def left(request: Request) -> Response:
        await run_in_threadpool(rooms.leave, request.path_params["room"], secret(await question(request)))
        return JSONResponse({}, headers=FRESH)

    async def checked(request: Request) -> Response:
        await run_in_threadpool(rooms.check, request.path_params["room"], _host(await question(request)))
        return JSONResponse({}, headers=FRESH)

    async def pinned(request: Request) -> Response:
        asked = await question(request)
        run = str(asked.get("run") or "")
        await run_in_threadpool(rooms.pin, request.path_params["room"], _host(asked), run)
        return JSONResponse({}, headers=FRESH)

    async def closed(request: Request) -> Response:
        await run_in_threadpool(rooms.close, request.path_params["room"], _host(await question(request)))
        return JSONResponse({}, headers=FRESH)

    async def packed(request: Request) -> Response:
        """A form, and no question, so that the browser writes the file down as it comes."""
        if int(request.headers.get("content-length") or SECRET_BYTES + 1) > SECRET_BYTES:
            raise UserError("This question is too long.")
        try:
            async with request.form(max_files=0, max_fields=2) as form:
                host = _host(dict(form))
        except (HTTPException, LookupError, ValueError) as error:  # no form at all, or in letters that there are not
            raise error if isinstance(error, UserError) else UserError("This question is not understood.") from error
        room = request.path_params["room"]
        await run_in_threadpool(rooms.check, room, host)
        pieces = await run_in_threadpool(walls.packed, room, language(request.query_params))
        headers = FRESH | {"Content-Disposition": 'attachment; filename="room.zip"', "Content-Encoding": "identity"}
        return StreamingResponse(pieces, media_type="application/zip", headers=headers)

    def wall(p: Any, q: Any) -> Any:
        return walls.wall(p["room"], language(q), q.get("after", ""))

    def brief(p: Any, q: Any) -> Any:
        return walls.brief(p["room"], language(q))

    return [
        Route("/rooms", opened, methods=["POST"]),
        Route("/rooms/{room}", answer(brief)),
        Route("/rooms/{room}/wall", answer(wall)),
        Route("/rooms/{room}/guests", joined, methods=["POST"]),
        Route("/rooms/{room}/leave", left, methods=["POST"]),
        Route("/rooms/{room}/host", checked, methods=["POST"]),
        Route("/rooms/{room}/pin", pinned, methods=["POST"]),
        Route("/rooms/{room}/close", closed, methods=["POST"]),
        Route("/rooms/{room}/runs.zip", packed, methods=["POST"]),
    ]


def _host(asked: dict[str, Any]) -> str:
    """The secret of a room's host, as it was typed."""
    found = asked.get("host")
    if not isinstance(found, str) or len(found) > 200:
        raise UserError("This question is not understood.")
    return found
