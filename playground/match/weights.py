"""Files of weights: which of a folder is a model's, and its weights without what training scripts wrap around them.

safetensors, or what torch reads with weights_only: code is never run.
"""

from __future__ import annotations

import argparse
import os
import pickletools
import re
import tempfile
import zipfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from trainers.errors import UserError
from trainers.pictures import archive

ENDINGS = (".safetensors", ".bin", ".pth", ".pt", ".ckpt")
# names that open_clip itself takes first, in this order
FIRST = (
    "open_clip_model.safetensors", "open_clip_pytorch_model.safetensors", "open_clip_pytorch_model.bin",
    "open_clip_pytorch_model.pth", "model.safetensors", "pytorch_model.bin", "pytorch_model.pth", "model.pth",
)  # fmt: skip
BESIDE = re.compile(r"optim|sched|scaler|rng_|random_states|training_args", re.IGNORECASE)  # what training keeps beside weights
SHADOW = re.compile(r"ema|averag|teacher|momentum|shadow", re.IGNORECASE)  # a second copy of a model: the first one is taken
DEEPEST = 6  # wrappers around weights
# of compiled, sharded and recomputed parts
INNER = re.compile(r"(_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)\.")
SIZES = {"input_resolution", "context_length", "vocab_size"}  # numbers beside OpenAI's weights, which open_clip leaves out too
SHARD = re.compile(r"(.*)-(\d{5})-of-(\d{5})")  # the name of one of several files that are a model together
# of no code: settings of a command line, and numbers that are no tensors
SAFE: list[Any] = [
    argparse.Namespace, np.dtype, type(np.dtype(np.float64)), type(np.dtype(np.float32)), type(np.dtype(np.int64)),
    *((np.float64(0).__reduce__()[0], f"numpy.{core}.multiarray.scalar") for core in ("core", "_core")),
]  # fmt: skip

EMPTY = "{name} cannot be loaded: its file of weights is empty, so copy it again."
POINTER = "{name} cannot be loaded: its weights are a pointer of Git LFS and not the file itself; fetch it with git lfs pull."
PART = "{name} is in {count} files, and {file} is not among them: put it there."
ARCHIVE = "{name} cannot be loaded: its file of weights is a {kind} archive, so unpack it first."
TEXT = "{name} cannot be loaded: its file of weights is a text, “{start}”; download the file itself."
PAGE = "{name} cannot be loaded: its file of weights is a web page; download the file itself."
CUT = "{name} cannot be loaded: its file of weights is cut off or damaged, so copy it again."
SCRIPT = "{name} cannot be loaded: it is a program of TorchScript, which is never run; save its state_dict as safetensors."
CODE = "{name} holds code beside its weights, which is never run: save it as safetensors."
NO_TENSORS = "{name} cannot be loaded: there are no weights in its file."
NOT_FITTING = "The weights of {name} do not fit the configuration: take both from the same model."
MISSING = "The weights of {name} do not fit the configuration ({key} is missing): take both from the same model."
STRANGE = "The weights of {name} do not fit the configuration ({key} is in none of its parts): take both from the same model."
OTHER_SIZE = (
    "The weights of {name} do not fit the configuration ({key} has {there} numbers and should have {here}): "
    "take both from the same model."
)


def choose(folder: Path) -> tuple[Path | None, bool]:
    """The file of weights of a folder, or None; and whether there are others that it could have been.

    One by a name of open_clip's; else safetensors before others, and the last by number: epoch_10.pt after epoch_9.pt. Of a
    model in several files the last one stands for all.
    """
    found = [file for file in folder.iterdir() if file.suffix.lower() in ENDINGS and file.is_file()]
    found = [file for file in found if not BESIDE.search(file.stem)]
    if named := [file for name in FIRST for file in found if file.name == name]:
        return named[0], False
    found.sort(key=lambda file: (file.suffix.lower() == ".safetensors", _by_number(file.stem)))
    models = {SHARD.sub(r"\1", file.stem) + file.suffix for file in found}
    return (found[-1], len(models) > 1) if found else (None, False)


def _by_number(name: str) -> list[Any]:
    return [int(part) if i % 2 else part for i, part in enumerate(re.split(r"(\d+)", name))]


@contextmanager
def plain(file: Path, name: str, wanted: Collection[str]) -> Iterator[str]:
    """A file that open_clip.load_checkpoint takes: this one, or for as long as it is needed another one with its weights alone.

    wanted: the names of the model's weights. name: what to call the model in a sentence. UserError where there are none.
    """
    kind = _kind(file, name)
    content = _whole(file, name) if SHARD.fullmatch(file.stem) else _read(file, name, kind)
    found = unwrapped(content, wanted)
    if not found:
        raise UserError(NO_TENSORS, name=name)
    state = content.get("state_dict", content) if isinstance(content, Mapping) else content
    if (
        isinstance(state, Mapping)
        and not SHARD.fullmatch(file.stem)
        and found.keys() == state.keys()
        and (kind == "safetensors") == (file.suffix == ".safetensors")
    ):
        with torch.serialization.safe_globals(SAFE):
            yield str(file)
        return
    with tempfile.TemporaryDirectory() as desk:
        path = os.path.join(desk, "weights.pt")
        torch.save(found, path)
        del content, found, state
        yield path


