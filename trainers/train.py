"""The loop, the only one: config in, events out."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainers import together
from trainers.captions import Captions, captions
from trainers.checkpoint import Checkpoint
from trainers.data import DEFAULT, Dataset, load
from trainers.data.images_io import check_size
from trainers.encoders import Encoder, choose
from trainers.errors import UserError
from trainers.evaluate import Evaluation, spread
from trainers.events import Event, Failed, Finished, Look, Pictures, Snapshot, Started, Step
from trainers.feed import Feed, Pace, chance
from trainers.looks import Looks
from trainers.method import Batch, DataSpec, Method, Table, make_config, method_class
from trainers.metrics import std_sqrt_d
from trainers.views import plain

STEP_EVERY = 0.2  # seconds between Step events
SNAPSHOT_FIRST, SNAPSHOT_RATIO = 0.7, 1.3  # seconds to the first, and how much later each next one comes
SNAPSHOT_SHARE = 0.1  # of the time may go into looking instead of learning, twice that until three snapshots are there
LOOK_EVERY, LOOK_SHARE = 0.4, 0.07  # seconds between two looks; of the time they may take
LOOKS_KEPT = 1_500  # after so many looks they grow rarer with time, so that a day's run has no file of a day
PICTURES_SHOWN = 60  # rows of pictures in a run, at most two a second
SHOWN, SHOWN_READ = 8, 16  # images in a row, and where words are read: in a table of 16×16 the diagonal is seen
SETTLED = 50  # steps before which embeddings may lie close together only because nothing has been learned


@dataclass(frozen=True)
class RunConfig:
    """All that a run follows from. Exactly one of seconds and steps: with steps the run repeats to the bit on one CPU.

    An accelerator adds numbers up in an order of its own each time, and repeats to some digits.

    With seconds the learning rate follows the clock, so a slower machine takes fewer and larger-spaced steps.
    """

    method: str
    dataset: str = DEFAULT
    seconds: float | None = None
    steps: int | None = None
    seed: int = 0
    size: int | None = None  # pixels a side; None for the data set's own
    device: str | None = None  # None for the best there is
    knobs: Mapping[str, Any] = field(default_factory=dict)
    ceiling: float | None = None  # seconds after which a run in steps ends in any case
    compiled: bool = False  # encoders by torch.compile: a minute or more of the first steps, so for runs of hours

    def __post_init__(self) -> None:
        if (self.seconds is None) == (self.steps is None):
            raise UserError("Give a run either a number of seconds or a number of steps.")
        if self.seconds is not None and not 0 < self.seconds <= 86_400:  # also false for NaN
            raise UserError("The time budget must be more than 0 seconds and at most a day.")
        if self.ceiling is not None and not 0 < self.ceiling <= 86_400:
            raise UserError("The time budget must be more than 0 seconds and at most a day.")
        if self.steps is not None and not 0 < self.steps <= 100_000_000:
            raise UserError("The number of steps must be at least 1.")
        if not -(2**31) <= self.seed < 2**31:
            raise UserError("The seed must be a whole number of at most 31 bits.")
        if self.size is not None:
            check_size(self.size)
        make_config(self.method, self.knobs)  # raises where a knob is wrong

    def progress(self, step: int, seconds: float) -> float:
        """How far a run is, from 0 to 1."""
        return min(1.0, seconds / self.seconds if self.seconds is not None else step / (self.steps or 1))


def pick_device(name: str | None = None) -> torch.device:
    """The device called `name`, or the best there is: cuda, then mps, then cpu. UserError where it is not there."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name is None:
        return torch.device(next(kind for kind, present in there.items() if present))
    if not there.get(name.partition(":")[0], False):
        raise UserError(
            "This machine has no device “{name}”: use {names}.",
            name=name,
            names=", ".join(k for k, v in there.items() if v),
        )
    return torch.device(name)


