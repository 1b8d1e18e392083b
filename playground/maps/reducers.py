"""Features to positions in a plane or in space: PCA, t-SNE, UMAP. Arrays in, arrays out; seeded, warm-started, aligned.

A run's map has a frame a snapshot. Only one is made from nothing (`fit`); each other follows from its neighbour in time
(`refresh`) by as much as the features have changed between the two, so that a still network gives a still picture.
"""

from __future__ import annotations

import dataclasses
import functools
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from trainers.errors import UserError
from trainers.method import choice, knob, parse_knobs

Array = NDArray[np.float32]
Watch = Callable[[float], None]  # is told how far a layout is, from 0 to 1, and raises Cancelled where nobody wants it more
METRICS = ("cosine", "euclidean")
CHUNK = 1_000  # rows of distances at a time


def quiet(work: Callable[..., Any]) -> Callable[..., Any]:
    """Without the libraries' warnings: of no TensorFlow, of one thread because of the seed, of images that are all alike."""

    @functools.wraps(work)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return work(*args, **kwargs)

    return wrapped


def unwatched(share: float) -> None:
    """For whoever only waits."""


@dataclass(frozen=True)
class Layout:
    """positions: (N,2) or (N,3), centred, of mean radius 1. scale: what they were divided by, for the reducer to go on from."""

    positions: Array
    scale: float = 1.0


@dataclass(frozen=True)
class PCA:
    """The directions of most variance: Pearson 1901. Linear, so distances in it are shadows of real ones."""

    dimensions: int = knob(2, 2, 3, "2: a plane, 3: a space to turn")
    name: ClassVar[str] = "pca"

    def fit(self, features: NDArray[Any], watch: Watch = unwatched) -> Layout:
        """(N,F) -> (N,d)."""
        x = np.asarray(features, np.float32)
        x = x - x.mean(0)
        _, vectors = np.linalg.eigh(x.T @ x)  # ascending
        found = x @ vectors[:, : -self.dimensions - 1 : -1]
        return align(np.pad(found, ((0, 0), (0, self.dimensions - found.shape[1]))))  # of a single feature, say

    def refresh(self, features: NDArray[Any], before: NDArray[Any], layout: Layout, watch: Watch = unwatched) -> Layout:
        """The same, turned to lie as near to the layout of the features `before` as can be."""
        return align(self.fit(features).positions, layout.positions)

    def place(self, features: NDArray[Any], layout: Layout, new: NDArray[Any], watch: Watch = unwatched) -> Array:
        """(M,F) -> (M,d) in a layout of (N,F): the same projection, found again as the linear map that it is."""
        x, y = np.asarray(features, np.float64), np.asarray(new, np.float64)
        linear = np.linalg.lstsq(x - x.mean(0), layout.positions, rcond=None)[0]
        return ((y - x.mean(0)) @ linear).astype(np.float32)


