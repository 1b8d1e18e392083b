"""The lesson of a run of CLIP, before, while and after it trains."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from playground import ui
from playground.maps.making import Maps
from playground.match.learning import lesson
from playground.runs.store import Runs, claim
from tests.playground.conftest import Finished
from tests.playground.match.test_models import few_emoji, small_clip
from trainers import record
from trainers.errors import UserError
from trainers.train import RunConfig


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two short runs: with the symmetric loss, and with half of it."""
    root = tmp_path_factory.mktemp("lesson")
    small_clip(root / "both", steps=12)
    small_clip(root / "half", steps=2, symmetric=False)
    return root


@pytest.fixture(scope="module")
def web(root: Path) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=[ui.mount(Maps(Runs(root)))])) as web:
        yield web


def test_an_ended_run_shows_what_it_wrote(root: Path, web: TestClient) -> None:
    events = [json.loads(text) for text in (root / "both" / "events.jsonl").read_text().splitlines()]
    steps, drawn, seen = ([e for e in events if e["event"] == kind] for kind in ("Step", "Pictures", "Snapshot"))
    found = web.get("/playground/runs/both/lesson").json()
    assert (found["run"], found["state"], found["progress"], found["symmetric"]) == ("both", "finished", 1.0, True)
    assert found["step"] == 12 and found["seconds"] == pytest.approx(events[-1]["seconds"]) and "CLIP" in found["title"]
    values = np.array(found["table"]["values"])
    assert values.shape == (16, 16) and np.abs(values).max() <= 1
    assert found["table"]["values"] == drawn[-1]["tables"]["image_text"]["values"]
    assert set(found["table"]["columns"]) <= set(few_emoji().test.captions["en"])
    assert found["diagonal"] == pytest.approx(np.trace(values) / 16)
    assert found["rest"] == pytest.approx((values.sum() - np.trace(values)) / 240)
    assert found["diagonal"] > found["rest"]  # twelve steps teach as much
    assert found["scale"] == steps[-1]["parts"]["scale"]
    assert found["match"] == {key: seen[-1]["metrics"][key] for key in ("match_1", "match_5", "match_of")}
    for name, part in (("losses", "to_text"), ("losses", "to_image"), ("scales", "scale")):
        written = pytest.approx([step["parts"][part] for step in steps], rel=1e-3)
        assert any(curve["y"] == written for curve in found[name]["data"]), part


def test_the_strip_of_its_pictures_is_there(web: TestClient) -> None:
    found = web.get("/playground/runs/both/lesson").json()
    answer = web.get("/playground/" + found["picture"])
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.format == "PNG" and picture.width == 16 * picture.height
        strip = np.asarray(picture)
    emoji = few_emoji().test
    at = [emoji.captions["en"].index(caption) for caption in found["table"]["columns"]]
    expected = emoji.images[at].permute(2, 0, 3, 1).flatten(1, 2).numpy()
    assert (strip == expected).all()


def test_half_of_the_loss_and_the_other_language(web: TestClient) -> None:
    english, chinese = (web.get(f"/playground/runs/half/lesson?lang={lang}").json() for lang in ("en", "zh"))
    assert english["symmetric"] is chinese["symmetric"] is False
    assert english["words"] != chinese["words"] and english["title"] != chinese["title"]
    assert english["table"] == chinese["table"]


def test_a_run_that_waits_and_one_that_trains(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    maps, run = Maps(runs), runs.create(RunConfig("clip", "emoji", seconds=60.0), "me")
    found = lesson(maps, run, "en")
    assert (found["state"], found["progress"], found["step"], found["table"], found["match"]) == ("queued", 0, 0, None, None)
    assert found["picture"] is found["diagonal"] is found["rest"] is found["scale"] is None and found["words"]
    assert claim(tmp_path) == run and lesson(maps, run, "en")["state"] == "starting"
    stop = threading.Event()
    events = record.run(runs.root / run, stop=stop.is_set, load=lambda config: few_emoji())
    while lesson(maps, run, "en")["table"] is None:
        next(events)
    found = lesson(maps, run, "zh")
    assert found["state"] == "running" and 0 < found["progress"] < 1 and found["step"] > 0 and found["diagonal"] is not None
    assert json.dumps(found, allow_nan=False)
    stop.set()
    for _ in events:
        pass
    assert lesson(maps, run, "en")["state"] == "stopped" and lesson(maps, run, "en")["table"]


def test_a_run_without_words_has_no_lesson(finished: Finished) -> None:
    with TestClient(Starlette(routes=[ui.mount(Maps(finished.runs))])) as web:
        for run, said in ((finished.run, "This run was trained without words"), ("nosuch", "There is no run called nosuch")):
            answer = web.get(f"/playground/runs/{run}/lesson")
            assert answer.status_code in (400, 404) and answer.json()["error"].startswith(said)
    with pytest.raises(UserError, match="no run called"):
        lesson(Maps(finished.runs), "../x", "en")
