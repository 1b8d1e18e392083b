"""One run over several processes, started as `torchrun --nproc-per-node 2 -m trainers METHOD`. Alone, all is as it was.

Every process has the whole batch and draws all of its chance, as one process would. The networks marked `by_rows`, in which
the work is, compute a share of the rows on each process and give all rows to all. So a loss has the whole batch before it:
negatives, Sinkhorn, queue and CLIP's matrix need no word about processes, nor does a method that nobody has written yet.

Gradients: all processes have the same loss. What comes back to gathered rows is summed over the processes, and what comes to
weights is averaged. Of n processes, a weight behind a gather has n equal gradients, of which the mean is taken; one before it
has on each process n times what its rows give, and the mean of these is their sum: both times the gradient of one process.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import replace
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

from trainers.errors import UserError

PATIENCE = timedelta(seconds=5)  # in which the first process says what is wrong; after that another says it
LOST = "Another process of this run has ended. What was saved stays: start them all again, and the run goes on from there."
# "": each for itself. "step": in a loss, where networks may share rows. "share": in a network that has some of the rows
_at: ContextVar[str] = ContextVar("at", default="")
_store: list[Any] = []  # what processes leave word in


@contextlib.contextmanager
def joined() -> Iterator[None]:
    """While it is open, this is one of the processes that torchrun has started; nothing where it was started by itself."""
    if not dist.is_available() or not dist.is_torchelastic_launched() or int(os.environ["WORLD_SIZE"]) < 2:
        yield
        return
    from torch.distributed.rendezvous import rendezvous

    store, rank, size = next(rendezvous("env://"))
    if (gpu := int(os.environ["LOCAL_RANK"])) < torch.cuda.device_count():
        torch.cuda.set_device(gpu)
    # what is agreed on is on the CPU, where no one waits for a device
    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
    dist.init_process_group(backend, store=store, rank=rank, world_size=size)
    _store.append(store)
    try:
        yield
    finally:
        _store.clear()
        dist.destroy_process_group()


def several() -> bool:
    """Whether this is one of several processes."""
    return dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1


def processes() -> int:
    """How many there are."""
    return dist.get_world_size() if several() else 1


def first() -> bool:
    """Whether this is the one that writes, judges and tells."""
    return not several() or dist.get_rank() == 0


def check(device: torch.device, batch_size: int) -> None:
    """UserError where several processes cannot share this device or a batch of this size."""
    if not several():
        return
    mine, there = int(os.environ.get("LOCAL_RANK", "0")), torch.cuda.device_count()
    if device.index not in (None, mine):
        raise UserError("Each process takes the CUDA device of its own number: choose --device cuda, without a number.")
    if device.type != "cpu" and mine >= there:
        raise UserError(
            "Each process wants a CUDA device of its own, and here are {number}: start fewer, or choose --device cpu.",
            number=there,
        )
    if batch_size % processes():
        raise UserError(
            "A batch of {size} images cannot be shared out evenly among {processes} processes: choose another batch_size.",
            size=batch_size,
            processes=processes(),
        )


def agree(*values: float) -> tuple[float, ...]:
    """What the first process has, on all of them; they wait for it here."""
    if not several():
        return values
    said = torch.tensor(values, dtype=torch.float64)
    dist.broadcast(said, 0)
    return tuple(said.tolist())


@contextlib.contextmanager
def first_then_others() -> Iterator[None]:
    """The others come in when the first is through: two that download one file at once spoil it."""
    if not first():
        agree(0)
    yield
    if first():
        agree(0)


def copy(folder: Path, names: Sequence[str]) -> None:
    """Files of the first process's folder, where they are there, into the folder of each other: they need not share a disk."""
    for name in names if several() else ():
        here = (folder / name).read_bytes() if first() and (folder / name).exists() else b""
        (size,) = agree(len(here))
        if size:
            content = torch.frombuffer(bytearray(here or int(size)), dtype=torch.uint8)
            dist.broadcast(content, 0)
            if not first():
                (folder / name).write_bytes(content.numpy().tobytes())


def tell(sentence: str) -> None:
    """Say on stderr what went wrong, once: the first process has the word, another only where that one is silent."""
    if not first():
        with contextlib.suppress(RuntimeError):
            _store[0].wait(["told"], PATIENCE)
            return
    print(sentence, file=sys.stderr, flush=True)
    if several():
        with contextlib.suppress(RuntimeError):  # where the first process is gone there may be nobody left to be told
            _store[0].set("told", "1")


