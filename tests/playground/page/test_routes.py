"""What the page fetches: right bytes, cached where they never change, and a sentence where there is nothing."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from playground import ui
from playground.background import Background
from playground.explore import export
from playground.maps.making import Maps
from playground.match.ask import Matching
from playground.page import head, modules
from playground.page.http import png
from playground.runs.store import Runs
from tests.playground.conftest import Finished
from trainers import data, record


@pytest.fixture(scope="module")
def client(finished: Finished) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=[ui.mount(Maps(finished.runs))])) as client:
        yield client


def test_an_unknown_run_has_a_sentence_in_the_readers_language(client: TestClient) -> None:
    for path in (
        "live",
        "images.png",
        "images.json",
        "pictures/0",
        "maps/pca-2/0",
        "maps/pca-2",
        "timeline",
        "neighbours/0/0",
        "values/error/0",
    ):
        answer = client.get(f"/playground/runs/nosuch/{path}")
        assert answer.status_code == 404, path
        assert answer.json() == {"error": "There is no run called nosuch."}
    assert client.get("/playground/runs/nosuch/live?lang=zh").json() == {"error": "没有名为 nosuch 的实验。"}


def test_a_moment_is_sent_once(client: TestClient, finished: Finished) -> None:
    address = f"/playground/runs/{finished.run}/live"
    first = client.get(address)
    assert first.status_code == 200 and first.headers["cache-control"] == "no-store"
    assert first.headers["content-encoding"] == "gzip"
    plain = client.get(address, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers and plain.json() == first.json()
    again = client.get(address, params={"after": first.json()["version"]})
    assert again.status_code == 204 and not again.content
    other = client.get(address, params={"after": first.json()["version"], "lang": "zh"})
    assert other.status_code == 200 and other.json()["version"] != first.json()["version"]


@pytest.mark.parametrize("name", sorted(modules.FILES))
def test_scripts_and_style_sheets_are_compressed_and_kept_for_ever(client: TestClient, name: str) -> None:
    answer = client.get("/" + modules.address(name))
    assert answer.status_code == 200 and answer.content == modules.FILES[name].read_bytes()
    assert answer.headers["content-encoding"] == "gzip" and "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith(("text/javascript", "text/css"))
    if name in (modules.PLANE, modules.SPACE):
        assert int(answer.headers["content-length"]) < len(answer.content) / 2
    plain = client.get("/" + modules.address(name), headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers and plain.content == answer.content


def test_one_style_sheet_holds_the_pages_own_and_then_every_tabs(client: TestClient) -> None:
    found = client.get("/" + modules.address(modules.STYLE)).text
    sheets = [path.read_text("utf-8") for name, path in modules.FILES.items() if name.endswith(".css")]
    assert all(sheet in found for sheet in sheets) and found.startswith(modules.FILES["page/page.css"].read_text("utf-8"))


@pytest.mark.parametrize(
    "path",
    [
        "modules/x/app.py", "modules/x/..%2fui.py", "modules/x/%2e%2e/%2e%2e/run.json", "modules/x/..%5cui.py",
        "modules/x//etc/passwd", "modules/x/page/head.py",
        "runs/..%2fqueue/live", "runs/%2e%2e/live", "runs/a%2fb/images.png", "runs//live",
        "runs/RUN/images.exe", "runs/RUN/images.png%2f..%2frun.json", "runs/RUN/pictures/0?row=../run",
        "runs/RUN/pictures/99999?row=image", "runs/RUN/pictures/-1?row=image", "runs/RUN/maps/tsne-30-cosine-0-2/0",
        "runs/RUN/maps/..%2fpca-2/0", "runs/RUN/maps/pca-2/99999", "runs/RUN/maps/pca-2/x", "runs/RUN/maps/pca/0",
        "runs/RUN/maps/pca-9/0", "runs/RUN/maps/umap-15-0.1-cosine-0-2-7/0", "runs/RUN/maps/umap-15-0.1-../0-0-2/0",
        "runs/RUN/run.json", "runs/RUN/neighbours/0/-1", "runs/RUN/neighbours/0/360", "runs/RUN/neighbours/99999/0",
        "runs/RUN/values/nothing/0", "runs/RUN/overlap/0/nosuch/0", "runs/RUN/maps/pca-2/0/export.exe",
        "runs/RUN/model.safetensors",
    ],
)  # fmt: skip
def test_nothing_else_can_be_fetched(client: TestClient, finished: Finished, path: str) -> None:
    answer = client.get("/playground/" + path.replace("RUN", finished.run))
    assert answer.status_code in (400, 404)
    assert b"root:" not in answer.content and b"owner" not in answer.content


def test_images_of_a_run(client: TestClient, finished: Finished) -> None:
    about = client.get(f"/playground/runs/{finished.run}/images.json").json()
    sheet = client.get(f"/playground/runs/{finished.run}/images.png")
    assert sheet.headers["content-type"] == "image/png" and "immutable" in sheet.headers["cache-control"]
    with Image.open(io.BytesIO(sheet.content)) as picture:
        assert picture.size == (about["columns"] * about["width"], about["rows"] * about["height"])
        pixels = np.asarray(picture)
    assert about["count"] == 360 == len(about["labels"]) and about["classes"] == list("0123456789")
    at = 25  # the sheet is read row by row
    top, left = at // about["columns"] * about["height"], at % about["columns"] * about["width"]
    expected = finished.data.test.images[at, 0].numpy()
    assert (pixels[top : top + about["height"], left : left + about["width"]] == expected).all()


def test_rows_of_pictures(client: TestClient, finished: Finished) -> None:
    pictures = client.get(f"/playground/runs/{finished.run}/live").json()["pictures"]
    for row in pictures["rows"]:
        address = f"/playground/runs/{finished.run}/pictures/{pictures['step']}"
        answer = client.get(address, params={"row": row["key"]})
        with Image.open(io.BytesIO(answer.content)) as picture:
            assert picture.format == "PNG" and picture.size == (28 * pictures["count"], 28)


def test_positions_are_two_floats_a_point(client: TestClient, finished: Finished) -> None:
    for step in client.get(f"/playground/runs/{finished.run}/live").json()["maps"]["pca"]:
        answer = client.get(f"/playground/runs/{finished.run}/maps/pca-2/{step}")
        places = np.frombuffer(answer.content, np.float32).reshape(360, 2)
        assert np.linalg.norm(places, axis=1).mean() == pytest.approx(1, abs=1e-4)


def test_a_run_of_the_command_line_gets_its_images_when_asked(finished: Finished, tmp_path: Path) -> None:
    source = finished.runs.root / finished.run
    (tmp_path / "byhand").mkdir()
    for name in ("run.json", "events.jsonl"):
        (tmp_path / "byhand" / name).write_bytes((source / name).read_bytes())
    with TestClient(Starlette(routes=[ui.mount(Maps(Runs(tmp_path)))])) as client:
        assert client.get("/playground/runs/byhand/images.png").content == (source / "images.png").read_bytes()


def test_head_comes_first_and_nothing_else_changes() -> None:
    page = "<!doctype html><html><head><title>x</title></head><body><head></body></html>"

    async def home(request: object) -> HTMLResponse:
        return HTMLResponse(page)

    async def other(request: object) -> PlainTextResponse:
        return PlainTextResponse("<head>")

    app = Starlette(
        routes=[Route("/", home, methods=["GET", "POST"]), Route("/other", other)], middleware=[Middleware(head.Head)]
    )
    with TestClient(app) as client:
        short = client.get("/")
        assert short.headers["content-encoding"] == "gzip" and int(short.headers["content-length"]) < len(short.content) / 3
        answer = client.get("/", headers={"accept-encoding": "identity"})
        assert answer.content == short.content and "content-encoding" not in answer.headers
        assert answer.text.startswith("<!doctype html><html><head><script>(()=>{const known=")
        assert int(answer.headers["content-length"]) == len(answer.content)
        assert answer.text.count("dataset.lang=l") == 1 and answer.text.endswith(
            page[-len("</head><body><head></body></html>") :]
        )
        order = [answer.text.index(name) for name in ("dataset.lang", "window.playground", "start.js", "<title>")]
        assert order == sorted(order)
        assert client.get("/other").text == "<head>"
        assert client.post("/").text == page


def test_head_puts_pieces_together() -> None:
    sent: list[dict[str, object]] = []

    async def pieces(scope: object, receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"Content-Length", b"12")]})  # type: ignore[operator]
        for number, part in enumerate((b"<he", b"ad>", b"</head>")):
            await send({"type": "http.response.body", "body": part, "more_body": number < 2})  # type: ignore[operator]

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {"type": "http", "path": "/", "method": "GET", "query_string": b"", "headers": []}
    asyncio.run(head.Head(pieces)(scope, None, send))  # type: ignore[arg-type]
    start, body = sent
    assert body["body"].startswith(b"<head><script>") and body["body"].endswith(b"</head>")  # type: ignore[union-attr]
    assert start["headers"][0] == (b"content-length", str(len(body["body"])).encode())  # type: ignore[arg-type]


def test_all_that_a_tab_imports_is_fetched_at_once_and_nothing_of_another_tab() -> None:
    for tab in ("train", "explore", "reconstruct", "match", "compare", "learn"):
        found = set(re.findall(r'modulepreload" [^>]*href="playground/modules/\w+/([^"]+)"', head.scripts(tab)))
        assert {"page/start.js", "train/train.js", f"{tab}/{tab}.js"} <= found <= set(modules.FILES)
        rooms = {"page", "widgets", "train", tab} | ({"lessons"} if tab == "learn" else set())  # Learn lists them
        assert {name.split("/")[0] for name in found} == rooms
    opened = head.scripts("train", lesson=True)
    assert '<script type="module" src="playground/modules/' in opened and "lessons/view.js" in opened
    assert "lessons/" not in head.scripts("train")
    assert head.scripts("../../etc") == head.scripts("train") == head.scripts("")


def test_the_time_axis_and_the_list_of_runs(client: TestClient, finished: Finished) -> None:
    listed = client.get("/playground/runs").json()
    assert [one["run"] for one in listed] == [finished.run] and listed[0]["ended"]
    found = client.get(f"/playground/runs/{finished.run}/timeline", params={"lang": "zh"}).json()
    assert found["steps"] == sorted(found["steps"]) and len(found["seconds"]) == len(found["steps"]) >= 2
    assert found["colours"] == ["label", "purity", "vote", "error", "cluster"] and not found["reads"]
    assert [metric["key"] for metric in found["metrics"]] == ["knn", "std_sqrt_d", "rankme"]
    assert all(len(metric["values"]) == len(found["steps"]) for metric in found["metrics"])
    assert found["error"] == "两个视图的距离（结束时）"


def test_what_a_point_is_asked_for(client: TestClient, finished: Finished) -> None:
    base, step = f"/playground/runs/{finished.run}", finished.runs.view(finished.run).of("Snapshot")[-1]["step"]
    near = client.get(f"{base}/neighbours/{step}/5")
    assert len(near.json()) == 12 and "immutable" in near.headers["cache-control"]
    for name, most in (("purity", 1), ("vote", 1), ("error", 2), ("cluster", 9)):
        values = np.frombuffer(client.get(f"{base}/values/{name}/{step}").content, np.float32)
        assert values.shape == (360,) and values.min() >= 0 and values.max() <= most
    assert client.get(f"{base}/overlap/{step}/{finished.run}/{step}").json() == 1
    quality = client.get(f"{base}/maps/pca-2/{step}/quality").json()
    assert set(quality) == {"trustworthiness", "preservation"} and 0.5 < quality["trustworthiness"] <= 1
    asked = client.get(f"{base}/maps/pca-2", params={"who": "me"})
    assert asked.json()["state"] == "done" and asked.headers["cache-control"] == "no-store"
    assert client.delete(f"{base}/maps/pca-2", params={"who": "me"}).status_code == 200


def test_own_images_are_fitted_placed_or_told_why_not(client: TestClient, finished: Finished) -> None:
    address = f"/playground/runs/{finished.run}/maps/pca-2/place"
    tile = finished.data.test.images[3, 0].numpy()
    files = {}
    for kind in ("PNG", "WEBP", "GIF"):
        out = io.BytesIO()
        Image.fromarray(tile).save(out, kind, **({"lossless": True} if kind == "WEBP" else {}))
        files[f"three.{kind.lower()}"] = out.getvalue()
    files |= {"<img src=x>.png": b"\x89PNG nothing", "empty.png": b""}
    answer = client.post(address, files=[("images", (name, body)) for name, body in files.items()], params={"lang": "zh"})
    found = answer.json()
    assert [one["name"] for one in found["placed"]] == ["three.png", "three.webp", "three.gif"]
    assert len(found["skipped"]) == 2 and "empty.png" in found["skipped"][1] and "请" in found["skipped"][1]
    for one in found["placed"]:
        assert one["near"][0][0] == 3 and len(one["at"]) == 2
        picture = Image.open(io.BytesIO(base64.b64decode(one["picture"].removeprefix("data:image/png;base64,"))))
        assert (np.asarray(picture) == tile).mean() > 0.95
        assert one["note"] == ""
    assert client.post(address, files=[]).json() == {"placed": [], "skipped": []}
    out = io.BytesIO()  # twelve bits of sixteen, which would be black
    Image.fromarray(tile.astype(np.uint16) * 16).save(out, "PNG")
    told = {"files": [("images", ("deep.png", out.getvalue()))], "params": {"lang": "zh"}}
    (deep,) = client.post(address, **told).json()["placed"]
    assert deep["near"][0][0] == 3 and "12 位" in deep["note"]
    assert client.post(f"/playground/runs/{finished.run}/fit", **told).json()["note"] == deep["note"]
    large = client.post(address, content=b"x", headers={"content-length": str(10**9)})
    assert large.status_code == 400 and "80 MB" in large.json()["error"]
    assert "only CLIP" in client.post(address.replace("place", "words"), json={"texts": ["a"]}).json()["error"]
    nothing = (b'{"texts": 3}', b'{"texts": []}', b'{"texts": ["", " "]}', b'{"texts": ["\\ud800"]}')
    for body in (b"", b"{", b"[]", b"[" * 99_999, *nothing):
        answer = client.post(address.replace("place", "words"), content=body, params={"lang": "zh"})
        assert answer.status_code == 400 and answer.json()["error"].endswith("。"), body[:20]
    long = client.post(address.replace("place", "words"), json={"texts": ["x" * 2_001]}).json()["error"]
    assert "more than 2,000 letters" in long  # and is not cut in silence
    many = client.post(address, files=[("images", (f"{i}.png", b"x")) for i in range(17)])
    assert many.status_code == 400 and "at most 16 at once" in many.json()["error"]


def test_each_export_has_its_name_and_kind(client: TestClient, finished: Finished) -> None:
    step = finished.runs.view(finished.run).of("Snapshot")[-1]["step"]
    for kind, begin in (("parquet", b"PAR1"), ("csv", b"index,"), ("zip", b"PK"), ("html", b"<!doctype html>")):
        answer = client.get(f"/playground/runs/{finished.run}/maps/pca-2/{step}/export.{kind}")
        assert answer.status_code == 200 and answer.content.startswith(begin)
        assert f'filename="simclr-digits-pca-step{step}.{kind}"' in answer.headers["content-disposition"]


def test_who_asks_for_the_same_file_at_the_same_time_shares_it(
    client: TestClient, finished: Finished, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve who exported one map at once took nineteen seconds of the processor."""
    made, begun, gate = list[str](), threading.Event(), threading.Event()

    def slow(maps: Maps, run: str, key: str, step: int) -> bytes:
        made.append(key)
        begun.set()
        assert gate.wait(60)
        return b"table"

    monkeypatch.setitem(export.EXPORTS, "csv", (slow, "text/csv", "csv"))
    step = finished.runs.view(finished.run).of("Snapshot")[0]["step"]
    address = f"/playground/runs/{finished.run}/maps/pca-2/{step}/export.csv"
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(client.get, address) for _ in range(4)]
        assert begun.wait(60)
        gate.set()
        assert [one.result(180).content for one in asked] == [b"table"] * 4
    assert made == ["pca-2"]


