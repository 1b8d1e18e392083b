"""What a method is: a card, a frozen Config whose fields are its knobs, networks, and a loss."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from trainers import encoders
from trainers.errors import UserError


@dataclass(frozen=True)
class Card:
    """What a person reads first: names are the papers' own, `loss` is LaTeX."""

    title: str
    paper: str
    year: int
    arxiv: str  # or a DOI where the paper is older than the habit
    family: str  # "contrastive" or "autoencoder"
    negatives: str  # what plays the negatives' part, "none" where nothing does
    networks: str
    loss: str


def knob(default: float, low: float, high: float, help: str, *, step: float | None = None) -> Any:
    """A number between low and high, both allowed; an int default makes it an integer."""
    return field(default=default, metadata={"low": low, "high": high, "step": step, "help": help})


def switch(default: bool, help: str) -> Any:
    """On or off."""
    return field(default=default, metadata={"help": help})


def choice(default: str, options: tuple[str, ...], help: str) -> Any:
    """One of a few words."""
    return field(default=default, metadata={"options": options, "help": help})


def encoder_knob() -> Any:
    """The backbone: the one knob that every method shares."""
    return choice("auto", ("auto", *encoders.ENCODERS), "Backbone; auto: a small net on a CPU, ResNet-18 on a GPU")


@dataclass(frozen=True)
class DataSpec:
    """What a network must know of the data before it exists."""

    channels: int
    height: int
    width: int
    mean: tuple[float, ...]  # per channel, of pixels in [0,1]
    std: tuple[float, ...]


@dataclass
class Batch:
    """images: (B,C,H,W) in [0,1], as they are. views: the method's own, same shape. rng: draw from this alone."""

    images: Tensor
    views: tuple[Tensor, ...]
    rng: torch.Generator


@dataclass
class Loss:
    """value: a scalar to descend. embedding: (B,D) where the loss acts, watched for collapse. parts: numbers to draw."""

    value: Tensor
    embedding: Tensor
    parts: Mapping[str, Tensor] = field(default_factory=dict)


class Method(nn.Module):
    """One objective with its networks. A subclass in trainers/methods/ is in the picker, the CLI and the contract tests.

    A method that turns images back into images has `reconstruct(images) -> images`, one that compares images with
    words has `match`; the page asks for the capability, never for a name.
    """

    card: ClassVar[Card]
    Config: ClassVar[type]

    def __init__(self, config: Any, spec: DataSpec) -> None:
        super().__init__()
        self.config, self.spec = config, spec
        self.encoder = encoders.build(config.encoder, spec.channels, spec.mean, spec.std)

    def views(self, images: Tensor, rng: torch.Generator) -> tuple[Tensor, ...]:
        """uint8 (B,C,H,W) -> the augmented views that the loss wants, in [0,1]; none unless a method says so."""
        return ()

    def loss(self, batch: Batch) -> Loss:
        """The objective of the paper on one batch."""
        raise NotImplementedError

    def encode(self, images: Tensor) -> Tensor:
        """(B,C,H,W) in [0,1] -> (B,F): the features that are kept, for kNN, probes and maps."""
        return self.encoder(images)

    def embed(self, features: Tensor) -> Tensor:
        """(B,F) -> (B,D): where the loss acts and where collapse shows. The features themselves unless there is a head."""
        return features

    def after_step(self, progress: float) -> None:
        """After every optimiser step; progress runs from 0 to 1. Moving averages, normalisations and clamps live here."""

    def parameter_groups(self) -> list[dict[str, Any]]:
        """For the optimiser; a group with "constant": True keeps its learning rate."""
        return [{"params": list(self.parameters())}]

    def collapse_loss(self, images: Tensor, batch_size: int) -> float | None:
        """The loss of a network that tells nothing apart, where that is known; images: some of the data, as uint8."""
        return None

    def pictures(self, batch: Batch) -> dict[str, Tensor]:
        """Rows of images in [0,1] that show what the method works on: its input and, where it makes images, those."""
        return {"image": batch.images} | {f"view {i + 1}": view for i, view in enumerate(batch.views)}


@cache
def methods() -> dict[str, type[Method]]:
    """Every method by name, contrastive ones first, then by year: the folder is the registry, a file's name is the method's."""
    from trainers import methods as folder

    found: dict[str, type[Method]] = {}
    for info in pkgutil.iter_modules(folder.__path__):
        module = importlib.import_module(f"{folder.__name__}.{info.name}")
        for _, value in inspect.getmembers(module, inspect.isclass):
            if issubclass(value, Method) and value.__module__ == module.__name__:
                found[info.name] = value
    families = ("contrastive", "autoencoder")
    return dict(sorted(found.items(), key=lambda item: (families.index(item[1].card.family), item[1].card.year)))


def method_class(name: str) -> type[Method]:
    """The method called `name`; UserError with the list of them where there is none."""
    if name not in methods():
        raise UserError("There is no method “{name}”: choose one of {names}.", name=name, names=", ".join(methods()))
    return methods()[name]


def make_config(name: str, values: Mapping[str, Any]) -> Any:
    """A method's Config from what a person gave, text or numbers; UserError names the knob and its range."""
    cls = method_class(name).Config
    fields = {f.name: f for f in dataclasses.fields(cls)}
    unknown = sorted(set(values) - set(fields))
    if unknown:
        raise UserError("{method} has no knob “{knob}”: it has {knobs}.", method=name, knob=unknown[0], knobs=", ".join(fields))
    return cls(**{key: _parse(fields[key], value) for key, value in values.items()})


def _parse(f: dataclasses.Field[Any], value: Any) -> Any:
    m = f.metadata
    if "options" in m:
        if value not in m["options"]:
            raise UserError("{knob} must be one of {options}.", knob=f.name, options=", ".join(m["options"]))
        return value
    if isinstance(f.default, bool):
        words = {"true": True, "1": True, "on": True, "false": False, "0": False, "off": False}
        if str(value).lower() not in words:
            raise UserError("{knob} must be one of {options}.", knob=f.name, options="true, false")
        return words[str(value).lower()]
    try:
        number = float(value)
        if not m["low"] <= number <= m["high"]:  # also false for NaN
            raise ValueError
        if isinstance(f.default, int) and number != int(number):
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        sentence = "{knob} must be a number from {low} to {high}."
        if isinstance(f.default, int):
            sentence = "{knob} must be a whole number from {low} to {high}."
        raise UserError(sentence, knob=f.name, low=m["low"], high=m["high"]) from None
    return int(number) if isinstance(f.default, int) else number