def lost(error: BaseException) -> UserError | None:
    """The sentence for what torch says where another process is gone; None where it is about something else."""
    found = several() and (isinstance(error, dist.DistError) or (isinstance(error, RuntimeError) and "/gloo/" in str(error)))
    return UserError(LOST) if found else None


def everyone(x: Tensor) -> Tensor:
    """Rows (n,..) of each process -> (processes·n,..), in the order of processes; gradients come back as a sum over them."""
    from torch.distributed._functional_collectives import all_gather_single

    group: Any = dist.group.WORLD
    found: Any = all_gather_single(x.contiguous(), 0, group)
    return found.wait() if hasattr(found, "wait") else found


def by_rows(compute: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """For a method of a network whose i-th row of output follows from the i-th row of each argument, and BatchNorm's of all.

    In a loss each process computes its share of the rows and gets the others'; where that is no whole number, all compute all.
    """

    @wraps(compute)
    def shared(self: Any, *rows: Tensor | None) -> Tensor:
        n = len(rows[0]) if rows[0] is not None else 0
        if _at.get() != "step" or n % processes():
            return compute(self, *rows)
        share = n // processes()
        own = slice(share * dist.get_rank(), share * (dist.get_rank() + 1))
        token = _at.set("share")
        try:
            found = compute(self, *(x if x is None else x[own] for x in rows))
        finally:
            _at.reset(token)
        return everyone(found)

    return shared


class BatchNorm(nn.modules.batchnorm._BatchNorm):
    """BatchNorm over the rows of all processes, which have as many each.

    torch's SyncBatchNorm is not for a CPU, and on a GPU it waits in each layer, as some process might have no rows.
    """

    def _check_input_dim(self, input: Tensor) -> None:
        pass

    def forward(self, input: Tensor) -> Tensor:
        """(n,C,..) -> (n,C,..)."""
        if not self.training or _at.get() != "share":
            return super().forward(input)
        apart = [at for at in range(input.ndim) if at != 1]
        exact = input.float()  # sums have too many digits for bfloat16
        own = torch.stack(torch.var_mean(exact, apart, correction=0)[::-1])
        means, variances = everyone(own[None]).unbind(1)  # (processes,C) each
        mean, variance = means.mean(0), variances.mean(0) + means.var(0, correction=0)
        n = processes() * input.numel() // input.shape[1]
        if self.running_mean is not None and self.running_var is not None and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            self.running_mean.lerp_(mean.detach(), self.momentum or 0.0)
            self.running_var.lerp_(variance.detach() * n / (n - 1), self.momentum or 0.0)
        scale = (variance + self.eps).rsqrt()
        scale = scale if self.weight is None else scale * self.weight
        shift = -mean * scale if self.bias is None else self.bias - mean * scale
        each = (-1, *(1 for _ in input.shape[2:]))
        return torch.addcmul(shift.view(each), exact, scale.view(each)).to(input.dtype)


class _Called(nn.Module):
    """A method as DistributedDataParallel takes it: a call gives the loss."""

    def __init__(self, method: Any) -> None:
        super().__init__()
        self.method: Any = method
        # torch warns where it has looked for such weights and found none, and takes no weights of two kinds of device
        self.left_out = nn.Parameter(torch.zeros((), device=next(method.parameters()).device))

    def forward(self, batch: Any) -> Tensor:
        token = _at.set("step")
        try:
            self.found = self.method.loss(batch)
        finally:
            _at.reset(token)
        return self.found.value


def learner(method: Any) -> Callable[[Any], Any]:
    """What gives a Method's Loss of a Batch, such that `backward` gives each process the gradients of one that has it alone."""
    if not several():
        return method.loss
    for network in [part for part in method.modules() if hasattr(type(part).forward, "__wrapped__")]:  # those that are by_rows
        for part in network.modules():
            if isinstance(part, nn.modules.batchnorm._BatchNorm):
                part.__class__ = BatchNorm  # its weights and buffers are the same
    # buffers follow from the same numbers everywhere; a step may leave weights out, such as frozen prototypes
    parallel = nn.parallel.DistributedDataParallel(_Called(method), forward_sync_buffers=False, find_unused_parameters=True)

    def loss(batch: Any) -> Any:
        value = parallel(batch)
        return replace(parallel.module.found, value=value)

    return loss
