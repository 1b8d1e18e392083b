"""Train: the run that is shown, live, and what the buttons beside it do."""

from __future__ import annotations

import html
import json
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from playground import reading
from playground.page.modules import opens
from playground.page.visitor import address
from playground.runs.brought import Brought
from playground.runs.pace import LARGE
from playground.runs.store import Runs
from playground.texts import language_of, text, told
from playground.train.controls import OWN, Controls, budget
from trainers import record
from trainers.data.folder import describe
from trainers.errors import UserError, of_disk
from trainers.evaluate import judging

log = logging.getLogger(__name__)
PANEL = "<div class='live' role='region' aria-live='off'></div>"
KEYS = ("view", "without")  # of the address: what this tab says of its own view
TOAST = "<div class='toast' role='alert' hidden></div>"
# the run that the page shows, which may have come from its address, and the browser's secret; the other inputs as they are
SHOWN = "(shown, ...rest) => [window.playground.shown(), ...rest]"


def build(i18n: Any, runs: Runs, uploads: bool = True) -> None:
    """The controls and the live panel, the events of Train, Stop and Continue, and the controls in the page's address.

    uploads: whether a person's own images may be brought.
    """
    with gr.Row(elem_id="body"):
        with gr.Column(scale=1, min_width=280, elem_id="controls"):
            controls = Controls(i18n, runs.limits.longest, uploads)
        with gr.Column(scale=4, min_width=320, elem_id="main"):
            live = drawn("live", PANEL, "train/train.js", run="")
    # Gradio's own errors lay themselves over the outputs, which here is a run that is well
    toast = drawn("toast", TOAST, "train/toast.js", text="")
    brought = Brought(runs.root)
    wanted = gr.HTML(html_template="", visible="hidden", apply_default_css=False)  # what the controls are to be set to
    quiet: dict[str, Any] = {"show_progress": "hidden", "queue": False, "api_visibility": "private"}

    def say(sentence: str) -> dict[Any, Any]:
        return {toast: {"text": sentence, "at": time.time()}}

    def heard(handler: Callable[..., dict[Any, Any]]) -> Callable[..., dict[Any, Any]]:
        """A handler that is told where a click comes from; its errors become one sentence in the reader's language.

        A trace goes to the log.
        """

        def wrapped(request: gr.Request, *args: Any) -> dict[Any, Any]:
            try:
                return handler(address(request), *args)
            except UserError as error:
                said = told(language(request), error)
            except Exception as error:
                lost = of_disk(error)
                log.error("%s: %s", handler.__name__, error) if lost else log.exception("%s failed", handler.__name__)
                said = told(language(request), lost) if lost else text(language(request), "toast.unexpected")
            return say(said)

        return wrapped

    @heard
    def train_clicked(address: str, shown: Any, *values: Any) -> dict[Any, Any]:
        given = dict(zip(controls.inputs(), values, strict=True))
        owner = secret_of(shown)

        def kept(path: str) -> Path:
            found = runs.upload(Path(path))
            brought.note(owner, found.parent.name, path)
            return found

        return {live: {"run": runs.create(controls.config(given, kept), owner, address)}}

    @heard
    def stop_clicked(address: str, shown: Any) -> dict[Any, Any]:
        runs.stop(run_of(shown), secret_of(shown))
        return {live: {"run": run_of(shown), "at": time.time()}}

    @heard
    def go_on_clicked(address: str, shown: Any, chosen: Any) -> dict[Any, Any]:
        runs.go_on(run_of(shown), secret_of(shown), address=address, **budget(chosen))
        return {live: {"run": run_of(shown), "at": time.time()}}

    def restored(request: gr.Request, asked: Any, *values: Any) -> dict[Any, Any]:
        given = {str(key): str(value) for key, value in asked.items()} if isinstance(asked, dict) else {}
        wrong = None
        try:
            if run := given.get("run"):
                found = controls.of(record.read_config(runs.folder(run)))
            else:
                found, wrong = controls.asked(given)
        except Exception as error:  # gone, or of another version: the panel says so
            log.warning("no controls from %s", given, exc_info=not isinstance(error, UserError))
            found = {}
        shown = {wanted: {"values": [found.get(one) for one in controls.shown()], "before": values}}
        return shown | (say(told(language(request), wrong)) if wrong else {toast: gr.skip()})

    def understood(request: gr.Request, shown: Any, data: Any, path: Any) -> Any:
        """What to know of the chosen images before anything is trained on them: how an upload will be read, what takes long."""
        notes: list[UserError] = []
        count = LARGE.get(data, 0) if isinstance(data, str) else 0
        if data == OWN and path:
            try:
                try:
                    brought.note_copy(secret_of(shown), str(path))  # to be deleted with all else that this browser brought
                except OSError as error:  # a full disk: then it goes after a day
                    log.warning("an upload is not noted: %s", error)
                with reading.upload():
                    count, read = describe(path, reading.tiles)
                notes += read
            except UserError as error:  # where this machine keeps it is nobody's business
                named = {key: Path(str(path)).name if value == str(path) else value for key, value in error.values.items()}
                notes.append(UserError(error.sentence, **named))
        notes += [long] if (long := judging(count)) else []
        said = " ".join(html.escape(told(language(request), note)) for note in notes)
        return gr.update(value=said, visible=bool(said))

    chosen = [controls.data, controls.upload]
    gr.on([one.change for one in chosen], understood, [live, *chosen], controls.understood, js=SHOWN, **quiet)
    # what a person sets is in the page's address; the address, and a run that another part of the page shows, set it
    tell = f"(...values) => window.playground.controls({json.dumps(controls.known())}, values)"
    controls.changed(tell)
    asked = "(shown, ...values) => [window.playground.asked(), ...values]"
    restoring = live.submit(restored, [live, *controls.shown()], [wanted, toast], js=asked, trigger_mode="always_last", **quiet)
    # what somebody has set since the question stays; where nothing could be set, the address says so at once
    merging = restoring.then(
        None, [wanted, *controls.shown()], controls.shown(), js="window.playground.restored", api_visibility="private"
    )
    merging.then(None, controls.shown(), None, js=tell, api_visibility="private")
    controls.train.click(train_clicked, [live, *controls.inputs()], [live, toast], js=SHOWN, **quiet)
    controls.stop.click(stop_clicked, [live], [live, toast], js=SHOWN, **quiet)
    controls.go_on.click(go_on_clicked, [live, controls.budget], [live, toast], js=SHOWN, **quiet)


def drawn(part: str, template: str, module: str, **value: str) -> gr.HTML:
    """A part of the page that a script draws, and that a handler gives a value."""
    return gr.HTML(value, html_template=template, js_on_load=opens(module), apply_default_css=False, elem_id=part)


def language(request: gr.Request) -> str:
    """What the page is read in: as its address says, which Gradio hands on, else its cookie, else the browser."""
    asked = request.query_params.get("lang") or request.cookies.get("playground-lang")
    return language_of(asked or request.headers.get("accept-language", ""))


def run_of(shown: Any) -> str:
    """The run that the page shows; UserError where it shows none."""
    run = shown.get("run") if isinstance(shown, dict) else None
    if not isinstance(run, str) or not run:
        raise UserError("No run is shown: press Train first.")
    return run


def secret_of(shown: Any) -> str:
    """The browser's secret, by which its runs are its own."""
    secret = shown.get("owner") if isinstance(shown, dict) else None
    if not isinstance(secret, str) or not 16 <= len(secret) <= 100:
        raise UserError("This browser keeps no secret for its runs: reload the page.")
    return secret
