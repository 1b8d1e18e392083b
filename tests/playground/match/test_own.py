"""What people bring to Match: a folder that is dropped means what its zip means, and no label is cut in silence."""

from __future__ import annotations

import os
import time
import zipfile
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from playground.match import checks
from playground.match.own import Own
from playground.match.sets import Sets
from playground.runs.storage import occupied
from tests.trainers.data.field import coloured, heic, images, ramp, zipped
from trainers import pictures
from trainers.errors import UserError

LAYOUTS = {
    "a split": images("mine/train/cats", "mine/train/dogs", "mine/val/cats", "mine/val/dogs"),
    "wrappers and junk": images("mine/a/b/cats", "mine/a/b/dogs") | {"mine/.DS_Store": b"x", "mine/a/b/cats/Thumbs.db": b"x"},
    "captions": images("mine", count=9) | {f"mine/{i}.txt": f"number {i}".encode() for i in range(9)},
    "unlabelled": images("mine/train/cats", "mine/train/dogs", count=5) | images("mine/test", count=20),
    "names in Chinese": images("我的/猫", "我的/狗"),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_folder_means_what_its_zip_means(name: str, tmp_path: Path) -> None:
    members, own = LAYOUTS[name], Own(Sets(tmp_path / "own"))
    dropped = own.keep_set(list(members.items()), "en")
    packed = own.keep_set([("mine.zip", zipped(members)(tmp_path).read_bytes())], "en")
    assert {**dropped["set"], "id": ""} == {**packed["set"], "id": ""} and dropped["skipped"] == packed["skipped"] == []
    one, two = (own.sets.set(found["set"]["id"])[1] for found in (dropped, packed))
    assert (one.classes, one.train.names, one.test.names) == (two.classes, two.train.names, two.test.names)
    assert one.train.captions == two.train.captions
    assert dropped["set"]["notes"] and (dropped["set"]["classes"] == 2) == (name != "captions")
    if name == "a split":
        assert "Split train / val as given: 8 images to learn from, 8 to test on." in dropped["set"]["notes"]


def test_who_is_refused_has_brought_nothing_and_taken_nothing_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = list(LAYOUTS["unlabelled"].items())
    sets = Sets(tmp_path / "own")
    theirs = Own(sets).keep_set(files, "en")["set"]["id"]

    def full() -> AbstractContextManager[None]:
        raise UserError("Wait.")

    late = Own(sets, share=full)
    monkeypatch.setattr(late, "_write", lambda name, files: pytest.fail("written"))  # and what is written may be another's
    before = sorted(late.root.rglob("*"))
    for brought in (files, list(LAYOUTS["captions"].items())):
        with pytest.raises(UserError, match="Wait"):
            late.keep_set(brought, "en")
    assert sorted(late.root.rglob("*")) == before and sets.set(theirs)


def test_two_long_labels_are_two_and_a_longer_one_is_refused() -> None:
    one, two = "x" * 250 + "a", "x" * 250 + "b"
    assert checks.texts([one, two], 9) == [one, two]
    with pytest.raises(UserError, match=r"“x+…” has more than 2,000 letters: shorten it"):
        checks.texts(["x" * 2_001], 9)
    assert checks.texts(["Mu\u0308ller", "Müller"], 9) == ["Müller"]  # one word in two spellings


def test_pictures_of_phones_are_read_aside(tmp_path: Path) -> None:
    found = Own(Sets(tmp_path / "own")).keep([("IMG_1.HEIC", heic(120)), ("b.avif", avif())], "en")
    assert found["skipped"] == [] and len(found["pictures"]) == 2


def test_a_picture_of_few_bits_says_that_it_was_stretched(tmp_path: Path) -> None:
    found = Own(Sets(tmp_path / "own")).keep([("cells.png", coloured(ramp(900, 3))), ("b.avif", avif())], "en")
    assert found["notes"] == ["cells.png: 10 of 16 bits used: values 0 to 900 are stretched to black and white."]


def test_a_clock_that_jumps_ahead_forgets_few_of_what_people_brought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, now = Own(Sets(tmp_path / "own")), time.time()
    for number in range(100):
        path = tmp_path / "own" / f"own-{number:020x}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
        os.utime(path, (now + number,) * 2)
    monkeypatch.setattr("playground.match.own.time.time", lambda: now + 15 * 86_400)
    kept.expire()
    assert [int(path.stem[4:], 16) for path in sorted(kept.root.iterdir())] == list(range(10, 100))  # the oldest
    for _ in range(40):  # hours
        kept.expire()
    assert not list(kept.root.iterdir())


def test_what_is_too_much_is_cleared_down_to_where_the_next_ones_have_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Own(Sets(tmp_path / "own"))
    kept.root.mkdir()
    paths = [kept.root / f"own-{number:020x}.png" for number in range(20)]
    for age, path in enumerate(paths):
        path.write_bytes(b"x")
        os.utime(path, (time.time() - 99 + age,) * 2)
    one = occupied(paths[0])
    monkeypatch.setattr("playground.match.own.BYTES", 20 * one)
    kept.expire()
    assert all(path.exists() for path in paths)
    kept.keep([("cells.png", coloured(ramp(900, 3)))], "en")
    assert not any(path.exists() for path in paths[:3]) and all(path.exists() for path in paths[3:])
    monkeypatch.setattr(kept, "expire", lambda: pytest.fail("all was looked at again"))
    kept.keep([("b.png", coloured(ramp(800, 3)))], "en")


def avif() -> bytes:
    from tests.trainers.data.field import picture

    return picture(3, "AVIF")


def test_the_zip_that_a_dropped_folder_becomes_is_one_that_anybody_reads(tmp_path: Path) -> None:
    own = Own(Sets(tmp_path / "own"))
    own.keep_set([(f"C:\\me\\..\\pets/{i}.png", content) for i, content in enumerate(images("", count=8).values())], "en")
    (path,) = (tmp_path / "own").glob("set-*/images.zip")
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist()[0] == "C_/me/pets/0.png"
    assert "HEIF" in pictures.FORMATS
