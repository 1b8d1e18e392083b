"""Plain web routes beside Gradio's: what the page's own parts fetch. Files that never change are cached for ever."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import plotly
import torch
from numpy.typing import NDArray
from PIL import Image
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground import compare, explore, export, learn, lesson, standalone
from playground import live as moment
from playground.examples import is_example
from playground.maps import Maps
from playground.matching import Matching
from playground.repairs import Repairs, packed
from playground.runs import Runs, read_images
from playground.texts import LANGUAGES, classes, language_of, sentence, table, text, told
from trainers import record
from trainers.data import BUILT_IN
from trainers.data.folder import fit, open_image
from trainers.errors import NotFound, UserError
from trainers.method import methods
from trainers.train import RunConfig
from trainers.views import plain

log = logging.getLogger(__name__)
HERE = Path(__file__).parent
FILES = {  # in the order in which they are loaded
    "plotly.js": Path(plotly.__file__).parent / "package_data" / "plotly.min.js",
    "map.js": HERE / "embedding_map" / "map.js",
    "map.css": HERE / "embedding_map" / "map.css",
} | {
    name: HERE / "static" / name
    for name in (
        "common.js",
        "page.js",
        "page.css",
        "explore.js",
        "explore.css",
        "reconstruct.js",
        "reconstruct.css",
        "match.js",
        "match.css",
        "compare.js",
        "compare.css",
        "learn.js",
        "learn.css",
    )
}
UPLOAD_FILES, SET_FILES, UPLOAD_BYTES = 16, 2_000, 80 << 20  # of a person's own images, at once
QUESTION_BYTES = 1 << 20
TEXTS, TEXT_LENGTH = 12, 200
TYPES = {".js": "text/javascript", ".css": "text/css"}
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
FRESH = {"Cache-Control": "no-store"}
MINUTES = {"Cache-Control": "public, max-age=600"}  # the next version of the app has other examples under the same names


def style() -> str:
    """The page's style sheets, which have to come after Gradio's own."""
    return "".join(f'<link rel="stylesheet" href="{address(name)}">' for name in FILES if name.endswith(".css"))


def scripts(shipped: Mapping[str, str] = MappingProxyType({})) -> str:
    """The page's words and scripts, which have to come before Gradio's.

    shipped: the methods that a finished run ships of, under the same name, and the data set of each.
    """
    keys = {
        "page": "page.title",
        "title": "live.empty_title",
        "text": "live.empty",
        "gone": "live.gone",
        "reset": "controls.reset",
        "missing": "live.missing",
    }
    words = json.dumps(
        {lang: {name: text(lang, key) for name, key in keys.items()}
         | {part: _below(lang, f"{part}.") for part in ("tabs", "explore", "reconstruct", "match", "compare")}
         | {"classes": classes(lang), "reducers": explore.reducers(), "languages": list(LANGUAGES)}
         | {"methods": list(methods()), "shipped": dict(shipped)}
         for lang in LANGUAGES}
    )  # fmt: skip
    inline = f"<script>window.playgroundWords = ({words})[window.PLAYGROUND_LANG || 'en']</script>"
    # plotly.js is large: it is fetched at once, and page.js runs it when Gradio has drawn the page
    fetched = f'<link rel="preload" as="script" id="plotly" href="{address("plotly.js")}">'
    names = [name for name in FILES if name.endswith(".js") and name != "plotly.js"]
    return inline + fetched + "".join(f'<script defer src="{address(name)}"></script>' for name in names)


def _below(language: str, prefix: str) -> dict[str, str]:
    return {key.removeprefix(prefix): value for key, value in table(language).items() if key.startswith(prefix)}


def address(name: str) -> str:
    """A file's address, which changes with its content."""
    return f"playground/static/{hashlib.sha256(FILES[name].read_bytes()).hexdigest()[:12]}/{name}"


