r"""BYOL: predict what a slowly moving average of oneself says of the other view. No negatives.

    L = 2 - 2 cos(q_θ(z_θ), sg(z'_ξ)),  both ways, averaged;    ξ ← τ ξ + (1-τ) θ  after every step

Shapes: two views (N,C,H,W) -> y (2N,F) -> z (2N,D) -> prediction q (2N,D); target z' (2N,D)
Watch: std·√d, since a loss of 0 may be success or collapse; the distance between what the two networks say of one view
Reference: Grill et al. 2020, arXiv:2006.07733, Eq. 1 to 3; τ rises on a cosine to 1 (section 3.2)
Departures: τ starts at 0.9, as a short run has no time for 0.996; both views go through a network as one batch, which its
BatchNorms see whole; the mean of the two directions where the paper has their sum; AdamW for LARS
"""

import copy
import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from trainers.encoders import head
from trainers.method import COLLAPSE, COLLAPSED, Batch, Card, DataSpec, Loss, Method, ViewKnobs, knob, switch
from trainers.objectives import cosines

NO_PREDICTOR = (
    "Collapsed: every image gets the same embedding, since without a predictor one constant answer suits both networks."
)


@dataclass(frozen=True)
class BYOLConfig(ViewKnobs):
    tau: float = knob(0.9, 0.0, 1.0, "τ: how much of the target stays each step; 0: no target of its own, 1: it never moves")
    predictor: bool = switch(True, "Off: the online network must match the target directly, and may collapse")
    predictor_rate: float = knob(1.0, 1.0, 20.0, "The predictor's learning rate, in times of the rest's: a quick one keeps up")


class BYOL(Method):
    card = Card(
        title="BYOL", paper="Bootstrap Your Own Latent: A New Approach to Self-Supervised Learning", year=2020,
        arxiv="2006.07733", family="contrastive", negatives="none",
        networks="an online network with a predictor, and a target network, its moving average",
    )  # fmt: skip
    Config = BYOLConfig

    def __init__(self, config: BYOLConfig, spec: DataSpec) -> None:
        super().__init__(config, spec)
        width, d = self.encoder.features, config.dimensions
        self.projector = head(width, 2 * width, d)
        self.predictor = head(d, 2 * d, d) if config.predictor else nn.Identity()
        self.target = copy.deepcopy(nn.Sequential(self.encoder, self.projector)).requires_grad_(False)

    def embed(self, features: Tensor) -> Tensor:
        return self.projector(features)  # z, (B,D)

    def loss(self, batch: Batch) -> Loss:
        both = torch.cat(batch.views)
        z = self.embed(self.encode(both))  # (2N,D)
        with torch.no_grad():
            target = self.target(both)
        other = target.roll(len(batch.images), dims=0)  # of the other view of the same image: Eq. 2 both ways at once
        parts = {"target_distance": regression(z.detach(), target)}
        return Loss(regression(self.predictor(z), other), embedding=z, parts=parts)

    def parameter_groups(self) -> list[dict[str, Any]]:
        rate = self.config.predictor_rate
        return super().parameter_groups() if rate == 1 else self.apart(self.predictor, factor=rate)

    @torch.no_grad()
    def after_step(self, progress: float) -> None:
        tau = 1 - (1 - self.config.tau) * (math.cos(math.pi * progress) + 1) / 2 if self.config.tau > 0 else 0.0
        online = nn.Sequential(self.encoder, self.projector)
        for theta, xi in zip(online.parameters(), self.target.parameters(), strict=True):
            xi.lerp_(theta, 1 - tau)  # ξ ← τ ξ + (1-τ) θ

    def collapsed(self, spread: float, parts: object) -> str:
        return "" if spread >= COLLAPSE else COLLAPSED if self.config.predictor else NO_PREDICTOR


def regression(q: Tensor, z: Tensor) -> Tensor:
    """Eq. 2: mean squared distance of the unit vectors of q and z, (N,D) each; a scalar from 0 to 4."""
    return 2 - 2 * cosines(q, z).mean()
