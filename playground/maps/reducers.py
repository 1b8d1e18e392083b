"""Features to positions in a plane or in space: PCA, t-SNE, UMAP. Arrays in, arrays out; seeded, warm-started, aligned.

A run's map has a frame a snapshot. Only one is made from nothing (`fit`); each other follows from its neighbour in time
(`refresh`) by as much as the features have changed between the two, so that a still network gives a still picture.
"""

from __future__ import annotations

import dataclasses
import functools
import os
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar, cast

import numpy as np
from numpy.typing import NDArray

from playground.maps.answers import Parameter
from playground.maps.layout import Array, Layout, align
from playground.maps.neighbours import few, nearest, neighbours, shared, weighted
from trainers.errors import UserError
from trainers.method import choice, knob, parse_knobs

Watch = Callable[[float], None]  # is told how far a layout is, from 0 to 1, and raises Cancelled where nobody wants it more
METRICS = ("cosine", "euclidean")
DOT = (
    1e-5  # of t-SNE's own units: it starts at a deviation of 1e-4, and what is smaller than this has been drawn into one point
)


def quiet(work: Callable[..., Any]) -> Callable[..., Any]:
    """Without the libraries' warnings: of no TensorFlow, of one thread because of the seed, of images that are all alike."""

    @functools.wraps(work)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return work(*args, **kwargs)

    return wrapped


def _is_dot(positions: Any) -> bool:
    """Whether all points (N,2) of t-SNE lie at one place."""
    return float(np.ptp(np.asarray(positions), 0).max(initial=0)) < DOT


def unwatched(share: float) -> None:
    """For whoever only waits."""


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
        small = 1e-4 * start / max(float(start[:, 0].std()), 1e-9)
        embedding = self._embedding(features, small)
        embedding.optimize(250, exaggeration=12, momentum=0.5, inplace=True, **_told(watch, 0, 250 / 750))
        if _is_dot(embedding):  # of few images each has almost all others for neighbours, which so draw all into one point
            embedding = self._embedding(features, small)
        embedding.optimize(500, momentum=0.8, inplace=True, **_told(watch, 250 / 750, 1))
        # of images that are all as far from each other one point is the best map, and shows nothing
        return align(start if _is_dot(embedding) else np.asarray(embedding), start)

    @quiet
    def refresh(self, features: NDArray[Any], before: NDArray[Any], layout: Layout, watch: Watch = unwatched) -> Layout:
        """From the layout of the features `before`, in 100 iterations."""
        if np.array_equal(features, before):
            return layout
        if len(features) < 5:
            return PCA().refresh(features, before, layout)
        if _is_dot(layout.positions * layout.scale):  # from which nothing moves
            return self.fit(features, watch)
        embedding = self._embedding(features, layout.positions * layout.scale)
        embedding.optimize(100, momentum=0.8, inplace=True, **_told(watch, 0, 1))
        return self.fit(features, watch) if _is_dot(embedding) else align(np.asarray(embedding), layout.positions)

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
        if np.array_equal(features, before):
            return layout
        if len(features) < 5:
            return PCA(self.dimensions).refresh(features, before, layout)
        if not layout.positions.any():  # one point, as of images that were all alike: from there nothing moves
            return self.fit(features, watch)
        near, was = (self._near(x) for x in (features, before))
        k = 1 + few(len(features), self.neighbours - 1)
        share = 1 - float(shared(near[0][:, 1:k], was[0][:, 1:k]).mean())
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


def parameters() -> dict[str, list[Parameter]]:
    """The parameters of each reducer, for the page's controls: name, default, and options or a range."""
    return {name: [_parameter(f) for f in dataclasses.fields(cls)] for name, cls in REDUCERS.items()}


def _parameter(field: dataclasses.Field[Any]) -> Parameter:
    limits = {key: field.metadata[key] for key in ("low", "high", "step", "options") if field.metadata.get(key) is not None}
    return cast(Parameter, {"name": field.name, "default": field.default} | limits)


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


def keep_compiled(folder: Path) -> None:
    """Have numba keep what it compiles in a folder, where it may not do so beside umap-learn, which else cannot be imported.

    For this process, before it imports umap-learn, and those that it starts.
    """
    package = find_spec("umap")
    if package and package.origin and not os.access(Path(package.origin).parent, os.W_OK):
        os.environ.setdefault("NUMBA_CACHE_DIR", str(folder))


def warm(watch: Watch) -> None:
    """Compile everything, so that the first map is not the slow one."""
    x = np.random.default_rng(0).normal(size=(64, 8)).astype(np.float32)
    for reducer in (UMAP(), TSNE()):
        layout = reducer.fit(x)
        reducer.place(x, reducer.refresh(x + 0.1, x, layout), x[:1])