def unwrapped(content: Any, wanted: Collection[str]) -> dict[str, Tensor]:
    """The weights in what a training script saved, by the names that the model has: {} where there are none.

    They may lie deeper ("state_dict", "model", "ema" …), and their names may begin with what wraps a model ("module.",
    "model.") or have the mark of a compiled part within ("_orig_mod."). Of several copies the one that fits best is taken, and
    of those that fit as well no moving average, and the one that is wrapped least.
    """
    best: tuple[Any, dict[str, Tensor]] = ((), {})
    for place, tensors in _mappings(content):
        named = {INNER.sub("", key): value for key, value in tensors.items()}
        for prefix in _prefixes(named):
            found = {key[len(prefix) :]: value for key, value in named.items() if key.startswith(prefix)}
            fits = sum(key in wanted for key in found)
            shadow = bool(SHADOW.search(place + prefix))
            score = (fits, "logit_scale" in found, not shadow, -place.count("/") - prefix.count("."), len(found))
            if not best[1] or score > best[0]:
                best = (score, found)
    return {key: value for key, value in best[1].items() if key not in SIZES}


def _whole(file: Path, name: str) -> dict[str, Any]:
    """What all files hold that a file is one of."""
    shard, found = SHARD.fullmatch(file.stem), dict[str, Any]()
    assert shard is not None
    for number in range(1, int(shard[3]) + 1):
        part = file.with_name(f"{shard[1]}-{number:05}-of-{shard[3]}{file.suffix}")
        if not part.is_file():
            raise UserError(PART, name=name, count=int(shard[3]), file=part.name)
        content = _read(part, name, _kind(part, name))
        found |= content if isinstance(content, Mapping) else {}
    return found


def _mappings(content: Any, place: str = "", depth: int = 0) -> Iterator[tuple[str, dict[str, Tensor]]]:
    """Each mapping within that holds tensors, and where it lies."""
    if not isinstance(content, Mapping) or depth > DEEPEST:
        return
    tensors = {key: value for key, value in content.items() if isinstance(key, str) and isinstance(value, Tensor)}
    if tensors:
        yield place, tensors
    for key, value in content.items():
        if isinstance(key, str):
            yield from _mappings(value, f"{place}{key}/", depth + 1)


def _prefixes(names: Collection[str]) -> set[str]:
    """What the names may begin with before a model's own: what stands before its logit scale, or what all of them share."""
    shared = os.path.commonprefix([*names])
    own = {name.removesuffix("logit_scale") for name in names if name == "logit_scale" or name.endswith(".logit_scale")}
    return {"", shared[: shared.rfind(".") + 1], *own}


def _kind(file: Path, name: str) -> str:
    """Which of "safetensors", "zip" and "pickle" a file is by what it holds, not by its name; UserError where it is none."""
    with file.open("rb") as opened:
        head = opened.read(512)
    if not head:
        raise UserError(EMPTY, name=name)
    if head.startswith(b"version https://git-lfs"):
        raise UserError(POINTER, name=name)
    if re.match(rb"\s*<(!doctype|html|\?xml)", head, re.IGNORECASE):
        raise UserError(PAGE, name=name)
    if kind := archive(head):
        raise UserError(ARCHIVE, name=name, kind=kind)
    if start := _text(head):
        raise UserError(TEXT, name=name, start=start)
    if head.startswith(b"PK\3\4"):
        return "zip"
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") < file.stat().st_size:
        return "safetensors"
    return "pickle"


def _text(head: bytes) -> str:
    """How a file begins that is a text, as of a server that has none; "" where it is none."""
    try:
        text = head.decode()
    except UnicodeDecodeError:
        return ""
    return " ".join(text.split())[:40] if all(one.isprintable() or one.isspace() for one in text) else ""


def _read(file: Path, name: str, kind: str) -> Any:
    from safetensors.torch import load_file

    try:
        if kind == "safetensors":
            return load_file(file)
        if kind == "zip" and _is_script(file):
            raise UserError(SCRIPT, name=name)
        with torch.serialization.safe_globals(SAFE), file.open("rb") as opened:
            if file.suffix == ".safetensors":  # torch goes by a path's ending
                return torch.load(opened, map_location="cpu", weights_only=True)
            return torch.load(file, map_location="cpu", weights_only=True, mmap=kind == "zip")
    except (UserError, MemoryError):
        raise
    except Exception as error:  # torch, pickle, zipfile and safetensors each have their own
        if "allocate memory" in str(error):
            raise
        known = type(error).__name__ == "UnpicklingError"
        code = known and (re.search(r"GLOBAL|Unsupported (global|class)|Trying to", str(error)) or _calls(file))
        raise UserError(CODE if code else CUT, name=name) from error


def _calls(file: Path) -> bool:
    """Whether a pickle, in opcodes that torch does not know, is whole and names what is to be called. It is only read."""
    named = False
    try:
        with file.open("rb") as opened:
            for opcode, _, _ in pickletools.genops(opened):
                named |= opcode.name in ("GLOBAL", "STACK_GLOBAL")
    except Exception:  # it ends before its end, or is none; pickletools has its own for each
        return False
    return named


def _is_script(file: Path) -> bool:
    with zipfile.ZipFile(file) as opened:
        return any("/code/" in name for name in opened.namelist())


def misfit(error: str, name: str) -> UserError | None:
    """What of a model and of its weights does not fit, from what torch says; None where it is about something else."""
    if "state_dict" not in error:
        return None
    missing, strange = (re.search(rf'{what} key\(s\) in state_dict: "([^"]+)"', error) for what in ("Missing", "Unexpected"))
    if missing:
        return UserError(MISSING, name=name, key=missing[1])
    if strange:
        return UserError(STRANGE, name=name, key=strange[1])
    size = re.search(r"size mismatch for ([\w.]+): .*?Size\(\[(.*?)\]\).*?Size\(\[(.*?)\]\)", error, re.DOTALL)
    if size:
        return UserError(OTHER_SIZE, name=name, key=size[1], there=_times(size[2]), here=_times(size[3]))
    return UserError(NOT_FITTING, name=name)


def _times(shape: str) -> str:
    return shape.replace(", ", "×") or "1"