# -- Match ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def match(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The routes of an app without runs; what is asked here needs no network."""
    maps = Maps(Runs(tmp_path_factory.mktemp("match")), Background())
    matching = Matching(maps, Background(), local=False)
    with TestClient(Starlette(routes=[ui.mount(maps, matching)])) as client:
        yield client
    matching.close()


def deal(match: TestClient, language: str = "en", **asked: object) -> dict[str, Any]:
    """As a page asks: the same again until it is answered."""
    while True:
        answer = match.post(f"/playground/match/deal?lang={language}", json=asked | {"who": "me"})
        assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
        if answer.json()["state"] == "done":
            return answer.json()
        assert answer.json()["words"] and 0 <= answer.json()["progress"] <= 1


def test_without_models_there_is_nothing_to_match(client: TestClient) -> None:
    assert client.get("/playground/models").status_code == client.get("/playground/pictures/emoji/0.png").status_code == 404
    for path in ("match/deal", "pictures", "sets"):
        assert client.post(f"/playground/{path}", json={"set": "emoji"}).status_code == 404


def test_models_and_sets_are_listed_in_the_readers_language(match: TestClient) -> None:
    english, chinese = (match.get("/playground/models", params={"lang": lang, "also": "x,../y"}) for lang in ("en", "zh"))
    assert english.headers["cache-control"] == "no-store" and english.json()["local"] is False
    assert [one["id"] for one in english.json()["models"]] == [one["id"] for one in chinese.json()["models"]]
    assert all(a["note"] != b["note"] for a, b in zip(english.json()["models"], chinese.json()["models"], strict=True))
    assert {"id", "kind", "title", "note", "size", "licence", "speed", "multilingual"} == set(english.json()["models"][0])
    assert "emoji" in [one["id"] for one in english.json()["sets"]]


