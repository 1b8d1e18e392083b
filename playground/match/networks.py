"""Networks that compare images with texts: runs of CLIP, and all that open_clip loads. They run in a background process.

Weights are safetensors, or read by torch with weights_only: a file that holds code is refused, and so is a configuration
that would let a tokenizer bring some along.
"""

from __future__ import annotations

import json
import logging
import math
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from playground.match import weights
from playground.match.answers import Network
from playground.match.hub import FETCHED, fetched, read_config
from playground.match.hub import TOKENIZER as TOKENIZER_FILES
from playground.match.sources import CONFIG, Source
from trainers.errors import UserError, of_disk

log = logging.getLogger(__name__)
Watch = Callable[[float], None]
Pictures = Sequence[NDArray[np.uint8]]  # each (H,W,1 or 3)
TOKENIZER = {"clean", "strip_sep_token", "language", "tokenizer_mode", "context_length"}  # open_clip's own settings of one
BATCH = 32  # images or texts that go through a network at once: between two of them a job can be given up
NOT_LOADED = "{name} cannot be loaded ({error}; the log has the details): it must be whole and in open_clip's format."
NO_NUMBERS = "{name} was loaded, but what it answers are no numbers: its weights are damaged, so choose another model."
MULTILINGUAL = re.compile(r"xlm|mt5|nllb|siglip2|i18n|multilingual", re.IGNORECASE)  # in the name of a tokenizer or text tower


# -- what the process does -----------------------------------------------------------------------------------------------


def describe(source: Source, watch: Watch) -> Network:
    """Load a model, from the network where it has to be, and say what it is. UserError where it cannot be had."""
    return _loaded_by(source, watch).about()


def see(source: Source, pictures: Pictures, watch: Watch) -> NDArray[np.float32]:
    """N pictures of any size -> their embeddings (N,D), of length 1."""
    model, found = _loaded_by(source, lambda share: None), []
    for begin in range(0, len(pictures), BATCH):
        watch(begin / len(pictures))
        with torch.inference_mode():
            found.append(model.see(pictures[begin : begin + BATCH]).float().cpu().numpy())
    return np.concatenate(found)


class Read(NamedTuple):
    """What a model reads of M texts."""

    values: NDArray[np.float32]  # (M,D), of length 1
    known: NDArray[np.bool_]  # (M,): of which of them the model knows at least a word
    ends: list[int]  # how many letters of each were read: all, or those before the place where it was cut
    marks: list[bytes]  # what was read of each: two that are the same are one text to the model


def read(source: Source, texts: Sequence[str], watch: Watch) -> Read:
    """M texts, as a model reads them."""
    from trainers.clip_towers import read_letters

    model, found, known = _loaded_by(source, lambda share: None), [], []
    ends, marks = list[int](), list[bytes]()
    for begin in range(0, len(texts), 4 * BATCH):
        watch(begin / len(texts))
        part = list(texts[begin : begin + 4 * BATCH])
        with torch.inference_mode():
            found.append(model.read(part).float().cpu().numpy())
        known += model.knows(part)
        ends += [read_letters(model.tokenizer, text, model.tokens) for text in part]
        marks += [row.numpy().tobytes() for row in model.tokenizer(part)]
    return Read(np.concatenate(found), np.array(known, bool), ends, marks)


def patches(source: Source, picture: NDArray[np.uint8], text: NDArray[np.float32], watch: Watch) -> list[list[float]] | None:
    """Cosines of the patches of a picture with a text (D,), in rows from the top; None where a tower has none that compare."""
    model = _loaded_by(source, lambda share: None)
    with torch.inference_mode():
        found = model.patches(picture)
    if found is None:
        return None
    return (torch.nn.functional.normalize(found.float(), dim=-1) @ torch.from_numpy(np.ascontiguousarray(text))).tolist()


def warm(watch: Watch) -> None:
    """Import what takes seconds."""
    import open_clip  # noqa: F401 (that is the point)


# -- two kinds of models -------------------------------------------------------------------------------------------------


