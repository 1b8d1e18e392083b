"""A person's own images: a directory or a zip, with sub-folders as classes where there are any."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

import numpy as np
import torch
from PIL import Image, ImageOps

from trainers.data.base import Dataset, Images
from trainers.data.files import Files, list_directory, open_zip, read
from trainers.data.images_io import check_size
from trainers.errors import DataError

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
FORMATS_TEXT = ", ".join(FORMATS)
DEFAULT_SIZE = 32
MIN_SIDE = 8  # pixels
MAX_PIXELS = 50_000_000  # decoded one at a time: any phone's photo fits, 20,000×20,000 does not
MIN_IMAGES, MAX_IMAGES = 8, 20_000
TEST_SHARE = 0.2
SEED = 0
TRAIN_FOLDERS, TEST_FOLDERS = {"train", "training"}, {"test", "testing", "val", "valid", "validation"}


def load(path: str | Path, size: int | None = None) -> Dataset:
    """The images in a directory or a zip, (N,C,32,32) or at `size`; C is 1 where all are grey, otherwise 3.

    Each is turned upright by its EXIF orientation, put on white where it is transparent, cropped to the square in its
    middle and resized with antialiasing; of an animation the first frame counts.

    Labels: the folder that an image lies in, at the first level, where at least half of the images lie in folders, and
    two or more in each on average; images beside such folders are left out. One folder around everything is looked
    through: in a zip always, in a directory where it holds folders. Folders train and test, or val, are the split where
    they hold all images; otherwise a seeded fifth of each class is the test, of at least one image in all.

    Raises DataError where the path does not exist, is no folder or zip, is unsafe, or has fewer than 8 usable images.
    Files that cannot be used are listed in `skipped`; hidden ones are passed over. Of more than 20,000 files, 20,000
    are drawn by a seed.
    """
    size = check_size(DEFAULT_SIZE if size is None else size)
    if not str(path).strip():
        raise DataError("The path of the images is empty: name a folder or a zip.")
    try:
        root = Path(path).expanduser()
        is_folder, is_file = root.is_dir(), root.is_file()
    except (OSError, ValueError, RuntimeError):  # not permitted; a null byte; no such user's home
        root, is_folder, is_file = Path(path), False, False
    if is_folder:
        return _dataset(root, list_directory(root), size)
    if not is_file:
        raise DataError("There is no folder or zip {path} that can be read: check the path.", path=root)
    with open_zip(root) as listing:
        return _dataset(root, listing, size)


def open_image(source: bytes | str | Path | IO[bytes], name: str, side: int | None = None) -> Image.Image:
    """The image, decoded and upright, in mode L or RGB.

    source: its bytes, path or open file; name: what a sentence about it calls it; side: the pixels a side that will be
    used, which makes large JPEGs fast. Raises DataError for what is no image, is damaged, below 8 pixels a side, above
    50,000,000 pixels (never decoded then) or above 50 MiB.
    """
    if isinstance(source, (bytes, str)):
        source = io.BytesIO(source) if isinstance(source, bytes) else Path(source)
    content = read(source, name)
    if not content:
        raise DataError("{file} is empty: replace it.", file=name)
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(name) from error
    except Exception as error:  # Pillow raises many kinds for damaged headers
        raise _no_image(content, name) from error
    with image:
        if image.width * image.height > MAX_PIXELS:
            raise _too_large(name)
        if min(image.size) < MIN_SIDE:
            raise DataError(
                "{file} has {width}×{height} pixels: at least {least} a side are needed.",
                file=name, width=image.width, height=image.height, least=MIN_SIDE,
            )  # fmt: skip
        try:
            if side is not None:
                image.draft(None, (2 * side, 2 * side))  # pyright: ignore[reportArgumentType] (None keeps the mode)
            return _plain(ImageOps.exif_transpose(image))
        except Exception as error:  # Pillow raises many kinds for damaged contents
            raise DataError("{file} is damaged or cut off: replace it.", file=name) from error


def fit(image: Image.Image, size: int, channels: int) -> torch.Tensor:
    """(channels,size,size) uint8: the square in the middle, resized with antialiasing; channels is 1 or 3."""
    short = min(image.size)
    left, top = (image.width - short) / 2, (image.height - short) / 2
    square = _plain(image).resize((size, size), Image.Resampling.BILINEAR, box=(left, top, left + short, top + short))
    pixels = torch.from_numpy(np.array(square.convert("L" if channels == 1 else "RGB")))
    return pixels.reshape(size, size, channels).permute(2, 0, 1).contiguous()


def _too_large(name: str) -> DataError:
    return DataError("{file} has more than {limit} pixels: make it smaller.", file=name, limit=f"{MAX_PIXELS:,}")


def _no_image(content: bytes, name: str) -> DataError:
    if content.startswith(b"PK\3\4"):
        return DataError("{file} is a zip within, which is not opened: unpack it first.", file=name)
    if b"<svg" in content[:2048]:
        return DataError("{file} is an SVG drawing, which is not supported: save it as PNG.", file=name)
    return DataError("{file} cannot be read as an image: use one of {formats}.", file=name, formats=FORMATS_TEXT)


def _plain(image: Image.Image) -> Image.Image:
    """In mode L where the image's mode has no colour, otherwise RGB; what is transparent becomes white."""
    if image.mode.startswith("I;16"):  # Pillow's own conversion clips at 255, which leaves nearly all of it white
        return Image.fromarray(np.rint(np.asarray(image) / 257).astype(np.uint8))
    if image.mode in ("I", "F"):  # of no fixed range: from the darkest to the lightest value
        values = np.nan_to_num(np.asarray(image, dtype=np.float64), posinf=0.0, neginf=0.0)
        values -= values.min()
        return Image.fromarray(np.rint(values * (255 / (values.max() or 1))).astype(np.uint8))
    mode = "L" if image.mode in ("1", "L", "LA") else "RGB"
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    return image if image.mode == mode else image.convert(mode)


