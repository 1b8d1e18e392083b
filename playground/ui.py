"""The page: header, ordered tabs; and the launch of all that stands behind it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import torch
from starlette.middleware import Middleware
from starlette.routing import Mount

from playground import api
from playground.background import Background
from playground.compare import routes as compare_routes
from playground.compare import tab as compare
from playground.explore import routes as explore_routes
from playground.explore import tab as explore
from playground.learn import routes as learn_routes
from playground.learn import tab as learn
from playground.maps import reducers
from playground.maps import routes as map_routes
from playground.maps.making import Maps
from playground.match import networks
from playground.match import routes as match_routes
from playground.match import tab as match
from playground.match.ask import Matching
from playground.page import head, modules
from playground.page.http import mounted
from playground.page.port import free_port
from playground.page.prefix import Prefix
from playground.reconstruct import routes as reconstruct_routes
from playground.reconstruct import tab as reconstruct
from playground.runs import shipped
from playground.runs.pool import LocalRunner
from playground.runs.store import Limits, Runs
from playground.texts import LANGUAGES, table, text
from playground.train import routes as train_routes
from playground.train import tab as train

TABS = (
    ("train", train),
    ("explore", explore),
    ("reconstruct", reconstruct),
    ("match", match),
    ("compare", compare),
    ("learn", learn),
)


PAGE_KEYS = ("tab", "run", "lang", "data", "method", "seconds", "seed")  # of the address: what is no tab's own


@dataclass(frozen=True)
class Settings:
    """What the environment may say: PLAYGROUND_RUNS, PLAYGROUND_WORKERS; Gradio's own GRADIO_SERVER_NAME and _PORT work too.

    local_models: whether a visitor may name a folder of this machine to load a model from, PLAYGROUND_LOCAL_MODELS, 0 or 1;
    not on a Space, which everybody visits. examples: whether the finished runs that ship are shown, PLAYGROUND_EXAMPLES.
    """

    runs: Path = Path("runs")
    workers: int = 1
    local_models: bool = True
    examples: bool = True

    @classmethod
    def from_environment(cls) -> Settings:
        """The settings that the environment gives, the defaults elsewhere."""
        get = os.environ.get
        local = get("PLAYGROUND_LOCAL_MODELS", "0" if "SPACE_ID" in os.environ else "1") == "1"
        shown = get("PLAYGROUND_EXAMPLES", "1") == "1"
        return cls(Path(get("PLAYGROUND_RUNS", "runs")), int(get("PLAYGROUND_WORKERS", "1")), local, shown)


def build(runs: Runs, matching: Matching) -> tuple[gr.Blocks, gr.I18n]:
    """The page over the runs of one folder, and the words that its launch wants."""
    tables = {name: table(language) for language, name in LANGUAGES.items()}
    words, used = gr.I18n(**tables), set[str]()

    def i18n(key: str) -> Any:
        used.add(key)
        return words(key)

    with api.Blocks(title=text("en", "page.title"), analytics_enabled=False, fill_width=True) as demo:
        with gr.Row(elem_id="header"):
            gr.Markdown(i18n("page.heading"), elem_id="title", container=False)
            gr.Markdown(i18n("page.tagline"), elem_id="tagline", container=False)
            language = gr.Button(i18n("page.language"), size="sm", elem_id="language", scale=0, min_width=90)
        language.click(None, js="() => window.playground.switchLanguage()")
        with gr.Tabs(elem_id="tabs"):
            for name, tab in TABS:
                with gr.Tab(i18n(f"tabs.{name}"), id=name, elem_id=f"tab-{name}"):
                    gr.HTML(i18n(f"tabs.{name}"), html_template="<h2>${value}</h2>", elem_classes="unseen")
                    tab.build(i18n, runs) if name == "train" else tab.build(i18n)
        api.build(runs, matching)
    # the other texts reach the page by its own scripts, in one language
    return demo, gr.I18n(**{language: {key: found[key] for key in used} for language, found in tables.items()})


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
            *train_routes.routes(maps),
            *map_routes.routes(maps),
            *explore_routes.routes(maps),
            *reconstruct_routes.routes(maps),
            *match_routes.routes(maps, matching),
            *compare_routes.routes(maps),
            *learn_routes.routes(maps.runs),
        ]
    )


def launch(settings: Settings, **options: Any) -> None:
    """Start the workers and serve the page until it is interrupted."""
    options = {"server_port": free_port()} | options
    torch.set_num_threads(1)  # in this process alone: who asks has a thread, and many of one question wait for each other
    # a map may wait, while who asks a model looks at the page until it answers
    for_maps, for_models = Background(nice=15), Background(nice=5)
    runs = Runs(settings.runs.resolve(), Limits())
    finished = shipped.adopt(runs.root) if settings.examples else {}
    maps = Maps(runs, for_maps)
    matching = Matching(maps, for_models, settings.local_models)
    runner = LocalRunner(runs, settings.workers)
    demo, i18n = build(runs, matching)
    own = mount(maps, matching)
    middleware = [Middleware(Prefix, own), Middleware(head.Head, finished, keys())]
    demo.queue(max_size=200)
    # the page first: these would take the processor from it, and nobody trains or maps anything in the first second
    runner.start()
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
            _frontend=False,  # or it gives up where the first answer takes more than 3 s, as on a busy machine
            app_kwargs={"routes": [own], "middleware": middleware, "exception_handlers": api.HANDLERS}, **options,
        )  # fmt: skip
    finally:
        runner.close()
        matching.close()
        for_maps.close()
        for_models.close()
