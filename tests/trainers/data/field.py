"""Makes files and folders as people bring them, as small as can be."""

from __future__ import annotations

import io
import json
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

SIDE = 8
Members = dict[str, bytes]


@dataclass(frozen=True)
class Case:
    """What is brought, and its expected reading.

    make: writes it into a folder and returns its path. classes: None where there are none. split: the images of train and
    test, where it is given; count: all that are used. captions: some, by the end of a file's name. notes, skipped, fails:
    pieces of the sentences that are told.
    """

    name: str
    make: Callable[[Path], Path]
    classes: tuple[str, ...] | None = None
    count: int = 12
    split: tuple[int, int] | None = None
    captions: Mapping[str, str] | None = None
    notes: tuple[str, ...] = ()
    skipped: int = 0
    fails: str = ""


def picture(value: int, form: str = "PNG", mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", (SIDE, SIDE), (value * 20 % 256, 90, 160)).convert(mode)
    image.putpixel((0, 0), 255 if mode == "L" else (255, 255, 255))
    image.save(out, form)
    return out.getvalue()


def deep(low: int, high: int, bits: int = 0, form: str = "PNG") -> bytes:
    """A grey ramp of 16 bits; bits: what the file says of itself to be significant."""
    out = io.BytesIO()
    values = np.linspace(low, high, SIDE * SIDE).round().astype(np.uint16).reshape(SIDE, SIDE)
    options = {"tiffinfo": {281: (1 << bits) - 1}} if form == "TIFF" and bits else {}
    Image.fromarray(values).save(out, form, **options)  # pyright: ignore[reportArgumentType]
    content = out.getvalue()
    if form == "PNG" and bits:
        chunk = b"sBIT" + bytes([bits])
        content = content[:33] + struct.pack(">I", 1) + chunk + struct.pack(">I", zlib.crc32(chunk)) + content[33:]
    return content


def coloured(values: NDArray[np.uint16], told: int = 0, form: str = "PNG") -> bytes:
    """A picture of 16 bits a channel, (H,W,C): grey with transparency, RGB, RGBA. told: bits that it says to be significant."""
    if form == "TIFF":
        out = io.BytesIO()
        tifffile.imwrite(out, values, photometric="rgb", extrasamples=None if values.shape[2] == 3 else ["unassalpha"])
        return out.getvalue()
    height, width, channels = values.shape

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 16, {2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)
    bits = chunk(b"sBIT", bytes([told] * channels)) if told else b""
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + bits + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def fractions(values: NDArray[Any]) -> bytes:
    out = io.BytesIO()
    tifffile.imwrite(out, values, photometric="rgb" if values.ndim == 3 else "minisblack")
    return out.getvalue()


def ramp(high: float, channels: int, opaque: bool = False, kind: type = np.uint16) -> NDArray[Any]:
    """Values from 0 to `high`, (SIDE,SIDE,C), rising in the first channel, falling in the second; opaque: the last is alpha."""
    rising = np.linspace(0, high, SIDE * SIDE).reshape(SIDE, SIDE)
    values = np.stack([rising, rising[::-1], *[rising] * channels][: channels - opaque], 2)
    if opaque:
        values = np.concatenate([values, np.full((SIDE, SIDE, 1), 65535)], 2)
    return values.astype(kind)


def images(*folders: str, count: int = 4, first: int = 0, name: str = "{}.png") -> Members:
    """So many pictures in each folder, "" being none."""
    return {
        f"{folder}/{name.format(i)}".lstrip("/"): picture(i + 7 * n)
        for n, folder in enumerate(folders) for i in range(first, first + count)
    }  # fmt: skip


def folder(members: Mapping[str | bytes, bytes] | Members) -> Callable[[Path], Path]:
    def make(root: Path) -> Path:
        for name, content in members.items():
            path = root / "own" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return root / "own"

    return make


def zipped(
    members: Members,
    encoding: str = "",
    names: Mapping[str, str] | None = None,
    method: int = zipfile.ZIP_STORED,
    utf8_field: bool = False,
) -> Callable[[Path], Path]:
    """A zip. encoding: in which names are written, without a word of it; names: in which those that are listed are instead."""

    def make(root: Path) -> Path:
        path, back = root / "own.zip", dict[bytes, bytes]()
        with zipfile.ZipFile(path, "w", method) as archive:
            for n, (name, content) in enumerate(members.items()):
                own = (names or {}).get(name, encoding)
                if not own or name.isascii():
                    archive.writestr(zipfile.ZipInfo(name) if method == 0 else name, content)
                    continue
                raw = name.encode(own)
                # as many plain letters in its place, which are then written over: zipfile writes no other letters
                place = f"{n:04}".ljust(len(raw), "_")[: len(raw)]
                info = zipfile.ZipInfo(place)
                if utf8_field:
                    field = struct.pack("<BI", 1, zlib.crc32(raw)) + name.encode()
                    info.extra = struct.pack("<HH", 0x7075, len(field)) + field
                archive.writestr(info, content)
                back[place.encode()] = raw
        content = path.read_bytes()
        for place, raw in back.items():
            content = content.replace(place, raw)
        path.write_bytes(content)
        return path

    return make


def deflate64(members: Members) -> Callable[[Path], Path]:
    """A zip in the method of Windows for large folders. Stored blocks are the same in both methods, the third is not."""
    import inflate64

    def make(root: Path) -> Path:
        path, packed = root / "own.zip", dict[str, tuple[bytes, bytes]]()
        for name, content in members.items():
            deflater = inflate64.Deflater()
            packed[name] = (deflater.deflate(content) + deflater.flush(), content)
        with zipfile.ZipFile(path, "w") as archive:
            for name, (small, _) in packed.items():
                archive.writestr(zipfile.ZipInfo(name), small)
        return patched(path, {n: (9, zlib.crc32(c), len(c)) for n, (_, c) in packed.items()})

    return make


def patched(path: Path, entries: Mapping[str, tuple[int, int, int]], flags: int = 0) -> Path:
    """Write method, sum and size of members over those that are there, in both places."""
    content = bytearray(path.read_bytes())
    for name, (method, crc, size) in entries.items():
        for mark, at in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
            place = content.find(mark + content[0:0])
            while place >= 0:
                length = 30 if mark == b"PK\3\4" else 46
                if content[place + length : place + length + len(name)] == name.encode():
                    struct.pack_into("<H", content, place + at - 2, flags)
                    struct.pack_into("<H", content, place + at, method)
                    struct.pack_into("<I", content, place + at + 6, crc)
                    struct.pack_into("<I", content, place + at + 14, size)
                place = content.find(mark, place + 1)
    path.write_bytes(bytes(content))
    return path


def method(number: int, flags: int = 0) -> Callable[[Path], Path]:
    """A zip whose members say to be packed by another method."""
    members = images("a", "b")

    def make(root: Path) -> Path:
        path = zipped(members)(root)
        return patched(path, {n: (number, zlib.crc32(c), len(c)) for n, c in members.items()}, flags)

    return make


def raw(name: str, content: bytes) -> Callable[[Path], Path]:
    def make(root: Path) -> Path:
        (root / name).write_bytes(content)
        return root / name

    return make


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def lines(rows: Sequence[str], end: str = "\n") -> bytes:
    return end.join(rows).encode()


def coco(texts: Sequence[str]) -> bytes:
    """Captions of IMG_0000.png and so on, in two lists."""
    names = [{"id": 7 * i, "file_name": f"IMG_{i:04}.png"} for i in range(len(texts))]
    return json.dumps(
        {"images": names, "annotations": [{"image_id": 7 * i, "caption": one} for i, one in enumerate(texts)]}
    ).encode()


def heic(value: int) -> bytes:
    import pillow_heif

    out = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (16, 16), (value, 90, 160))).save(out)
    return out.getvalue()


def named(*names: str, file: str = "{}.png") -> Members:
    return images(*names, name=file)
