"""A person's own images: a directory or a zip, with sub-folders as classes where there are any."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import numpy as np
import torch
from PIL import Image, ImageOps

from trainers.data.base import Dataset, Images
from trainers.data.images_io import check_size
from trainers.errors import DataError

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
DEFAULT_SIZE = 32
MIN_SIDE = 8  # pixels
MAX_PIXELS = 12_000_000
MAX_FILE_BYTES = 50 * 2**20
MIN_IMAGES, MAX_IMAGES = 8, 20_000
MAX_LISTED = 100_000  # files in a directory, so that a mistyped "/" ends soon
MAX_ZIP_BYTES = 2**30  # both packed and unpacked
MAX_ZIP_INDEX_BYTES = 32 * 2**20
TEST_SHARE = 0.2
SEED = 0
TRAIN_FOLDERS, TEST_FOLDERS = {"train", "training"}, {"test", "val", "valid", "validation"}
JUNK = {"__macosx", "thumbs.db", "desktop.ini"}


def load(path: str | Path, size: int | None = None) -> Dataset:
    """The images in a directory or a zip, (N,C,32,32) or at `size`; C is 1 where all are grey, otherwise 3.

    Each is turned upright by its EXIF orientation, put on white where it is transparent, cropped to the square in its
    middle and resized with antialiasing; of an animation the first frame counts.

    Labels: the folder that an image lies in, at the first level, where at least half of the images lie in folders, and
    two or more in each on average; images beside such folders are left out. One folder around everything is looked
    through: in a zip always, in a directory where it holds folders. Folders train and test, or val, are the split where
    they hold all images; otherwise a seeded fifth of each class is the test, of at least one image in all.

    A zip is read in memory and never unpacked. Raises DataError where the path does not exist, is unsafe, or has fewer
    than 8 usable images. Files that cannot be used are listed in `skipped`; hidden ones are passed over.
    """
    size = check_size(DEFAULT_SIZE if size is None else size)
    if not str(path).strip():
        raise DataError("The path of the images is empty: name a folder or a zip.")
    root = Path(path).expanduser()
    try:
        mode = root.stat().st_mode
    except (OSError, ValueError) as error:
        raise DataError(f"There is no folder or zip {root} that can be read: check the path.") from error
    if stat.S_ISDIR(mode):
        return _dataset(root, _Listing.of_directory(root), size)
    if not stat.S_ISREG(mode) or not zipfile.is_zipfile(root):
        raise DataError(f"{root} is neither a folder nor a zip: put the images into one.")
    if root.stat().st_size > MAX_ZIP_BYTES:
        raise DataError(f"{root} is larger than {MAX_ZIP_BYTES >> 20} MiB: unpack it and name the folder, or take fewer images.")
    try:
        with _Pieces(io.FileIO(root)) as pieces, zipfile.ZipFile(pieces) as archive:
            return _dataset(root, _Listing.of_zip(root, archive), size)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{root} is damaged and cannot be read as a zip: make it again.") from error


def open_image(source: bytes | str | Path | BinaryIO, name: str, side: int | None = None) -> Image.Image:
    """The image, decoded and upright, in mode L or RGB.

    source: its bytes, path or open file; name: what a sentence about it calls it; side: pixels a side that are enough,
    which makes large JPEGs fast. Raises DataError for what is no image, is damaged, below 8 pixels a side, above
    12,000,000 pixels (not decoded then) or above 50 MiB.
    """
    content = _content(source, name)
    if not content:
        raise DataError(f"{name} is empty: replace it.")
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise DataError(_too_large(name)) from error
    except Exception as error:  # Pillow raises many kinds for damaged headers
        raise DataError(_no_image(content, name)) from error
    with image:
        if image.width * image.height > MAX_PIXELS:
            raise DataError(_too_large(name))
        if min(image.size) < MIN_SIDE:
            raise DataError(f"{name} has {image.width}×{image.height} pixels: at least {MIN_SIDE} a side are needed.")
        try:
            if side is not None:
                image.draft(None, (2 * side, 2 * side))  # pyright: ignore[reportArgumentType] (None keeps the mode)
            return _plain(ImageOps.exif_transpose(image))
        except Exception as error:  # Pillow raises many kinds for damaged contents
            raise DataError(f"{name} is damaged or cut off: replace it.") from error


def fit(image: Image.Image, size: int, channels: int) -> torch.Tensor:
    """(channels,size,size) uint8: the square in the middle of `image`, resized with antialiasing; channels is 1 or 3."""
    short = min(image.size)
    left, top = (image.width - short) / 2, (image.height - short) / 2
    square = _plain(image).resize((size, size), Image.Resampling.BILINEAR, box=(left, top, left + short, top + short))
    pixels = torch.from_numpy(np.array(square.convert("L" if channels == 1 else "RGB")))
    return pixels.reshape(size, size, channels).permute(2, 0, 1).contiguous()


def _content(source: bytes | str | Path | BinaryIO, name: str) -> bytes:
    try:
        if isinstance(source, str | Path):
            with open(source, "rb") as file:
                content = file.read(MAX_FILE_BYTES + 1)
        else:
            content = source if isinstance(source, bytes) else source.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise DataError(f"{name} cannot be read ({error.strerror or error}): check that the file may be read.") from error
    if len(content) > MAX_FILE_BYTES:
        raise DataError(f"{name} is larger than {MAX_FILE_BYTES >> 20} MiB: make it smaller.")
    return content


def _too_large(name: str) -> str:
    return f"{name} has more than {MAX_PIXELS:,} pixels: make it smaller."


def _no_image(content: bytes, name: str) -> str:
    if content.startswith(b"PK\3\4"):
        return f"{name} is a zip in itself, which is not opened: unpack it first."
    if b"<svg" in content[:2048]:
        return f"{name} is an SVG drawing, which is not supported: save it as PNG."
    return f"{name} cannot be read as an image: use {', '.join(FORMATS[:-1])} or {FORMATS[-1]}."


def _plain(image: Image.Image) -> Image.Image:
    """In mode L where the image's mode has no colour, otherwise RGB; what is transparent becomes white."""
    if image.mode in ("L", "RGB") and "transparency" not in image.info:
        return image
    if image.mode.startswith("I;16"):  # Pillow's own conversion clips at 255, which leaves nearly all of it white
        return Image.fromarray(np.rint(np.asarray(image) / 257).astype(np.uint8))
    if image.mode in ("I", "F"):  # of no fixed range: from the darkest to the lightest value
        values = np.nan_to_num(np.asarray(image, dtype=np.float64), posinf=0.0, neginf=0.0)
        spread = float(np.ptp(values)) or 1.0
        return Image.fromarray(np.rint((values - values.min()) / spread * 255).astype(np.uint8))
    grey = image.mode in ("1", "L", "LA", "La")
    if image.has_transparency_data:
        rgba = image.convert("LA").convert("RGBA") if image.mode == "La" else image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    return image.convert("L" if grey else "RGB")


