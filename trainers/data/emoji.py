"""Emoji by three vendors: one meaning drawn three ways, with a group, and with names and tags in English and Chinese.

Pictures: Google Noto Emoji (Apache 2.0), Twitter Twemoji (CC BY 4.0), Microsoft Fluent Emoji, flat (MIT). Words:
emojibase (MIT), from Unicode CLDR. Made by scripts/build_emoji.py; attribution in assets/README.md.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch

from trainers.data.base import Dataset, Images
from trainers.data.images_io import ASSETS, check_size, damaged_asset, read_sprite, resize

VENDORS = ("google", "twitter", "fluent")
NATIVE_SIZE = 64
DEFAULT_SIZE = 32
FOLDER = ASSETS / "emoji"
TABLE = FOLDER / "emoji.json"
TEST_SHARE = 0.1
SEED = 0

Rows = Sequence[int]  # of the table


@dataclass(frozen=True)
class Emoji:
    """One row of the table.

    code: hyphenated code points, "1F600"; group: its Unicode group, "Smileys & emotion"; en, zh: its names;
    tags_en, tags_zh: words it is found by; vendors: who drew it, all of google and twitter, not always fluent.
    """

    code: str
    group: str
    en: str
    zh: str
    tags_en: tuple[str, ...]
    tags_zh: tuple[str, ...]
    vendors: tuple[str, ...]

    @property
    def character(self) -> str:
        """The emoji itself, as text."""
        return "".join(chr(int(point, 16)) for point in self.code.split("-"))


def sprite_path(vendor: str) -> Path:
    """The picture with a vendor's emoji, in the order of the table; white where the vendor has none."""
    return FOLDER / f"{vendor}.webp"


@cache
def table() -> tuple[Emoji, ...]:
    """The emoji in Unicode's order; a dataset's image named "1F600 google" belongs to the one with code "1F600"."""
    try:
        rows = json.loads(TABLE.read_text("utf-8"))
        words = ("tags_en", "tags_zh", "vendors")
        return tuple(Emoji(**row | {key: tuple(row[key]) for key in words}) for row in rows)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise damaged_asset(TABLE) from error


def by_vendor(size: int | None = None) -> Dataset:
    """Learn one drawing style, meet another: train on Google's and Fluent's emoji, test on Twitter's.

    Images (N,3,32,32), or at `size`; labels are groups. Every tested emoji is in train as Google drew it, most of them
    also as Fluent did.
    """
    rows = range(len(table()))
    return _dataset("emoji", {"google": rows, "fluent": rows}, {"twitter": rows}, size)


def held_out(size: int | None = None) -> Dataset:
    """Meet new emoji in known styles: a seeded tenth of each group, by all vendors, is the test.

    Images (N,3,32,32), or at `size`; labels are groups. No emoji is in both parts, though relatives may be: man and
    woman singer.
    """
    rng = np.random.default_rng(SEED)
    groups = np.array([emoji.group for emoji in table()])
    test: list[int] = []
    for group in _classes():
        members = np.flatnonzero(groups == group)
        test += rng.choice(members, round(TEST_SHARE * len(members)), replace=False).tolist()
    train = sorted(set(range(len(groups))) - set(test))
    return _dataset("emoji-held-out", dict.fromkeys(VENDORS, train), dict.fromkeys(VENDORS, sorted(test)), size)


def _classes() -> tuple[str, ...]:
    return tuple(dict.fromkeys(emoji.group for emoji in table()))


def _dataset(name: str, train: dict[str, Rows], test: dict[str, Rows], size: int | None) -> Dataset:
    size = check_size(DEFAULT_SIZE if size is None else size)
    tiles = {vendor: resize(read_sprite(sprite_path(vendor), len(table()), NATIVE_SIZE), size) for vendor in VENDORS}
    drawn = {vendor: [vendor in one.vendors for one in table()] for vendor in VENDORS}
    classes = _classes()

    def split(part: dict[str, Rows]) -> Images:
        # Emoji by emoji rather than vendor by vendor: a run of images has every style.
        picked = sorted((row, vendor) for vendor, rows in part.items() for row in rows if drawn[vendor][row])
        emoji = [table()[row] for row, _ in picked]
        return Images(
            torch.stack([tiles[vendor][row] for row, vendor in picked]),
            torch.tensor([classes.index(one.group) for one in emoji]),
            {
                "en": tuple(one.en for one in emoji),
                "zh": tuple(one.zh for one in emoji),
                "tags_en": tuple(", ".join(one.tags_en) for one in emoji),
                "tags_zh": tuple(", ".join(one.tags_zh) for one in emoji),
            },
            tuple(f"{one.code} {vendor}" for one, (_, vendor) in zip(emoji, picked, strict=True)),
        )

    return Dataset(name, split(train), split(test), classes)
