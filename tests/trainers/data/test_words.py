"""Words of names and captions, and what is refused as a measure of it could not fail."""

from __future__ import annotations

import time
import unicodedata
from pathlib import Path, PurePosixPath

import numpy as np
import pytest

from tests.trainers.data.field import deep, folder, images, zipped
from trainers.captions import captions
from trainers.data import folder as reader
from trainers.data import tables, zips
from trainers.data.layout import spoken
from trainers.data.names import composed, decode_all
from trainers.errors import DataError, UserError


@pytest.mark.parametrize(
    ("name", "words"),
    [("IMG_0001", ""), ("DSC00042", ""), ("PXL_20240101", ""), ("WhatsApp Image 2024-01-01 at 10.00.00", ""), ("照片12", ""),
     ("red_cat-01", "red cat"), ("img_cat_3", "img cat"), ("हिन्दी_1", "हिन्दी"), ("قِطَّة-2", "قِطَّة"), ("தமிழ்", "தமிழ்"),
     (unicodedata.normalize("NFD", "Müller_7"), "müller"), ("แมว_1", "แมว"), ("猫_1", "猫")],
)  # fmt: skip
def test_words_of_a_files_name_keep_their_marks_and_leave_out_cameras(name: str, words: str) -> None:
    assert spoken(name) == unicodedata.normalize("NFC", words)


def test_images_that_are_all_called_the_same_are_refused(tmp_path: Path) -> None:
    for other in (b"a photo of a cat", b"A Photo of a CAT"):  # a tower reads no capitals
        same = images("", count=10) | {f"{i}.txt": other if i % 2 else b"a photo of a cat" for i in range(10)}
        data = reader.load(zipped(same)(tmp_path))
        with pytest.raises(UserError, match="(?i)have the same words, “a photo of a cat”: CLIP needs words that differ"):
            captions(data, data.train)
    cameras = reader.load(folder(images("", count=10, name="IMG_{:04}.png"))(tmp_path))
    with pytest.raises(UserError, match="CLIP needs words"):
        captions(cameras, cameras.train)
    two = images("", count=10) | {f"{i}.txt": b"a cat" if i else b"a dog" for i in range(10)}
    data = reader.load(folder(two)(tmp_path / "two"))
    for part in (data.train, data.test):  # one of which may have one caption alone
        assert captions(data, part).texts


def test_long_names_of_classes_stay_two(tmp_path: Path) -> None:
    one, two = "x" * 240 + "a", "x" * 240 + "b"
    assert reader.load(zipped(images(one, two))(tmp_path)).classes == (one, two)


def test_what_systems_put_into_a_zip_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "MAX_ZIP_ENTRIES", 16)
    members = images("a", "b", count=8)
    junk = {f"__MACOSX/{name.replace('/', '/._')}": b"x" for name in members} | {"a/.DS_Store": b"x", "a/": b""}
    texts = {name.replace(".png", ".txt"): name.encode() for name in members}
    assert reader.load(zipped(members | junk | texts)(tmp_path)).classes == ("a", "b")
    with pytest.raises(DataError, match="more than 16 entries"):
        reader.load(zipped(members | {"c/0.png": b"x"})(tmp_path))


def test_a_set_of_16_bits_has_one_black_and_one_white(tmp_path: Path) -> None:
    both = (("dark", deep(100, 200, form="TIFF")), ("light", deep(100, 400, form="TIFF")))
    data = reader.load(folder({f"{n}{i}.tif": one for n, one in both for i in range(5)})(tmp_path), 8)
    highest = {name[0]: int(image.max()) for name, image in zip(data.train.names, data.train.images, strict=True)}
    assert 75 < highest["d"] < 95 and highest["l"] > 250  # a third of the range, and all of it