@dataclass(frozen=True)
class TSNE:
    """t-SNE, van der Maaten & Hinton 2008, by openTSNE: neighbours kept near by a heavy-tailed likeness."""

    perplexity: float = knob(30.0, 2.0, 100.0, "About how many neighbours a point holds on to", step=1)
    metric: str = choice("cosine", METRICS, "What near means among features")
    seed: int = knob(0, 0, 9999, "Where chance comes from")
    dimensions: int = knob(2, 2, 2, "A plane")  # openTSNE's trees and grids are planar
    name: ClassVar[str] = "tsne"

    @quiet
    def fit(self, features: NDArray[Any], watch: Watch = unwatched) -> Layout:
        """(N,F) -> (N,2), from PCA: early exaggeration, then the real thing."""
        if len(features) < 5:  # too few for a neighbourhood
            return PCA().fit(features)
        start = PCA().fit(features).positions
        embedding = self._embedding(features, 1e-4 * start / max(float(start[:, 0].std()), 1e-9))
        embedding.optimize(250, exaggeration=12, momentum=0.5, inplace=True, **_told(watch, 0, 250 / 750))
        embedding.optimize(500, momentum=0.8, inplace=True, **_told(watch, 250 / 750, 1))
        return align(np.asarray(embedding), start)

    @quiet
    def refresh(self, features: NDArray[Any], before: NDArray[Any], layout: Layout, watch: Watch = unwatched) -> Layout:
        """From the layout of the features `before`, in 100 iterations."""
        if len(features) < 5 or np.array_equal(features, before):
            return layout
        embedding = self._embedding(features, layout.positions * layout.scale)
        embedding.optimize(100, momentum=0.8, inplace=True, **_told(watch, 0, 1))
        return align(np.asarray(embedding), layout.positions)

    @quiet
    def place(self, features: NDArray[Any], layout: Layout, new: NDArray[Any], watch: Watch = unwatched) -> Array:
        """(M,F) -> (M,2): openTSNE's own transform, which moves the new points and leaves the old ones where they are."""
        if len(features) < 5:
            return weighted(features, layout, new, self.metric)
        embedding = self._embedding(features, layout.positions * layout.scale)
        # sharper than the map itself: a new point goes to its few nearest
        found = embedding.transform(np.asarray(new, np.float32), perplexity=min(5, (len(features) - 1) / 3))
        return (np.asarray(found) / layout.scale).astype(np.float32)

    def _embedding(self, features: NDArray[Any], start: NDArray[Any]) -> Any:
        from openTSNE import TSNEEmbedding, affinity, nearest_neighbors

        x, metric = np.asarray(features, np.float32), self.metric
        perplexity = min(self.perplexity, (len(x) - 1) / 3)
        index, distance = neighbours(x, min(len(x) - 1, int(3 * perplexity)) + 1, metric)

        class Exact(nearest_neighbors.PrecomputedNeighbors):
            """Neighbours by a matrix product, of the new ones too."""

            def query(self, query: NDArray[Any], k: int) -> Any:
                return nearest(query, x, k, metric)

        known = Exact(index[:, 1:], distance[:, 1:].astype(np.float64))  # without itself
        settings: Any = {"perplexity": perplexity, "knn_index": known, "n_jobs": 1}
        affinities = affinity.PerplexityBasedNN(**settings)
        return TSNEEmbedding(start.astype(np.float64), affinities, n_jobs=1, random_state=self.seed)


