"""A word painted across pictures, and how alike that makes them to the word as a label: the trick that fools a large CLIP."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from playground.maps.making import Maps
from playground.maps.sources import network
from playground.once import Once
from playground.runs.store import read_images

WORD = "dog"
MOST = 200  # pictures


class Likeness:
    """What `painted` finds of a run, made once, in the process that asks networks. Safe to call from many threads."""

    def __init__(self, maps: Maps) -> None:
        self.maps = maps
        self._found = Once(self._find, 16, at_once=1, share=maps.share)

    def __call__(self, run: str) -> tuple[float, float]:
        """As they are, and with the word."""
        return self._found(run, self.maps.runs.view(run).generation)

    def _find(self, run: str, generation: int) -> tuple[float, float]:
        folder, background = self.maps.runs.folder(run), self.maps.measures.background
        if background is None:
            return painted(folder)
        return background.answer(painted, folder)


@torch.inference_mode()
def painted(folder: Path, watch: Callable[[float], None] = lambda share: None) -> tuple[float, float]:
    """The mean cosine of held-out pictures of other things with the label WORD, as they are and with it painted on them.

    ValueError where the run's network does not read.
    """
    model, data = network(folder), read_images(folder)
    if not model.reads:
        raise ValueError(f"{folder.name} does not read.")
    images = data.test.images[:: max(1, len(data.test.images) // MOST)]
    plain, marked = (_likeness(model, one) for one in (images, written_on(images, WORD)))
    return plain, marked


def written_on(images: torch.Tensor, word: str) -> torch.Tensor:
    """(N,C,H,W) uint8 with the word in black on a white strip across the middle, as on a paper that somebody stuck there."""
    n, c, h, w = images.shape
    found = images.clone()
    strip = torch.from_numpy(_strip(word, w, max(8, h // 3)))
    top = (h - strip.shape[0]) // 2
    found[:, :, top : top + strip.shape[0]] = strip.expand(n, c, *strip.shape)
    return found


def _strip(word: str, width: int, height: int) -> NDArray[np.uint8]:
    """(height,width) uint8: the word as large as there is room for it."""
    sheet = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(sheet)
    size = height
    while size > 6 and draw.textlength(word, ImageFont.load_default(size)) > width - 2:
        size -= 1
    draw.text((width / 2, height / 2), word, fill=0, font=ImageFont.load_default(size), anchor="mm")
    return np.array(sheet)


def _likeness(model: torch.nn.Module, images: torch.Tensor) -> float:
    scaled = images.float() / 255
    return float((model.match(scaled, [WORD]) / model.logit_scale.exp()).mean())  # pyright: ignore[reportCallIssue]
