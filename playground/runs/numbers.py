"""How each measure is written: one precision everywhere, on the page and in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

RATE, ERROR = ".1%", ".4f"
SHARES = ("class", "mirror")  # factors of images whose readings are how often they are right; the others are R²
STYLES: Mapping[str, str] = MappingProxyType({
    "loss": ".3g", "knn": RATE, "probe": RATE, "retrieval": RATE, "match": RATE, "match_rank": ".0f", "mse": ERROR,
    "psnr": ".1f", "ssim": ".2f", "std_sqrt_d": ".2f", "rankme": ".1f", "uniformity": ".2f", "alignment": ".2f",
    "prototypes": ".1f", "scale": ".1f", "cosine": ".2f", "trustworthiness": ".3f", "preservation": ".0%", "seconds": ".1f",
})  # fmt: skip


def style(key: str) -> str:
    """The format of a measure, or of one that begins with its name and "_": "knn_pixels" is written as "knn"."""
    while key not in STYLES:
        key, found, _ = key.rpartition("_")
        if not found:
            return ".3g"
    return STYLES[key]


def shown(key: str, value: float | None) -> str:
    """A measure as a person reads it; a dash where there is none."""
    return "–" if value is None else written(value, style(key))


def written(value: float, style: str) -> str:
    """A number as a person reads it: with a minus and not a hyphen, no zero that has one, and powers of ten in full."""
    number, _, power = format(abs(value), style).partition("e")
    if power:
        number += f"·10{str(int(power)).translate(RAISED)}"
    return f"−{number}" if value < 0 and any(digit in number for digit in "123456789") else number


RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
