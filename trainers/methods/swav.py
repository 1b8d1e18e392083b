r"""SwAV: sort images into prototypes, evenly, and let each view predict where the other was sorted.

    L = -½ Σ_k q_2k log p_1k - ½ Σ_k q_1k log p_2k,     p = softmax(C z/τ),     q = Sinkhorn(C z/ε)

Shapes: two views (N,C,H,W), local ones half the size -> z (N,D), |z| = 1 -> scores C z (N,K) -> p, q (N,K)
Watch: the effective number of prototypes, exp of the entropy of their mean share; ln K is the loss of a guess
Reference: Caron et al. 2020, arXiv:2006.09882, Eq. 1 to 3, Algorithm 1; multi-crop: section 3.2
Departures: 64 prototypes and no queue for about ten classes; frozen for 5% of a run; AdamW for LARS; local views are off
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from trainers.encoders import Prototypes, head
from trainers.method import Batch, Card, DataSpec, Loss, Method, Table, ViewKnobs, knob, switch
from trainers.objectives import cross_entropy


@dataclass(frozen=True)
class SwAVConfig(ViewKnobs):
    prototypes: int = knob(64, 2, 512, "K: the groups that images are sorted into")
    sinkhorn: bool = switch(True, "Off: targets are a plain softmax, and all images may crowd into one prototype")
    epsilon: float = knob(0.05, 0.01, 1.0, "ε: how soft the assignment is; small is sharp")
    temperature: float = knob(0.1, 0.02, 2.0, "τ: how soft the prediction is")
    queue: int = knob(0, 0, 4096, "Earlier features that Sinkhorn sorts too, after 10% of a run: for batches small against K")
    local_views: int = knob(0, 0, 6, "Multi-crop: more views of half the size that predict the two large ones")


class SwAV(Method):
    card = Card(
        title="SwAV", paper="Unsupervised Learning of Visual Features by Contrasting Cluster Assignments", year=2020,
        arxiv="2006.09882", family="contrastive", negatives="none: prototypes, which Sinkhorn fills evenly",
        networks="one encoder with a projection head, and prototypes")  # fmt: skip
    Config = SwAVConfig
    FEW = "Collapsed: almost all images go to a few prototypes. Nothing shares them out evenly while Sinkhorn is switched off."

    def __init__(self, config: SwAVConfig, spec: DataSpec) -> None:
        super().__init__(config, spec)
        self.head = head(self.encoder.features, 2 * self.encoder.features, config.dimensions)
        self.prototypes = Prototypes(config.prototypes, config.dimensions)
        self.queue = nn.Buffer(torch.zeros(2, config.queue, config.dimensions))  # zeros: nothing is there yet

    def views(self, images: Tensor, rng: torch.Generator) -> tuple[Tensor, ...]:
        return *super().views(images, rng), *(self.augment.local()(images, rng) for _ in range(self.config.local_views))

    def embed(self, features: Tensor) -> Tensor:
        return nn.functional.normalize(self.head(features), dim=1)  # z, (B,D)

    def loss(self, batch: Batch) -> Loss:
        z, *local = (self.embed(self.encode(x)) for x in (torch.cat(batch.views[:2]), *batch.views[2:]))  # (2N,D), (N,D) ...
        logits = [self.prototypes(part, batch.progress < 0.05) / self.config.temperature for part in (*z.chunk(2), *local)]
        both = (now := z.detach().unflatten(0, (2, -1))), torch.cat([now, self.queue], dim=1)  # the newest first
        late = self.config.queue > 0 and batch.progress >= 0.1  # as the paper's; and full, which the device alone knows
        q, *old = (sinkhorn(self.prototypes(z, True) / self.config.epsilon, 3 * self.config.sinkhorn) for z in both[: 1 + late])
        q = torch.where(self.queue[:, -1].any(), old[0][:, : now.shape[1]], q) if late else q
        self.queue.copy_(both[1][:, : self.config.queue])
        swapped = [cross_entropy(p, q[i, : len(p)]) for i in (0, 1) for j, p in enumerate(logits) if j != i]  # Eq. 1 and 2
        return Loss(torch.stack(swapped).mean(), z, {"prototypes": self.prototypes.effective(logits[0].softmax(1).mean(0))})

    def after_step(self, progress: float) -> None:
        self.prototypes.normalise()

    def collapse_loss(self, images: Tensor, batch_size: int) -> float:
        return float(torch.tensor(self.config.prototypes).log())

    def collapsed(self, spread: float, parts: dict[str, float]) -> str:
        few = not self.config.sinkhorn and parts["prototypes"] < max(1.5, self.config.prototypes / 8)
        return self.FEW if few else super().collapsed(spread, parts)

    def pictures(self, batch: Batch) -> dict[str, Tensor | Table]:
        return {**super().pictures(batch), "use": Table(self.prototypes.use, 0, 3 / self.config.prototypes)}


def sinkhorn(scores: Tensor, iterations: int = 3) -> Tensor:
    """Algorithm 1: scores/ε (..,B,K) -> q, rows sum to 1 and columns to about B/K. In logs, as exp would overflow."""
    for _ in range(iterations):
        scores = (scores - scores.logsumexp(-2, keepdim=True)).log_softmax(-1)  # each prototype gets as much, each image 1
    return scores.softmax(-1)
