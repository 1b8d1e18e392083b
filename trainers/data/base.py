"""The one object that every data source gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch

from trainers.errors import DataError, Note


@dataclass(frozen=True, eq=False)
class Images:
    """Some images, and what is known of each.

    images: (N,C,H,W) uint8, C is 1 or 3.
    labels: (N,) int64, an index into `Dataset.classes`; None where nothing is known.
    captions: language ("en", "zh") -> N captions, one an image; empty where there are none. "tags_en", "tags_zh": more words
    for each, joined by ", ", where there are some; never captions by themselves.
    names: N names that a person would recognise: a file's path, an emoji's code point.
    factors: how each image was made, where that is known: name -> (N,) float32 of numbers, or bool of yes and no.
    """

    images: torch.Tensor
    labels: torch.Tensor | None = None
    captions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    factors: Mapping[str, torch.Tensor] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.images)

    def some(self, index: torch.Tensor) -> Images:
        """Those at `index` (n,)."""
        return Images(
            self.images[index],
            None if self.labels is None else self.labels[index],
            {key: tuple(words[i] for i in index.tolist()) for key, words in self.captions.items()},
            tuple(self.names[i] for i in index.tolist()) if self.names else (),
            {name: values[index] for name, values in self.factors.items()},
        )


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images to learn from (`train`) and images never trained on (`test`), of one size.

    classes: the names that labels point at; empty where there are no labels.
    skipped: one sentence a file that could not be used, naming the file. notes: what was understood of a person's own images.
    """

    name: str
    train: Images
    test: Images
    classes: tuple[str, ...] = ()
    skipped: tuple[DataError, ...] = ()
    notes: tuple[Note, ...] = ()