def mount(maps: Maps, matching: Matching | None = None) -> Mount:
    """All routes, under /playground; without `matching` those of Match answer that there is nothing."""
    runs, repairs = maps.runs, Repairs(maps)

    def lasting(request: Request) -> dict[str, str]:
        return MINUTES if is_example(runs.root / request.path_params.get("run", "")) else FOREVER

    async def static(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in FILES:
            return Response(status_code=404)
        body = await run_in_threadpool(_compressed, name)
        return _gzipped(request, body, TYPES[Path(name).suffix], FOREVER)

    async def live(request: Request) -> Response:
        query = request.query_params
        run, after = request.path_params["run"], query.get("after", "")
        try:
            found = await run_in_threadpool(moment.packed, maps, run, _language(query), after)
        except FileNotFoundError:  # which the run has just replaced: the run is there, and is asked for again
            return Response(status_code=503)
        if found is None:
            return Response(status_code=204)
        return _gzipped(request, found[1], "application/json", {"Cache-Control": "no-store"})

    async def images(request: Request) -> Response:
        kind = request.path_params["kind"]
        body = await run_in_threadpool(_images, runs, request.path_params["run"], kind, _language(request.query_params))
        return Response(body, media_type={"png": "image/png", "json": "application/json"}[kind], headers=lasting(request))

    async def pictures(request: Request) -> Response:
        p = request.path_params
        body = await run_in_threadpool(_row, runs, p["run"], p["step"], request.query_params.get("row", ""))
        return Response(body, media_type="image/png", headers=lasting(request))

    def answer(work: Callable[[Any, Any], Any], fresh: bool = False) -> Callable[[Request], Awaitable[Response]]:
        """A route from what it works out of the path and the query, in a thread: an array goes as bytes, the rest as JSON."""

        async def route(request: Request) -> Response:
            headers = FRESH if fresh else lasting(request)
            found = await run_in_threadpool(work, request.path_params, request.query_params)
            if found is None:  # as it was
                return Response(status_code=204, headers=headers)
            if isinstance(found, np.ndarray):
                return Response(found.tobytes(), media_type="application/octet-stream", headers=headers)
            return JSONResponse(found, headers=headers)

        return route

    def listed(p: Any, q: Any) -> Any:
        return explore.runs(maps, _language(q), q.get("also", "").split(",")[:20])

    def timeline(p: Any, q: Any) -> Any:
        return explore.timeline(maps, p["run"], _language(q))

    def asked(p: Any, q: Any) -> Any:
        found = maps.ask(p["run"], p["key"], q.get("who", "")[:40], q.get("frames") != "last")
        found["sentence"] = sentence(_language(q), found["sentence"], found.pop("values"))
        return found

    def frame(p: Any, q: Any) -> Any:
        return maps.frame(p["run"], p["key"], p["step"]).positions

    def quality(p: Any, q: Any) -> Any:
        return maps.quality(p["run"], p["key"], p["step"])

    def left(p: Any, q: Any) -> Any:
        maps.leave(p["run"], p["key"], q.get("who", "")[:40])
        return {}

    def values(p: Any, q: Any) -> Any:
        if p["name"] == "purity":
            return maps.purity(p["run"], p["step"])
        found = maps.each(p["run"])
        if p["name"] not in found:
            raise FileNotFoundError(p["name"])
        return found[p["name"]]

    def exported(p: Any, q: Any) -> tuple[bytes, str, str]:
        kind, run, key, step = p["kind"], p["run"], p["key"], p["step"]
        if kind == "html":
            page = standalone.page(maps, run, key, step, _language(q), FILES)
            return page, "text/html; charset=utf-8", export.file_name(maps, run, key, step, "html")
        if kind not in export.EXPORTS:
            raise FileNotFoundError(kind)
        make, media, suffix = export.EXPORTS[kind]
        return make(maps, run, key, step), media, export.file_name(maps, run, key, step, suffix)

    async def download(request: Request) -> Response:
        body, media, name = await run_in_threadpool(exported, request.path_params, request.query_params)
        return Response(body, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    async def place(request: Request) -> Response:
        p, q = request.path_params, request.query_params
        files = await _uploads(request)
        return JSONResponse(await run_in_threadpool(_placed, maps, p["run"], p["key"], files, _language(q)))

    async def words(request: Request) -> Response:
        p, asked = request.path_params, await _question(request)
        given = asked.get("texts")
        texts = [words for one in given[:TEXTS] if (words := str(one)[:TEXT_LENGTH].strip())] if isinstance(given, list) else []
        if not texts:
            raise UserError("Say which texts to place.")
        return JSONResponse(await run_in_threadpool(maps.words, p["run"], p["key"], texts, bool(asked.get("closed"))))

    async def fitted(request: Request) -> Response:
        files = await _uploads(request)
        return JSONResponse(await run_in_threadpool(_fitted, maps, request.path_params["run"], files))

    async def repair(request: Request) -> Response:
        p, asked = request.path_params, await _question(request)
        found = await run_in_threadpool(repairs.ask, p["kind"], p["run"], asked, _language(request.query_params))
        return JSONResponse(found, headers=FRESH)

    def rebuilding(p: Any, q: Any) -> Any:
        return repairs.runs(_language(q), q.get("also", "").split(",")[:20])

    def models(p: Any, q: Any) -> Any:
        return _there(matching).models(_language(q), q.get("also", "").split(",")[:20])

    async def matched(request: Request) -> Response:
        asked = await _question(request)
        kind, language = request.path_params["kind"], _language(request.query_params)
        return JSONResponse(await run_in_threadpool(_there(matching).ask, kind, asked, language), headers=FRESH)

    async def kept(request: Request) -> Response:
        files = await _uploads(request)
        return JSONResponse(await run_in_threadpool(_there(matching).keep, files, _language(request.query_params)))

    async def kept_set(request: Request) -> Response:
        files = await _uploads(request, SET_FILES)
        return JSONResponse(await run_in_threadpool(_there(matching).keep_set, files, _language(request.query_params)))

    async def picture(request: Request) -> Response:
        pixels = await run_in_threadpool(_there(matching).picture, dict(request.path_params))
        return Response(png(pixels), media_type="image/png", headers=FOREVER)

    def lessons(p: Any, q: Any) -> Any:
        return lesson.lesson(maps, p["run"], _language(q))

    def taught(p: Any, q: Any) -> Any:
        return learn.page(_language(q), [run for run in learn.EXAMPLES if (runs.root / run / "run.json").exists()])

    def compared(p: Any, q: Any) -> Any:
        asked, curves = q.get("runs", "").split(",")[: 2 * compare.MOST], q.get("curves", "").split(",")[:20]
        over = "steps" if q.get("over") == "steps" else "seconds"
        return compare.compare(maps, asked, curves, over, _language(q), q.get("after", ""))

    def knobs(p: Any, q: Any) -> Any:
        return compare.knobs(runs, p["run"], _language(q))

    def swept(p: Any, q: Any) -> Any:
        return compare.sweep(maps, p["sweep"], q.get("measure", ""), _language(q))

    async def sweep(request: Request) -> Response:
        asked = await _question(request)
        return JSONResponse(await run_in_threadpool(compare.begin_sweep, runs, asked, _secret(asked)), headers=FRESH)

    async def stop_sweep(request: Request) -> Response:
        secret = _secret(await _question(request))
        await run_in_threadpool(runs.stop_sweep, request.path_params["sweep"], secret)
        return JSONResponse({}, headers=FRESH)

    async def begin(request: Request) -> Response:
        return JSONResponse({"run": await run_in_threadpool(_begun, runs, await _question(request))}, headers=FRESH)

    async def refuse(request: Request, error: Exception) -> Response:
        assert isinstance(error, UserError)
        code = 404 if isinstance(error, NotFound) else 400
        return JSONResponse({"error": told(_language(request.query_params), error)}, status_code=code)

    async def failed(request: Request, error: Exception) -> Response:  # the trace goes to the log by itself
        return JSONResponse({"error": text(_language(request.query_params), "toast.unexpected")}, status_code=500)

    async def missing(request: Request, error: Exception) -> Response:
        return Response(status_code=404)

    app = Starlette(
        routes=[
            Route("/static/{version}/{name}", static),
            Route("/runs/{run}/live", live),
            Route("/runs/{run}/images.{kind:str}", images),
            Route("/runs/{run}/pictures/{step:int}", pictures),
            Route("/runs", answer(listed, fresh=True)),
            Route("/runs", begin, methods=["POST"]),
            Route("/runs/{run}/lesson", answer(lessons, fresh=True)),
            Route("/runs/{run}/knobs", answer(knobs, fresh=True)),
            Route("/compare", answer(compared, fresh=True)),
            Route("/learn", answer(taught, fresh=True)),
            Route("/sweeps", sweep, methods=["POST"]),
            Route("/sweeps/{sweep}", answer(swept, fresh=True)),
            Route("/sweeps/{sweep}/stop", stop_sweep, methods=["POST"]),
            Route("/models", answer(models, fresh=True)),
            Route("/match/{kind}", matched, methods=["POST"]),
            Route("/pictures", kept, methods=["POST"]),
            Route("/pictures/{own}.png", picture),
            Route("/pictures/{set}/{index:int}.png", picture),
            Route("/sets", kept_set, methods=["POST"]),
            Route("/runs/{run}/timeline", answer(timeline, fresh=True)),
            Route("/runs/{run}/maps/{key}", answer(asked, fresh=True)),
            Route("/runs/{run}/maps/{key}", answer(left, fresh=True), methods=["DELETE"]),
            Route("/runs/{run}/maps/{key}/{step:int}", answer(frame)),
            Route("/runs/{run}/maps/{key}/{step:int}/quality", answer(quality)),
            Route("/runs/{run}/maps/{key}/{step:int}/export.{kind}", download),
            Route("/runs/{run}/maps/{key}/place", place, methods=["POST"]),
            Route("/runs/{run}/maps/{key}/words", words, methods=["POST"]),
            Route("/repairs", answer(rebuilding, fresh=True)),
            Route("/runs/{run}/fit", fitted, methods=["POST"]),
            Route("/runs/{run}/repair/{kind}", repair, methods=["POST"]),
            Route("/runs/{run}/values/{name}/{step:int}", answer(values)),
            Route(
                "/runs/{run}/neighbours/{step:int}/{index:int}",
                answer(lambda p, q: maps.neighbours(p["run"], p["step"], p["index"])),
            ),
            Route(
                "/runs/{run}/overlap/{step:int}/{other}/{other_step:int}",
                answer(lambda p, q: maps.overlap(p["run"], p["step"], p["other"], p["other_step"])),
            ),
        ],
        middleware=[Middleware(GZipMiddleware, minimum_size=1000, compresslevel=3)],
        exception_handlers={UserError: refuse, FileNotFoundError: missing, Exception: failed},
    )
    return Mount("/playground", app=app)


def _language(query: Any) -> str:
    return language_of(query.get("lang", ""))


def _there(matching: Matching | None) -> Matching:
    if matching is None:
        raise HTTPException(404)
    return matching


async def _question(request: Request) -> dict[str, Any]:
    """What a browser asks, as JSON."""
    if int(request.headers.get("content-length") or QUESTION_BYTES + 1) > QUESTION_BYTES:
        raise UserError("This question is too long.")
    try:
        asked = await request.json()
        json.dumps(asked, ensure_ascii=False).encode()  # half a surrogate is no text, and nothing could be answered with it
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise UserError("This question is not understood.")
    return asked


def _secret(asked: dict[str, Any]) -> str:
    """The browser's secret, by which its runs are its own."""
    secret = asked.get("secret")
    if not isinstance(secret, str) or not 16 <= len(secret) <= 100:
        raise UserError("This question is not understood.")
    return secret


def _begun(runs: Runs, asked: dict[str, Any]) -> str:
    """Queue a run that a part of the page asks for, with the browser's own secret, and return its id.

    {"like"}: a copy of a run, with its data and what "knobs" and "seconds" do not change.
    """
    dataset, knobs, secret = str(asked.get("dataset")), asked.get("knobs") or {}, _secret(asked)
    if not isinstance(knobs, dict):
        raise UserError("This question is not understood.")
    if "like" in asked:
        return runs.create(compare.like(runs, str(asked["like"]), knobs, asked.get("seconds"), secret), secret)
    if dataset not in BUILT_IN:
        raise UserError("This question is not understood.")
    try:
        seconds, seed = float(asked.get("seconds", 30)), int(asked.get("seed", 0))
    except (TypeError, ValueError, OverflowError) as error:
        raise UserError("This question is not understood.") from error
    return runs.create(RunConfig(str(asked.get("method")), dataset, seconds, seed=seed, knobs=knobs), secret)


async def _uploads(request: Request, most: int = UPLOAD_FILES) -> list[tuple[str, bytes]]:
    """Names and contents of the files that came as "images"."""
    if int(request.headers.get("content-length") or UPLOAD_BYTES + 1) > UPLOAD_BYTES:
        raise UserError("These files are too large together: at most {limit} MB at once.", limit=UPLOAD_BYTES >> 20)
    try:
        async with request.form(max_files=most, max_fields=1) as form:
            return [(f.filename or "?", await f.read()) for f in form.getlist("images") if isinstance(f, UploadFile)]
    except HTTPException as error:  # too many, or no form at all
        raise UserError("These files did not come whole: choose at most {most} at once.", most=most) from error


def _fit(maps: Maps, run: str, name: str, content: bytes) -> torch.Tensor:
    """A person's image as the run's own are, (C,H,W) uint8; DataError says why it cannot be one."""
    channels, _, side = maps.images(run).test.images.shape[1:]
    return fit(open_image(content, name, side), side, channels)


def _fitted(maps: Maps, run: str, files: list[tuple[str, bytes]]) -> dict[str, str]:
    """The first of the files, as the run's network would see it."""
    if not files:
        raise UserError("No file came: choose an image.")
    name, content = files[0]
    return {"name": name, "pixels": packed(plain(_fit(maps, run, name, content).unsqueeze(0)))}


def _placed(maps: Maps, run: str, key: str, files: list[tuple[str, bytes]], language: str) -> dict[str, Any]:
    """A person's images on a map: what became of each, with the picture that the network saw, and why some were left out."""
    fitted, names, skipped = [], [], []
    for name, content in files:
        try:
            fitted.append(_fit(maps, run, name, content))
            names.append(name)
        except UserError as error:
            skipped.append(told(language, error))
    found = maps.place(run, key, torch.stack(fitted)) if fitted else []
    pictures = [png(image.permute(1, 2, 0).numpy()) for image in fitted]
    return {
        "placed": [
            one | {"name": name, "picture": "data:image/png;base64," + base64.b64encode(picture).decode()}
            for one, name, picture in zip(found, names, pictures, strict=True)
        ],
        "skipped": skipped,
    }


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
    if not (folder / f"images.{kind}").exists():
        read_images(folder)  # which makes them where the run is the command line's
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
    return png(found[row].swapaxes(0, 1).reshape(h, n * w, c))


def png(image: NDArray[np.uint8]) -> bytes:
    """(H,W,1 or 3) as a file."""
    out = io.BytesIO()
    Image.fromarray(image if image.shape[2] == 3 else image[..., 0]).save(out, "PNG")
    return out.getvalue()


# Gradio takes its language from navigator.language and its own switch leaves parts behind, so the page's choice
# (?lang=, then the last one made, then the browser's) is put there before Gradio's scripts run.
LANGUAGE_SCRIPT = """<script>(()=>{const known=KNOWN;let l=new URLSearchParams(location.search).get('lang');
try{if(l)localStorage.setItem('playground-lang',l);else l=localStorage.getItem('playground-lang')}catch{}
l=(l||navigator.language||'en').toLowerCase();l=Object.keys(known).find(k=>l.startsWith(k))||'en';
window.PLAYGROUND_LANG=l;l=known[l];
Object.defineProperty(navigator,'language',{get:()=>l});Object.defineProperty(navigator,'languages',{get:()=>[l]});
document.documentElement.dataset.lang=window.PLAYGROUND_LANG;document.documentElement.lang=l})()</script>""".replace(
    "KNOWN", json.dumps(LANGUAGES)
)


class Head:
    """Puts the language and the page's scripts first into its <head>; Gradio would add them when it has drawn already."""

    def __init__(self, app: ASGIApp, shipped: Mapping[str, str] = MappingProxyType({})) -> None:
        self.app = app
        self.content = (LANGUAGE_SCRIPT + scripts(shipped)).encode()

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
