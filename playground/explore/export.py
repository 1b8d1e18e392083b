"""A frame of a map for other tools: a table as Parquet or CSV, and a folder for TensorBoard's Embedding Projector."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pandas.api.types import is_float_dtype, is_string_dtype
from PIL import Image

from playground.maps.making import Maps
from playground.maps.reducers import from_key
from playground.runs.store import read_images
from trainers import record
from trainers.data import FOLDER
from trainers.errors import UserError
from trainers.train import RunConfig

NUMBER = "%.6g"  # features are half floats, which five digits tell apart
FORMULA = tuple("=+-@＝＋－＠\t\r\n")  # what a spreadsheet may take for the beginning of a formula, as OWASP lists it
SPRITE = 8192  # pixels a side: the largest texture that every graphics card draws

README = """{title}

features   vectors.tsv, {shape}: the network's features, an image a row
map        positions.tsv, the same images as they lie on the map that was exported; of a plane the third column is 0
           metadata.tsv, what is known of each image; sprite.png, the images, row by row

With TensorBoard, images included: unpack the zip into a folder, then

    pip install tensorboard
    tensorboard --logdir FOLDER

and open http://localhost:6006/#projector. The two tensors are in the list at the top left.

Without it: https://projector.tensorflow.org, Load, then vectors.tsv and metadata.tsv. Images are not shown there.
"""


def table(maps: Maps, run: str, key: str, step: int, features: bool = True) -> pd.DataFrame:
    """A row an evaluation image of a frame that is ready; UserError where it is not.

    index, x, y, in space z; label (empty where unknown) and label_index (Int64), caption_en, caption_zh and name where there
    are some; at the last snapshot of a run with a saved network what `Measures.each` gives: error, cluster, prototype; purity
    where there are labels; with `features` f0 to fF-1, float32.
    """
    positions, folder = maps.frame(run, key, step).positions, maps.runs.folder(run)
    data, n = read_images(folder), len(positions)
    part = data.test
    columns: dict[str, Any] = {"index": np.arange(n)} | dict(zip("xyz", positions.T, strict=False))
    labels = [None] * n if part.labels is None else part.labels.tolist()
    columns["label"] = ["" if label is None else data.classes[label] for label in labels]
    columns["label_index"] = pd.array(labels, "Int64")
    columns |= {f"caption_{language}": texts for language, texts in part.captions.items()}
    if part.names:
        columns["name"] = part.names
    if step == maps.steps(run)[-1]:  # the network is the last one
        with suppress(UserError):  # no network was saved
            found = maps.measures.each(run)
            columns |= {name: value if name == "error" else value.astype(np.int32) for name, value in found.items()}
    if part.labels is not None:
        columns["purity"] = maps.measures.purity(run, step)
    frame = pd.DataFrame(columns)
    if features:
        vectors = maps.features(run, step).astype(np.float32)
        frame = pd.concat([frame, pd.DataFrame(vectors, columns=[f"f{i}" for i in range(vectors.shape[1])])], axis=1)
    return frame


def parquet(maps: Maps, run: str, key: str, step: int) -> bytes:
    """The table as a Parquet file whose column `features` is a fixed-size list of float32.

    The file's metadata has, as JSON under "playground", what it is of: run, map, step, method, dataset, seed.
    """
    vectors = maps.features(run, step).astype(np.float32)
    found = pa.Table.from_pandas(table(maps, run, key, step, features=False), preserve_index=False)
    found = found.append_column("features", pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1]))
    config = record.read_config(maps.runs.folder(run))
    about = {"run": run, "map": key, "step": step, "method": config.method, "dataset": _data(config), "seed": config.seed}
    found = found.replace_schema_metadata({**(found.schema.metadata or {}), "playground": json.dumps(about)})
    out = io.BytesIO()
    pq.write_table(found, out, compression="zstd")
    return out.getvalue()


def csv(maps: Maps, run: str, key: str, step: int) -> bytes:
    """The table as UTF-8 CSV, numbers to six digits. A text that a spreadsheet would take for a formula begins with '."""
    frame = table(maps, run, key, step)
    for name in frame:
        if is_string_dtype(frame[name]):
            frame[name] = frame[name].map(_harmless)
    return frame.to_csv(index=False, float_format=NUMBER, lineterminator="\n").encode()


