"""What people bring is decoded beside the page: the same pixels, within bounds, and a bad picture costs nobody but itself."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
import pytest
from PIL import Image

from playground import reading
from playground.background import NOW, Background, Cancelled, Died
from playground.maps.making import Maps
from playground.maps.placing import Placing, fitted
from playground.match.own import Own
from playground.match.sets import Sets
from playground.reconstruct.networks import training_images
from playground.runs.store import Runs, read_images
from tests.playground.conftest import Finished
from tests.playground.jobs import die, shrink, soon, stay
from tests.trainers.data.field import coloured
from trainers import pictures
from trainers.data import load
from trainers.errors import DataError, UserError
from trainers.train import RunConfig


def encoded(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def ordinary() -> dict[str, bytes]:
    """Pictures of each kind that is turned into plain pixels in its own way."""
    noise = np.random.default_rng(0).integers(0, 256, (40, 60, 4), np.uint8)
    turned = Image.Exif()
    turned[0x0112] = 6
    return {
        "rgb.png": encoded(Image.fromarray(noise[..., :3])),
        "rgba.png": encoded(Image.fromarray(noise)),
        "turned.jpg": encoded(Image.fromarray(noise[..., :3]), "JPEG", exif=turned),
        "palette.png": encoded(Image.fromarray(noise[..., :3]).quantize(16)),
        "sixteen.png": encoded(Image.fromarray(noise[..., 0].astype(np.uint16) * 257 + 100)),
        "deep.png": coloured(noise[..., :3].astype(np.uint16) * 16),
        "la.png": encoded(Image.fromarray(noise[..., :2], "LA")),
        "float.tif": encoded(Image.fromarray(noise[..., 0].astype(np.float32) / 7), "TIFF"),
        "large.jpg": encoded(Image.fromarray(noise[..., :3]).resize((1800, 1200)), "JPEG"),
    }


@pytest.fixture
def decodes_nothing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In this process; what the app itself wrote, and reads again, is no matter."""
    monkeypatch.setattr(pictures, "_opened", lambda *args: pytest.fail("decoded in the page's process"))
    yield


def test_pixels_are_the_same_as_in_this_process() -> None:
    for name, content in ordinary().items():
        expected = pictures.tile(content, name, 16)
        ((count, found),) = reading.tiles([(content, name)], 16)
        if isinstance(found, pictures.Deep):
            assert isinstance(expected[1], pictures.Deep)
            assert (found.low, found.high, found.bits) == (expected[1].low, expected[1].high, expected[1].bits)
            found, expected = np.array(found.channels), (expected[0], np.array(expected[1].channels))
        assert count == expected[0] and np.array_equal(np.asarray(found), np.asarray(expected[1])), name
        alone, note = reading.single(content, name, 16, 3)
        assert np.array_equal(alone, pictures.square(pictures.open_image(content, name, 16), 16, 3)), name
        assert bool(note) == ("deep" in name or "float" in name), name
        small, said = reading.thumbnail(content, name, 32)
        assert small == pictures.thumbnail(content, name, 32)[0] and str(said) == str(note), name


@pytest.mark.usefixtures("decodes_nothing")
def test_nothing_that_people_bring_is_decoded_in_the_pages_process(finished: Finished, tmp_path: Path) -> None:
    files = list(ordinary().items())
    own = Own(Sets(tmp_path / "own"))
    assert [one["name"] for one in own.keep(files, "en")["pictures"]] == [name for name, _ in files]
    assert own.keep_set(files, "en")["set"]["count"] == len(files)
    with zipfile.ZipFile(tmp_path / "images.zip", "w") as archive:
        for name, content in files:
            archive.writestr(name, content)
    zipped = own.keep_set([("images.zip", (tmp_path / "images.zip").read_bytes())], "en")
    assert zipped["set"]["count"] == len(files)
    assert fitted(Maps(finished.runs), finished.run, *files[0])[0].shape == (1, 28, 28)
    run = Runs(tmp_path).create(RunConfig("simclr", f"folder:{tmp_path / 'images.zip'}", seconds=1.0), "me")
    assert len(read_images(tmp_path / run).test) > 0  # of a run that waits
    assert len(training_images(f"folder:{tmp_path / 'images.zip'}", 16)) > 0  # of means and components of Reconstruct


def test_a_file_that_is_refused_has_its_own_sentence() -> None:
    with pytest.raises(DataError, match=r"^notes.png cannot be read as an image"):
        reading.single(b"hello", "notes.png", 16, 3)
    with pytest.raises(DataError, match=r"^cut.png is damaged or cut off"):
        reading.thumbnail(ordinary()["rgb.png"][:2000], "cut.png", 16)


