"""Exported maps, read back by the tools they are for: pandas, pyarrow, a spreadsheet's eyes, TensorBoard's own projector."""

from __future__ import annotations

import dataclasses
import io
import json
import re
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from google.protobuf import text_format
from httpx import Response
from PIL import Image
from starlette.testclient import TestClient
from tensorboard.plugins.base_plugin import TBContext
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig
from tensorboard.plugins.projector.projector_plugin import ProjectorPlugin
from werkzeug.test import Client, TestResponse

from playground.explore import export, routes
from playground.maps.making import Maps
from playground.page.http import mounted
from playground.runs.store import Runs, read_images, write_images
from tests.playground.conftest import Finished
from trainers import record
from trainers.data import Dataset, Images
from trainers.errors import UserError
from trainers.events import Snapshot
from trainers.train import RunConfig

KEY = "pca-2"
NASTY = (
    "=1+1", "+1", "-1", "@SUM(A1)", "tab\there", "line\nbreak", "return\rhere", "both\r\nof them", "\t=1+1", "\n=1+1",
    '"=1+1"', "＝1+1", 'a "word", a comma; a ’', "🗺️ 👩‍🚀 map", "line\u2028separator", "NA", " ", "", "0", "plain = text",
)  # fmt: skip
FORMULAS = {0, 1, 2, 3, 8, 9, 10, 11}  # of these, what a spreadsheet would evaluate


@pytest.fixture(scope="module")
def maps(finished: Finished) -> Maps:
    return Maps(finished.runs)


def made(
    root: Path, part: Images, classes: tuple[str, ...] = (), dataset: str = "digits", features: int = 5
) -> tuple[Maps, str]:
    """A run that looked at its images once and saved no network."""
    runs, run = Runs(root), "by-hand"
    record.create(root / run, RunConfig("byol", dataset, steps=1, seed=7))
    write_images(root / run, Dataset(dataset, part, part, classes))
    values = np.random.default_rng(0).normal(size=(len(part), features)).astype(np.float16)
    record.append(root / run, Snapshot(3, 1.0, {"knn": None}, values))
    return Maps(runs), run


def noise(n: int, channels: int = 3, side: int = 16) -> torch.Tensor:
    return torch.randint(0, 256, (n, channels, side, side), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)


def captioned(root: Path) -> tuple[Maps, str]:
    n = len(NASTY)
    words = {"en": NASTY, "zh": tuple(f"第{i}张图" for i in range(n))}
    part = Images(noise(n), captions=words, names=tuple(f"-{i} a.png" for i in range(n)))
    return made(root, part, dataset="folder:/home/somebody/private")