def build(config: RunConfig, data: Dataset, device: torch.device) -> Method:
    """The run's method with the networks that its seed gives, on the device. The same call gives the same networks."""
    knobs = make_config(config.method, config.knobs)
    knobs = dataclasses.replace(knobs, encoder=choose(knobs.encoder, device))
    cls, spec = method_class(config.method), describe_data(data)
    if cls.reads:
        words = learned(data, knobs)
        spec = dataclasses.replace(spec, captions=words.texts, captions_each=words.of_image.shape[1])
    with torch.random.fork_rng(devices=[]):  # networks are made on the CPU; each GPU asked for its chance would be set up
        torch.manual_seed(config.seed)
        method = cls(knobs, spec)
    return method.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]


def learned(data: Dataset, knobs: Any) -> Captions:
    """The captions that a method which reads learns from."""
    return captions(data, data.train, knobs.language, knobs.tags)


def describe_data(data: Dataset) -> DataSpec:
    """What a network must know of the training images: their shape, and mean and deviation of each channel."""
    _, channels, height, width = data.train.images.shape
    # how often each grey is there tells both, and needs no image as floats
    parts = data.train.images.split(500)
    each = [torch.stack([one.flatten().bincount(minlength=256) for one in part.unbind(1)]) for part in parts]
    greys = torch.stack(each).sum(0)  # (C,256)
    share, value = greys / greys.sum(1, keepdim=True), torch.arange(256) / 255  # (C,256), (256,)
    mean = (share * value).sum(1)
    std = (share * (value - mean.unsqueeze(1)) ** 2).sum(1).sqrt().clamp(min=1e-3)  # images of one colour have none
    return DataSpec(channels, height, width, tuple(mean.tolist()), tuple(std.tolist()))