@dataclass(frozen=True)
class _Tile:
    """An image made small: its path, the path below a folder that is looked through, and (C,size,size) uint8 pixels."""

    path: PurePosixPath
    inner: PurePosixPath
    pixels: torch.Tensor

    @property
    def top(self) -> str:
        return self.inner.parts[0].lower()

    def folder(self, level: int) -> str | None:
        """The folder at that level; None where the file itself stands there."""
        return self.inner.parts[level] if len(self.inner.parts) > level + 1 else None


def _dataset(root: Path, listing: Files, size: int) -> Dataset:
    files, skipped, rng = listing.files, list(listing.skipped), np.random.default_rng(SEED)
    if len(files) > MAX_IMAGES:
        skipped.append(DataError(
            "{folder} holds {count} files: {limit} of them, drawn at random, are used.",
            folder=root, count=f"{len(files):,}", limit=f"{MAX_IMAGES:,}",
        ))  # fmt: skip
        files = [files[i] for i in sorted(rng.choice(len(files), MAX_IMAGES, replace=False))]
    tiles = _tiles(files, _wrapped([path for path, _ in files], listing.is_zip), size, skipped)
    if not tiles:
        if skipped:
            raise DataError("No image in {path} can be used: {reason}", path=root, reason=skipped[0])
        raise DataError("{path} holds no images: put {formats} files there.", path=root, formats=FORMATS_TEXT)
    if len(tiles) < MIN_IMAGES:
        raise DataError(
            "Of the images in {path} only {count} can be used, and at least {least} are needed: add more.",
            path=root, count=len(tiles), least=MIN_IMAGES,
        )  # fmt: skip

    tops = {tile.top for tile in tiles}
    given = bool(tops & TRAIN_FOLDERS and tops & TEST_FOLDERS) and tops <= TRAIN_FOLDERS | TEST_FOLDERS
    tiles, classes, labels = _labelled(tiles, int(given), skipped)
    test = {i for i, tile in enumerate(tiles) if given and tile.top in TEST_FOLDERS}
    if not 0 < len(test) < len(tiles):
        test = _draw_test(np.zeros(len(tiles)) if labels is None else labels.numpy(), rng)
    channels = max(len(tile.pixels) for tile in tiles)

    def split(rows: list[int]) -> Images:
        return Images(
            torch.stack([tiles[i].pixels.expand(channels, -1, -1) for i in rows]),
            None if labels is None else labels[rows],
            names=tuple(str(tiles[i].path) for i in rows),
        )

    train = [i for i in range(len(tiles)) if i not in test]
    return Dataset(f"folder:{root}", split(train), split(sorted(test)), classes, tuple(skipped))


def _tiles(
    files: list[tuple[PurePosixPath, Callable[[], bytes]]], depth: int, size: int, skipped: list[DataError]
) -> list[_Tile]:
    """The files that are images, small, and paths without the first `depth` folders; notes the others in `skipped`."""

    def tile(file: tuple[PurePosixPath, Callable[[], bytes]]) -> _Tile | DataError:
        path, read_it = file
        try:
            image = open_image(read_it(), str(path), size)
        except DataError as error:
            return error
        return _Tile(path, PurePosixPath(*path.parts[depth:]), fit(image, size, 1 if image.mode == "L" else 3))

    # Pillow decodes without the interpreter's lock; no more photos are in memory at once than there are threads.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(tile, files))
    skipped += [result for result in results if isinstance(result, DataError)]
    return [result for result in results if isinstance(result, _Tile)]


def _wrapped(paths: list[PurePosixPath], is_zip: bool) -> int:
    """1 where one folder around everything is to be looked through, otherwise 0."""
    alone = len({path.parts[0] for path in paths}) == 1 and all(len(path.parts) > 1 for path in paths)
    return int(alone and (is_zip or any(len(path.parts) > 2 for path in paths)))


def _labelled(
    tiles: list[_Tile], level: int, skipped: list[DataError]
) -> tuple[list[_Tile], tuple[str, ...], torch.Tensor | None]:
    """The tiles to use, the classes and each tile's label, from the folders at that level; or all and no labels."""
    inside = [(tile, folder) for tile in tiles if (folder := tile.folder(level)) is not None]
    classes = tuple(sorted({folder for _, folder in inside}))
    if 2 * len(inside) < len(tiles) or len(inside) < 2 * len(classes):
        return tiles, (), None
    skipped += [
        DataError("{file} lies beside the folders that name the classes: put it into one of them.", file=tile.path)
        for tile in tiles
        if tile.folder(level) is None
    ]
    index = {folder: i for i, folder in enumerate(classes)}
    return [tile for tile, _ in inside], classes, torch.tensor([index[folder] for _, folder in inside])


def _draw_test(labels: np.ndarray, rng: np.random.Generator) -> set[int]:
    """A fifth of the images of each label, at least one image in all."""
    rows = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    test = {int(i) for row in rows for i in rng.permutation(row)[: round(TEST_SHARE * len(row))]}
    return test or {int(rng.integers(len(labels)))}
