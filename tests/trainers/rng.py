"""Chance on a device that is not there."""

from __future__ import annotations

from typing import Any

import torch


class Rng(torch.Generator):
    """A generator that says it is where it was asked for."""

    where: torch.device

    def __new__(cls, device: Any = "cpu") -> Rng:
        found = super().__new__(cls)
        found.where = torch.device(device)
        return found

    @property
    def device(self) -> torch.device:  # type: ignore[override]
        return self.where
