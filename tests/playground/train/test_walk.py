"""What the page is told of one step in slow motion: of every method, and of one that is not of the app."""

from __future__ import annotations

import base64
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from playground.learn import cards
from playground.maps.making import Maps
from playground.page.http import mounted
from playground.runs.store import Runs
from playground.texts import table
from playground.train import routes
from playground.train import walk as walking
from playground.train.walk import Walks, stations
from tests.example.vicreg import VICReg
from tests.trainers.synthetic import dataset
from trainers import method as registry
from trainers import record
from trainers.errors import NotFound, UserError
from trainers.method import methods
from trainers.train import RunConfig
from trainers.walk import BATCHES, SIZE

NAMES = [*methods(), "vicreg"]
COMPARED = {
    "simclr": "similarity", "swav": "assignments", "byol": "predictions", "simsiam": "predictions", "clip": "to_text",
    "autoencoder": "rebuilt", "denoising": "rebuilt", "masked": "patches",
}  # fmt: skip
PLACES = {
    "simclr": "images views features embeddings compared loss gradient moved",
    "clip": "images views features embeddings compared loss gradient moved",
    "autoencoder": "images features embeddings compared loss gradient moved",
    "denoising": "images views features embeddings compared loss gradient moved",
    "masked": "images views features compared loss gradient moved",
    "vicreg": "images views features embeddings loss gradient moved",
}


