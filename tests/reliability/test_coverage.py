"""No route is forgotten: each has right questions of its own, from which the corpus makes its bad ones."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import gradio as gr

import playground
from playground import api, ui
from playground.background import Background
from playground.maps.making import Maps
from playground.match.ask import Matching
from playground.runs.store import Runs
from tests.reliability import bad, corpus, right

READ = re.compile(r"""(?:\bq|query|query_params)\.get\(\s*"(\w+)\"""")


def test_each_route_has_a_right_question_and_bad_ones(tmp_path: Path) -> None:
    there = {f"{method} {path}" for method, path in bad.every(ui.mount(Maps(Runs(tmp_path))))}
    assert there == right.ROUTES.keys()
    asked = {case.said.split(" ")[0] + " " + case.said.split(" ")[1] for case in corpus.routes() if case.group != "page"}
    assert asked == there


def test_each_key_of_a_query_is_asked_badly() -> None:
    folder = Path(playground.__file__).parent
    read = {key for path in folder.rglob("*.py") for key in READ.findall(path.read_text(encoding="utf-8"))}
    asked = {key for every in right.ROUTES.values() for one in every for key in one.query}
    assert {"lang", "after", "word", "said"} <= read  # it finds them
    assert read - set(ui.PAGE_KEYS) <= asked


def test_each_function_of_the_api_is_asked_with_what_it_takes(tmp_path: Path) -> None:
    matching = Matching(Maps(Runs(tmp_path)), Background())
    with gr.Blocks() as demo:
        api.build(matching.maps.runs, matching)
    for one in demo.fns.values():
        assert one.fn
        needed = [
            key
            for key, taken in inspect.signature(one.fn).parameters.items()
            if taken.default is taken.empty and key != "request"
        ]
        assert set(needed) <= corpus.RIGHT.keys(), one.api_name
