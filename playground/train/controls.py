"""What a person sets: data, method, budget, seed and the method's knobs, each knob made from its field in the Config."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

import gradio as gr

from playground.page.uploads import CLOSED
from trainers.data import BUILT_IN, FOLDER
from trainers.errors import UserError
from trainers.method import knobs_of, make_config, methods
from trainers.train import RunConfig

BUDGETS = (15, 30, 120, 600)  # seconds
STEPS = ("400 steps", "1000 steps", "4000 steps")  # the same run on every machine
OWN = "own"
FIRST = "simclr"


class Controls:
    """The column of controls. `config` turns what was set into a run's config; `asked` and `of` go the other way.

    longest: seconds that one click may ask for. uploads: whether a person's own images may be brought.
    """

    def __init__(self, i18n: Any, longest: float = BUDGETS[-1], uploads: bool = True) -> None:
        self.budgets = [one for one in BUDGETS if one <= longest]
        names = self.datasets = [*BUILT_IN, *([OWN] if uploads else [])]
        self.method = gr.Radio(
            [(i18n(f"cards.{name}.title"), name) for name in methods()], value=FIRST,
            label=i18n("controls.method"), interactive=True, elem_id="method",
        )  # fmt: skip
        with gr.Row(elem_id="act"):  # on a phone a bar at the foot of the screen
            self.train = gr.Button(i18n("controls.train"), variant="primary", size="lg", elem_id="train", min_width=80)
            self.stop = gr.Button(i18n("controls.stop"), variant="stop", size="lg", elem_id="stop", min_width=80)
            self.go_on = gr.Button(i18n("controls.go_on"), size="lg", elem_id="go-on", min_width=80)
        self.budget = gr.Radio(
            [(i18n(f"controls.budget_{b}".replace(" ", "_")), b) for b in (*self.budgets, *STEPS)], value=self.budgets[:2][-1],
            label=i18n("controls.budget"), interactive=True, elem_id="budget",
        )  # fmt: skip
        self.data = gr.Dropdown(
            [(i18n(f"controls.{OWN}" if n == OWN else f"data.{n}"), n) for n in names], value=names[0],
            label=i18n("controls.data"), interactive=True, elem_id="data",
        )  # fmt: skip
        self.upload = gr.File(label=i18n("controls.upload"), file_types=[".zip"], visible=False, elem_id="upload", height=110)
        self.understood = gr.HTML(visible=False, elem_id="understood", apply_default_css=False)
        self.groups: dict[str, gr.Column] = {}
        self.knobs: dict[str, dict[str, Any]] = {}
        with gr.Accordion(i18n("controls.knobs"), open=False, elem_id="knobs"):
            self.seed = gr.Number(
                0, label=i18n("controls.seed"), info=i18n("controls.seed_help"), precision=0, interactive=True, elem_id="seed"
            )  # fmt: skip
            for name, cls in methods().items():
                with gr.Column(visible=name == FIRST, elem_classes="knobs") as self.groups[name]:
                    self.knobs[name] = {f.name: knob(f, name, i18n) for f in knobs_of(cls.Config)}
        self.method.change(
            lambda chosen: [gr.update(visible=name == chosen) for name in self.groups], self.method,
            list(self.groups.values()), show_progress="hidden", queue=False, api_visibility="private",
        )  # fmt: skip
        self.data.change(
            lambda chosen: gr.update(visible=chosen == OWN), self.data, self.upload,
            show_progress="hidden", queue=False, api_visibility="private",
        )  # fmt: skip

    def inputs(self) -> list[Any]:
        """Every component whose value a run depends on."""
        knobs = [component for group in self.knobs.values() for component in group.values()]
        return [self.data, self.upload, self.method, self.budget, self.seed, *knobs]

    def shown(self) -> list[Any]:
        """Those that the page's address tells of: all but an upload."""
        return [component for component in self.inputs() if component is not self.upload]

    def known(self) -> list[tuple[str, Any]]:
        """What the address calls each of `shown`, and its default: "data", "method", "seconds", "seed", "METHOD.KNOB".

        A budget in steps, "400 steps", is in it as steps=400.

        Of knobs it tells those of the chosen method, as "knob.KNOB".
        """
        knobs = [(f"{method}.{name}", one.value) for method, group in self.knobs.items() for name, one in group.items()]
        first = (("data", self.data), ("method", self.method), ("seconds", self.budget), ("seed", self.seed))
        return [*((name, one.value) for name, one in first), *knobs]

    def changed(self, js: str) -> None:
        """Call a function of the page with the values of `shown` whenever one of them has changed."""
        gr.on([one.change for one in self.shown()], None, self.shown(), None, js=js, api_visibility="private")

    def asked(self, given: Mapping[str, str]) -> tuple[dict[Any, Any], UserError | None]:
        """Components and their values from an address: its words under the names of `known`, a knob as "knob.NAME".

        What is wrong in it is left as it is by default, and the first such thing is said.
        """
        wrong: list[UserError] = []

        def choice(key: str, offered: Sequence[Any]) -> Any:
            if key not in given:
                return None
            found = next((one for one in offered if str(one) == given[key]), None)
            if found is None:
                wrong.append(UserError(NOT_OFFERED, key=key, value=given[key][:40]))
            return found

        method = choice("method", list(self.knobs)) or FIRST
        try:
            config = make_config(method, {key.removeprefix("knob."): v for key, v in given.items() if key.startswith("knob.")})
        except UserError as error:
            wrong.append(error)
            config = make_config(method, {})
        found = {self.method: method} | {one: getattr(config, name) for name, one in self.knobs[method].items()}
        found |= {self.data: choice("data", self.datasets), self.budget: choice("seconds", self.budgets)}
        if "steps" in given:
            found[self.budget] = choice("steps", [one.removesuffix(" steps") for one in STEPS])
            found[self.budget] = found[self.budget] and f"{found[self.budget]} steps"
        if "seed" in given:
            if re.fullmatch(r"-?[0-9]{1,10}", given["seed"]) and -(2**31) <= int(given["seed"]) < 2**31:
                found[self.seed] = int(given["seed"])
            else:
                wrong.append(UserError("The seed must be a whole number of at most 31 bits."))
        return {one: value for one, value in found.items() if value is not None}, wrong[0] if wrong else None

    def of(self, config: RunConfig) -> dict[Any, Any]:
        """Components and their values from a run's config; a person's own images have to be uploaded again."""
        data = config.dataset if config.dataset in BUILT_IN else OWN
        given = {"method": config.method, "seed": str(config.seed), "data": data}
        given |= {f"knob.{name}": str(value) for name, value in config.knobs.items()}
        if config.seconds in self.budgets:  # a sweep's, or one that was gone on with, may be any other
            given["seconds"] = f"{config.seconds:g}"
        if f"{config.steps} steps" in STEPS:
            given["steps"] = f"{config.steps}"
        return self.asked(given)[0]

    def config(self, values: dict[Any, Any], keep: Any) -> RunConfig:
        """A run's config from the components' values, none of which is trusted; keep(path) puts an upload somewhere lasting."""
        dataset, method = values[self.data], values[self.method]
        if dataset == OWN:
            if OWN not in self.datasets:
                raise UserError(CLOSED)
            if not values[self.upload]:
                raise UserError(NO_UPLOAD)
            dataset = FOLDER + str(keep(values[self.upload]))
        elif not isinstance(dataset, str) or dataset not in BUILT_IN:  # never a path of this machine from a browser
            raise UserError(NO_UPLOAD)
        if not isinstance(method, str):
            raise UserError(NO_METHOD)
        try:
            seed = int(values[self.seed] or 0)
        except (TypeError, ValueError, OverflowError):
            raise UserError("The seed must be a whole number of at most 31 bits.") from None
        knobs = {name: values[component] for name, component in self.knobs.get(method, {}).items()}
        return RunConfig(method, dataset, **budget(values[self.budget]), seed=seed, knobs=knobs)


