"""Data sets as the page's process loads them: what people bring is decoded beside it (`playground.reading`)."""

from __future__ import annotations

from playground import reading
from trainers import data
from trainers.data import BUILT_IN, Dataset


def load(name: str, size: int | None = None) -> Dataset:
    """`trainers.data.load`; UserError also where too many pictures are being read."""
    if name in BUILT_IN:
        return data.load(name, size)
    with reading.upload():
        return data.load(name, size, reading.tiles)
