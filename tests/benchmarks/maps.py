"""A UMAP of 2,000 points of 128 numbers once everything is compiled: ours, on neighbours from one matrix product and from the
layout of the frame before, beside umap-learn's own second fit of the same data. `ratio` is theirs over ours."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from statistics import median

import numpy as np

from playground.projection import pca, umap


def took(work: Callable[[], object]) -> float:
    """Seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def measure(quick: bool) -> dict[str, object]:
    """Medians over rounds in which the two take turns; the first fit of each, which compiles, is not counted."""
    rng = np.random.default_rng(0)
    x = (3 * rng.normal(size=(10, 128))[np.arange(2000) % 10] + rng.normal(size=(2000, 128))).astype(np.float32)
    start = pca(x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from umap import UMAP

        def theirs() -> object:
            return UMAP(metric="cosine").fit_transform(x)

        first = took(theirs), took(lambda: umap(x, start))
        rounds = [(took(lambda: umap(x, start)), took(theirs)) for _ in range(1 if quick else 5)]
    ours, others = median(r[0] for r in rounds), median(r[1] for r in rounds)
    print(f"first fits {first[0]:.1f} s and {first[1]:.1f} s; later umap-learn {others:.2f} s, ours {ours:.2f} s")
    return {"ratio": others / ours, "ours": ours, "umap_learn": others, "rounds": len(rounds)}