def test_full_16_bits_and_hot_pixels(tmp_path: Path) -> None:
    data = reader.load(folder({f"{i}.png": deep(0, 65535) for i in range(8)})(tmp_path), 8)
    assert not any("bits" in str(note) for note in data.notes) and data.train.images.max() == 255
    import io

    from PIL import Image

    values = np.full((64, 64), 300, np.uint16)
    values[:32], values[0, 0] = 100, 65535
    out = io.BytesIO()
    Image.fromarray(values).save(out, "TIFF")
    hot = reader.load(folder({f"{i}.tif": out.getvalue() for i in range(8)})(tmp_path / "hot"), 8)
    assert hot.train.images[0, 0, -1, -1] == 255 and hot.train.images[0, 0, 1, 5] == 0


def test_a_name_of_two_bytes_that_are_a_letter_of_utf8_too() -> None:
    raw = ["猫".encode("gbk"), "狗".encode("gbk"), "鸟".encode("gbk")]  # the first is “è” in UTF-8
    assert decode_all(raw) == (["猫", "狗", "鸟"], "gb18030")
    assert decode_all([b"cat", b"dog"]) == (["cat", "dog"], None)


FLOODS = {  # what one text would have made of it: objects by the million, or hours
    "lists.json": b"[" + b"[]," * 2_000_000 + b"0]",
    "lists.jsonl": b"[" + b"[]," * 2_000_000 + b"0]\n",
    "cells.csv": b"," * 2_000_000,
    "0.json": b'{"caption": [' + b"[]," * 2_000_000 + b"0]}",
    "long.csv": b"file,text\n" + b"0.png," + b"x" * (33 << 20),
    "long.txt": b"0.png," + b"x" * (33 << 20),
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_text_that_would_fill_the_memory_is_left_out_and_said_to_be(name: str, tmp_path: Path) -> None:
    table = {"good.csv": b"file,text\n" + b"".join(b"%d.png,number %d\n" % (i, i) for i in range(8))}
    data = reader.load(folder(images("", count=8) | table | {name: FLOODS[name]})(tmp_path))
    assert [error.sentence for error in data.skipped] == [tables.TOO_MUCH] and data.skipped[0].values["file"] == name
    assert {text for part in (data.train, data.test) for text in part.captions["en"]} == {f"number {i}" for i in range(8)}


def test_texts_are_bounded_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_BYTES", 20)
    beside = {f"{i}.txt": b"a cat %d" % i for i in range(8)}  # seven bytes each
    data = reader.load(zipped(images("", count=8) | beside)(tmp_path))
    assert [error.values["file"] for error in data.skipped] == [f"{i}.txt" for i in range(2, 8)]


def test_what_costs_more_than_its_length_is_cut_into_pieces() -> None:
    begun = time.thread_time()
    rows = read_table(b"a\n" * 2_000_000)
    assert rows == {} and time.thread_time() - begun < 5  # MAX_ROWS of them, instead of all
    begun = time.thread_time()
    assert len(composed("a" + "\u0301\u0323" * 100_000)) == 200_000  # which took a minute
    assert time.thread_time() - begun < 5
    begun = time.thread_time()
    line = "Café müde, der Hund lief über die Wiese\n"
    assert decode_all([line.encode("cp1252") * 200_000])[1] == "cp1252"  # of 8 MB, by a part of it
    assert time.thread_time() - begun < 10


def read_table(content: bytes) -> dict[object, str]:
    found = tables.read_words([(PurePosixPath("a.csv"), lambda: content)], [PurePosixPath("0.png")])
    return {**found.captions}


@pytest.mark.parametrize("text", ["ü" * 1_000, "한국어" * 200, "हिन्दी" * 100, "e\u0301\u0323 " * 300, "কো" * 300])
def test_a_long_text_is_composed_as_a_short_one(text: str) -> None:
    for at in range(3):
        apart = "x" * at + unicodedata.normalize("NFD", text)
        assert (composed(apart) == unicodedata.normalize("NFC", apart)) is True  # or pytest compares them for minutes
