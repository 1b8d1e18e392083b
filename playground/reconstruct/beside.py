"""The same damage for several networks, side by side."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from playground.maps.entries import about
from playground.reconstruct import values
from playground.reconstruct.answers import Beside, Compared
from playground.reconstruct.masks import MOST, greyed, keep_share, paint
from playground.reconstruct.networks import Networks, purpose
from playground.reconstruct.pixels import judged, packed
from playground.reconstruct.values import Body
from trainers.corruptions import NOISES, corrupt
from trainers.errors import UserError

RUNS = 8


def compare(networks: Networks, run: str, x: Tensor, body: Body, language: str) -> Compared:
    """The same damage, {"damage": none, a noise or patches, "level", "seed"}, for each of {"runs"}, all on these images.

    A network that knows of patches is told which are hidden, and has some hidden by its own habit where noise is the
    damage; the others see hidden patches as grey.
    """
    maps = networks.maps
    kind = values.one_of(body.get("damage"), ("none", "patches", *NOISES))
    level = values.number(body.get("level"), 0, 1)
    others = [str(other) for other in values.items(body.get("runs"))][:RUNS]
    models = [(other, networks.model(other)) for other in others if maps.image_set(other) == maps.image_set(run)]
    grid = next((model.grid for _, model in models if hasattr(model, "hide")), None)
    keep, damaged = None, x
    if kind == "patches":
        if grid is None:
            raise UserError("Hiding patches needs a run of the masked autoencoder on these images: train one.")
        keep = keep_share(grid, min(level, MOST), "random", values.generator(body))
        damaged = greyed(grid, x, keep)
    elif kind != "none":
        damaged = corrupt(x, kind, level, values.generator(body))
    found: list[Beside] = []
    for other, model in models:
        told = keep if grid is not None and _alike(model, grid) else None
        made = _made(model, x, damaged, keep, told, values.generator(body))
        found.append({**about(maps, other, language), **judged(made, x), "trained": purpose(model, language)})
    return {"image": packed(x), "damaged": judged(damaged, x), "runs": found}


def _alike(model: Any, grid: Any) -> bool:
    return hasattr(model, "hide") and (model.grid.rows, model.grid.columns) == (grid.rows, grid.columns)


def _made(model: Any, x: Tensor, damaged: Tensor, keep: Tensor | None, told: Tensor | None, rng: torch.Generator) -> Tensor:
    """What a network makes of the damage; one that paints patches leaves those as they are that it sees."""
    if not hasattr(model, "hide"):
        return model.reconstruct(damaged)
    seen = model.hide(x, rng)[0] if told is None else told
    return paint(model, damaged if keep is None else x, seen)[1]
