"""An image with noise, repaired by a network and by a classical filter."""

from __future__ import annotations

from typing import TypedDict

import torch
from torch import Tensor

from playground.once import Once
from playground.reconstruct import values
from playground.reconstruct.answers import Curve, Denoised
from playground.reconstruct.networks import Networks
from playground.reconstruct.pixels import EQUAL, judged, packed
from playground.reconstruct.values import Body
from trainers.corruptions import NOISES, classical_filter, corrupt
from trainers.metrics import psnr
from trainers.views import plain

CURVE_IMAGES, CURVE_LEVELS = 64, 11


class Levels(TypedDict):
    """PSNR at each level of a noise, of the mean squared error over all images: as a run's own is told."""

    levels: list[float]
    noisy: list[float | None]
    denoised: list[float | None]
    filter: list[float | None]


class Noise:
    """Questions about noise; images are (1,C,H,W) in [0,1]."""

    def __init__(self, networks: Networks) -> None:
        self.networks = networks
        self._levels = Once(self._find_levels, 64)

    def noise(self, run: str, x: Tensor, body: Body) -> Denoised:
        """The image with {"noise", "level", "seed"}, as the network repairs it, and as a classical filter does."""
        model, kind = self.networks.model(run), values.one_of(body.get("noise"), NOISES)
        noisy = corrupt(x, kind, values.number(body.get("level"), 0, 1), values.generator(body))
        return {
            "image": packed(x), "noisy": judged(noisy, x), "denoised": judged(model.reconstruct(noisy), x),
            "filter": judged(classical_filter(noisy, kind), x),
        }  # fmt: skip

    def curve(self, run: str, x: Tensor, body: Body) -> Curve:
        """PSNR of CURVE_IMAGES held-out images over the level of {"noise"}: noisy, denoised, filtered."""
        model, kind = self.networks.model(run), values.one_of(body.get("noise"), NOISES)
        own = model.config.level if getattr(model.config, "noise", "") == kind else None
        return {**self._levels(*self.networks.version(run), kind), "trained": own, "images": CURVE_IMAGES}

    def _find_levels(self, run: str, version: int, kind: str) -> Levels:
        model, x = self.networks.model(run), plain(self.networks.held_out(run)[:CURVE_IMAGES])
        found: Levels = {"levels": [], "noisy": [], "denoised": [], "filter": []}
        for level in torch.linspace(0.05, 1, CURVE_LEVELS - 1).tolist():  # at 0 the noisy image is the clean one: infinite
            noisy = corrupt(x, kind, level, torch.Generator().manual_seed(0))
            found["levels"].append(level)
            found["noisy"].append(_psnr(noisy, x))
            found["denoised"].append(_psnr(model.reconstruct(noisy), x))
            found["filter"].append(_psnr(classical_filter(noisy, kind), x))
        return found


def _psnr(made: Tensor, x: Tensor) -> float | None:
    """dB; None where every image is the true one, as a black one that loses pixels to black."""
    error = float((made - x).pow(2).mean())
    return psnr(error) if error > EQUAL else None
