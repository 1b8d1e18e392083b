"""Models that compare images with texts: runs of CLIP, and all that open_clip loads. They run in a background process.

Weights are safetensors, or read by torch with weights_only: a file that holds code is refused, and so is a configuration
that would let a tokenizer bring some along. What is downloaded lies in
huggingface_hub's own cache.
"""

from __future__ import annotations

import json
import logging
import math
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from playground.background import Cancelled
from trainers.errors import UserError

log = logging.getLogger(__name__)
Watch = Callable[[float], None]
Pictures = Sequence[NDArray[np.uint8]]  # each (H,W,1 or 3)
CONFIG, WEIGHTS = "open_clip_config.json", (".safetensors", ".bin", ".pt", ".pth")
FOUND = (".safetensors", ".bin", ".pth")  # what open_clip looks for in a folder
FETCHED = ("open_clip_config.json", "*.json", "*.txt", "*.model")  # beside the weights: a tokenizer is several small files
TOKENIZER = {"clean", "strip_sep_token", "language", "tokenizer_mode", "context_length"}  # open_clip's own settings of one
BATCH = 32  # images or texts that go through a network at once: between two of them a job can be given up
HUB, REPOSITORY = "hf-hub:", re.compile(r"[\w-][\w.-]{0,95}/[\w-][\w.-]{0,95}", re.ASCII)
USUAL = ("datacomp_xl", "datacomp1b", "laion2b", "laion5b", "webli", "dfn", "openai")  # weights to take where none are named
OFFLINE = "The weights of {name} cannot be downloaded (no connection): connect to the internet, or choose a model that is here."
REFUSED = "The weights of {name} cannot be downloaded (error {code}): try again later, or choose a model that is here."
CODE = "{name} is damaged, or holds code beside its weights, which is never run: save it as safetensors."
NOT_LOADED = "{name} cannot be loaded ({error}; the log has the details): it must be whole and in open_clip's format."
NOT_FITTING = "The weights of {name} do not fit the configuration: take both from the same model."
NO_NUMBERS = "{name} was loaded, but what it answers are no numbers: its weights are damaged, so choose another model."
MULTILINGUAL = re.compile(r"xlm|mt5|nllb|siglip2|i18n|multilingual", re.IGNORECASE)  # in the name of a tokenizer or text tower


@dataclass(frozen=True)
class Source:
    """Where a model is.

    kind: "run" (where: its folder), "folder" (of open_clip's format), "file" (weights; tag: the architecture, or "" where
    open_clip_config.json lies beside them), "name" (of open_clip; tag: its weights) or "hub" (an id there).
    changed: another number once the files there are others. name: what to call it, where that is not its place.
    """

    kind: str
    where: str
    tag: str = ""
    changed: int = 0
    name: str = ""

    @property
    def title(self) -> str:
        """What to call it in a sentence: a path is shortened to its last part."""
        if self.name:
            return self.name
        return Path(self.where).name if self.kind in ("run", "folder", "file") else f"{self.where}/{self.tag}".strip("/")


def find(text: str, local: bool) -> Source:
    """What a person typed: a name of open_clip, with or without "/weights", an id of the hub, a folder or a file.

    local: whether paths of this machine may be named. UserError where it is none of these.
    """
    import open_clip

    text = text.strip().removeprefix("local-dir:")  # as open_clip itself calls a folder
    if text.startswith(HUB) and REPOSITORY.fullmatch(text.removeprefix(HUB)):
        return Source("hub", text.removeprefix(HUB))
    name, _, tag = text.partition("/")
    weights = open_clip.list_pretrained_tags_by_model(name)
    if weights and (not tag or tag in weights):
        return Source("name", name, tag or max(weights, key=lambda one: [one.startswith(start) for start in USUAL]))
    if weights:
        some = ", ".join(weights[:8]) + (", …" if len(weights) > 8 else "")
        raise UserError("{name} has no weights “{tag}”: choose one of {tags}.", name=name, tag=tag[:80], tags=some)
    architecture, _, rest = text.partition(":")
    if rest and architecture in open_clip.list_models():
        text = rest
    else:
        architecture = ""
    if not local and (text.startswith(("/", "~", ".")) or text.count("/") > 1):
        raise UserError("Folders of this machine are closed here: type a name of open_clip or hf-hub:… .")
    try:  # where folders are closed, not even whether one is there is told
        path = Path(text).expanduser()
        there = local and bool(text) and path.exists()
    except (OSError, ValueError, RuntimeError):
        path, there = Path(), False
    if not there:
        raise UserError(
            "There is no model “{name}”: type a name of open_clip (ViT-B-32/laion2b_s34b_b79k), hf-hub:organisation/model, "
            "or the path of a folder that holds {config}.",
            name=text[:80], config=CONFIG,
        )  # fmt: skip
    return at(path.resolve(), architecture)


