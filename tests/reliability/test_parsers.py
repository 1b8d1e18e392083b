"""What is read of what came from outside: an answer, or a UserError with its sentence, for all that hypothesis finds."""

from __future__ import annotations

import dataclasses
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from playground import reading
from playground.match import checks
from playground.match.own import FOLDERS, places
from playground.page.doors import _name
from playground.page.http import png
from playground.page.visitor import address
from playground.runs.store import Runs, Waiting, about_images, write_images
from playground.settings import Settings, variable
from playground.texts import LANGUAGES, language_of, told
from playground.train.controls import budget
from trainers import record
from trainers.checkpoint import load_model
from trainers.data import load
from trainers.data.zips import open_zip
from trainers.errors import DataError, UserError
from trainers.method import make_config, methods
from trainers.train import RunConfig

SHIPPED = Path(__file__).parents[2] / "assets" / "runs"
# the same examples each time: what fails here fails everywhere
CALM = settings(deadline=None, derandomize=True, max_examples=150, suppress_health_check=list(HealthCheck))
FEW = settings(CALM, max_examples=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
NUMBERS = st.one_of(JSON, st.text("0123456789.e+-_ steps", max_size=12), st.integers(10**300, 10**400), st.just("9" * 5_000))


def read(work: Callable[[], Any]) -> Any:
    """What is made of something; of what is refused, None, after its sentence was read in both languages."""
    try:
        return work()
    except UserError as error:
        assert all(told(language, error).strip() for language in LANGUAGES)
        assert all(word not in str(error) for word in ("Traceback", "object at 0x", "<class"))
        return None


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """A file of which a piece is gone, was written over, or is there twice."""
    first, last = sorted(draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
    piece = draw(st.sampled_from([b"", whole[first:last] * 2]) | st.binary(max_size=60))
    return whole[:first] + piece + whole[last:]


@CALM
@given(NUMBERS)
def test_a_budget(value: Any) -> None:
    given = read(lambda: budget(value))
    if given is not None:
        read(lambda: RunConfig("simclr", "digits", given.get("seconds"), given.get("steps")))


@CALM
@given(st.sampled_from(sorted(methods())), st.text(max_size=9), NUMBERS, st.data())
def test_a_knob(method: str, name: str, value: Any, data: st.DataObject) -> None:
    fields = list(type(make_config(method, {})).__dataclass_fields__)
    read(lambda: make_config(method, {name: value}))
    read(lambda: make_config(method, {data.draw(st.sampled_from(fields)): value}))


@CALM
@given(st.builds(Waiting, st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True), st.booleans(), st.integers(0, 10**8),
                 st.integers(0, 10**19), st.integers(0, 10**9), st.text("0123456789abcdef", max_size=16),
                 st.text("0123456789abcdef", max_size=16)), st.text(max_size=60))  # fmt: skip
def test_a_place_in_the_queue_is_all_in_its_name(entry: Waiting, other: str) -> None:
    assert Waiting.of(entry.name()) == entry
    assert isinstance(Waiting.of(other).run, str)


@CALM
@given(st.text(max_size=80))
def test_words_of_a_request(words: str) -> None:
    assert language_of(words) in LANGUAGES
    assert _name(words) == _name(words.upper()) or not words.isascii()
    request = Request({"type": "http", "client": (words, 0), "headers": [], "query_string": b""})
    assert 0 < len(address(request)) <= 100


@CALM
@given(st.sampled_from([field.name for field in dataclasses.fields(Settings)]), NUMBERS)
def test_a_setting(name: str, value: Any) -> None:
    read(lambda: Settings.from_environment({variable(name): str(value)}))


@CALM
@given(st.lists(st.text(max_size=30) | st.text("./\\ab\0 ", max_size=9), max_size=12))
def test_places_of_files_lead_nowhere_else_and_are_each_its_own(names: list[str]) -> None:
    found = places(names)
    assert len({str(path).casefold() for path in found}) == len(names)
    for path in found:
        assert (
            not PurePath(path).is_absolute() and ".." not in path.parts and len(path.parts) <= FOLDERS and "\0" not in str(path)
        )


@CALM
@given(JSON, st.floats(allow_nan=True), st.integers(1, 10))
def test_what_match_is_asked(value: Any, low: float, most: int) -> None:
    number = read(lambda: checks.number(value, -5, 5))
    assert number is None or -5 <= number <= 5
    index = read(lambda: checks.index(value, most))
    assert index is None or 0 <= index < most
    texts = read(lambda: checks.texts(value, most))
    assert texts is None or 1 <= len(texts) <= most
    read(lambda: checks.template(value if isinstance(value, dict) else {"template": value}))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return Runs(tmp_path_factory.mktemp("parsers"))


@pytest.mark.parametrize("name", ["run.json", "events.jsonl", "images.json"])
def test_a_file_of_a_run(runs: Runs, name: str) -> None:
    folder = runs.root / "damaged"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SHIPPED / "masked", folder)
    write_images(folder, load("digits"))
    whole = (folder / name).read_bytes()
    whole = whole if len(whole) < 40_000 else whole[:20_000] + whole[-20_000:]

    @CALM
    @given(damaged(whole) | JSON.map(lambda value: json.dumps(value).encode() + b"\n") | st.binary(max_size=50))
    def check(content: bytes) -> None:
        (folder / name).unlink()  # a file of another making
        (folder / name).write_bytes(content)
        for look in (lambda: runs.state("damaged"), lambda: record.read_config(folder), lambda: record.summary(folder),
                     lambda: about_images(folder), runs.expire):  # fmt: skip
            read(look)

    check()


def test_weights(tmp_path: Path) -> None:
    whole = (SHIPPED / "autoencoder" / "model.safetensors").read_bytes()
    head = whole[: 8 + int.from_bytes(whole[:8], "little")]
    path = tmp_path / "model.safetensors"

    @FEW
    @given(damaged(head).map(lambda found: found + whole[len(head) :]) | st.binary(max_size=99))
    def check(content: bytes) -> None:
        path.write_bytes(content)
        read(lambda: load_model(path))

    check()


def test_a_zip(tmp_path: Path) -> None:
    path = tmp_path / "mine.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a/1.png", "a/2.png", "b/3.png"):
            archive.writestr(name, bytes(200))

    @CALM
    @given(damaged(path.read_bytes()))
    def check(content: bytes) -> None:
        path.write_bytes(content)

        def look() -> None:
            with open_zip(path) as listing:
                for _, source in listing.files:
                    read(source if callable(source) else lambda source=source: source)

        read(look)

    check()


def test_a_picture() -> None:
    whole = png(load("digits").test.images[0].permute(1, 2, 0).numpy())

    @FEW
    @given(damaged(whole) | st.binary(max_size=300))
    def check(content: bytes) -> None:
        try:
            assert reading.single(content, "a.png", 8, 3)[0].shape == (8, 8, 3)
        except DataError as error:
            assert str(error)

    check()