def test_pictures_are_dealt_and_fetched_at_their_own_size(match: TestClient) -> None:
    emoji = data.load("emoji", 64).test
    for one in deal(match, "zh", set="emoji", count=3, seed=1)["pictures"]:
        assert one["caption"] == emoji.captions["zh"][one["index"]]
        picture = match.get(f"/playground/pictures/{one['set']}/{one['index']}.png")
        assert picture.headers["content-type"] == "image/png" and "immutable" in picture.headers["cache-control"]
        pixels = np.asarray(Image.open(io.BytesIO(picture.content)))
        assert (pixels == emoji.images[one["index"]].permute(1, 2, 0).numpy()).all()


def test_own_pictures_and_sets_are_kept_or_told_why_not(match: TestClient) -> None:
    tiles = [png(image.permute(1, 2, 0).numpy()) for image in data.load("digits").test.images[:12]]
    files = [("images", ("../../a.png", tiles[0])), ("images", ("b.png", b"no picture"))]
    found = match.post("/playground/pictures?lang=zh", files=files).json()
    assert [one["name"] for one in found["pictures"]] == ["../../a.png"]
    assert len(found["skipped"]) == 1 and found["skipped"][0].endswith("。")
    answer = match.get(f"/playground/pictures/{found['pictures'][0]['own']}.png")
    assert (np.asarray(Image.open(io.BytesIO(answer.content))) == np.asarray(Image.open(io.BytesIO(tiles[0])))).all()
    folder = [("images", (f"mine/{i % 2}/{i}.png", tile)) for i, tile in enumerate(tiles)]
    kept = match.post("/playground/sets", files=folder).json()
    assert kept["set"]["count"] == 12 and kept["set"]["classes"] == 2 and kept["skipped"] == []
    assert match.get(f"/playground/pictures/{kept['set']['id']}/11.png").status_code == 200
    assert {one["label"] for one in deal(match, set=kept["set"]["id"])["pictures"]} <= {"0", "1"}
    few = match.post("/playground/sets", files=folder[:3])
    assert few.status_code == 400 and "only 3 can be used" in few.json()["error"]
    many = match.post("/playground/pictures", files=[("images", (f"{i}.png", tiles[0])) for i in range(17)])
    assert many.status_code == 400 and "at most 16" in many.json()["error"]
    assert match.post("/playground/sets", data={"x": "y"}).json()["error"].startswith("No file came")


