"""What autoencoders make of an image: rebuilt, repaired, completed, walked between. Images in [0,1] in, plain dicts out.

Each question is one call without memory: the browser says which image, and what to do to it; the networks stay loaded.
Pictures in an answer are base64 of their bytes, row by row, (H,W,C) uint8; errors and spreads likewise, (H,W,1).
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from playground.maps.entries import about
from playground.maps.making import Maps
from playground.texts import text
from trainers import record
from trainers.corruptions import MASKS, NOISES, classical_filter, corrupt, hidden_by, keep_patches
from trainers.data import load
from trainers.errors import UserError
from trainers.method import method_class
from trainers.metrics import pca, psnr
from trainers.views import plain

GREY = 0.5  # of what is hidden, as the page draws it, and as a network sees it that knows of no hiding
STRIP, LATTICE, PLANE = 21, 11, 2.5  # images from one to another; images a side of the plane; its half side in deviations
TILE = 32  # pixels a side of the plane's images, at most
DRAWS, CURVE_IMAGES, CURVE_LEVELS = 8, 64, 11
LATENTS, LARGEST_BASIS, TRAINED = 16, 256, 5_000  # dimensions with a slider; principal components; images that they are of
EQUAL = 1e-12  # an error below which two images are the same, and PSNR is infinite
FAR = 2.0  # times the usual distance of a code to its nearest one: farther is a hole
RATIOS = [round(0.95 - 0.05 * i, 2) for i in range(20)]  # of a reveal: from 95 % hidden to none


class Repairs:
    """The questions, each a method that takes a run, an image (1,C,H,W) and what a browser said, none of which is trusted."""

    def __init__(self, maps: Maps) -> None:
        self.maps = maps
        self._codes = lru_cache(16)(self._find_codes)
        self._basis = lru_cache(4)(self._find_basis)
        self._means = lru_cache(8)(self._find_means)
        self._curve = lru_cache(64)(self._find_curve)

    def ask(self, kind: str, run: str, asked: Mapping[str, Any], language: str) -> dict[str, Any]:
        """The answer to a question of one of the kinds below; UserError where it makes no sense."""
        questions: dict[str, Callable[..., dict[str, Any]]] = {
            "rebuild": self.rebuild, "between": self.between, "plane": self.plane, "walk": self.walk, "decode": self.decode,
            "sizes": self.sizes, "noise": self.noise, "curve": self.curve, "mask": self.mask, "draws": self.draws,
            "reveal": self.reveal, "attention": self.attention, "compare": self.compare,
        }  # fmt: skip
        if kind not in questions:
            raise UserError("There is no question “{name}”.", name=kind[:40])
        with torch.inference_mode():
            return questions[kind](run, self.image(run, asked.get("image")), asked, language)

    def image(self, run: str, asked: Any) -> Tensor:
        """(1,C,H,W) in [0,1]: a held-out one by {"index"}, or {"pixels"} as this module gives them."""
        images = self.maps.images(run).test.images
        asked = asked if isinstance(asked, dict) else {}
        if "pixels" in asked:
            c, h, w = images.shape[1:]
            try:
                pixels = np.frombuffer(base64.b64decode(str(asked["pixels"]), validate=True), np.uint8).reshape(h, w, c)
            except (binascii.Error, ValueError) as error:
                raise UserError("This picture does not have the size of the run's images: choose it again.") from error
            return plain(torch.from_numpy(pixels.copy()).permute(2, 0, 1).unsqueeze(0))
        index = _number(asked.get("index"), 0, len(images) - 1, whole=True)
        return plain(images[int(index)].unsqueeze(0))

    # -- which runs -----------------------------------------------------------------------------------------------

    def runs(self, language: str, also: list[str]) -> list[dict[str, Any]]:
        """Runs whose network turns an image back into one, the newest first."""
        found = []
        for run in self._makers(also):
            try:
                model = self.model(run)
            except UserError:  # it ended before its first snapshot
                continue
            found.append(about(self.maps, run, language) | {"trained": self.trained(model, language)} | _abilities(model))
        return found

    def _makers(self, also: Sequence[str]) -> list[str]:
        """Runs of methods that make images, by their configs alone: networks are loaded one by one where they are needed."""
        return [run for run in self.maps.beside(also) if hasattr(self._method(run), "reconstruct")]

    def _method(self, run: str) -> Any:
        return method_class(record.read_config(self.maps.runs.folder(run)).method)

    def model(self, run: str) -> Any:
        """The run's network; UserError where it cannot make images."""
        if not hasattr(self._method(run), "reconstruct"):
            raise UserError("This run's method makes no images: choose an autoencoder.")
        return self.maps.model(run)

    def trained(self, model: Any, language: str) -> str:
        """What it was trained for, in a sentence."""
        able, config = _abilities(model), model.config
        if "damage" in able:
            kind = text(language, f"reconstruct.noise_{config.noise}")
            return text(language, "reconstruct.trained_noise", kind=kind, level=f"{config.level:g}")
        if "patches" in able:
            kind = text(language, f"reconstruct.mask_{config.mask}")
            return text(language, "reconstruct.trained_mask", kind=kind, share=f"{config.mask_ratio:.0%}")
        return text(language, "reconstruct.trained_code", latent=config.latent)

    # -- an autoencoder's code ------------------------------------------------------------------------------------

    def rebuild(self, run: str, x: Tensor, asked: Mapping[str, Any], language: str) -> dict[str, Any]:
        """The image, as the network remembers it, and where it is wrong; its code, where there is one.

        A masked autoencoder does what it was trained for: patches are hidden by its own habit, painted, and alone counted.
        """
        model = self.model(run)
        if hasattr(model, "hide"):
            _, pasted, errors = _paint(model, x, model.hide(x, _rng(asked))[0])
            return {"image": packed(x)} | judged(pasted, x) | {"mse": float(errors), "psnr": psnr(float(errors))}
        found = {"image": packed(x)} | judged(model.reconstruct(x), x)
        if hasattr(model, "decode"):
            code, known = model.encode(x)[0], self._codes(*self._key(run))
            order = known.std(0).argsort(descending=True)[:LATENTS]  # those that tell most images apart
            found |= {
                "code": code.tolist(), "dimensions": order.tolist(), "mean": known.mean(0).tolist(),
                "spread": known.std(0).tolist(),
            }  # fmt: skip
        return found

    def decode(self, run: str, x: Tensor, asked: Mapping[str, Any], language: str) -> dict[str, Any]:
        """What a code stands for: {"code": D numbers}; and how far it is from every code of a real image."""
        model = self._with_code(run)
        code = _vector(asked.get("code"), model.bottleneck.out_features).unsqueeze(0)
        return {"made": packed(model.decode(code))} | self._gap(run, code)

    def between(self, run: str, x: Tensor, asked: Mapping[str, Any], language: str) -> dict[str, Any]:
        """From one image to {"second"}: mixed code by code and, to compare, pixel by pixel; STRIP images each."""
        model, y = self._with_code(run), self.image(run, asked.get("second"))
        t = torch.linspace(0, 1, STRIP).unsqueeze(1)
        codes = (1 - t) * model.encode(x) + t * model.encode(y)
        share = t.view(-1, 1, 1, 1)
        known = self._codes(*self._key(run))
        return {
            "second": packed(y), "made": [packed(i) for i in model.decode(codes).split(1)],
            "mixed": [packed(i) for i in ((1 - share) * x + share * y).split(1)],
            "gaps": (_apart(codes, known).amin(1) / _usual(known)).tolist(),
        }  # fmt: skip

    def plane(self, run: str, x: Tensor, asked: Mapping[str, Any], language: str) -> dict[str, Any]:
        """The plane through the image's code along the two directions in which codes differ most, in their deviations.

        codes: where the held-out images lie, seen from above, (N,2); at: this one. lattice: LATTICE² images decoded over
        ±PLANE, row by row from the top left; gaps: of each, the distance to the nearest real code over the usual one.
        returns: how far encoding a decoded code lands from it, in the same unit, for real codes and for those in holes.
        """
        model, code = self._with_code(run), self._with_code(run).encode(x)
        known, (mean, axes, scale) = self._codes(*self._key(run)), self._axes(run)
        line = torch.linspace(-PLANE, PLANE, LATTICE)
        spots = torch.stack(torch.meshgrid(line, line.flip(0), indexing="xy"), 2).flatten(0, 1)  # x to the right, y up
        codes = self._on_plane(code, spots, run)
        made = model.decode(codes)
        small = made if max(x.shape[2:]) <= TILE else interpolate(made, size=TILE, mode="area")
        usual = _usual(known)
        gaps = _apart(codes, known).amin(1) / usual
        back = (model.encode(made) - codes).norm(dim=1) / usual
        some = known[: len(codes)]
        again = (model.encode(model.decode(some)) - some).norm(dim=1) / usual
        holes = gaps > FAR
        return {
            "codes": ((known - mean) @ axes / scale).flatten().tolist(), "at": ((code - mean) @ axes / scale)[0].tolist(),
            "side": LATTICE, "tile": list(small.shape[2:]), "reach": PLANE,
            "lattice": [packed(i) for i in small.split(1)], "gaps": gaps.tolist(),
            "far": FAR, "holes": float(holes.float().mean()), "returns": float(again.median()),
            "returns_holes": float(back[holes].median()) if holes.any() else None,
        }  # fmt: skip

    def walk(self, run: str, x: Tensor, asked: Mapping[str, Any], language: str) -> dict[str, Any]:
        """The image at {"at": [u, v]} on that plane."""
        model, at = self._with_code(run), _vector(asked.get("at"), 2).clamp(-10, 10)
        code = self._on_plane(model.encode(x), at.unsqueeze(0), run)
        return {"made": packed(model.decode(code))} | self._gap(run, code)

    def sizes(self, run: str, x: Tensor, asked: Mapping[str, Any], language: str) -> dict[str, Any]:
        """The image through every finished run with a code on the same images, and through PCA of the same size."""
        found, own = [], self.maps.image_set(run)
        mean, basis = self._basis(own, *self._source(run))
        for other in self._makers([run]):
            try:
                model = self.model(other)
            except UserError:
                continue
            if self.maps.image_set(other) != own or not hasattr(model, "decode") or hasattr(model, "damage"):
                continue
            latent = model.config.latent
            rest = x.flatten(1) - mean
            linear = (mean + rest @ basis[:, :latent] @ basis[:, :latent].T).view_as(x).clamp(0, 1)
            ends = self.maps.runs.view(other).of("Finished")
            held_out = {key: ends[-1]["summary"].get(key) for key in ("mse", "mse_pca")} if ends else {}
            found.append(about(self.maps, other, language) | {"latent": latent, "held_out": held_out}
                         | judged(model.reconstruct(x), x) | {"pca": judged(linear, x)})  # fmt: skip
        return {"runs": sorted(found, key=lambda one: one["latent"])}

    # -- a denoiser -----------------------------------------------------------------------------------------------

    def noise(self, run: str, x: Tensor, asked: Mapping[str, Any], language: str) -> dict[str, Any]:
        """The image with {"noise", "level", "seed"}, as the network repairs it, and as a classical filter does."""
        model, kind, level = self.model(run), _one_of(asked.get("noise"), NOISES), _number(asked.get("level"), 0, 1)
        noisy = corrupt(x, kind, level, _rng(asked))
        return {
            "image": packed(x), "noisy": judged(noisy, x), "denoised": judged(model.reconstruct(noisy), x),
            "filter": judged(classical_filter(noisy, kind), x),
        }  # fmt: skip

    def curve(self, run: str, x: Tensor, asked: Mapping[str, Any], language: str) -> dict[str, Any]:
        """Mean PSNR of CURVE_IMAGES held-out images over the level of {"noise"}: noisy, denoised, filtered."""
        model, kind = self.model(run), _one_of(asked.get("noise"), NOISES)
        own = model.config.level if getattr(model.config, "noise", "") == kind else None
        return {"trained": own, "images": CURVE_IMAGES} | self._curve(*self._key(run), kind)

    def _find_curve(self, run: str, changed: int, kind: str) -> dict[str, list[float | None]]:
        model, x = self.model(run), plain(self.maps.images(run).test.images[:CURVE_IMAGES])
        found: dict[str, list[float | None]] = {"levels": [], "noisy": [], "denoised": [], "filter": []}
        for level in torch.linspace(0.05, 1, CURVE_LEVELS - 1).tolist():  # at 0 the noisy image is the clean one: infinite
            noisy = corrupt(x, kind, level, torch.Generator().manual_seed(0))
            found["levels"].append(level)
            for name, made in (
                ("noisy", noisy),
                ("denoised", model.reconstruct(noisy)),
                ("filter", classical_filter(noisy, kind)),
            ):
                errors = (made - x).pow(2).mean((1, 2, 3)).tolist()
                known = [psnr(e) for e in errors if e > EQUAL]  # as a black image that loses pixels to black
                found[name].append(float(np.mean(known)) if known else None)
        return found

    # -- a masked autoencoder -------------------------------------------------------------------------------------

    def mask(self, run: str, x: Tensor, asked: Mapping[str, Any], language: str) -> dict[str, Any]:
        """The image without {"hidden": patches}, or without {"ratio"} of them by {"mask", "seed"}, and as it is completed."""
        model = self._with_patches(run)
        return {"image": packed(x)} | self._completed(run, model, x, self._keep(model, asked), language)

    def draws(self, run: str, x: Tensor, asked: Mapping[str, Any], language: str) -> dict[str, Any]:
        """DRAWS masks of {"ratio", "mask", "seed"}: each completion, their mean, and how much they differ, pixel by pixel."""
        model = self._with_patches(run)
        ratio, kind = _number(asked.get("ratio"), 0, 0.95), _one_of(asked.get("mask"), MASKS)
        keep = keep_patches(DRAWS, model.grid.rows, model.grid.columns, ratio, kind, _rng(asked))
        many = x.expand(DRAWS, -1, -1, -1)
        _, pasted, errors = _paint(model, many, keep)
        spread = pasted.std(0, keepdim=True)
        return {
            "made": [packed(i) for i in pasted.split(1)], "mean": packed(pasted.mean(0, keepdim=True)),
            "spread": packed(spread.mean(1, keepdim=True) / max(float(spread.max()), 1e-6)), "most": float(spread.max()),
            "mse": float(errors.mean()), "mse_std": float(errors.std()),
        }  # fmt: skip

    def reveal(self, run: str, x: Tensor, asked: Mapping[str, Any], language: str) -> dict[str, Any]:
        """From 95 % hidden to nothing hidden, each mask within the one before: {"mask", "seed"}."""
        model, kind, frames = self._with_patches(run), _one_of(asked.get("mask"), MASKS), []
        for ratio in RATIOS:
            keep = self._keep(model, {"ratio": ratio, "mask": kind, "seed": asked.get("seed")})
            frames.append({"ratio": ratio} | self._completed(run, model, x, keep, language))
        return {"frames": frames}

    def attention(self, run: str, x: Tensor, asked: Mapping[str, Any], language: str) -> dict[str, Any]:
        """Whence {"patch"} takes, in the last block that has it: the encoder's where the patch is seen, else the decoder's."""
        model = self._with_patches(run)
        keep, patch = self._keep(model, asked), int(_number(asked.get("patch"), 0, model.grid.number - 1, whole=True))
        standardised, weights = model.encoder.standardise(x), torch.zeros(model.grid.number)
        places = keep[0].tolist()
        if patch in places:
            weights[keep[0]] = model.encoder.net.attention(standardised, keep)[0, places.index(patch)]
        else:
            weights = model.decoder.attention(model.encoder.net.tokens(standardised, keep), keep)[0, patch]
        return {"weights": weights.tolist(), "where": "encoder" if patch in places else "decoder"}

    # -- side by side ---------------------------------------------------------------------------------------------

    def compare(self, run: str, x: Tensor, asked: Mapping[str, Any], language: str) -> dict[str, Any]:
        """The same damage, {"damage": none, a noise or patches, "level", "seed"}, for each of {"runs"}, all on these images.

        A network that knows of patches is told which are hidden, and has some hidden by its own habit where noise is the
        damage; the others see hidden patches as grey.
        """
        kind, level = _one_of(asked.get("damage"), ("none", "patches", *NOISES)), _number(asked.get("level"), 0, 1)
        others = [str(r) for r in _list(asked.get("runs"))][:8]
        models = [(other, self.model(other)) for other in others if self.maps.image_set(other) == self.maps.image_set(run)]
        grid = next((model.grid for _, model in models if hasattr(model, "hide")), None)
        keep, damaged = None, x
        if kind == "patches":
            if grid is None:
                raise UserError("Hiding patches needs a run of the masked autoencoder on these images: train one.")
            keep = self._keep_of(grid, min(level, 0.95), "random", _rng(asked))
            hidden = hidden_by(keep, grid.number)
            damaged = grid.join(torch.where(hidden.unsqueeze(2), GREY, grid.split(x)))
        elif kind != "none":
            damaged = corrupt(x, kind, level, _rng(asked))
        found = []
        for other, model in models:
            if not hasattr(model, "hide"):
                made = model.reconstruct(damaged)
            else:  # the patches that it sees are not its task, and stay as they are
                shape = (model.grid.rows, model.grid.columns)
                told = keep is not None and grid is not None and shape == (grid.rows, grid.columns)
                seen = keep if told and keep is not None else model.hide(x, _rng(asked))[0]
                made = _paint(model, damaged if keep is None else x, seen)[1]
            found.append(about(self.maps, other, language) | judged(made, x) | {"trained": self.trained(model, language)})
        return {"image": packed(x), "damaged": judged(damaged, x), "runs": found}

    # -- what they share ------------------------------------------------------------------------------------------

    def _key(self, run: str) -> tuple[str, int]:
        return run, self.maps.model_changed(run)

    def _source(self, run: str) -> tuple[str, int | None]:
        config = record.read_config(self.maps.runs.folder(run))
        return config.dataset, config.size

    def _with_code(self, run: str) -> Any:
        model = self.model(run)
        if not hasattr(model, "decode"):
            raise UserError("This run has no code to walk in: choose an autoencoder or a denoising one.")
        return model

    def _with_patches(self, run: str) -> Any:
        model = self.model(run)
        if not hasattr(model, "hide"):
            raise UserError("This run knows of no patches: choose a masked autoencoder.")
        return model

    def _find_codes(self, run: str, changed: int) -> Tensor:
        """(N,D): the codes of the held-out images by the network as it is."""
        model = self._with_code(run)
        return torch.cat([model.encode(plain(part)) for part in self.maps.images(run).test.images.split(500)])

    def _axes(self, run: str) -> tuple[Tensor, Tensor, Tensor]:
        """Mean (D,), directions (D,2) and deviations (2,) of the codes."""
        known = self._codes(*self._key(run))
        mean = known.mean(0)
        _, vectors = torch.linalg.eigh((known - mean).T @ (known - mean))
        axes = vectors[:, [-1, -2]] if known.shape[1] > 1 else vectors
        return mean, axes, ((known - mean) @ axes).std(0).clamp(min=1e-6)

    def _on_plane(self, code: Tensor, spots: Tensor, run: str) -> Tensor:
        """(1,D), (M,2) -> (M,D): the code moved within the plane, its other coordinates as they are."""
        mean, axes, scale = self._axes(run)
        return code + (spots - (code - mean) @ axes / scale) * scale @ axes.T

    def _gap(self, run: str, code: Tensor) -> dict[str, Any]:
        known = self._codes(*self._key(run))
        distance, nearest = _apart(code, known)[0].min(0)
        return {"near": int(nearest), "gap": float(distance / _usual(known)), "far": FAR}

    def _find_basis(self, image_set: str, dataset: str, size: int | None) -> tuple[Tensor, Tensor]:
        """Mean and principal components of the training images as rows of pixels."""
        return pca(_train(dataset, size).flatten(1), LARGEST_BASIS)

    def _find_means(self, run: str, changed: int) -> tuple[Tensor, Tensor]:
        """The mean patch (P,) of all places, and of each place (L,P), over the training images."""
        grid = self._with_patches(run).grid
        patches = grid.split(_train(*self._source(run)))
        return patches.mean((0, 1)), patches.mean(0)

    def _keep(self, model: Any, asked: Mapping[str, Any]) -> Tensor:
        """Indices (1,V) of the patches to see."""
        grid = model.grid
        if asked.get("hidden") is None:
            ratio = _number(asked.get("ratio"), 0, 0.95)
            return self._keep_of(grid, ratio, _one_of(asked.get("mask"), MASKS), _rng(asked))
        hidden = {int(_number(i, 0, grid.number - 1, whole=True)) for i in _list(asked["hidden"])[: grid.number]}
        if len(hidden) == grid.number:
            raise UserError("Leave at least one patch visible: from nothing, nothing can be painted.")
        return torch.tensor([[i for i in range(grid.number) if i not in hidden]])

    @staticmethod
    def _keep_of(grid: Any, ratio: float, kind: str, rng: torch.Generator) -> Tensor:
        if ratio * grid.number < 1:  # the drawing of masks always hides one
            return torch.arange(grid.number).unsqueeze(0)
        return keep_patches(1, grid.rows, grid.columns, ratio, kind, rng)

    def _completed(self, run: str, model: Any, x: Tensor, keep: Tensor, language: str) -> dict[str, Any]:
        grid, hidden = model.grid, hidden_by(keep, model.grid.number)
        made, pasted, errors = _paint(model, x, keep)
        truth = grid.split(x)
        found = {
            "hidden": hidden[0].nonzero().flatten().tolist(),
            "visible": packed(grid.join(torch.where(hidden.unsqueeze(2), GREY, truth))),
            "made": packed(made), "pasted": packed(pasted), "error": packed((pasted - x).abs().mean(1, keepdim=True)),
            "mse": None, "mse_mean": None, "mse_here": None,
        }  # fmt: skip
        if hidden.any():
            anywhere, here = self._means(*self._key(run))
            found["mse"] = float(errors)
            for name, mean in (("mse_mean", anywhere), ("mse_here", here)):
                found[name] = float((truth - mean).pow(2).mean(2)[hidden].mean())
        return found


