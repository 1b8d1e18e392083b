"""Train: the run that is shown, live, and what the buttons beside it do."""

from __future__ import annotations

import functools
import hashlib
import logging
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from playground.controls import Controls
from playground.runs import UPLOADS, Runs
from playground.texts import text, told
from trainers import record
from trainers.errors import UserError
from trainers.train import RunConfig

log = logging.getLogger(__name__)
PANEL = "<div class='live' role='region' aria-live='off'></div>"
# Gradio may draw before the page's deferred scripts have run
WHEN_READY = (
    "(function go() { window.playground ? window.playground.live(element, props, watch) : setTimeout(go, 20) })()"
)


def build(i18n: Any, controls: Controls, runs: Runs) -> None:
    """The live panel, and the events of Train, Stop and Continue."""
    owner = gr.BrowserState("", storage_key="playground-owner", secret="playground")
    live = gr.HTML(
        value={"run": ""}, html_template=PANEL, js_on_load=WHEN_READY,
        apply_default_css=False, elem_id="live",
    )  # fmt: skip
    quiet = {"show_progress": "hidden", "queue": False, "api_visibility": "private"}

    @heard
    def train(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        secret = values[owner] or secrets.token_urlsafe(16)
        config = controls.config(values, lambda path: keep(Path(path), runs.root / UPLOADS))
        return {live: {"run": runs.create(config, secret)}, owner: secret}

    @heard
    def stop(shown: Any, secret: str, request: gr.Request) -> None:
        runs.stop(run_of(shown), secret)

    @heard
    def go_on(shown: Any, secret: str, budget: Any, request: gr.Request) -> None:
        runs.go_on(run_of(shown), secret, float(budget))

    controls.train.click(train, {owner, *controls.inputs()}, {live, owner}, **quiet)
    controls.stop.click(stop, [live, owner], None, **quiet)
    controls.go_on.click(go_on, [live, owner, controls.budget], None, **quiet).success(
        None, js="() => window.playground.wake()", **quiet
    )

    def start(method: str, dataset: str = "fashion-mnist", seconds: float = 30, seed: int = 0) -> dict[str, str]:
        """Queue a run with a method's default knobs. Returns its id, and the secret that may stop it."""
        secret = secrets.token_urlsafe(16)
        return {"run": runs.create(RunConfig(method, _built_in(dataset), seconds, seed=seed), secret), "secret": secret}

    def state(run: str) -> dict[str, Any]:
        """Where a run stands (queued, starting, running, finished, stopped, failed, interrupted) and its numbers so far."""
        return {"state": runs.state(run).kind, **record.summary(runs.folder(run))}

    def end(run: str, secret: str) -> str:
        """Stop a run; what it learned is kept."""
        runs.stop(run, secret)
        return run

    for name, function in (("train", start), ("state", state), ("stop", end)):
        gr.api(_spoken(function), api_name=name)


def run_of(shown: Any) -> str:
    """The run that the page shows; UserError where it shows none."""
    run = shown.get("run") if isinstance(shown, dict) else None
    if not isinstance(run, str) or not run:
        raise UserError("There is no run called {name}.", name="–")
    return run


def keep(upload: Path, folder: Path) -> Path:
    """Copy an upload to where a run finds it later, named by its content; returns the path."""
    with upload.open("rb") as file:
        target = folder / hashlib.file_digest(file, "sha256").hexdigest()[:20] / upload.name
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(upload, target)
    return target


def heard(handler: Callable[..., Any]) -> Callable[..., Any]:
    """A handler whose errors become one sentence in the reader's language, as a toast; a trace goes to the log."""

    @functools.wraps(handler)
    def wrapped(*args: Any) -> Any:
        language = "zh" if args[-1].headers.get("accept-language", "").lower().startswith("zh") else "en"
        language = args[-1].cookies.get("playground-lang", language)
        try:
            return handler(*args)
        except UserError as error:
            raise gr.Error(told(language, error), print_exception=False, title="") from error
        except Exception as error:
            log.exception("%s failed", handler.__name__)
            raise gr.Error(text(language, "toast.unexpected"), print_exception=False, title="") from error

    return wrapped


def _spoken(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except UserError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return wrapped


def _built_in(dataset: str) -> str:
    from trainers.data import BUILT_IN

    if dataset not in BUILT_IN:  # a path of this machine is nobody's business
        raise UserError("There is no data set “{name}”: choose one of {names}, or folder:PATH for your own images.",
                        name=dataset, names=", ".join(BUILT_IN))  # fmt: skip
    return dataset