NOT_OFFERED = "This link asks for {key} = {value}, which is not offered here: the rest of it is set."
NO_METHOD = "Choose a method from the list."
NO_UPLOAD = "Choose a data set from the list, or upload a zip of your own images."


def budget(chosen: Any) -> dict[str, Any]:
    """The "steps" or "seconds" of a RunConfig, from a budget as it came from a browser; UserError where it is neither."""
    found = re.fullmatch(r"([0-9]{1,9}) steps", chosen) if isinstance(chosen, str) else None
    return {"steps": int(found[1])} if found else {"seconds": seconds(chosen)}


def seconds(budget: Any) -> float:
    """A time budget as it came from a browser; UserError where it is no number."""
    try:
        return float(budget)
    except (TypeError, ValueError, OverflowError):
        raise UserError("The time budget must be more than 0 seconds and at most a day.") from None


def knob(f: dataclasses.Field[Any], method: str, i18n: Any) -> Any:
    """The component for one knob: a dropdown for words, a checkbox for a switch, a slider or a number field for numbers."""
    m, default = f.metadata, cast(Any, f.default)
    both = {"label": i18n(f"knobs.{method}.{f.name}.label"), "info": i18n(f"knobs.{method}.{f.name}.help"), "interactive": True,
            "elem_id": f"knob-{method}-{f.name}"}  # fmt: skip
    if "options" in m:
        both["visible"] = len(m["options"]) > 1
        return gr.Dropdown([(i18n(f"options.{word}"), word) for word in m["options"]], value=default, **both)
    if isinstance(default, bool):
        return gr.Checkbox(default, **both)
    if m["low"] > 0 and m["high"] / m["low"] > 1000:  # a slider would hide four orders of magnitude
        return gr.Number(default, minimum=m["low"], maximum=m["high"], step=m["step"], **both)
    step = m["step"] or (1 if isinstance(default, int) else 0.01)
    return gr.Slider(m["low"], m["high"], value=default, step=step, **both)
