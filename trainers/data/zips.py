"""The files of a zip, read one at a time. What is packed in ways that Python does not know is read by a library, or named."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from copy import copy
from functools import partial
from pathlib import Path, PurePosixPath

from trainers.data import files, names
from trainers.data.files import MIB, Files, is_junk, read
from trainers.data.tables import is_text
from trainers.errors import DataError
from trainers.pictures import NO_ZIP, archive

MAX_ZIP_ENTRIES = 20_000  # of what may be images: neither junk nor folders nor texts count
MAX_ZIP_MEMBERS = 4 * MAX_ZIP_ENTRIES  # of all: an image, its text, and what a Mac puts beside each; 1 kB of memory a member
MAX_ZIP_BYTES = 1024 * MIB  # both packed and unpacked
MAX_ZIP_INDEX_BYTES = 32 * MIB
MEMBER = b"PK\1\2"  # with which each begins in the index
PIECE = 1 << 13  # bytes that are inflated at once: at most a thousand times as many come out
DEFLATE64 = 9
KNOWN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, DEFLATE64)
METHODS = {
    1: "Shrink", 6: "Implode", 10: "IBM TERSE", 19: "LZ77", 20: "Zstandard", 93: "Zstandard", 94: "MP3", 95: "XZ", 96: "JPEG",
    97: "WavPack", 98: "PPMd",
}  # fmt: skip


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
            pieces = stack.enter_context(_Pieces(io.FileIO(path)))
            archive = stack.enter_context(zipfile.ZipFile(pieces))
            pieces.is_open = True
        except DataError:
            raise
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
            raise _no_zip(path) from error
        yield _list_zip(path, archive)


def _no_zip(path: Path) -> DataError:
    try:
        with path.open("rb") as file:
            start = file.read(300)
    except OSError:
        start = b""
    if kind := archive(start):
        return DataError(NO_ZIP, path=path, kind=kind)
    if start.startswith(b"PK"):
        return DataError("The zip {path} is cut off or damaged: copy or download it again.", path=path)
    return DataError("{path} is neither a folder nor a zip that can be read.", path=path)


def _list_zip(path: Path, archive: zipfile.ZipFile) -> Files:
    listing = Files(is_zip=True)
    members = archive.infolist()
    decoded, encoding = _names(members)
    listing.assume(encoding)
    kept = [
        (member, inside) for member, name in zip(members, decoded, strict=True)
        if not any(map(is_junk, (inside := _inside(path, name)).parts)) and not name.endswith("/")
    ]  # fmt: skip
    if sum(not is_text(inside) for _, inside in kept) > MAX_ZIP_ENTRIES:
        raise _too_many(path, MAX_ZIP_ENTRIES)
    if sum(member.file_size for member, _ in kept) > MAX_ZIP_BYTES:
        raise DataError(
            "{zip} unpacks to more than {limit} MiB: take fewer or smaller images.",
            zip=path, limit=MAX_ZIP_BYTES // MIB,
        )  # fmt: skip
    for member, inside in kept:
        if member.flag_bits & 1:
            raise DataError("{zip} is encrypted: make it again without a password.", zip=path)
        if stat.S_ISLNK(member.external_attr >> 16):
            listing.skip("{file} is a link, which is not followed: put the file itself into the zip.", inside)
        else:
            listing.files.append((inside, partial(_read_member, archive, member, str(inside))))
    listing.files.sort(key=lambda file: file[0])
    return listing


def _inside(path: Path, name: str) -> PurePosixPath:
    """Where a member is in the zip; DataError where that is out of it."""
    inside = PurePosixPath(name)
    if name.startswith("/") or name[1:2] == ":" or ".." in inside.parts:
        raise DataError(
            "{zip} is refused, as its member “{member}” points out of the zip: make it again from a plain folder.",
            zip=path, member=name,
        )  # fmt: skip
    return inside


def _names(members: list[zipfile.ZipInfo]) -> tuple[list[str], str | None]:
    """The members' names, composed and with plain slashes, and the encoding of those of which the zip does not say it."""
    told = [_told(member) for member in members]
    raw = [member.orig_filename.encode("cp437") for member, name in zip(members, told, strict=True) if name is None]
    decoded, encoding = names.decode_all(raw)
    others = iter(decoded)
    found = [next(others) if name is None else name for name in told]
    return [names.composed(name.partition("\0")[0]).replace("\\", "/") for name in found], encoding


def _told(member: zipfile.ZipInfo) -> str | None:
    """A member's name where the zip says how it is written: by its flag, or in Info-ZIP's field 0x7075; else None."""
    if member.flag_bits & 0x800:
        return member.orig_filename
    extra, at = member.extra, 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        field = extra[at + 4 : at + 4 + size]
        if kind == 0x7075 and field[:1] == b"\1" and len(field) > 5 and names.decodes(field[5:], "utf-8"):
            if struct.unpack_from("<I", field, 1)[0] == zlib.crc32(member.orig_filename.encode("cp437")):
                return field[5:].decode()
        at += 4 + size
    return None


class _Pieces(io.BufferedReader):
    """A zip whose index is read, and its members counted, before anything is made of it.

    zipfile reads the whole index at once and makes an object of each entry before anyone can count them.
    """

    is_open = False  # whether the index is read: what comes then is of the members

    def read(self, size: int | None = -1, /) -> bytes:
        if self.is_open:
            return super().read(size)
        if size is not None and size > MAX_ZIP_INDEX_BYTES:
            raise _too_many(Path(str(self.name)), MAX_ZIP_MEMBERS)
        found = super().read(size)
        if found.count(MEMBER) > MAX_ZIP_MEMBERS:
            raise _too_many(Path(str(self.name)), MAX_ZIP_MEMBERS)
        return found


def _too_many(path: Path, limit: int) -> DataError:
    return DataError("{zip} has more than {limit} entries: take fewer images.", zip=path, limit=f"{limit:,}")


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> bytes:
    if member.compress_type not in KNOWN:
        method = METHODS.get(member.compress_type, str(member.compress_type))
        raise DataError(
            "{file} is packed by {method}, which is not read: make the zip again with the usual method, Deflate.",
            file=name, method=method,
        )  # fmt: skip
    try:
        if member.compress_type == DEFLATE64:
            return _inflate64(archive, member, name)
        with archive.open(member) as file:  # which gives no more than the declared size, and then checks the sum
            return read(file, name)
    except DataError:
        raise
    except Exception as error:  # each way of compression has its own errors
        raise DataError("{file} is damaged within the zip: make the zip again.", file=name) from error


def _inflate64(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> bytes:
    """A member in Deflate64, what Windows packs large folders with; ValueError where it is damaged."""
    from inflate64 import Inflater

    packed = copy(member)  # for zipfile as if it were not packed at all, and had no sum
    packed.compress_type, packed.file_size = zipfile.ZIP_STORED, member.compress_size
    del packed.CRC
    inflater, content = Inflater(), bytearray()
    with archive.open(packed) as file:
        while (piece := file.read(PIECE)) and len(content) <= member.file_size:
            content += inflater.inflate(piece)
            if len(content) > files.MAX_FILE_BYTES:
                raise files.too_large(name)
    if len(content) != member.file_size or zlib.crc32(content) != member.CRC:
        raise ValueError("the sum does not fit")
    return bytes(content)
