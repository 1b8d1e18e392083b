"""Words that lie beside images: a caption in a text file of the same name, captions and classes in tables (.csv, .jsonl)."""

from __future__ import annotations

import csv
import io
import json
import posixpath
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, takewhile
from pathlib import PurePosixPath
from typing import Any

from trainers.data.names import composed, decode_all, decode_text
from trainers.errors import DataError, Note

BESIDE, JSON, DELIMITED = (".txt", ".caption"), (".jsonl", ".ndjson", ".json"), (".csv", ".tsv")
PLAIN = {".md", ".rst", ".html", ".htm", ".xml", ".yaml", ".yml", ".toml", ".log", ".pdf", ".py", ".ipynb", ".doc", ".docx"}
TEXTS = {*BESIDE, *JSON, *DELIMITED, *PLAIN}
OTHERS = {  # of tables and arrays that are not read
    ".xlsx", ".xls", ".ods", ".parquet", ".arrow", ".feather", ".tfrecord", ".npy", ".npz", ".mat", ".h5", ".hdf5", ".pkl",
}  # fmt: skip
ANSWERS = "submission"  # in the name of a table whose labels are there to be replaced, as competitions give them
CANONICAL = {"captions", "metadata"}  # tables by imagefolder's convention, or by what they say of themselves
FILE_COLUMNS = ("file_name", "filename", "file", "image", "image_name", "image_path", "path", "img", "image_id", "id", "name")
TEXT_COLUMNS = ("text", "caption", "captions", "description", "prompt", "sentence", "title", "comment", "alt", "raw")
SPLIT_COLUMNS = ("split", "subset", "partition", "phase")
LABEL_COLUMNS = ("label", "class", "category", "labels", "species", "breed", "class_name", "target")
MAX_TABLES, MAX_ROWS = 40, 200_000  # rows of one table
# of all texts together, as whoever parses them holds up all else in the same process: bytes; rows, and values of JSON
MAX_BYTES, MAX_VALUES = 32 << 20, 1_000_000
FIRST = 100_000  # letters of a text in which a caption begins
TOO_MUCH = (
    "{file} is left out: the texts and tables beside the images may have {limit} MiB and {most} values together. Make them"
    " smaller, or take fewer."
)
SEPARATORS = ",;\t| "
Entry = tuple[PurePosixPath, Callable[[], bytes]]
Row = tuple[str, str, str, str]  # of a table: file, caption, class, part
Path = PurePosixPath


@dataclass
class Words:
    """What texts beside images say, by an image's path: its caption, its class, its part; and the texts that said it."""

    captions: dict[Path, str] = field(default_factory=dict)
    labels: dict[Path, str] = field(default_factory=dict)
    splits: dict[Path, str] = field(default_factory=dict)
    sources: list[Path] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    skipped: list[DataError] = field(default_factory=list)


class _Room:
    """What may still be read of the texts of one data set; what is too much raises DataError, and takes nothing away."""

    def __init__(self) -> None:
        self.bytes, self.values = MAX_BYTES, MAX_VALUES

    def read(self, path: Path, content: Callable[[], bytes]) -> bytes:
        """All bytes of a text."""
        found = content()
        if len(found) > self.bytes:
            raise _too_much(path)
        self.bytes -= len(found)
        return found

    def count(self, path: Path, values: int) -> None:
        """That a text has so many values: each is an object of Python, however few letters it has."""
        if values > self.values:
            raise _too_much(path)
        self.values -= values


def _too_much(path: Path) -> DataError:
    return DataError(TOO_MUCH, file=path, limit=MAX_BYTES >> 20, most=f"{MAX_VALUES:,}")


def is_text(path: Path) -> bool:
    """Whether a file is one of text, by its name."""
    return path.suffix.lower() in TEXTS or path.suffix.lower() in OTHERS


def read_words(texts: Sequence[Entry], images: Sequence[Path]) -> Words:
    """What the texts among the files of a folder or a zip say of its images."""
    found, index, room = Words(), _Index(images), _Room()
    places, beside, tables = _places(images), list[Entry](), list[Entry]()
    for entry in texts:
        kind = entry[0].suffix.lower()
        if kind in (*BESIDE, ".json") and not is_named(entry[0]) and places(entry[0]) is not None:
            beside.append(entry)
        elif kind in (*BESIDE, *JSON, *DELIMITED) and ANSWERS not in entry[0].stem.lower():
            tables.append(entry)
    tables.sort(key=lambda entry: entry[0].suffix.lower() in BESIDE and not is_named(entry[0]))  # least likely one
    for path, content in tables[:MAX_TABLES]:
        try:
            _read_table(path, room.read(path, content), index, room, found)
        except DataError as error:
            found.skipped.append(error)
    captions = _beside(beside, places, room, found)
    if len(captions) > len(found.captions):
        found.captions = found.captions | captions
    else:
        found.captions = captions | found.captions
    return found


