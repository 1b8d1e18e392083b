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
from string import Template
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
from playground.page.http import secret as checked
from playground.page.visitor import address
from playground.runs.store import Limits, Runs
from playground.texts import language_of, text, told
from trainers import record
from trainers.data import BUILT_IN, DEFAULT, FOLDER
from trainers.data.files import MAX_FILE_BYTES, MIB, read
from trainers.errors import UserError, of_disk
from trainers.method import methods
from trainers.train import RunConfig

log = logging.getLogger(__name__)
LOOK = 0.02  # seconds between two looks of the queue
AT_ONCE = 6  # questions of one function that are answered
KINDS: dict[Any, tuple[str, tuple[type, ...]]] = {  # of an argument: what JSON calls it, and what Python makes of that
    str: ("string", (str,)), bool: ("boolean", (bool,)), int: ("integer", (int,)), float: ("number", (int, float)),
    float | None: ("number", (int, float, type(None))), int | None: ("integer", (int, type(None))),
    str | None: ("string", (str, type(None))),
}  # fmt: skip


class Blocks(gr.Blocks):
    """Gradio's, which tells what goes wrong in Python's words and its own, and with paths of this machine."""

    def queue(self, *args: Any, limits: Limits | None = None, **kwargs: Any) -> Any:
        """Gradio's queue, in which nobody takes all places: of one network address so many may wait. It would look for a click
        a thousand times a second, 8% of a core where nobody clicks.
        """
        most = limits or Limits()
        found = super().queue(*args, **kwargs)
        queue, push = self._queue, self._queue.push

        async def shared(body: Any, request: Any, username: str | None) -> Any:
            waiting = [one.request for each in queue.event_queue_per_concurrency_id.values() for one in each.queue]
            try:
                most.admit(sum(address(other) == address(request) for other in waiting))
            except UserError as refused:
                return False, str(refused), "queue_full"
            return await push(body, request, username)

        queue.push = shared
        queue.sleep_when_free = queue.progress_update_sleep_when_free = LOOK
        return found

    async def preprocess_data(self, block_fn: Any, given: list[Any], *args: Any, **kwargs: Any) -> list[Any]:
        """What came, as a function takes it: too few arguments, or a path, are a sentence and no trace."""
        try:
            if block_fn.fn is None:  # of the page's own scripts, and nothing to ask here
                raise ValueError
            return await super().preprocess_data(block_fn, _whole(block_fn.fn, given), *args, **kwargs)
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


def _whole(function: Callable[..., Any], given: list[Any]) -> list[Any]:
    """The arguments of a function, those that were left out at the end by default: what asked yesterday still may."""
    if (function := inspect.unwrap(function)).__module__ != __name__:
        return given
    wanted = [one for one in inspect.signature(function).parameters.values() if one.name != "request"][len(given) :]
    return given if any(one.default is one.empty for one in wanted) else [*given, *(one.default for one in wanted)]


async def _unknown(request: Request, error: Exception) -> Response:
    """What to answer who asks for a function that there is none of, by its name or, as a page does, by its number."""
    asked = str(request.path_params.get("api_name", ""))
    if isinstance(error, KeyError) and error.args[0] != f"/{asked}" and type(error.args[0]) is not int:
        raise error
    refused = UserError("There is no function “{name}”: /gradio_api/info lists those there are.", name=asked[:40])
    return JSONResponse({"error": str(refused)}, status_code=404)


async def _no_form(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(UserError("This question is not understood."))}, status_code=400)


async def _no_disk(request: Request, error: Exception) -> Response:
    """What to answer where Gradio's own upload meets a full disk."""
    lost = of_disk(error)
    if lost is None:
        raise error
    log.error("%s: %s", request.url.path, error)
    said = told(language_of(request.query_params.get("lang") or request.headers.get("accept-language", "")), lost)
    return JSONResponse({"error": said, "detail": said}, status_code=507)


# of what Gradio's own routes raise, and would be a trace
HANDLERS = {FnIndexInferError: _unknown, KeyError: _unknown, FormParserError: _no_form, OSError: _no_disk}


