"""Features to positions in the plane: PCA at once, UMAP when there is time. Array in, array out, seeded, aligned."""

from __future__ import annotations

import os
import threading
import warnings
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
NEIGHBOURS = 15  # of UMAP: small shows fine structure, large the coarse one


def pca(features: NDArray[Any], previous: Array | None = None) -> Array:
    """(N,F) -> (N,2): the two directions of most variance, turned to lie as near to `previous` as can be."""
    x = np.asarray(features, np.float32)
    x = x - x.mean(0)
    _, vectors = np.linalg.eigh(x.T @ x)  # ascending
    plane = x @ vectors[:, :-3:-1]
    if plane.shape[1] < 2:  # a single feature
        plane = np.pad(plane, ((0, 0), (0, 2 - plane.shape[1])))
    return align(plane, previous)


def umap(features: NDArray[Any], start: Array, seed: int = 0) -> Array:
    """(N,F) -> (N,2): UMAP (McInnes et al. 2018) on cosine neighbours, from the layout `start`, turned to lie near it.

    Neighbours come from one matrix product: below 4,096 rows umap-learn's own search is a slow loop.
    """
    n = len(features)
    if n < 5:  # too few for a neighbourhood
        return align(start, start)
    index, distance = neighbours(features, min(NEIGHBOURS, n - 1))
    with warnings.catch_warnings():  # of no TensorFlow, of no transform later, of one thread because of the seed
        warnings.simplefilter("ignore")
        from umap import UMAP

        reducer = UMAP(
            n_neighbors=index.shape[1],
            # umap-learn's own spectral start spans 10 as well
            init=10 * start.astype(np.float32),  # pyright: ignore[reportArgumentType]
            metric="cosine",
            precomputed_knn=(index, distance, None),
            force_approximation_algorithm=True,
            random_state=seed,
            n_jobs=1,
        )
        plane = reducer.fit_transform(np.asarray(features, np.float32))
    return align(np.asarray(plane), start)


def neighbours(features: NDArray[Any], k: int) -> tuple[NDArray[np.int32], Array]:
    """The k nearest by cosine of each of (N,F), itself first: indices and distances 1-cos, (N,k) each."""
    x = np.asarray(features, np.float32)
    x = x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)
    distance = 1 - x @ x.T
    np.fill_diagonal(distance, -1)  # itself first, whatever rounding says
    index = np.argpartition(distance, k - 1, axis=1)[:, :k]
    index = np.take_along_axis(index, np.take_along_axis(distance, index, 1).argsort(1), 1)
    return index.astype(np.int32), np.maximum(np.take_along_axis(distance, index, 1), 0).astype(np.float32)


def align(plane: Array, previous: Array | None) -> Array:
    """Centre, scale to a mean radius of 1, and turn or mirror onto `previous` (orthogonal Procrustes, Schönemann 1966)."""
    plane = plane - plane.mean(0)
    plane = plane / max(float(np.linalg.norm(plane, axis=1).mean()), 1e-12)
    if previous is not None and len(previous) == len(plane):
        u, _, vt = np.linalg.svd(plane.T @ previous)
        plane = plane @ (u @ vt)
    return plane.astype(np.float32)


def _begin() -> None:
    # a pool's process outlives a killed parent, unless it looks; and it must never be in training's way
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (parent.join(), os._exit(0)), daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(15)


def _warm() -> None:
    umap(np.random.default_rng(0).normal(size=(64, 8)), np.random.default_rng(1).normal(size=(64, 2)).astype(np.float32))


class Mapper:
    """One process for UMAP, so that its compilation and its work never hold up the page. Restarts itself if it dies."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def warm(self) -> None:
        """Start the process and let it compile, so that the first map is not the slow one."""
        with self._lock:
            self._start().submit(_warm)

    def submit(self, features: NDArray[Any], start: Array, seed: int) -> Future[Array]:
        """UMAP of the features, some seconds later."""
        with self._lock:
            try:
                return self._start().submit(umap, features, start, seed)
            except BrokenProcessPool:
                self._pool = None
                return self._start().submit(umap, features, start, seed)

    def close(self) -> None:
        """End the process."""
        if self._pool:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _start(self) -> ProcessPoolExecutor:
        self._pool = self._pool or ProcessPoolExecutor(1, get_context("spawn"), _begin)
        return self._pool
