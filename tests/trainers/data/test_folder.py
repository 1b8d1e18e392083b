"""A person's own images: what is used, how it is read, and what each bad file makes it say."""

from __future__ import annotations

import io
import stat
import struct
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from trainers import pictures
from trainers.data import files, folder, zips
from trainers.data import load as load_by_name
from trainers.errors import DataError


def png(value: int | tuple[int, ...] = (10, 20, 30), size: tuple[int, int] = (16, 16), mode: str = "RGB") -> bytes:
    return encoded(Image.new(mode, size, value))


def encoded(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)  # pyright: ignore[reportArgumentType]
    return buffer.getvalue()


def fill(root: Path, count: int = 8, prefix: str = "ok") -> Path:
    """`root` with that many good colour images."""
    root.mkdir(parents=True, exist_ok=True)
    for i in range(count):
        (root / f"{prefix}{i}.png").write_bytes(png((i, 0, 0)))
    return root


def make_zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def good(count: int = 8, prefix: str = "ok") -> dict[str, bytes]:
    return {f"{prefix}{i}.png": png((i, 0, 0)) for i in range(count)}


def skip_of(tmp_path: Path, name: str, content: bytes) -> str:
    """What `load` says of this one file among good ones, all of which it uses."""
    (fill(tmp_path / "images") / name).write_bytes(content)
    data = folder.load(tmp_path / "images")
    assert len(data.train) + len(data.test) == 8
    assert len(data.skipped) == 1
    return tuple(map(str, data.skipped))[0]


def pixel_of(content: bytes, channels: int = 3) -> list[int]:
    """The first pixel after the whole way from bytes to tensor."""
    return folder.fit(folder.open_image(content, "x"), 8, channels)[:, 0, 0].tolist()


# What is said of files that cannot be used


