"""The named functions of the app's API, as Gradio calls them: what they read, and what they say of nonsense."""

from __future__ import annotations

import base64
import functools
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import numpy as np
import pytest
from gradio import route_utils
from gradio.routes import App
from starlette.testclient import TestClient

from playground import api as module
from playground.background import Background
from playground.maps.making import Maps
from playground.match.ask import Matching
from playground.match.models import SHIPPED
from playground.page.http import png
from playground.runs.store import ASKED, Limits, Runs
from playground.texts import sentence, text
from trainers import record
from trainers.data import DEFAULT
from trainers.errors import FULL_DISK, UserError
from trainers.train import RunConfig

Api = dict[str, Callable[..., Any]]
GREY, WHITE = (png(np.full((9, 9, 3), value, np.uint8)) for value in (90, 255))
CODED = base64.b64encode(GREY).decode()


def _asked(function: Callable[..., Any]) -> Callable[..., Any]:
    """As Gradio calls it: with the request, where the function looks at it."""
    if "request" not in inspect.signature(function).parameters:
        return function
    return functools.partial(function, SimpleNamespace(client=SimpleNamespace(host="10.0.0.1")))


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    runs, background = Runs(tmp_path_factory.mktemp("api")), Background(nice=0)
    matching = Matching(Maps(runs, background), background)
    with gr.Blocks() as demo:
        module.build(runs, matching)
    yield {str(one.api_name): _asked(one.fn) for one in demo.fns.values() if one.fn}
    matching.close()
    background.close()


@pytest.fixture
def upload(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """A file as Gradio hands it on once it is uploaded."""
    monkeypatch.setattr(module, "get_upload_folder", lambda: str(tmp_path))

    def upload(name: str, content: bytes) -> dict[str, Any]:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}"
        path.write_bytes(content)
        return {"path": str(path), "orig_name": name, "meta": {"_type": "gradio.FileData"}}

    return upload


def test_a_picture_alone_and_labels_in_lines_are_lists(api: Api, upload: Callable[..., dict[str, Any]]) -> None:
    expected = api["match"]([CODED], ["cat", "red heart"])
    for pictures, labels in (
        (CODED, "cat\nred heart\n"), (upload("a.png", GREY), ["cat", "red heart"]),
        ([CODED], ["cat", "red  heart", "CAT", "Red heart "]),
    ):  # fmt: skip
        found = api["match"](pictures, labels)
        assert found["texts"] == ["cat", "red heart"] and found["cosines"] == expected["cosines"]
    assert len(api["match"]({"set": "emoji", "index": 0}, ["cat"])["cosines"]) == 1


def test_texts_of_a_list_or_of_a_set_and_a_model_by_itself(api: Api, upload: Callable[..., dict[str, Any]]) -> None:
    found = api["texts"](upload("a.png", GREY), "cat\nred heart\nRED HEART")
    assert found["of"] == 2 and {hit["text"] for hit in found["hits"]} == {"cat", "red heart"}
    assert api["texts"](CODED, [str(i) for i in range(2_000)], count=3)["of"] == 2_000
    assert api["texts"](CODED, dataset="digits")["of"] == 10
    about = api["load"](SHIPPED)
    assert about == api["load"]() and about["id"] == SHIPPED and about["parameters"] > 0


def test_a_set_of_ones_own_is_searched(api: Api, upload: Callable[..., dict[str, Any]]) -> None:
    files = [upload(f"{i}.png", png(np.full((9, 9, 3), 20 * i, np.uint8))) for i in range(10)]
    own = api["own_set"]([*files, upload("notes.txt", b"words")])
    assert own["count"] == 10 and len(own["skipped"]) == 1 and own["skipped"][0].startswith("notes.txt is left out")
    hits = api["find"](words="cat", dataset=own["id"])["hits"]
    assert {hit["name"] for hit in hits} == {f"{i}.png" for i in range(10)}
    assert api["texts"]({"set": own["id"], "index": 0}, "a\nb")["of"] == 2