def unpack(content: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return folder


class Projector:
    """TensorBoard's plugin, served over a folder as `tensorboard --logdir` does."""

    def __init__(self, folder: Path) -> None:
        self.routes = ProjectorPlugin(TBContext(logdir=str(folder))).get_plugin_apps()

    def get(self, route: str, **query: str) -> TestResponse:
        answer = Client(self.routes[route]).get(route, query_string={"run": ".", **query})
        assert answer.status_code == 200, answer.text
        return answer

    def tensor(self, name: str, columns: int) -> np.ndarray:
        return np.frombuffer(self.get("/tensor", name=name).data, np.float32).reshape(-1, columns)


def read_metadata(text: str) -> pd.DataFrame:
    """As the projector's page does: lines with nothing in them are dropped, cells are split at tabs, nothing is quoted."""
    rows = [line.split("\t") for line in text.split("\n") if line.strip()]
    assert len({len(row) for row in rows}) == 1
    return pd.DataFrame(rows[1:], columns=rows[0])


# -- the table ------------------------------------------------------------------------------------------------------


def test_a_row_says_all_that_is_known_of_an_image(finished: Finished, maps: Maps) -> None:
    run, last = finished.run, maps.steps(finished.run)[-1]
    features = record.read_snapshot(finished.runs.root / run, last).astype(np.float32)
    found = export.table(maps, run, KEY, last)
    known = ["index", "x", "y", "label", "label_index", "name", "error", "cluster", "purity"]
    assert found.columns.tolist() == known + [f"f{i}" for i in range(features.shape[1])]
    assert (found["index"] == np.arange(360)).all()
    assert np.array_equal(found[["x", "y"]], maps.frame(run, KEY, last).positions)
    assert np.array_equal(found.iloc[:, len(known) :], features) and (found.dtypes.iloc[len(known) :] == np.float32).all()
    labels = finished.data.test.labels
    assert labels is not None and found["label_index"].tolist() == labels.tolist() and found["label_index"].dtype == "Int64"
    assert found["label"].tolist() == [finished.data.classes[i] for i in labels]
    assert found["name"].tolist() == list(finished.data.test.names)
    assert np.array_equal(found["purity"], maps.measures.purity(run, last))
    for name, values in maps.measures.each(run).items():
        assert np.array_equal(found[name], values), name
    assert found["cluster"].dtype == np.int32
    assert export.table(maps, run, KEY, last, features=False).columns.tolist() == known


def test_the_last_network_says_nothing_of_an_earlier_snapshot(finished: Finished, maps: Maps) -> None:
    first = maps.steps(finished.run)[0]
    found = export.table(maps, finished.run, KEY, first, features=False)
    assert found.columns.tolist() == ["index", "x", "y", "label", "label_index", "name", "purity"]
    assert np.array_equal(found["purity"], maps.measures.purity(finished.run, first))


def test_a_map_in_space_has_a_third_column(finished: Finished, maps: Maps) -> None:
    last = maps.steps(finished.run)[-1]
    found = export.table(maps, finished.run, "pca-3", last)
    assert np.array_equal(found[["x", "y", "z"]], maps.frame(finished.run, "pca-3", last).positions)


@pytest.mark.parametrize("kind", export.EXPORTS)
def test_what_is_not_there_is_not_exported(finished: Finished, maps: Maps, kind: str) -> None:
    last = maps.steps(finished.run)[-1]
    for run, key, step in (("nosuch", KEY, last), (finished.run, "nosuch", last), (finished.run, KEY, last + 1)):
        with pytest.raises(UserError):
            export.EXPORTS[kind][0](maps, run, key, step)
    with pytest.raises(UserError):  # a frame that has not been made yet
        export.EXPORTS[kind][0](maps, finished.run, "umap-15-0.1-cosine-0-2", last)


def test_exports_of_one_network_address_leave_room_for_others(finished: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()

    def slow(maps: Maps, run: str, key: str, step: int) -> bytes:
        assert gate.wait(60)
        return f"{step}".encode()

    monkeypatch.setitem(export.EXPORTS, "csv", (slow, "text/csv", "csv"))
    limits = dataclasses.replace(finished.runs.limits, questions_address=10)  # more than once waited at all
    maps = Maps(Runs(finished.runs.root, limits))
    one, other = (TestClient(mounted(routes.routes(maps)), client=(host, 1)) for host in ("10.0.0.1", "10.0.0.2"))

    def ask(client: TestClient, step: int) -> Response:
        return client.get(f"/playground/runs/{finished.run}/maps/{KEY}/{step}/export.csv")

    with ThreadPoolExecutor(12) as pool:
        mine = [pool.submit(ask, one, step) for step in range(10)]
        while maps.share._open["10.0.0.1"] < 10:
            pass
        assert "at most 10 questions" in ask(one, 10).json()["error"]
        others = pool.submit(ask, other, 10)
        while maps.share._open["10.0.0.2"] < 1:
            pass
        gate.set()
        assert [found.result(60).text for found in (*mine, others)] == [f"{step}" for step in range(11)]


# -- Parquet --------------------------------------------------------------------------------------------------------


def test_parquet_holds_the_features_as_one_column(finished: Finished, maps: Maps) -> None:
    run, last = finished.run, maps.steps(finished.run)[-1]
    features = record.read_snapshot(finished.runs.root / run, last).astype(np.float32)
    content = export.parquet(maps, run, KEY, last)

    file = pq.ParquetFile(io.BytesIO(content))
    assert file.schema_arrow.field("features").type == pa.list_(pa.float32(), features.shape[1])
    assert {file.metadata.row_group(0).column(i).compression for i in range(file.metadata.num_columns)} == {"ZSTD"}
    assert json.loads(file.schema_arrow.metadata[b"playground"]) == {
        "run": run, "map": KEY, "step": last, "method": "simclr", "dataset": "digits", "seed": 0,
    }  # fmt: skip
    column = file.read().column("features").combine_chunks()
    assert np.array_equal(column.flatten().to_numpy().reshape(features.shape), features)

    found = pd.read_parquet(io.BytesIO(content))
    pd.testing.assert_frame_equal(found.drop(columns="features"), export.table(maps, run, KEY, last, features=False))
    assert isinstance(found["features"][0], np.ndarray) and found["features"][0].dtype == np.float32
    assert np.array_equal(np.stack(found["features"].tolist()), features)


def test_parquet_keeps_captions_as_they_are(tmp_path: Path) -> None:
    maps, run = captioned(tmp_path)
    found = pd.read_parquet(io.BytesIO(export.parquet(maps, run, KEY, 3)))
    assert found.columns.tolist() == ["index", "x", "y", "label", "label_index", "caption_en", "caption_zh", "name", "features"]
    assert found["caption_en"].tolist() == list(NASTY) and found["caption_zh"][2] == "第2张图"
    assert found["name"][0] == "-0 a.png"
    assert (found["label"] == "").all() and found["label_index"].isna().all() and found["label_index"].dtype == "Int64"


# -- CSV ------------------------------------------------------------------------------------------------------------


def test_csv_is_the_table(finished: Finished, maps: Maps) -> None:
    run, last = finished.run, maps.steps(finished.run)[-1]
    features = record.read_snapshot(finished.runs.root / run, last)
    content = export.csv(maps, run, KEY, last)
    assert content.startswith(b"index,x,y,label,") and b"\r" not in content
    found = pd.read_csv(io.BytesIO(content), dtype={"label": "str"})
    expected = export.table(maps, run, KEY, last)
    assert found.columns.tolist() == expected.columns.tolist()
    assert np.array_equal(found.filter(regex=r"^f\d+$").to_numpy(np.float16), features)  # six digits are all of a half float
    assert np.allclose(found[["x", "y"]], maps.frame(run, KEY, last).positions, rtol=1e-5, atol=0)
    assert found["label"].tolist() == expected["label"].tolist() and found["name"].tolist() == expected["name"].tolist()
    cells = content.decode().splitlines()[1].split(",")
    assert cells[-1] == f"{features[0, -1]:.6g}"


def test_a_caption_is_no_formula(tmp_path: Path) -> None:
    maps, run = captioned(tmp_path)
    found = pd.read_csv(io.BytesIO(export.csv(maps, run, KEY, 3)), keep_default_na=False, lineterminator="\n")
    expected = [f"'{text}" if i in FORMULAS else text for i, text in enumerate(NASTY)]
    assert found["caption_en"].tolist() == expected
    assert found["name"].tolist() == [f"'-{i} a.png" for i in range(len(NASTY))]
    assert found["caption_zh"].tolist() == [f"第{i}张图" for i in range(len(NASTY))]
    assert (found["label"] == "").all() and (found["label_index"] == "").all()
    assert found["x"].min() < 0  # a number stays one


def test_a_class_named_by_a_folder_is_no_formula(tmp_path: Path) -> None:
    part = Images(noise(4), torch.tensor([0, 1, 0, 1]))
    maps, run = made(tmp_path, part, ("=cmd|' /C calc'!A0", "cat"))
    found = pd.read_csv(io.BytesIO(export.csv(maps, run, KEY, 3)))
    assert found["label"].tolist() == ["'=cmd|' /C calc'!A0", "cat"] * 2


# -- TensorBoard ----------------------------------------------------------------------------------------------------


def test_tensorboard_reads_the_projector_folder(finished: Finished, maps: Maps, tmp_path: Path) -> None:
    run, last = finished.run, maps.steps(finished.run)[-1]
    features = record.read_snapshot(finished.runs.root / run, last).astype(np.float32)
    positions = np.pad(maps.frame(run, KEY, last).positions, ((0, 0), (0, 1)))  # of two columns its page draws nothing
    folder = unpack(export.projector(maps, run, KEY, last), tmp_path)
    config = text_format.Parse((folder / "projector_config.pbtxt").read_text(), ProjectorConfig())
    assert [(e.tensor_name, tuple(e.tensor_shape)) for e in config.embeddings] == [
        ("features", features.shape),
        ("map", positions.shape),
    ]

    projector = Projector(folder)
    assert projector.get("/runs").json == ["."]
    shown = projector.get("/info").json
    assert shown is not None and [e["tensorShape"] for e in shown["embeddings"]] == [[360, features.shape[1]], [360, 3]]
    assert np.array_equal(projector.tensor("features", features.shape[1]).astype(np.float16), features)
    assert np.allclose(projector.tensor("map", 3), positions, rtol=1e-5, atol=0)
    for name in ("features", "map"):
        metadata = read_metadata(projector.get("/metadata", name=name).text)
        assert metadata.columns.tolist() == ["label", "name", "index", "error", "cluster", "purity"]
        table = export.table(maps, run, KEY, last)
        assert metadata["label"].tolist() == table["label"].tolist()
        assert metadata["index"].tolist() == [str(i) for i in range(360)]
        assert np.allclose(metadata["error"].astype(float), table["error"], rtol=1e-5)
        answer = projector.get("/sprite_image", name=name)
        assert answer.mimetype == "image/png"
        with Image.open(io.BytesIO(answer.data)) as picture:
            sheet = np.array(picture)
    assert list(config.embeddings[0].sprite.single_image_dim) == [28, 28] and sheet.shape == (19 * 28, 19 * 28)
    for i, image in enumerate(finished.data.test.images):
        row, column = divmod(i, 19)
        assert np.array_equal(sheet[row * 28 : (row + 1) * 28, column * 28 : (column + 1) * 28], image[0]), i
    assert "tensorboard --logdir" in (folder / "README.txt").read_text()


def test_a_caption_stays_in_its_cell(tmp_path: Path) -> None:
    maps, run = captioned(tmp_path / "runs")
    folder = unpack(export.projector(maps, run, KEY, 3), tmp_path / "log")
    metadata = read_metadata(Projector(folder).get("/metadata", name="features").text)
    assert metadata.columns.tolist() == ["caption_en", "caption_zh", "name", "index"]  # of no class
    expected = [re.sub(r"\s+", " ", text).strip() for text in NASTY]
    assert metadata["caption_en"].str.removeprefix("'").tolist() == expected
    assert not metadata["caption_en"].str.lstrip('"').str.startswith(export.FORMULA).any()
    with Image.open(folder / "sprite.png") as picture:
        sheet = np.array(picture)
    assert sheet.shape == (80, 80, 3)  # 20 colour images, 5 a row
    images = read_images(maps.runs.folder(run)).test.images.permute(0, 2, 3, 1).numpy()
    assert np.array_equal(sheet[:64].reshape(4, 16, 5, 16, 3).swapaxes(1, 2).reshape(20, 16, 16, 3), images)


def test_metadata_of_one_column_has_no_header(tmp_path: Path) -> None:
    maps, run = made(tmp_path / "runs", Images(noise(6, channels=1)))
    folder = unpack(export.projector(maps, run, "pca-3", 3), tmp_path / "log")
    projector = Projector(folder)
    assert projector.get("/metadata", name="map").text == "0\n1\n2\n3\n4\n5\n"
    assert np.allclose(projector.tensor("map", 3), maps.frame(run, "pca-3", 3).positions, rtol=1e-5)


def test_a_sprite_too_large_is_made_smaller() -> None:
    images = noise(5, side=32).permute(0, 2, 3, 1).numpy()
    sheet, size = export.sprite(images, limit=96)
    assert sheet.size == (96, 96) and size == (32, 32)
    sheet, size = export.sprite(images, limit=50)
    assert sheet.size == (48, 48) and size == (16, 16)
    halved = images.reshape(5, 16, 2, 16, 2, 3).mean((2, 4))
    assert np.abs(np.array(sheet)[:16, :16] - halved[0]).max() <= 1  # Pillow rounds rows, then columns
    assert np.abs(np.array(sheet)[16:32, 16:32] - halved[4]).max() <= 1


# -- what is nobody's business ---------------------------------------------------------------------------------------


def test_a_folder_is_not_named(tmp_path: Path) -> None:
    maps, run = captioned(tmp_path)
    whole = {kind: make(maps, run, KEY, 3) for kind, (make, _, _) in export.EXPORTS.items()}
    with zipfile.ZipFile(io.BytesIO(whole["zip"])) as archive:
        parts = [whole["parquet"], whole["csv"], *map(archive.read, archive.namelist())]
        assert b"byol on folder, seed 7, step 3" in archive.read("README.txt")
    assert not any(b"somebody" in part or b"private" in part for part in parts)
    about = json.loads(pq.read_schema(io.BytesIO(whole["parquet"])).metadata[b"playground"])
    assert about["dataset"] == "folder" and about["seed"] == 7
    assert export.file_name(maps, run, KEY, 3, "zip") == "byol-folder-pca-step3.zip"


def test_a_file_has_a_plain_name(tmp_path: Path, finished: Finished, maps: Maps) -> None:
    assert (
        export.file_name(maps, finished.run, "umap-15-0.1-cosine-0-2", 415, "parquet") == "simclr-digits-umap-step415.parquet"
    )
    maps, run = made(tmp_path, Images(noise(4)), dataset='мои "../данные"')
    assert re.fullmatch(r"[A-Za-z0-9_-]+\.csv", export.file_name(maps, run, KEY, 3, "csv"))
    with pytest.raises(UserError):
        export.file_name(maps, run, '"/../', 3, "csv")
