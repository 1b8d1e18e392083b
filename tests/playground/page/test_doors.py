"""By which names the app may be called, and what a page of another site gets of it: Gradio's own routes are behind it too."""

from __future__ import annotations

from collections.abc import Iterator

import gradio as gr
import pytest
from gradio.routes import App
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from playground import ui
from playground.maps.making import Maps
from playground.page.doors import HEADERS, Doors, is_private
from playground.runs.store import Runs
from playground.settings import Settings

BEGUN = {"secret": "s" * 20, "dataset": "digits", "method": "simclr", "seconds": 1}
EVIL = {"origin": "http://evil.example"}
CROSS = EVIL | {"sec-fetch-site": "cross-site"}
SENT = '{"data": [], "fn_index": 0, "session_hash": "abc"}'


def served(runs: Runs, *hosts: str) -> TestClient:
    """Gradio with our routes, as `ui.launch` puts them together."""
    with gr.Blocks(analytics_enabled=False) as demo:
        gr.Button("x").click(lambda: None, api_name="begin")
    demo.queue()
    own = {"routes": [ui.mount(Maps(runs))], "middleware": [Middleware(Doors, hosts)]}
    return TestClient(App.create_app(demo, app_kwargs=own), base_url="http://localhost:7860")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return Runs(tmp_path_factory.mktemp("doors"))


@pytest.fixture(scope="module")
def web(runs: Runs) -> Iterator[TestClient]:
    with served(runs, " Play.Example.org:8443", "") as client:
        yield client


@pytest.mark.parametrize(
    "host",
    ["localhost:7860", "localhost", "LOCALHOST.", "app.localhost:1", "127.0.0.1:7860", "192.168.1.7", "[::1]:7860", "[fe80::1]",
     "play.example.org", "play.example.org:8443", "lab-7:7860", "lab-7.local", "0123abcd.gradio.live", "me-play.hf.space"],
)  # fmt: skip
def test_names_that_no_stranger_can_have_are_let_in(web: TestClient, host: str) -> None:
    for path in ("/config", "/gradio_api/info", "/playground/runs"):
        assert web.get(path, headers={"host": host}).status_code == 200, path


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:7860", "127.0.0.1.evil.example", "localhost.evil.example", "play.example.org.evil.com",
     "xgradio.live", "notlocalhost.com", "<b>.example", "evil.example@127.0.0.1.nip.io"],
)  # fmt: skip
def test_a_strangers_name_for_this_machine_gets_a_sentence_and_nothing_else(web: TestClient, runs: Runs, host: str) -> None:
    for method, path in (("GET", "/"), ("GET", "/gradio_api/info"), ("GET", "/playground/runs"), ("POST", "/playground/runs"),
                         ("POST", "/gradio_api/queue/join"), ("GET", "/gradio_api/queue/data?session_hash=abc")):  # fmt: skip
        answer = web.request(method, path, headers={"host": host, "x-forwarded-host": "localhost"}, content=SENT)
        assert answer.status_code == 421 and answer.headers["content-type"].startswith("text/html"), path
        assert "PLAYGROUND_HOSTS" in answer.text and "不认识" in answer.text and "<b>" not in answer.text
    assert not list(runs.queue.iterdir())


def test_what_is_listened_on_a_space_is_called_and_any_are_known(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPACE_HOST", "play.museum.example, other.example")
    with served(runs) as client:
        assert client.get("/config", headers={"host": "play.museum.example"}).status_code == 200
        assert client.get("/config", headers={"host": "evil.example"}).status_code == 421
    with served(runs, "*") as client:
        assert client.get("/config", headers={"host": "whoever.example"}).status_code == 200


def test_a_page_of_another_site_sends_nothing(web: TestClient, runs: Runs) -> None:
    plain = {"content-type": "text/plain"}
    for path in ("/gradio_api/queue/join", "/gradio_api/call/begin", "/gradio_api/run/begin", "/gradio_api/api/begin",
                 "/gradio_api/upload", "/gradio_api/reset", "/playground/runs", "/playground/runs?lang=zh"):  # fmt: skip
        for said in (
            CROSS,
            EVIL,
            {"origin": "null"},
            {"origin": "http://[::1"},
            {"origin": ""},
            {"sec-fetch-site": "cross-site"},
            {"origin": "http://localhost:5000", "sec-fetch-site": "same-site"},  # another program's page on this machine
        ):
            answer = web.post(path, content=SENT, headers=plain | said)
            assert answer.status_code == 400, (path, said)
            assert ("别的网站" if "zh" in path else "another site") in answer.json()["error"]
    assert not list(runs.queue.iterdir())


def test_a_page_of_another_site_reads_nothing(web: TestClient) -> None:
    for host in ("localhost:7860", "192.168.1.7:7860"):
        for path in ("/config", "/playground/runs"):
            for said in (CROSS, EVIL):
                assert web.get(path, headers=said | {"host": host}).status_code == 400
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}  # a link, or a frame in slides
    assert web.get("/config?tab=learn", headers=link).status_code == 200


