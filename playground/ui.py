"""The page: header, ordered tabs; and the launch of all that stands behind it."""

from __future__ import annotations

import html
import importlib.util
import logging
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import gradio as gr
import torch
from gradio.utils import get_upload_folder
from starlette.middleware import Middleware
from starlette.routing import Mount

from playground import api, memory, reading
from playground.background import Background
from playground.compare import routes as compare_routes
from playground.compare import tab as compare
from playground.explore import routes as explore_routes
from playground.explore import tab as explore
from playground.learn import routes as learn_routes
from playground.learn import tab as learn
from playground.lessons import routes as lesson_routes
from playground.maps import reducers
from playground.maps import routes as map_routes
from playground.maps.making import Maps
from playground.match import networks
from playground.match import routes as match_routes
from playground.match import tab as match
from playground.match.ask import Matching
from playground.page import codes, glossary, head, modules
from playground.page.bodies import Bodies
from playground.page.disconnects import Disconnects
from playground.page.doors import Doors, is_private
from playground.page.http import mounted
from playground.page.port import allow_connections, free_port
from playground.page.prefix import Prefix
from playground.page.uploads import Uploads, clear_halves, clear_much
from playground.page.visitor import Visitor
from playground.reconstruct import routes as reconstruct_routes
from playground.reconstruct import tab as reconstruct
from playground.room import routes as room_routes
from playground.room import tab as room
from playground.runs import shipped
from playground.runs.clearing import Clearing
from playground.runs.pool import choose
from playground.runs.rooms import Rooms
from playground.runs.storage import MINUTE
from playground.runs.store import Runs
from playground.settings import Settings, variable
from playground.texts import LANGUAGES, table, text
from playground.train import routes as train_routes
from playground.train import tab as train
from trainers.errors import UserError

log = logging.getLogger(__name__)
TABS = (
    ("train", train),
    ("explore", explore),
    ("reconstruct", reconstruct),
    ("match", match),
    ("compare", compare),
    ("learn", learn),
    ("room", room),
)
UNSEEN = ("room",)  # tabs that are there for who has come by a link or a button alone: the script in the head draws them


TOP = "<div class='top'></div>"  # what a link says to its reader, and where one is made
CACHE = (3_600, 86_400)  # seconds: how often Gradio looks for uploads of its own that are too old, and what is
NO_MCP = '{variable}=1 wants a package that is not installed: run pip install "mcp>=1.30,<2" first, or leave it at 0.'
# of the address: what is no tab's own; lesson and part: the lesson whose panel is open, and its step
PAGE_KEYS = (
    "tab", "run", "lang", "data", "method", "seconds", "steps", "seed", "hide", "fix", "note", "embed", "room",
    "lesson", "part",
)  # fmt: skip


def build(runs: Runs, matching: Matching, title: str = "") -> tuple[api.Blocks, gr.I18n]:
    """The page over the runs of one folder, and the words that its launch wants. title: the page's, "" for its own."""
    tables = {name: table(language) for language, name in LANGUAGES.items()}
    words, used = gr.I18n(**tables), set[str]()

    def i18n(key: str) -> Any:
        used.add(key)
        return words(key)

    with api.Blocks(
        title=title or text("en", "page.title"), analytics_enabled=False, fill_width=True, delete_cache=CACHE
    ) as demo:
        with gr.Row(elem_id="header"):
            # not gr.Markdown, whose scripts are six files more for the page to wait for
            gr.HTML(
                html.escape(title) or i18n("page.heading"), html_template="<h1>${value}</h1>", elem_id="title", padding=False,
                apply_default_css=False,
            )  # fmt: skip
            gr.HTML(
                i18n("page.tagline"), html_template="<p>${value}</p>", elem_id="tagline", padding=False, apply_default_css=False
            )
            share = gr.Button(i18n("page.share"), size="sm", elem_id="link", scale=0, min_width=60)
            language = gr.Button(i18n("page.language"), size="sm", elem_id="language", scale=0, min_width=90)
        language.click(None, js="() => window.playground.switchLanguage()")
        share.click(None, js="() => window.playground.share?.()")
        gr.HTML(html_template=TOP, js_on_load=modules.opens("page/top.js"), apply_default_css=False, elem_id="top")
        with gr.Tabs(elem_id="tabs"):
            for name, tab in TABS:
                with gr.Tab(i18n(f"tabs.{name}"), id=name, elem_id=f"tab-{name}", visible=name not in UNSEEN):
                    gr.HTML(i18n(f"tabs.{name}"), html_template="<h2>${value}</h2>", elem_classes="unseen")
                    tab.build(i18n, runs, matching.own.is_open) if name == "train" else tab.build(i18n)
        api.build(runs, matching)
    # the other texts reach the page by its own scripts, in one language
    return demo, gr.I18n(**{language: {key: found[key] for key in used} for language, found in tables.items()})


def lessons() -> list[str]:
    """Names of the lessons that a link may begin with."""
    return sorted(path.stem for path in (Path(__file__).parent / "lessons").glob("*.toml"))


