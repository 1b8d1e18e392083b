"""What the page's <head> holds: its language, words, scripts and style sheets. Files that never change are cached for ever."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.maps.reducers import parameters
from playground.page import glossary, modules
from playground.runs.numbers import STYLES
from playground.texts import LANGUAGES, classes, table, text
from trainers.method import methods

START = "page/start.js"
LESSONS = "lessons/lessons.js"
NONE: Mapping[str, Any] = MappingProxyType({})


def style() -> str:
    """The page's style sheets, which have to come after Gradio's own."""
    return f'<link rel="stylesheet" href="{modules.address(modules.STYLE)}">'


def words(shipped: Mapping[str, str] = NONE, keys: Mapping[str, Sequence[str]] = NONE, also: Mapping[str, Any] = NONE) -> str:
    """The page's words, which its scripts find in the page's one global name.

    shipped: the methods that a finished run ships of, under the same name, and the data set of each. keys: those of the
    address by which each tab says what its view is. also: what this app has that another may not, in any language.
    """
    texts = {
        "page": "page.title",
        "title": "live.empty_title",
        "text": "live.empty",
        "loading": "live.loading",
        "learn_loading": "learn.loading",
        "gone": "live.gone",
        "reset": "controls.reset",
        "missing": "live.missing",
        "unshown": "live.unshown",
        "mine": "live.mine",
        "search_runs": "page.search_runs",
        "failed": "toast.unexpected",
        "no_uploads": "page.no_uploads",
    }
    controls = ("method", "budget", "data", "knobs", "seed", "train")
    parts = ("tabs", "share", "room", "deletion", "naming", "explore", "reconstruct", "match", "compare")
    found = {
        lang: {name: text(lang, key) for name, key in texts.items()}
        | {part: _below(lang, f"{part}.") for part in parts}
        | {"classes": classes(lang), "reducers": parameters(), "languages": list(LANGUAGES)}
        | {
            "methods": list(methods()),
            "styles": dict(STYLES),
            "terms": list(glossary.terms(lang)),
            "shipped": dict(shipped),
            "controls": {name: text(lang, f"controls.{name}") for name in controls},
            "keys": {tab: list(own) for tab, own in keys.items()},
        }
        | dict(also)
        for lang in LANGUAGES
    }
    return f"<script>window.playground = {{words: ({json.dumps(found)})[document.documentElement.dataset.lang]}}</script>"


def scripts(tab: str, lesson: bool = False) -> str:
    """The page's scripts, those of Train, which Gradio draws first, and those of the tab and the lesson of the address.

    All but the first wait for Gradio to draw; so Gradio's own are fetched before them.
    """
    opened = [name for one in dict.fromkeys(("train", tab)) if (name := f"{one}/{one}.js") in modules.FILES]
    begun = [START, LESSONS] if lesson else [START]
    tags = "".join(f'<script type="module" src="{modules.address(name)}"></script>' for name in begun)
    return tags + modules.preloads([*begun, *opened])


def _below(language: str, prefix: str) -> dict[str, str]:
    return {key.removeprefix(prefix): value for key, value in table(language).items() if key.startswith(prefix)}


# Gradio takes its language from navigator.language and its own switch leaves parts behind, so the page's choice
# (?lang=, then the last one made, then the browser's) is put there before Gradio's scripts run.
LANGUAGE_SCRIPT = """<script>(()=>{const known=KNOWN;let l=new URLSearchParams(location.search).get('lang');
try{if(l)localStorage.setItem('playground-lang',l);else l=localStorage.getItem('playground-lang')}catch{}
l=(l||navigator.language||'en').toLowerCase();l=Object.keys(known).find(k=>l.startsWith(k))||'en';
document.documentElement.dataset.lang=l;l=known[l];
Object.defineProperty(navigator,'language',{get:()=>l});Object.defineProperty(navigator,'languages',{get:()=>[l]});
document.documentElement.lang=l})()</script>""".replace("KNOWN", json.dumps(LANGUAGES))
# Gradio asks where its server believes that the page is, which no server knows behind a proxy that says nothing of itself.
# What a link hides is drawn by Gradio as hidden, so that it keeps its value; of a hidden tab not even the button is drawn.
ROOT_SCRIPT = b"""<script>(()=>{const c=gradio_config,q=new URLSearchParams(location.search);
c.root=new URL('.',location.href).href.replace(/\\/$/,'');
const all=k=>new Set((q.get(k)||'').split(',').filter(Boolean)),hide=all('hide'),fix=all('fix'),embed=q.get('embed')==='1';
if(embed)document.documentElement.dataset.embed='1';
let room=q.has('room')||q.get('tab')==='room';try{room=room||!!localStorage.getItem('playground-room')}catch{}
const own={train:['train'],stop:['train'],'go-on':['train']};
for(const {type,props:p} of c.components||[]){const id=p.elem_id||'',tab=type==='tabitem',knob=/^knob-[^-]+-(.+)$/.exec(id);
if(id==='tab-room'){p.visible=room;continue}
const names=own[id]||(tab?[id.slice(4)]:knob?['knobs','knob.'+knob[1]]:[id]);
if(tab?id!=='tab-train'&&hide.has(names[0]):names.some(n=>hide.has(n)))p.visible=tab?false:'hidden';
else if(!tab&&p.interactive&&names.some(n=>fix.has(n)))p.interactive=false}})()</script>"""


class Head:
    """Puts the language and the page's scripts first into its <head>, as Gradio would add them when it has drawn already; and
    last where the page is.
    """

    def __init__(
        self,
        app: ASGIApp,
        shipped: Mapping[str, str] = NONE,
        keys: Mapping[str, Sequence[str]] = NONE,
        also: Mapping[str, Any] = NONE,
    ) -> None:
        self.app = app
        self.words = LANGUAGE_SCRIPT + words(shipped, keys, also)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Change the answer to GET / only, and compress it."""
        if scope["type"] != "http" or scope["path"] != "/" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        first = (self.words + scripts(request.query_params.get("tab", ""), "lesson" in request.query_params)).encode()
        packed = "gzip" in request.headers.get("accept-encoding", "")
        begun: list[Message] = []
        body = bytearray()

        async def changed(message: Message) -> None:
            if message["type"] == "http.response.start":
                begun.append(message)
            elif message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    content = bytes(body).replace(b"<head>", b"<head>" + first, 1)
                    content = content.replace(b"</head>", ROOT_SCRIPT + b"</head>", 1)
                    content = gzip.compress(content, 4) if packed else content
                    headers = [(k, v) for k, v in begun[0]["headers"] if k.lower() != b"content-length"]
                    headers += [(b"content-length", str(len(content)).encode()), (b"vary", b"accept-encoding")]
                    headers += [(b"content-encoding", b"gzip")] if packed else []
                    await send({**begun[0], "headers": headers})
                    await send({"type": "http.response.body", "body": content})

        await self.app(scope, receive, changed)
