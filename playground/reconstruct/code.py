"""An autoencoder's code: an image squeezed and rebuilt, the codes between two images, the plane of codes around one."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from playground.once import Once
from playground.reconstruct import values
from playground.reconstruct.answers import Between, Decoded, Plane, Rebuilt
from playground.reconstruct.masks import paint
from playground.reconstruct.networks import Networks
from playground.reconstruct.pixels import judged, packed
from playground.reconstruct.values import Body
from trainers.metrics import psnr
from trainers.views import plain

STRIP, LATTICE, PLANE = 21, 11, 2.5  # images from one to another; images a side of the plane; its half side in deviations
TILE = 32  # pixels a side of the plane's images, at most
LATENTS = 16  # dimensions with a slider
FAR = 2.0  # times the usual distance of a code to its nearest one: farther is a hole


class Codes:
    """Questions about codes; images are (1,C,H,W) in [0,1]."""

    def __init__(self, networks: Networks) -> None:
        self.networks = networks
        self._codes = Once(self._find_codes, 16)

    def rebuild(self, run: str, x: Tensor, body: Body) -> Rebuilt:
        """The image, as the network remembers it, and where it is wrong; its code, where there is one.

        A masked autoencoder does what it was trained for: patches are hidden by its own habit, painted, and alone counted.
        """
        model = self.networks.model(run)
        if hasattr(model, "hide"):
            _, pasted, errors = paint(model, x, model.hide(x, values.generator(body))[0])
            mse = float(errors)
            return {**judged(pasted, x), "image": packed(x), "mse": mse, "psnr": psnr(mse)}
        found: Rebuilt = {**judged(model.reconstruct(x), x), "image": packed(x)}
        if hasattr(model, "decode"):
            known = self.known(run)
            spread = known.std(0)
            found["code"], found["mean"], found["spread"] = model.encode(x)[0].tolist(), known.mean(0).tolist(), spread.tolist()
            found["dimensions"] = spread.argsort(descending=True)[:LATENTS].tolist()  # those that tell most images apart
        return found

    def decode(self, run: str, x: Tensor, body: Body) -> Decoded:
        """What a code stands for: {"code": D numbers}; and how far it is from every code of a real image."""
        model = self.networks.with_code(run)
        return self._decoded(run, values.vector(body.get("code"), model.code).unsqueeze(0))

    def between(self, run: str, x: Tensor, y: Tensor) -> Between:
        """From one image to another: mixed code by code and, to compare, pixel by pixel; STRIP images each."""
        model, known = self.networks.with_code(run), self.known(run)
        t = torch.linspace(0, 1, STRIP).unsqueeze(1)
        codes = (1 - t) * model.encode(x) + t * model.encode(y)
        share = t.view(-1, 1, 1, 1)
        return {
            "second": packed(y), "made": [packed(i) for i in model.decode(codes).split(1)],
            "mixed": [packed(i) for i in ((1 - share) * x + share * y).split(1)],
            "gaps": (_distances(codes, known).amin(1) / _usual(known)).tolist(),
        }  # fmt: skip

    def plane(self, run: str, x: Tensor, body: Body) -> Plane:
        """The plane through the image's code along the two directions in which codes differ most, in their deviations.

        codes: where the held-out images lie, seen from above, (N,2); at: this one. lattice: LATTICE² images decoded over
        ±PLANE, row by row from the top left; gaps: of each, the distance to the nearest real code over the usual one.
        returns: how far encoding a decoded code lands from it, in the same unit, for real codes and for those in holes.
        """
        model = self.networks.with_code(run)
        code, known, (mean, axes, scale) = model.encode(x), self.known(run), self._axes(run)
        line = torch.linspace(-PLANE, PLANE, LATTICE)
        spots = torch.stack(torch.meshgrid(line, line.flip(0), indexing="xy"), 2).flatten(0, 1)  # x to the right, y up
        codes, usual = self._on_plane(code, spots, run), _usual(known)
        made = model.decode(codes)
        small = made if max(x.shape[2:]) <= TILE else interpolate(made, size=TILE, mode="area")
        gaps = _distances(codes, known).amin(1) / usual
        holes, some = gaps > FAR, known[: len(codes)]
        back = (model.encode(made) - codes).norm(dim=1) / usual
        again = (model.encode(model.decode(some)) - some).norm(dim=1) / usual
        return {
            "codes": ((known - mean) @ axes / scale).flatten().tolist(), "at": ((code - mean) @ axes / scale)[0].tolist(),
            "side": LATTICE, "tile": list(small.shape[2:]), "reach": PLANE,
            "lattice": [packed(i) for i in small.split(1)], "gaps": gaps.tolist(),
            "far": FAR, "holes": float(holes.float().mean()), "returns": float(again.median()),
            "returns_holes": float(back[holes].median()) if holes.any() else None,
        }  # fmt: skip

    def walk(self, run: str, x: Tensor, body: Body) -> Decoded:
        """The image at {"at": [u, v]} on that plane."""
        model, at = self.networks.with_code(run), values.vector(body.get("at"), 2).clamp(-10, 10)
        return self._decoded(run, self._on_plane(model.encode(x), at.unsqueeze(0), run))

    def known(self, run: str) -> Tensor:
        """(N,D): the codes of the held-out images by the network as it is."""
        return self._codes(*self.networks.version(run))

    def _find_codes(self, run: str, version: int) -> Tensor:
        model = self.networks.with_code(run)
        return torch.cat([model.encode(plain(part)) for part in self.networks.held_out(run).split(500)])

    def _axes(self, run: str) -> tuple[Tensor, Tensor, Tensor]:
        """Mean (D,), directions (D,2) and deviations (2,) of the codes."""
        known = self.known(run)
        mean = known.mean(0)
        _, vectors = torch.linalg.eigh((known - mean).T @ (known - mean))
        axes = vectors[:, [-1, -2]] if known.shape[1] > 1 else vectors
        return mean, axes, ((known - mean) @ axes).std(0).clamp(min=1e-6)

    def _on_plane(self, code: Tensor, spots: Tensor, run: str) -> Tensor:
        """(1,D), (M,2) -> (M,D): the code moved within the plane, its other coordinates as they are."""
        mean, axes, scale = self._axes(run)
        return code + (spots - (code - mean) @ axes / scale) * scale @ axes.T

    def _decoded(self, run: str, code: Tensor) -> Decoded:
        known = self.known(run)
        distance, nearest = _distances(code, known)[0].min(0)
        made = packed(self.networks.with_code(run).decode(code))
        return {"made": made, "near": int(nearest), "gap": float(distance / _usual(known)), "far": FAR}


def _distances(a: Tensor, b: Tensor) -> Tensor:
    """Distances (M,N) of rows; by a matrix product, as is usual, equal ones would be apart by a rounding error."""
    return torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist")


def _usual(known: Tensor) -> Tensor:
    """The median distance of a code to its nearest one, ()."""
    distance = _distances(known, known)
    return distance.fill_diagonal_(math.inf).amin(1).median().clamp(min=1e-6)
