"""What is measured of a run's snapshots and of their maps.

RUN/maps/each-00000123.npz  a number an image, by the network of that step
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from playground.background import Background
from playground.maps.answers import Quality
from playground.maps.frames import Frames
from playground.maps.layout import Array, save_arrays
from playground.maps.neighbours import distances, few, neighbours, overlap, quality
from playground.maps.reducers import from_key
from playground.maps.sources import GONE, network
from playground.once import Once
from playground.runs.brought import remove
from playground.runs.store import read_images
from playground.turns import turn
from trainers import evaluate
from trainers.captions import captions
from trainers.checkpoint import read_arrays
from trainers.errors import NotFound, UserError

log = logging.getLogger(__name__)
NEAREST = 15  # neighbours that purity and overlap are made of


class Measures:
    """Numbers of maps and of the features below them. Safe to call from many threads."""

    def __init__(self, frames: Frames, background: Background | None = None) -> None:
        self.frames, self.background = frames, background
        self._near = Once(self._find_near, 256)
        self._quality = Once(self._find_quality, 512)
        self._overlap = Once(self._find_overlap, 512)
        self._each = Once(self._find_each, 16, at_once=1, share=frames.share)

    def quality(self, run: str, key: str, step: int) -> Quality:
        """Trustworthiness and neighbour preservation of a frame that is ready."""
        return self._quality(run, key, step, self.frames.runs.view(run).generation)

    def _find_quality(self, run: str, key: str, step: int, generation: int) -> Quality:
        metric = getattr(from_key(key), "metric", "euclidean")  # PCA's, which knows no other
        features, positions = self.frames.features(run, step), self.frames.frame(run, key, step).positions
        with turn():
            return quality(features, positions, metric)

    def neighbours(self, run: str, step: int, index: int, k: int = 12) -> list[tuple[int, float]]:
        """The k nearest of an image in feature space, itself left out, and their cosines."""
        features = self.frames.features(run, step)
        if not 0 <= index < len(features):
            raise UserError("There is no image {number} in this run.", number=index)
        with turn():
            d = distances(features[index : index + 1], features, "cosine")[0]
        d[index] = np.inf
        found = d.topk(min(k, len(features) - 1), largest=False)
        return [(int(i), 1 - float(distance)) for i, distance in zip(found.indices, found.values, strict=True)]

    def purity(self, run: str, step: int) -> Array:
        """(N,) the share of an image's nearest 15 that are of its class; UserError without labels, or below 3 images."""
        return self._near(run, step, self.frames.runs.view(run).generation)[0]

    def vote(self, run: str, step: int) -> Array:
        """(N,) 1 where most of an image's nearest 15 are of its class, else 0; as `purity`.

        Of classes that as many are of, the one of the nearest counts.
        """
        return self._near(run, step, self.frames.runs.view(run).generation)[1]

    def _find_near(self, run: str, step: int, generation: int) -> tuple[Array, Array]:
        labels = self.frames.images(run).test.labels
        if labels is None:
            raise UserError("These images have no labels, so there is nothing to check neighbours against.")
        features = self.frames.features(run, step)
        known = labels.numpy()
        with turn():
            near = known[neighbours(features, few(len(features), NEAREST) + 1)[0][:, 1:]]
            votes = (near[:, :, None] == near[:, None]).sum(2)  # for the class of each neighbour
        elected = near[np.arange(len(near)), votes.argmax(1)]
        return (near == known[:, None]).mean(1).astype(np.float32), (elected == known).astype(np.float32)

    def overlap(self, run: str, step: int, other: str, other_step: int) -> float:
        """The share of nearest 15 that two runs have in common, on average; UserError where their images are others."""
        views = self.frames.runs.view(run), self.frames.runs.view(other)
        return self._overlap(run, step, other, other_step, *(view.generation for view in views))

    def _find_overlap(self, run: str, step: int, other: str, other_step: int, *generations: int) -> float:
        a, b = self.frames.features(run, step), self.frames.features(other, other_step)
        if self.frames.image_set(run) != self.frames.image_set(other) or len(a) != len(b):
            raise UserError("These two runs look at different images.")
        with turn():
            return float(overlap(a, b, k=NEAREST).mean())

    def each(self, run: str) -> dict[str, Array]:
        """Numbers (N,) by the network as it is now: error, cluster (k-means of features), prototype where there are some."""
        steps = self.frames.steps(run)
        if not steps:
            raise NotFound(GONE)
        return self._each(run, steps[-1], self.frames.runs.view(run).generation)

    def _find_each(self, run: str, step: int, generation: int) -> dict[str, Array]:
        folder = self.frames.runs.folder(run)
        path = folder / "maps" / f"each-{step:08d}.npz"
        if not path.exists():
            features = self.frames.features(run, step)
            found = look(folder, features) if self.background is None else self.background.answer(look, folder, features)
            try:
                save_arrays(path, found)
            except OSError as lost:  # a full disk
                log.warning("what was measured of %s is not kept: %s", run, lost)
                return found
        try:
            return read_arrays(path)
        except UserError as error:
            log.warning("what was measured of %s is measured again: %s", run, error)
            remove(path)
            return self._find_each(run, step, generation)


@torch.inference_mode()
def look(folder: Path, features: NDArray[Any], watch: Callable[[float], None] = lambda share: None) -> dict[str, Array]:
    """`Measures.each`, made: in the process that asks networks, as their libraries keep some hundred MB once they have run."""
    from sklearn.cluster import KMeans

    data = read_images(folder)
    model = network(folder)
    words: tuple[str, ...] = ()
    if model.reads:
        known = captions(data, data.test, model.config.language)
        words = tuple(known.texts[i] for i in known.of_image[:, 0].tolist())
    clusters = min(max(2, len(data.classes) or 10), max(1, len(features) // 2))  # a cluster for each image would say nothing
    unit = features.astype(np.float32)
    unit /= np.maximum(np.linalg.norm(unit, axis=1, keepdims=True), 1e-12)
    found = {
        "error": evaluate.errors(model, data.test.images, words).numpy(),
        "cluster": KMeans(clusters, n_init="auto", random_state=0).fit_predict(unit),
    }
    if hasattr(model, "prototypes"):
        z = model.embed(evaluate.encode(model, data.test.images))
        found["prototype"] = model.prototypes(z).argmax(1).numpy()
    return {name: np.asarray(value, np.float32) for name, value in found.items()}
