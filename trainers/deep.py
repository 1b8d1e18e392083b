"""Pictures of more than eight bits a channel: their values, the range that these use, and eight bits of it. Without torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.ImageFile import ImageFile

from trainers.errors import Note

FEW = 1 << 14  # values of the 65,536 of 16 bits, below which a picture of sensors with 10, 12 or 14 bits would be black
WHITE = (1 << 16) - 1
MAX_SAMPLE_VALUE = 281  # a tag of TIFF
OPEN = ("I", "F")  # modes of no highest value: 32 bits, fractions
Upright = Callable[[Image.Image], Image.Image]


@dataclass(frozen=True)
class Deep:
    """A picture of more than eight bits a channel: what is black and what is white others of its set have a say in.

    channels: one of grey or three of colour, each (H,W), uint16, or float32 where values have no end. low, high: the range
    that all of them but the thousandth at either end are in. bits: how many of 16 are used, by the file's own word or by the
    highest value; 0 where values have no end.
    """

    channels: tuple[NDArray[Any], ...]
    low: float
    high: float
    bits: int

    def square(self, size: int) -> Deep:
        """The square in the middle, (size,size), resized with antialiasing."""
        height, width = self.channels[0].shape
        short = min(height, width)
        left, top = (width - short) / 2, (height - short) / 2
        box, small = (left, top, left + short, top + short), list[NDArray[Any]]()
        for values in self.channels:  # one at a time: each takes four bytes a pixel
            found = Image.fromarray(values.astype(np.float32)).resize((size, size), Image.Resampling.BILINEAR, box=box)
            pixels = np.array(found)
            small.append(np.rint(pixels).clip(0, WHITE).astype(np.uint16) if self.bits else pixels)
        return Deep(tuple(small), self.low, self.high, self.bits)

    def image(self) -> Image.Image:
        """It alone, in mode L or RGB."""
        low, high, bits = used([self])
        bands = [Image.fromarray(to_bytes(values, low, high, bits)) for values in self.channels]
        return bands[0] if len(bands) == 1 else Image.merge("RGB", bands)


def is_deep(image: ImageFile) -> bool:
    """Whether a picture that is not decoded yet has more than eight bits a channel."""
    if image.mode.startswith("I;16") or image.mode in OPEN:
        return True
    return image.mode in ("RGB", "RGBA") and any(";16" in _raw(one.args) for one in image.tile)


def decoded(image: ImageFile, again: Callable[[], ImageFile], upright: Upright, content: bytes) -> Deep:
    """What it holds. again: opens it once more; upright: decodes and turns it; content: the file."""
    alpha: NDArray[np.uint16] | None = None
    if image.mode in OPEN:
        values = np.nan_to_num(np.asarray(upright(image)).astype(np.float32), posinf=0.0, neginf=0.0)
        low, high = _range(values)
        return Deep((values,), low, high, 0)
    if image.mode.startswith("I;16"):
        channels = [np.asarray(upright(image)).astype(np.uint16)]  # in the order of bytes of this machine
    elif any(_raw(one.args) == "LA;16B" for one in image.tile):  # grey with transparency: its four bytes as if of four channels
        image.tile = [one._replace(args="RGBA") for one in image.tile]
        four = np.asarray(upright(image))
        channels, alpha = [_joined(four[..., 0], four[..., 1])], _joined(four[..., 2], four[..., 3])
    else:  # Pillow gives the upper byte of each channel, and the lower one where it takes them in the other order
        upper, other = np.asarray(upright(image)), again()
        other.tile = [one._replace(args=_swapped(one.args)) for one in other.tile]
        lower = np.asarray(upright(other))
        channels = [_joined(upper[..., i], lower[..., i]) for i in range(upper.shape[2])]
        alpha = channels.pop() if len(channels) == 4 else None
    ranges = [_range(values if alpha is None or not alpha.any() else values[alpha > 0]) for values in channels]
    low, high = min(one for one, _ in ranges), max(one for _, one in ranges)
    told = _told_bits(image, content)
    if alpha is not None:
        channels = [_on_white(values, alpha) for values in channels]
    return Deep(tuple(channels), low, high, told if high < 1 << told else int(high).bit_length())


def used(deep: Sequence[Deep]) -> tuple[float, float, int]:
    """Of a set of pictures what is black, what is white, and how many bits they use, 0 where values have no end."""
    low, high = min((one.low for one in deep), default=0.0), max((one.high for one in deep), default=0.0)
    return low, high, 0 if any(not one.bits for one in deep) else max((one.bits for one in deep), default=0)


def is_stretched(low: float, high: float, bits: int) -> bool:
    """Whether values from low to high would be one shade, or two, of grey; where they have no end they always may."""
    return low < high and (not bits or high - low < FEW)


def to_bytes(values: NDArray[Any], low: float, high: float, bits: int) -> NDArray[np.uint8]:
    """Eight bits: from low to high where these are few values of all, else from the least to the most that there can be."""
    if is_stretched(low, high, bits):
        scaled = (values.astype(np.float32) - low) * (255 / (high - low))
    else:
        scaled = values.astype(np.float32) / 257 if bits else np.zeros(values.shape, np.float32)
    return np.rint(scaled.clip(0, 255)).astype(np.uint8)


def stretching(deep: Sequence[Deep]) -> Note | None:
    """The sentence about pictures that are stretched; None where none is."""
    low, high, bits = used(deep)
    if not is_stretched(low, high, bits):
        return None
    values = {"low": f"{low:.6g}", "high": f"{high:.6g}"}
    if not bits:
        return Note("Values {low} to {high} are stretched to black and white.", **values)
    return Note("{bits} of 16 bits used: values {low} to {high} are stretched to black and white.", bits=bits, **values)


def _raw(args: Any) -> str:
    """How the bytes of a part of a file are laid out, in Pillow's words."""
    return str(args[0] if isinstance(args, tuple) else args)


def _swapped(args: Any) -> Any:
    """The same with the two bytes of a number in the other order."""
    name, little = _raw(args), np.little_endian
    for one, other in ((";16N", ";16B" if little else ";16L"), (";16L", ";16B"), (";16B", ";16L")):
        if one in name:
            name = name.replace(one, other)
            break
    return (name, *args[1:]) if isinstance(args, tuple) else name


def _joined(upper: NDArray[np.uint8], lower: NDArray[np.uint8]) -> NDArray[np.uint16]:
    return np.left_shift(upper, 8, dtype=np.uint16) | lower


def _on_white(values: NDArray[np.uint16], alpha: NDArray[np.uint16]) -> NDArray[np.uint16]:
    share = alpha.astype(np.float32) / WHITE
    return np.rint(WHITE + (values - np.float32(WHITE)) * share).astype(np.uint16)


def _range(values: NDArray[Any]) -> tuple[float, float]:
    """The range of all values but the thousandth at either end, as single pixels are hot; of all where that is none."""
    low, high = (float(one) for one in np.quantile(values, (0.001, 0.999), method="nearest"))
    return (low, high) if low < high else (float(values.min()), float(values.max()))


def _told_bits(image: Image.Image, content: bytes) -> int:
    """How many bits are significant by the file's own word: PNG's sBIT, TIFF's MaxSampleValue; 0 where it says nothing."""
    if image.format == "PNG":
        at = content.find(b"sBIT", 0, content.find(b"IDAT"))
        return content[at + 4] if at > 0 else 0
    highest = getattr(image, "tag_v2", {}).get(MAX_SAMPLE_VALUE, 0)
    return int(np.max(highest)).bit_length()
