"""One step of training in slow motion: a batch goes through a copy of a run's network, and everything on its way is kept.

The loss is the method's own: what it compares is observed (trainers/objectives.py), what its networks hand on is seen by hooks.
The step is taken on the copy, and the same batch goes through it again. The run stays as it is.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from trainers.checkpoint import load_model, saved_at
from trainers.data import Dataset
from trainers.errors import UserError
from trainers.feed import batches, chance
from trainers.method import Batch, Method
from trainers.objectives import Comparison, observed
from trainers.record import read_config
from trainers.train import learned, set_learning_rate
from trainers.views import plain

SIZE = 8  # images that are walked with: so few that each can be looked at
BATCHES = 100  # that can be walked with, one after the other
SPENT = 0.5  # how far a run is at most: at the end of its schedules a teacher, say, does not move any more


@dataclass(frozen=True)
class Part:
    """One network of a method.

    gradient: the length of its gradient; None where none reaches it. moved: how far its weights went, over their own length.
    """

    name: str
    gradient: float | None
    moved: float


@dataclass
class Pass:
    """One way of a batch through a method. handed: what each of its networks took and gave, by name, in the order of calls."""

    loss: Tensor
    embedding: Tensor  # (B,D), where the loss acts
    parts: Mapping[str, Tensor]
    comparisons: list[Comparison]
    handed: dict[str, list[tuple[tuple[Any, ...], Any]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Walk:
    """A step of training, and the same batch after it. Of `first` each tensor that the loss depends on has its gradient.

    method: as it was before the step. step: of the run, whose batch this would have been; of: images in a batch of the run, of
    which `batch` has the first. rate: the learning rate of the step.
    """

    method: Any  # a Method: what it can do beyond that is asked for
    step: int
    of: int
    rate: float
    batch: Batch
    first: Pass
    again: Pass
    parts: tuple[Part, ...]


class Walker:
    """A run's network as it was saved last, on the CPU, and what it learns; each walk begins there."""

    def __init__(self, folder: Path, data: Dataset) -> None:
        """data: what the run learns. UserError where no network was saved yet."""
        self.config, self.data, self.method = read_config(folder), data, load_model(folder)
        self.step, seconds = saved_at(folder)
        self.progress, cpu = min(SPENT, self.config.progress(self.step, seconds)), torch.device("cpu")
        knobs, number = self.method.config, len(data.train.images)
        self.of = min(knobs.batch_size, number)
        self.batches = batches(number, self.of, self.config.seed, cpu)
        self.read = learned(data, knobs).of_image if self.method.reads else None

    def batch(self, number: int, size: int = SIZE) -> Batch:
        """The first images of the run's next batch but `number`, with their views, as training draws them."""
        check(number)
        step = self.step + number
        index, rng = self.batches(step)[:size], chance(self.config.seed, step, torch.device("cpu"))
        x = self.data.train.images[index]
        views, read = self.method.views(x, rng), None if self.read is None else self.read[index]
        return Batch(plain(x), views, rng, self.progress, read, index=index)

    def walk(self, number: int, size: int = SIZE) -> Walk:
        """A step with this batch, on a copy: what moves is this batch's doing.

        The optimiser knows nothing of what came before, and takes the step that it takes first in a run, with a tenth of the
        learning rate: where a run ends its schedule has come to 0, and moments would move what this batch does not.
        """
        method, batch = copy.deepcopy(self.method), self.batch(number, size)
        begin, optimizer = batch.rng.get_state(), method.optimizer()
        first = _through(method, batch)
        set_learning_rate(optimizer, rate := method.config.learning_rate * method.rate(0, 0.0), 1.0)
        first.loss.backward()
        found = {name: _length(p.grad for p in part.parameters()) for name, part in _networks(method)}
        method.before_step(self.progress)
        optimizer.step()
        method.after_step(self.progress)
        parts = tuple(Part(n, found[n], _moved(part, getattr(self.method, n))) for n, part in _networks(method))
        for name, buffer in method.named_buffers():  # running means and queues know the batch: it comes as it came
            buffer.copy_(self.method.get_buffer(name))
        batch.rng.set_state(begin)
        return Walk(self.method, self.step + number, self.of, rate, batch, first, _through(method, batch), parts)


def check(number: int) -> None:
    """UserError where there is no walk with the run's next batch but `number`."""
    if not 0 <= number < BATCHES:
        raise UserError("One step in slow motion goes through the next {most} batches.", most=BATCHES)


def _through(method: Method, batch: Batch) -> Pass:
    with _hooked(method) as handed, observed() as comparisons:
        loss = method.train().loss(batch)
    if loss.embedding.requires_grad:
        loss.embedding.retain_grad()
    return Pass(loss.value, loss.embedding, loss.parts, comparisons, handed)


@contextmanager
def _hooked(method: Method) -> Iterator[dict[str, list[tuple[tuple[Any, ...], Any]]]]:
    """What each network of the method takes and gives, while it is open."""
    handed: dict[str, list[tuple[tuple[Any, ...], Any]]] = {}

    def keep(name: str) -> Any:
        def hook(part: nn.Module, given: tuple[Any, ...], out: Any) -> None:
            handed.setdefault(name, []).append((given, out))

        return hook

    hooks = [part.register_forward_hook(keep(name)) for name, part in method.named_children()]
    try:
        yield handed
    finally:
        for hook in hooks:
            hook.remove()


def _networks(method: Method) -> list[tuple[str, nn.Module]]:
    """The networks of a method that have weights, in the order in which it made them."""
    return [(name, part) for name, part in method.named_children() if any(True for _ in part.parameters())]


def _length(tensors: Any) -> float | None:
    found = [tensor for tensor in tensors if tensor is not None]
    return float(torch.stack([tensor.norm() for tensor in found]).norm()) if found else None


@torch.no_grad()
def _moved(part: nn.Module, before: nn.Module) -> float:
    pairs = list(zip(part.parameters(), before.parameters(), strict=True))
    went, length = _length(now - then for now, then in pairs), _length(then for _, then in pairs)
    return (went or 0.0) / max(length or 0.0, 1e-12)
