"""What several data sources share: sprites, resizing, the download folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn.functional import interpolate

from trainers.errors import DataError, of_disk

ASSETS = Path(__file__).resolve().parents[2] / "assets" / "data"
SIZES = range(8, 129)  # pixels a side: what the networks here can take, and what fits in memory many thousand times
SPRITE_COLUMNS = 100


def check_size(size: int) -> int:
    """`size` itself, in pixels a side; DataError where it is outside of `SIZES`."""
    if size not in SIZES:
        raise DataError("The image size must be from {low} to {high} pixels.", low=SIZES[0], high=SIZES[-1])
    return size


def resize(images: torch.Tensor, size: int) -> torch.Tensor:
    """(N,C,H,W) uint8 → (N,C,size,size) uint8: bilinear, antialiased; the same tensor where it has that size."""
    check_size(size)
    if images.shape[-2:] == (size, size):
        return images
    return interpolate(images, size=(size, size), mode="bilinear", antialias=True)


def write_sprite(path: Path, images: np.ndarray) -> None:
    """Write (N,H,W) or (N,H,W,3) uint8 images as one lossless picture, `SPRITE_COLUMNS` a row, the rest white."""
    count, height, width, *colours = images.shape
    blank = np.full((-count % SPRITE_COLUMNS, *images.shape[1:]), 255, np.uint8)
    grid = np.concatenate([images, blank]).reshape(-1, SPRITE_COLUMNS, *images.shape[1:]).swapaxes(1, 2)
    picture = Image.fromarray(np.ascontiguousarray(grid.reshape(-1, SPRITE_COLUMNS * width, *colours)))
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, lossless=True, quality=100, method=6, optimize=True)  # for WebP all but the last, which is PNG's


def read_sprite(path: Path, count: int, tile: int) -> torch.Tensor:
    """The first `count` images, (count,C,tile,tile) uint8, of a picture made by `write_sprite`.

    Raises DataError where the file is missing or damaged.
    """
    try:
        with Image.open(path) as picture:
            pixels = np.array(picture)
        grid = torch.from_numpy(pixels).reshape(-1, tile, SPRITE_COLUMNS, tile, 1 if pixels.ndim == 2 else 3)
    except (OSError, RuntimeError) as error:
        raise damaged_asset(path) from error
    return grid.permute(0, 2, 4, 1, 3).flatten(0, 1)[:count].contiguous()


def damaged_asset(path: Path) -> DataError:
    """The error to raise where a file below `ASSETS` cannot be read."""
    return DataError("The shipped file {file} is missing or damaged: get the assets folder again.", file=path.name)


def cache_folder() -> Path:
    """Where downloads are kept: $PLAYGROUND_DATA, else ~/.cache/representation-playground."""
    return Path(os.environ.get("PLAYGROUND_DATA") or "~/.cache/representation-playground").expanduser()


def fetch(title: str, download: Callable[[Path], object]) -> Path:
    """`cache_folder()` once `download(folder)` has put the data there; DataError, one sentence, where it fails."""
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        download(folder)
    except (OSError, RuntimeError, HTTPException) as error:
        if of_disk(error):
            raise DataError(
                "{dataset} cannot be kept ({reason}): make room for downloads, or set PLAYGROUND_DATA to another folder.",
                dataset=title, reason=getattr(error, "strerror", "?"),
            ) from error  # fmt: skip
        said = getattr(error, "reason", None) or getattr(error, "strerror", None) or error  # str() of it may name a folder
        lines = str(said).splitlines() or [type(error).__name__]  # torchvision lists every mirror
        raise DataError(
            "{dataset} cannot be downloaded ({reason}): connect to the internet, or choose other data.",
            dataset=title, reason=lines[0].rstrip(": ")[:100],
        ) from error  # fmt: skip
    return folder
