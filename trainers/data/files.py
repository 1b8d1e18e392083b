"""The files of a directory or a zip, read one at a time, in memory, within limits. A zip is never unpacked (`zips.py`)."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from trainers.data import names
from trainers.errors import DataError, Note

MIB = 2**20
MAX_FILE_BYTES = 50 * MIB
MAX_DIRECTORY_FILES = 100_000  # a mistyped "/" ends soon
# what systems put beside files, and whatever starts with a dot; none of it counts for anything
JUNK = {"__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "@eadir", "$recycle.bin", "system volume information"}


@dataclass
class Files:
    """What a directory or a zip holds, sorted by path.

    files: each one's path in there, in composed letters, and a function that gives its bytes or raises DataError.
    skipped: why the others, junk aside, are not among them. notes: what was assumed.
    """

    is_zip: bool
    files: list[tuple[PurePosixPath, Callable[[], bytes]]] = field(default_factory=list)
    skipped: list[DataError] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def skip(self, sentence: str, path: PurePosixPath | str) -> None:
        """Note that `path` is not among the files; the sentence names it as {file}."""
        self.skipped.append(DataError(sentence, file=path))

    def assume(self, encoding: str | None) -> None:
        """Note in which encoding names were read; None where there was nothing to assume."""
        if encoding:
            self.notes.append(Note("Names read as {encoding}.", encoding=names.title(encoding)))


def read(source: Path | IO[bytes], name: str) -> bytes:
    """All bytes of a path or an open file; DataError where it cannot be read or has more than `MAX_FILE_BYTES`."""
    try:
        if isinstance(source, Path):
            with source.open("rb") as file:
                content = file.read(MAX_FILE_BYTES + 1)
        else:
            content = source.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise DataError("{file} cannot be read: check its permissions.", file=name) from error
    if len(content) > MAX_FILE_BYTES:
        raise too_large(name)
    return content


def too_large(name: str) -> DataError:
    """The error of a file above `MAX_FILE_BYTES`."""
    return DataError("{file} is larger than {limit} MiB: make it smaller.", file=name, limit=MAX_FILE_BYTES // MIB)


def list_directory(root: Path) -> Files:
    """The ordinary files below `root`. Links to folders are not followed, nor are links out of `root`."""
    listing = Files(is_zip=False)
    home, found = root.resolve(), list[tuple[Path, bytes]]()

    def unreadable(error: OSError) -> None:
        listing.skip("{file} cannot be read: check its permissions.", str(error.filename))

    for folder, folders, files in os.walk(root, onerror=unreadable):
        folders[:] = [name for name in folders if not is_junk(name)]
        links = [name for name in folders if Path(folder, name).is_symlink()]
        paths = [Path(folder, name) for name in files + links if not is_junk(name)]
        found += [(path, os.fsencode(path.relative_to(root).as_posix())) for path in paths]
        if len(found) > MAX_DIRECTORY_FILES:
            raise DataError(
                "{folder} holds more than {limit} files: choose a smaller folder.",
                folder=root, limit=f"{MAX_DIRECTORY_FILES:,}",
            )  # fmt: skip
    decoded, encoding = names.decode_all([raw for _, raw in found])
    listing.assume(encoding if encoding != "utf-8" else None)  # which is what this system writes
    for (path, _), name in zip(found, decoded, strict=True):
        relative = PurePosixPath(names.composed(name))
        if path.is_dir():
            listing.skip("{file} is a link to a folder, which is not followed: copy the folder here.", relative)
        elif not path.resolve().is_relative_to(home):
            listing.skip("{file} is a link that leads out of the folder: copy the file here.", relative)
        elif not path.is_file():
            listing.skip("{file} is not an ordinary file.", relative)
        else:
            listing.files.append((relative, partial(read, path, str(relative))))
    listing.files.sort(key=lambda file: file[0])
    return listing


def is_junk(name: str) -> bool:
    """Whether a file or a folder is one that systems put beside those of people."""
    return name.startswith(".") and name.strip(".") != "" or name.lower() in JUNK
