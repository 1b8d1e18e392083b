r"""SimSiam: each view predicts the other, which holds still. No negatives, no second network.

    L = ½ l(p_1, sg(z_2)) + ½ l(p_2, sg(z_1)),     l(p,z) = -cos(p, z),     z = f(x),  p = h(z)

Shapes: two views (N,C,H,W) -> z (2N,D) -> p (2N,D)
Watch: std·√d near 1. Without the stop-gradient the loss falls to 0 at once, and std·√d to 0: collapse
Reference: Chen & He 2020, arXiv:2011.10566, Eq. 1 to 4 and Algorithm 1
Departures: 1 - cos, so that the loss ends at 0; both views as one batch, which BatchNorm sees whole; AdamW for SGD; two
layers in the projector, as for CIFAR-10, and no BatchNorm at its end (table 3b): with one, a network this small falls to
2 or 3 dimensions, where the paper's falls to a point
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from trainers.encoders import head
from trainers.method import COLLAPSE, COLLAPSED, Batch, Card, DataSpec, Loss, Method, ViewKnobs, knob, switch
from trainers.objectives import cosines

NO_STOP = (
    "Collapsed: every image gets the same embedding. Without the stop-gradient both views are free to agree on a constant."
)
NO_PREDICTOR = (
    "Collapsed: every image gets the same embedding. Without a predictor the stop-gradient alone does not prevent it."
)


@dataclass(frozen=True)
class SimSiamConfig(ViewKnobs):
    stop_gradient: bool = switch(True, "Off: both sides of the cosine move, and the network collapses")
    predictor: bool = switch(True, "Off: p = z, and the network collapses")
    predictor_rate: float = knob(1.0, 1.0, 20.0, "The predictor's learning rate, in times of the rest's: a quick one keeps up")
    output_norm: bool = switch(False, "On: the projector ends with a BatchNorm without scale and shift, as the paper's does")


class SimSiam(Method):
    card = Card(
        title="SimSiam", paper="Exploring Simple Siamese Representation Learning", year=2020, arxiv="2011.10566",
        family="contrastive", negatives="none", networks="one encoder with a projector, and a predictor",
    )  # fmt: skip
    Config = SimSiamConfig

    def __init__(self, config: SimSiamConfig, spec: DataSpec) -> None:
        super().__init__(config, spec)
        width, d = self.encoder.features, config.dimensions
        self.projector = head(width, 2 * width, d, norm=config.output_norm)
        self.predictor = head(d, max(1, d // 4), d) if config.predictor else nn.Identity()  # a bottleneck

    def embed(self, features: Tensor) -> Tensor:
        return self.projector(features)  # z, (B,D)

    def loss(self, batch: Batch) -> Loss:
        z = self.embed(self.encode(torch.cat(batch.views)))  # (2N,D)
        held = z.detach() if self.config.stop_gradient else z  # Eq. 3
        other = held.roll(len(batch.images), dims=0)  # of the other view of the same image: Eq. 4, both ways at once
        return Loss(distance(self.predictor(z), other), embedding=z)

    def parameter_groups(self) -> list[dict[str, Any]]:  # section 4.2: the predictor must keep up
        return self.apart(self.predictor, constant=True, factor=self.config.predictor_rate)

    def collapsed(self, spread: float, parts: object) -> str:
        why = NO_STOP if not self.config.stop_gradient else COLLAPSED if self.config.predictor else NO_PREDICTOR
        return why if spread < COLLAPSE else ""


def distance(p: Tensor, z: Tensor) -> Tensor:
    """Eq. 1, plus 1: the mean of 1 - cos(p, z) over the rows of (N,D); a scalar from 0 to 2."""
    return 1 - cosines(p, z).mean()