def no_use(path: Path) -> DataError:
    """The sentence about a text or a table that says nothing that is used."""
    if path.suffix.lower() in OTHERS:
        return DataError("{file} is not read: bring images as files, and tables as CSV.", file=path)
    return DataError("{file} is left out: it names no caption or class of an image here.", file=path)


def is_named(path: Path) -> bool:
    """Whether a table is one of captions, by its name."""
    return path.stem.lower() in CANONICAL


class _Index:
    """Finds the image that a table means: by its path from the table, else by as much of its path as is unlike the others'."""

    def __init__(self, images: Iterable[Path]) -> None:
        self.paths = {str(path): path for path in images}
        self.by_name: dict[str, list[Path]] = defaultdict(list)
        for path in self.paths.values():
            for key in {path.name.casefold(), path.stem.casefold()}:
                self.by_name[key].append(path)

    def find(self, cell: str, folder: Path) -> Path | None:
        name = re.sub(r"#\d+$", "", composed(cell.strip())).replace("\\", "/")  # Flickr's tables number captions so
        if not name:
            return None
        whole = posixpath.normpath(posixpath.join(str(folder), name))
        if (path := self.paths.get(whole)) is not None:
            return path
        parts = [part.casefold() for part in Path(name).parts]
        likely = [(_shared(parts, path), path) for path in self.by_name.get(parts[-1], ())] if parts else []
        most = max((shared for shared, _ in likely), default=-1)
        best = [path for shared, path in likely if shared == most]
        below = [path for path in best if path.is_relative_to(folder)] if len(best) > 1 else best
        return below[0] if len(below) == 1 else None


def _shared(parts: Sequence[str], path: Path) -> int:
    """How many folders next to the file are the same."""
    own = [part.casefold() for part in path.parts[:-1]]
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(reversed(parts[:-1]), reversed(own), strict=False)))


def _read_table(path: Path, content: bytes, index: _Index, room: _Room, found: Words) -> None:
    text = decode_text(content)
    rows = _json_rows(path, text, room) if path.suffix.lower() in JSON else _delimited_rows(text, path, index, room)
    lost, several, texts, labels, splits = 0, False, dict[Path, str](), dict[Path, str](), dict[Path, str]()
    for cell, text, label, split in rows:
        image = index.find(cell, path.parent)
        if image is None:
            lost += 1
            continue
        if text := plain(text):
            several = several or image in texts
            texts.setdefault(image, text)
        if label := plain(label):
            labels.setdefault(image, label)
        if split := plain(split) or path.stem:  # of train.csv and val.csv
            splits.setdefault(image, split)
    if not texts and not labels:
        if is_named(path):
            found.skipped.append(
                DataError("{file} names no image that is here: it needs the columns file_name and text.", file=path)
            )
        return
    found.sources.append(path)
    if texts:
        found.notes.append(Note("Captions read from {file}.", file=path))
    if lost:
        found.notes.append(Note("Rows of {file} that name no image here: {count}.", file=path, count=lost))
    if several:
        found.notes.append(Note("{file} has several captions for an image: the first is used.", file=path))
    found.captions = texts | found.captions
    found.labels = labels | found.labels
    found.splits = splits | found.splits


def _delimited_rows(text: str, path: Path, index: _Index, room: _Room) -> list[Row]:
    """File, caption, class and part of each row, "" where there is none; by the separator by which most rows name an image."""
    best, most = list[Row](), 0
    likely = [one for one in SEPARATORS if text.count(one) <= MAX_VALUES]
    for separator in likely:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
        try:
            rows = [row for row in islice(reader, MAX_ROWS) if row]
        except csv.Error:
            continue
        found = _columns(rows, path, index)
        if (hits := sum(index.find(row[0], path.parent) is not None and bool(row[1] or row[2]) for row in found[:500])) > most:
            best, most = found, hits
    if not best and len(likely) < len(SEPARATORS):
        raise _too_much(path)
    room.count(path, len(best))
    return best


def _columns(rows: list[list[str]], path: Path, index: _Index) -> list[Row]:
    if not rows or max(map(len, rows[:50])) < 2:
        return []
    head = [cell.strip().strip("\"'").lower().replace(" ", "_") for cell in rows[0]]
    counts = Counter(at for row in rows[:500] for at, cell in enumerate(row) if index.find(cell, path.parent) is not None)
    named = [at for name in FILE_COLUMNS for at, one in enumerate(head) if one == name]
    file = max(counts, key=lambda at: (counts[at], at in named, -at)) if counts else (named or [0])[0]
    has_head = index.find(rows[0][file], path.parent) is None if file < len(rows[0]) else True
    body, head = (rows[1:], head) if has_head else (rows, [])
    text = next((at for name in TEXT_COLUMNS for at, one in enumerate(head) if one == name and at != file), None)
    label = next((at for name in LABEL_COLUMNS for at, one in enumerate(head) if one == name and at != file), None)
    split = next((at for name in SPLIT_COLUMNS for at, one in enumerate(head) if one == name and at != file), None)
    if text is None and label is None and max(map(len, body[:50]), default=0) == 2:
        other = 1 - file if file in (0, 1) else 0
        values = [row[other] for row in body if len(row) > other]
        text, label = (None, other) if 2 * len(set(values)) <= len(values) else (other, None)

    def cell(row: list[str], at: int | None) -> str:
        return row[at] if at is not None and at < len(row) else ""

    return [(cell(row, file), cell(row, text), cell(row, label), cell(row, split)) for row in body]