@dataclass(frozen=True)
class _Listing:
    """Files that may be images: their path within the folder or zip and how to read them; and what was skipped."""

    files: list[tuple[PurePosixPath, Callable[[], bytes]]]
    skipped: list[str]
    is_zip: bool

    @classmethod
    def of_directory(cls, root: Path) -> _Listing:
        files: list[tuple[PurePosixPath, Callable[[], bytes]]] = []
        skipped: list[str] = []
        home = root.resolve()

        def unreadable(error: OSError) -> None:
            skipped.append(f"{error.filename} cannot be read ({error.strerror}): check that the folder may be read.")

        for folder, folders, names in os.walk(root, onerror=unreadable):
            folders[:] = sorted(name for name in folders if not _is_junk(name))
            for name in sorted(names + [name for name in folders if os.path.islink(os.path.join(folder, name))]):
                path = Path(folder, name)
                relative = PurePosixPath(path.relative_to(root).as_posix())
                if _is_junk(name):
                    continue
                if path.is_dir():
                    skipped.append(f"{relative} is a link to a folder, which is not followed: copy the folder here.")
                elif not path.resolve().is_relative_to(home):
                    skipped.append(f"{relative} is a link that leads outside of the folder: copy the file here.")
                elif not path.is_file():
                    skipped.append(f"{relative} is not an ordinary file.")
                else:
                    files.append((relative, partial(_content, path, str(relative))))
            if len(files) > MAX_LISTED:
                raise DataError(f"{root} holds more than {MAX_LISTED:,} files: choose a smaller folder.")
        return cls(files, skipped, is_zip=False)

    @classmethod
    def of_zip(cls, root: Path, archive: zipfile.ZipFile) -> _Listing:
        files: list[tuple[PurePosixPath, Callable[[], bytes]]] = []
        skipped: list[str] = []
        members = archive.infolist()
        if len(members) > MAX_IMAGES:
            raise DataError(_too_many(root))
        if sum(member.file_size for member in members) > MAX_ZIP_BYTES:
            raise DataError(f"{root} unpacks to more than {MAX_ZIP_BYTES >> 20} MiB: take fewer or smaller images.")
        for member in members:
            name = member.filename.replace("\\", "/")
            path = PurePosixPath(name)
            if name.startswith("/") or name[1:2] == ":" or ".." in path.parts:
                raise DataError(f"{root} is refused: its member {member.filename!r} points outside of the zip.")
            if member.is_dir() or any(map(_is_junk, path.parts)):
                continue
            if member.flag_bits & 1:
                raise DataError(f"{root} is encrypted: make it again without a password.")
            if stat.S_ISLNK(member.external_attr >> 16):
                skipped.append(f"{path} is a link, which is not followed: put the file itself into the zip.")
            else:
                files.append((path, partial(_member, archive, member, str(path))))
        return cls(sorted(files, key=lambda file: file[0]), skipped, is_zip=True)


