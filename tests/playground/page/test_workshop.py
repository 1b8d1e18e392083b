"""The links of docs/workshop.md say what the page understands."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qsl

import gradio as gr
import pytest

from playground import ui
from playground.page.modules import ROOT
from playground.train.controls import Controls
from trainers.method import knobs_of, methods

TEXT = (Path(__file__).parents[3] / "docs/workshop.md").read_text(encoding="utf-8")
LINKS = re.findall(r"`(\?[^`]+)`", TEXT)
NAMED = {"method", "budget", "data", "seed", "knobs", "train", "language", "tabs", *dict(ui.TABS)}
NAMED |= {f"knob.{field.name}" for cls in methods().values() for field in knobs_of(cls.Config)}


@pytest.fixture(scope="module")
def controls() -> Controls:
    with gr.Blocks():
        return Controls(lambda key: key)


def test_there_are_links_for_both_lessons() -> None:
    assert len(LINKS) >= 10


@pytest.mark.parametrize("link", LINKS)
def test_a_link_is_understood(controls: Controls, link: str) -> None:
    said = dict(parse_qsl(link[1:], strict_parsing=True))
    known = {*ui.PAGE_KEYS, *(key for own in ui.keys().values() for key in own)}
    assert not {key for key in said if key not in known and not key.startswith("knob.")}
    assert {name for key in ("hide", "fix") for name in said.get(key, "").split(",") if name} <= NAMED
    assert said.get("tab", "train") in dict(ui.TABS) and len(said.get("note", "")) <= 500
    of_runs = ("data", "method", "seconds", "steps", "seed")
    _, wrong = controls.asked({key: value for key, value in said.items() if key in of_runs})
    assert wrong is None
    runs = [*said.get("runs", "").split(","), said.get("run", "")]
    assert all((ROOT.parent / "assets/runs" / run).is_dir() for run in runs if run)


def test_the_names_of_controls_are_those_of_the_page() -> None:
    """Of the scripts' own list."""
    script = (ROOT / "page/sharing.js").read_text("utf-8")
    places = re.search(r"PLACES = \{(.*?)\}", script)
    assert places and set(re.findall(r"(\w+): '#", places[1])) <= NAMED
