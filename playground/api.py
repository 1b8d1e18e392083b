"""The same without the page: named functions for gradio_client or curl."""

from __future__ import annotations

import base64
import binascii
import functools
import inspect
import logging
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_type_hints

import gradio as gr
from gradio.exceptions import InvalidPathError
from gradio.route_utils import FnIndexInferError
from gradio.utils import get_upload_folder
from python_multipart.exceptions import FormParserError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from playground.match.ask import Matching
from playground.match.models import SHIPPED
from playground.match.sets import PICTURES
from playground.page.http import SET_FILES, UPLOAD_BYTES
from playground.page.visitor import address
from playground.runs.store import Runs
from playground.texts import text
from trainers import record
from trainers.data import BUILT_IN, FOLDER
from trainers.data.files import MAX_FILE_BYTES, MIB, read
from trainers.errors import UserError, of_disk
from trainers.train import RunConfig

log = logging.getLogger(__name__)
KINDS: dict[Any, tuple[str, tuple[type, ...]]] = {  # of an argument: what JSON calls it, and what Python makes of that
    str: ("string", (str,)), bool: ("boolean", (bool,)), int: ("integer", (int,)), float: ("number", (int, float)),
    float | None: ("number", (int, float, type(None))),
}  # fmt: skip


class Blocks(gr.Blocks):
    """Gradio's, which tells what goes wrong in Python's words and its own, and with paths of this machine."""

    async def preprocess_data(self, block_fn: Any, *args: Any, **kwargs: Any) -> list[Any]:
        """What came, as a function takes it: too few arguments, or a path, are a sentence and no trace."""
        try:
            if block_fn.fn is None:  # of the page's own scripts, and nothing to ask here
                raise ValueError
            return await super().preprocess_data(block_fn, *args, **kwargs)
        except gr.Error as error:  # Gradio's sentence about a value that its control does not have
            error.print_exception = False
            raise
        except InvalidPathError as error:
            refused = UserError("A path of a machine is not read here: upload the file first.")
            raise gr.Error(str(refused), print_exception=False) from error
        except Exception as error:
            raise gr.Error(str(UserError("This question is not understood.")), print_exception=False) from error

    async def process_api(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The answer; what nobody thought of is one sentence, and its trace is in the log."""
        try:
            return await super().process_api(*args, **kwargs)
        except gr.Error:
            raise
        except Exception as error:
            log.exception("a function of the API failed")
            raise gr.Error(text("en", "toast.unexpected"), print_exception=False) from error


async def _unknown(request: Request, error: Exception) -> Response:
    """What to answer who asks for a function that there is none of, by its name or, as a page does, by its number."""
    asked = str(request.path_params.get("api_name", ""))
    if isinstance(error, KeyError) and error.args[0] != f"/{asked}" and type(error.args[0]) is not int:
        raise error
    refused = UserError("There is no function “{name}”: /gradio_api/info lists those there are.", name=asked[:40])
    return JSONResponse({"error": str(refused)}, status_code=404)


async def _no_form(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(UserError("This question is not understood."))}, status_code=400)


# of what Gradio's own routes raise, and would be a trace
HANDLERS = {FnIndexInferError: _unknown, KeyError: _unknown, FormParserError: _no_form}


def build(runs: Runs, matching: Matching) -> None:
    """Add /train, /state, /stop, /load, /match, /find, /texts, /zero_shot and /own_set to the app's API."""

    def train(
        request: gr.Request, method: str, dataset: str = "fashion-mnist", seconds: float = 30, seed: int = 0
    ) -> dict[str, str]:
        """Queue a run with a method's default knobs. Returns its id, and the secret that may stop it."""
        if dataset not in BUILT_IN:  # a path of this machine is nobody's business
            names = ", ".join(BUILT_IN)
            raise UserError("There is no data set “{name}”: choose one of {names}.", name=dataset[:40], names=names)
        secret = secrets.token_urlsafe(16)
        return {"run": runs.create(RunConfig(method, dataset, seconds, seed=seed), secret, address(request)), "secret": secret}

    def state(run: str) -> dict[str, Any]:
        """Where a run stands (queued, starting, running, finished, stopped, failed, interrupted) and its numbers."""
        found = {"state": runs.state(run).kind, **record.summary(runs.folder(run))}
        own = found["dataset"].startswith(FOLDER)  # a path of this machine is nobody's business
        return found | ({"dataset": FOLDER} if own else {})

    def stop(run: str, secret: str) -> str:
        """Stop a run; what it learned is kept."""
        runs.stop(run, secret)
        return run

    def load(request: gr.Request, model: str = SHIPPED) -> dict[str, Any]:
        """Load a model, from the network where it has to be, and say what it is: its size, dimensions, parameters, scale."""
        return matching.wait("load", {"model": model, "who": _somebody()}, address=address(request))["about"]

    def match(
        request: gr.Request,
        pictures: list[Any],
        labels: list[str],
        model: str = SHIPPED,
        template: str = "none",
        scale: float | None = None,
        neutral: bool = False,
    ) -> dict[str, Any]:
        """Compare pictures with labels: cosines, and the softmax over labels (to_text) and over pictures (to_image).

        pictures: files, base64, "data:" addresses, or {"set", "index"}. labels: a list, or one text of lines; those that differ
        in case or spaces alone count once: "texts" of the answer are its columns. model: the shipped one, "run:ID", a name of
        open_clip, "hf-hub:…". template: none, one, ensemble. scale: 1/temperature, the model's own where it is left out.
        """
        given, texts = _listed(pictures), _lines(labels)
        if not 1 <= len(given) <= PICTURES:  # before they are kept
            raise UserError("Choose from 1 to {most} pictures.", most=PICTURES)
        asked = {"texts": texts, "model": model, "template": template, "scale": scale, "neutral": neutral, "who": _somebody()}
        return matching.wait(
            "match",
            asked | {"pictures": [_picture(matching, one, i) for i, one in enumerate(given, 1)]},
            address=address(request),
        )

    def find(
        request: gr.Request,
        words: str = "",
        picture: Any = None,
        dataset: str = "emoji",
        model: str = SHIPPED,
        template: str = "none",
        count: int = 12,
    ) -> dict[str, Any]:
        """The pictures of a data set, a built-in one or one of /own_set, that are nearest to words, or to a picture."""
        asked: dict[str, Any] = {"set": dataset, "model": model, "template": template, "count": count, "who": _somebody()}
        if picture:
            return matching.wait("find", asked | {"picture": _picture(matching, picture)}, address=address(request))
        return matching.wait("find", asked | {"text": words}, address=address(request))

    def texts(
        request: gr.Request,
        picture: Any,
        labels: list[str] | None = None,
        dataset: str = "emoji",
        language: str = "en",
        model: str = SHIPPED,
        template: str = "none",
        count: int = 20,
    ) -> dict[str, Any]:
        """The texts that fit a picture best, with cosines and shares: of up to 2,000 labels, or of a data set's own words."""
        asked = {"set": dataset, "language": language, "model": model, "template": template, "count": count, "who": _somebody()}
        return matching.wait(
            "texts", asked | {"texts": _lines(labels), "picture": _picture(matching, picture)}, address=address(request)
        )

    def zero_shot(request: gr.Request, dataset: str = "emoji", model: str = SHIPPED, template: str = "none") -> dict[str, Any]:
        """Accuracy of a model on the classes of a data set, a built-in one or one of /own_set, that it was never taught.

        Beside it those of kNN and a linear probe.
        """
        return matching.wait(
            "test", {"set": dataset, "model": model, "template": template, "who": _somebody()}, address=address(request)
        )

    def own_set(files: list[Any]) -> dict[str, Any]:
        """Keep images, or a zip whose folders are classes, for two days. "id" of the answer is a dataset for the others."""
        given, found, room = _listed(files), list[tuple[str, bytes]](), UPLOAD_BYTES
        if len(given) > SET_FILES:
            raise UserError("These files did not come whole: choose at most {most} at once.", most=SET_FILES)
        for number, one in enumerate(given, 1):
            found.append(_file(one, number))
            if (room := room - len(found[-1][1])) < 0:
                raise UserError("These files are too large together: at most {limit} MB at once.", limit=UPLOAD_BYTES // MIB)
        kept = matching.own.keep_set(found, "en")
        return kept["set"] | {"skipped": kept["skipped"]}

    for function in (train, state, stop, load, match, find, texts, zero_shot, own_set):
        gr.api(_spoken(function), api_name=function.__name__)  # pyright: ignore[reportPrivateImportUsage]


def _spoken(function: Callable[..., Any]) -> Callable[..., Any]:
    signature, hints = inspect.signature(function), get_type_hints(function)

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            for name, value in signature.bind(*args, **kwargs).arguments.items():
                _check(name, value, hints[name])
            return function(*args, **kwargs)
        except (UserError, OSError) as error:
            if isinstance(told := of_disk(error) or error, UserError):
                raise gr.Error(str(told), print_exception=False) from error
            raise

    return wrapped


def _check(name: str, value: Any, hint: Any) -> None:
    """UserError where an argument is of another type than JSON's; lists, and what may be of several, are looked at later."""
    kind, types = KINDS.get(hint, ("", (object,)))
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types and object not in types):
        raise UserError("“{name}” must be of JSON's type {kind}.", name=name, kind=kind)


def _somebody() -> str:
    return secrets.token_urlsafe(8)


def _listed(given: Any) -> list[Any]:
    """One alone is a list of one."""
    return given if isinstance(given, list) else [] if given is None else [given]


def _lines(given: Any) -> Any:
    """A text is a list of its lines."""
    return given.splitlines() if isinstance(given, str) else given


def _picture(matching: Matching, given: Any, number: int = 1) -> Mapping[str, Any]:
    """A picture as `Matching` knows it, from what came over the API."""
    if isinstance(given, dict) and ("set" in given or "own" in given):
        return given
    found = matching.own.keep([_file(given, number)], "en")
    if not found["pictures"]:
        raise UserError("{reason}", reason=found["skipped"][0])
    return found["pictures"][0]


def _file(given: Any, number: int) -> tuple[str, bytes]:
    """The name and the content of a file that came over the API; a path only where Gradio has put an upload there."""
    name, no_file = f"picture {number}", "{name} must be a file that was uploaded, base64, or a picture of a data set."
    if isinstance(given, dict) and "path" in given:
        name = str(given.get("orig_name") or name).encode(errors="replace").decode()
        path = Path(str(given["path"]).replace("\0", "")).resolve()
        if not path.is_relative_to(Path(get_upload_folder()).resolve()) or not path.is_file():
            raise UserError(no_file, name=name)
        return name, read(path, name)  # which refuses what is too large
    text = given.partition(",")[2] if isinstance(given, str) and given.startswith("data:") else given
    if not isinstance(text, str) or not text:
        raise UserError(no_file, name=name)
    if len(text) > MAX_FILE_BYTES * 4 // 3 + 4:
        raise UserError("{file} is larger than {limit} MiB: make it smaller.", file=name, limit=MAX_FILE_BYTES // MIB)
    try:
        return name, base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise UserError(no_file, name=name) from error
