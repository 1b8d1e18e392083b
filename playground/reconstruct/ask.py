"""What the views of Reconstruct ask. Each question is one call without memory; the networks stay loaded.

The browser says which image, and what to do to it, none of which is trusted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor

from playground.maps.making import Maps
from playground.reconstruct import values
from playground.reconstruct.answers import Between, Maker
from playground.reconstruct.beside import compare
from playground.reconstruct.code import Codes
from playground.reconstruct.masks import Masks
from playground.reconstruct.networks import Networks
from playground.reconstruct.noise import Noise
from playground.reconstruct.pixels import unpacked
from playground.reconstruct.sizes import CodeSizes
from playground.reconstruct.values import Body
from playground.turns import turn
from trainers.errors import UserError
from trainers.views import plain

Answer = Mapping[str, Any]  # one of answers.py


class Questions:
    """All questions over the runs of one folder, by their kinds; each is about a run and an image (1,C,H,W)."""

    def __init__(self, maps: Maps) -> None:
        self.networks = networks = Networks(maps)
        codes, noise, masks, sizes = Codes(networks), Noise(networks), Masks(networks), CodeSizes(networks)
        self._codes = codes
        # what is worked out once of training images, which may have to be read aside: nobody waits for that in a turn
        self._before: dict[str, Callable[[str], object]] = {"mask": masks.means, "reveal": masks.means, "sizes": sizes.basis}
        self._kinds: dict[str, Callable[[str, Tensor, Body], Answer]] = {
            "rebuild": codes.rebuild, "between": self._between, "plane": codes.plane, "walk": codes.walk,
            "decode": codes.decode, "noise": noise.noise, "curve": noise.curve, "mask": masks.mask, "draws": masks.draws,
            "reveal": masks.reveal, "attention": masks.attention,
        }  # fmt: skip
        self._kinds_in_words: dict[str, Callable[[str, Tensor, Body, str], Answer]] = {
            "sizes": sizes.sizes, "compare": partial(compare, networks),
        }  # fmt: skip

    def runs(self, language: str, also: list[str]) -> list[Maker]:
        """Runs whose network turns an image back into one, the newest first."""
        return self.networks.entries(language, also)

    def ask(self, kind: str, run: str, body: Body, language: str) -> Answer:
        """The answer to a question of one kind; UserError where it makes no sense."""
        if kind not in self._kinds and kind not in self._kinds_in_words:
            raise UserError("There is no question “{name}”.", name=kind[:40])
        with torch.inference_mode():
            x = self._image(run, body.get("image"))
            if kind in self._before:
                self._before[kind](run)
            with turn():
                if kind in self._kinds:
                    return self._kinds[kind](run, x, body)
                return self._kinds_in_words[kind](run, x, body, language)

    def _image(self, run: str, asked: Any) -> Tensor:
        """(1,C,H,W) in [0,1]: a held-out one by {"index"}, or {"pixels"} as pixels.py has them."""
        images = self.networks.held_out(run)
        asked = asked if isinstance(asked, dict) else {}
        if "pixels" in asked:
            return unpacked(str(asked["pixels"]), images.shape[1:])
        index = values.number(asked.get("index"), 0, len(images) - 1, whole=True)
        return plain(images[int(index)].unsqueeze(0))

    def _between(self, run: str, x: Tensor, body: Body) -> Between:
        """From the image to {"second"}."""
        return self._codes.between(run, x, self._image(run, body.get("second")))
