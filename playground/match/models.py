"""Which models can be asked: the shipped one, runs of CLIP, known ones of the hub, and what a person types."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playground.maps.making import Maps
from playground.match import sources
from playground.match.answers import Model
from playground.match.answers import Models as Listed
from playground.match.sources import Source
from playground.runs.described import called, changed
from playground.texts import text
from trainers import record
from trainers.data import BUILT_IN
from trainers.method import method_class

ASSETS = Path(__file__).resolve().parents[2] / "assets" / "models"
SHIPPED = "emoji-clip"
# what to begin with: name, megabytes to download, licence, speed on a CPU, whether it reads more than English
KNOWN = (
    ("ViT-B-32/laion2b_s34b_b79k", 605, "MIT", "fast", False),
    ("ViT-B-32/datacomp_xl_s13b_b90k", 605, "MIT", "fast", False),
    ("xlm-roberta-base-ViT-B-32/laion5b_s13b_b90k", 1460, "MIT", "medium", True),
    ("ViT-B-16-SigLIP2/webli", 1500, "Apache 2.0", "medium", True),
    ("ViT-L-14/datacomp_xl_s13b_b90k", 1710, "MIT", "slow", False),
)


class Models:
    """Models by the ids that the page and the API use. local: whether paths of this machine may be named."""

    def __init__(self, maps: Maps, local: bool = True) -> None:
        self.maps, self.local = maps, local

    def list(self, language: str, also: Sequence[str] = ()) -> Listed:
        """The shipped model, runs of CLIP, the newest first, and the known ones; the data sets beside them."""
        runs = [found for run in self.maps.beside(also) if (found := self._run(run, language))]
        return {
            "models": [_shipped(language), *runs, *(_known(language, *one) for one in KNOWN)],
            "sets": [{"id": name, "title": text(language, f"data.{name}")} for name in BUILT_IN],
            "local": self.local,
        }

    def source(self, model: Any) -> Source:
        """Where the model of that id, or of what a person typed, is."""
        model = str(model or SHIPPED)
        if model == SHIPPED:
            return sources.at(ASSETS / SHIPPED)
        if model.startswith("run:"):
            return sources.at(self.maps.runs.folder(model.removeprefix("run:")))
        return sources.find(model.removeprefix("name:"), self.local)

    def _run(self, run: str, language: str) -> Model | None:
        """A run that reads, once it has learned something."""
        path = self.maps.runs.folder(run)
        config = record.read_config(path)
        if not method_class(config.method).reads or not (path / "model.safetensors").exists():
            return None
        both = config.knobs.get("language", "both") == "both" and config.dataset.startswith("emoji")
        title, differs = called(self.maps.runs, run, language), changed(config, language)
        return {
            "id": f"run:{run}", "kind": "run", "title": f"{title} · {differs}" if differs else title,
            "size": _size(_megabytes(path, "model.safetensors")), "note": text(language, "match.run_note"),
            "licence": "", "speed": "fast", "multilingual": both,
        }  # fmt: skip


def _shipped(language: str) -> Model:
    return {
        "id": SHIPPED, "kind": "shipped", "title": text(language, "match.shipped"),
        "size": _size(_megabytes(ASSETS / SHIPPED)), "note": text(language, "match.shipped_note"),
        "licence": "MIT", "speed": "fast", "multilingual": True,
    }  # fmt: skip


def _known(language: str, name: str, megabytes: float, licence: str, speed: str, multilingual: bool) -> Model:
    note = "known_multilingual" if multilingual else f"known_{speed}"
    return {
        "id": f"name:{name}", "kind": "known", "title": name, "size": _size(megabytes),
        "note": text(language, f"match.{note}"), "licence": licence, "speed": speed, "multilingual": multilingual,
    }  # fmt: skip


def _size(megabytes: float) -> str:
    return f"{megabytes / 1000:.1f} GB" if megabytes >= 1000 else f"{megabytes:.0f} MB"


def _megabytes(folder: Path, pattern: str = "*") -> float:
    return sum(path.stat().st_size for path in folder.glob(pattern)) / 1e6