def test_a_picture_on_a_page_of_another_site_starts_nothing(web: TestClient) -> None:
    cross = {"sec-fetch-site": "cross-site"}
    for path in ("/playground/runs", "/playground/runs?lang=zh", "/playground/runs/nosuch/maps/pca-2/1/export.csv"):
        for mode in ("no-cors", "cors"):  # of <img> and <script>; the latter says where from, but for an older browser
            answer = web.get(path, headers=cross | {"sec-fetch-mode": mode})
            assert answer.status_code == 400 and ("别的网站" if "zh" in path else "another site") in answer.json()["error"]
        for said in (
            {},
            cross,  # an older browser
            cross | {"sec-fetch-mode": "navigate"},  # a link, a download
            {"sec-fetch-site": "same-origin", "sec-fetch-mode": "no-cors"},  # its own page, in a frame too
            {"sec-fetch-site": "none", "sec-fetch-mode": "navigate"},  # a code that was read, a bookmark
        ):
            assert web.get(path, headers=said).status_code == (404 if "nosuch" in path else 200), said
    assert web.get("/config", headers=cross | {"sec-fetch-mode": "no-cors"}).status_code == 200


@pytest.mark.parametrize(
    "said",
    [
        {},  # a program
        {"origin": "http://localhost:7860", "sec-fetch-site": "same-origin"},
        {"origin": "http://localhost:7860"},
        {"origin": "http://[::1]:7860", "host": "[::1]:7860"},
        {"origin": "http://192.168.1.7:7860", "host": "192.168.1.7:7860"},
        {"origin": "https://play.example.org"},  # a proxy that hands on its own name
        {"origin": "https://lab.example", "x-forwarded-host": "lab.example"},
        {"origin": "https://lab.example", "sec-fetch-site": "same-origin"},
    ],
)  # fmt: skip
def test_its_own_page_and_programs_go_on(web: TestClient, runs: Runs, said: dict[str, str]) -> None:
    assert web.post("/gradio_api/call/begin", json={"data": []}, headers=said).status_code == 200
    answer = web.post("/playground/runs", json=BEGUN, headers=said)
    assert answer.status_code == 200
    runs.stop(answer.json()["run"], "s" * 20)


def test_a_page_cannot_say_that_it_is_a_proxy(web: TestClient) -> None:
    """Where the app is called by another name than localhost, Gradio's CORS lets any page send any header."""
    said = EVIL | {"x-forwarded-host": "evil.example", "host": "192.168.1.7:7860"}
    assert web.post("/playground/runs", json=BEGUN, headers=said).status_code == 400


def test_every_answer_says_what_browsers_are_to_do_with_it(web: TestClient) -> None:
    for path, headers in (
        ("/config", {}),
        ("/playground/runs/nosuch/live", {}),
        ("/", {"host": "evil.example"}),
        ("/", CROSS),
    ):
        answer = web.get(path, headers=headers)
        assert HEADERS.items() <= {name: answer.headers.get(name) for name in HEADERS}.items(), path
        assert "x-frame-options" not in answer.headers  # it is shown in slides, and on a Space


def test_a_websocket_has_the_same_doors() -> None:
    async def said(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("in")
        await socket.close()

    app = Starlette(routes=[WebSocketRoute("/ws", said)], middleware=[Middleware(Doors)])
    with TestClient(app, base_url="http://localhost") as client:
        with client.websocket_connect("/ws") as socket:
            assert socket.receive_text() == "in"
        for headers in ({"host": "evil.example"}, EVIL, CROSS):
            with pytest.raises(WebSocketDisconnect), client.websocket_connect("/ws", headers=headers):
                pass


@pytest.mark.parametrize(
    ("name", "share", "hosts", "environment", "private"),
    [
        (None, None, (), {}, True),
        ("localhost", None, (), {}, True),
        ("127.0.0.2", False, (), {}, True),
        ("[::1]", None, (), {}, True),
        (None, None, (), {"GRADIO_SERVER_NAME": "::1"}, True),
        ("0.0.0.0", None, (), {}, False),
        ("::", None, (), {}, False),
        ("lab-7", None, (), {}, False),
        (None, None, (), {"GRADIO_SERVER_NAME": "0.0.0.0"}, False),
        ("127.0.0.1", None, (), {"GRADIO_SERVER_NAME": "0.0.0.0"}, True),
        (None, True, (), {}, False),
        (None, None, (), {"GRADIO_SHARE": "True"}, False),
        (None, False, (), {"GRADIO_SHARE": "True"}, True),
        (None, None, ("play.example.org",), {}, False),
        (None, None, (), {"SPACE_ID": "me/play"}, False),
    ],
)
def test_folders_of_the_machine_are_open_to_who_sits_at_it(
    name: str | None, share: bool | None, hosts: tuple[str, ...], environment: dict[str, str], private: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    for one in ("GRADIO_SERVER_NAME", "GRADIO_SHARE", "SPACE_ID"):
        monkeypatch.delenv(one, raising=False)
    for one, value in environment.items():
        monkeypatch.setenv(one, value)
    assert is_private(name, share, hosts) is private
    assert not is_private(name, share, hosts, behind=True)  # a proxy's visitors come from loopback too


def test_what_the_environment_says_of_folders_counts_first(monkeypatch: pytest.MonkeyPatch) -> None:
    for said, found in ((None, None), ("1", True), ("0", False)):
        monkeypatch.delenv("PLAYGROUND_LOCAL_MODELS", raising=False)
        if said is not None:
            monkeypatch.setenv("PLAYGROUND_LOCAL_MODELS", said)
        assert Settings.from_environment().local_models is found
    monkeypatch.setenv("PLAYGROUND_HOSTS", " play.example.org,*, ")
    assert Settings.from_environment() == Settings(hosts=("play.example.org", "*"), local_models=False)
