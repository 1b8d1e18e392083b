"""Fashion-MNIST: 28×28 grey pictures of clothes in ten classes (Xiao et al. 2017, arXiv:1708.07747; MIT)."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import numpy as np
import torch

from trainers.data.base import Dataset, Images
from trainers.data.images_io import ASSETS, fetch, read_sprite, resize
from trainers.errors import DataError

CLASSES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
NATIVE_SIZE = 28
SPRITE = ASSETS / "fashion_mnist.png"
SUBSET_TRAIN, SUBSET_TEST = 10_000, 2_000
DEBIAN_FOLDER = Path("/usr/share/datasets/fashion-mnist")  # of Debian's package dataset-fashion-mnist


def subset(size: int | None = None) -> Dataset:
    """The shipped part: 10,000 train and 2,000 test images, (N,1,28,28) or at `size`, 1,000 and 200 a class.

    Drawn from the official train and test files by scripts/build_fashion_mnist.py, classes in turn, so that any run of
    ten images holds each class once.
    """
    images = read_sprite(SPRITE, SUBSET_TRAIN + SUBSET_TEST, NATIVE_SIZE)
    labels = torch.arange(len(images)) % len(CLASSES)
    train, test = slice(SUBSET_TRAIN), slice(SUBSET_TRAIN, None)
    return _dataset("fashion-mnist", (images[train], labels[train]), (images[test], labels[test]), size)


def full(size: int | None = None) -> Dataset:
    """All of it: 60,000 train and 10,000 test images, (N,1,28,28) or at `size`, in the official order.

    From Debian's package dataset-fashion-mnist where that is installed, otherwise downloaded once by torchvision.
    Raises DataError where neither works.
    """
    folder = DEBIAN_FOLDER if DEBIAN_FOLDER.is_dir() else _download()

    def tensors(split: str) -> tuple[torch.Tensor, torch.Tensor]:
        images, labels = read_split(folder, split)
        return torch.from_numpy(images).unsqueeze(1), torch.from_numpy(labels).long()

    return _dataset("fashion-mnist-full", tensors("train"), tensors("t10k"), size)


def read_split(folder: Path, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Images (N,28,28) uint8 and labels (N,) uint8 of the official files; `split`: "train" or "t10k", the test."""
    return _read_idx(folder / f"{split}-images-idx3-ubyte.gz"), _read_idx(folder / f"{split}-labels-idx1-ubyte.gz")


def _read_idx(path: Path) -> np.ndarray:
    # IDX: two zero bytes, the type (8: unsigned byte), the number of dimensions, each as a big-endian int32, values.
    try:
        content = gzip.decompress(path.read_bytes())
        if content[:3] != b"\0\0\x08":
            raise ValueError("not an IDX file of bytes")
        dimensions = content[3]
        shape = np.frombuffer(content, ">i4", dimensions, offset=4)
        return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape).copy()
    except (OSError, EOFError, ValueError, IndexError, zlib.error) as error:
        raise DataError("The Fashion-MNIST file {path} is missing or damaged: fetch it again.", path=path) from error


def _download() -> Path:
    def download(folder: Path) -> None:
        from torchvision.datasets import FashionMNIST

        FashionMNIST(str(folder), download=True)

    return fetch("Fashion-MNIST", download) / "FashionMNIST" / "raw"


def _dataset(
    name: str, train: tuple[torch.Tensor, torch.Tensor], test: tuple[torch.Tensor, torch.Tensor], size: int | None
) -> Dataset:
    def split(title: str, images: torch.Tensor, labels: torch.Tensor) -> Images:
        names = tuple(f"{title} {i}" for i in range(len(images)))
        return Images(resize(images, NATIVE_SIZE if size is None else size), labels, names=names)

    return Dataset(name, split("train", *train), split("test", *test), CLASSES)
