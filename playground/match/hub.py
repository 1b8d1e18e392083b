"""Models of the hub, which are downloaded into huggingface_hub's own cache."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from playground.background import Cancelled
from playground.match.sources import CONFIG, Source
from playground.match.weights import ENDINGS
from trainers.errors import UserError, of_disk

log = logging.getLogger(__name__)
Watch = Callable[[float], None]
FETCHED = ("open_clip_config.json", "*.json", "*.txt", "*.model")  # beside the weights: a tokenizer is several small files
OFFLINE = "The weights of {name} cannot be downloaded (no connection): connect to the internet, or choose a model that is here."
TOWER = (
    "{name} reads texts by {tower} of transformers, whose {file} is not on this machine and cannot be downloaded "
    "(no connection): connect to the internet once, or choose another model."
)
TOKENIZER = (
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
    "vocab.json",
    "*.model",
)  # files of one, of which some are there
REFUSED = "The weights of {name} cannot be downloaded (error {code}): try again later, or choose a model that is here."


def fetched(source: Source, watch: Watch) -> Source:
    """The same model on this machine, with all that it reads texts by, downloaded where it is not there yet."""
    found = _fetched(source, watch)
    for repository, files in _beside(found):
        _fetch_beside(repository, files, found.title)
    return found


def model_config(source: Source) -> dict[str, Any]:
    """What open_clip knows of a model's parts; {} where that cannot be read, which who loads the model tells."""
    import open_clip

    if source.kind == "name" or source.tag:
        return open_clip.get_model_config(source.where if source.kind == "name" else source.tag) or {}
    folder = Path(source.where) if source.kind == "folder" else Path(source.where).parent
    try:
        return read_config(folder / CONFIG)["model_cfg"]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return {}


def read_config(path: Path) -> dict[str, Any]:
    """The JSON of a configuration, with or without a mark of its encoding, as {"model_cfg": …} where it is a model's alone."""
    found = json.loads(path.read_bytes())  # which tells UTF-8 from UTF-16, and forgives a BOM
    return (
        {"model_cfg": found} if isinstance(found, dict) and {"embed_dim", "vision_cfg", "text_cfg"} <= found.keys() else found
    )


def _beside(source: Source) -> list[tuple[str, tuple[str, ...]]]:
    """Repositories that a text tower of transformers is described in, and its tokenizer, with the files that are wanted."""
    if source.kind == "run":
        return []
    text = model_config(source).get("text_cfg") or {}
    tower, tokenizer = (str(text.get(key) or "") for key in ("hf_model_name", "hf_tokenizer_name"))
    found = [(tower, ("config.json",))] if tower else []
    # in a folder open_clip takes the tokenizer that lies there, and no other
    found += [(tokenizer, TOKENIZER)] if tokenizer and (source.tag or source.kind == "name") else []
    return [(name, files) for name, files in found if not Path(name).is_dir()]


def _fetch_beside(repository: str, files: tuple[str, ...], name: str) -> None:
    """What a text tower needs, into the hub's cache. transformers itself would try for a minute where there is no network."""
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    def there(folder: str) -> bool:
        return any(next(Path(folder).glob(file), None) for file in files)

    try:
        with suppress(OSError, ValueError):
            if there(snapshot_download(repository, local_files_only=True, allow_patterns=list(files))):
                return
        HfApi().model_info(repository, timeout=10)  # once: what follows tries again and again
        snapshot_download(repository, allow_patterns=list(files) if files != TOKENIZER else list(FETCHED))
    except (HfHubHTTPError, HFValidationError) as error:
        code = getattr(getattr(error, "response", None), "status_code", 404)
        if code in (401, 403, 404):
            raise UserError("There is no public model {name} on the hub: check its name.", name=repository) from error
        raise UserError(REFUSED, name=repository, code=code) from error
    except Exception as error:  # of the network: the libraries below each have their own
        log.warning("%s: %s: %s", repository, type(error).__name__, error)
        raise of_disk(error) or UserError(TOWER, name=name, tower=repository, file=files[0]) from error


def _fetched(source: Source, watch: Watch) -> Source:
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
        raise of_disk(error) or UserError(OFFLINE, name=source.title) from error


def _complete(folder: Path) -> bool:
    return (folder / CONFIG).exists() and any(file.suffix in ENDINGS for file in folder.iterdir())


def _download(repository: str, name: str, watch: Watch, file: str = "") -> str:
    """Into the hub's own cache, whose folder it returns. file: this one alone, instead of what open_clip looks for."""
    from huggingface_hub import HfApi, constants, snapshot_download
    from tqdm.auto import tqdm

    files = HfApi().model_info(repository, files_metadata=True, timeout=10).siblings or []
    sizes = {file.rfilename: file.size or 0 for file in files if "/" not in file.rfilename}
    if not file and CONFIG not in sizes:
        raise UserError("{name} is not in open_clip's format: it has no {config}.", name=name, config=CONFIG)
    weights = [one for one in sizes if (one == file if file else one.startswith("open_clip") and one.endswith(ENDINGS))]
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
