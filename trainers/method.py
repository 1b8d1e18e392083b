"""What a method is: a card, a frozen Config whose fields are its knobs, networks, and a loss."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import math
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from trainers import encoders
from trainers.errors import UserError
from trainers.views import Augmentation, pair


@dataclass(frozen=True)
class Card:
    """What a person reads first: names are the papers' own.

    `loss` is its formula in LaTeX, where playground/learn/lessons.py has none with a drawing.
    """

    title: str
    paper: str
    year: int
    arxiv: str  # or a DOI where the paper is older than the habit
    family: str  # "contrastive": it compares embeddings; "autoencoder": it makes images
    negatives: str  # what plays the negatives' part, "none" where nothing does
    networks: str
    loss: str = ""


def knob(default: float, low: float, high: float, help: str, *, step: float | None = None) -> Any:
    """A number between low and high, both allowed; an int default makes it an integer."""
    return field(default=default, metadata={"low": low, "high": high, "step": step, "help": help})


def switch(default: bool, help: str) -> Any:
    """On or off."""
    return field(default=default, metadata={"help": help})


def choice(default: str, options: tuple[str, ...], help: str) -> Any:
    """One of a few words."""
    return field(default=default, metadata={"options": options, "help": help})


@dataclass(frozen=True)
class Knobs:
    """What every method has; a method's Config adds its own, and may give these other defaults."""

    batch_size: int = knob(64, 2, 1024, "Images a step: in a short run, more steps beat larger ones")
    learning_rate: float = knob(3e-3, 1e-5, 1e-1, "AdamW's step size")
    encoder: str = choice("auto", ("auto", *encoders.ENCODERS), "Backbone; auto: a small net on a CPU, ResNet-18 on a GPU")


@dataclass(frozen=True)
class ViewKnobs(Knobs):
    """What methods that compare views have besides."""

    batch_size: int = knob(128, 2, 1024, "Images a step, each seen twice")
    learning_rate: float = knob(2e-3, 1e-5, 1e-1, "AdamW's step size")
    crop: float = knob(0.5, 0.05, 1.0, "Smallest part of the area that a view keeps")
    jitter: float = knob(0.6, 0.0, 1.0, "How much brightness and contrast change between views")
    flip: float = knob(0.5, 0.0, 1.0, "How often a view is a mirror image, with left and right exchanged")
    rotation: float = knob(0.0, 0.0, 3.14, "Radians that a view turns, at most")
    dimensions: int = knob(128, 2, 512, "D: length of z, where the loss acts")


def knobs_of(config: type) -> list[dataclasses.Field[Any]]:
    """The knobs of a Config, a method's own before those that it shares."""
    own = config.__annotations__
    return sorted(dataclasses.fields(config), key=lambda f: f.name not in own)


@dataclass(frozen=True)
class DataSpec:
    """What a network must know of the data before it exists."""

    channels: int
    height: int
    width: int
    mean: tuple[float, ...]  # per channel, of pixels in [0,1]
    std: tuple[float, ...]
    captions: tuple[str, ...] = ()  # the different ones to learn from, for a method that reads
    captions_each: int = 1  # how many an image has, K


@dataclass
class Batch:
    """images: (B,C,H,W) in [0,1], as they are. views: what the method's `views` gave. rng: draw from this alone.

    progress: how far the run is, from 0 to 1. captions: (B,K) indices into `DataSpec.captions`, for a method that reads;
    words: one caption of each image as text, where pictures of them are to be drawn.
    index: (B,), which of the training images these are, while it learns.
    """

    images: Tensor
    views: tuple[Tensor, ...]
    rng: torch.Generator
    progress: float = 0.0
    captions: Any = None
    words: tuple[str, ...] = ()
    index: Tensor | None = None


@dataclass
class Loss:
    """value: a scalar to descend. embedding: (B,D) where the loss acts, watched for collapse. parts: numbers to draw."""

    value: Tensor
    embedding: Tensor
    parts: Mapping[str, Tensor] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """Numbers to be seen: (n,m) as a heat map or (n,) as bars, between two ends of a scale; columns may have names."""

    values: Tensor
    low: float
    high: float
    columns: tuple[str, ...] = ()


WARM_UP = 10  # steps over which the learning rate rises
COLLAPSED = "Collapsed: every image gets almost the same embedding, so the loss says nothing any more."
COLLAPSE = 0.1  # std·√d below which all images count as one: SimSiam, figure 2


