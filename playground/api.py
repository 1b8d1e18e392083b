"""The same without the page: three named functions for gradio_client or curl."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable
from typing import Any

import gradio as gr

from playground.runs import Runs
from trainers import record
from trainers.data import BUILT_IN
from trainers.errors import UserError
from trainers.train import RunConfig


def build(runs: Runs) -> None:
    """Add /train, /state and /stop to the app's API."""

    def train(method: str, dataset: str = "fashion-mnist", seconds: float = 30, seed: int = 0) -> dict[str, str]:
        """Queue a run with a method's default knobs. Returns its id, and the secret that may stop it."""
        if dataset not in BUILT_IN:  # a path of this machine is nobody's business
            raise UserError(
                "There is no data set “{name}”: choose one of {names}, or folder:PATH for your own images.",
                name=dataset, names=", ".join(BUILT_IN),
            )  # fmt: skip
        secret = secrets.token_urlsafe(16)
        return {"run": runs.create(RunConfig(method, dataset, seconds, seed=seed), secret), "secret": secret}

    def state(run: str) -> dict[str, Any]:
        """Where a run stands (queued, starting, running, finished, stopped, failed, interrupted) and its numbers."""
        return {"state": runs.state(run).kind, **record.summary(runs.folder(run))}

    def stop(run: str, secret: str) -> str:
        """Stop a run; what it learned is kept."""
        runs.stop(run, secret)
        return run

    for function in (train, state, stop):
        gr.api(_spoken(function), api_name=function.__name__)  # pyright: ignore[reportPrivateImportUsage]


def _spoken(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except UserError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return wrapped
