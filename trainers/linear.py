"""The best that a linear map can do where images are damaged, in closed form: what a network that repairs them must beat.

All that is asked of the training images is their mean and covariance; for images that are drawn from a Gaussian of those no
repair at all is better. Both are Wiener's filter; Bishop 2006, Pattern Recognition and Machine Learning, Eq. 2.81.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

MOST = 10_000  # training images that a covariance is of
DRAWS = 4  # of the damage, to tell what it does on average from what it does by chance
LEAST = 1e-4  # variance that a pixel has at least: grey values are rounded, and a black corner has none
RIDGES = (3e-4, 1e-3, 3e-3, 1e-2)  # variance beside the covariance, as of few images; chosen on training images
MASKS = 16  # different ones, which the images take in turn


def denoise(damage: Callable[[Tensor, torch.Generator], Tensor], train: Tensor, test: Tensor, rng: torch.Generator) -> float:
    """Mean squared error a pixel of the best linear map from damaged to clean images, on test (N,C,H,W), given train (M,C,H,W).

    damage: images in [0,1] and where to draw from -> the same, each pixel damaged by itself; that makes the covariance of the
    damaged images that of their averages, but for its diagonal.
    """
    clean, noisy = train[:MOST], damage(test, rng).flatten(1)
    total, squares = torch.zeros_like(clean), torch.zeros_like(clean[0])
    for _ in range(DRAWS):
        drawn = damage(clean, rng)
        total += drawn
        squares += drawn.pow(2).mean(0) / DRAWS
    average, x = (total / DRAWS).flatten(1), clean.flatten(1)
    centre = average.mean(0)
    average, mean = average - centre, x.mean(0)
    covariance = average.T @ average / len(x)
    covariance.diagonal().copy_((squares.flatten() - centre.pow(2)).clamp(min=0) + LEAST)
    lower = torch.linalg.cholesky(covariance)
    made = mean + torch.cholesky_solve((noisy - centre).T, lower).T @ (average.T @ (x - mean) / len(x))
    return float((made.clamp(0, 1) - test.flatten(1)).pow(2).mean())


def inpaint(train: Tensor, test: Tensor, hidden: Tensor) -> float:
    """Mean squared error of hidden numbers of test (N,L,P), painted from those that are seen as in a Gaussian with the mean and
    covariance of train (M,L,P): the i-th image with the i-th of the masks hidden (K,L), bool, from the first again after K.
    """
    known, held = train[:MOST].flatten(1), test.flatten(1)
    masks = hidden.repeat_interleave(test.shape[2], 1)  # (K,LP)
    fifth = max(1, len(known) // 5)

    def error(fit: Tensor, images: Tensor, several: Tensor, ridge: float) -> float:
        mean = fit.mean(0)
        covariance = (fit - mean).T @ (fit - mean) / len(fit)
        covariance.diagonal().add_(ridge)
        squares = numbers = 0.0
        for at, mask in enumerate(several):
            part, away, there = images[at :: len(several)], mask.nonzero().flatten(), (~mask).nonzero().flatten()
            lower = torch.linalg.cholesky(covariance[there][:, there])
            weights = torch.cholesky_solve(covariance[there][:, away], lower)  # (seen,hidden)
            made = mean[away] + (part[:, there] - mean[there]) @ weights
            squares += float((made.clamp(0, 1) - part[:, away]).pow(2).sum())
            numbers += part[:, away].numel()
        return squares / max(1.0, numbers)

    if len(known) < 2:  # none to choose by
        return error(known, held, masks, RIDGES[-1])
    best = min(RIDGES, key=lambda ridge: error(known[fifth:], known[:fifth], masks[:1], ridge))
    return error(known, held, masks, best)