def augmentation(config: ViewKnobs) -> Augmentation:
    """The views that a method's knobs ask for: a knob with the name of one of Augmentation's fields sets it."""
    known = {f.name for f in dataclasses.fields(Augmentation)} & {f.name for f in dataclasses.fields(config)}
    return Augmentation(**{name: getattr(config, name) for name in known})


class Method(nn.Module):
    """One objective with its networks. A subclass in trainers/methods/ is in the picker, the CLI and the contract tests.

    A method that turns images back into images has `reconstruct(images) -> images`, one that compares images with
    words has `match`; the page asks for the capability, never for a name.
    """

    card: ClassVar[Card]
    Config: ClassVar[type]
    reads: ClassVar[bool] = False  # captions are part of what it learns from
    terms: ClassVar[tuple[str, ...]] = ()  # the parts of its Loss that are losses too: they are drawn into the loss's plot
    moving: ClassVar[bool] = False  # its targets move, as a teacher's do, so that the loss need not fall while it learns

    def __init__(self, config: Any, spec: DataSpec, encoder: encoders.Encoder | None = None) -> None:
        super().__init__()
        self.config, self.spec = config, spec
        self.encoder = encoder or encoders.build(config.encoder, spec.channels, spec.mean, spec.std)
        self.augment: Any = augmentation(config) if isinstance(config, ViewKnobs) else None

    def views(self, images: Tensor, rng: torch.Generator) -> tuple[Tensor, ...]:
        """uint8 (B,C,H,W) -> the augmented views that the loss wants, in [0,1]: two with ViewKnobs, else none."""
        return pair(images, self.augment, rng) if self.augment else ()

    def loss(self, batch: Batch) -> Loss:
        """The objective of the paper on one batch."""
        raise NotImplementedError

    def encode(self, images: Tensor) -> Tensor:
        """(B,C,H,W) in [0,1] -> (B,F): the features that are kept, for kNN, probes and maps."""
        return self.encoder(images)

    def embed(self, features: Tensor) -> Tensor:
        """(B,F) -> (B,D): where the loss acts and where collapse shows. The features themselves unless there is a head."""
        return features

    def optimizer(self) -> torch.optim.Optimizer:
        """What takes the steps; its rate is set anew before each of them."""
        return torch.optim.AdamW(self.parameter_groups(), lr=self.config.learning_rate, weight_decay=1e-4, fused=True)

    def rate(self, step: int, progress: float) -> float:
        """The learning rate as a share of the knob's: a short linear rise, then a cosine to zero at the end of the budget."""
        return min(1.0, (step + 1) / WARM_UP) * (1 + math.cos(math.pi * progress)) / 2

    def before_step(self, progress: float) -> None:
        """With the gradients there, before the optimiser takes them: clipping, or layers that stay as they are for a while."""

    def after_step(self, progress: float) -> None:
        """After every optimiser step; progress runs from 0 to 1. Moving averages, normalisations and clamps live here."""

    def parameter_groups(self) -> list[dict[str, Any]]:
        """For the optimiser; a group with "constant": True keeps its learning rate, one with a "factor" has it times that."""
        learned = [p for p in self.parameters() if p.requires_grad]
        scalars = [p for p in learned if p.ndim == 0]  # a temperature, say: weight decay would pull it to 1
        tables = [part.weight for part in self.modules() if isinstance(part, nn.Embedding)]  # few steps touch a rare word's row
        rest = [p for p in learned if p.ndim and not any(p is table for table in tables)]
        groups = [{"params": rest}, {"params": scalars, "weight_decay": 0.0}, {"params": tables, "factor": 10.0}]
        return [group for group in groups if group["params"]]

    def apart(self, part: nn.Module, **how: Any) -> list[dict[str, Any]]:
        """Groups for the optimiser: all that is learned but a part, and the part with a rate of its own."""
        own = {id(one) for one in part.parameters()}
        learned = [one for one in self.parameters() if one.requires_grad]
        groups = [{"params": [one for one in learned if id(one) not in own]}, {"params": [*part.parameters()], **how}]
        return [group for group in groups if group["params"]]

    def collapse_loss(self, images: Tensor, batch_size: int) -> float | None:
        """The loss of having learned nothing, where that is known: of telling nothing apart, or of handing the damage back.

        images: some of the data, as uint8.
        """
        return None

    def collapsed(self, spread: float, parts: Any) -> str:
        """One sentence with the reason where it has collapsed, else "". spread: std·√d of the embeddings; parts: the loss's."""
        return COLLAPSED if spread < COLLAPSE else ""

    def errors(self, batch: Batch) -> Tensor:
        """What it gets wrong of each image, (B,), small is good: of what it rebuilds, the mean squared error a pixel; else
        1 - cos of the embeddings of two of its views, which every comparing loss makes small.
        """
        one, two = (self.embed(self.encode(view)) for view in batch.views[:2])
        return 1 - F.cosine_similarity(one, two)

    def baselines(self, train: Tensor, test: Tensor, rng: torch.Generator) -> dict[str, float]:
        """What its errors must beat on test (n,C,H,W), by simple means that may know train: "mse_mean", ..."""
        return {}

    def pictures(self, batch: Batch) -> Mapping[str, Tensor | Table]:
        """What the method works on and makes just now: rows of images (n,C,H,W) in [0,1], and tables of numbers."""
        return {"image": batch.images} | {f"view {i + 1}": view for i, view in enumerate(batch.views)}