def train(
    config: RunConfig,
    data: Dataset | None = None,
    resume: Checkpoint | None = None,
    save: Callable[[Checkpoint], None] = lambda checkpoint: None,
    stop: Callable[[], bool] = lambda: False,
    looked: NDArray[np.float16] | None = None,
) -> Iterator[Event]:
    """Train until the budget is spent or `stop()` is true, which is asked at every step.

    save: gets a checkpoint with every snapshot; resume: goes on from one, towards this config's budget; looked: the last look
    of what it goes on from, which the next ones are turned to. Of several processes
    (trainers/together.py) the first yields events, saves and is asked to stop; the others compute, and yield nothing.
    Raises UserError where the config and the data do not fit; ends with Failed where the loss is no longer a number.
    """
    device = pick_device(config.device)
    with together.first_then_others():
        data = load(config.dataset, config.size) if data is None else data
    if resume is not None:  # what was chosen for the device that it began on
        chosen = {"encoder": resume.description["knobs"]["encoder"]}
        config = dataclasses.replace(config, knobs=dict(config.knobs) | chosen)
    method = build(config, data, device)
    for part in method.modules() if config.compiled else ():
        if isinstance(part, Encoder):
            part.compile()  # in place: names of weights stay
    knobs = method.config
    words = learned(data, knobs).of_image.to(device) if method.reads else None
    batch_size = min(knobs.batch_size, len(data.train))
    if batch_size < 2:
        raise UserError("{name} has a single image to train on: it takes at least two.", name=data.name)
    together.check(device, batch_size)
    learn, optimizer, first = together.learner(method), method.optimizer(), together.first()
    step, before = 0, 0.0
    if resume is not None:
        resume.restore(method, optimizer)
        step, before = resume.step, resume.seconds
    evaluation = Evaluation(data, device)
    shown = show(evaluation, knobs.language if method.reads else None)

    looks = Looks(evaluation.images, looked)

    def glance(seconds: float) -> Look:
        positions = looks.look(method)
        return Look(step, seconds, len(positions), positions, positions.shape[1] // 2)

    def look(seconds: float) -> Snapshot:
        found, features, factors = evaluation.snapshot(method)
        save(Checkpoint.take(method, optimizer, config.method, step, seconds))
        return Snapshot(step, seconds, found, features, factors)

    def judged(event: Step) -> Step:
        if event.step <= SETTLED:
            return event
        return dataclasses.replace(event, collapsed=method.collapsed(event.std_sqrt_d, event.parts))

    if first:
        yield Started(
            step=step, seconds=before, method=config.method, dataset=data.name, device=device.type, encoder=knobs.encoder,
            parameters=sum(p.numel() for p in method.parameters() if p.requires_grad),
            train_images=len(data.train), test_images=len(data.test),
            collapse_loss=method.collapse_loss(evaluation.bank, batch_size), knn_pixels=evaluation.knn_pixels(),
            baselines=evaluation.baselines(method), factors=evaluation.factors_pixels(),
        )  # fmt: skip
    if first and step == 0:
        yield glance(0.0)
        begun_with = look(0.0)  # with what takes a moment, now that a map is there to be seen
        yield dataclasses.replace(begun_with, metrics=dict(begun_with.metrics) | evaluation.bar(method))
    started = time.perf_counter()  # the budget is for training: what came before does not count

    def clock() -> float:
        return before + time.perf_counter() - started

    snapshots, next_snapshot, next_pictures, next_look = 1, clock() + SNAPSHOT_FIRST, 0.0, clock() + LOOK_EVERY
    meter, feed, pace = Meter(device), Feed(data.train.images, batch_size, config.seed, device), Pace(device)
    last: Step | None = None
    last_look = step if config.progress(step, before) < 1 else -1  # a run that only has to be judged lacks its last look
    failure: Failed | None = None

    def ended() -> str:
        """Why there is no next step; "" where there is one."""
        if failure is not None or config.progress(step, clock()) >= 1:
            return "budget"
        return "stopped" if stop() else "ceiling" if config.ceiling is not None and clock() >= config.ceiling else ""

    while True:
        reason = ended()
        over, progress = together.agree(bool(reason), config.progress(step, clock()))
        if over:
            break
        rng, (index, x) = chance(config.seed, step, device), feed.batch(step)
        read = None if words is None else words[index]
        set_learning_rate(optimizer, knobs.learning_rate, method.rate(step, progress))
        views = tuple(v.contiguous(memory_format=torch.channels_last) for v in method.views(x, rng))
        whole = plain(x).contiguous(memory_format=torch.channels_last)
        loss = learn(Batch(whole, views, rng, progress, read, index=index))
        optimizer.zero_grad(set_to_none=True)
        loss.value.backward()
        method.before_step(progress)
        optimizer.step()
        step += 1
        progress = config.progress(step, clock())
        method.after_step(progress if config.seconds is None else together.agree(progress)[0])
        feed.prepare(step)
        pace.step()
        meter.add(loss.value, loss.parts, batch_size)
        if not first:
            continue

        seconds = clock()
        if seconds >= next_look:
            pace.wait()  # else the look's time would have that of the steps before it
            seconds = clock()
            found = glance(seconds)
            cost = clock() - seconds
            meter.skip(cost)
            yield found
            last_look, next_look = step, seconds + max(LOOK_EVERY, cost / LOOK_SHARE, seconds / LOOKS_KEPT)
            seconds = clock()
        due = seconds >= next_snapshot
        if due or meter.age() >= STEP_EVERY or last is None:
            last = meter.read(step, seconds, loss.embedding)
            if not math.isfinite(last.loss):
                failure = Failed(step, seconds, DIVERGED, {"step": str(step), "learning_rate": f"{knobs.learning_rate:g}"})
                continue
            yield judged(last)
            if seconds >= next_pictures:
                yield draw(method, shown, config.seed, step, seconds)
                next_pictures = seconds + max(0.5, (config.seconds or 30.0) / PICTURES_SHOWN)
            if due:
                begun = clock()
                yield look(seconds)
                snapshots += 1
                cost = clock() - begun
                wait = max(
                    SNAPSHOT_FIRST,
                    seconds * (SNAPSHOT_RATIO - 1),
                    cost * (1 / (SNAPSHOT_SHARE if snapshots > 3 else 2 * SNAPSHOT_SHARE) - 1),
                )
                next_snapshot = clock() + wait
            meter.resume()

    if not first:
        return
    seconds = clock()
    if failure is None and meter.steps:
        last = meter.read(step, seconds, loss.embedding)  # pyright: ignore[reportPossiblyUnboundVariable]
        if math.isfinite(last.loss):
            yield judged(last)
        else:
            failure = Failed(step, seconds, DIVERGED, {"step": str(step), "learning_rate": f"{knobs.learning_rate:g}"})
    if failure is not None:
        yield failure
        return
    if last_look < step:
        yield glance(seconds)
    final = look(seconds)
    yield draw(method, shown, config.seed, step, seconds)
    yield final
    found = dict(final.metrics) | evaluation.summary(method, build(config, data, device))
    if last is not None or resume is None:  # one that only had to be judged keeps what its last step said
        found |= dict(last.parts if last else {}) | {"loss": last.loss if last else None, "images_per_second": meter.average()}
    yield Finished(step, seconds, reason, found)


DIVERGED = "The loss stopped being a number at step {step}: train again with a learning rate below {learning_rate}."


def set_learning_rate(optimizer: torch.optim.Optimizer, peak: float, share: float) -> None:
    """Each group's rate: a share of the peak, all of it where the group is marked constant, times the group's own factor."""
    for group in optimizer.param_groups:
        group["lr"] = peak * (1.0 if group.get("constant") else share) * group.get("factor", 1.0)


@dataclass(frozen=True)
class Shown:
    """The few images of the live pictures, uint8 (n,C,H,W), and a caption of each for a method that reads."""

    images: Tensor
    words: tuple[str, ...] = ()


def show(evaluation: Evaluation, language: str | None) -> Shown:
    """The first images of the map; with a language more of them, evenly over the map, and their captions."""
    if language is None:
        return Shown(evaluation.images[:SHOWN])
    index, words = spread(len(evaluation.images), SHOWN_READ), evaluation.words(language)
    return Shown(evaluation.images[torch.tensor(index)], tuple(words[i] for i in index))


@torch.no_grad()
def draw(method: Method, shown: Shown, seed: int, step: int, seconds: float) -> Pictures:
    """The method's rows of pictures and its tables for a few images; views are new each time, as in training."""
    method.eval()
    images = shown.images
    rng = chance(seed, step, images.device, "pictures")
    made = method.pictures(Batch(plain(images), method.views(images, rng), rng, words=shown.words))
    method.train()
    rows = {
        key: (value.float().clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).cpu().numpy()
        for key, value in made.items()
        if not isinstance(value, Table)
    }
    tables = {
        key: {"values": value.values.float().cpu().numpy().round(3).tolist(), "low": value.low, "high": value.high,
              "columns": list(value.columns)}
        for key, value in made.items() if isinstance(value, Table)
    }  # fmt: skip
    return Pictures(step, seconds, rows, tables)


class Meter:
    """Sums on the device between two Step events, so that nothing waits for the device at each step."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.images_in_all, self.busy_in_all = 0, 0.0
        self._clear()
        self.resume()

    def _clear(self) -> None:
        self.loss: Tensor | float = 0.0
        self.parts: dict[str, Tensor | float] = {}
        self.steps, self.images = 0, 0

    def resume(self) -> None:
        """The clock runs from here: what came before was not a training step."""
        self.since = time.perf_counter()

    def skip(self, seconds: float) -> None:
        """So long it was no training that took the time."""
        self.since += seconds

    def age(self) -> float:
        """Seconds since the clock was set running."""
        return time.perf_counter() - self.since

    def add(self, loss: Tensor, parts: Mapping[str, Tensor], images: int) -> None:
        """One more step."""
        self.loss = self.loss + loss.detach().float()
        for key, value in parts.items():
            self.parts[key] = self.parts.get(key, 0.0) + value.detach().float()
        self.steps += 1
        self.images += images

    def read(self, step: int, seconds: float, embedding: Tensor) -> Step:
        """The Step event of the steps since the last one."""
        loss = float(self.loss) / self.steps  # waits for the device
        busy = self.age()
        self.images_in_all += self.images
        self.busy_in_all += busy
        parts = {key: float(value) / self.steps for key, value in self.parts.items()}
        spread = float(std_sqrt_d(embedding.detach()))
        event = Step(step, seconds, loss, spread, self.images / max(busy, 1e-9), parts)
        self._clear()
        return event

    def average(self) -> float | None:
        """Images a second over the whole run, snapshots left out."""
        return self.images_in_all / self.busy_in_all if self.busy_in_all else None