def test_nonsense_is_told_by_the_files_own_name(
    api: Api, upload: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [upload(f"{i}.png", GREY) for i in range(4)]
    no_file = "{} must be a file that was uploaded, base64, or a picture of a data set."
    for pictures, said in (
        (None, "Choose from 1 to 16 pictures."), ([CODED] * 17, "Choose from 1 to 16 pictures."),
        (5, no_file.format("picture 1")), (True, no_file.format("picture 1")), ({}, no_file.format("picture 1")),
        ([CODED, None], no_file.format("picture 2")), ([CODED, CODED, "data:image/png;base64,"], no_file.format("picture 3")),
        ([*many, upload("dog.png", b"no")], "dog.png cannot be read as an image"),
        ([{"path": __file__, "orig_name": "mine.png"}], no_file.format("mine.png")),
        ([{"path": "a\0b"}], no_file.format("picture 1")),
    ):  # fmt: skip
        with pytest.raises(gr.Error) as error:
            api["match"](pictures, ["x"])
        assert str(error.value.message).startswith(said), pictures
    monkeypatch.setattr(module, "MAX_FILE_BYTES", 100)
    monkeypatch.setattr("trainers.data.files.MAX_FILE_BYTES", 100)
    for one, name in ((upload("large.png", GREY * 9), "large.png"), (CODED * 9, "picture 1")):
        for name_of, asked in (("match", (one, ["x"])), ("texts", (one, ["x"])), ("own_set", (one,))):
            with pytest.raises(gr.Error, match=f"{name} is larger than 0 MiB: make it smaller"):
                api[name_of](*asked)
    monkeypatch.setattr(module, "UPLOAD_BYTES", 150)
    small = [upload("a.png", GREY[:90]), upload("b.png", WHITE[:90])]
    for files, said in ((None, "No file came"), (small, "too large together"), ([CODED] * 2001, "at most 2000 at once")):
        with pytest.raises(gr.Error, match=said):
            api["own_set"](files)


def test_nobody_is_told_a_path_of_this_machine(tmp_path: Path) -> None:
    runs, background = Runs(tmp_path), Background(nice=0)
    with gr.Blocks() as demo:
        module.build(runs, Matching(Maps(runs, background), background))
    assert {one.concurrency_limit for one in demo.fns.values() if one.api_name} == {module.AT_ONCE}  # Gradio's own is 1
    state = next(one.fn for one in demo.fns.values() if one.api_name == "state")
    run = runs.create(RunConfig("simclr", f"folder:{tmp_path}/uploads/x/mine.zip", seconds=1.0), "me")
    assert state and state(run)["dataset"] == "folder:" and str(tmp_path) not in str(state(run))
    background.close()


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("train", ({"a": 1},), "“method” must be of JSON's type string."),
        ("train", ("simclr", 0.5), "“dataset” must be of JSON's type string."),
        ("train", ("simclr", "digits", "long"), "“seconds” must be of JSON's type number."),
        ("train", ("simclr", "digits", True), "“seconds” must be of JSON's type number."),
        ("train", ("simclr", "digits", 1, 0.5), "“seed” must be of JSON's type integer."),
        ("state", (None,), "“run” must be of JSON's type string."),
        ("stop", ("x", ["s"]), "“secret” must be of JSON's type string."),
        ("match", (CODED, "a\nb", SHIPPED, "none", None, "x"), "“neutral” must be of JSON's type boolean."),
        ("find", ([],), "“words” must be of JSON's type string."),
        ("zero_shot", ({},), "“dataset” must be of JSON's type string."),
    ],
)  # fmt: skip
def test_an_argument_of_another_kind_is_named(api: Api, name: str, arguments: tuple[Any, ...], said: str) -> None:
    with pytest.raises(gr.Error) as error:
        api[name](*arguments)
    assert error.value.message == said


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The API as it is served."""
    runs, background = Runs(tmp_path_factory.mktemp("served")), Background(nice=0)
    with module.Blocks() as demo:
        module.build(runs, Matching(Maps(runs, background), background))

        def broken(words: str) -> str:
            return {}[words]

        gr.api(broken, api_name="broken")  # pyright: ignore[reportPrivateImportUsage]
    demo.queue()
    demo.has_launched, demo.max_file_size = True, None  # as launch has them: before that Gradio moves any path
    served = App.create_app(demo, app_kwargs={"exception_handlers": module.HANDLERS})
    with TestClient(served, raise_server_exceptions=False) as client:
        client.runs = runs  # pyright: ignore[reportAttributeAccessIssue]
        yield client
    background.close()


def test_the_queue_rests_where_nobody_clicks() -> None:
    with gr.Blocks() as theirs, module.Blocks() as ours:
        pass
    theirs.queue()
    ours.queue()
    assert theirs._queue.sleep_when_free < ours._queue.sleep_when_free == module.LOOK
    assert theirs._queue.progress_update_sleep_when_free < ours._queue.progress_update_sleep_when_free == module.LOOK


def answered(client: TestClient, name: str, data: Any) -> dict[str, Any]:
    """What a program is told, which goes at once where it does not wait in the queue."""
    number = next(fn["id"] for fn in client.get("/config").json()["dependencies"] if fn["api_name"] == name)
    return client.post("/gradio_api/run/predict", json={"fn_index": number, "data": data}).json()


def said(client: TestClient, name: str, data: Any) -> str:
    """What a program is told of its error."""
    return answered(client, name, data)["error"]


def test_a_program_is_told_neither_paths_nor_pythons_words(asked: TestClient, capfd: pytest.CaptureFixture[str]) -> None:
    path = "A path of a machine is not read here: upload the file first."
    for name in ("/etc/passwd", "app.py", "../x"):
        assert said(asked, "own_set", [[{"path": name, "meta": {"_type": "gradio.FileData"}}]]) == path
    for name, data in (("train", []), ("stop", ["run"])):
        assert said(asked, name, data) == "This question is not understood."
    assert "Traceback" not in capfd.readouterr().err


def test_what_nobody_thought_of_is_one_sentence_and_its_trace_is_in_the_log(
    asked: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    assert said(asked, "broken", ["x"]) == text("en", "toast.unexpected")
    assert "KeyError: 'x'" in caplog.text


def test_a_function_that_is_not_there_is_said(asked: TestClient) -> None:
    for address, body in (
        ("call/nosuch", {"data": []}), ("call/v2/nosuch", {}), ("run/predict", {"fn_index": 99, "data": []}),
        ("queue/join", {"fn_index": 99, "data": [], "session_hash": "s"}),
    ):  # fmt: skip
        answer = asked.post(f"/gradio_api/{address}", json=body)
        assert answer.status_code == 404 and answer.json()["error"].startswith("There is no function “"), address


def test_an_upload_that_is_no_form_is_said(asked: TestClient) -> None:
    kind = f"multipart/form-data; boundary={'x' * 300}"
    answer = asked.post("/gradio_api/upload", content=b"--x", headers={"content-type": kind})
    assert answer.status_code == 400 and answer.json() == {"error": "This question is not understood."}, answer.text


def test_arguments_that_were_left_out_have_their_defaults(asked: TestClient) -> None:
    found = list[tuple[Any, ...]]()
    for count in (1, 2, 4):
        run = answered(asked, "train", ["simclr", "digits", 2, 7][:count])["data"][0]["run"]
        config = record.read_config(asked.runs.folder(run))  # pyright: ignore[reportAttributeAccessIssue]
        found.append((config.dataset, config.seconds, config.steps, config.seed))
    assert found == [(DEFAULT, 30, None, 0), ("digits", 30, None, 0), ("digits", 2, None, 7)]


def test_a_full_disk_is_a_sentence_where_gradio_takes_uploads_too(asked: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/full").open("wb", buffering=0) as full:  # what is written there finds no room
        monkeypatch.setattr(route_utils, "NamedTemporaryFile", lambda **how: full)
        for language in ("en", "zh"):
            files = {"files": ("a.zip", GREY, "application/zip")}
            answer = asked.post("/gradio_api/upload", params={"lang": language}, files=files)
            assert answer.status_code == 507 and answer.json()["error"] == sentence(language, FULL_DISK, {})


def test_one_network_address_leaves_places_in_the_queue_for_others(tmp_path: Path) -> None:
    runs = Runs(tmp_path, Limits(questions_address=25))
    with module.Blocks() as demo:
        gr.HTML("")
        module.build(runs, Matching(Maps(runs), Background()))
    demo.queue(max_size=200, limits=runs.limits)
    app = App.create_app(demo)
    one, other = (TestClient(app, client=(host, 1)) for host in ("10.0.0.1", "10.0.0.2"))

    def ask(web: TestClient) -> Any:  # nobody works at what waits: the queue has not been started
        return web.post("/gradio_api/call/state", json={"data": ["x"]})

    assert [ask(one).status_code for _ in range(25)] == [200] * 25
    refused = ask(one)
    assert refused.status_code == 503 and refused.json()["detail"] == str(
        UserError(ASKED, most=25, variable="PLAYGROUND_QUESTIONS_ADDRESS")
    )
    assert ask(other).status_code == 200


def test_runs_without_a_secret_are_one_persons_of_their_network_address(tmp_path: Path) -> None:
    runs = Runs(tmp_path, Limits(waiting_each=2, seconds_each=100))
    with gr.Blocks() as demo:
        module.build(runs, Matching(Maps(runs), Background()))
    train, stop = (next(one.fn for one in demo.fns.values() if one.api_name == name) for name in ("train", "stop"))
    assert train and stop
    here, there = (SimpleNamespace(client=SimpleNamespace(host=host)) for host in ("10.0.0.1", "10.0.0.2"))
    first, second = train(here, "simclr"), train(here, "simclr")
    with pytest.raises(gr.Error, match="You have 2 runs waiting already.*PLAYGROUND_WAITING_EACH"):
        train(here, "simclr")
    other = train(there, "simclr")
    assert runs.waiting() == [first["run"], other["run"], second["run"]]  # they take turns
    with pytest.raises(gr.Error, match="Only the browser that started this run"):
        stop(second["run"], first["secret"])
    assert stop(first["run"], first["secret"]) == first["run"] and runs.waiting() == [other["run"], second["run"]]
    with pytest.raises(gr.Error, match="would train for 120 s"):
        train(here, "simclr", seconds=90)
    mine = "a word of my own"
    given = train(here, "simclr", secret=mine)  # another person in the same room
    assert given["secret"] == mine and runs.owns(given["run"], mine)
    with pytest.raises(gr.Error, match="not understood"):
        train(here, "simclr", secret="short")
