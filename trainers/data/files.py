"""The files of a directory or a zip, read one at a time, in memory, within limits. A zip is never unpacked."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from trainers.errors import DataError

MIB = 2**20
MAX_FILE_BYTES = 50 * MIB
MAX_DIRECTORY_FILES = 100_000  # a mistyped "/" ends soon
MAX_ZIP_ENTRIES = 20_000
MAX_ZIP_BYTES = 1024 * MIB  # both packed and unpacked
MAX_ZIP_INDEX_BYTES = 32 * MIB
JUNK = {"__macosx", "thumbs.db", "desktop.ini"}  # and whatever starts with a dot


@dataclass
class Files:
    """What a directory or a zip holds, sorted by path.

    files: each one's path in there, and a function that gives its bytes or raises DataError.
    skipped: why the others, junk aside, are not among them.
    """

    is_zip: bool
    files: list[tuple[PurePosixPath, Callable[[], bytes]]] = field(default_factory=list)
    skipped: list[DataError] = field(default_factory=list)

    def skip(self, sentence: str, path: PurePosixPath | str) -> None:
        """Note that `path` is not among the files; the sentence names it as {file}."""
        self.skipped.append(DataError(sentence, file=path))


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
        raise DataError("{file} is larger than {limit} MiB: make it smaller.", file=name, limit=MAX_FILE_BYTES // MIB)
    return content


def list_directory(root: Path) -> Files:
    """The ordinary files below `root`. Links to folders are not followed, nor are links out of `root`."""
    listing = Files(is_zip=False)
    home = root.resolve()

    def unreadable(error: OSError) -> None:
        listing.skip("{file} cannot be read: check its permissions.", str(error.filename))

    for folder, folders, names in os.walk(root, onerror=unreadable):
        folders[:] = [name for name in folders if not _is_junk(name)]
        links = [name for name in folders if Path(folder, name).is_symlink()]
        for name in names + links:
            path = Path(folder, name)
            # Names that are not UTF-8 could not be written down again as text.
            relative = PurePosixPath(os.fsencode(path.relative_to(root)).decode(errors="replace"))
            if _is_junk(name):
                continue
            if path.is_dir():
                listing.skip("{file} is a link to a folder, which is not followed: copy the folder here.", relative)
            elif not path.resolve().is_relative_to(home):
                listing.skip("{file} is a link that leads out of the folder: copy the file here.", relative)
            elif not path.is_file():
                listing.skip("{file} is not an ordinary file.", relative)
            else:
                listing.files.append((relative, partial(read, path, str(relative))))
        if len(listing.files) > MAX_DIRECTORY_FILES:
            raise DataError(
                "{folder} holds more than {limit} files: choose a smaller folder.",
                folder=root, limit=f"{MAX_DIRECTORY_FILES:,}",
            )  # fmt: skip
    listing.files.sort(key=lambda file: file[0])
    return listing


@contextmanager
def open_zip(path: Path) -> Iterator[Files]:
    """The ordinary files in a zip, to be read while it is open.

    Raises DataError where it is no zip, is damaged, is encrypted, has too much in it, or has a member that points out
    of it. Links are skipped.
    """
    if path.stat().st_size > MAX_ZIP_BYTES:
        raise DataError("{zip} is larger than {limit} MiB: take fewer images.", zip=path, limit=MAX_ZIP_BYTES // MIB)
    with ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(stack.enter_context(_Pieces(io.FileIO(path)))))
        except DataError:
            raise
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
            raise DataError("{path} is neither a folder nor a zip that can be read.", path=path) from error
        yield _list_zip(path, archive)


def _list_zip(path: Path, archive: zipfile.ZipFile) -> Files:
    listing = Files(is_zip=True)
    members = archive.infolist()
    if len(members) > MAX_ZIP_ENTRIES:
        raise _too_many(path)
    if sum(member.file_size for member in members) > MAX_ZIP_BYTES:
        raise DataError(
            "{zip} unpacks to more than {limit} MiB: take fewer or smaller images.",
            zip=path, limit=MAX_ZIP_BYTES // MIB,
        )  # fmt: skip
    for member in members:
        name = member.filename.replace("\\", "/")
        inside = PurePosixPath(name)
        if name.startswith("/") or name[1:2] == ":" or ".." in inside.parts:
            raise DataError(
                "{zip} is refused, as its member “{member}” points out of the zip: make it again from a plain folder.",
                zip=path, member=member.filename,
            )  # fmt: skip
        if member.is_dir() or any(map(_is_junk, inside.parts)):
            continue
        if member.flag_bits & 1:
            raise DataError("{zip} is encrypted: make it again without a password.", zip=path)
        if stat.S_ISLNK(member.external_attr >> 16):
            listing.skip("{file} is a link, which is not followed: put the file itself into the zip.", inside)
        else:
            listing.files.append((inside, partial(_read_member, archive, member, str(inside))))
    listing.files.sort(key=lambda file: file[0])
    return listing


class _Pieces(io.BufferedReader):
    """A zip that is not read in huge pieces.

    zipfile reads the whole index at once and makes an object of each entry before anyone can count them.
    """

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > MAX_ZIP_INDEX_BYTES:
            raise _too_many(Path(str(self.name)))
        return super().read(size)


def _too_many(path: Path) -> DataError:
    return DataError("{zip} has more than {limit} entries: take fewer images.", zip=path, limit=f"{MAX_ZIP_ENTRIES:,}")


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> bytes:
    try:
        with archive.open(member) as file:  # which gives no more than the declared size, and then checks the sum
            return read(file, name)
    except DataError:
        raise
    except Exception as error:  # each way of compression has its own errors
        raise DataError("{file} is damaged within the zip: make the zip again.", file=name) from error


def _is_junk(name: str) -> bool:
    return name.startswith(".") or name.lower() in JUNK