def test_truncated_jpeg(tmp_path: Path) -> None:
    whole = encoded(Image.effect_noise((64, 64), 80), "JPEG")
    assert skip_of(tmp_path, "cut.jpg", whole[: len(whole) // 2]) == "cut.jpg is damaged or cut off: replace it."


def test_corrupt_png(tmp_path: Path) -> None:
    content = bytearray(encoded(Image.effect_noise((64, 64), 80)))
    content[100:200] = bytes(100)
    assert skip_of(tmp_path, "bad.png", bytes(content)) == "bad.png is damaged or cut off: replace it."


def test_not_an_image(tmp_path: Path) -> None:
    expected = "notes.png cannot be read as an image: use one of PNG, JPEG, WEBP, GIF, BMP, TIFF, AVIF, HEIC."
    assert skip_of(tmp_path, "notes.png", b"hello") == expected


def test_formats_that_are_not_open_are_refused() -> None:
    with pytest.raises(DataError, match="cannot be read as an image"):
        folder.open_image(encoded(Image.new("RGB", (16, 16)), "PPM"), "x.ppm")


def test_svg(tmp_path: Path) -> None:
    content = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'
    assert skip_of(tmp_path, "a.svg", content) == "a.svg is an SVG drawing, which is not supported: save it as PNG."


def test_zero_bytes(tmp_path: Path) -> None:
    assert skip_of(tmp_path, "empty.png", b"") == "empty.png is empty: replace it."


def test_one_pixel(tmp_path: Path) -> None:
    assert skip_of(tmp_path, "dot.png", png(size=(1, 1))) == "dot.png has 1×1 pixels: at least 8 a side are needed."


def huge_png(side: int) -> bytes:
    """A PNG whose header promises side×side pixels and which holds none."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [5001, 7072, 10_000, 20_000])  # the last two are more than Pillow itself lets pass
def test_too_many_pixels_are_refused_before_decoding(side: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda image: pytest.fail("decoded"))
    with pytest.raises(DataError, match=r"^big.png has more than 25,000,000 pixels: make it smaller\.$"):
        folder.open_image(huge_png(side), "big.png")


def test_too_many_pixels_without_warnings_as_errors(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert "25,000,000" in skip_of(tmp_path, "big.png", huge_png(10_000))


def test_a_photo_of_48_megapixels_is_decoded_small_and_a_larger_one_refused(tmp_path: Path) -> None:
    photo = encoded(Image.new("RGB", (8_000, 6_000), (10, 200, 30)), "JPEG")
    image = folder.open_image(photo, "photo.jpg", side=512)
    assert image.size == (2_000, 1_500)
    assert pictures.tile(photo, "photo.jpg", 32)[0] == 1_000 * 750
    with pytest.raises(DataError, match=r"^photo.jpg has more than 25,000,000 pixels"):  # nothing says that it may be small
        folder.open_image(photo, "photo.jpg")
    larger = encoded(Image.new("L", (8_000, 6_300)), "JPEG")
    with pytest.raises(DataError, match=r"^photo.jpg has more than 50,000,000 pixels"):
        folder.open_image(larger, "photo.jpg", side=512)


def test_a_zip_of_too_many_pixels_together_is_refused_and_a_folder_of_ones_own_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "MAX_ALL_PIXELS", 9 * 16 * 16)
    assert folder.load(make_zip(tmp_path / "fits.zip", good(9))).train is not None
    damaged = encoded(Image.effect_noise((64, 64), 80))
    damaged = damaged[:100] + bytes(100) + damaged[200:]  # it has to be decoded to be found out
    for name, members in (("many", good(10)), ("bad", good(8) | {"bad.png": damaged})):
        path = make_zip(tmp_path / f"{name}.zip", members)
        with pytest.raises(
            DataError, match=f"^The images in {path} have more than 2,304 pixels together: make them smaller, or"
        ):
            folder.load(path)
    own = fill(tmp_path / "images", 10)
    assert len(folder.load(own).train) == 8
    with pytest.raises(DataError, match="pixels together"):  # as the page reads what people bring
        folder.load(own, shrink=pictures.tiles)


def test_no_memory_is_no_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(image: Image.Image) -> None:
        raise MemoryError

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", full)
    with pytest.raises(DataError, match=r"^x.png takes too long or too much memory to read: make it smaller\.$"):
        folder.open_image(png(), "x.png")


def test_file_over_50_mib(tmp_path: Path) -> None:
    root = fill(tmp_path / "images")
    with (root / "large.png").open("wb") as file:
        file.truncate(files.MAX_FILE_BYTES + 1)
    assert tuple(map(str, folder.load(root).skipped)) == ("large.png is larger than 50 MiB: make it smaller.",)


# Correct pixels


def test_16_bit_grey_is_scaled_not_clipped() -> None:
    values = np.full((16, 16), 257 * 100, np.uint16)
    assert pixel_of(encoded(Image.fromarray(values)), 1) == [100]
    assert pixel_of(encoded(Image.fromarray(values), "TIFF"), 1) == [100]


@pytest.mark.parametrize("kind", [np.int32, np.float32])
def test_grey_of_no_fixed_range_is_stretched(kind: type) -> None:
    values = np.array([[-1000] * 16] * 8 + [[3000] * 16] * 8).astype(kind)
    image = folder.open_image(encoded(Image.fromarray(values), "TIFF"), "x")
    assert (image.mode, image.getextrema()) == ("L", (0, 255))


def test_palette_with_and_without_transparency() -> None:
    image = Image.new("P", (16, 16), 1)
    image.putpalette([0, 0, 0, 200, 100, 50])
    assert pixel_of(encoded(image)) == [200, 100, 50]
    assert pixel_of(encoded(image, transparency=1)) == [255, 255, 255]
    assert pixel_of(encoded(image, transparency=bytes([255, 51]))) == [244, 224, 214]  # a fifth of it on white


def test_cmyk() -> None:
    image = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    assert pixel_of(encoded(image, "TIFF")) == [255, 0, 0]
    assert np.allclose(pixel_of(encoded(image, "JPEG", quality=100)), [255, 0, 0], atol=3)


def test_alpha_lies_on_white() -> None:
    assert pixel_of(png((0, 0, 0, 0), mode="RGBA")) == [255, 255, 255]
    assert pixel_of(png((255, 0, 0, 51), mode="RGBA")) == [255, 204, 204]
    grey = folder.open_image(png((0, 51), mode="LA"), "x")
    assert (grey.mode, grey.getpixel((0, 0))) == ("L", 204)


def test_black_and_white() -> None:
    image = folder.open_image(png(1, mode="1"), "x")
    assert (image.mode, image.getpixel((0, 0))) == ("L", 255)


def test_animation_gives_its_first_frame() -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue")]
    for form in ("GIF", "WEBP"):
        options: dict[str, object] = {"lossless": True} if form == "WEBP" else {}
        content = encoded(frames[0], form, save_all=True, append_images=frames[1:], **options)
        assert pixel_of(content) == [255, 0, 0], form


def test_exif_orientation() -> None:
    image = Image.new("RGB", (16, 32), "black")
    image.paste("white", (0, 0, 16, 16))  # the upper half
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90° clockwise: the upper half comes to the right
    for form in ("JPEG", "PNG", "WEBP"):
        upright = folder.open_image(encoded(image, form, exif=exif), "x", side=8)
        pixels = np.asarray(upright.convert("L"))
        assert upright.size == (32, 16), form
        assert pixels[:, :14].max() < 50 and pixels[:, 18:].min() > 200, form


def test_fit_takes_the_middle_square() -> None:
    image = Image.new("RGB", (48, 16), "red")
    image.paste("blue", (16, 0, 32, 16))
    pixels = folder.fit(image, 16, 3)
    assert pixels.shape == (3, 16, 16) and pixels.dtype == torch.uint8
    assert pixels[:, 8, 8].tolist() == pixels[:, 0, 0].tolist() == pixels[:, 15, 15].tolist() == [0, 0, 255]


def test_fit_is_antialiased() -> None:
    stripes = Image.fromarray(np.tile(np.array([[0, 255]], np.uint8), (64, 32)))
    assert (folder.fit(stripes, 8, 1).float() - 127.5).abs().max() < 8  # 127.5 where pixels are picked


def test_fit_converts_to_the_channels_that_are_asked_for() -> None:
    assert folder.fit(Image.new("L", (16, 16), 9), 8, 3)[:, 0, 0].tolist() == [9, 9, 9]
    assert folder.fit(Image.new("RGBA", (16, 16), (0, 0, 0, 0)), 8, 1)[:, 0, 0].tolist() == [255]


def test_open_image_takes_bytes_paths_and_files(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png())
    with path.open("rb") as file:
        for source in (png(), path, str(path), file):
            assert folder.open_image(source, "a.png").getpixel((0, 0)) == (10, 20, 30)
    with pytest.raises(DataError, match=r"^b.png cannot be read"):
        folder.open_image(tmp_path / "b.png", "b.png")


def test_large_jpegs_are_decoded_small() -> None:
    image = folder.open_image(encoded(Image.new("RGB", (1600, 1200), "red"), "JPEG"), "x", side=32)
    assert 64 <= min(image.size) <= 300


def test_one_channel_only_where_all_are_grey(tmp_path: Path) -> None:
    root = tmp_path / "images"
    root.mkdir()
    for i in range(8):
        (root / f"{i}.png").write_bytes(png(i, mode="L"))
    assert folder.load(root).train.images.shape[1] == 1
    (root / "colour.png").write_bytes(png())
    data = folder.load(root)
    assert data.train.images.shape[1:] == data.test.images.shape[1:] == (3, 32, 32)


# Folders, labels and splits


def test_plain_folder(tmp_path: Path) -> None:
    data = load_by_name(f"folder:{fill(tmp_path / 'images', 20)}", 16)
    assert data.train.images.shape == (16, 3, 16, 16) and data.test.images.shape == (4, 3, 16, 16)
    assert data.train.images.dtype == torch.uint8
    assert data.train.labels is None and data.test.labels is None and data.classes == () and tuple(map(str, data.skipped)) == ()
    assert set(data.train.names) | set(data.test.names) == {f"ok{i}.png" for i in range(20)}


def test_the_split_is_the_same_each_time(tmp_path: Path) -> None:
    root = fill(tmp_path / "images", 30)
    assert folder.load(root).test.names == folder.load(root).test.names


def test_sub_folders_are_classes(tmp_path: Path) -> None:
    fill(tmp_path / "cats", 20)
    fill(tmp_path / "dogs" / "deeper", 10)
    data = folder.load(tmp_path)
    assert data.classes == ("cats", "dogs")
    assert data.train.labels is not None and data.test.labels is not None
    assert data.train.labels.bincount().tolist() == [16, 8] and data.test.labels.bincount().tolist() == [4, 2]
    for part in (data.train, data.test):
        assert part.labels is not None
        assert [name.split("/")[0] for name in part.names] == [data.classes[i] for i in part.labels]


def test_one_class_is_none_as_no_measure_of_it_can_fail(tmp_path: Path) -> None:
    fill(tmp_path / "cats", 10)
    data = folder.load(tmp_path)
    assert data.classes == () and data.train.labels is None and len(data.train) == 8
    assert str(data.notes[0]) == "No classes: no two folders of images lie side by side."


def test_a_folder_for_each_image_is_no_class(tmp_path: Path) -> None:
    for i in range(10):
        fill(tmp_path / f"photo{i}", 1)
    data = folder.load(tmp_path)
    assert data.classes == () and data.train.labels is None and len(data.train) == 8


def test_images_beside_class_folders(tmp_path: Path) -> None:
    fill(tmp_path, 2, "loose")
    fill(tmp_path / "cats", 4)
    fill(tmp_path / "dogs", 4)
    data = folder.load(tmp_path)
    assert data.classes == ("cats", "dogs") and len(data.train) + len(data.test) == 8
    assert (
        tuple(map(str, data.skipped))[0] == "loose0.png lies beside the folders that name the classes: put it into one of them."
    )
    fill(tmp_path, 60, "loose")  # most lie outside: they have no label, which is told once
    data = folder.load(tmp_path)
    assert data.classes == ("cats", "dogs") and len(data.train) + len(data.test) == 8 and data.skipped == ()
    assert str(data.notes[1]).startswith("60 images without a label are left out")
    fill(tmp_path, 100, "loose")  # folders of less than a tenth say nothing, and all are used
    assert folder.load(tmp_path).classes == () and len(folder.load(tmp_path).train) == 86


def test_one_folder_around_everything(tmp_path: Path) -> None:
    fill(tmp_path / "photos" / "cats")
    fill(tmp_path / "photos" / "dogs")
    assert folder.load(tmp_path).classes == ("cats", "dogs")


@pytest.mark.parametrize("wrapper", ["", "photos/"])
@pytest.mark.parametrize("test", ["test", "val", "Test"])
def test_given_split(tmp_path: Path, wrapper: str, test: str) -> None:
    for part, count in (("train", 6), (test, 3)):
        for name in ("cats", "dogs"):
            fill(tmp_path / f"{wrapper}{part}" / name, count)
    data = folder.load(tmp_path)
    assert data.classes == ("cats", "dogs")
    assert data.train.labels is not None and data.train.labels.tolist() == [0] * 6 + [1] * 6
    assert data.test.labels is not None and data.test.labels.tolist() == [0] * 3 + [1] * 3
    assert all(name.startswith(f"{wrapper}{test}/") for name in data.test.names)


def test_given_split_without_classes(tmp_path: Path) -> None:
    fill(tmp_path / "train", 7)
    fill(tmp_path / "test", 2)
    data = folder.load(tmp_path)
    assert (data.classes, len(data.train), len(data.test)) == ((), 7, 2)


def test_at_least_one_test_image(tmp_path: Path) -> None:
    for name in "abcd":
        fill(tmp_path / name, 2)
    data = folder.load(tmp_path)
    assert (len(data.train), len(data.test), data.classes) == (7, 1, ("a", "b", "c", "d"))


def test_links(tmp_path: Path) -> None:
    outside = fill(tmp_path / "outside", 1)
    root = fill(tmp_path / "images")
    (root / "inside.png").symlink_to(root / "ok0.png")
    (root / "out.png").symlink_to(outside / "ok0.png")
    (root / "away").symlink_to(outside)
    (root / "circle").symlink_to(root)
    (root / "nowhere.png").symlink_to(root / "missing.png")
    data = folder.load(root)
    assert len(data.train) + len(data.test) == 9
    assert set(map(str, data.skipped)) == {
        "out.png is a link that leads out of the folder: copy the file here.",
        "away is a link to a folder, which is not followed: copy the folder here.",
        "circle is a link to a folder, which is not followed: copy the folder here.",
        "nowhere.png is not an ordinary file.",
    }


def test_hidden_files_are_passed_over(tmp_path: Path) -> None:
    root = fill(tmp_path / "images")
    for name in (".DS_Store", "Thumbs.db", ".hidden/x.png", "__MACOSX/._ok0.png"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(b"junk")
    assert tuple(map(str, folder.load(root).skipped)) == ()


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    root = fill(tmp_path / "images")
    (root / b"caf\xe9.png".decode(errors="surrogateescape")).write_bytes(png())
    data = folder.load(root)
    assert "café.png" in data.train.names + data.test.names and "Names read as CP1252." in map(str, data.notes)


def test_more_images_than_the_cap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "MAX_IMAGES", 10)
    root = fill(tmp_path / "images", 14)
    data = folder.load(root)
    assert len(data.train) + len(data.test) == 10
    assert tuple(map(str, data.skipped)) == (f"{root} holds 14 files: 10 of them, drawn at random, are used.",)
    assert data.train.names == folder.load(root).train.names


def test_too_many_files_to_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_DIRECTORY_FILES", 5)
    with pytest.raises(DataError, match="holds more than 5 files: choose a smaller folder"):
        folder.load(fill(tmp_path / "images"))


# Paths that cannot be used


@pytest.mark.parametrize("path", ["missing", "nul\0byte", "x" * 5000, "~nobody-of-this-name/x"])
def test_missing_path(path: str) -> None:
    with pytest.raises(DataError, match="^There is no folder or zip .* that can be read: check the path"):
        folder.load(path)


def test_empty_path() -> None:
    with pytest.raises(DataError, match="^The path of the images is empty"):
        load_by_name("folder: ")


def test_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        folder.load(tmp_path)
    assert str(caught.value) == f"{tmp_path} holds no images: put PNG, JPEG, WEBP, GIF, BMP, TIFF, AVIF, HEIC files there."


def test_no_usable_image(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    with pytest.raises(DataError) as caught:
        folder.load(tmp_path)
    assert str(caught.value) == f"No image in {tmp_path} can be used: a.png is empty: replace it."


@pytest.mark.parametrize("count", [1, 7])
def test_too_few_images(tmp_path: Path, count: int) -> None:
    with pytest.raises(DataError, match=f"only {count} can be used, and at least 8 are needed: add more"):
        folder.load(fill(tmp_path / "images", count))


@pytest.mark.parametrize("size", [0, 7, 129, -1])
def test_size_out_of_range(tmp_path: Path, size: int) -> None:
    with pytest.raises(DataError, match=r"^The image size must be from 8 to 128 pixels\.$"):
        folder.load(fill(tmp_path / "images"), size)


def test_a_file_that_is_no_zip(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(png())
    with pytest.raises(DataError, match=r"photo.png is neither a folder nor a zip that can be read\.$"):
        folder.load(path)


# Zips


def test_zip(tmp_path: Path) -> None:
    junk = {"__MACOSX/photos/._x.png": b"", "photos/.DS_Store": b"x"}
    members = good(10, "photos/cats/") | good(10, "photos/dogs/") | junk
    data = folder.load(make_zip(tmp_path / "a.zip", members))
    assert data.classes == ("cats", "dogs") and tuple(map(str, data.skipped)) == () and len(data.train) == 16
    assert data.train.names[0].startswith("photos/cats/")


def test_zip_of_one_plain_folder_has_no_classes(tmp_path: Path) -> None:
    assert folder.load(make_zip(tmp_path / "a.zip", good(10, "photos/"))).classes == ()


@pytest.mark.parametrize("name", ["../evil.png", "a/../../evil.png", "/etc/evil.png", "..\\evil.png", "C:\\evil.png"])
def test_zip_that_points_outside(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="a.zip is refused, as its member “.*evil.png” points out of the zip"):
        folder.load(make_zip(tmp_path / "a.zip", good() | {name: png()}))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip"]


def test_zip_with_link(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", good())
    link = zipfile.ZipInfo("link.png")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert tuple(map(str, folder.load(path).skipped)) == (
        "link.png is a link, which is not followed: put the file itself into the zip.",
    )  # fmt: skip


def test_zip_in_zip_and_other_files(tmp_path: Path) -> None:
    inner = make_zip(tmp_path / "inner.zip", good(1)).read_bytes()
    data = folder.load(make_zip(tmp_path / "a.zip", good() | {"inner.zip": inner, "notes.txt": b"hello"}))
    assert len(data.train) + len(data.test) == 8
    assert tuple(map(str, data.skipped)) == (
        "inner.zip is a zip within, which is not opened: unpack it first.",
        "notes.txt is left out: it names no caption or class of an image here.",
    )


@pytest.mark.parametrize(("ending", "count", "said"), [("", 20_001, "20,000"), (".txt", 80_001, "80,000")])
def test_zip_with_too_many_images_or_too_much_beside_them(
    tmp_path: Path, ending: str, count: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for i in range(count):
            archive.writestr(zipfile.ZipInfo(f"{i}{ending}"), b"")
    if ending:
        monkeypatch.setattr(zipfile.ZipFile, "infolist", lambda archive: pytest.fail("the entries were made"))
    with pytest.raises(DataError, match=rf"many.zip has more than {said} entries: take fewer images\.$"):
        folder.load(path)


def test_a_large_member_that_is_not_packed_is_no_index(tmp_path: Path) -> None:
    path, large = tmp_path / "large.zip", zips.MEMBER * (9 * zips.MIB)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.bmp", large)
    with zips.open_zip(path) as listing:
        assert listing.files[0][1]() == large


def test_zip_index_is_not_read_when_it_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "MAX_ZIP_INDEX_BYTES", 100)
    monkeypatch.setattr(zipfile.ZipFile, "infolist", lambda archive: pytest.fail("the entries were made"))
    with pytest.raises(DataError, match="a.zip has more than 80,000 entries"):
        folder.load(make_zip(tmp_path / "a.zip", good()))


def test_zip_that_unpacks_to_too_much(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "bomb.zip", {f"{i}.png": bytes(1) for i in range(30)})
    content = path.read_bytes()
    for start in positions(content, b"PK\1\2"):  # the declared size, in the index
        content = content[: start + 24] + struct.pack("<I", 40 * 2**20) + content[start + 28 :]
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"bomb.zip unpacks to more than 1024 MiB: take fewer or smaller images\.$"):
        folder.load(path)


def test_zip_member_over_50_mib(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", good() | {"zeros.png": bytes(files.MAX_FILE_BYTES + 1)})
    assert tuple(map(str, folder.load(path).skipped)) == ("zeros.png is larger than 50 MiB: make it smaller.",)


def test_zip_member_that_unpacks_to_more_than_it_declares(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", good() | {"liar.png": bytes(5_000_000)})
    content = path.read_bytes()
    start = positions(content, b"PK\1\2")[-1]
    path.write_bytes(content[: start + 24] + struct.pack("<I", 1000) + content[start + 28 :])
    assert tuple(map(str, folder.load(path).skipped)) == ("liar.png is damaged within the zip: make the zip again.",)


def test_zip_with_password(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", good())
    content = bytearray(path.read_bytes())
    for start in positions(bytes(content), b"PK\1\2"):
        content[start + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"a.zip is encrypted: make it again without a password\.$"):
        folder.load(path)


def test_zip_with_damaged_member(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", good())
    content = bytearray(path.read_bytes())
    content[60:70] = bytes(10)  # within the first member
    path.write_bytes(content)
    with pytest.raises(DataError, match="only 7 can be used"):
        folder.load(path)


def test_zip_cut_off(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", good())
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(DataError, match=r"^The zip .*a.zip is cut off or damaged: copy or download it again\.$"):
        folder.load(path)


def test_zip_over_1_gib(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", good())
    with path.open("r+b") as file:
        file.truncate(zips.MAX_ZIP_BYTES + 1)
    with pytest.raises(DataError, match=r"a.zip is larger than 1024 MiB: take fewer images\.$"):
        folder.load(path)


def test_empty_zip(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="a.zip holds no images"):
        folder.load(make_zip(tmp_path / "a.zip", {}))


def positions(content: bytes, mark: bytes) -> list[int]:
    found = [content.find(mark)]
    while (following := content.find(mark, found[-1] + 1)) >= 0:
        found.append(following)
    return found
