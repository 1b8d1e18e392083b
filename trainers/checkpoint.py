"""Networks and optimiser to and from safetensors and JSON. Nothing here unpickles.

model.safetensors holds a method's networks and, as metadata, all that is needed to build them again; names that start
with `encoder.` are the backbone alone. checkpoint.safetensors holds the same and the optimiser's state, to go on from.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from trainers.errors import UserError
from trainers.method import DataSpec, Method, make_config, method_class

DAMAGED = "{file} is damaged or not of this app: train the run again."
MODEL, CHECKPOINT = "model.safetensors", "checkpoint.safetensors"
LARGEST = 1 << 26  # bytes of a .npz, packed or not: of 2,000 images features of 512 numbers are 2 MB
MOST = 256  # pixels a side that a network is built for: its layers may grow with them, whatever its file holds
SMALL = 64  # numbers below which a tensor is kept as it is
SCALE = "//scale"  # after the name of a tensor of bytes: what its rows are to be multiplied by


@dataclass(frozen=True)
class Checkpoint:
    """One moment of a run: everything that the next step depends on. Chance is not in it: it follows from seed and step."""

    step: int
    seconds: float
    description: Mapping[str, Any]  # method, knobs, spec
    model: Mapping[str, Tensor]
    optimizer: Mapping[str, Tensor]  # "3.exp_avg" -> the moment of the third parameter

    def save(self, folder: Path) -> None:
        """Write both files, each complete or not at all."""
        about = {"step": self.step, "seconds": self.seconds, **self.description}
        _save(folder / MODEL, self.model, about)
        both = {f"model.{k}": v for k, v in self.model.items()} | {f"optimizer.{k}": v for k, v in self.optimizer.items()}
        _save(folder / CHECKPOINT, both, about)

    @classmethod
    def load(cls, folder: Path) -> Checkpoint:
        """The last moment that a run saved; UserError where there is none."""
        about, tensors = _load(folder / CHECKPOINT)
        step, seconds = about.pop("step"), about.pop("seconds")
        parts = {"model": {}, "optimizer": {}}
        for name, tensor in tensors.items():
            part, _, key = name.partition(".")
            parts[part][key] = tensor
        return cls(step, seconds, about, **parts)

    @classmethod
    def take(cls, method: Method, optimizer: torch.optim.Optimizer, name: str, step: int, seconds: float) -> Checkpoint:
        """A copy of now, on the CPU."""
        moments = {
            f"{index}.{key}": _copy(value)
            for index, state in optimizer.state_dict()["state"].items()
            for key, value in state.items()
        }
        networks = {key: _copy(value) for key, value in method.state_dict().items()}
        return cls(step, seconds, describe(method, name), networks, moments)

    def restore(self, method: Method, optimizer: torch.optim.Optimizer) -> None:
        """Put this moment back into networks and optimiser of the same make."""
        method.load_state_dict(dict(self.model))
        state: dict[int, dict[str, Tensor]] = {}
        for name, tensor in self.optimizer.items():
            index, _, key = name.partition(".")
            state.setdefault(int(index), {})[key] = tensor
        for index, parameter in enumerate(p for group in optimizer.param_groups for p in group["params"]):
            for key, tensor in state.get(index, {}).items():
                if tensor.shape == parameter.shape:  # the fused optimiser reads both in the order of memory
                    state[index][key] = torch.empty_like(parameter, requires_grad=False).copy_(tensor)
        optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def describe(method: Method, name: str) -> dict[str, Any]:
    """What to build a method from: its name, knobs and the shape of its data."""
    return {"method": name, "knobs": dataclasses.asdict(method.config), "spec": dataclasses.asdict(method.spec)}


def build(description: Mapping[str, Any]) -> Method:
    """The untrained method that `describe` told of. ValueError where it would be of huge images."""
    spec: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in description["spec"].items()
    }
    if not (0 < spec["height"] <= MOST and 0 < spec["width"] <= MOST and spec["channels"] in (1, 3)):
        raise ValueError("no size of images")
    name = description["method"]
    return method_class(name)(make_config(name, description["knobs"]), DataSpec(**spec))


def load_model(path: Path) -> Method:
    """A trained method, in eval mode, on the CPU, from its model.safetensors or the folder that holds it."""
    file = path / MODEL if path.is_dir() else path
    about, tensors = _load(file)
    try:
        method = build(about)
        method.load_state_dict(tensors)
        if not all(bool(value.isfinite().all()) for value in method.state_dict().values() if value.is_floating_point()):
            raise ValueError("weights that are no numbers")
    except (KeyError, TypeError, ValueError, AttributeError, RuntimeError) as error:  # of another version, or put together
        raise UserError(DAMAGED, file=file.name) from error
    return method.eval()


def saved_at(folder: Path) -> tuple[int, float]:
    """The step, and the seconds of training, at which a run's networks were saved; UserError as `load_model` has it."""
    about, _ = _load(folder / MODEL)
    try:
        return int(about["step"]), float(about["seconds"])
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(DAMAGED, file=MODEL) from error


