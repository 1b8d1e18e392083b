"""What a run says while it learns: frozen values, the same for a page, a progress bar and a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Started:
    """The data is read and the networks exist; step and seconds are above 0 where a run goes on."""

    step: int
    seconds: float
    method: str
    dataset: str
    device: str
    encoder: str
    parameters: int  # trainable numbers in all networks
    train_images: int
    test_images: int
    collapse_loss: float | None  # what the loss is worth when the method has learned nothing, where that is known
    knn_pixels: float | None  # kNN accuracy of the raw pixels, on the bank that the snapshots use
    baselines: Mapping[str, float] = field(default_factory=dict)  # what the method's own score must beat, on the same images
    factors: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # as a Snapshot's, of "pixels" and a "guess"


@dataclass(frozen=True)
class Step:
    """About five times a second: means over the steps since the last one."""

    step: int
    seconds: float
    loss: float
    std_sqrt_d: float  # of this batch's embeddings: 1 is spread evenly, 0 is collapse
    images_per_second: float
    parts: Mapping[str, float] = field(default_factory=dict)  # what else the method wants drawn
    collapsed: str = ""  # one sentence with the reason, where the method tells nothing apart any more


@dataclass(frozen=True)
class Snapshot:
    """The network looked at from outside, on images it does not train on. Metrics are None where they cannot be had."""

    step: int
    seconds: float
    metrics: Mapping[str, float | None]  # knn knn_white std_sqrt_d rankme uniformity alignment, the method's own
    features: NDArray[np.float16] = field(repr=False)  # (N,F) backbone features of the evaluation images
    # "features" and, where there is a head, "embedding" -> factor -> how well a linear reader finds it; {} where none is known
    factors: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Look:
    """Where a few of the held-out images lie just now, two or three times a second: a frame of the map that moves."""

    step: int
    seconds: float
    images: int  # how many: which ones says `trainers.looks.among`
    # (images,2·planes), turned to lie as the last ones: of features, centred, of mean radius 1; and of embeddings on the sphere
    positions: NDArray[np.float16] = field(repr=False)
    planes: int = 1  # 2 where the loss acts on an embedding, which a head makes of the features


@dataclass(frozen=True)
class Pictures:
    """What the method sees or makes just now, of the same few images each time: rows of (n,H,W,C) uint8, and tables.

    A table has "values", a list of numbers or of rows of them, the ends "low" and "high" of their scale, and the names of
    its "columns" where they have names.
    """

    step: int
    seconds: float
    rows: Mapping[str, NDArray[np.uint8]] = field(repr=False)
    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Notice:
    """What a person should know of a run that goes on: `sentence`, filled with `values`, tells it."""

    step: int
    seconds: float
    sentence: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Finished:
    """The end, by budget or by a person's stop, with the numbers on all of the held-out images."""

    step: int
    seconds: float
    reason: str  # "budget", "stopped" or "ceiling"
    summary: Mapping[str, float | None]


@dataclass(frozen=True)
class Failed:
    """The run ended early; `sentence`, filled with `values`, says why and what to do. What was saved before stays."""

    step: int
    seconds: float
    sentence: str
    values: Mapping[str, str] = field(default_factory=dict)


Event = Started | Step | Look | Snapshot | Pictures | Notice | Finished | Failed
EVENTS: dict[str, type[Event]] = {c.__name__: c for c in (Started, Step, Look, Snapshot, Pictures, Notice, Finished, Failed)}
