"""Data sets whose pictures can be looked through, and single pictures. The held-out images of a set come first."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from playground.loading import load
from playground.match import checks
from playground.match.answers import Dealt, Picture, Words
from playground.match.words import class_name
from playground.once import Once
from trainers import evaluate
from trainers.data import BUILT_IN, Dataset, Images
from trainers.errors import NotFound, UserError

SIZES = {"emoji": 64, "emoji-held-out": 64}  # pixels a side where a data set has more than networks are trained on
OWN, OWN_SET = re.compile(r"own-[0-9a-f]{20}"), re.compile(r"set-[0-9a-f]{20}")
PICTURES = 16  # of a question, at most
PAINTED, WIDE, STRIP = 20, 0.86, 0.3  # letters of a word that is painted on a picture; the shares of its sides that it may take


class Sets:
    """Data sets by name, those of the app and those that people keep in a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._load = Once(_loaded, 4)

    def set(self, name: Any) -> tuple[str, Dataset]:
        """A data set that may be looked through: a built-in one, or a person's own by its id."""
        name = str(name)
        if OWN_SET.fullmatch(name):
            if where := next((self.root / name).glob("*"), None):
                return name, self._load(name, f"folder:{where}")
            raise NotFound("This set of your own is not kept any more: choose its pictures again.")
        if name not in BUILT_IN:
            raise UserError("There is no data set “{name}”: choose one of {names}, or drop a folder of your own.",
                            name=name[:40], names=", ".join(BUILT_IN))  # fmt: skip
        return name, self._load(name, name)

    def picture(self, reference: Any) -> NDArray[np.uint8]:
        """(H,W,1 or 3) of {"set", "index"} or {"own"}, with a "word" painted on it where there is one."""
        reference = reference if isinstance(reference, Mapping) else {}
        found, word = self._picture(reference), checks.plain(str(reference.get("word") or ""))
        return painted(found, word) if word else found

    def _picture(self, reference: Mapping[str, Any]) -> NDArray[np.uint8]:
        own = str(reference.get("own", ""))
        if own:
            path = self.root / f"{own}.png"
            if not OWN.fullmatch(own) or not path.exists():
                raise NotFound("This picture is not kept any more: choose it again.")
            with Image.open(path) as image:
                found = np.asarray(image)
            return found[..., None] if found.ndim == 2 else found
        _, data = self.set(reference.get("set"))
        return pixels(data, checks.index(reference.get("index"), size(data)))

    def deal(self, body: Mapping[str, Any], language: str) -> Dealt:
        """Some held-out pictures of a set, spread over it or, with a seed, by chance."""
        name, data = self.set(body.get("set"))
        n = len(data.test)
        count = min(int(checks.number(body.get("count", 8), 1, PICTURES)), n)
        if body.get("seed") is None:
            index = evaluate.spread(n, count)
        else:
            index = np.random.default_rng(int(checks.number(body["seed"], 0, 2**31))).choice(n, count, replace=False).tolist()
        pictures: list[Picture] = [{"set": name, "index": i, **words_of(data, i, language)} for i in index]
        return {"pictures": pictures}


def painted(picture: NDArray[np.uint8], word: str) -> NDArray[np.uint8]:
    """A picture (H,W,1 or 3) with a white label across its middle on which a word stands: (H,W,3)."""
    if len(word) > PAINTED or not all(letter.isprintable() and ord(letter) < 0x250 for letter in word):  # of the font
        raise UserError("A word of at most {most} Latin letters can be painted on a picture.", most=PAINTED)
    image = Image.fromarray(picture[..., 0] if picture.shape[2] == 1 else picture).convert("RGB")
    width, height = image.size

    def box(size: int) -> tuple[float, float, float, float]:
        return ImageFont.load_default(size).getbbox(word)

    def fits(size: int) -> bool:
        left, top, right, bottom = box(size)
        return right - left <= WIDE * width and bottom - top <= STRIP * height

    sizes = range(4, max(5, height))
    size = sizes[max(0, bisect_left(sizes, True, key=lambda size: not fits(size)) - 1)]  # the largest that fits, else the first
    left, top, right, bottom = box(size)
    middle, half = height / 2, min(0.35 * height, (bottom - top) / 2 + max(2, height / 20))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, middle - half, width, middle + half), fill="white")
    draw.text((width / 2 - (left + right) / 2, middle - (top + bottom) / 2), word, "black", ImageFont.load_default(size))
    return np.asarray(image)


def _loaded(name: str, where: str) -> Dataset:
    return load(where, SIZES.get(name))


def size(data: Dataset) -> int:
    """How many pictures there are."""
    return len(data.test) + len(data.train)


def pixels(data: Dataset, index: int) -> NDArray[np.uint8]:
    """A picture (H,W,1 or 3)."""
    part, at = _part(data, index)
    return part.images[at].permute(1, 2, 0).numpy()


def words_of(data: Dataset, index: int, language: str) -> Words:
    """What a picture is called in a language."""
    part, at = _part(data, index)
    captions = part.captions.get(language, part.captions.get("en", ()))
    label = None if part.labels is None else class_name(data, int(part.labels[at]), language)
    return {"name": part.names[at] if part.names else "", "caption": captions[at] if captions else None, "label": label}


def _part(data: Dataset, index: int) -> tuple[Images, int]:
    return (data.test, index) if index < len(data.test) else (data.train, index - len(data.test))
