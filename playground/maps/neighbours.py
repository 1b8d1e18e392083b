"""What is near among features or on a map: nearest neighbours, what two sets of them share, what a map keeps of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from playground.maps.answers import Quality
from playground.maps.layout import Array, Layout
from trainers.errors import UserError

CHUNK = 1_000  # rows of distances at a time
FEW = "Of {count} images no neighbours can be told from the others: it takes at least {least}."


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


def few(n: int, k: int) -> int:
    """How many of n images count as the nearest of one: k, or fewer where k would be most of the others, which all maps share.

    UserError where there are too few to be near or far.
    """
    if n < 3:
        raise UserError(FEW, count=n, least=3)
    return min(k, (n - 1) // 2)


def overlap(a: NDArray[Any], b: NDArray[Any], metric: str = "cosine", k: int = 15) -> Array:
    """How many of the k nearest are the same in the features (N,F) and (N,G), as a share a point, (N,).

    Of few images fewer than k are compared; UserError below 3 images.
    """
    k = few(len(a), k)
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


def quality(features: NDArray[Any], positions: Array, metric: str = "cosine", k: int = 15) -> Quality:
    """What a map keeps. trustworthiness (Venna & Kaski 2001): 1 where near on the map means near in feature space.

    preservation: the share of the k nearest in feature space that are among the k nearest on the map. UserError below 4
    images, of which any map keeps all neighbours.
    """
    n = len(features)
    k = min(k, n // 2 - 1)
    if k < 1:
        raise UserError(FEW, count=n, least=4)
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
