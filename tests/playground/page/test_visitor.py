"""Where visitors come from, and that every way of asking for training counts by it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from playground import api, ui
from playground.background import Background
from playground.maps.making import Maps
from playground.match.ask import Matching
from playground.page.visitor import Visitor, address
from playground.runs.store import Limits, Runs
from trainers import record
from trainers.errors import UserError
from trainers.train import RunConfig

HERE = "testclient"  # where a TestClient says that it comes from
SECRET = "0123456789abcdef0123456789abcdef"


def asking(client: tuple[str, int] | None) -> Request:
    return Request({"type": "http", "client": client, "headers": [], "query_string": b""})


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"), ("192.0.2.7:5050", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"), ("::1", "::/64"), ("somewhere", "somewhere"), ("x" * 999, "x" * 100),
        ("", "unknown"), (None, "unknown"),
    ],
)  # fmt: skip
def test_an_address_is_the_same_for_both_kinds_of_request(client: str | None, expected: str) -> None:
    request = asking(None if client is None else (client, 1))
    assert address(request) == address(gr.Request(request)) == expected


@pytest.mark.parametrize(
    ("header", "sent", "expected"),
    [
        ("", [("X-Forwarded-For", "192.0.2.7")], HERE),
        ("X-Forwarded-For", [], HERE),
        ("X-Forwarded-For", [("X-Forwarded-For", "")], HERE),
        ("X-Forwarded-For", [("X-Forwarded-For", "192.0.2.7")], "192.0.2.7"),
        ("X-Forwarded-For", [("X-Forwarded-For", "192.0.2.1, 192.0.2.2,192.0.2.7")], "192.0.2.7"),
        ("X-Forwarded-For", [("X-Forwarded-For", "192.0.2.1"), ("x-forwarded-for", "192.0.2.7")], "192.0.2.7"),
        ("X-Real-IP", [("X-Forwarded-For", "192.0.2.1"), ("X-Real-IP", "192.0.2.7")], "192.0.2.7"),
    ],
)  # fmt: skip
def test_only_the_header_of_the_trusted_proxy_is_believed(header: str, sent: list[tuple[str, str]], expected: str) -> None:
    async def tell(request: Request) -> PlainTextResponse:
        return PlainTextResponse(address(request))

    app = Starlette(routes=[Route("/", tell)], middleware=[Middleware(Visitor, header)])
    with TestClient(app) as client:
        assert client.get("/", headers=sent).text == expected


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    """Room for two runs from an address; one from HERE waits, and another has ended."""
    runs = Runs(tmp_path, Limits(waiting_address=2))
    record.create(tmp_path / "ended", RunConfig("simclr", "digits", seconds=5))
    runs.stop(runs.create(RunConfig("simclr", "digits", seconds=5), SECRET), SECRET)
    runs.create(RunConfig("simclr", "digits", seconds=5), "somebody else", HERE)
    return runs


def post(path: str, **asked: Any) -> Callable[[Runs], Any]:
    def ask(runs: Runs) -> Any:
        with TestClient(Starlette(routes=[ui.mount(Maps(runs))])) as client:
            answer = client.post(f"/playground/{path}", json=asked | {"secret": SECRET})
        return answer.json().get("error")

    return ask


def click(number: int) -> Callable[[Runs], Any]:
    def ask(runs: Runs) -> Any:
        from playground.train import tab

        with gr.Blocks() as demo:
            tab.build(str, runs)
        clicked = [one for one in demo.fns.values() if any(event == "click" for _, event in one.targets)][number]
        run = next(one.parent.name for one in runs.root.glob("*/run.json") if runs.owns(one.parent.name, SECRET))
        first, *others = (getattr(one, "value", None) for one in clicked.inputs)
        shown = {"run": run, "owner": SECRET}
        assert clicked.fn
        found = clicked.fn(gr.Request(asking((HERE, 1))), shown, *others)
        return next((value["text"] for value in found.values() if "text" in value), None)

    return ask


def by_api(runs: Runs) -> Any:
    background = Background(nice=0)
    with gr.Blocks() as demo:
        api.build(runs, Matching(Maps(runs, background), background))
    train = next(one.fn for one in demo.fns.values() if one.api_name == "train")
    parameters = demo.get_api_info()["named_endpoints"]["/train"]["parameters"]
    assert [one["parameter_name"] for one in parameters] == ["method", "dataset", "seconds", "seed", "steps", "secret"]
    assert train
    try:
        train(gr.Request(asking((HERE, 1))), "simclr", "digits", 5)
    except gr.Error as error:
        return error.message
    finally:
        background.close()


WAYS = {
    "runs": post("runs", method="simclr", dataset="digits", seconds=5),
    "copy": post("runs", like="ended", seconds=5),
    "sweep": post("sweeps", like="ended", knob="temperature", values=[0.1, 0.2], seconds=5),
    "Train": click(0),
    "Continue": click(2),
    "API": by_api,
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_asking_for_training_counts_by_the_address(runs: Runs, way: str) -> None:
    if way != "sweep":  # which are two
        assert not WAYS[way](runs) and len(runs.waiting()) == 2
    for run in runs.waiting():
        if runs.owns(run, SECRET):
            runs.stop(run, SECRET)
    while len(runs.waiting()) < 2:
        runs.create(RunConfig("simclr", "digits", seconds=5), "a third person", HERE)
    with pytest.raises(UserError, match="one network address at most 2 may wait"):
        runs.create(RunConfig("simclr", "digits", seconds=5), "a fourth person", HERE)
    before = runs.waiting()
    assert "one network address at most 2 may wait" in WAYS[way](runs) and runs.waiting() == before
