"""A cheap look at a few held-out images while a network learns: where they lie on a map, several times a second.

A snapshot costs a second and tells how good the features are; a look costs some milliseconds and shows that they move.
"""

from __future__ import annotations

import time

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainers.evaluate import encode
from trainers.method import Method

MOST, LEAST = 256, 64  # images of a look
COST = 0.035  # seconds that one may take: how many images it has follows from it
TURNS = 4  # steps of the orthogonal iteration between two looks: the directions move slowly, so few are enough


def among(count: int, some: int) -> NDArray[np.int64]:
    """Indices (some,) of the images of a look, evenly over the `count` images of the map, which may lie in order of class."""
    return np.arange(some) * count // some


class Plane:
    """The first two principal directions of what moves, followed from look to look, so that no axis flips or jumps.

    Orthogonal iteration (Golub & Van Loan, Matrix Computations, 8.2.4) from the last directions, then the rotation or mirror
    that brings the points nearest to the last ones (Schönemann 1966).
    """

    def __init__(self) -> None:
        self.directions: Tensor | None = None  # (F,2)
        self.before: Tensor | None = None  # (n,2)

    def place(self, x: Tensor) -> Tensor:
        """(n,F) -> (n,2), around the origin that x has."""
        axes = torch.linalg.svd(x, full_matrices=False).Vh[:2].T if self.directions is None else self.directions
        for _ in range(TURNS):
            axes = torch.linalg.qr(x.T @ (x @ axes)).Q
        self.directions, plane = axes, x @ axes
        return torch.nn.functional.pad(plane, (0, 2 - plane.shape[1]))  # of a single feature, or a single image

    def follow(self, plane: Tensor) -> Tensor:
        """Turned or mirrored to lie as the last one did."""
        if self.before is not None:
            u, _, vh = torch.linalg.svd(plane.T @ self.before)
            plane = plane @ (u @ vh)
        self.before = plane
        return plane


class Looks:
    """The features of a few images in a plane, and beside it their embeddings on the sphere, seen from the side."""

    def __init__(self, images: Tensor, before: NDArray[np.float16] | None = None) -> None:
        """images: those of the map, uint8 (N,C,H,W). before: the last look of a run that goes on, of the same images."""
        self.images = images
        self.some: Tensor | None = None
        self.features, self.sphere = Plane(), Plane()
        if before is not None and len(before) <= len(images):
            self.some = self._spread(len(before))
            planes = torch.from_numpy(before.astype(np.float32)).split(2, dim=1)
            for plane, positions in zip((self.features, self.sphere), planes, strict=False):
                plane.before = positions

    @torch.inference_mode()
    def look(self, method: Method) -> NDArray[np.float16]:
        """(n,2) positions of features, centred, of mean radius 1; (n,4) where a head makes an embedding of them.

        The last two are those of the embeddings, each of length 1, in the two directions in which most of them lie: within
        the unit circle, and after a collapse at one point of its edge. How many images there are is decided the first time.
        """
        method.eval()
        if self.some is None:
            self.some = self._spread(self._most(method))
        features = encode(method, self.some)
        embedding = method.embed(features)
        headless = embedding is features
        method.train()
        features, embedding = features.cpu(), embedding.cpu()  # small matrices, which not every accelerator factorises
        x = _finite(features.float() - features.float().mean(0))
        plane = self.features.place(x / x.abs().amax().clamp(min=1e-12))
        found = [self.features.follow(plane / plane.norm(dim=1).mean().clamp(min=1e-12))]
        if not headless:
            z = torch.nn.functional.normalize(_finite(embedding.float()), dim=1)
            found.append(self.sphere.follow(self.sphere.place(z)))
        return torch.cat(found, 1).numpy().clip(-1e3, 1e3).astype(np.float16)

    def _spread(self, some: int) -> Tensor:
        return self.images[torch.from_numpy(among(len(self.images), some)).to(self.images.device)]

    def _most(self, method: Method) -> int:
        """How many images this machine encodes in the time that a look may take."""
        part = self.images[:LEAST]
        encode(method, part[:8])  # the first time is slow
        begun = time.perf_counter()
        encode(method, part).sum().item()  # waits for the device
        each = (time.perf_counter() - begun) / len(part)
        return min(len(self.images), MOST, max(LEAST, int(COST / each)))


def _finite(x: Tensor) -> Tensor:
    """A run that diverges says so itself: its looks are at the origin."""
    return x if x.isfinite().all() else torch.zeros_like(x)
