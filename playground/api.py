"""The same without the page: named functions for gradio_client or curl."""

from __future__ import annotations

import base64
import binascii
import functools
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from playground.matching import SHIPPED, Matching
from playground.runs import Runs
from trainers import record
from trainers.data import BUILT_IN, FOLDER
from trainers.errors import UserError
from trainers.train import RunConfig


def build(runs: Runs, matching: Matching) -> None:
    """Add /train, /state, /stop, /match, /find and /zero_shot to the app's API."""

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
        found = {"state": runs.state(run).kind, **record.summary(runs.folder(run))}
        own = found["dataset"].startswith(FOLDER)  # a path of this machine is nobody's business
        return found | ({"dataset": FOLDER} if own else {})

    def stop(run: str, secret: str) -> str:
        """Stop a run; what it learned is kept."""
        runs.stop(run, secret)
        return run

    def match(
        pictures: list[Any],
        labels: list[str],
        model: str = SHIPPED,
        template: str = "none",
        scale: float | None = None,
        neutral: bool = False,
    ) -> dict[str, Any]:
        """Compare pictures with labels: cosines, and the softmax over labels (to_text) and over pictures (to_image).

        pictures: files, base64, "data:" addresses, or {"set", "index"}. model: the shipped one, "run:ID", a name of open_clip,
        "hf-hub:…". template: none, one, ensemble. scale: 1/temperature, the model's own where it is left out.
        """
        asked = {"texts": labels, "model": model, "template": template, "scale": scale, "neutral": neutral, "who": _somebody()}
        return matching.wait("match", asked | {"pictures": [_picture(matching, one) for one in pictures]})

    def find(
        words: str = "",
        picture: Any = None,
        dataset: str = "emoji",
        model: str = SHIPPED,
        template: str = "none",
        count: int = 12,
    ) -> dict[str, Any]:
        """The pictures of a data set that are nearest to words, or to a picture, with their cosines."""
        asked: dict[str, Any] = {"set": dataset, "model": model, "template": template, "count": count, "who": _somebody()}
        if picture:
            return matching.wait("find", asked | {"picture": _picture(matching, picture)})
        return matching.wait("find", asked | {"text": words})

    def zero_shot(dataset: str = "emoji", model: str = SHIPPED, template: str = "none") -> dict[str, Any]:
        """Accuracy of a model on the classes of a data set that it was never taught, beside kNN and a linear probe."""
        return matching.wait("test", {"set": dataset, "model": model, "template": template, "who": _somebody()})

    for function in (train, state, stop, match, find, zero_shot):
        gr.api(_spoken(function), api_name=function.__name__)  # pyright: ignore[reportPrivateImportUsage]


def _spoken(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except UserError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return wrapped


def _somebody() -> str:
    return secrets.token_urlsafe(8)


def _picture(matching: Matching, given: Any) -> dict[str, Any]:
    """A picture as `Matching` knows it, from what came over the API; a path only where Gradio has put an upload there."""
    if isinstance(given, dict) and ("set" in given or "own" in given):
        return given
    if isinstance(given, dict) and "path" in given:
        path = Path(str(given["path"])).resolve()
        if not path.is_relative_to(Path(get_upload_folder()).resolve()) or not path.is_file():
            raise UserError("A picture must be a file that was uploaded, base64, or a picture of a data set.")
        content = path.read_bytes()
    else:
        text = str(given)
        try:
            content = base64.b64decode(text.partition(",")[2] if text.startswith("data:") else text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise UserError("A picture must be a file that was uploaded, base64, or a picture of a data set.") from error
    found = matching.keep([("?", content)], "en")
    if not found["pictures"]:
        raise UserError("{reason}", reason=found["skipped"][0])
    return found["pictures"][0]
