"""A person's own images: a directory or a zip, with sub-folders as classes where there are any."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from trainers import pictures
from trainers.data.base import Dataset, Images
from trainers.data.files import Files, list_directory, open_zip, read
from trainers.data.images_io import check_size
from trainers.errors import DataError

DEFAULT_SIZE = 32
MAX_ALL_PIXELS = 2_000_000_000  # decoded of one upload: some forty seconds of one core
MIN_IMAGES, MAX_IMAGES = 8, 20_000
TEST_SHARE = 0.2
SEED = 0
Tile = Callable[[bytes, str, int], tuple[int, NDArray[np.uint8] | DataError]]  # `pictures.tile`, here or in another process
TRAIN_FOLDERS, TEST_FOLDERS = {"train", "training"}, {"test", "testing", "val", "valid", "validation"}


def load(path: str | Path, size: int | None = None, tile: Tile | None = None) -> Dataset:
    """The images in a directory or a zip, (N,C,32,32) or at `size`; C is 1 where all are grey, otherwise 3.

    Each is turned upright by its EXIF orientation, put on white where it is transparent, cropped to the square in its
    middle and resized with antialiasing; of an animation the first frame counts.

    Labels: the folder that an image lies in, at the first level, where at least half of the images lie in folders, and
    two or more in each on average; images beside such folders are left out. One folder around everything is looked
    through: in a zip always, in a directory where it holds folders. Folders train and test, or val, are the split where
    they hold all images; otherwise a seeded fifth of each class is the test, of at least one image in all.

    tile: what makes an image small, in place of `pictures.tile` in this process.

    Raises DataError where the path does not exist, is no folder or zip, is unsafe, has fewer than 8 usable images, or, being
    a zip or with `tile`, more pixels to decode than an upload may have.
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
        return _dataset(root, list_directory(root), size, tile)
    if not is_file:
        raise DataError("There is no folder or zip {path} that can be read: check the path.", path=root)
    with open_zip(root) as listing:
        return _dataset(root, listing, size, tile)


def open_image(source: bytes | str | Path | IO[bytes], name: str, side: int | None = None) -> Image.Image:
    """The image of `pictures.open_image`, from bytes, a path or an open file; DataError also where it has above 50 MiB."""
    if isinstance(source, (bytes, str)):
        source = io.BytesIO(source) if isinstance(source, bytes) else Path(source)
    return pictures.open_image(read(source, name), name, side)


def fit(image: Image.Image, size: int, channels: int) -> torch.Tensor:
    """(channels,size,size) uint8: the square in the middle, resized with antialiasing; channels is 1 or 3."""
    return tensor(pictures.square(image, size, channels))


def tensor(pixels: NDArray[np.uint8]) -> torch.Tensor:
    """(H,W,C) → (C,H,W)."""
    return torch.from_numpy(pixels).permute(2, 0, 1).contiguous()


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


def _dataset(root: Path, listing: Files, size: int, tile: Tile | None) -> Dataset:
    files, skipped, rng = listing.files, list(listing.skipped), np.random.default_rng(SEED)
    if len(files) > MAX_IMAGES:
        skipped.append(DataError(
            "{folder} holds {count} files: {limit} of them, drawn at random, are used.",
            folder=root, count=f"{len(files):,}", limit=f"{MAX_IMAGES:,}",
        ))  # fmt: skip
        files = [files[i] for i in sorted(rng.choice(len(files), MAX_IMAGES, replace=False))]
    room = MAX_ALL_PIXELS if listing.is_zip or tile else None
    tiles = _tiles(files, _wrapped([path for path, _ in files], listing.is_zip), size, tile or pictures.tile, room, skipped)
    if tiles is None:
        raise DataError(
            "The images in {path} have more than {limit} pixels together: make them smaller, or take fewer.",
            path=root, limit=f"{MAX_ALL_PIXELS:,}",
        )  # fmt: skip
    if not tiles:
        if skipped:
            raise DataError("No image in {path} can be used: {reason}", path=root, reason=skipped[0])
        raise DataError("{path} holds no images: put {formats} files there.", path=root, formats=pictures.FORMATS_TEXT)
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
    files: list[tuple[PurePosixPath, Callable[[], bytes]]],
    depth: int,
    size: int,
    tile: Tile,
    room: int | None,
    skipped: list[DataError],
) -> list[_Tile] | None:
    """The files that are images, small, and paths without the first `depth` folders; notes the others in `skipped`.

    None where more than `room` pixels had to be decoded.
    """
    decoded = 0
    counting = threading.Lock()

    def small(file: tuple[PurePosixPath, Callable[[], bytes]]) -> _Tile | DataError | None:
        nonlocal decoded
        path, read_it = file
        if room is not None and decoded > room:
            return None
        try:
            pixels, found = tile(read_it(), str(path), size)
        except DataError as error:
            return error
        with counting:
            decoded += pixels
        return found if isinstance(found, DataError) else _Tile(path, PurePosixPath(*path.parts[depth:]), tensor(found))

    # Pillow decodes without the interpreter's lock; no more photos are in memory at once than there are threads.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(small, files))
    if room is not None and decoded > room:
        return None
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