def keys() -> dict[str, tuple[str, ...]]:
    """The keys of the address that each tab has for its view; no two tabs have the same."""
    found = {name: tab.KEYS for name, tab in TABS}
    every = [key for own in found.values() for key in own]
    if twice := {key for key in every if every.count(key) > 1 or key in PAGE_KEYS}:
        raise ValueError(f"These keys of the address belong to more than one tab, or to the page: {', '.join(sorted(twice))}")
    return found


def mount(maps: Maps, matching: Matching | None = None) -> Mount:
    """All routes, under /playground; without `matching` those of Match answer that there is nothing."""
    return mounted(
        [
            *modules.routes(),
            *glossary.routes(),
            *codes.routes(),
            *train_routes.routes(maps),
            *map_routes.routes(maps),
            *explore_routes.routes(maps),
            *reconstruct_routes.routes(maps),
            *match_routes.routes(maps, matching),
            *compare_routes.routes(maps),
            *learn_routes.routes(maps.runs),
            *room_routes.routes(maps),
            *lesson_routes.routes(maps),
        ]
    )


def launch(settings: Settings, **options: Any) -> None:
    """Start the workers and serve the page until it is interrupted. UserError where a setting cannot be as it is."""
    if settings.mcp and importlib.util.find_spec("mcp") is None:
        raise UserError(NO_MCP, variable=variable("mcp"))
    memory.share()
    allow_connections()
    runs = Runs(settings.folder(), settings.limits(), settings.secret)
    runs.runner = runner = choose(runs, settings)
    log.info(settings.told())
    reducers.keep_compiled(runs.root / ".numba")
    options = {"server_port": free_port()} | options
    torch.set_num_threads(1)  # in this process alone: who asks has a thread, and many of one question wait for each other
    # uvicorn would believe what any program of this machine, as a proxy that hands headers on, says of a visitor's address
    os.environ.setdefault("FORWARDED_ALLOW_IPS", "")
    # a map may wait, while who asks a model looks at the page until it answers
    for_maps, for_models = Background(), Background(nice=0)
    finished = shipped.adopt(runs.root) if settings.examples else {}
    maps = Maps(runs, for_maps, for_models)
    listens, shared = options.get("server_name"), options.get("share")
    private = is_private(listens, shared, settings.hosts, behind=bool(settings.address_header))
    matching = Matching(maps, for_models, private if settings.local_models is None else settings.local_models, settings.uploads)
    mine = matching.own
    clearing = Clearing(
        runs.expire,
        Rooms(runs).expire,
        mine.expire,
        mine.brought.tidy,
        lambda: clear_halves(Path(get_upload_folder())),
        lambda: clear_much(Path(get_upload_folder()), settings.keep_uploads),
    )
    looking = Clearing(runs.apps.look, memory.give_back, seconds=MINUTE)
    demo, i18n = build(runs, matching, settings.title)
    own = mount(maps, matching)
    told = (listens or os.environ.get("GRADIO_SERVER_NAME", ""), urlsplit(os.environ.get("GRADIO_ROOT_PATH", "")).netloc)
    named = {"page": settings.title} if settings.title else {}
    middleware = [
        Middleware(Disconnects),
        Middleware(Doors, (*settings.hosts, *told)),
        Middleware(Visitor, settings.address_header),
        Middleware(Uploads, settings.uploads, settings.megabytes_address, variable("megabytes_address")),
        Middleware(Bodies),
        Middleware(Prefix, own),
        Middleware(head.Head, finished, keys(), {"uploads": settings.uploads, "lessons": lessons()} | named),
    ]
    demo.queue(max_size=200, limits=runs.limits)
    # the page first: these would take the processor from it, and nobody trains or maps anything in the first second
    runner.start()
    clearing.start()
    looking.start()
    for_maps.warm(reducers.warm)
    for_models.warm(networks.warm)
    try:
        demo.launch(
            theme=gr.themes.Soft(  # pyright: ignore[reportPrivateImportUsage]
                primary_hue="indigo", neutral_hue="slate",
                font=["system-ui", "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "sans-serif"],
                font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"],
            ).set(
                body_background_fill="*neutral_50", button_primary_background_fill="*primary_600",
                button_primary_background_fill_hover="*primary_700", checkbox_label_background_fill_selected="*primary_600",
                body_text_color_subdued="*neutral_600", body_text_color_subdued_dark="*neutral_400",  # readable on that
                block_title_background_fill="transparent", block_title_background_fill_dark="transparent",
                block_title_padding="0", block_title_text_color="*body_text_color",
                block_title_text_color_dark="*body_text_color", block_title_text_weight="600",
            ),
            head=head.style(), i18n=i18n, ssr_mode=False, run_history=False, max_threads=120,
            footer_links=[], show_error=True, max_file_size="500mb",  # Gradio's settings page is in English alone
            mcp_server=settings.mcp,
            _frontend=False,  # or it gives up where the first answer takes more than 3 s, as on a busy machine
            app_kwargs={"routes": [own], "middleware": middleware, "exception_handlers": api.HANDLERS}, **options,
        )  # fmt: skip
    finally:
        clearing.close()
        looking.close()
        runs.apps.close()
        runner.close()
        matching.close()
        for_maps.close()
        for_models.close()
        reading.close()
