r"""Barlow Twins: what two views say, number by number, is to agree, and no two numbers are to say the same.

    L = Σ_i (1 - C_ii)² + λ Σ_i Σ_{j≠i} C_ij²,     C_ij = Σ_b z1_bi z2_bj / N, of columns with mean 0 and deviation 1

Shapes: two views (N,C,H,W) -> h (2N,F) -> z1, z2 (N,D) -> cross-correlation C (D,D)
Watch: the diagonal of C goes to 1 early, the rest to 0 slowly; one answer for all images would make C nothing at all
Reference: Zbontar et al. 2021, arXiv:2103.03230, Eq. 1 and 2
Departures: a small head; the loss divided by D, so that its size does not grow with the embedding; AdamW for LARS
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from trainers.encoders import head
from trainers.method import Batch, Card, DataSpec, Loss, Method, Table, ViewKnobs, knob


@dataclass(frozen=True)
class BarlowConfig(ViewKnobs):
    redundancy: float = knob(0.02, 0.0, 1.0, "λ: how much it costs that two numbers say the same")
    batch_size: int = knob(128, 2, 1024, "Images a step, N, each seen twice")


def cross_correlation(z1: Tensor, z2: Tensor) -> Tensor:
    """Eq. 2 of the columns of z1, z2 (N,D); (D,D)."""
    z1, z2 = ((z - z.mean(0)) / (z.std(0, correction=0) + 1e-5) for z in (z1, z2))
    return z1.T @ z2 / len(z1)


class BarlowTwins(Method):
    card = Card(
        title="Barlow Twins", paper="Barlow Twins: Self-Supervised Learning via Redundancy Reduction", year=2021,
        arxiv="2103.03230", family="contrastive", negatives="none", networks="one encoder and a projection head",
        loss=r"\sum_i(1-C_{ii})^2+\lambda\sum_i\sum_{j\ne i}C_{ij}^2",
    )  # fmt: skip
    Config = BarlowConfig

    def __init__(self, config: BarlowConfig, spec: DataSpec) -> None:
        super().__init__(config, spec)
        self.head = head(self.encoder.features, 2 * self.encoder.features, config.dimensions)

    def embed(self, features: Tensor) -> Tensor:
        return self.head(features)

    def loss(self, batch: Batch) -> Loss:
        z = self.embed(self.encode(torch.cat(batch.views)))  # (2N,D)
        c = cross_correlation(*z.chunk(2))
        diagonal = (1 - c.diagonal()).square().sum()
        rest = c.square().sum() - c.diagonal().square().sum()
        return Loss((diagonal + self.config.redundancy * rest) / len(c), embedding=z)  # Eq. 1

    def pictures(self, batch: Batch) -> dict[str, Tensor | Table]:
        z1, z2 = (self.embed(self.encode(view))[:, :16] for view in batch.views)
        return {**super().pictures(batch), "correlation": Table(cross_correlation(z1, z2), -1, 1)}
