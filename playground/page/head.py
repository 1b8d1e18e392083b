"""What the page's <head> holds: its language, words, scripts and style sheets. Files that never change are cached for ever."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import plotly
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.maps.reducers import parameters
from playground.page import modules
from playground.page.http import FOREVER, gzipped
from playground.texts import LANGUAGES, classes, table, text
from trainers.method import methods

HERE = Path(__file__).resolve().parents[1]
FILES = {  # in the order in which they are loaded
    "plotly.js": Path(plotly.__file__).parent / "package_data" / "plotly.min.js",
    "map.js": HERE / "embedding_map" / "map.js",
    "map.css": HERE / "embedding_map" / "map.css",
} | {
    name: HERE / "static" / name
    for name in (
        "page.js",
        "page.css",
    )
}
NONE: Mapping[str, Any] = MappingProxyType({})
TYPES = {".js": "text/javascript", ".css": "text/css"}


def style() -> str:
    """The page's style sheets, which have to come after Gradio's own."""
    old = "".join(f'<link rel="stylesheet" href="{address(name)}">' for name in FILES if name.endswith(".css"))
    return old + f'<link rel="stylesheet" href="{modules.address(modules.STYLE)}">'


def scripts(shipped: Mapping[str, str] = NONE, keys: Mapping[str, Sequence[str]] = NONE) -> str:
    """The page's words and scripts, which have to come before Gradio's.

    shipped: the methods that a finished run ships of, under the same name, and the data set of each. keys: those of the
    address by which each tab says what its view is.
    """
    texts = {
        "page": "page.title",
        "title": "live.empty_title",
        "text": "live.empty",
        "gone": "live.gone",
        "reset": "controls.reset",
        "missing": "live.missing",
        "failed": "toast.unexpected",
    }
    words = json.dumps(
        {lang: {name: text(lang, key) for name, key in texts.items()}
         | {part: _below(lang, f"{part}.") for part in ("tabs", "explore", "reconstruct", "match", "compare")}
         | {"classes": classes(lang), "reducers": parameters(), "languages": list(LANGUAGES)}
         | {"methods": list(methods()), "shipped": dict(shipped), "keys": {tab: list(own) for tab, own in keys.items()}}
         for lang in LANGUAGES}
    )  # fmt: skip
    inline = f"<script>window.playgroundWords = ({words})[window.PLAYGROUND_LANG || 'en']</script>"
    # plotly.js is large: it is fetched at once, and page.js runs it when Gradio has drawn the page
    fetched = f'<link rel="preload" as="script" id="plotly" href="{address("plotly.js")}">'
    names = [name for name in FILES if name.endswith(".js") and name != "plotly.js"]
    first = f'<script type="module" src="{modules.address("page/legacy.js")}"></script>'
    return inline + fetched + first + "".join(f'<script defer src="{address(name)}"></script>' for name in names)


def _below(language: str, prefix: str) -> dict[str, str]:
    return {key.removeprefix(prefix): value for key, value in table(language).items() if key.startswith(prefix)}


def address(name: str) -> str:
    """A file's address, which changes with its content."""
    return f"playground/static/{hashlib.sha256(FILES[name].read_bytes()).hexdigest()[:12]}/{name}"


@cache
def _compressed(name: str) -> bytes:
    return gzip.compress(FILES[name].read_bytes(), 9)


def routes() -> list[BaseRoute]:
    """The files of the page."""

    async def static(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in FILES:
            return Response(status_code=404)
        body = await run_in_threadpool(_compressed, name)
        return gzipped(request, body, TYPES[Path(name).suffix], FOREVER)

    return [Route("/static/{version}/{name}", static), *modules.routes()]


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
# Gradio asks where its server believes that the page is, which no server knows behind a proxy that says nothing of itself
ROOT_SCRIPT = b"<script>gradio_config.root = new URL('.', location.href).href.replace(/\\/$/, '')</script>"


class Head:
    """Puts the language and the page's scripts first into its <head>, as Gradio would add them when it has drawn already; and
    last where the page is.
    """

    def __init__(self, app: ASGIApp, shipped: Mapping[str, str] = NONE, keys: Mapping[str, Sequence[str]] = NONE) -> None:
        self.app = app
        self.content = (LANGUAGE_SCRIPT + scripts(shipped, keys)).encode()

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
                    content = content.replace(b"</head>", ROOT_SCRIPT + b"</head>", 1)
                    headers = [(k, v) for k, v in begun[0]["headers"] if k.lower() != b"content-length"]
                    await send({**begun[0], "headers": [*headers, (b"content-length", str(len(content)).encode())]})
                    await send({"type": "http.response.body", "body": content})

        await self.app(scope, receive, changed)
