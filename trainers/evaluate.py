"""A look at a network from outside, on images that it does not train on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainers import metrics
from trainers.data import Dataset, Images
from trainers.method import Method
from trainers.views import Augmentation, pair, plain

LIMIT = 2_000  # images on the map, and images in the bank of a snapshot's kNN: enough to see, few enough to repeat
PAIRS = 512  # images whose two views tell alignment
CHUNK = 500


def subset(images: Images, limit: int = LIMIT) -> Tensor:
    """Indices (n,) of the images that stand for a set: all of them, or `limit` drawn once and for ever, in order."""
    if len(images) <= limit:
        return torch.arange(len(images))
    return torch.randperm(len(images), generator=torch.Generator().manual_seed(0))[:limit].sort().values


class Evaluation:
    """Fixed images of one data set on one device, and the metrics of a method on them."""

    def __init__(self, data: Dataset, device: torch.device) -> None:
        self.data, self.device = data, device
        index, bank = subset(data.test), subset(data.train)
        self.images, self.bank = data.test.images[index].to(device), data.train.images[bank].to(device)
        self.labels = None if data.test.labels is None else data.test.labels[index].to(device)
        self.bank_labels = None if data.train.labels is None else data.train.labels[bank].to(device)
        rng = torch.Generator(device).manual_seed(0)
        self.pairs = pair(self.images[:PAIRS], Augmentation(), rng)  # the same for every method, so that they compare

    @torch.inference_mode()
    def snapshot(self, method: Method) -> tuple[dict[str, float | None], NDArray[np.float16]]:
        """Metrics, and the features (n,F) of the evaluation images. kNN is against a bank of at most 2,000 images."""
        method.eval()
        features = encode(method, self.images)
        z = method.embed(features.float())
        z1, z2 = (method.embed(method.encode(view)) for view in self.pairs)
        found: dict[str, float | None] = {
            "knn": self._knn(features, encode(method, self.bank) if self.bank_labels is not None else features),
            "std_sqrt_d": float(metrics.std_sqrt_d(z)),
            "rankme": metrics.rankme(z),
            "alignment": metrics.alignment(z1, z2),
            "uniformity": metrics.uniformity(z) if len(z) > 1 else None,
        }
        found |= self._reconstruction(method, self.images)
        method.train()
        return found, features.cpu().numpy().astype(np.float16)

    def knn_pixels(self) -> float | None:
        """kNN of the standardised pixels against the same bank as a snapshot's: what a network has to beat."""
        return self._knn(*standardise(self.images, self.bank))

    @torch.inference_mode()
    def summary(self, method: Method, untrained: Method) -> dict[str, float | None]:
        """The numbers on all held-out images, with all training images as the bank, beside what they must beat."""
        test, train = self.data.test.images.to(self.device), self.data.train.images.to(self.device)
        found: dict[str, float | None] = {"knn": None, "knn_untrained": None, "knn_pixels": None}
        if self.data.test.labels is not None and self.data.train.labels is not None:
            labels, bank_labels = self.data.test.labels.to(self.device), self.data.train.labels.to(self.device)

            def knn(queries: Tensor, bank: Tensor) -> float:
                return metrics.knn_accuracy(queries, labels, bank, bank_labels)

            for name, network in (("knn", method), ("knn_untrained", untrained)):
                network.eval()
                found[name] = knn(encode(network, test), encode(network, train))
            found["knn_pixels"] = knn(*standardise(test, train))
        method.eval()
        found |= self._reconstruction(method, test)
        if "mse" in found and found["mse"] is not None:
            latent = encode(method, test[:1]).shape[1]
            found["mse_pca"] = metrics.pca_mse(plain(train).flatten(1), plain(test).flatten(1), latent)
        method.train()
        return found

    def _knn(self, features: Tensor, bank: Tensor) -> float | None:
        if self.labels is None or self.bank_labels is None:
            return None
        return metrics.knn_accuracy(features, self.labels, bank, self.bank_labels)

    @staticmethod
    def _reconstruction(method: Method, images: Tensor) -> dict[str, float | None]:
        rebuild: Callable[[Tensor], Tensor] | None = getattr(method, "reconstruct", None)
        if rebuild is None:
            return {}
        chunks = [plain(part) for part in images.split(CHUNK)]
        error = sum(float((rebuild(x) - x).pow(2).sum()) for x in chunks) / images.numel()
        return {"mse": error, "psnr": metrics.psnr(error)}


def encode(method: Method, images: Tensor) -> Tensor:
    """uint8 (N,C,H,W) -> features (N,F), a chunk at a time."""
    return torch.cat([method.encode(plain(part).contiguous(memory_format=torch.channels_last)) for part in images.split(CHUNK)])


def standardise(images: Tensor, bank: Tensor) -> tuple[Tensor, Tensor]:
    """uint8 images and bank as rows of pixels (N,P), with the bank's mean and deviation taken out, as a network sees them."""
    x, b = plain(images).flatten(1), plain(bank).flatten(1)
    return (x - b.mean()) / (b.std() + 1e-6), (b - b.mean()) / (b.std() + 1e-6)