def shrink_model(folder: Path) -> None:
    """Keep a run's networks in a quarter of their room, a byte a weight and a scale a row, and nothing to go on from."""
    about, tensors = _load(folder / MODEL)
    kept: dict[str, Tensor] = {}
    for key, value in tensors.items():
        # no byte for what is small, as mean and deviation of the images; nor for a queue that waits for its start
        if value.ndim < 2 or not value.is_floating_point() or value.numel() < SMALL:
            kept[key] = value
            continue
        rows = value.float().flatten(1)
        scale = rows.abs().amax(1, keepdim=True).clamp(min=1e-12) / 127
        kept[key], kept[key + SCALE] = (rows / scale).round().to(torch.int8).view_as(value).contiguous(), scale
    _save(folder / MODEL, kept, about)
    (folder / CHECKPOINT).unlink(missing_ok=True)


def write(path: Path, content: Callable[[Path], object]) -> None:
    """Let `content` write a file under another name, then give it its own: no reader ever sees half of it."""
    # not by process and thread: two machines that write into one folder may have the same numbers
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        content(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


_reading = threading.Lock()


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """All arrays of a .npz; nothing is unpickled. One thread at a time. UserError where it is damaged, or unpacks to too much.

    numpy has Python parse the headers, and Python 3.11 counts the depth of all threads' parsing together: SystemError.
    """
    try:
        # opened here: numpy leaves open what it cannot read
        with _reading, path.open("rb") as content, np.load(content, allow_pickle=False) as file:
            if sum(member.file_size for member in file.zip.infolist()) > LARGEST:
                raise ValueError("too much")
            return {name: file[name] for name in file.files}
    except FileNotFoundError:
        raise
    except Exception as error:  # zipfile, zlib and numpy raise many kinds for damaged contents
        raise UserError(DAMAGED, file=path.name) from error


def _copy(tensor: Tensor) -> Tensor:
    return tensor.detach().to("cpu", copy=True).contiguous()


def _save(path: Path, tensors: Mapping[str, Tensor], about: Mapping[str, Any]) -> None:
    def content(temporary: Path) -> None:
        try:
            save_file(dict(tensors), temporary, {"playground": json.dumps(about)})
        except SafetensorError as error:  # which says it in words: a full disk, say
            found = re.search(r"os error (\d+)", str(error))
            raise OSError(int(found[1]) if found else 0, str(error), path.name) from error

    write(path, content)


def _load(path: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    if not path.is_file():
        raise UserError(
            "There is no saved network in {folder} yet: the run ended before its first snapshot.",
            folder=path.parent.name,
        )
    try:
        with safe_open(path, "pt") as file:
            tensors = {key: file.get_tensor(key) for key in file.keys()}
            for key in [key for key in tensors if key.endswith(SCALE)]:  # of a model that was made small
                name, scale = key.removesuffix(SCALE), tensors.pop(key)
                if scale.shape != (len(tensors[name]), 1):  # which would make many of each
                    raise ValueError("no scale of these rows")
                tensors[name] = (tensors[name].flatten(1) * scale).view_as(tensors[name])
            return json.loads(file.metadata()["playground"]), tensors
    except Exception as error:  # safetensors raises its own kind, json another, a file of someone else's a KeyError
        raise UserError(DAMAGED, file=path.name) from error