@pytest.mark.parametrize(("work", "seconds"), [(die, 60.0), (stay, 0.5)])
def test_a_process_that_dies_or_takes_too_long_costs_one_picture(
    work: Any, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = Background(nice=0, seconds=seconds)
    picture, sentence = ordinary()["rgb.png"], r"^x.png takes too long or too much memory to read: make it smaller\.$"
    free: SimpleQueue[Background] = SimpleQueue()
    free.put(process)
    monkeypatch.setattr(reading, "_free", free)
    begin = process.submit
    try:
        for read in (lambda: reading.single(picture, "x.png", 16, 3), lambda: reading.thumbnail(picture, "x.png", 16)):
            monkeypatch.setattr(process, "submit", lambda *args: begin(NOW, lambda: True, work))
            with pytest.raises(DataError, match=sentence):
                read()
            monkeypatch.setattr(process, "submit", begin)
        monkeypatch.setattr(process, "seconds", 60.0)  # a busy machine may need some to begin
        assert reading.single(picture, "x.png", 16, 3)[0].shape == (16, 16, 3)
    finally:
        process.close()


def test_many_small_pictures_are_one_way_there_and_back_and_one_that_ends_the_process_costs_no_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    process, asked = Background(nice=0), list[int]()
    free: SimpleQueue[Background] = SimpleQueue()
    free.put(process)
    begin = process.submit

    def submit(urgency: int, wanted: Any, work: Any, several: Any, size: int) -> Any:
        asked.append(len(several))
        return begin(urgency, wanted, shrink, several, size)

    monkeypatch.setattr(reading, "_free", free)
    monkeypatch.setattr(process, "submit", submit)
    good = encoded(Image.effect_noise((16, 16), 80))
    names = [f"{number:02}.png" for number in range(10)]
    try:
        with zipfile.ZipFile(tmp_path / "good.zip", "w") as archive:
            for name in names:
                archive.writestr(name, good)
        assert len(load(f"folder:{tmp_path / 'good.zip'}", shrink=reading.tiles).train) == 8
        assert asked == [10]
        with zipfile.ZipFile(tmp_path / "one.zip", "w") as archive:
            for name in names:
                archive.writestr(name, good if name != "04.png" else b"")
        found = load(f"folder:{tmp_path / 'one.zip'}", shrink=reading.tiles)
        assert [str(one) for one in found.skipped] == [str(DataError(pictures.TOO_HARD, file="04.png"))]
        assert len(found.train) + len(found.test) == 9
    finally:
        process.close()


def test_several_at_once_end_where_one_of_them_had_many_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_PIXELS", 300)
    content = encoded(Image.effect_noise((16, 16), 80))
    assert len(pictures.tiles([(content, "x.png")] * 5, 16)) == 2  # 512 pixels; at least one, however large
    monkeypatch.setattr(pictures, "MAX_PIXELS", 100)
    assert [type(found) for _, found in pictures.tiles([(content, "x.png")] * 5, 16)] == [DataError] * 5  # refused unread


def test_the_memory_of_a_process_has_a_bound() -> None:
    process, large = Background(nice=0, memory=512 << 20), encoded(Image.new("RGBA", (5000, 4990)), compress_level=1)
    try:
        ((pixels, found),) = process.submit(NOW, lambda: True, reading._tiles, [(large, "x.png")], 16).result(180)
    finally:
        process.close()
    assert pixels == 5000 * 4990 and isinstance(found, DataError) and found.sentence == pictures.TOO_HARD


def test_what_waits_when_the_app_ends_waits_no_longer() -> None:
    process = Background(nice=0)
    jobs = [process.submit(NOW, lambda: True, stay)]
    while not jobs[0].begun:
        threading.Event().wait(0.01)
    jobs.append(process.submit(NOW, lambda: True, stay))
    process._process.kill()  # or this test would wait for the one that stays
    process.close()
    with pytest.raises((Died, Cancelled)):
        jobs[0].result(180)
    with pytest.raises((Died, Cancelled)):
        jobs[1].result(180)


def test_of_too_many_uploads_at_once_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_room", threading.Semaphore(1))
    with reading.upload(), pytest.raises(UserError, match="Too many pictures are being read"), reading.upload():
        pass
    with reading.upload():
        pass


def test_an_upload_that_takes_too_long_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_free", SimpleQueue())  # both processes are at others' pictures
    monkeypatch.setattr(reading, "LONGEST", 0.05)
    with reading.upload(), pytest.raises(UserError, match="longer than 0.05 seconds"):
        reading.tiles([(b"", "x.png")], 16)


def test_a_room_of_people_may_wait_at_once_but_not_with_all_that_memory_has(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked, gate = threading.Semaphore(0), threading.Event()

    def waits(content: bytes, name: str, side: int) -> Any:
        asked.release()
        assert gate.wait(60)
        raise DataError(pictures.TOO_HARD, file=name)

    monkeypatch.setattr(reading, "thumbnail", waits)
    monkeypatch.setattr(reading, "BYTES", 42 * 100)
    own, small = Own(Sets(tmp_path / "own")), bytes(100)
    with ThreadPoolExecutor(40) as pool:
        room = [pool.submit(own.keep, [("a.png", small)], "en") for _ in range(40)]
        assert all(asked.acquire(timeout=60) for _ in room)
        for keep in (own.keep, own.keep_set):
            with pytest.raises(UserError, match="Too many pictures are being read"):
                keep([("a.png", small), ("b.png", small), ("c.png", small)], "en")
        gate.set()
        assert all(len(one.result(60)["skipped"]) == 1 for one in room)
    assert reading._held == 0 and len(own.keep([("a.png", small)] * 42, "en")["skipped"]) == 42


def test_a_room_of_people_may_wait_for_a_place_on_a_map() -> None:
    process = Background(nice=0)
    placing, together = Placing(None, process), threading.Barrier(40)  # pyright: ignore[reportArgumentType] (no frame is asked)
    try:
        with ThreadPoolExecutor(40) as pool:
            assert all(pool.map(lambda _: (together.wait(60), placing._at_once(soon))[1], range(40)))
    finally:
        process.close()