def _json_rows(path: Path, text: str, room: _Room) -> list[Row]:
    room.count(path, _values(text))
    if path.suffix.lower() == ".json":
        whole = _parsed(text)
        if isinstance(whole, dict) and (rows := _coco(whole)):
            pass
        elif isinstance(whole, dict):  # of names and captions, or of one list
            lists = [value for value in whole.values() if isinstance(value, list)]
            rows = lists[0] if len(lists) == len(whole) == 1 else [{"file": k, "text": v} for k, v in whole.items()]
        else:
            rows = whole if isinstance(whole, list) else []
    else:
        rows = [_parsed(line) for line in islice(io.StringIO(text, newline=None), MAX_ROWS) if line.strip()]
    return [_fields(row) for row in rows if isinstance(row, dict)]


def _coco(whole: Mapping[str, Any]) -> list[dict[str, Any]]:
    """File and caption of each annotation, where images and their captions are two lists, as COCO has them."""
    images, said = whole.get("images"), whole.get("annotations")
    if not isinstance(images, list) or not isinstance(said, list):
        return []
    files = {
        one.get("id"): one.get("file_name") for one in images if isinstance(one, dict) and isinstance(one.get("id"), str | int)
    }
    rows = [(files.get(key), one.get("caption")) for one in said
            if isinstance(one, dict) and isinstance(key := one.get("image_id"), str | int)]  # fmt: skip
    return [{"file": file, "text": text} for file, text in rows if file and text]


def _values(text: str) -> int:
    """How many values a text in JSON has, at most."""
    return sum(map(text.count, ",[{"))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # a line that was cut off
        return None


def _fields(row: Mapping[str, Any]) -> Row:
    by_name = {str(key).strip().lower(): value for key, value in row.items()}

    def first(names: Sequence[str]) -> str:
        value = next((by_name[name] for name in names if by_name.get(name) not in (None, "")), "")
        value = value[0] if isinstance(value, list) and value else value
        return str(value) if isinstance(value, str | int | float) else ""

    return first(FILE_COLUMNS), first(TEXT_COLUMNS), first(LABEL_COLUMNS), first(SPLIT_COLUMNS)


def _places(images: Sequence[Path]) -> Callable[[Path], Path | None]:
    """Finds the image of a text file's own name, beside it or alone in a folder of its own."""
    stems: dict[str, list[Path]] = defaultdict(list)
    for image in images:
        stems[image.stem].append(image)
    places = {image.with_suffix(""): image for image in images} | {image: image for image in images}

    def place(path: Path) -> Path | None:
        same = stems.get(path.stem, [])
        return places.get(path.with_suffix("")) or (same[0] if len(same) == 1 else None)

    return place


def _beside(texts: Sequence[Entry], place: Callable[[Path], Path | None], room: _Room, found: Words) -> dict[Path, str]:
    """The captions in text files of the images' own names."""
    of_text: dict[Path, Entry] = {}
    for path, content in sorted(texts, key=lambda entry: entry[0].suffix.lower() == ".json"):
        if (image := place(path)) is not None:
            of_text.setdefault(image, (path, content))
    contents = list[bytes]()
    for path, content in of_text.values():
        try:
            contents.append(room.read(path, content))
        except DataError as error:
            contents.append(b"")
            found.skipped.append(error)
    marked = [content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")) for content in contents]
    rest = iter(decode_all([content for content, mark in zip(contents, marked, strict=True) if not mark])[0])
    decoded = [decode_text(content) if mark else next(rest) for content, mark in zip(contents, marked, strict=True)]
    captions = dict[Path, str]()
    for (image, (path, _)), text in zip(of_text.items(), decoded, strict=True):
        try:
            if line := _caption(path, text, room):
                captions[image] = line
        except DataError as error:
            found.skipped.append(error)
    found.sources += [
        path for path, _ in texts if path.suffix.lower() == ".json"
    ]  # which say more of an image than its caption
    if captions:
        found.sources += [path for image, (path, _) in of_text.items() if image in captions]
        found.notes.append(Note("Captions read from {count} text files named like the images.", count=len(captions)))
    return captions


def _caption(path: Path, text: str, room: _Room) -> str:
    if path.suffix.lower() != ".json":
        return _first_line(text)
    room.count(path, _values(text))
    whole = _parsed(text)
    return plain(_fields(whole)[1]) if isinstance(whole, dict) else ""


def _first_line(text: str) -> str:
    """The first line that has a letter in it: boxes and numbers are no caption."""
    return next((plain(line) for line in text[:FIRST].splitlines() if any(letter.isalpha() for letter in line)), "")


def plain(text: str) -> str:
    """A text in composed letters with single spaces."""
    return " ".join(composed(text).split())
