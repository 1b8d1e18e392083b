"""One image through codes of all sizes, beside PCA of the same size."""

from __future__ import annotations

from torch import Tensor

from playground.maps.entries import about
from playground.once import Once
from playground.reconstruct.answers import HeldOut, Size, Sizes
from playground.reconstruct.networks import Networks, training_images
from playground.reconstruct.pixels import judged
from playground.reconstruct.values import Body
from trainers.errors import UserError
from trainers.metrics import pca

LARGEST_BASIS = 256  # principal components


class CodeSizes:
    """The question how many numbers an image needs."""

    def __init__(self, networks: Networks) -> None:
        self.networks = networks
        self._basis = Once(self._find_basis, 4, at_once=2)

    def sizes(self, run: str, x: Tensor, body: Body, language: str) -> Sizes:
        """The image through every run with a code on the same images, and through PCA of the same size."""
        maps, found = self.networks.maps, list[Size]()
        own = maps.image_set(run)
        mean, basis = self.basis(run)
        for other in self.networks.makers([run]):
            try:
                if maps.image_set(other) != own:  # no network is read for that
                    continue
                model = self.networks.model(other)
            except UserError:
                continue
            if not hasattr(model, "decode") or hasattr(model, "damage"):
                continue
            latent, rest = model.code, x.flatten(1) - mean
            linear = (mean + rest @ basis[:, :latent] @ basis[:, :latent].T).view_as(x).clamp(0, 1)
            found.append(
                {
                    **about(maps, other, language), **judged(model.reconstruct(x), x),
                    "latent": latent, "held_out": self._held_out(other), "pca": judged(linear, x),
                }
            )  # fmt: skip
        return {"runs": sorted(found, key=lambda one: one["latent"])}

    def _held_out(self, run: str) -> HeldOut:
        ends = self.networks.maps.runs.view(run).of("Finished")
        if not ends:
            return {}
        summary = ends[-1]["summary"]
        return {"mse": summary.get("mse"), "mse_pca": summary.get("mse_pca")}

    def basis(self, run: str) -> tuple[Tensor, Tensor]:
        """Mean and principal components of the training images as rows of pixels."""
        return self._basis(*self.networks.source(run))

    def _find_basis(self, dataset: str, size: int | None) -> tuple[Tensor, Tensor]:
        return pca(training_images(dataset, size).flatten(1), LARGEST_BASIS)