@dataclass(frozen=True)
class UMAP:
    """UMAP, McInnes et al. 2018, by umap-learn's own functions on neighbours from one matrix product."""

    neighbours: int = knob(15, 2, 100, "How many nearest ones count: small shows fine structure, large the coarse one")
    min_dist: float = knob(0.1, 0.0, 0.99, "How tightly points may lie together")
    metric: str = choice("cosine", METRICS, "What near means among features")
    seed: int = knob(0, 0, 9999, "Where chance comes from")
    dimensions: int = knob(2, 2, 3, "2: a plane, 3: a space to turn")
    name: ClassVar[str] = "umap"

    @quiet
    def fit(self, features: NDArray[Any], watch: Watch = unwatched) -> Layout:
        """(N,F) -> (N,d), from PCA."""
        start = PCA(self.dimensions).fit(features).positions
        if len(features) < 5:  # too few for a neighbourhood
            return align(start)
        # umap-learn's own starts span 10 as well
        box = (start - start.min(0)) / np.maximum(np.ptp(start, 0), 1e-9)
        epochs = 300 if len(start) < 5_000 else 200  # more change the map no more: trustworthiness of 10,000 stays at 0.985
        return align(self._descend(features, self._near(features), 10 * box, 1.0, epochs, watch), start)

    @quiet
    def refresh(self, features: NDArray[Any], before: NDArray[Any], layout: Layout, watch: Watch = unwatched) -> Layout:
        """From the layout of the features `before`, with steps as long as neighbours have changed."""
        if len(features) < 5 or np.array_equal(features, before):
            return layout
        near, was = (self._near(x) for x in (features, before))
        share = 1 - float(shared(near[0][:, 1:], was[0][:, 1:]).mean())
        found = self._descend(features, near, layout.positions * layout.scale, min(0.5, 2 * share), 80, watch)
        return align(found, layout.positions)

    @quiet
    def place(self, features: NDArray[Any], layout: Layout, new: NDArray[Any], watch: Watch = unwatched) -> Array:
        """(M,F) -> (M,d): umap-learn's own transform, which moves the new points and leaves the old ones where they are."""
        if len(features) < 5:
            return weighted(features, layout, new, self.metric)
        import umap
        from pynndescent import NNDescent

        x, metric, k = np.asarray(features, np.float32), self.metric, min(self.neighbours, len(features) - 1)

        class Exact(NNDescent):
            """Neighbours by a matrix product: what umap-learn asks its search index for."""

            _angular_trees = False

            def __init__(self) -> None:
                pass

            def query(self, query_data: Any, k: int = 10, *ignored: Any, **too: Any) -> Any:
                index, distance = nearest(query_data, x, k, metric)
                return index, np.maximum(distance, 1e-12)  # umap-learn reads the least one above 0, be there one or not

        settings: dict[str, Any] = {
            "n_neighbors": k, "n_components": self.dimensions, "metric": metric, "min_dist": self.min_dist, "n_epochs": 0,
            "random_state": self.seed, "n_jobs": 1, "init": layout.positions, "precomputed_knn": (*self._near(x), Exact()),
        }  # fmt: skip
        reducer: Any = umap.UMAP(**settings).fit(x)
        reducer.embedding_ = layout.positions * layout.scale
        reducer.n_epochs = None  # umap-learn's own number for new points
        return (reducer.transform(np.asarray(new, np.float32)) / layout.scale).astype(np.float32)

    def _near(self, features: NDArray[Any]) -> Any:
        return neighbours(features, min(self.neighbours, len(features) - 1), self.metric)

    def _descend(
        self, features: NDArray[Any], near: Any, start: NDArray[Any], alpha: float, epochs: int, watch: Watch
    ) -> NDArray[Any]:
        """umap-learn's descent from `start`, (N,d) at its scale; its class would stretch every start to one box."""
        from umap.layouts import optimize_layout_euclidean
        from umap.umap_ import find_ab_params, fuzzy_simplicial_set, make_epochs_per_sample

        x, chance = np.asarray(features, np.float32), np.random.RandomState(self.seed)
        index, distance = near
        weights: Any = fuzzy_simplicial_set(x, len(index[0]), chance, self.metric, knn_indices=index, knn_dists=distance)[0]
        graph = weights.tocoo()
        graph.data[graph.data < graph.data.max() / epochs] = 0
        graph.eliminate_zeros()
        a, b = find_ab_params(1.0, self.min_dist)
        moved = start.astype(np.float32, order="C")
        optimize_layout_euclidean(  # in place
            moved, moved, graph.row, graph.col, epochs, len(x), make_epochs_per_sample(graph.data, epochs), a, b,
            chance.randint(np.iinfo(np.int32).min + 1, np.iinfo(np.int32).max - 1, 3).astype(np.int64),
            initial_alpha=alpha, move_other=True, tqdm_kwds=_drawn(watch, epochs),
        )  # fmt: skip
        return moved


Reducer = PCA | TSNE | UMAP
REDUCERS: dict[str, type[Reducer]] = {cls.name: cls for cls in (PCA, TSNE, UMAP)}


def parameters() -> dict[str, list[dict[str, Any]]]:
    """The parameters of each reducer, for the page's controls: name, default, and options or a range."""
    return {
        name: [{"name": f.name, "default": f.default} | {key: f.metadata[key] for key in ("low", "high", "step", "options")
                                                         if f.metadata.get(key) is not None}
               for f in dataclasses.fields(cls)]
        for name, cls in REDUCERS.items()
    }  # fmt: skip


