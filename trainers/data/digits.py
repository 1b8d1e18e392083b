"""Digits: 1,797 handwritten digits of 8×8 pixels, from scikit-learn.

Alpaydin and Kaynak 1998, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository; CC BY 4.0.
"""

from __future__ import annotations

import torch

from trainers.data.base import Dataset, Images
from trainers.data.images_io import resize

CLASSES = tuple("0123456789")
DEFAULT_SIZE = 28  # the same as Fashion-MNIST's, so that the same networks suit both
TEST_COUNT = 360
SEED = 0


def load(size: int | None = None) -> Dataset:
    """1,437 train and 360 test images, (N,1,28,28) or at `size`, in a seeded split with the same share of each digit.

    The source's 8×8 pixels of 0..16 become 0..255 and are enlarged bilinearly.
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    pixels, targets = load_digits(return_X_y=True)
    grey = torch.from_numpy(pixels).reshape(-1, 1, 8, 8).mul(255 / 16).round().to(torch.uint8)
    images, labels = resize(grey, DEFAULT_SIZE if size is None else size), torch.from_numpy(targets).long()
    train, test = train_test_split(range(len(images)), test_size=TEST_COUNT, stratify=targets, random_state=SEED)

    def split(rows: list[int]) -> Images:
        return Images(images[rows], labels[rows], names=tuple(f"digit {i}" for i in rows))

    return Dataset("digits", split(sorted(train)), split(sorted(test)), CLASSES)
