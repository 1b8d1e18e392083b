"""One picture that a person brought, from its bytes to pixels, within limits. Without torch: a process begins at once."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from pillow_heif import register_heif_opener

from trainers.errors import DataError

register_heif_opener()  # Pillow itself reads AVIF, and not what phones make
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF")
SUFFIXES = frozenset(".png .apng .jpg .jpeg .jpe .jfif .webp .gif .bmp .dib .tif .tiff .avif .heic .heif .hif".split())
FORMATS_TEXT = ", ".join((*FORMATS[:-1], "HEIC"))
FEW = 1 << 14  # values of the 65,536 of 16 bits, below which a picture of sensors with 10, 12 or 14 bits would be black
MAX_SAMPLE_VALUE = 281  # a tag of TIFF
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
    with _opened(content, name, side) as image:
        return _decoded(image, name)


@dataclass(frozen=True)
class Deep:
    """A grey picture of 16 bits, made small: what is black and what is white others of its set have a say in.

    pixels: (size,size,1) uint16. low, high: the range that all of its pixels but the thousandth at either end are in.
    bits: how many it uses, by the file's own word or by its highest value.
    """

    pixels: NDArray[np.uint16]
    low: int
    high: int
    bits: int


def tile(content: bytes, name: str, size: int, channels: int | None = None) -> tuple[int, NDArray[np.uint8] | Deep | DataError]:
    """How many pixels had to be decoded, and `square` of them, or why there is none; `Deep` where channels are left open."""
    try:
        image = _opened(content, name, size)
    except DataError as error:
        return 0, error
    with image:
        pixels = image.width * image.height
        try:
            if channels is None and _is_deep(image):
                return pixels, _deep(_decoded(image, name, plain=False), size, _told_bits(image, content))
            return pixels, square(_decoded(image, name), size, channels)
        except DataError as error:
            return pixels, error


def thumbnail(content: bytes, name: str, side: int) -> bytes:
    """The image as PNG, at most `side` pixels a side. Raises DataError as `open_image` does."""
    image = open_image(content, name, side)
    image.thumbnail((side, side))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def is_stretched(low: int, high: int) -> bool:
    """Whether values of 16 bits from low to high are so few that they would be one shade, or two, of grey."""
    return 0 <= low < high and high - low < FEW


def to_bytes(values: NDArray[np.uint16], low: int, high: int) -> NDArray[np.uint8]:
    """16 bits to 8: from low to high where these are few values of all, else from the least to the most that there can be."""
    if not is_stretched(low, high):
        return ((values.astype(np.uint32) + 128) // 257).astype(np.uint8)
    scaled = (values.astype(np.float32) - low) * (255 / (high - low))
    return np.rint(scaled.clip(0, 255)).astype(np.uint8)


def _is_deep(image: Image.Image) -> bool:
    return image.mode.startswith("I;16")


def _range(values: NDArray[np.uint16]) -> tuple[int, int]:
    """The range of all values but the thousandth at either end, as single pixels are hot; of all where that is none."""
    low, high = (int(one) for one in np.quantile(values, (0.001, 0.999), method="nearest"))
    return (low, high) if low < high else (int(values.min()), int(values.max()))


def _told_bits(image: Image.Image, content: bytes) -> int:
    """How many bits are significant by the file's own word: PNG's sBIT, TIFF's MaxSampleValue; 0 where it says nothing."""
    if image.format == "PNG":
        at = content.find(b"sBIT", 0, content.find(b"IDAT"))
        return content[at + 4] if at > 0 else 0
    highest = getattr(image, "tag_v2", {}).get(MAX_SAMPLE_VALUE, 0)
    return int(np.max(highest)).bit_length()


def _deep(image: Image.Image, size: int, told_bits: int) -> Deep:
    values = np.asarray(image).astype(np.uint16)  # in the order of bytes of this machine
    low, high = _range(values)
    bits = told_bits if high < 1 << told_bits else high.bit_length()
    short = min(image.size)
    left, top = (image.width - short) / 2, (image.height - short) / 2
    box = (left, top, left + short, top + short)
    small = Image.fromarray(values.astype(np.float32)).resize((size, size), Image.Resampling.BILINEAR, box=box)
    return Deep(np.rint(np.asarray(small)).clip(0, 65535).astype(np.uint16)[..., None], low, high, bits)


def square(image: Image.Image, size: int, channels: int | None = None) -> NDArray[np.uint8]:
    """(size,size,channels): the square in the middle, resized with antialiasing; channels: 1 or 3, or as many as it has."""
    short = min(image.size)
    left, top = (image.width - short) / 2, (image.height - short) / 2
    image = _plain(image)
    if channels is None:
        channels = 1 if image.mode == "L" else 3
    small = image.resize((size, size), Image.Resampling.BILINEAR, box=(left, top, left + short, top + short))
    return np.array(small.convert("L" if channels == 1 else "RGB")).reshape(size, size, channels)


def _opened(content: bytes, name: str, side: int | None) -> Image.Image:
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


def _decoded(image: Image.Image, name: str, plain: bool = True) -> Image.Image:
    try:
        upright = ImageOps.exif_transpose(image)
        return _plain(upright) if plain else upright
    except MemoryError as error:
        raise DataError(TOO_HARD, file=name) from error
    except Exception as error:  # Pillow raises many kinds for damaged contents
        raise DataError("{file} is damaged or cut off: replace it.", file=name) from error


def _too_large(name: str, limit: int = MAX_PIXELS) -> DataError:
    return DataError(TOO_LARGE, file=name, limit=f"{limit:,}")


def _no_image(content: bytes, name: str) -> DataError:
    if content.startswith(b"PK\3\4"):
        return DataError("{file} is a zip within, which is not opened: unpack it first.", file=name)
    if b"<svg" in content[:2048]:
        return DataError("{file} is an SVG drawing, which is not supported: save it as PNG.", file=name)
    return no_image(name)


def no_image(name: str) -> DataError:
    """The error of a file that is none."""
    return DataError("{file} cannot be read as an image: use one of {formats}.", file=name, formats=FORMATS_TEXT)


def _plain(image: Image.Image) -> Image.Image:
    """In mode L where the image's mode has no colour, otherwise RGB; what is transparent becomes white."""
    if image.mode.startswith("I;16"):  # Pillow's own conversion clips at 255, which leaves nearly all of it white
        values = np.asarray(image).astype(np.uint16)
        return Image.fromarray(to_bytes(values, *_range(values)))
    if image.mode in ("I", "F"):  # of no fixed range: from the darkest to the lightest value
        values = np.asarray(image).astype(np.float64)  # eight bytes a pixel, which is why it is changed in its place
        np.nan_to_num(values, copy=False, posinf=0.0, neginf=0.0)
        values -= values.min()
        values *= 255 / (values.max() or 1)
        return Image.fromarray(np.rint(values, out=values).astype(np.uint8))
    mode = "L" if image.mode in ("1", "L", "LA") else "RGB"
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    return image if image.mode == mode else image.convert(mode)
