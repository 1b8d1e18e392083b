"""A CUDA device that this machine does not have, without numbers: shapes, dtypes and devices by torch's FakeTensorMode.

What tests/trainers/device.py does for Apple's device with real numbers cannot be done for CUDA, whose backward asks for a
driver. Here every operator is given fake tensors of "cuda:0", which refuse tensors of the CPU beside them; what comes to the
CPU is chance; gradients are set where the graph ends. So every branch that is taken on CUDA alone is run: bfloat16, ResNet-18,
the fused optimiser, pinned memory.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode, _disable_current_modes
from torch.utils._pytree import tree_flatten

from tests.trainers.rng import Rng
from trainers.method import Method

CUDA = torch.device("cuda:0")
ROOT = Path(__file__).parents[2]
# operators whose result has a size, or is a number, that the device alone knows
SIZED = {"nonzero", "masked_select", "_unique2", "unique_dim", "unique_consecutive", "bincount", "repeat_interleave"}
SAID = {torch.bool: True, torch.int64: 3, torch.float32: 0.5}


@dataclass(frozen=True)
class Call:
    """An operator on the device: its name, the tensors that it was given, and whether the method learned then or was judged."""

    name: str
    given: tuple[Tensor, ...]
    learning: bool


@dataclass
class FakeCUDA(TorchDispatchMode):
    """Within, what is asked for on "cuda:0" is a fake tensor; all else is real. `waits`: where the host waits for it."""

    waits: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    learning: bool = True

    def __post_init__(self) -> None:
        super().__init__()
        self.fake = FakeTensorMode(allow_non_fake_inputs=True)

    def wait(self, what: str) -> None:
        """Note it with the line of this project that asked for it."""
        own = [frame for frame in traceback.extract_stack() if frame.filename.startswith(str(ROOT / "trainers"))]
        where = f"{Path(own[-1].filename).relative_to(ROOT)}:{own[-1].lineno} {own[-1].line}" if own else "outside of trainers"
        self.waits.append(f"{what} at {where}")

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name, asked = func.overloadpacket.__name__, kwargs.get("device")
        given = [value for value in tree_flatten((args, kwargs))[0] if isinstance(value, Tensor)]
        there = [value for value in given if isinstance(value, FakeTensor)]
        if not there and (asked is None or torch.device(asked).type == "cpu"):
            with _disable_current_modes():  # there is nobody to pin memory for
                return func(*args, **{key: value for key, value in kwargs.items() if key != "pin_memory"})
        if func.namespace == "aten" and torch._C._dispatch_has_kernel_for_dispatch_key(
            func.name(), "CompositeImplicitAutograd"
        ):
            with self:  # in inference mode a function made of others comes as it is
                return func.decompose(*args, **kwargs)
        if "generator" in kwargs:  # one of the CPU by its make
            kwargs = kwargs | {"generator": None}
        self.calls.append(Call(name, tuple(given), self.learning))
        if name == "_local_scalar_dense":
            self.wait("a number is read")
            return SAID.get(args[0].dtype, 0.5 if args[0].dtype.is_floating_point else 3)
        if name == "equal":
            self.wait("two tensors are compared")
            return False
        if name in ("_to_copy", "copy_"):
            return self._copied(func, name, args, kwargs)
        if name == "index" and any(value is not None and not isinstance(value, FakeTensor) for value in args[1]):
            self.wait("indices are copied")
        if name == "index" and any(value is not None and value.dtype == torch.bool for value in args[1]):
            self.wait("trues are counted")
            return self._some(args[0], 1 + len(args[0]) // 2, *args[0].shape[1:])
        if name in SIZED:
            self.wait(f"the size of {name} is asked for")
            if name == "nonzero":
                return self._some(args[0], 2, args[0].ndim, dtype=torch.int64)
            if name == "_unique2":
                return self._some(args[0], 2), self._some(args[0], args[0].numel(), dtype=torch.int64), self._some(args[0], 2)
            return self._some(args[0], max(2, kwargs.get("minlength", 2)), dtype=torch.int64)
        return func(*args, **kwargs)

    def _some(self, like: Tensor, *shape: int, dtype: torch.dtype | None = None) -> Tensor:
        return torch.empty(shape, dtype=dtype or like.dtype, device=CUDA)

    def _copied(self, func: Any, name: str, args: Any, kwargs: Any) -> Any:
        """From one device to the other; what comes to the CPU is chance."""
        source = args[1] if name == "copy_" else args[0]
        blocking = not (kwargs.get("non_blocking") or (name == "copy_" and args[2:3] == (True,)))
        to = args[0].device if name == "copy_" else torch.device(kwargs.get("device") or source.device)
        if not isinstance(source, FakeTensor):
            if blocking and source.ndim and to.type == "cuda":  # a single number goes along with the call
                self.wait("a copy from the host")
            return func(*args, **kwargs)
        if to.type != "cpu":
            return func(*args, **kwargs)
        self.wait("a copy to the host")
        with _disable_current_modes():
            dtype = (args[0].dtype if name == "copy_" else kwargs.get("dtype")) or source.dtype
            made = torch.rand(source.shape).to(dtype)
            return args[0].copy_(made) if name == "copy_" else made


def ends(loss: Tensor) -> Iterator[Tensor]:
    """The parameters that a loss follows from, by its graph."""
    rest, seen = list[Any]([loss.grad_fn]), set[Any]()
    while rest:
        node = rest.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if hasattr(node, "variable"):
            yield node.variable
        rest += [other for other, _ in node.next_functions]


def backward(loss: Tensor, *_: Any, **__: Any) -> None:
    """Gradients as they would be: of their parameters' shape and place, on the device; zeros on the CPU."""
    for parameter in ends(loss):
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)


class Event:
    """An event of a device that is always ready."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def record(self, *_: Any) -> None:
        pass

    def synchronize(self) -> None:
        pass


@contextmanager
def fake_cuda(patch: pytest.MonkeyPatch) -> Iterator[FakeCUDA]:
    """All of `train()` on a CUDA device that is not there."""
    patch.setattr(torch, "Generator", Rng)
    for module in [value for key, value in sys.modules.items() if key.startswith("trainers") and hasattr(value, "Generator")]:
        patch.setattr(module, "Generator", Rng)
    patch.setattr(torch, "Event", Event)
    patch.setattr(Tensor, "backward", backward)
    patch.setattr(torch.cuda.amp.common, "amp_definitely_not_available", lambda: False)
    patch.setattr(torch.cuda, "is_bf16_supported", lambda *_, **__: True)
    patch.setattr(torch.cuda, "mem_get_info", lambda *_: (2**34, 2**34))
    patch.setattr(Tensor, "pin_memory", lambda self, *_: self)
    patch.setattr("trainers.train.pick_device", lambda name=None: CUDA)
    mode = FakeCUDA()

    def train(self: Method, learning: bool = True) -> Method:
        mode.learning = learning
        return super(Method, self).train(learning)

    patch.setattr(Method, "train", train)
    with mode.fake, mode:
        yield mode


class Enough(Exception):
    """All that was to be seen has been seen."""


def watched(mode: FakeCUDA, first: int, last: int, end: bool = False) -> tuple[Callable[[], bool], list[str]]:
    """What to give `train` as stop, and the waits of the steps from `first` to `last`, once it has run. end: raise Enough."""
    found: list[str] = []
    seen = 0

    def stop() -> bool:
        nonlocal seen
        if seen == first:
            mode.waits.clear()
        elif seen == last:
            found.extend(mode.waits)
            if end:
                raise Enough
        seen += 1
        return False

    return stop, found
