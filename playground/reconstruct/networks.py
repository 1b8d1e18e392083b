"""Runs whose network turns an image back into one, and what each network can be asked."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from playground.loading import load
from playground.maps.entries import about
from playground.maps.making import Maps
from playground.maps.sources import network
from playground.once import Stamped
from playground.reconstruct.answers import Abilities, Maker
from playground.texts import text
from playground.turns import turn
from trainers import record
from trainers.errors import NotFound, UserError
from trainers.method import method_class
from trainers.views import plain

log = logging.getLogger(__name__)
TRAINED = 5_000  # training images of which means and principal components are


class Networks:
    """The networks of runs, each as it is now."""

    def __init__(self, maps: Maps) -> None:
        self.maps = maps
        self._told: Stamped[tuple[Abilities, str] | None] = Stamped(1_000)  # of the list, which wants no network but once

    def entries(self, language: str, also: Sequence[str]) -> list[Maker]:
        """Runs whose network makes images, the newest first."""
        found: list[Maker] = []
        for run in self.makers(also):
            try:
                told = self._told((run, language), self.maps.model_changed(run), partial(self._tell, run, language))
                if told is not None:
                    found.append({**about(self.maps, run, language), **told[0], "trained": told[1]})
            except (NotFound, OSError):  # deleted meanwhile
                continue
        return found

    def _tell(self, run: str, language: str) -> tuple[Abilities, str] | None:
        """What a network can be asked, and what it was trained for; None of a run that has none. The network is not kept."""
        with turn():
            try:
                model = network(self.maps.runs.folder(run))
            except UserError as error:  # it ended before its first snapshot, or is damaged
                log.warning("run %s is left out: %s", run, error)
                return None
            return abilities(model), purpose(model, language)

    def makers(self, also: Sequence[str]) -> list[str]:
        """Runs of methods that make images, by their configs alone: networks are loaded one by one where they are needed."""
        return [run for run in self.maps.beside(also) if hasattr(self._method(run), "reconstruct")]

    def _method(self, run: str) -> Any:
        return method_class(record.read_config(self.maps.runs.folder(run)).method)

    def model(self, run: str) -> Any:
        """The run's network; UserError where it cannot make images."""
        if not hasattr(self._method(run), "reconstruct"):
            raise UserError("This run's method makes no images: choose an autoencoder.")
        return self.maps.model(run)

    def with_code(self, run: str) -> Any:
        """The same; UserError where it has no code."""
        model = self.model(run)
        if not hasattr(model, "decode"):
            raise UserError("This run has no code to walk in: choose an autoencoder or a denoising one.")
        return model

    def with_patches(self, run: str) -> Any:
        """The same; UserError where it knows of no patches."""
        model = self.model(run)
        if not hasattr(model, "hide"):
            raise UserError("This run knows of no patches: choose a masked autoencoder.")
        return model

    def version(self, run: str) -> tuple[str, int]:
        """What is another once the run's network has learned more."""
        return run, self.maps.model_changed(run)

    def held_out(self, run: str) -> Tensor:
        """Its held-out images (N,C,H,W) uint8."""
        return self.maps.images(run).test.images

    def source(self, run: str) -> tuple[str, int | None]:
        """The data set that it learns, and the size of its images where that was chosen."""
        config = record.read_config(self.maps.runs.folder(run))
        return config.dataset, config.size


def training_images(dataset: str, size: int | None) -> Tensor:
    """Up to TRAINED training images (N,C,H,W) in [0,1], drawn once and for ever."""
    train = load(dataset, size).train.images
    return plain(train[torch.randperm(len(train), generator=torch.Generator().manual_seed(0))[:TRAINED]])


def abilities(model: Any) -> Abilities:
    """What can be asked of a network, by what it can do: "code", "damage", "patches" with what the page must know of each."""
    found: Abilities = {"channels": model.spec.channels, "height": model.spec.height, "width": model.spec.width}
    if hasattr(model, "decode"):
        found["code"] = model.code
    if hasattr(model, "damage"):
        found["damage"] = {"noise": model.config.noise, "level": model.config.level}
    if hasattr(model, "hide"):
        grid, config = model.grid, model.config
        found["patches"] = {
            "rows": grid.rows, "columns": grid.columns, "side": grid.patch, "ratio": config.mask_ratio, "mask": config.mask,
        }  # fmt: skip
    return found


def purpose(model: Any, language: str) -> str:
    """What a network was trained for, in a sentence."""
    able, config = abilities(model), model.config
    if "damage" in able:
        kind = text(language, f"reconstruct.noise_{config.noise}")
        return text(language, "reconstruct.trained_noise", kind=kind, level=f"{config.level:g}")
    if "patches" in able:
        kind = text(language, f"reconstruct.mask_{config.mask}")
        return text(language, "reconstruct.trained_mask", kind=kind, share=f"{config.mask_ratio:.0%}")
    return text(language, "reconstruct.trained_code", latent=able.get("code"))