@pytest.mark.parametrize(
    "path",
    [
        "pictures/emoji/-1.png", "pictures/emoji/99999999.png", "pictures/emoji/x.png", "pictures/folder:%2fetc/0.png",
        "pictures/..%2f..%2fown.png", "pictures/%2e%2e/0.png", "pictures/own-00000000000000000000.png", "pictures/own-x%00.png",
        "pictures/set-00000000000000000000/0.png", "pictures/nosuch/0.png", "pictures/emoji/0.exe", "match/deal", "sets",
    ],
)  # fmt: skip
def test_no_other_picture_can_be_fetched(match: TestClient, path: str) -> None:
    answer = match.get("/playground/" + path)
    assert answer.status_code in (400, 404, 405) and answer.headers["content-type"] != "image/png"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{", b"null", b'{"set": "nosuch"}', b'{"set": "\\ud800"}', b'{"set": "emoji", "count": NaN}',
        b"[" * 99_999, b'{"a": ' * 99_999, b" " * (2 << 20), b"\xff\xfe", b'{"set": {"a": 1}}',
        b'{"set": "emoji", "seed": 1e400}',
    ],
    ids=lambda body: repr(body[:30]),
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_told_so(match: TestClient, body: bytes) -> None:
    while (answer := match.post("/playground/match/deal?lang=zh", content=body)).status_code == 200:
        assert answer.json()["state"] != "done"
    assert answer.status_code in (400, 404) and answer.json()["error"].endswith("。")


