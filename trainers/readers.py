"""What a linear reader finds: class, place, size … of images whose making is known, from a network's numbers of them.

A reader is a ridge regression fitted on training images and tried on held-out ones. What it finds is there, and in the open;
what it does not find has been forgotten, or can be had by more than a linear map only.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

from trainers.data import Dataset
from trainers.metrics import finite

WEIGHTS = torch.logspace(-6, 1, 15, dtype=torch.float64)  # of the ridge, as parts of the mean eigenvalue; the best is searched


class Readers:
    """Readers of one data set's classes and factors, where it has factors; `names` says of what, in the set's order.

    They compute in float64, on the CPU: not every accelerator has it, nor factorises a matrix.

    bank, test: indices of the training images (N,) to fit on and of the held-out ones (Q,) to read.
    """

    def __init__(self, data: Dataset, bank: Tensor, test: Tensor) -> None:
        self.known: dict[str, tuple[Tensor, Tensor]] = {}
        if data.train.factors and data.train.labels is not None and data.test.labels is not None:
            self.known["class"] = data.train.labels[bank], data.test.labels[test]
        for name in (name for name in data.train.factors if name in data.test.factors):
            own, other = data.train.factors[name][bank], data.test.factors[name][test]
            self.known[name] = (own, other) if own.is_floating_point() else (own.long(), other.long())
        self.names = tuple(self.known)

    def read(self, bank: Tensor, queries: Tensor) -> dict[str, float]:
        """Numbers (N,F) of the bank and (Q,F) of the held-out images -> name -> how well it is read, 1 is without a fault.

        Of a number R², of a class or a yes and no the share that is right. {} where nothing is known of how images were made.
        """
        if not self.known:
            return {}
        wanted = {name: targets(own) for name, (own, _) in self.known.items()}
        found = ridge(bank.cpu(), queries.cpu(), wanted)
        return {name: score(found[name], own, other) for name, (own, other) in self.known.items()}

    def guess(self) -> dict[str, float]:
        """The same for who sees nothing of an image: always the mean, or the class that is most common."""
        return {
            name: 0.0 if own.is_floating_point() else float((other == own.bincount().argmax()).float().mean())
            for name, (own, other) in self.known.items()
        }


def targets(values: Tensor) -> Tensor:
    """What a ridge is to give, (N,T): a number itself, a column a class."""
    return values.unsqueeze(1) if values.is_floating_point() else F.one_hot(values).double()


def score(given: Tensor, bank: Tensor, truth: Tensor) -> float:
    """How well (Q,T) of a ridge fits the truth (Q,): R² of numbers, the share of the right classes."""
    if not bank.is_floating_point():
        return float((given.argmax(1) == truth).float().mean())
    truth = truth.double()
    return float(1 - (given[:, 0] - truth).pow(2).sum() / (truth - truth.mean()).pow(2).sum().clamp(min=1e-12))


def ridge(bank: Tensor, queries: Tensor, wanted: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Ridge regressions of standardised numbers (N,F) onto each of `wanted`, (N,T) -> what they give for queries (Q,F), (Q,T).

    Each with the weight of WEIGHTS that has the least generalised cross-validation: Golub, Heath & Wahba 1979.
    """
    bank, queries = finite(bank).double(), finite(queries).double()
    mean, std = bank.mean(0), bank.std(0, correction=0).clamp(min=1e-6)
    x, q = ((part - mean) / std for part in (bank, queries))
    squared, v = torch.linalg.eigh(x.T @ x)  # x = u s vᵀ: s², v
    squared = squared.clamp(min=0)
    n, projected, weights = len(x), q @ v, WEIGHTS * squared.mean().clamp(min=1e-12)
    shrunk = weights / (squared.unsqueeze(1) + weights)  # (F,W): what a weight takes from each direction
    freedom = (n - 1 - len(v) + shrunk.sum(0)).clamp(min=1e-9)  # (W,): what fit and mean leave of the n
    found: dict[str, Tensor] = {}
    for name, y in wanted.items():
        y = y.double()
        rest = y - y.mean(0)
        along = v.T @ (x.T @ rest)  # (F,T), s uᵀ y
        energy = (along.pow(2).sum(1) / squared.clamp(min=1e-12)).where(squared > 1e-9 * squared.max(), 0.0)  # |uᵀ y|²
        left = rest.pow(2).sum() - (energy.unsqueeze(1) * (1 - shrunk.pow(2))).sum(0)
        best = (left / freedom.pow(2)).argmin()
        found[name] = y.mean(0) + projected @ (along / (squared + weights[best]).unsqueeze(1))
    return found
