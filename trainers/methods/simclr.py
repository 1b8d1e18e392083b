r"""SimCLR: two views of an image find each other among all other images of the batch.

    l(i,j) = -log  exp(sim(z_i, z_j)/τ) / Σ_{k≠i} exp(sim(z_i, z_k)/τ),     sim(u,v) = u·v / |u||v|
    L      = mean of l over the 2N views, each with its partner

Shapes: two views (N,C,H,W) -> h (2N,F) -> z (2N,D) -> similarities (2N,2N)
Watch: the loss starts near ln(2N-1), its value when nothing is told apart; std·√d stays near 1
Reference: Chen et al. 2020, arXiv:2002.05709, Eq. 1 and Algorithm 1
Departures: one linear layer more or less changes nothing at this size, so the head is the paper's own two layers;
both views go through the network as one batch, as in the authors' code; AdamW for LARS; gentler views
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from trainers.encoders import head
from trainers.method import Batch, Card, DataSpec, Loss, Method, Table, ViewKnobs, knob, switch
from trainers.objectives import cross_entropy


@dataclass(frozen=True)
class SimCLRConfig(ViewKnobs):
    temperature: float = knob(0.2, 0.02, 2.0, "τ: small looks at the hardest negatives only, large at all alike")
    batch_size: int = knob(128, 2, 1024, "Images a step, N; each view has 2N-2 negatives")
    projection_head: bool = switch(True, "Off: the loss acts on the features themselves")


def nt_xent(z1: Tensor, z2: Tensor, temperature: float) -> Tensor:
    """Eq. 1 over both directions: z1, z2 (N,D), row i of one is the partner of row i of the other; a scalar."""
    z = F.normalize(torch.cat([z1, z2]), dim=1)  # (2N,D)
    logits = z @ z.T / temperature  # (2N,2N)
    logits.fill_diagonal_(-math.inf)  # k ≠ i
    partner = torch.arange(len(z), device=z.device).roll(len(z1))  # i <-> i+N
    return cross_entropy(logits, partner)  # Eq. 1, mean over 2N


class SimCLR(Method):
    card = Card(
        title="SimCLR", paper="A Simple Framework for Contrastive Learning of Visual Representations", year=2020,
        arxiv="2002.05709", family="contrastive", negatives="all other images of the batch",
        networks="one encoder and a projection head",
    )  # fmt: skip
    Config = SimCLRConfig

    def __init__(self, config: SimCLRConfig, spec: DataSpec) -> None:
        super().__init__(config, spec)
        width = self.encoder.features
        self.head = head(width, 2 * width, config.dimensions) if config.projection_head else nn.Identity()

    def embed(self, features: Tensor) -> Tensor:
        return self.head(features)

    def loss(self, batch: Batch) -> Loss:
        z = self.embed(self.encode(torch.cat(batch.views)))  # (2N,D)
        z1, z2 = z.chunk(2)
        return Loss(nt_xent(z1, z2, self.config.temperature), embedding=z)

    def collapse_loss(self, images: Tensor, batch_size: int) -> float:
        return math.log(2 * batch_size - 1)

    def pictures(self, batch: Batch) -> dict[str, Tensor | Table]:
        z = F.normalize(self.embed(self.encode(torch.cat(batch.views))), dim=1)
        return {**super().pictures(batch), "similarity": Table(z @ z.T, -1, 1)}