def at(path: Path, architecture: str = "") -> Source:
    """The model in a folder or a file, which has to be there. UserError where it is in none of the formats."""
    if path.is_dir() and (path / "run.json").exists():
        model = path / "model.safetensors"
        return Source("run", str(path), changed=model.stat().st_mtime_ns if model.exists() else 0)
    if path.is_dir():
        if not (path / CONFIG).is_file():
            raise UserError(
                "The folder {name} holds no {config}: it is not in open_clip's format.", name=path.name, config=CONFIG
            )
        files = [file for file in path.iterdir() if file.is_file()]
        if not any(file.suffix in FOUND for file in files):
            raise UserError("The folder {name} holds no weights beside its {config}: put them there as safetensors.",
                            name=path.name, config=CONFIG)  # fmt: skip
        return Source("folder", str(path), changed=max(file.stat().st_mtime_ns for file in files))
    if path.suffix not in WEIGHTS:
        raise UserError("{name} is no file of weights: it must end with {endings}.", name=path.name, endings=", ".join(WEIGHTS))
    if not architecture and not (path.parent / CONFIG).is_file():
        raise UserError(
            "Nothing says what {name} is the weights of: put {config} beside it, or write the architecture before it, "
            "as in ViT-B-32:{name}.",
            name=path.name, config=CONFIG,
        )  # fmt: skip
    return Source("file", str(path), architecture, path.stat().st_mtime_ns)


# -- what the process does -----------------------------------------------------------------------------------------------


def describe(source: Source, watch: Watch) -> dict[str, Any]:
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


def read(source: Source, texts: Sequence[str], watch: Watch) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """M texts -> their embeddings (M,D), of length 1, and of which of them the model knows at least a word, (M,)."""
    model, found, known = _loaded_by(source, lambda share: None), [], []
    for begin in range(0, len(texts), 4 * BATCH):
        watch(begin / len(texts))
        part = list(texts[begin : begin + 4 * BATCH])
        with torch.inference_mode():
            found.append(model.read(part).float().cpu().numpy())
        known += model.knows(part)
    return np.concatenate(found), np.array(known, bool)


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
        self.size = max(self.method.spec.height, self.method.spec.width)

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

    def about(self) -> dict[str, Any]:
        """What the page says of it."""
        about = _about(self.method, self.size, self.method.config.dimensions, self.method.logit_scale)
        return about | {"multilingual": self.knows(["猫"])[0]}


class OpenClip:
    """A model of open_clip, with its own way to prepare images and texts."""

    def __init__(self, name: str, weights: str | None = None, file: str | None = None, licence: str = "") -> None:
        import open_clip

        # in a fresh process nothing of open_clip's is known but what comes with it: names mean what they mean elsewhere
        made: Any = open_clip.create_model_and_transforms(
            name, pretrained=weights, load_weights=file is None, require_pretrained=file is None, pretrained_text=False
        )
        self.model, _, self.prepare = made
        if file is not None:  # in a folder open_clip would choose the file by itself
            open_clip.load_checkpoint(self.model, file)
        self.tokenizer = open_clip.get_tokenizer(name)
        self.model.eval()
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

    def about(self) -> dict[str, Any]:
        """What the page says of it."""
        size = self.model.visual.image_size
        size = max(size) if isinstance(size, (tuple, list)) else size
        width = len(self.read(["a"])[0])
        return _about(self.model, size, width, self.model.logit_scale) | {
            "licence": self.licence, "multilingual": self.multilingual,
        }  # fmt: skip


