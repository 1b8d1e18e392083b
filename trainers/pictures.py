"""One picture that a person brought, from its bytes to pixels, within limits. Without torch: a process begins at once."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from PIL.ImageFile import ImageFile
from pillow_heif import register_heif_opener

from trainers.deep import Deep, decoded, is_deep, stretching
from trainers.errors import DataError, Note

register_heif_opener()  # Pillow itself reads AVIF, and not what phones make
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF")
SUFFIXES = frozenset(".png .apng .jpg .jpeg .jpe .jfif .webp .gif .bmp .dib .tif .tiff .avif .heic .heif .hif".split())
FORMATS_TEXT = ", ".join((*FORMATS[:-1], "HEIC"))
ARCHIVES = {  # that are no zips, by how they begin
    b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!": "RAR", b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}  # fmt: skip
NO_ZIP = "{path} is a {kind} archive, which is not read: unpack it and make a zip of it."
MIN_SIDE = 8  # pixels
MAX_PIXELS = 25_000_000  # decoded of one picture
MAX_JPEG_PIXELS = 50_000_000  # any phone's photo fits, as a JPEG is decoded at a half, a quarter or an eighth of its size
TOO_LARGE = "{file} has more than {limit} pixels: make it smaller."
TOO_HARD = "{file} takes too long or too much memory to read: make it smaller."


def open_image(content: bytes, name: str, side: int | None = None) -> Image.Image:
    """The image, decoded and upright, in mode L or RGB.

    content: the file; name: what a sentence about it calls it; side: the pixels a side that will be used, which makes large
    JPEGs fast. Raises DataError for what is no image, is damaged, below 8 pixels a side, or above 25,000,000 pixels that
    would have to be decoded; it is never decoded then.
    """
    return _alone(content, name, side)[0]


def tile(content: bytes, name: str, size: int) -> tuple[int, NDArray[np.uint8] | Deep | DataError]:
    """How many pixels had to be decoded, and `square` of them, or why there is none; of more than eight bits `Deep`."""
    try:
        image = _opened(content, name, size)
    except DataError as error:
        return 0, error
    with image:
        pixels = image.width * image.height
        try:
            if is_deep(image):
                return pixels, _deep(image, content, name).square(size)
            return pixels, square(_decoded(image, name), size)
        except DataError as error:
            return pixels, error


def tiles(pictures: Sequence[tuple[bytes, str]], size: int) -> list[tuple[int, NDArray[np.uint8] | Deep | DataError]]:
    """`tile` of the first of several, each what its file holds and its name: until MAX_PIXELS were decoded, of one at least."""
    found, pixels = list[tuple[int, NDArray[np.uint8] | Deep | DataError]](), 0
    for content, name in pictures:
        if found and pixels > MAX_PIXELS:
            break
        found.append(tile(content, name, size))
        pixels += found[-1][0]
    return found


def single(content: bytes, name: str, size: int, channels: int) -> tuple[NDArray[np.uint8], Note | None]:
    """`square` of one picture by itself, and what to say of how it was read. Raises DataError as `open_image` does."""
    image, note = _alone(content, name, size)
    return square(image, size, channels), note


def thumbnail(content: bytes, name: str, side: int) -> tuple[bytes, Note | None]:
    """The image as PNG, at most `side` pixels a side, and what to say of how it was read. DataError as of `open_image`."""
    image, note = _alone(content, name, side)
    image.thumbnail((side, side))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue(), note


def _alone(content: bytes, name: str, side: int | None) -> tuple[Image.Image, Note | None]:
    with _opened(content, name, side) as image:
        if not is_deep(image):
            return _decoded(image, name), None
        found = _deep(image, content, name)
        return found.image(), stretching([found])


def _deep(image: ImageFile, content: bytes, name: str) -> Deep:
    with _told(name):
        return decoded(image, lambda: _opened(content, name, None), lambda one: _upright(one, name), content)


def square(image: Image.Image, size: int, channels: int | None = None) -> NDArray[np.uint8]:
    """(size,size,channels): the square in the middle, resized with antialiasing; channels: 1 or 3, or as many as it has."""
    short = min(image.size)
    left, top = (image.width - short) / 2, (image.height - short) / 2
    image = _plain(image)
    if channels is None:
        channels = 1 if image.mode == "L" else 3
    small = image.resize((size, size), Image.Resampling.BILINEAR, box=(left, top, left + short, top + short))
    return np.array(small.convert("L" if channels == 1 else "RGB")).reshape(size, size, channels)


def _opened(content: bytes, name: str, side: int | None) -> ImageFile:
    """The image before it is decoded: its header is read and what it promises is within the limits."""
    if not content:
        raise DataError("{file} is empty: replace it.", file=name)
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(name) from error
    except Exception as error:  # Pillow raises many kinds for damaged headers
        raise _no_image(content, name) from error
    if image.format == "JPEG" and image.width * image.height > MAX_JPEG_PIXELS:
        raise _too_large(name, MAX_JPEG_PIXELS)
    if side is not None:
        image.draft(None, (2 * side, 2 * side))  # pyright: ignore[reportArgumentType] (None keeps the mode)
    if image.width * image.height > MAX_PIXELS:
        raise _too_large(name)
    if min(image.size) < MIN_SIDE:
        raise DataError(
            "{file} has {width}×{height} pixels: at least {least} a side are needed.",
            file=name, width=image.width, height=image.height, least=MIN_SIDE,
        )  # fmt: skip
    return image


def _decoded(image: Image.Image, name: str) -> Image.Image:
    upright = _upright(image, name)
    with _told(name):
        return _plain(upright)


def _upright(image: Image.Image, name: str) -> Image.Image:
    with _told(name):
        return ImageOps.exif_transpose(image)


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Whatever goes wrong while a picture is decoded, in a sentence."""
    try:
        yield
    except DataError:
        raise
    except MemoryError as error:
        raise DataError(TOO_HARD, file=name) from error
    except Exception as error:  # Pillow raises many kinds for damaged contents
        raise DataError("{file} is damaged or cut off: replace it.", file=name) from error


def _too_large(name: str, limit: int = MAX_PIXELS) -> DataError:
    return DataError(TOO_LARGE, file=name, limit=f"{limit:,}")


def archive(start: bytes) -> str | None:
    """What kind of archive, but no zip, begins so."""
    tar = "tar" if start[257:262] == b"ustar" else None
    return next((kind for mark, kind in ARCHIVES.items() if start.startswith(mark)), tar)


def _no_image(content: bytes, name: str) -> DataError:
    if kind := archive(content):
        return DataError(NO_ZIP, path=name, kind=kind)
    if content.startswith(b"PK\3\4"):
        return DataError("{file} is a zip within, which is not opened: unpack it first.", file=name)
    if content.startswith((b"II*\0", b"MM\0*")):
        return DataError("{file} is a TIFF of a kind that is not read: save it as PNG.", file=name)
    if b"<svg" in content[:2048]:
        return DataError("{file} is an SVG drawing, which is not supported: save it as PNG.", file=name)
    return no_image(name)


def no_image(name: str) -> DataError:
    """The error of a file that is none."""
    return DataError("{file} cannot be read as an image: use one of {formats}.", file=name, formats=FORMATS_TEXT)


def _plain(image: Image.Image) -> Image.Image:
    """In mode L where the image's mode has no colour, otherwise RGB; what is transparent becomes white."""
    mode = "L" if image.mode in ("1", "L", "LA") else "RGB"
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    return image if image.mode == mode else image.convert(mode)