# with negatives, without them, with words; what is not named here comes after the others of its family, by its age
TAUGHT = ("simclr", "swav", "byol", "simsiam", "clip", "autoencoder", "denoising", "masked")


@cache
def methods() -> dict[str, type[Method]]:
    """Every method by name, in the order of teaching: the folder is the registry, a file's name is the method's."""
    from trainers import methods as folder

    found: dict[str, type[Method]] = {}
    for info in pkgutil.iter_modules(folder.__path__):
        module = importlib.import_module(f"{folder.__name__}.{info.name}")
        for _, value in inspect.getmembers(module, inspect.isclass):
            if issubclass(value, Method) and value.__module__ == module.__name__:
                found[info.name] = value
    families = ("contrastive", "autoencoder")

    def taught(item: tuple[str, type[Method]]) -> tuple[int, int, int, str]:
        name, card = item[0], item[1].card
        known = TAUGHT.index(name) if name in TAUGHT else len(TAUGHT)
        place = families.index(card.family) if card.family in families else len(families)
        return place, known, card.year, card.arxiv  # arXiv's numbers count up

    return dict(sorted(found.items(), key=taught))


def method_class(name: str) -> type[Method]:
    """The method called `name`; UserError with the list of them where there is none."""
    if name not in methods():
        raise UserError("There is no method “{name}”: choose one of {names}.", name=name, names=", ".join(methods()))
    return methods()[name]


def make_config(name: str, values: Mapping[str, Any]) -> Any:
    """A method's Config from what a person gave, text or numbers; UserError names the knob and its range."""
    return parse_knobs(method_class(name).Config, values, name)


def changed_knobs(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a method's knobs, as a person gave them, that are not as usual; UserError as by `make_config`."""
    own, usual = make_config(name, values), make_config(name, {})
    return {knob: value for knob in values if (value := getattr(own, knob)) != getattr(usual, knob)}


def parse_knobs(cls: type[Any], values: Mapping[str, Any], name: str) -> Any:
    """A dataclass of knobs from text or numbers; UserError names the knob of `name` and its range."""
    fields = {f.name: f for f in dataclasses.fields(cls)}
    unknown = sorted(set(values) - set(fields))
    if unknown:
        raise UserError("{method} has no knob “{knob}”: it has {knobs}.", method=name, knob=unknown[0], knobs=", ".join(fields))
    return cls(**{key: _parse(name, fields[key], value) for key, value in values.items()})


def _parse(method: str, f: dataclasses.Field[Any], value: Any) -> Any:
    m, whose = f.metadata, {"method": method, "knob": f.name}  # the page has a name of its own for either
    if "options" in m:
        if value not in m["options"]:
            raise UserError("{knob} must be one of {options}.", **whose, options=", ".join(m["options"]))
        return value
    if isinstance(f.default, bool):
        words = {"true": True, "1": True, "on": True, "false": False, "0": False, "off": False}
        if str(value).lower() not in words:
            raise UserError("{knob} must be one of {options}.", **whose, options="true, false")
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
        raise UserError(sentence, **whose, low=m["low"], high=m["high"]) from None
    return int(number) if isinstance(f.default, int) else number
