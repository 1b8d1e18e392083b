"""An image of which patches are hidden, completed by a masked autoencoder."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from playground.once import Once
from playground.reconstruct import values
from playground.reconstruct.answers import Attention, Completed, Draws, Frame, Masked, Reveal
from playground.reconstruct.networks import Networks, training_images
from playground.reconstruct.pixels import error_map, packed
from playground.reconstruct.values import Body
from trainers.corruptions import MASKS, hidden_by, keep_patches
from trainers.errors import UserError

GREY = 0.5  # of what is hidden, as the page draws it, and as a network sees it that knows of no hiding
MOST = 0.95  # that can be hidden
DRAWS = 8
RATIOS = [round(MOST - 0.05 * i, 2) for i in range(20)]  # of a reveal: from 95 % hidden to none


class Masks:
    """Questions about hidden patches; images are (1,C,H,W) in [0,1]."""

    def __init__(self, networks: Networks) -> None:
        self.networks = networks
        self._means = Once(self._find_means, 8, at_once=2)

    def mask(self, run: str, x: Tensor, body: Body) -> Masked:
        """The image without {"hidden": patches}, or without {"ratio"} of them by {"mask", "seed"}, and as it is completed."""
        model = self.networks.with_patches(run)
        return {**self._completed(run, model, x, _keep(model.grid, body)), "image": packed(x)}

    def draws(self, run: str, x: Tensor, body: Body) -> Draws:
        """DRAWS masks of {"ratio", "mask", "seed"}: each completion, their mean, and how much they differ, pixel by pixel."""
        model = self.networks.with_patches(run)
        ratio, kind = values.number(body.get("ratio"), 0, MOST), values.one_of(body.get("mask"), MASKS)
        keep = keep_patches(DRAWS, model.grid.rows, model.grid.columns, ratio, kind, values.generator(body))
        _, pasted, errors = paint(model, x.expand(DRAWS, -1, -1, -1), keep)
        spread = pasted.std(0, keepdim=True)
        return {
            "made": [packed(i) for i in pasted.split(1)], "mean": packed(pasted.mean(0, keepdim=True)),
            "spread": packed(spread.mean(1, keepdim=True) / max(float(spread.max()), 1e-6)), "most": float(spread.max()),
            "mse": float(errors.mean()), "mse_std": float(errors.std()),
        }  # fmt: skip

    def reveal(self, run: str, x: Tensor, body: Body) -> Reveal:
        """From 95 % hidden to nothing hidden, each mask within the one before: {"mask", "seed"}."""
        model, kind, frames = self.networks.with_patches(run), values.one_of(body.get("mask"), MASKS), list[Frame]()
        for ratio in RATIOS:
            keep = _keep(model.grid, {"ratio": ratio, "mask": kind, "seed": body.get("seed")})
            frames.append({**self._completed(run, model, x, keep), "ratio": ratio})
        return {"frames": frames}

    def attention(self, run: str, x: Tensor, body: Body) -> Attention:
        """Whence {"patch"} takes, in the last block that has it: the encoder's where the patch is seen, else the decoder's."""
        model = self.networks.with_patches(run)
        keep, patch = _keep(model.grid, body), int(values.number(body.get("patch"), 0, model.grid.number - 1, whole=True))
        standardised, weights = model.encoder.standardise(x), torch.zeros(model.grid.number)
        places = keep[0].tolist()
        if patch in places:
            weights[keep[0]] = model.encoder.net.attention(standardised, keep)[0, places.index(patch)]
        else:
            weights = model.decoder.attention(model.encoder.net.tokens(standardised, keep), keep)[0, patch]
        return {"weights": weights.tolist(), "where": "encoder" if patch in places else "decoder"}

    def _completed(self, run: str, model: Any, x: Tensor, keep: Tensor) -> Completed:
        grid, hidden = model.grid, hidden_by(keep, model.grid.number)
        made, pasted, errors = paint(model, x, keep)
        found: Completed = {
            "hidden": hidden[0].nonzero().flatten().tolist(), "visible": packed(greyed(grid, x, keep)),
            "made": packed(made), "pasted": packed(pasted), "error": error_map(pasted, x),
            "mse": None, "mse_mean": None, "mse_here": None,
        }  # fmt: skip
        if hidden.any():
            anywhere, here = self.means(run)
            truth = grid.split(x)
            found["mse"] = float(errors)
            found["mse_mean"] = float((truth - anywhere).pow(2).mean(2)[hidden].mean())
            found["mse_here"] = float((truth - here).pow(2).mean(2)[hidden].mean())
        return found

    def means(self, run: str) -> tuple[Tensor, Tensor]:
        """The mean patch (P,) of all places, and of each place (L,P), over the training images."""
        return self._means(*self.networks.version(run))

    def _find_means(self, run: str, version: int) -> tuple[Tensor, Tensor]:
        patches = self.networks.with_patches(run).grid.split(training_images(*self.networks.source(run)))
        return patches.mean((0, 1)), patches.mean(0)


def paint(model: Any, x: Tensor, keep: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """All patches painted, the same with those that were seen pasted in, (B,C,H,W); errors (B,) over the hidden ones."""
    made = model.reconstruct(x, keep)
    hidden, truth, painted = hidden_by(keep, model.grid.number), model.grid.split(x), model.grid.split(made)
    pasted = model.grid.join(torch.where(hidden.unsqueeze(2), painted, truth))
    errors = ((painted - truth).pow(2).mean(2) * hidden).sum(1) / hidden.sum(1).clamp(min=1)
    return made, pasted, errors


def greyed(grid: Any, x: Tensor, keep: Tensor) -> Tensor:
    """The image with grey where it is hidden."""
    return grid.join(torch.where(hidden_by(keep, grid.number).unsqueeze(2), GREY, grid.split(x)))


def keep_share(grid: Any, ratio: float, kind: str, rng: torch.Generator) -> Tensor:
    """Indices (1,V) of the patches to see where a share is hidden."""
    if ratio * grid.number < 1:  # the drawing of masks always hides one
        return torch.arange(grid.number).unsqueeze(0)
    return keep_patches(1, grid.rows, grid.columns, ratio, kind, rng)


def _keep(grid: Any, body: Body) -> Tensor:
    """Indices (1,V) of the patches to see."""
    if body.get("hidden") is None:
        ratio = values.number(body.get("ratio"), 0, MOST)
        return keep_share(grid, ratio, values.one_of(body.get("mask"), MASKS), values.generator(body))
    hidden = {int(values.number(i, 0, grid.number - 1, whole=True)) for i in values.items(body["hidden"])[: grid.number]}
    if len(hidden) == grid.number:
        raise UserError("Leave at least one patch visible: from nothing, nothing can be painted.")
    return torch.tensor([[i for i in range(grid.number) if i not in hidden]])
