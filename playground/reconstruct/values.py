"""What a browser sent with a question, none of which is trusted: UserError where it makes no sense."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from trainers.errors import UserError

Body = Mapping[str, Any]


def number(value: Any, low: float, high: float, whole: bool = False) -> float:
    """A number within these bounds."""
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if not low <= found <= high or (whole and found != int(found)):
        raise UserError("A number from {low} to {high} is needed here.", low=low, high=high)
    return found


def items(value: Any) -> list[Any]:
    """A list of whatever it is."""
    if not isinstance(value, list):
        raise UserError("A list is needed here.")
    return value


def vector(value: Any, length: int) -> Tensor:
    """So many numbers, (length,)."""
    if not isinstance(value, list) or len(value) != length:
        raise UserError("{length} numbers are needed here.", length=length)
    return torch.tensor([number(v, -1e6, 1e6) for v in value])


def one_of(value: Any, options: tuple[str, ...]) -> str:
    """One of some words."""
    if value not in options:
        raise UserError("Choose one of {options}.", options=", ".join(options))
    return value


def generator(body: Body) -> torch.Generator:
    """Chance as the body's seed decides it."""
    return torch.Generator().manual_seed(int(number(body.get("seed") or 0, 0, 2**31 - 1, whole=True)))
