"""What no page of ours sends: words of addresses, bodies, arguments, files and runs that are not as they should be."""

from __future__ import annotations

import io
import json
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from safetensors import safe_open
from safetensors.numpy import save_file
from starlette.routing import Mount, Route

OWN = "own-" + "0" * 20
GOOD = {
    "run": "good",
    "key": "pca-2",
    "step": "0",
    "other": "good",
    "other_step": "0",
    "index": "3",
    "name": "error",
    "kind": "json",
    "room": "good",
    "sweep": "good",
    "method": "simclr",
    "set": "emoji",
    "own": OWN,
}
VALUES = (
    "9" * 5000, "9" * 30, "2147483648", "-1", "1e400", "nan", "a" * 300, "a%00b", "%00", "..%2f..", "%ff%fe",
    "%F0%9F%98%80", "İ", "%20", "pca-2", "pca-999999999999999999999", "umap-nan-0.1-cosine-0-2",
    "tsne-" + "1" * 300 + "-cosine-0-2", "umap-15-0.1-cosine-0-" + "9" * 4400,
)  # fmt: skip
ASKED_FOR = ("lang", "after", "also", "runs", "row", "who", "frames", "axis", "set", "seed", "count", "size")
KINDS = (
    "application/json", "application/json; charset=undefined", "text/plain", "multipart/form-data",
    "multipart/form-data; boundary=x; charset=undefined", f"multipart/form-data; boundary={'x' * 300}",
    "application/x-www-form-urlencoded; charset=undefined",
)  # fmt: skip
ASKED = '{"secret": "ssssssssssssssssssss", '
BODIES = (
    "", "null", "[]", "{", '{"a":' + "[" * 3000, '{"image":' + "9" * 5000 + "}", '{"index": NaN}', "\udcff{}",
    "--x\r\n\r\n--x--",
    '--x\r\nContent-Disposition: form-data; name="images"; filename="a\x00b.png"\r\n'
    "Content-Type: image/png; charset=undefined\r\n\r\nabc\r\n--x--\r\n",
    ASKED + '"like": "' + "a" * 300 + '"}',
    ASKED + '"dataset": "digits", "method": "simclr", "seed": ' + "9" * 4400 + "}",
    ASKED + '"dataset": "digits", "method": "' + "a" * 300 + '", "seed": "' + "9" * 4400 + '"}',
    ASKED + '"dataset": "digits", "method": "simclr", "knobs": {"batch": ' + "9" * 400 + "}}",
    ASKED + '"dataset": "digits", "method": "simclr", "knobs": {"temperature": "' + "9" * 4400 + '"}}',
)  # fmt: skip
FILE = {"meta": {"_type": "gradio.FileData"}}
ARGUMENTS: tuple[Any, ...] = (
    None, -1, 0.5, 10**30, 10**400, True, "", "a" * 5000, "a\0b", "\0", "狗 🐶 كلب İ", "/etc/passwd", "../../etc/passwd",
    "~root", "run:../..", "local-dir:/etc", "hf-hub:../..", "file:///etc/passwd", "data:image/png;base64,%%%", "1e999",
    [], {}, [[[]]], {"a": {"b": None}}, ["a", 1, None, {}], {"set": "emoji", "index": 10**30}, {"set": [], "index": "x"},
    {"own": "../../etc/passwd"}, {"own": ["x"]}, [{"set": {}, "index": None}],
    FILE | {"path": "/etc/passwd"}, FILE | {"path": "app.py"}, FILE | {"path": "../../../etc/passwd"}, FILE | {"path": 7},
    FILE | {"path": "a\0b"}, FILE | {"path": "/etc/passwd", "url": "file:///etc/passwd", "orig_name": ["x"]},
    [FILE | {"path": "/etc/shadow"}],
)  # fmt: skip


def filled(path: str, **values: str) -> str:
    """An address of a route, each slot that is not given filled with what is right."""
    return "/playground" + re.sub(r"{(\w+)(?::\w+)?}", lambda found: (GOOD | values).get(found[1], "x"), path)


def every(app: Mount) -> list[tuple[str, str]]:
    """Method and path of each route."""
    routes = [route for route in app.routes if isinstance(route, Route)]
    return [(method, route.path) for route in routes for method in sorted((route.methods or set()) - {"HEAD"})]