def _about(model: torch.nn.Module, size: int, dimensions: int, scale: Tensor) -> dict[str, Any]:
    parameters = list(model.parameters())
    return {
        "size": size, "dimensions": dimensions, "parameters": sum(p.numel() for p in parameters),
        "bytes": sum(p.numel() * p.element_size() for p in parameters), "scale": float(scale.detach().exp()),
        "licence": "", "multilingual": False,
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
        if not (answers.isfinite().all() and math.isfinite(model.about()["scale"])):
            raise UserError(NO_NUMBERS, name=source.title)
        return model


def _made(source: Source) -> Any:
    if source.kind == "run":
        return Trained(Path(source.where))
    if source.kind == "folder":
        return OpenClip(f"local-dir:{source.where}", licence=_licence(Path(source.where), source.title))
    if source.kind == "name":  # whose weights are not on the hub
        return OpenClip(source.where, source.tag)
    if source.tag:
        return OpenClip(source.tag, file=source.where)
    folder = Path(source.where).parent
    return OpenClip(f"local-dir:{folder}", file=source.where, licence=_licence(folder, folder.name))


def _licence(folder: Path, name: str) -> str:
    """What the configuration says, where it is one; UserError where it is none, or asks for more than open_clip's own."""
    try:
        found = json.loads((folder / CONFIG).read_text("utf-8"))
        asked = {**(found["model_cfg"].get("text_cfg", {}).get("tokenizer_kwargs") or {})}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UserError("{config} of {name} is damaged: it must be JSON with a “model_cfg”.",
                        config=CONFIG, name=name) from error  # fmt: skip
    if strange := sorted(set(asked) - TOKENIZER):  # open_clip hands them on to transformers, trust_remote_code too
        raise UserError("{config} of {name} sets “{what}” for its tokenizer, which could run code: take it out.",
                        config=CONFIG, name=name, what=strange[0][:40])  # fmt: skip
    return str(found.get("licence", ""))[:80]


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
        if type(error).__name__ == "UnpicklingError":
            raise UserError(CODE, name=name) from error
        if "state_dict" in str(error):
            raise UserError(NOT_FITTING, name=name) from error
        raise UserError(NOT_LOADED, name=name, error=type(error).__name__) from error


def fetched(source: Source, watch: Watch) -> Source:
    """The same model on this machine, downloaded where it is not there yet; itself where it needs nothing of the hub."""
    if source.kind not in ("hub", "name"):
        return source
    import open_clip
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    repository, file = source.where, ""
    if source.kind == "name":
        about: dict[str, Any] = open_clip.get_pretrained_cfg(source.where, source.tag)
        owner, _, rest = str(about.get("hf_hub", "")).partition("/")
        name, _, file = rest.partition("/")  # a certain file of a repository that has no open_clip_config.json, or ""
        repository = f"{owner}/{name}"
        if not name:
            return source

    def local(folder: str) -> Source:
        where = str(Path(folder) / file) if file else folder
        return Source("file" if file else "folder", where, source.where if file else "", 1, source.title)

    try:  # without the patterns it misses the files that nobody asked for
        folder = snapshot_download(repository, local_files_only=True, allow_patterns=[file] if file else list(FETCHED))
        if (Path(folder) / file).is_file() if file else _complete(Path(folder)):
            return local(folder)
    except (OSError, ValueError):
        pass
    try:
        return local(_download(repository, source.title, watch, file))
    except (UserError, Cancelled):
        raise
    except (HfHubHTTPError, HFValidationError) as error:
        code = getattr(getattr(error, "response", None), "status_code", 404)
        if code in (401, 403, 404):
            raise UserError("There is no public model {name} on the hub: check its name.", name=source.title) from error
        raise UserError(REFUSED, name=source.title, code=code) from error
    except Exception as error:  # of the network: the libraries below each have their own
        log.warning("%s: %s: %s", repository, type(error).__name__, error)
        raise UserError(OFFLINE, name=source.title) from error


def _complete(folder: Path) -> bool:
    return (folder / CONFIG).exists() and any(file.suffix in WEIGHTS for file in folder.iterdir())


def _download(repository: str, name: str, watch: Watch, file: str = "") -> str:
    """Into the hub's own cache, whose folder it returns. file: this one alone, instead of what open_clip looks for."""
    from huggingface_hub import HfApi, constants, snapshot_download
    from tqdm.auto import tqdm

    files = HfApi().model_info(repository, files_metadata=True, timeout=10).siblings or []
    sizes = {file.rfilename: file.size or 0 for file in files if "/" not in file.rfilename}
    if not file and CONFIG not in sizes:
        raise UserError("{name} is not in open_clip's format: it has no {config}.", name=name, config=CONFIG)
    weights = [one for one in sizes if (one == file if file else one.startswith("open_clip") and one.endswith(WEIGHTS))]
    if not weights:
        raise UserError(
            "{name} holds no weights by a name of open_clip's, as open_clip_model.safetensors: choose another model.", name=name
        )
    chosen = min(weights, key=lambda one: (not one.endswith(".safetensors"), one))
    space = shutil.disk_usage(_existing(Path(constants.HF_HUB_CACHE))).free
    if sizes[chosen] > 0.9 * space:
        raise UserError("{name} takes {size} GB, and {free} GB are free on the disk: make room, or choose a smaller model.",
                        name=name, size=f"{sizes[chosen] / 1e9:.1f}", free=f"{space / 1e9:.1f}")  # fmt: skip

    class Watched(tqdm):  # all bytes together; huggingface_hub makes one bar of them and one that counts files
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **(kwargs | {"disable": True}))  # which forgets the unit
            self.got, self.counts_bytes = 0.0, kwargs.get("unit") == "B"

        def update(self, n: float | None = 1) -> bool | None:
            if self.counts_bytes:
                self.got += n or 0
                watch(min(0.99, self.got / max(1, sizes[chosen])))
            return super().update(n)

    wanted = [chosen] if file else [*FETCHED, chosen]
    return snapshot_download(repository, allow_patterns=wanted, tqdm_class=Watched, max_workers=2)


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path
