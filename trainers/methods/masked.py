r"""Masked autoencoder: hide most patches of an image and paint them from the few that are left.

    L = 1/(|M| P) Σ_{m∈M} |x_m - x'_m|²      (M: the hidden patches, P: numbers in a patch)

Shapes: x (B,C,H,W) -> T patches; V = int(T(1-r)) of them -> tokens (B,V,E) -> with mask tokens (B,T,E) -> x' (B,T,P)
Watch: the loss against that of painting each patch with the mean one (dotted); kNN is weak by nature, so see the probe
Reference: He et al. 2021, arXiv:2111.06377, section 3
Departures: a tiny network; plain pixels as targets, since normalised patches cannot be shown without the answer
"""

from dataclasses import dataclass

from torch import Generator, Tensor

from trainers.corruptions import MASKS, hidden_by, keep_patches
from trainers.method import Batch, Card, DataSpec, Knobs, Loss, Method, choice, knob, switch
from trainers.objectives import squares
from trainers.vit import PatchDecoder, Patches, vit


@dataclass(frozen=True)
class MaskedConfig(Knobs):
    mask_ratio: float = knob(0.75, 0.05, 0.95, "r: the share of patches that is hidden")
    mask: str = choice("random", MASKS, "Patches here and there, one block, or an even grid")
    patch: int = knob(0, 0, 16, "Pixels a side of a patch; 0: an eighth of the image's side")
    all_patches: bool = switch(False, "On: the loss counts the visible patches too")
    batch_size: int = knob(32, 2, 1024, "Images a step: in a short run, more steps beat larger ones")
    encoder: str = choice("vit", ("vit",), "A small vision transformer, which alone can leave patches out")


class Masked(Method):
    card = Card(
        title="Masked AE", paper="Masked Autoencoders Are Scalable Vision Learners", year=2021, arxiv="2111.06377",
        family="autoencoder", negatives="none", networks="a ViT that sees the visible patches, and a light decoder",
    )  # fmt: skip
    Config = MaskedConfig

    def __init__(self, config: MaskedConfig, spec: DataSpec) -> None:
        self.grid = Patches(spec.channels, spec.height, spec.width, config.patch)
        super().__init__(config, spec, vit(self.grid, spec.mean, spec.std))
        self.decoder = PatchDecoder(self.grid)

    def hide(self, images: Tensor, rng: Generator) -> tuple[Tensor, Tensor]:
        keep = keep_patches(len(images), self.grid.rows, self.grid.columns, self.config.mask_ratio, self.config.mask, rng)
        return keep, hidden_by(keep, self.grid.number)  # indices (B,V) and, over all patches, (B,T)

    def predict(self, images: Tensor, keep: Tensor) -> Tensor:
        return self.decoder(self.encoder.net.tokens(self.encoder.standardise(images), keep), keep)  # (B,V,E) -> (B,T,P)

    def reconstruct(self, images: Tensor, keep: Tensor | None = None) -> Tensor:
        """(B,C,H,W) in [0,1] and the indices (B,V) of the patches to paint them from -> (B,C,H,W)."""
        keep = self.hide(images, Generator(images.device).manual_seed(0))[0] if keep is None else keep
        return self.grid.join(self.predict(images, keep)).clamp(0, 1)

    def loss(self, batch: Batch) -> Loss:
        keep, hidden = self.hide(batch.images, batch.rng)
        made, counts = self.predict(batch.images, keep), hidden | self.config.all_patches
        return Loss(masked_mse(made, self.grid.split(batch.images), counts).mean(), made.flatten(1))

    def collapse_loss(self, images: Tensor, batch_size: int) -> float:
        return float(self.grid.split(images / 255).var((0, 1), correction=0).mean())  # always the mean patch

    def errors(self, batch: Batch) -> Tensor:
        keep, hidden = self.hide(batch.images, batch.rng)
        return masked_mse(self.predict(batch.images, keep).clamp(0, 1), self.grid.split(batch.images), hidden)

    def baselines(self, train: Tensor, test: Tensor, rng: Generator) -> dict[str, float]:
        truth, known, (_, hidden) = self.grid.split(test), self.grid.split(train), self.hide(test, rng)
        means = {"mse_mean_patch": known.mean((0, 1)), "mse_mean_here": known.mean(0)}  # of all places, of each place
        return {name: float(masked_mse(mean.expand_as(truth), truth, hidden).mean()) for name, mean in means.items()}

    def pictures(self, batch: Batch) -> dict[str, Tensor]:
        (keep, hidden), truth = self.hide(batch.images, batch.rng), self.grid.split(batch.images)
        parts = {"visible": truth.new_full((), 0.5), "reconstruction": self.predict(batch.images, keep)}  # in the hidden places
        return {"input": batch.images} | {k: self.grid.join(v.where(hidden.unsqueeze(2), truth)) for k, v in parts.items()}


def masked_mse(made: Tensor, truth: Tensor, hidden: Tensor) -> Tensor:
    """Mean squared error (B,) of patches (B,T,P) over those that are hidden, (B,T); the others have no part in it."""
    return (squares(made, truth).mean(2) * hidden).sum(1) / hidden.sum(1)
