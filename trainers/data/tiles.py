"""Many pictures made small, side by side, within limits of pixels; those of more than eight bits by the range that all use."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
import torch
from numpy.typing import NDArray

from trainers import pictures
from trainers.data.tables import Entry
from trainers.deep import Deep, stretching, to_bytes, used
from trainers.errors import DataError, Note

# `pictures.tiles`, here or in another process
Shrink = Callable[[Sequence[tuple[bytes, str]], int], list[tuple[int, NDArray[np.uint8] | Deep | DataError]]]
FILES, BYTES = 16, 1 << 20  # of one call, which may be a way to another process and back
ASIDE = 2  # threads, of all uploads together, that hold files for other processes: each up to 50 MiB, unpacked of a few kB


class _Line:
    """So many at a time, in the order in which they came.

    With a plain semaphore who has just been is the next one again, and a small upload waits for all of a large one.
    """

    def __init__(self, at_once: int) -> None:
        self._lock, self._free = threading.Lock(), at_once
        self._waiting: deque[threading.Event] = deque()

    def __enter__(self) -> None:
        mine = threading.Event()
        with self._lock:
            if self._free:
                self._free -= 1
                return
            self._waiting.append(mine)
        mine.wait()

    def __exit__(self, *raised: object) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1


_line = _Line(ASIDE)


@dataclass(frozen=True)
class Small:
    """An image made small: its path, and (size,size,C) pixels."""

    path: PurePosixPath
    pixels: NDArray[np.uint8] | Deep


def make(files: Sequence[Entry], size: int, shrink: Shrink, room: int | None, skipped: list[DataError]) -> list[Small] | None:
    """The files that are images, small; notes the others in `skipped`. None where more than `room` pixels had to be decoded."""
    decoded = 0
    counting = threading.Lock()
    here = shrink is pictures.tiles

    def is_enough() -> bool:
        return room is not None and decoded > room

    def in_turn(part: Sequence[Entry]) -> list[Small | DataError]:
        results, held = list[Small | DataError](), list[tuple[PurePosixPath, bytes]]()

        def let_go() -> None:
            nonlocal decoded
            while held and not is_enough():
                done = shrink([(content, str(path)) for path, content in held], size)
                for (path, _), (_, found) in zip(held, done, strict=False):
                    results.append(found if isinstance(found, DataError) else Small(path, found))
                with counting:
                    decoded += sum(pixels for pixels, _ in done)
                del held[: len(done)]
            held.clear()

        with nullcontext() if here else _line:
            for path, read_it in part:
                if is_enough():
                    break
                try:
                    held.append((path, read_it()))
                except DataError as error:
                    let_go()
                    results.append(error)
                if sum(len(content) for _, content in held) >= BYTES:
                    let_go()
            let_go()
        return results

    # Pillow decodes without the interpreter's lock; a thread has one large photo in memory at once, or some small ones
    parts = [files[at : at + FILES] for at in range(0, len(files), FILES)]
    with ThreadPoolExecutor(os.cpu_count() if here else ASIDE) as pool:
        contexts = [copy_context() for _ in parts]  # whoever asks for all of it may have said until when
        results = [
            one for found in pool.map(lambda context, part: context.run(in_turn, part), contexts, parts) for one in found
        ]
    if is_enough():
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
