r"""VICReg: two views of an image agree, every number varies over the images, and no two numbers say the same.

    L = λ s(Z, Z') + μ [v(Z) + v(Z')] + ν [c(Z) + c(Z')]

Shapes: two views (N,C,H,W) -> h (2N,F) -> Z, Z' (N,D) -> s, v, c: numbers
Watch: the variance term falls first, which is what keeps all images from one answer; then the other two
Reference: Bardes, Ponce & LeCun 2022, arXiv:2105.04906, Eq. 1 to 6
Departures: a small head; the loss divided by λ + μ + ν, so that the knobs do not change its size; AdamW for LARS
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from trainers.encoders import head
from trainers.method import Batch, Card, DataSpec, Loss, Method, ViewKnobs, knob


@dataclass(frozen=True)
class VICRegConfig(ViewKnobs):
    invariance: float = knob(25.0, 0.0, 100.0, "λ: how much it costs that two views of an image differ")
    variance: float = knob(25.0, 0.0, 100.0, "μ: how much it costs that a number is the same for all images")
    covariance: float = knob(1.0, 0.0, 100.0, "ν: how much it costs that two numbers say the same")


class VICReg(Method):
    card = Card(
        title="VICReg", paper="VICReg: Variance-Invariance-Covariance Regularization for Self-Supervised Learning", year=2022,
        arxiv="2105.04906", family="contrastive", negatives="none", networks="one encoder and a projection head",
        loss=r"\lambda s(Z,Z')+\mu[v(Z)+v(Z')]+\nu[c(Z)+c(Z')]",
    )  # fmt: skip
    Config = VICRegConfig
    terms = ("invariance", "variance", "covariance")

    def __init__(self, config: VICRegConfig, spec: DataSpec) -> None:
        super().__init__(config, spec)
        self.head = head(self.encoder.features, 2 * self.encoder.features, config.dimensions)

    def embed(self, features: Tensor) -> Tensor:
        return self.head(features)

    def loss(self, batch: Batch) -> Loss:
        z = self.embed(self.encode(torch.cat(batch.views)))  # (2N,D)
        one, two = z.chunk(2)
        parts = {
            "invariance": F.mse_loss(one, two),  # Eq. 5, a mean over D as well
            "variance": variance(one) + variance(two), "covariance": covariance(one) + covariance(two),
        }  # fmt: skip
        weights = {name: getattr(self.config, name) for name in self.terms}
        value = sum(weights[name] * part for name, part in parts.items()) / max(sum(weights.values()), 1e-6)  # Eq. 6
        return Loss(torch.as_tensor(value), z, parts)

    def before_step(self, progress: float) -> None:
        nn.utils.clip_grad_norm_(self.parameters(), 10.0)

    def optimizer(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameter_groups(), lr=self.config.learning_rate, momentum=0.9)


def variance(z: Tensor) -> Tensor:
    """Eq. 1 and 2: how far the deviations of the columns of z (N,D) stay below 1."""
    return F.relu(1 - (z.var(0) + 1e-4).sqrt()).mean()


def covariance(z: Tensor) -> Tensor:
    """Eq. 3 and 4: the squared covariances of different columns of z (N,D), over D."""
    z = z - z.mean(0)
    c = z.T @ z / max(1, len(z) - 1)
    return (c.square().sum() - c.diagonal().square().sum()) / z.shape[1]
