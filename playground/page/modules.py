"""The page's scripts and style sheets, as they lie in its folders, at one address that changes with their content."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path, PurePosixPath

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

ROOT = Path(__file__).parents[1]
# plotly.js is large, so it comes in two: curves and heat maps, and what is in space
PLANE, SPACE, STYLE = "widgets/plotly-cartesian.min.js", "widgets/plotly-gl3d.min.js", "style.css"
FILES = {path.relative_to(ROOT).as_posix(): path for path in sorted([*ROOT.rglob("*.js"), *ROOT.rglob("*.css")])}
TYPES = {".js": "text/javascript", ".css": "text/css"}
IMPORT = re.compile(r"""^(?:import|export)\b[^'"();]*?(?:from\s*)?['"](\.[^'"]+)['"]""", re.M)


@cache
def content(name: str) -> bytes:
    """What a file holds."""
    if name != STYLE:
        return FILES[name].read_bytes()
    sheets = sorted(
        (other for other in FILES if other.endswith(".css")),
        key=lambda other: (not other.startswith("page/"), other),
    )
    return b"\n".join(FILES[sheet].read_bytes() for sheet in sheets)  # the page's own first: a tab's rules may go further


@cache
def version() -> str:
    """A name of what all of them hold."""
    return hashlib.sha256(b"".join(name.encode() + content(name) for name in sorted(FILES))).hexdigest()[:12]


def address(name: str) -> str:
    """Where the page finds a file, relative to the page itself."""
    return f"playground/modules/{version()}/{name}"


def imports(name: str) -> list[str]:
    """What a module imports itself."""
    return [_resolved(PurePosixPath(name).parent / other) for other in IMPORT.findall(content(name).decode())]


@cache
def needed(name: str) -> tuple[str, ...]:
    """A module and all that it imports, directly or not."""
    found, waiting = {name: None}, [name]
    while waiting:
        new = [other for other in imports(waiting.pop()) if other not in found]
        found |= dict.fromkeys(new)
        waiting += new
    return tuple(found)


def _resolved(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def preloads(names: Iterable[str]) -> str:
    """What lets a browser fetch these modules, and all that they import, at once instead of one after another."""
    every = dict.fromkeys(module for name in names for module in needed(name))
    return "".join(f'<link rel="modulepreload" fetchpriority="low" href="{address(name)}">' for name in every)


def inlined(*names: str) -> str:
    """These modules and all that they import, inside a page without a server, whose own scripts import them by their names."""

    def alone(name: str) -> str:
        def absolute(found: re.Match[str]) -> str:
            target = _resolved(PurePosixPath(name).parent / found[1])
            return found[0][: found.start(1) - found.start()] + target + found[0][found.end(1) - found.start() :]

        source = IMPORT.sub(absolute, content(name).decode())
        return "data:text/javascript;charset=utf-8;base64," + base64.b64encode(source.encode()).decode()

    every = dict.fromkeys(module for name in names for module in needed(name))
    return f'<script type="importmap">{json.dumps({"imports": {name: alone(name) for name in every}})}</script>'


def opens(name: str) -> str:
    """What a gr.HTML runs when it is first drawn: the `open` of a module."""
    return (
        f"import(new URL('{address(name)}', document.baseURI).href)"
        ".then(module => module.open(element, {props, watch, trigger}))"
    )


@cache
def _compressed(name: str) -> bytes:
    return gzip.compress(content(name), 9)


async def _file(request: Request) -> Response:
    """A file; a module's own imports are relative, and so of the same version."""
    name = request.path_params["name"]
    if name not in FILES and name != STYLE:
        return Response(status_code=404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(content(name), media_type=TYPES[Path(name).suffix], headers=headers)
    body = await run_in_threadpool(_compressed, name)
    return Response(body, media_type=TYPES[Path(name).suffix], headers=headers | {"Content-Encoding": "gzip"})


def routes() -> list[Route]:
    """The address of all scripts and style sheets."""
    return [Route("/modules/{version}/{name:path}", _file)]
