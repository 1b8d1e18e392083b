"""A device that this machine does not have: tensors that say they are there, and refuse what it refuses.

`python -m tests.trainers.device METHOD[:ENCODER]...` trains on it, all of `train()`, and prints a line a method. The tensors
compute on the CPU, real numbers with real gradients. What they refuse: float64, which Apple's MPS does not have, operators that
it does not have, and tensors of the CPU beside their own, which no accelerator takes.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode, return_and_correct_aliasing
from torch.utils._pytree import tree_flatten, tree_map_only
from torch.utils.backend_registration import _DummyBackendModule, _setup_privateuseone_for_python_backend

from tests.trainers.rng import Rng

# operators of torch 2.14 that have no kernel for MPS, or had none in a version before
MISSING = {
    "linalg_eigh", "_linalg_eigh", "linalg_eig", "_linalg_eigvals", "linalg_qr", "geqrf", "linalg_householder_product", "ormqr",
    "linalg_svd", "_linalg_svd", "linalg_lstsq", "cholesky_solve", "_pdist_forward", "logspace", "kthvalue",
}  # fmt: skip
FREE = {"copy_", "_to_copy", "detach", "index"}  # may be given tensors of both


class Module(_DummyBackendModule):
    """What torch asks of a device's own module."""

    def get_rng_state(self, device: Any = None) -> Tensor:
        return torch.zeros(1, dtype=torch.uint8)

    def set_rng_state(self, state: Tensor, device: Any = None) -> None:
        pass

    def get_amp_supported_dtype(self) -> list[torch.dtype]:
        return [torch.bfloat16, torch.float16]


_setup_privateuseone_for_python_backend("elsewhere", Module())
ELSEWHERE = torch.device("elsewhere:0")


class Refused(Exception):
    """What a real device would not do either."""


class There(Tensor):
    """A tensor that says it is elsewhere; `here` holds its numbers."""

    here: Tensor

    @staticmethod
    def __new__(cls, here: Tensor) -> There:
        found = Tensor._make_wrapper_subclass(  # type: ignore[attr-defined]
            cls, here.size(), strides=here.stride(), storage_offset=here.storage_offset(), dtype=here.dtype,
            layout=here.layout, device=ELSEWHERE, requires_grad=here.requires_grad,
        )  # fmt: skip
        found.here = here
        return found

    def __repr__(self, **_: Any) -> str:  # type: ignore[override]
        return f"There({self.here!r})"

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return compute(func, args, kwargs or {})


class Device(TorchDispatchMode):
    """Within, tensors that are asked for elsewhere are There."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return compute(func, args, kwargs or {})


def compute(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """One operator on the CPU; what comes out is There where it would be on a real device."""
    name = func.overloadpacket.__name__
    given = [value for value in tree_flatten((args, kwargs))[0] if isinstance(value, Tensor)]
    there = any(isinstance(value, There) for value in given)
    if there and name in MISSING:
        raise Refused(f"{name} is not known on this device.")
    beside = [tuple(value.shape) for value in given if value.ndim and not isinstance(value, There)]
    if there and beside and name not in FREE:
        raise Refused(f"{name} is given tensors of two devices; on the CPU: {beside}")
    away = there
    if kwargs.get("device") is not None:
        away = torch.device(kwargs["device"]).type == ELSEWHERE.type
        kwargs = kwargs | {"device": torch.device("cpu")}
    inner = tree_map_only(There, lambda value: value.here, (args, kwargs))
    found = func(*inner[0], **inner[1])
    if not away:
        return found
    if any(isinstance(value, Tensor) and value.dtype == torch.float64 for value in tree_flatten(found)[0]):
        raise Refused(f"{name} gives float64, which this device does not have.")
    found = tree_map_only(Tensor, There, found)
    return return_and_correct_aliasing(func, args, kwargs, found) if there else found


def refused() -> int:
    """How many of four things that no such device does are refused."""
    x, count = torch.rand(4, 4).to(ELSEWHERE), 0
    for bad in (lambda: x.double(), lambda: x + torch.rand(4, 4), lambda: torch.linalg.eigh(x), lambda: torch.pdist(x)):
        try:
            bad()
        except Refused:
            count += 1
    return count


def main(names: list[str]) -> None:
    """Train each for a few steps, and on from its checkpoint."""
    # a tensor of a class of one's own cannot be an inference tensor, nor be put into a parameter but by exchange
    torch.inference_mode = lambda mode=True: torch.set_grad_enabled(not mode)  # type: ignore[assignment, misc]
    torch.__future__.set_swap_module_params_on_conversion(True)
    from tests.trainers.synthetic import dataset
    from trainers import evaluate, metrics
    from trainers import train as loop
    from trainers.checkpoint import Checkpoint
    from trainers.method import methods

    methods()  # reads all their files
    # what is asked is which operators there are, not what they find: a probe's are the same at every iteration
    metrics.ITERATIONS, metrics.DRAWS, evaluate.FEW = 3, 1, (1,)
    data = dataset(n=24, channels=3, size=20)
    factors = {"across": torch.linspace(-1, 1, 24), "mirror": torch.arange(24) % 3 == 0}
    train, test = (dataclasses.replace(part, factors=factors) for part in (data.train, data.test))
    data = dataclasses.replace(data, train=train, test=test)
    torch.Generator = Rng  # type: ignore[misc, assignment]
    for module in [value for key, value in sys.modules.items() if key.startswith("trainers") and hasattr(value, "Generator")]:
        module.Generator = Rng  # type: ignore[attr-defined]
    loop.pick_device = lambda name=None: ELSEWHERE  # type: ignore[assignment]
    with Device():
        print(json.dumps({"refused": refused()}))
        for name in names:
            method, _, encoder = name.partition(":")
            saved: list[Checkpoint] = []
            config = loop.RunConfig(method, steps=3, knobs={"encoder": encoder} if encoder else {})
            *events, end = loop.train(config, data, save=saved.append)
            *_, again = loop.train(dataclasses.replace(config, steps=5), data, resume=saved[-1])
            said = {"name": name, "events": sorted({type(event).__name__ for event in events}), "steps": again.step}
            print(json.dumps(said | dict(end.summary)), flush=True)  # type: ignore[attr-defined]


if __name__ == "__main__":
    main(sys.argv[1:])
