"""Where models that compare images with texts are: runs, folders, files, names of open_clip, ids of the hub."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from playground.match import weights
from playground.match.weights import ENDINGS
from trainers.errors import UserError

CONFIG = "open_clip_config.json"
HUB, REPOSITORY = "hf-hub:", re.compile(r"[\w-][\w.-]{0,95}/[\w-][\w.-]{0,95}", re.ASCII)
USUAL = ("datacomp_xl", "datacomp1b", "laion2b", "laion5b", "webli", "dfn", "openai")  # weights to take where none are named


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
    tags = open_clip.list_pretrained_tags_by_model(name)
    if tags and (not tag or tag in tags):
        return Source("name", name, tag or max(tags, key=lambda one: [one.startswith(start) for start in USUAL]))
    if tags:
        some = ", ".join(tags[:8]) + (", …" if len(tags) > 8 else "")
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
        file, several = weights.choose(path)
        if file is None:
            raise UserError(
                "The folder {name} holds no weights beside its {config}, of a name that ends with {endings}: put them there.",
                name=path.name, config=CONFIG, endings=", ".join(ENDINGS),
            )  # fmt: skip
        changed = max(file.stat().st_mtime_ns for file in path.iterdir() if file.is_file())
        return Source("folder", str(path), changed=changed, name=f"{path.name}/{file.name}" if several else "")
    if path.suffix.lower() not in ENDINGS:
        raise UserError("{name} is no file of weights: it must end with {endings}.", name=path.name, endings=", ".join(ENDINGS))
    if not architecture and not (path.parent / CONFIG).is_file():
        raise UserError(
            "Nothing says what {name} is the weights of: put {config} beside it, or write the architecture before it, "
            "as in ViT-B-32:{name}.",
            name=path.name, config=CONFIG,
        )  # fmt: skip
    return Source("file", str(path), architecture, path.stat().st_mtime_ns)
