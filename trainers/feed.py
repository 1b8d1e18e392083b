"""What each step is given: chance, the batch's images on the device, and how far the host may run ahead of it."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import torch
from torch import Tensor

SHARE = 0.25  # of the memory that a device has left may be taken by images; networks and what they compute want the rest
AHEAD = 2  # steps that may wait for the device while the host starts the next


def chance(seed: int, step: int, device: torch.device, purpose: str = "step") -> torch.Generator:
    """The generator of one step. It follows from what is given alone, so a resumed run draws what an unbroken one would.

    A generator on the CPU keeps 32 bits of its seed: what is asked for is mixed into each of them.
    """
    mixed = blake2b(f"{purpose} {seed} {step}".encode(), digest_size=4).digest()
    return torch.Generator(device).manual_seed(int.from_bytes(mixed))


def batches(n: int, batch_size: int, seed: int, device: torch.device) -> Callable[[int], Tensor]:
    """From a step to the indices (B,) of its images. An epoch is a shuffle; its last part of a batch is left out.

    It is drawn on the CPU: a seed has the same order on every device.
    """
    cpu = torch.device("cpu")

    @lru_cache(1)
    def order(epoch: int) -> Tensor:
        return sent(torch.randperm(n, generator=chance(seed, epoch, cpu, "shuffle")), device)

    def at(step: int) -> Tensor:
        epoch, place = divmod(step, n // batch_size)
        return order(epoch)[place * batch_size : (place + 1) * batch_size]

    return at


def sent(x: Tensor, device: torch.device) -> Tensor:
    """On the device. Nothing waits for it: a CUDA device fetches it from pinned memory once it gets there."""
    return x.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else x.to(device)


def room(device: torch.device) -> int:
    """Bytes that images may take on the device; the CPU has them already."""
    if device.type == "cuda":  # what torch keeps of an earlier run, and nobody has, is free too
        kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return int(SHARE * (torch.cuda.mem_get_info(device)[0] + kept))
    if device.type == "mps":
        return int(SHARE * torch.mps.recommended_max_memory())
    return int(SHARE * sys.maxsize)


def placed(images: Tensor, device: torch.device) -> Tensor:
    """Images (N,C,H,W) on the device where there is room for all of them, else where they are."""
    return images.to(device) if images.nbytes <= room(device) else images


class Feed:
    """The batch of each step, on the device.

    Images that have no room there stay in the host's memory: the rows of a batch are gathered into pinned memory while the
    device computes the step before, and fetched after it. Which images come in which order does not depend on that.
    """

    def __init__(self, images: Tensor, batch_size: int, seed: int, device: torch.device) -> None:
        """images: uint8 (N,C,H,W)."""
        self.device, self.whole = device, images.nbytes <= room(device)
        self.images = images.to(device) if self.whole else images
        self.order = batches(len(images), batch_size, seed, device if self.whole else torch.device("cpu"))
        self.ready: tuple[int, Tensor, Tensor] | None = None

    def batch(self, step: int) -> tuple[Tensor, Tensor]:
        """Indices (B,) of the images of a step, and the images, uint8 (B,C,H,W)."""
        if self.whole:
            index = self.order(step)
            return index, self.images[index]
        self.prepare(step)
        assert self.ready is not None
        return self.ready[1:]

    def prepare(self, step: int) -> None:
        """With the step before it started: gather this one's batch, and have it fetched after that step, on the same stream."""
        if self.whole or (self.ready and self.ready[0] == step):
            return
        index = self.order(step)
        shape = (len(index), *self.images.shape[1:])
        rows = torch.empty(shape, dtype=self.images.dtype, pin_memory=self.device.type == "cuda")
        torch.index_select(self.images, 0, index, out=rows)
        self.ready = step, sent(index, self.device), rows.to(self.device, non_blocking=True)


class Pace:
    """Lets the host start at most AHEAD steps that the device has not computed yet.

    Without that it starts all that fit between two readings of the loss, in a moment: of a clock that runs beside the device
    they would have one learning rate, and a budget would be over long before what was started in it. On the CPU, and where a
    device has no events, nothing runs ahead or nothing is known of it.
    """

    def __init__(self, device: torch.device, event: Callable[[torch.device], Any] | None = None) -> None:
        """event: what makes an event of the device; torch.Event, but for a test."""
        self.device, self.event, self.started = device, event or torch.Event, deque[Any]()
        self.runs_ahead = device.type != "cpu"

    def step(self) -> None:
        """A step has been started: wait for the one that was started AHEAD steps before it."""
        if not self.runs_ahead:
            return
        try:
            event = self.event(self.device)
            event.record()
            self.started.append(event)
            if len(self.started) > AHEAD:
                self.started.popleft().synchronize()
        except (RuntimeError, NotImplementedError):
            self.runs_ahead = False

    def wait(self) -> None:
        """Until all that was started is computed: what is measured next does not have the time of it."""
        with suppress(RuntimeError, NotImplementedError):
            while self.started:
                self.started.popleft().synchronize()
