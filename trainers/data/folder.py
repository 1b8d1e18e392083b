"""A person's own images."""

from __future__ import annotations

from trainers.data.base import Dataset
from trainers.errors import DataError


def load(path: str, size: int | None = None) -> Dataset:
    raise DataError("Folders are not supported yet.")
