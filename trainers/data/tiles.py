"""Many pictures made small, side by side, within limits of pixels; those of more than eight bits by the range that all use."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
import torch
from numpy.typing import NDArray

from trainers.data.tables import Entry
from trainers.deep import Deep, stretching, to_bytes, used
from trainers.errors import DataError, Note

Tile = Callable[
    [bytes, str, int], tuple[int, NDArray[np.uint8] | Deep | DataError]
]  # `pictures.tile`, here or in another process


@dataclass(frozen=True)
class Small:
    """An image made small: its path, and (size,size,C) pixels."""

    path: PurePosixPath
    pixels: NDArray[np.uint8] | Deep


def make(files: Sequence[Entry], size: int, tile: Tile, room: int | None, skipped: list[DataError]) -> list[Small] | None:
    """The files that are images, small; notes the others in `skipped`. None where more than `room` pixels had to be decoded."""
    decoded = 0
    counting = threading.Lock()

    def small(file: Entry) -> Small | DataError | None:
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
        return found if isinstance(found, DataError) else Small(path, found)

    # Pillow decodes without the interpreter's lock; no more photos are in memory at once than there are threads.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(small, files))
    if room is not None and decoded > room:
        return None
    skipped += [result for result in results if isinstance(result, DataError)]
    return [result for result in results if isinstance(result, Small)]


def tensors(smalls: Sequence[Small]) -> tuple[list[torch.Tensor], Note | None]:
    """(C,size,size) uint8 each, and what to say of those of more bits: the lowest value of all is black, the highest white."""
    deep = [small.pixels for small in smalls if isinstance(small.pixels, Deep)]
    low, high, bits = used(deep)
    found = [
        np.stack([to_bytes(one, low, high, bits) for one in pixels.channels], 2) if isinstance(pixels, Deep) else pixels
        for pixels in (small.pixels for small in smalls)
    ]
    return [torch.from_numpy(one).permute(2, 0, 1).contiguous() for one in found], stretching(deep)
