"""A person's own images: a directory or a zip, with sub-folders as classes where there are any."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from trainers import pictures
from trainers.data import layout, tables, tiles
from trainers.data.base import Dataset, Images
from trainers.data.files import Files, list_directory, read
from trainers.data.images_io import check_size
from trainers.data.tables import Entry, Words
from trainers.data.tiles import Shrink
from trainers.data.zips import open_zip
from trainers.errors import DataError, Note

DEFAULT_SIZE = 32
MAX_ALL_PIXELS = 2_000_000_000  # decoded of one upload: some forty seconds of one core
MIN_IMAGES, MAX_IMAGES = 8, 20_000
LOOKED_AT = 12  # images that are decoded to say what a folder is
TEST_SHARE = 0.2
SEED = 0
SILENT = ("readme", "license", "licence", "copying", "notice", "changelog")  # what lies beside images and nobody misses


def load(path: str | Path, size: int | None = None, shrink: Shrink | None = None) -> Dataset:
    """The images in a directory or a zip, (N,C,32,32) or at `size`; C is 1 where all are grey, otherwise 3.

    Each is turned upright by its EXIF orientation, put on white where it is transparent, cropped to the square in its
    middle and resized with antialiasing; of an animation the first frame counts. Grey images of 16 bits that use few of
    them are stretched, all alike.

    Labels and a given split are judged by where the images lie (`layout.arrange`), however they came; without a split a
    seeded fifth of each class is the test, of at least one image in all. Captions and labels are read from texts and tables
    beside the images (`tables.read_words`). What was understood is in `notes`.

    shrink: what makes images small, in place of `pictures.tiles` in this process.

    Raises DataError where the path does not exist, is no folder or zip, is unsafe, has fewer than 8 usable images, or, being
    a zip or with `shrink`, more pixels to decode than an upload may have.
    Files that cannot be used are listed in `skipped`; hidden ones are passed over. Of more than 20,000 images, 20,000
    are drawn by a seed.
    """
    size = check_size(DEFAULT_SIZE if size is None else size)
    with _listed(path) as (root, listing):
        return _dataset(root, listing, size, shrink)


def describe(path: str | Path, shrink: Shrink | None = None) -> tuple[int, list[Note]]:
    """How many images `load` will take from a directory or a zip, and what it will understand of them.

    From names, tables and a few images. Raises DataError as `load` does.
    """
    with _listed(path) as (root, listing):
        texts, images = _sorted(listing)
        images = [entry for entry in images if entry[0].suffix.lower() in pictures.SUFFIXES or not entry[0].suffix]
        if not images:
            raise _no_images(root)
        words = tables.read_words(texts, [name for name, _ in images])
        found = layout.arrange([name for name, _ in images], words.labels, words.splits)
        kept_at = [i for i in range(len(images)) if i not in found.left_out]
        kept = [images[i] for i in kept_at]
        _, without, notes = _captions(words, [name for name, _ in kept], found.names(kept_at))
        step = max(1, len(kept) // LOOKED_AT)
        smalls = tiles.make(kept[::step][:LOOKED_AT], DEFAULT_SIZE, shrink or pictures.tiles, None, []) or []
        _, stretched = tiles.tensors(smalls)
        count = len(kept) - len(without)
        counted = Note("{count} images.", count=f"{count:,}")
        return min(count, MAX_IMAGES), [counted, *found.notes, *listing.notes, *notes, *([stretched] if stretched else [])]


@contextmanager
def _listed(path: str | Path) -> Iterator[tuple[Path, Files]]:
    if not str(path).strip():
        raise DataError("The path of the images is empty: name a folder or a zip.")
    try:
        root = Path(path).expanduser()
        is_folder, is_file = root.is_dir(), root.is_file()
    except (OSError, ValueError, RuntimeError):  # not permitted; a null byte; no such user's home
        root, is_folder, is_file = Path(path), False, False
    if is_folder:
        yield root, list_directory(root)
        return
    if not is_file:
        raise DataError("There is no folder or zip {path} that can be read: check the path.", path=root)
    with open_zip(root) as listing:
        yield root, listing


def open_image(source: bytes | str | Path | IO[bytes], name: str, side: int | None = None) -> Image.Image:
    """The image of `pictures.open_image`, from bytes, a path or an open file; DataError also where it has above 50 MiB."""
    if isinstance(source, (bytes, str)):
        source = io.BytesIO(source) if isinstance(source, bytes) else Path(source)
    return pictures.open_image(read(source, name), name, side)


def fit(image: Image.Image, size: int, channels: int) -> torch.Tensor:
    """(channels,size,size) uint8: the square in the middle, resized with antialiasing; channels is 1 or 3."""
    return tensor(pictures.square(image, size, channels))


def tensor(pixels: NDArray[np.uint8]) -> torch.Tensor:
    """(H,W,C) → (C,H,W)."""
    return torch.from_numpy(pixels).permute(2, 0, 1).contiguous()


def _sorted(listing: Files) -> tuple[list[Entry], list[Entry]]:
    """The texts among the files, and the others, which are images as far as their names tell."""
    texts, images = list[Entry](), list[Entry]()
    for entry in listing.files:
        (texts if tables.is_text(entry[0]) or _is_silent(entry[0]) else images).append(entry)
    return texts, images


def _is_silent(name: PurePosixPath) -> bool:
    return name.suffix.lower() not in pictures.SUFFIXES and name.stem.lower().startswith(SILENT)


def _no_images(root: Path) -> DataError:
    return DataError("{path} holds no images: put {formats} files there.", path=root, formats=pictures.FORMATS_TEXT)


def _dataset(root: Path, listing: Files, size: int, shrink: Shrink | None) -> Dataset:
    texts, files = _sorted(listing)
    skipped, rng = list(listing.skipped), np.random.default_rng(SEED)
    if len(files) > MAX_IMAGES:
        skipped.append(DataError(
            "{folder} holds {count} files: {limit} of them, drawn at random, are used.",
            folder=root, count=f"{len(files):,}", limit=f"{MAX_IMAGES:,}",
        ))  # fmt: skip
        files = [files[i] for i in sorted(rng.choice(len(files), MAX_IMAGES, replace=False))]
    smalls = tiles.make(files, size, shrink or pictures.tiles, MAX_ALL_PIXELS if listing.is_zip or shrink else None, skipped)
    if smalls is None:
        raise DataError(
            "The images in {path} have more than {limit} pixels together: make them smaller, or take fewer.",
            path=root, limit=f"{MAX_ALL_PIXELS:,}",
        )  # fmt: skip
    words = tables.read_words(texts, [small.path for small in smalls])
    said_of = {*map(str, words.sources), *(error.values.get("file") for error in words.skipped)}
    skipped += words.skipped + [tables.no_use(name) for name, _ in texts if str(name) not in said_of and _is_missed(name)]
    if not smalls:
        if skipped:
            raise DataError("No image in {path} can be used: {reason}", path=root, reason=skipped[0])
        raise _no_images(root)
    found = layout.arrange([small.path for small in smalls], words.labels, words.splits)
    kept = [i for i in range(len(smalls)) if i not in found.left_out]
    captions, without, notes = _captions(words, [smalls[i].path for i in kept], found.names(kept))
    kept = [i for n, i in enumerate(kept) if n not in without]
    if len(kept) < MIN_IMAGES:
        raise DataError(
            "Of the images in {path} only {count} can be used, and at least {least} are needed: add more.",
            path=root, count=len(kept), least=MIN_IMAGES,
        )  # fmt: skip
    pixels, stretched = tiles.tensors([smalls[i] for i in kept])
    labels = torch.tensor([found.labels[i] for i in kept]) if found.classes else None
    test = {n for n, i in enumerate(kept) if i in (found.test or ())}
    if not 0 < len(test) < len(kept):
        test = _draw_test(np.zeros(len(kept)) if labels is None else labels.numpy(), rng)
    channels = max(len(one) for one in pixels)

    def split(rows: list[int]) -> Images:
        return Images(
            torch.stack([pixels[n].expand(channels, -1, -1) for n in rows]),
            None if labels is None else labels[rows],
            {language: tuple(texts[n] for n in rows) for language, texts in captions.items()},
            tuple(str(smalls[kept[n]].path) for n in rows),
        )

    train = [n for n in range(len(kept)) if n not in test]
    said = (*found.notes, *listing.notes, *notes, *([stretched] if stretched else []))
    return Dataset(f"folder:{root}", split(train), split(sorted(test)), found.classes, tuple(skipped + found.skipped), said)


def _is_missed(name: PurePosixPath) -> bool:
    """Whether a text that says nothing of the images is to be told of."""
    if name.suffix.lower() in tables.OTHERS:
        return True
    known = tables.is_named(name)  # which has said so itself
    return not known and not _is_silent(name) and name.suffix.lower() not in tables.PLAIN


def _captions(
    words: Words, images: Sequence[PurePosixPath], classes: Sequence[str]
) -> tuple[dict[str, list[str]], set[int], list[Note]]:
    """Captions by language, images that are left out as they have none, and notes.

    classes: of each image the name of its class, which stands in for a caption; empty where there are none.
    """
    notes = list(words.notes)
    having = sum(image in words.captions for image in images)
    if not having:
        return {}, set(), notes
    if 2 * having < len(images):
        notes.append(Note("Only {count} of {all} images have a caption: captions are not used.", count=having, all=len(images)))
        return {}, set(), notes
    without = {n for n, image in enumerate(images) if image not in words.captions}
    if without and classes:
        notes.append(Note("{count} images have no caption: the name of their class stands for it.", count=len(without)))
        found, without = [words.captions.get(image, classes[n]) for n, image in enumerate(images)], set[int]()
    else:
        found = [words.captions[image] for image in images if image in words.captions]
        notes += [Note("{count} images without a caption are left out.", count=len(without))] if without else []
    chinese = sum(any("\u3400" <= letter <= "\u9fff" for letter in text) for text in found) > len(found) / 2
    return {"en": found, "zh": found} if chinese else {"en": found}, without, notes


def _draw_test(labels: np.ndarray, rng: np.random.Generator) -> set[int]:
    """A fifth of the images of each label, at least one image in all."""
    rows = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    test = {int(i) for row in rows for i in rng.permutation(row)[: round(TEST_SHARE * len(row))]}
    return test or {int(rng.integers(len(labels)))}
