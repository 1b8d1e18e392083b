"""Make assets/data/fashion_mnist.png, the shipped part of Fashion-MNIST, from the four official IDX files.

    python -m scripts.build_fashion_mnist [FOLDER]

FOLDER holds train-images-idx3-ubyte.gz and the other three; the default is where Debian's package
dataset-fashion-mnist puts them. The same files give the same picture, byte for byte with one version of Pillow.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from trainers.data.fashion_mnist import CLASSES, DEBIAN_FOLDER, SPRITE, SUBSET_TEST, SUBSET_TRAIN, read_split
from trainers.data.images_io import write_sprite

SEED = 0


def draw(images: np.ndarray, labels: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """`count` of the images (N,28,28), as many of each class, classes in turn: the label of the i-th is i mod 10."""
    each = count // len(CLASSES)
    columns = [rng.choice(np.flatnonzero(labels == label), each, replace=False) for label in range(len(CLASSES))]
    return images[np.stack(columns, axis=1).ravel()]


def main() -> None:
    """Build and write the assets."""
    parser = argparse.ArgumentParser(description="Make the shipped part of Fashion-MNIST.")
    parser.add_argument("folder", nargs="?", type=Path, default=DEBIAN_FOLDER, help="holds the four official IDX files")
    folder: Path = parser.parse_args().folder
    rng = np.random.default_rng(SEED)
    train = draw(*read_split(folder, "train"), SUBSET_TRAIN, rng)
    test = draw(*read_split(folder, "t10k"), SUBSET_TEST, rng)
    write_sprite(SPRITE, np.concatenate([train, test]))
    print(f"{SPRITE.name}: {len(train)} train and {len(test)} test images, {SPRITE.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