def test_a_model_that_is_none_or_closed_is_told_so(match: TestClient) -> None:
    for model, said in (
        ("nosuch", "There is no model “nosuch”"), ("/etc/passwd", "closed here"), ("run:nosuch", "no run called"),
        ("<img src=x>", "There is no model “<img src=x>”"), ("ViT-B-32/nosuch", "has no weights"),
    ):  # fmt: skip
        answer = match.post("/playground/match/load", json={"model": model})
        assert answer.status_code in (400, 404) and said in answer.json()["error"]


def test_a_run_that_a_part_of_the_page_begins_is_the_browsers(match: TestClient, tmp_path: Path) -> None:
    runs, secret = Runs(tmp_path), "0123456789abcdef0123456789abcdef"
    asked = {"method": "clip", "dataset": "emoji", "seconds": 30, "seed": 4, "knobs": {"symmetric": False}, "secret": secret}
    with TestClient(Starlette(routes=[ui.mount(Maps(runs))])) as client:
        run = client.post("/playground/runs", json=asked).json()["run"]
        config = record.read_config(runs.folder(run))
        assert (config.method, config.seconds, config.seed, config.knobs) == ("clip", 30, 4, {"symmetric": False})
        assert runs.waiting() == [run] and secret not in (runs.folder(run) / "run.json").read_text()
        for wrong in (
            {"method": "nosuch"}, {"method": None}, {"dataset": "folder:/etc"}, {"dataset": None}, {"dataset": ["emoji"]},
            {"seconds": 601}, {"seconds": 0}, {"seconds": "x"}, {"seconds": None}, {"seconds": float("nan")}, {"seed": 2**40},
            {"seed": "x"}, {"seed": float("inf")}, {"knobs": [1]}, {"knobs": {"nosuch": 1}}, {"knobs": {"symmetric": "maybe"}},
            {"knobs": {"batch_size": 10**9}}, {"secret": "short"}, {"secret": None}, {"secret": ["x"] * 20},
        ):  # fmt: skip
            answer = client.post("/playground/runs?lang=zh", content=json.dumps(asked | wrong))
            assert answer.status_code in (400, 404) and answer.json()["error"].endswith("。"), wrong
        assert runs.waiting() == [run]
        runs.stop(run, secret)
        assert runs.state(run).kind == "stopped"