def make_reducer(name: str, values: Mapping[str, Any]) -> Reducer:
    """A reducer from what a browser sent, none of which is trusted; UserError says what it may be."""
    if name not in REDUCERS:
        raise UserError("There is no map called “{name}”: choose one of {names}.", name=name[:40], names=", ".join(REDUCERS))
    return parse_knobs(REDUCERS[name], values, name)


def key_of(reducer: Reducer) -> str:
    """A reducer and its parameters as the name of a folder: "umap-15-0.1-cosine-0-2"."""
    return "-".join([reducer.name, *(f"{value:g}" if isinstance(value, float) else str(value) for value in _values(reducer))])


def from_key(key: str) -> Reducer:
    """The reducer that `key_of` named; UserError where that is none."""
    name, *values = key.split("-")
    fields = [f.name for f in dataclasses.fields(REDUCERS[name])] if name in REDUCERS else []
    if name in REDUCERS and len(values) != len(fields):
        raise UserError("There is no map called “{name}”: choose one of {names}.", name=key[:40], names=", ".join(REDUCERS))
    return make_reducer(name, dict(zip(fields, values, strict=True)) if fields else {})


def _values(reducer: Reducer) -> list[Any]:
    return [getattr(reducer, f.name) for f in dataclasses.fields(reducer)]


def distances(queries: Any, bank: Any, metric: str) -> torch.Tensor:
    """(Q,F), (N,F) -> (Q,N): 1-cos, or Euclidean."""
    q, b = (torch.as_tensor(np.asarray(x, np.float32)) for x in (queries, bank))
    if metric == "cosine":
        return 1 - torch.nn.functional.normalize(q, dim=1) @ torch.nn.functional.normalize(b, dim=1).T
    return torch.cdist(q, b)


def nearest(queries: NDArray[Any], bank: NDArray[Any], k: int, metric: str) -> tuple[NDArray[np.int32], Array]:
    """The k nearest of the bank (N,F) to each query (Q,F), the nearest first: indices and distances, (Q,k) each."""
    parts = [
        distances(queries[at : at + CHUNK], bank, metric).topk(min(k, len(bank)), largest=False)
        for at in range(0, len(queries), CHUNK)
    ]
    index, distance = torch.cat([p.indices for p in parts]), torch.cat([p.values for p in parts]).clamp(min=0)
    return index.int().numpy(), distance.numpy()


def neighbours(features: NDArray[Any], k: int, metric: str = "cosine") -> tuple[NDArray[np.int32], Array]:
    """The k nearest of each of (N,F) among all, itself first whatever rounding or twins say: indices, distances (N,k)."""
    parts: list[Any] = []
    for at in range(0, len(features), CHUNK):
        d = distances(features[at : at + CHUNK], features, metric).clamp(min=0)
        d[torch.arange(len(d)), torch.arange(at, at + len(d))] = -1
        parts.append(d.topk(min(k, len(features)), largest=False))
    index, distance = torch.cat([p.indices for p in parts]), torch.cat([p.values for p in parts]).clamp(min=0)
    return index.int().numpy(), distance.numpy()


def overlap(a: NDArray[Any], b: NDArray[Any], metric: str = "cosine", k: int = 15) -> Array:
    """How many of the k nearest are the same in the features (N,F) and (N,G), as a share a point, (N,)."""
    k = min(k, len(a) - 1)
    if k < 1:
        return np.ones(len(a), np.float32)
    i, j = (neighbours(x, k + 1, metric)[0][:, 1:] for x in (a, b))
    return shared(i, j)


def shared(i: NDArray[Any], j: NDArray[Any]) -> Array:
    """Of each row of (N,k), the share that is also in the other's row."""
    return np.concatenate(
        [(i[at : at + CHUNK, :, None] == j[at : at + CHUNK, None]).any(2).mean(1) for at in range(0, len(i), CHUNK)]
    ).astype(np.float32)


