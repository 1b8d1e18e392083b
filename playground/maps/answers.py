"""What the routes of maps answer."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class Entry(TypedDict):
    """A run in a list of runs that have a map; two of the same set look at the same images. begun: seconds since 1970."""

    run: str
    title: str
    method: str
    changed: str
    shipped: bool
    begun: float
    set: str
    ended: bool
    last: int


class Parameter(TypedDict):
    """A parameter of a reducer: one of some options, or a number of a range."""

    name: str
    default: Any
    low: NotRequired[float]
    high: NotRequired[float]
    step: NotRequired[float]
    options: NotRequired[list[str]]


class MapProgress(TypedDict):
    """How far the making of a map is: the steps whose frames are ready, a share from 0 to 1, and why it failed."""

    key: str
    ready: list[int]
    state: Literal["done", "working", "waiting", "failed"]
    progress: float
    sentence: str


class Quality(TypedDict):
    """What a frame keeps of the neighbours among features, both from 0 to 1."""

    trustworthiness: float
    preservation: float


class Placement(TypedDict):
    """Where something new lies on the last frame, how it came there, and the nearest images with their cosines."""

    at: list[float]
    how: Literal["transform", "mean"]
    near: list[tuple[int, float]]


class ImagePlacement(Placement):
    """A person's image on a map, as the network saw it; note: what is to be said of how it was read, or ""."""

    name: str
    note: str
    picture: str


class ImagePlacements(TypedDict):
    """A person's images on a map, and why some were left out."""

    placed: list[ImagePlacement]
    skipped: list[str]


class TextPlacement(Placement):
    """A text on a map, whether the network knows a word of it, end: the last letters read of one that was cut, else ""."""

    known: bool
    end: str


class Plane(TypedDict):
    """Images and their captions in one plane: x0 y0 x1 y1 and so on."""

    images: list[float]
    texts: list[float]


class TextPlacements(TypedDict):
    """Texts on a map, and how far images and texts lie apart in CLIP's space."""

    placed: list[TextPlacement]
    gap: float
    plane: Plane
