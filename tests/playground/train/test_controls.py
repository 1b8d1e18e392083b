"""The controls say what a method's Config says, and nothing that a browser sends gets past them unchecked."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from playground.texts import table
from playground.train.controls import OWN, STEPS, Controls, seconds
from playground.train.tab import run_of, secret_of
from trainers.data import BUILT_IN
from trainers.errors import UserError
from trainers.method import knobs_of, make_config, methods


@pytest.fixture(scope="module")
def controls() -> Controls:
    with gr.Blocks():
        return Controls(lambda key: key)


def values(controls: Controls, **changes: Any) -> dict[Any, Any]:
    found = {component: getattr(component, "value", None) for component in controls.inputs()}
    found[controls.upload] = None
    return found | {getattr(controls, name): value for name, value in changes.items()}


@pytest.mark.parametrize("name", list(methods()))
def test_every_knob_is_there_with_its_default_range_and_words(controls: Controls, name: str) -> None:
    knobs, fields = controls.knobs[name], knobs_of(methods()[name].Config)
    assert list(knobs) == [f.name for f in fields]
    for f in fields:
        component, m = knobs[f.name], f.metadata
        assert component.value == f.default and component.interactive
        assert component.label in table("en") and component.info in table("en")
        if "options" in m:
            assert [choice for _, choice in component.choices] == list(m["options"])
            assert all(word in table("en") for word, _ in component.choices)
        elif not isinstance(f.default, bool):
            assert (component.minimum, component.maximum) == (m["low"], m["high"])
            for end in (m["low"], m["high"], f.default):
                make_config(name, {f.name: end})
        if isinstance(component, gr.Slider):
            assert f.default == pytest.approx(m["low"] + round((f.default - m["low"]) / component.step) * component.step)
    assert controls.groups[name].visible == (name == controls.method.value)


@pytest.mark.parametrize("name", list(methods()))
def test_untouched_controls_are_the_methods_default(controls: Controls, name: str) -> None:
    config = controls.config(values(controls, method=name), Path)
    assert make_config(name, config.knobs) == methods()[name].Config()
    assert (config.dataset, config.seconds, config.seed) == (next(iter(BUILT_IN)), 30, 0)


@pytest.mark.parametrize(("longest", "offered"), [(600, [15, 30, 120, 600]), (120, [15, 30, 120]), (15, [15])])
def test_no_budget_is_offered_that_would_be_refused(longest: float, offered: list[int]) -> None:
    with gr.Blocks():
        own = Controls(lambda key: key, longest)
    assert [value for _, value in own.budget.choices] == [*offered, *STEPS] and own.budget.value == offered[:2][-1]
    assert (own.asked({"seconds": "600"})[1] is None) == (600 in offered)  # a link that asks for more says so


def test_choices_are_what_there_is(controls: Controls) -> None:
    assert [value for _, value in controls.data.choices] == [*BUILT_IN, OWN]
    assert [value for _, value in controls.method.choices] == list(methods())


def test_an_upload_is_kept_and_trained_on(controls: Controls) -> None:
    config = controls.config(values(controls, data=OWN, upload="/tmp/gradio/x/cats.zip"), lambda path: Path("/kept/cats.zip"))
    assert config.dataset == "folder:/kept/cats.zip"


@pytest.mark.parametrize(
    "changes",
    [
        {"data": "folder:/etc"}, {"data": "folder:"}, {"data": ["digits"]}, {"data": {"a": 1}}, {"data": None}, {"data": 3},
        {"data": OWN}, {"method": "nosuch"}, {"method": None}, {"method": ["simclr"]}, {"method": "../simclr"},
        {"budget": "long"}, {"budget": [30]}, {"budget": None}, {"budget": math.nan}, {"budget": math.inf}, {"budget": -1},
        {"budget": 10**400},
        {"seed": "x"}, {"seed": [0, 1]}, {"seed": math.nan}, {"seed": math.inf}, {"seed": 2**40}, {"seed": {"a": 1}},
    ],
)  # fmt: skip
def test_hostile_values_are_a_users_error(controls: Controls, changes: dict[str, Any]) -> None:
    with pytest.raises(UserError):
        controls.config(values(controls, **changes), Path)


@pytest.mark.parametrize("name", list(methods()))
@pytest.mark.parametrize("value", [None, "", "x", [], {}, -1, 1e9, math.nan, math.inf, 10**400], ids=repr)
def test_hostile_knobs_are_a_users_error(controls: Controls, name: str, value: Any) -> None:
    for component in controls.knobs[name].values():
        with pytest.raises(UserError):
            controls.config(values(controls, method=name) | {component: value}, Path)


def test_a_budget_is_a_number() -> None:
    assert seconds("30") == seconds(30) == 30.0


def test_whose_a_run_is_the_browser_says() -> None:
    shown = {"run": "x", "owner": "0123456789abcdef0123456789abcdef"}
    assert secret_of(shown) == shown["owner"] and run_of(shown) == "x"
    for owner in (None, "", "short", "x" * 101, 12345678901234567, ["x"] * 20, {"x": 1}):
        with pytest.raises(UserError, match="reload the page"):
            secret_of(shown | {"owner": owner})
    for nothing in (None, "x", [], {}, {"run": ""}):
        with pytest.raises(UserError):
            secret_of(nothing)
        with pytest.raises(UserError, match="press Train first"):
            run_of(nothing)