def _abilities(model: Any) -> dict[str, Any]:
    """What can be asked of a network, by what it can do: "code", "damage", "patches" with what the page must know of each."""
    grid = getattr(model, "grid", None)
    return {
        "channels": model.spec.channels, "height": model.spec.height, "width": model.spec.width,
        **({"code": model.config.latent} if hasattr(model, "decode") else {}),
        **({"damage": {"noise": model.config.noise, "level": model.config.level}} if hasattr(model, "damage") else {}),
        **({"patches": {"rows": grid.rows, "columns": grid.columns, "side": grid.patch, "ratio": model.config.mask_ratio,
                        "mask": model.config.mask}} if hasattr(model, "hide") and grid else {}),
    }  # fmt: skip


def _train(dataset: str, size: int | None) -> Tensor:
    """Up to TRAINED training images (N,C,H,W) in [0,1], drawn once and for ever."""
    train = load(dataset, size).train.images
    return plain(train[torch.randperm(len(train), generator=torch.Generator().manual_seed(0))[:TRAINED]])


def _paint(model: Any, x: Tensor, keep: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """All patches painted, the same with those that were seen pasted in, (B,C,H,W); errors (B,) over the hidden ones."""
    made = model.reconstruct(x, keep)
    hidden, truth, painted = hidden_by(keep, model.grid.number), model.grid.split(x), model.grid.split(made)
    pasted = model.grid.join(torch.where(hidden.unsqueeze(2), painted, truth))
    errors = ((painted - truth).pow(2).mean(2) * hidden).sum(1) / hidden.sum(1).clamp(min=1)
    return made, pasted, errors


def judged(made: Tensor, x: Tensor) -> dict[str, Any]:
    """A picture beside the true one, (1,C,H,W) each: its pixels, its error map, MSE, PSNR in dB (null: equal) and SSIM."""
    from skimage.metrics import structural_similarity

    mse = float((made - x).pow(2).mean())
    window = min(7, (min(x.shape[-2:]) - 1) // 2 * 2 + 1)  # Wang et al. 2004 use 11 on large photos
    a, b = (t[0].permute(1, 2, 0).numpy() for t in (made, x))
    ssim = float(structural_similarity(a, b, data_range=1.0, channel_axis=2, win_size=window))  # pyright: ignore
    return {
        "made": packed(made), "error": packed((made - x).abs().mean(1, keepdim=True)), "mse": mse,
        "psnr": None if mse < EQUAL else psnr(mse), "ssim": ssim,
    }  # fmt: skip


def packed(image: Tensor) -> str:
    """(1,C,H,W) in [0,1] as text."""
    pixels = (image[0].clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).contiguous()
    return base64.b64encode(pixels.numpy().tobytes()).decode()


def _apart(a: Tensor, b: Tensor) -> Tensor:
    """Distances (M,N) of rows; by a matrix product, as is usual, equal ones would be apart by a rounding error."""
    return torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist")


def _usual(known: Tensor) -> Tensor:
    """The median distance of a code to its nearest one, ()."""
    distance = _apart(known, known)
    return distance.fill_diagonal_(math.inf).amin(1).median().clamp(min=1e-6)


def _rng(asked: Mapping[str, Any]) -> torch.Generator:
    return torch.Generator().manual_seed(int(_number(asked.get("seed") or 0, 0, 2**31 - 1, whole=True)))


def _number(value: Any, low: float, high: float, whole: bool = False) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not low <= number <= high or (whole and number != int(number)):
        raise UserError("A number from {low} to {high} is needed here.", low=low, high=high)
    return number


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise UserError("A list is needed here.")
    return value


def _vector(value: Any, length: int) -> Tensor:
    if not isinstance(value, list) or len(value) != length:
        raise UserError("{length} numbers are needed here.", length=length)
    return torch.tensor([_number(v, -1e6, 1e6) for v in value])


def _one_of(value: Any, options: tuple[str, ...]) -> str:
    if value not in options:
        raise UserError("Choose one of {options}.", options=", ".join(options))
    return value
