"""What losses are made of: three comparisons. Each is plain torch, and hands what it compares to whoever observes.

A method's loss calls these in the place of torch's own; trainers/walk.py observes one step and shows what was in them.
Outside of `observed()` they cost what torch's own cost.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class CrossEntropy:
    """Rows of logits (n,m) that were compared with target (n,m), whose rows sum to 1; value: the mean over rows, a scalar."""

    logits: Tensor
    target: Tensor
    value: Tensor


@dataclass(frozen=True)
class Cosines:
    """Rows of one (n,D) that were compared with those of other (n,D); value: their cosines (n,)."""

    one: Tensor
    other: Tensor
    value: Tensor


@dataclass(frozen=True)
class Squares:
    """Numbers that were made, compared with the truth; value: the squares of their differences. All of one shape."""

    made: Tensor
    truth: Tensor
    value: Tensor


Comparison = CrossEntropy | Cosines | Squares
_seen: ContextVar[list[Comparison] | None] = ContextVar("seen", default=None)


@contextmanager
def observed() -> Iterator[list[Comparison]]:
    """All comparisons that a gradient will run through, in their order; after `backward` each tensor has its gradient."""
    seen: list[Comparison] = []
    token = _seen.set(seen)
    try:
        yield seen
    finally:
        _seen.reset(token)


def cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """The mean over rows of -Σ t log softmax(logits): logits (n,m); target (n,), which column fits, or (n,m), shares."""
    (logits,) = _apart(logits)
    value = F.cross_entropy(logits, target)
    if _seen.get() is None:
        return value
    shares = F.one_hot(target, logits.shape[1]).to(logits) if target.ndim == 1 else target
    return _seen_as(CrossEntropy(logits, shares, value))


def cosines(one: Tensor, other: Tensor) -> Tensor:
    """Rows of (n,D) and of (n,D) -> (n,)."""
    one, other = _apart(one, other)
    return _seen_as(Cosines(one, other, F.cosine_similarity(one, other, dim=1)))


def squares(made: Tensor, truth: Tensor) -> Tensor:
    """Two of one shape -> the squares of their differences, of that shape."""
    made, truth = _apart(made, truth)
    return _seen_as(Squares(made, truth, F.mse_loss(made, truth, reduction="none")))


def _apart(*tensors: Tensor) -> tuple[Tensor, ...]:
    """The same numbers, whose gradients will be those of one comparison alone, where somebody observes."""
    return tensors if _seen.get() is None else tuple(tensor.view_as(tensor) for tensor in tensors)


def _seen_as(found: Comparison) -> Tensor:
    """Its value; kept with all that it was made of where somebody observes, and a gradient will run through it."""
    seen = _seen.get()
    if seen is not None and found.value.requires_grad:
        for tensor in vars(found).values():
            if tensor.requires_grad:
                tensor.retain_grad()
        seen.append(found)
    return found.value