@pytest.fixture(scope="module")
def maps(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Runs of a few steps of every method, on data made on the spot."""
    data, found = dataset(), {**methods(), "vicreg": VICReg}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "methods", lambda: found)
        patch.setattr(walking, "load", lambda name, size: data)
        runs = Runs(tmp_path_factory.mktemp("runs"))
        for name in NAMES:
            record.create(runs.root / name, RunConfig(name, steps=12, device="cpu", knobs={"batch_size": 32}))
            for _ in record.run(runs.root / name, load=lambda config: data):
                pass
        walking._data.cache_clear()
        walking._walker.cache_clear()
        yield Maps(runs)
        walking._data.cache_clear()
        walking._walker.cache_clear()


@pytest.fixture(scope="module")
def walks(maps: Maps) -> Walks:
    return Walks(maps)


def loss_of(found: Any) -> float:
    """The loss as the numbers of the answer make it up, in the way that the page does it."""
    total = 0.0
    for one in found["tables"]:
        if one["kind"] != "softmax":
            total += np.sum(one["shares"])
            continue
        shown = np.array([[-np.inf if value is None else value for value in row] for row in one["values"]])
        logits = np.concatenate([shown, np.array(one["rest"])], 1) if one["rest"] else shown
        log = (
            logits - np.log(np.exp(logits - logits.max(1, keepdims=True)).sum(1, keepdims=True)) - logits.max(1, keepdims=True)
        )
        target = np.array(one["target"])
        total -= one["weight"] * (target * np.where(target > 0, log, 0)).sum(1).mean()
    return float(total)


@pytest.mark.parametrize("name", NAMES)
def test_the_numbers_of_the_answer_are_the_loss(walks: Walks, name: str) -> None:
    found = walks.walk(name, 0, "en")
    json.dumps(found, allow_nan=False)
    assert (found["count"], found["of"], found["step"]) == (SIZE, 32, 12)
    if name in COMPARED:
        assert found["tables"][0]["key"] == COMPARED[name]
        assert loss_of(found) == pytest.approx(found["loss"], abs=1e-5)
    else:
        terms = {**methods(), "vicreg": VICReg}[name].terms
        assert len(found["terms"]) == len(terms) and found["closer"] and (name != "vicreg" or not found["tables"])


@pytest.mark.parametrize("name", NAMES)
def test_each_method_has_its_stations_with_words_in_both_languages(walks: Walks, name: str) -> None:
    for language in ("en", "zh"):
        found = walks.walk(name, 0, language)
        places = [one["key"] for one in found["stations"]]
        if name in {*COMPARED, "vicreg"}:
            assert " ".join(places) == PLACES.get(name, PLACES["simclr"])
        assert places[0] == "images" and places[-3:] == ["loss", "gradient", "moved"]
        said = [*(one[part] for one in found["stations"] for part in ("title", "text")), *found["words"].values()]
        said += [one["name"] for one in (*found["vectors"], *found["tables"])] + list(found["rows"].values())
        assert all(said) and not any(
            re.search(r"walk\.|\{(?!number|loss|value|row|column|low|high|rows|columns)", one) for one in said
        )
        labels = [part["label"] for part in found["parts"]]
        assert all(f"walk.part_{part['name']}" in table(language) for part in found["parts"]), labels
        if language == "zh":
            assert not [one for one in (*said, *labels) if re.fullmatch(r"[A-Za-z ,.:]+", one) and one != "softmax"]


@pytest.mark.parametrize("name", COMPARED)  # which have a drawing
def test_each_station_is_lit_in_the_methods_drawing(walks: Walks, name: str) -> None:
    for way in ("wide", "tall"):
        lit = {one for places in re.findall(r'data-at="([^"]*)"', cards.flow(name, "en")[way]) for one in places.split()}  # type: ignore[literal-required]
        assert {one["key"] for one in walks.walk(name, 0, "en")["stations"]} <= lit
    assert "data-at" not in cards.card(name, "en")["wide"]  # nobody walks through a card


@pytest.mark.parametrize("name", NAMES)
def test_pictures_are_as_wide_as_they_say(walks: Walks, name: str) -> None:
    found = walks.walk(name, 0, "en")

    def size(address: str) -> tuple[int, int]:
        return Image.open(io.BytesIO(base64.b64decode(address.removeprefix("data:image/png;base64,")))).size

    for key, address in found["strips"].items():
        wide, high = size(address)
        assert wide == high * found["sides"][key]
    for one in found["vectors"]:
        assert size(one["src"]) == (one["columns"], one["rows"]) and one["low"] <= one["high"]
    for one in found["tables"]:
        assert not one["rows"] or max(one["rows"]) < found["sides"][one["strip"]]
        assert not one["columns"] or max(one["columns"]) < found["sides"][one["across"]]
        assert len(one["values"]) == len(one["after"]) == len(one["gradient"])


def test_what_is_true_of_one_method_is_said_of_it_alone(walks: Walks) -> None:
    clip, masked, byol = (walks.walk(name, 0, "en") for name in ("clip", "masked", "byol"))
    to_text, to_image = clip["tables"]
    assert (to_text["weight"], to_image["weight"]) == (0.5, 0.5) and len(to_text["names"]) == len(to_image["row_names"])
    assert clip["temperature"] == pytest.approx(0.07, abs=0.01)
    (patches,) = masked["tables"]
    assert patches["grid"] == [7, 7] and len(patches["values"][0]) == 49
    hidden = [sum(value is not None for value in row) for row in patches["values"]]
    assert (
        set(hidden) == {masked["numbers"]["hidden"]}
        and f"of each image {hidden[0]} are hidden" in masked["stations"][1]["text"]
    )
    assert all((share > 0) == (value is not None) for row, shares in zip(patches["values"], patches["shares"], strict=True)
               for value, share in zip(row, shares, strict=True))  # fmt: skip
    assert "target network" in byol["stations"][4]["text"] and byol["numbers"]["held"]
    assert next(part for part in byol["parts"] if part["name"] == "target")["gradient"] is None


@pytest.mark.parametrize(("knobs", "words"), [({}, "predictions"), ({"stop_gradient": False}, "predictions_free")])
def test_a_target_that_moves_is_said_to_move(walks: Walks, knobs: dict[str, bool], words: str) -> None:
    folder = walks.maps.runs.root / words
    record.create(folder, RunConfig("simsiam", steps=1, device="cpu", knobs=knobs))
    for _ in record.run(folder, load=lambda config: dataset()):
        pass
    found = walks.walk(words, 0, "en")
    assert ("compared", words) in stations(found, "simsiam") and found["numbers"]["held"] == (not knobs)


def test_the_answer_is_worked_out_once_for_all_languages(walks: Walks, monkeypatch: pytest.MonkeyPatch) -> None:
    first = walks.walk("simclr", 1, "en")
    monkeypatch.setattr(walking, "walked", lambda *asked: pytest.fail("it is known already"))
    assert walks.walk("simclr", 1, "zh")["tables"][0]["values"] == first["tables"][0]["values"]


def test_what_cannot_be_walked_is_refused(walks: Walks, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="goes through the next"):
        walks.walk("simclr", BATCHES, "en")
    with pytest.raises(NotFound):
        walks.walk("nobody", 0, "en")
    record.create(walks.maps.runs.root / "early", RunConfig("simclr", steps=5))
    with pytest.raises(UserError, match="before its first snapshot"):
        walks.walk("early", 0, "en")


def test_the_page_asks_by_address(maps: Maps) -> None:
    from starlette.testclient import TestClient

    client = TestClient(mounted(routes.routes(maps)))
    found = client.get("/playground/runs/simclr/walk/0?lang=zh")
    assert found.status_code == 200 and found.json()["stations"][0]["title"] == "图像"
    assert client.get(f"/playground/runs/simclr/walk/{BATCHES}?lang=en").json()["error"].startswith("One step in slow motion")
    assert client.get("/playground/runs/simclr/walk/x").status_code == 404