def build(runs: Runs, matching: Matching) -> None:
    """Add /train, /state, /stop, /load, /match, /find, /texts, /zero_shot and /own_set to the app's API."""

    def train(
        request: gr.Request,
        method: str,
        dataset: str = DEFAULT,
        seconds: float = 30,
        seed: int = 0,
        steps: int | None = None,
        secret: str | None = None,
    ) -> dict[str, str]:
        """Train a network without labels: queue a run with a method's default knobs. Ask /state for its progress and results.

        Args:
            method: one of $methods.
            dataset: one of $datasets.
            seconds: how long to train; 30 is enough to see something.
            seed: starting point of all random choices; the same seed, the same start.
            steps: how many steps to train, in place of seconds: the same run on every machine.
            secret: 16 to 100 letters, one for all your runs; who gives none is one person with all others of their address.

        Returns:
            "run", its id, and "secret", by which /stop knows that it is yours: the one that was given, or a new one.
        """
        if dataset not in BUILT_IN:  # a path of this machine is nobody's business
            names = ", ".join(BUILT_IN)
            raise UserError("There is no data set “{name}”: choose one of {names}.", name=dataset[:40], names=names)
        # by a secret that is new with each run nobody would ever have more than one
        owner, person = (
            (secrets.token_urlsafe(16), _whoever(runs, request)) if secret is None else (checked({"secret": secret}), "")
        )
        config = RunConfig(method, dataset, seconds if steps is None else None, steps, seed)
        return {"run": runs.create(config, owner, address(request), person), "secret": owner}

    def state(run: str) -> dict[str, Any]:
        """Where a run stands, and its numbers: loss, kNN accuracy and the like, beside those of raw pixels where it has ended.

        Args:
            run: the id that /train gave.

        Returns:
            "state" is queued, starting, running, finished, stopped, failed or interrupted; the rest are numbers.
        """
        found = {"state": runs.state(run).kind, **record.summary(runs.folder(run))}
        own = found["dataset"].startswith(FOLDER)  # a path of this machine is nobody's business
        return found | ({"dataset": FOLDER} if own else {})

    def stop(run: str, secret: str) -> str:
        """Stop a run; what it learned is kept.

        Args:
            run: the id that /train gave.
            secret: the secret that /train gave with it.

        Returns:
            The run's id.
        """
        runs.stop(run, secret)
        return run

    def load(request: gr.Request, model: str = SHIPPED) -> dict[str, Any]:
        """Load a model that compares images with texts, and say what it is: its size, dimensions, parameters, scale.

        Args:
            model: $model

        Returns:
            What is known of the model.
        """
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
        """Compare pictures with labels, as CLIP does.

        Args:
            pictures: a list of $picture
            labels: a list of texts, or one text of lines; those that differ in case or spaces alone count once.
            model: $model
            template: in how many sentences a label is read: none, one or ensemble.
            scale: 1/temperature of the softmax; the model's own where it is left out.
            neutral: true for one more label, "a picture", that fits anything a little.

        Returns:
            "texts" are the columns; "cosines", and the softmax over labels ("to_text") and over pictures ("to_image").
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
        """The pictures of a data set that are nearest to words, or to a picture.

        Args:
            words: what to look for.
            picture: looked for in place of words: $picture
            dataset: where to look: $datasets, or the "id" that /own_set gave.
            model: $model
            template: in how many sentences the words are read: none, one or ensemble.
            count: how many pictures to give.

        Returns:
            "hits", each with "index", "caption" and "cosine".
        """
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
        """The texts that fit a picture best: of a list, or of a data set's own words.

        Args:
            picture: $picture
            labels: up to 2,000 texts to choose from; without them the data set's own.
            dataset: whose words: $datasets, or the "id" that /own_set gave.
            language: of the data set's words: en or zh.
            model: $model
            template: in how many sentences a text is read: none, one or ensemble.
            count: how many texts to give.

        Returns:
            "hits", each with "text", "cosine" and "share".
        """
        asked = {"set": dataset, "language": language, "model": model, "template": template, "count": count, "who": _somebody()}
        return matching.wait(
            "texts", asked | {"texts": _lines(labels), "picture": _picture(matching, picture)}, address=address(request)
        )

    def zero_shot(request: gr.Request, dataset: str = "emoji", model: str = SHIPPED, template: str = "none") -> dict[str, Any]:
        """How well a model names the classes of a data set that it was never taught, beside kNN and a linear probe.

        Args:
            dataset: one of $datasets, or the "id" that /own_set gave.
            model: $model
            template: in how many sentences a class is read: none, one or ensemble.

        Returns:
            "accuracy", "knn", "probe", "chance", and each class with its accuracy.
        """
        return matching.wait(
            "test", {"set": dataset, "model": model, "template": template, "who": _somebody()}, address=address(request)
        )

    def own_set(files: list[Any]) -> dict[str, Any]:
        """Keep images, or a zip whose folders are classes, for two days or a little more, as a data set for the others.

        Args:
            files: a list of images, or one zip: each a file that was uploaded, or base64.

        Returns:
            "id", which the others take as dataset; "count" and "classes" of it; "notes", how it was understood; "skipped",
            what could not be used.
        """
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
        # Gradio answers one call of a function at a time: one that takes two minutes would keep all others waiting
        gr.api(_spoken(function), api_name=function.__name__, concurrency_limit=AT_ONCE)  # pyright: ignore[reportPrivateImportUsage]


def _spoken(function: Callable[..., Any]) -> Callable[..., Any]:
    signature, hints = inspect.signature(function), get_type_hints(function)

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            for name, value in signature.bind(*args, **kwargs).arguments.items():
                _check(name, value, hints[name])
            return function(*args, **kwargs)
        except (UserError, OSError) as error:
            if isinstance(said := of_disk(error) or error, UserError):
                raise gr.Error(str(said), print_exception=False) from error
            raise

    wrapped.__doc__ = Template(inspect.getdoc(function) or "").substitute(_terms())
    return wrapped


def _terms() -> dict[str, str]:
    """What the docstrings above leave open. A model chooses by these words alone; a line below Args is an argument."""
    return {
        "methods": ", ".join(methods()),
        "datasets": ", ".join(BUILT_IN),
        "model": f'"{SHIPPED}", which is here; "run:ID" of a CLIP trained here; a name of open_clip; "hf-hub:owner/name".',
        "picture": 'a file that was uploaded, base64, a "data:" address, or {"set": NAME, "index": NUMBER} of a data set.',
    }


def _check(name: str, value: Any, hint: Any) -> None:
    """UserError where an argument is of another type than JSON's; lists, and what may be of several, are looked at later."""
    kind, types = KINDS.get(hint, ("", (object,)))
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types and object not in types):
        raise UserError("“{name}” must be of JSON's type {kind}.", name=name, kind=kind)


def _whoever(runs: Runs, request: gr.Request) -> str:
    """All who give no secret, of a network address; the hash of the address has a salt."""
    return f"address {runs.place(address(request))}"


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