class Trained:
    """A run of CLIP. It sees images at the size, and in the colours, that it was trained with."""

    def __init__(self, folder: Path) -> None:
        from trainers.checkpoint import load_model

        self.method: Any = load_model(folder)
        if not self.method.reads:
            raise UserError("This run was trained without words: only a run of CLIP can match.")
        from trainers.clip_towers import tokenizer

        self.size = max(self.method.spec.height, self.method.spec.width)
        self.tokenizer = tokenizer()
        self.tokens = int(self.tokenizer.context_length)

    def see(self, pictures: Pictures) -> Tensor:
        """Pictures -> (N,D)."""
        from trainers.data.folder import fit
        from trainers.views import plain

        images = torch.stack([fit(_image(one), self.size, self.method.spec.channels) for one in pictures])
        return self.method.embed(self.method.encode(plain(images)))

    def read(self, texts: list[str]) -> Tensor:
        """Texts -> (M,D)."""
        return self.method.texts.read(texts)

    def knows(self, texts: list[str]) -> list[bool]:
        """Whether at least one word of each was trained."""
        return self.method.texts.vocabulary.knows(texts)

    def patches(self, picture: NDArray[np.uint8]) -> None:
        """It has none: its tower halves an image to one place."""

    def about(self) -> Network:
        """What the page says of it."""
        about = _about(self.method, self.size, self.method.config.dimensions, self.method.logit_scale, self.tokens)
        return {**about, "multilingual": self.knows(["猫"])[0]}


class OpenClip:
    """A model of open_clip, with its own way to prepare images and texts."""

    def __init__(self, name: str, tag: str | None = None, file: Path | None = None, licence: str = "", title: str = "") -> None:
        import open_clip

        # in a fresh process nothing of open_clip's is known but what comes with it: names mean what they mean elsewhere
        made: Any = open_clip.create_model_and_transforms(
            name, pretrained=tag, load_weights=file is None, require_pretrained=file is None, pretrained_text=False
        )
        self.model, _, self.prepare = made
        if file is not None:  # in a folder open_clip would choose the file by itself
            with weights.plain(file, title, self.model.state_dict().keys()) as path:
                open_clip.load_checkpoint(self.model, path)
        self.tokenizer = open_clip.get_tokenizer(name)
        self.model.eval()
        self.tokens = int(getattr(self.tokenizer, "context_length", 0) or 77)
        self.licence = licence
        embedding = getattr(getattr(self.model, "text", self.model), "token_embedding", None)
        table = torch.ones(0, 1) if embedding is None else embedding.weight.detach()
        trained = table.abs().amax(1).nonzero().flatten()
        # of a small model's table only the tokens that were met in training are not zero; a large one knows all
        self.trained = trained if 0 < len(trained) < len(table) // 2 else None
        text: dict[str, Any] = (open_clip.get_model_config(name) or {}).get("text_cfg", {})
        several = MULTILINGUAL.search(f"{text.get('hf_tokenizer_name')} {text.get('hf_model_name')}")
        self.multilingual = bool(several) or (self.trained is not None and self.knows(["猫"])[0])

    def see(self, pictures: Pictures) -> Tensor:
        """Pictures -> (N,D)."""
        return self.model.encode_image(torch.stack([self.prepare(_image(one)) for one in pictures]), normalize=True)

    def read(self, texts: list[str]) -> Tensor:
        """Texts -> (M,D)."""
        return self.model.encode_text(self.tokenizer(texts), normalize=True)

    def knows(self, texts: list[str]) -> list[bool]:
        """Whether at least one word of each was trained."""
        from trainers.clip_towers import known

        return [True] * len(texts) if self.trained is None else known(texts, self.tokenizer, self.trained)

    def patches(self, picture: NDArray[np.uint8]) -> Tensor | None:
        """Embeddings (h,w,D) of the patches of a picture, as far as the tower has some that compare with texts."""
        from playground.match.patches import embed

        return embed(self.model.visual, self.prepare(_image(picture)).unsqueeze(0))

    def about(self) -> Network:
        """What the page says of it."""
        from playground.match.patches import has_patches

        size = self.model.visual.image_size
        size = max(size) if isinstance(size, (tuple, list)) else size
        width = len(self.read(["a"])[0])
        about = _about(self.model, size, width, self.model.logit_scale, self.tokens)
        bias = getattr(self.model, "logit_bias", None)
        about["bias"], about["patches"] = None if bias is None else float(bias.detach()), has_patches(self.model.visual)
        return {**about, "licence": self.licence, "multilingual": self.multilingual}


