"""Plain web routes beside Gradio's: what the page's own parts fetch. Files that never change are cached for ever."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import logging
from functools import cache
from pathlib import Path
from typing import Any

import plotly
from PIL import Image
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground import live as moment
from playground.runs import Runs, write_images
from playground.texts import LANGUAGES, sentence, table, text, told
from trainers import data, record
from trainers.errors import UserError

log = logging.getLogger(__name__)
HERE = Path(__file__).parent
FILES = {
    "plotly.js": Path(plotly.__file__).parent / "package_data" / "plotly.min.js",
    "map.js": HERE / "embedding_map" / "map.js",
    "page.js": HERE / "static" / "page.js",
    "page.css": HERE / "static" / "page.css",
}
TYPES = {".js": "text/javascript", ".css": "text/css"}
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}


def style() -> str:
    """The page's style sheet, which has to come after Gradio's own."""
    return f'<link rel="stylesheet" href="{address("page.css")}">'


def scripts() -> str:
    """The page's words and scripts, which have to come before Gradio's."""
    keys = {
        "page": "page.title",
        "title": "live.empty_title",
        "text": "live.empty",
        "gone": "live.gone",
        "missing": "live.missing",
    }
    classes = {key.removeprefix("classes."): name for key, name in table("zh").items() if key.startswith("classes.")}
    words = json.dumps(
        {lang: {name: text(lang, key) for name, key in keys.items()} | {"classes": classes if lang == "zh" else {}}
         for lang in LANGUAGES}
    )  # fmt: skip
    inline = f"<script>window.playgroundWords = ({words})[window.PLAYGROUND_LANG || 'en']</script>"
    # plotly.js is large: Gradio's own scripts, and a page that shows no run yet, do not wait for it
    how = {"plotly.js": "async", "map.js": "defer", "page.js": "defer"}
    return inline + "".join(f'<script {when} src="{address(name)}"></script>' for name, when in how.items())


def address(name: str) -> str:
    """A file's address, which changes with its content."""
    return f"playground/static/{hashlib.sha256(FILES[name].read_bytes()).hexdigest()[:12]}/{name}"


def mount(runs: Runs) -> Mount:
    """All routes, under /playground."""

    async def static(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in FILES:
            return Response(status_code=404)
        body = await run_in_threadpool(_compressed, name)
        return _gzipped(request, body, TYPES[Path(name).suffix], FOREVER)

    async def live(request: Request) -> Response:
        query = request.query_params
        found = await run_in_threadpool(
            moment.packed, runs, request.path_params["run"], _language(request), query.get("after", "")
        )
        if found is None:
            return Response(status_code=204)
        return _gzipped(request, found[1], "application/json", {"Cache-Control": "no-store"})

    async def images(request: Request) -> Response:
        kind = request.path_params["kind"]
        body = await run_in_threadpool(_images, runs, request.path_params["run"], kind, _language(request))
        return Response(body, media_type={"png": "image/png", "json": "application/json"}[kind], headers=FOREVER)

    async def pictures(request: Request) -> Response:
        p = request.path_params
        body = await run_in_threadpool(_row, runs, p["run"], p["step"], request.query_params.get("row", ""))
        return Response(body, media_type="image/png", headers=FOREVER)

    async def positions(request: Request) -> Response:
        p = request.path_params
        if p["kind"] not in ("pca", "umap"):
            return Response(status_code=404)
        found = await run_in_threadpool(runs.positions, p["run"], p["kind"], p["step"])
        return Response(found.tobytes(), media_type="application/octet-stream", headers=FOREVER)

    async def refuse(request: Request, error: Exception) -> Response:
        assert isinstance(error, UserError)
        return JSONResponse({"error": told(_language(request), error)}, status_code=404)

    async def missing(request: Request, error: Exception) -> Response:
        return Response(status_code=404)  # a file that a run has just replaced

    app = Starlette(
        routes=[
            Route("/static/{version}/{name}", static),
            Route("/runs/{run}/live", live),
            Route("/runs/{run}/images.{kind:str}", images),
            Route("/runs/{run}/pictures/{step:int}", pictures),
            Route("/runs/{run}/map/{kind}/{step:int}", positions),
        ],
        middleware=[Middleware(GZipMiddleware, minimum_size=1000, compresslevel=3)],
        exception_handlers={UserError: refuse, FileNotFoundError: missing},
    )
    return Mount("/playground", app=app)


def _language(request: Request) -> str:
    return "zh" if request.query_params.get("lang") == "zh" else "en"


def _gzipped(request: Request, body: bytes, kind: str, headers: dict[str, str]) -> Response:
    headers = headers | {"Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(body, media_type=kind, headers=headers | {"Content-Encoding": "gzip"})
    return Response(gzip.decompress(body), media_type=kind, headers=headers)


@cache
def _compressed(name: str) -> bytes:
    return gzip.compress(FILES[name].read_bytes(), 9)


def _images(runs: Runs, run: str, kind: str, language: str) -> bytes:
    folder = runs.folder(run)
    if kind not in ("png", "json"):
        raise FileNotFoundError(kind)
    if not (folder / f"images.{kind}").exists():  # a run of the command line
        config = record.read_config(folder)
        write_images(folder, data.load(config.dataset, config.size))
    body = (folder / f"images.{kind}").read_bytes()
    if kind == "json":
        about = json.loads(body)
        about["skipped"] = [
            sentence(language, template, moment.public(values)) for template, values in about.get("skipped", [])
        ]
        return json.dumps(about).encode()
    return body


def _row(runs: Runs, run: str, step: int, row: str) -> bytes:
    found = record.read_pictures(runs.folder(run), step)
    if row not in found:
        raise FileNotFoundError(row)
    n, h, w, c = found[row].shape
    line = found[row].swapaxes(0, 1).reshape(h, n * w, c)
    out = io.BytesIO()
    Image.fromarray(line if c == 3 else line[..., 0]).save(out, "PNG")
    return out.getvalue()


# Gradio takes its language from navigator.language and its own switch leaves parts behind, so the page's choice
# (?lang=, then the last one made, then the browser's) is put there before Gradio's scripts run.
LANGUAGE_SCRIPT = """<script>(()=>{let l=new URLSearchParams(location.search).get('lang');
try{if(l)localStorage.setItem('playground-lang',l);else l=localStorage.getItem('playground-lang')}catch{}
l=(l||navigator.language||'en').toLowerCase().startsWith('zh')?'zh-CN':'en';window.PLAYGROUND_LANG=l.slice(0,2);
Object.defineProperty(navigator,'language',{get:()=>l});Object.defineProperty(navigator,'languages',{get:()=>[l]});
document.documentElement.dataset.lang=window.PLAYGROUND_LANG;document.documentElement.lang=l})()</script>"""


class Head:
    """Puts the language and the page's scripts first into its <head>; Gradio would add them when it has drawn already."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.content = (LANGUAGE_SCRIPT + scripts()).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Change the answer to GET / only."""
        if scope["type"] != "http" or scope["path"] != "/" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        begun: list[Message] = []
        body = bytearray()

        async def changed(message: Message) -> None:
            if message["type"] == "http.response.start":
                begun.append(message)
            elif message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    content: Any = bytes(body).replace(b"<head>", b"<head>" + self.content, 1)
                    headers = [(k, v) for k, v in begun[0]["headers"] if k.lower() != b"content-length"]
                    await send({**begun[0], "headers": [*headers, (b"content-length", str(len(content)).encode())]})
                    await send({"type": "http.response.body", "body": content})

        await self.app(scope, receive, changed)