def projector(maps: Maps, run: str, key: str, step: int) -> bytes:
    """A zip that TensorBoard's Embedding Projector opens: features and map as two tensors, metadata and the images."""
    vectors, positions = maps.features(run, step), maps.frame(run, key, step).positions
    positions = np.pad(positions, ((0, 0), (0, 3 - positions.shape[1])))  # the projector draws nothing of two columns
    images = read_images(maps.runs.folder(run)).test.images.permute(0, 2, 3, 1).numpy()
    sheet, size = sprite(images)
    config = record.read_config(maps.runs.folder(run))
    title = f"{config.method} on {_data(config)}, seed {config.seed}, step {step}, map {key}"
    picture = io.BytesIO()
    sheet.save(picture, "PNG")
    files = {
        "projector_config.pbtxt": _embedding("features", vectors.shape, "vectors.tsv", size)
        + _embedding("map", positions.shape, "positions.tsv", size),
        "vectors.tsv": _tensor(vectors),
        "positions.tsv": _tensor(positions),
        "metadata.tsv": _metadata(table(maps, run, key, step, features=False)),
        "sprite.png": picture.getvalue(),
        "README.txt": README.format(title=title, shape="×".join(map(str, vectors.shape))),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def sprite(images: NDArray[np.uint8], limit: int = SPRITE) -> tuple[Image.Image, tuple[int, int]]:
    """(N,H,W,1 or 3) -> a square grid of them, row by row, at most `limit` pixels a side, and a tile's width and height."""
    n, h, w, c = images.shape
    columns = int(np.ceil(np.sqrt(n)))
    shrink = min(1.0, limit / (columns * max(h, w)))
    width, height = max(1, int(w * shrink)), max(1, int(h * shrink))
    sheet = Image.new("L" if c == 1 else "RGB", (columns * width, columns * height))
    for i, image in enumerate(images):
        tile = Image.fromarray(image if c == 3 else image[..., 0])
        if shrink < 1:
            tile = tile.resize((width, height), Image.Resampling.BOX)
        sheet.paste(tile, (i % columns * width, i // columns * height))
    return sheet, (width, height)


EXPORTS: dict[str, tuple[Callable[[Maps, str, str, int], bytes], str, str]] = {
    "parquet": (parquet, "application/vnd.apache.parquet", "parquet"),
    "csv": (csv, "text/csv; charset=utf-8", "csv"),
    "zip": (projector, "application/zip", "zip"),
}


def file_name(maps: Maps, run: str, key: str, step: int, suffix: str) -> str:
    """What a downloaded file is called: "simclr-fashion-mnist-umap-step415.parquet"."""
    config = record.read_config(maps.runs.folder(run))
    name = f"{config.method}-{_data(config)}-{from_key(key).name}-step{step}"
    return re.sub(r"[^A-Za-z0-9_-]", "-", name) + f".{suffix}"


def _data(config: RunConfig) -> str:
    """The data set's name; where a person's own images are on this machine is nobody's business."""
    return "folder" if config.dataset.startswith(FOLDER) else config.dataset


def _harmless(text: str) -> str:
    # a tab-separated file is not quoted, so a spreadsheet takes quotes of the text's own away before it looks for a formula
    return f"'{text}" if text.lstrip('"').startswith(FORMULA) else text


def _tensor(values: NDArray[Any]) -> str:
    out = io.StringIO()
    np.savetxt(out, values, NUMBER, "\t")
    return out.getvalue()


def _metadata(frame: pd.DataFrame) -> str:
    """Texts before numbers: points are called by the first column. TensorBoard wants no header above a single column."""
    dropped = {"x", "y", "z", "label_index"} | ({"label"} if set(frame["label"]) == {""} else set())
    known = {str(name): column for name, column in frame.items() if name not in dropped}
    columns = {name: _cells(known[name]) for name in sorted(known, key=lambda name: not is_string_dtype(known[name]))}
    rows = [*([tuple(columns)] if len(columns) > 1 else []), *zip(*columns.values(), strict=True)]
    return "".join("\t".join(row) + "\n" for row in rows)


def _cells(column: pd.Series) -> list[str]:
    if is_string_dtype(column):
        return [_harmless(" ".join(text.split())) for text in column]
    return [NUMBER % value if is_float_dtype(column) else str(value) for value in column]


def _embedding(name: str, shape: tuple[int, ...], path: str, size: tuple[int, int]) -> str:
    """One tensor of a ProjectorConfig, in protobuf's text format."""
    return f"""embeddings {{
  tensor_name: "{name}"
  tensor_shape: {shape[0]}
  tensor_shape: {shape[1]}
  tensor_path: "{path}"
  metadata_path: "metadata.tsv"
  sprite {{
    image_path: "sprite.png"
    single_image_dim: {size[0]}
    single_image_dim: {size[1]}
  }}
}}
"""