def weighted(features: NDArray[Any], layout: Layout, new: NDArray[Any], metric: str = "cosine", k: int = 10) -> Array:
    """(M,F) -> (M,d), where no transform is: the mean of the places of the k nearest, weighted by exp(-distance/the least)."""
    index, distance = nearest(new, features, k, metric)
    weight = np.exp(-distance / np.maximum(distance[:, :1], 1e-6))
    return ((layout.positions[index] * weight[..., None]).sum(1) / weight.sum(1, keepdims=True)).astype(np.float32)


def quality(features: NDArray[Any], positions: Array, metric: str = "cosine", k: int = 15) -> dict[str, float]:
    """What a map keeps. trustworthiness (Venna & Kaski 2001): 1 where near on the map means near in feature space.

    preservation: the share of the k nearest in feature space that are among the k nearest on the map.
    """
    n = len(features)
    k = min(k, n // 2 - 1)
    if k < 1:
        return {"trustworthiness": 1.0, "preservation": 1.0}
    here = neighbours(positions, k + 1, "euclidean")[0][:, 1:]
    there = neighbours(features, k + 1, metric)[0][:, 1:]
    penalty = 0.0
    for at in range(0, n, CHUNK):
        rows = torch.arange(at, min(at + CHUNK, n))
        d = distances(features[at : at + CHUNK], features, metric)
        d[torch.arange(len(d)), rows] = -1  # itself has rank 0
        for column in torch.as_tensor(here[at : at + CHUNK].astype(np.int64)).T:  # the rank is how many are nearer
            rank = (d < d.gather(1, column[:, None])).sum(1)
            penalty += float((rank - k).clamp(min=0).sum())
    return {
        "trustworthiness": 1 - 2 * penalty / (n * k * (2 * n - 3 * k - 1)),
        "preservation": float(shared(there, here).mean()),
    }


def align(plane: NDArray[Any], previous: Array | None = None) -> Layout:
    """Centre, scale to a mean radius of 1, and turn or mirror onto `previous` (orthogonal Procrustes, Schönemann 1966)."""
    plane = np.asarray(plane, np.float64)
    plane = plane - plane.mean(0)
    scale = max(float(np.linalg.norm(plane, axis=1).mean()), 1e-12)
    plane = plane / scale
    if previous is not None and previous.shape == plane.shape:
        u, _, vt = np.linalg.svd(plane.T @ previous)
        plane = plane @ (u @ vt)
    return Layout(plane.astype(np.float32), scale)


def _told(watch: Watch, begun: float, end: float) -> dict[str, Any]:
    """openTSNE's way of being watched."""

    def heard(iteration: int, error: float, embedding: Any) -> None:
        watch(begun + (end - begun) * min(1.0, iteration / 500))

    return {"callbacks": heard, "callbacks_every_iters": 25}


def _drawn(watch: Watch, epochs: int) -> dict[str, Any]:
    """umap-learn's way of being watched: it draws a progress bar, here into a file that reads it."""

    class Told:
        def write(self, text: str) -> None:
            if text.strip().isdigit():
                watch(int(text) / epochs)

        def flush(self) -> None:
            pass

    often = {"mininterval": 0, "miniters": max(1, epochs // 25)}  # by epochs: by the clock, a quick map would tell nothing
    return {"file": Told(), "bar_format": "{n_fmt}", "disable": False, "leave": False} | often


def warm(watch: Watch) -> None:
    """Compile everything, so that the first map is not the slow one."""
    x = np.random.default_rng(0).normal(size=(64, 8)).astype(np.float32)
    for reducer in (UMAP(), TSNE()):
        layout = reducer.fit(x)
        reducer.place(x, reducer.refresh(x + 0.1, x, layout), x[:1])
