"""Data sources, one file each. `load("fashion-mnist")` gives a `Dataset`, whatever the source."""

from __future__ import annotations

from collections.abc import Callable

from trainers.data import cifar10, digits, emoji, fashion_mnist, folder, moved_garments
from trainers.data.base import Dataset, Images
from trainers.errors import DataError

__all__ = ["BUILT_IN", "DEFAULT", "DataError", "Dataset", "Images", "load"]

BUILT_IN: dict[str, Callable[[int | None], Dataset]] = {
    "moved-garments": moved_garments.load,
    "fashion-mnist": fashion_mnist.subset,
    "fashion-mnist-full": fashion_mnist.full,
    "emoji": emoji.by_vendor,
    "emoji-held-out": emoji.held_out,
    "digits": digits.load,
    "cifar10": cifar10.load,
}
DEFAULT = next(iter(BUILT_IN))
FOLDER = "folder:"


def load(name: str, size: int | None = None, shrink: folder.Shrink | None = None) -> Dataset:
    """The data set called `name`, at `size`×`size` pixels or, without a size, at the one that suits the source.

    `folder:PATH` is a person's own images: a directory or a zip. shrink: what makes them small, as `folder.load` takes it.
    Raises DataError, one sentence, where it cannot be had.
    """
    if name.startswith(FOLDER):
        return folder.load(name.removeprefix(FOLDER), size, shrink)
    if name not in BUILT_IN:
        raise DataError(
            "There is no data set “{name}”: choose one of {names}, or folder:PATH for your own images.",
            name=name, names=", ".join(BUILT_IN),
        )  # fmt: skip
    return BUILT_IN[name](size)