def pictures(each: int, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """Files of every format, cut off, garbled, or larger than they say; `each` so many a format."""
    for form in ("PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP"):
        out = io.BytesIO()
        Image.fromarray(np.random.default_rng(0).integers(0, 256, (24, 24, 3), np.uint8)).save(out, form)
        whole = out.getvalue()
        for number in range(each):
            if number % 2:
                yield f"cut{number}.{form.lower()}", whole[: chance.randrange(len(whole))]
                continue
            garbled = bytearray(whole)
            for _ in range(chance.choice((1, 4, 40))):
                garbled[chance.randrange(len(garbled))] = chance.randrange(256)
            yield f"garbled{number}.{form.lower()}", bytes(garbled)
    huge = {b"IHDR": struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0), b"IDAT": zlib.compress(b"\0" * 999), b"IEND": b""}
    yield "huge.png", b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in huge.items())
    yield "drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    yield "../../up.png", b"no picture"
    yield "狗\u202e.png", b"\xff" * 100
    yield "empty.png", b""


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def zips(chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """Zips that lead out of themselves, unpack to too much, or are none."""
    good = {f"a/{i}.png": png(i) for i in range(9)}
    for name in ("../up.png", "/etc/up.png", "C:\\up.png", "a/../../up.png", "..\\up.png"):
        yield f"out-{len(name)}.zip", _zip(good | {name: png(1)})
    yield "bomb.zip", _zip({f"{i}.png": b"\0" * (40 << 20) for i in range(30)})
    yield "within.zip", _zip(good | {"inner.zip": _zip({"zeros": b"\0" * (10 << 20)})})
    yield "texts.zip", _zip({"a.txt": b"no picture", "b.png": b"neither"})
    yield "none.zip", _zip({})
    whole = _zip(good)
    yield "locked.zip", whole.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")
    for number in range(8):
        yield f"cut{number}.zip", whole[: chance.randrange(4, len(whole))]
        garbled = bytearray(whole)
        for _ in range(12):
            garbled[chance.randrange(4, len(whole))] = chance.randrange(256)
        yield f"garbled{number}.zip", bytes(garbled)


def png(value: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (16, 16), (value, 0, 0)).save(out, "PNG")
    return out.getvalue()


def _zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


class Bomb:
    """What a pickle may do when it is read: here, leave a file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.touch, (self.path,)


EVENTS = (  # lines that look like events and are none that was written here
    '{"event": "Step", "step": "x", "seconds": null, "loss": [], "images_per_second": {}}',
    '{"event": "Step", "step": 1}',
    '{"event": "Snapshot", "step": 99999999, "seconds": 1.0, "metrics": null}',
    '{"event": "Started", "step": 0, "seconds": 0}',
    '{"event": "Finished", "step": 3, "seconds": 1.0, "reason": 5}',
    '{"event": "Failed", "step": 3, "seconds": 1.0}',
    '{"event": "Step", "step": 3, "seconds": 1.0, "loss": NaN, "std_sqrt_d": 1.0, "images_per_second": 1.0}',
    '{"event": "Step", "step": 3, "seconds": 1.0, "loss": 1.0, "std_sqrt_d": 1e999, "images_per_second": 1.0, "parts": "x"}',
    '{"event": "Step", "step": 3, "seconds": 1.0, "loss": 1.0, "std_sqrt_d": 1, "images_per_second": 1, "parts": {"a": []}}',
    '{"event": "Snapshot", "step": 3, "seconds": 1.0, "metrics": {}}',
    '{"event": "Snapshot", "step": 3, "seconds": 1.0, "metrics": {"knn": NaN, "match_1": 0.5}}',
    '{"event": "Look", "step": 3, "seconds": 1.0, "images": 99999999999}',
    '{"event": "Look", "step": 3, "seconds": 1.0, "images": -4, "planes": 7}',
    '{"event": "Finished", "step": 3, "seconds": 1.0, "reason": "budget", "summary": {"knn": "x", "mse_mean": []}}',
    '{"event": "Finished", "step": 3, "seconds": 1.0, "reason": "budget", "summary": {}}',
    '{"event": "Pictures", "step": 3, "seconds": 1.0, "tables": {"similarity": {"values": "x"}}}',
    '{"event": "Pictures", "step": -1, "seconds": "a", "rows": 3}',
    '{"event": ["Step"], "step": 3}',
    '{"event": "Step", "step": 1e999, "seconds": NaN, "loss": Infinity}',
    '{"a":' + "[" * 3000,
    "\0" * 100,
)


FEATURES, ROWS, MAP = "snapshots/*-features.npz", "snapshots/*-rows.npz", "maps/pca-2/*.npz"  # the last one of each
OTHER_ARRAYS: dict[str, dict[str, Any]] = {
    "none": {}, "others": {"x": np.zeros(3)}, "words": {"features": np.array(["a", "b"])},
    "of a line": {"features": np.zeros(9, np.float16)}, "of few images": {"features": np.zeros((3, 8), np.float16)},
    "half of what is packed": {"codes": np.zeros((9, 2), np.int8)},
}  # fmt: skip


def damage(chance: random.Random, each: int) -> Iterator[tuple[str, Callable[[Path], object]]]:
    """Ways in which the folder of a run may be damaged: what is damaged, and how."""
    for name in ("run.json", "events.jsonl", "images.json", "images.png", "model.safetensors", FEATURES, ROWS, MAP):
        for number in range(each):
            yield f"{name} cut off", lambda folder, name=name, share=number / each: _cut(_last(folder, name), share)
            yield f"{name} garbled", lambda folder, name=name: _garble(_last(folder, name), chance)
        yield f"{name} of a list", lambda folder, name=name: _last(folder, name).write_text("[1, 2]\n")
        yield f"{name} of nothing", lambda folder, name=name: _last(folder, name).write_bytes(b"")
        yield f"{name} of zeros", lambda folder, name=name: _last(folder, name).write_bytes(b"\0" * 200)
        yield f"{name} a folder", lambda folder, name=name: _as_folder(_last(folder, name))
    for name, arrays in OTHER_ARRAYS.items():
        yield f"arrays: {name}", lambda folder, arrays=arrays: np.savez(_last(folder, FEATURES), **arrays)
    yield "weights that are no numbers", _no_numbers
    for number, line in enumerate(EVENTS):
        yield f"event {number} alone", lambda folder, line=line: (folder / "events.jsonl").write_text(line + "\n")
        yield f"event {number} last", lambda folder, line=line: _append(folder / "events.jsonl", line)
    for key, value in (("method", None), ("dataset", {}), ("seconds", "x"), ("knobs", []), ("seed", 10**30), ("size", "a"),
                       ("dataset", "folder:/etc"), ("dataset", "../.."), ("knobs", {"batch_size": {}})):  # fmt: skip
        yield f"config.{key} is {value}", lambda folder, key=key, value=value: _config(folder, key, value)
    for key in ("count", "columns", "rows", "width", "height", "classes", "labels", "captions", "names", "skipped"):
        yield f"images.json: {key}", lambda folder, key=key: _about(folder, key)


def bombs() -> Iterator[tuple[str, Callable[[Path], object]]]:
    """Ways in which a file of a run may be small and unpack to hundreds of megabytes: what it is, and how."""
    yield "spec of huge images", _huge_spec
    yield "images.png huge", _huge_picture
    yield "images.png and images.json huge", _huge_images
    for name in (FEATURES, ROWS, MAP):
        yield f"{name} unpacks to much", lambda folder, name=name: _zeros(_last(folder, name))
    yield "arrays: few numbers of which many are made", _many_of_few


def _last(folder: Path, name: str) -> Path:
    """A file of a run; of several the last one, and one that there is not is made: a map that was kept."""
    path = max(folder.glob(name), default=folder / name.replace("*", "00000000"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def _as_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _no_numbers(folder: Path) -> None:
    """A network that one step too many has spoilt."""
    path = folder / "model.safetensors"
    with safe_open(path, "np") as file:
        about, found = file.metadata(), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    spoilt = {name: np.full_like(value, np.nan) if value.dtype.kind == "f" else value for name, value in found.items()}
    save_file(spoilt, path, about)


def _huge_spec(folder: Path) -> None:
    """An autoencoder of larger images: layers grow with them, and the file does not."""
    spec = {"channels": 1, "height": 2048, "width": 2048, "mean": [0.5], "std": [0.5]}
    about = {"step": 1, "seconds": 1.0, "method": "autoencoder", "knobs": {"encoder": "conv"}, "spec": spec}
    save_file({"x": np.zeros(1, np.float32)}, folder / "model.safetensors", {"playground": json.dumps(about)})
    _config(folder, "method", "autoencoder")
    _config(folder, "knobs", {})


def _huge_picture(folder: Path) -> None:
    Image.new("RGB", (9_000, 9_000)).save(folder / "images.png")  # 243 MB of 240 kB, of which Pillow says nothing


def _huge_images(folder: Path) -> None:
    """As large as images.json says."""
    _huge_picture(folder)
    about = json.loads((folder / "images.json").read_text())
    about |= {"columns": 90, "rows": 90, "width": 100, "height": 100}
    (folder / "images.json").write_text(json.dumps(about))


def _zeros(path: Path) -> None:
    """An array that every reader would take for its own."""
    zeros = np.zeros((100, 1 << 20), np.uint8)
    np.savez_compressed(path, features=zeros, positions=zeros, scale=1.0)  # 100 MB of 100 kB each


def _many_of_few(folder: Path) -> None:
    parts = {
        "codes": np.zeros((20_000, 1), np.int8),
        "scale": np.ones(1),
        "mean": np.zeros(20_000),
        "basis": np.ones((1, 20_000)),
    }
    np.savez(_last(folder, FEATURES), **parts)


def _cut(path: Path, share: float) -> None:
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])


def _garble(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(max(3, len(content) // 200)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    path.write_bytes(content)


def _append(path: Path, line: str) -> None:
    with path.open("a") as file:
        file.write(line + "\n")


def _config(folder: Path, key: str, value: Any) -> None:
    about = json.loads((folder / "run.json").read_text())
    about["config"][key] = value
    (folder / "run.json").write_text(json.dumps(about))


def _about(folder: Path, key: str) -> None:
    about = json.loads((folder / "images.json").read_text())
    about[key] = "x" if key != "classes" else {"a": 1}
    (folder / "images.json").write_text(json.dumps(about))