class _Pieces(io.BufferedReader):
    """A zip that is not read in huge pieces. zipfile reads its whole index in one and makes an object of each entry, so that
    the number of entries is known too late."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > MAX_ZIP_INDEX_BYTES:
            raise DataError(_too_many(Path(os.fsdecode(self.name))))
        return super().read(size)


def _too_many(root: Path) -> str:
    return f"{root} has more than {MAX_IMAGES:,} entries: take fewer images."


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> bytes:
    try:
        with archive.open(member) as file:  # gives no more than the declared size, whatever the packed data would become
            return _content(file, name)  # pyright: ignore[reportArgumentType] (reads as a BinaryIO does)
    except DataError:
        raise
    except Exception as error:  # each kind of compression has its own errors
        raise DataError(f"{name} is damaged within the zip: make the zip again.") from error


def _is_junk(name: str) -> bool:
    return name.startswith(".") or name.lower() in JUNK


@dataclass(frozen=True)
class _Tile:
    """One image, made small: its path below the folder looked through, its name, and (C,size,size) uint8 pixels."""

    path: PurePosixPath
    name: str
    pixels: torch.Tensor


def _dataset(root: Path, listing: _Listing, size: int) -> Dataset:
    skipped = list(listing.skipped)
    files, rng = listing.files, np.random.default_rng(SEED)
    if len(files) > MAX_IMAGES:
        skipped.append(f"{root} holds {len(files):,} files: {MAX_IMAGES:,} of them, drawn at random, are used.")
        files = [files[i] for i in sorted(rng.choice(len(files), MAX_IMAGES, replace=False))]
    strip = _wrapped([path for path, _ in files], listing.is_zip)

    def tile(file: tuple[PurePosixPath, Callable[[], bytes]]) -> _Tile | str:
        path, read = file
        try:
            image = open_image(read(), str(path), size)
        except DataError as error:
            return str(error)
        return _Tile(PurePosixPath(*path.parts[strip:]), str(path), fit(image, size, 1 if image.mode == "L" else 3))

    # Pillow decodes without the interpreter's lock. Each photo is small before the next is read.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(tile, files))
    skipped += [result for result in results if isinstance(result, str)]
    tiles = [result for result in results if isinstance(result, _Tile)]
    if not tiles:
        reason = f": {skipped[0]}" if skipped else ": put PNG, JPEG, WEBP, GIF, BMP or TIFF files there."
        raise DataError(f"{root} holds no image that can be used{reason}")
    if len(tiles) < MIN_IMAGES:
        raise DataError(
            f"{root} holds only {len(tiles)} image{'s' * (len(tiles) > 1)} that can be used: at least {MIN_IMAGES} are needed."
        )

    tops = {tile.path.parts[0].lower() for tile in tiles}
    given = bool(tops & TRAIN_FOLDERS and tops & TEST_FOLDERS) and tops <= TRAIN_FOLDERS | TEST_FOLDERS
    folders = [_folder(tile.path, int(given)) for tile in tiles]
    classes = tuple(sorted({folder for folder in folders if folder is not None}))
    inside = sum(folder is not None for folder in folders)
    if 2 * inside < len(tiles) or inside < 2 * len(classes):
        classes = ()
    if classes:
        skipped += [
            f"{tile.path} lies beside the folders that name the classes: put it into one of them."
            for tile, folder in zip(tiles, folders, strict=True)
            if folder is None
        ]
        tiles = [tile for tile, folder in zip(tiles, folders, strict=True) if folder is not None]
    labels = [classes.index(_folder(tile.path, int(given)) or "") for tile in tiles] if classes else None
    test = {i for i, tile in enumerate(tiles) if tile.path.parts[0].lower() in TEST_FOLDERS} if given else set[int]()
    if not 0 < len(test) < len(tiles):
        test = _draw_test(labels or [0] * len(tiles), rng)

    channels = max(len(tile.pixels) for tile in tiles)

    def split(rows: list[int]) -> Images:
        return Images(
            torch.stack([tiles[i].pixels.expand(channels, -1, -1) for i in rows]),
            None if labels is None else torch.tensor([labels[i] for i in rows]),
            names=tuple(tiles[i].name for i in rows),
        )

    train = [i for i in range(len(tiles)) if i not in test]
    return Dataset(f"folder:{root}", split(train), split(sorted(test)), classes, tuple(skipped))


def _wrapped(paths: list[PurePosixPath], is_zip: bool) -> int:
    """1 where one folder around everything is to be looked through, otherwise 0."""
    alone = len({path.parts[0] for path in paths}) == 1 and all(len(path.parts) > 1 for path in paths)
    return int(alone and (is_zip or any(len(path.parts) > 2 for path in paths)))


def _folder(path: PurePosixPath, level: int) -> str | None:
    """The folder at that level of the path; None where the file itself stands there."""
    return path.parts[level] if len(path.parts) > level + 1 else None


def _draw_test(labels: list[int], rng: np.random.Generator) -> set[int]:
    rows = {label: np.flatnonzero(np.array(labels) == label) for label in sorted(Counter(labels))}
    drawn: Iterator[np.ndarray] = (rng.permutation(row)[: round(TEST_SHARE * len(row))] for row in rows.values())
    test = {int(i) for row in drawn for i in row}
    return test or {int(rng.integers(len(labels)))}