def _about(model: torch.nn.Module, size: int, dimensions: int, scale: Tensor, tokens: int) -> Network:
    parameters = list(model.parameters())
    return {
        "size": size, "dimensions": dimensions, "parameters": sum(p.numel() for p in parameters),
        "bytes": sum(p.numel() * p.element_size() for p in parameters), "scale": float(scale.detach().exp()),
        "tokens": tokens, "bias": None, "patches": False, "licence": "", "multilingual": False,
    }  # fmt: skip


def _image(picture: NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(picture[..., 0] if picture.shape[2] == 1 else picture).convert("RGB")


# -- loading -------------------------------------------------------------------------------------------------------------


def _loaded_by(source: Source, watch: Watch) -> Any:
    return _loaded(fetched(source, watch))  # a download can be watched and given up; what is loaded already needs none


@lru_cache(3)
def _loaded(source: Source) -> Any:
    with checked(source.title):
        model, grey = _made(source), np.full((8, 8, 3), 128, np.uint8)
        with torch.inference_mode():
            answers = torch.cat([model.see([grey]).flatten(), model.read(["a"]).flatten()])
        if not (answers.isfinite().all() and all(math.isfinite(model.about()[key] or 0) for key in ("scale", "bias"))):
            raise UserError(NO_NUMBERS, name=source.title)
        return model


def _made(source: Source) -> Any:
    if source.kind == "run":
        return Trained(Path(source.where))
    if source.kind == "name":  # whose weights are not on the hub
        return OpenClip(source.where, source.tag)
    where = Path(source.where)
    with _offline():  # all that is needed is here, and what is missing is not waited for
        if source.tag:
            return OpenClip(source.tag, file=where, title=source.title)
        folder = where if source.kind == "folder" else where.parent
        file = weights.choose(where)[0] if source.kind == "folder" else where
        with _configured(folder, source.title if source.kind == "folder" else folder.name) as (place, licence):
            return OpenClip(f"local-dir:{place}", file=file, licence=licence, title=source.title)


@contextmanager
def _offline() -> Iterator[None]:
    from huggingface_hub import constants

    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before


@contextmanager
def _configured(folder: Path, name: str) -> Iterator[tuple[Path, str]]:
    """A folder whose configuration open_clip can read, and the licence that it names: the same one, or a copy without weights.

    UserError where there is no configuration, or where it asks for more than open_clip's own.
    """
    path = folder / CONFIG
    try:
        found = read_config(path)
        text = found["model_cfg"].get("text_cfg", {})
        asked, tokenizer = {**(text.get("tokenizer_kwargs") or {})}, text.get("hf_tokenizer_name")
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UserError("{config} of {name} is damaged: it must be JSON with a “model_cfg”.",
                        config=CONFIG, name=name) from error  # fmt: skip
    if strange := sorted(set(asked) - TOKENIZER):  # open_clip hands them on to transformers, trust_remote_code too
        raise UserError("{config} of {name} sets “{what}” for its tokenizer, which could run code: take it out.",
                        config=CONFIG, name=name, what=strange[0][:40])  # fmt: skip
    if tokenizer and not any(next(folder.glob(file), None) for file in TOKENIZER_FILES):
        raise UserError("{name} reads texts by the tokenizer {tokenizer}, which is not in its folder: put {file} there.",
                        name=name, tokenizer=tokenizer, file=TOKENIZER_FILES[0])  # fmt: skip
    written, licence = json.dumps(found).encode(), str(found.get("licence", ""))[:80]
    if _is_plain(path, found):
        yield folder, licence
        return
    with tempfile.TemporaryDirectory() as desk:
        for file in (file for kind in FETCHED for file in folder.glob(kind)):
            shutil.copy(file, desk)
        (Path(desk) / CONFIG).write_bytes(written)
        yield Path(desk), licence


def _is_plain(path: Path, found: Any) -> bool:
    """Whether open_clip reads the same in a configuration."""
    try:
        return json.loads(path.read_text("utf-8")) == found
    except ValueError:
        return False


@contextmanager
def checked(name: str) -> Iterator[None]:
    """Whatever goes wrong while a model is loaded, in a sentence; the trace goes to the log."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:  # open_clip, timm, safetensors and torch each have their own
        log.exception("%s cannot be loaded", name)
        if isinstance(error, (torch.OutOfMemoryError, MemoryError)) or "allocate memory" in str(error):
            raise UserError("There is not enough memory for {name}: choose a smaller model.", name=name) from error
        if told := weights.misfit(str(error), name):
            raise told from error
        raise of_disk(error) or UserError(NOT_LOADED, name=name, error=type(error).__name__) from error
