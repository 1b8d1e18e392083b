"""Words for images: their own captions, else the names of their classes in a few templates, else the names of their files."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import torch
from torch import Tensor

from trainers.data import Dataset, Images
from trainers.data.layout import spoken
from trainers.errors import UserError

TEMPLATES = ("{}", "a picture of {}", "a small picture of {}", "this is {}")
LANGUAGES = ("en", "zh")
SEPARATOR = ", "  # between the tags of an image
TAGGED = 4  # captions with a tag beside as many without, so that every second one drawn is the plain name


@dataclass(frozen=True)
class Captions:
    """texts: the different captions. of_image: (N,K) indices into them, K captions an image."""

    texts: tuple[str, ...]
    of_image: Tensor


def captions(data: Dataset, images: Images, language: str = "both", tags: bool = False) -> Captions:
    """What the images of a part of `data` may be called. UserError where nothing is known of them, or the same of all.

    tags: also by their name and one of the words that `Images.captions` has as "tags_en" or "tags_zh".
    """
    rows = _rows(data, images, language, tags)
    texts = tuple(dict.fromkeys(text for row in rows for text in row))
    if len(rows) > 1 and _are_same(data, language, tags):
        raise UserError("All images of {name} have the same words, “{text}”: CLIP needs words that differ.",
                        name=data.name, text=rows[0][0])  # fmt: skip
    place = {text: i for i, text in enumerate(texts)}
    return Captions(texts, torch.tensor([[place[text] for text in row] for row in rows]))


def _are_same(data: Dataset, language: str, tags: bool) -> bool:
    """Whether all images of both parts are called the same, as a tower reads them, without capitals: whatever is learned then,
    every answer is right.
    """
    rows = (row for part in (data.train, data.test) for row in _rows(data, part, language, tags))
    return len({tuple(text.casefold() for text in row) for row in rows}) == 1


def _rows(data: Dataset, images: Images, language: str, tags: bool) -> list[list[str]]:
    wanted = [key for key in LANGUAGES if key in images.captions and language in ("both", key)]
    if wanted:
        return [sum(several, []) for several in zip(*(called(images, key, tags) for key in wanted), strict=True)]
    if images.captions:
        raise UserError("{name} has no captions in this language: choose another one.", name=data.name)
    if images.labels is not None and data.classes:
        names = [[template.format(name) for template in TEMPLATES] for name in data.classes]
        return [names[label] for label in images.labels.tolist()]
    if any(words := [spoken(Path(name).stem) for name in images.names]):
        return [[word or "?"] for word in words]
    raise UserError("{name} has no captions, classes or file names: CLIP needs words beside the images.", name=data.name)


def called(images: Images, language: str, tags: bool) -> list[list[str]]:
    """An image's name in a language, or TAGGED times its name and as often one with a tag, which take turns."""
    names, words = images.captions[language], images.captions.get(f"tags_{language}")
    if not tags or words is None:
        return [[name] for name in names]
    pairs = zip(names, (tuple(filter(None, row.split(SEPARATOR))) or ("",) for row in words), strict=True)
    return [[name] * TAGGED + [f"{name} {tag}".strip() for tag in islice(cycle(own), TAGGED)] for name, own in pairs]
