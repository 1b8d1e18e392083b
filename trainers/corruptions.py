"""What denoising and masked autoencoders do to an image before they repair it, and the classical ways to repair it."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

NOISES = ("gaussian", "masking", "salt-and-pepper")
MASKS = ("random", "block", "grid")


def corrupt(images: Tensor, kind: str, level: float, rng: torch.Generator) -> Tensor:
    """(B,C,H,W) in [0,1] -> the same with fresh noise, in [0,1]; the images given are left as they are.

    gaussian: level is the standard deviation. masking: the share of pixels set to 0. salt-and-pepper: the share set to
    0 or 1. A pixel is lost with all its channels. Vincent et al. 2008; 2010, section 3.3.
    """
    b, _, h, w = images.shape
    if kind == "gaussian":
        noise = torch.randn(images.shape, generator=rng, device=images.device)
        return (images + level * noise).clamp(0, 1)
    draw = torch.rand(b, 1, h, w, generator=rng, device=images.device)
    if kind == "masking":
        return images * (draw >= level)
    return torch.where(draw < level / 2, 0.0, torch.where(draw < level, 1.0, images))


def keep_patches(b: int, rows: int, columns: int, ratio: float, kind: str, rng: torch.Generator) -> Tensor:
    """Indices (b,V) of the patches that stay visible, in order, V = int(L·(1-ratio)) but at least one and not all.

    random: any. block: all but one rectangle-like block around a random patch, which goes on at the opposite side where it
    meets an edge: cut off there, it would hide the middle in every image. grid: as evenly spread as they can be, shifted at
    random.
    """
    cells, device = rows * columns, rng.device
    visible = min(max(1, int(cells * (1 - ratio))), cells - 1)
    noise = torch.rand(b, cells, generator=rng, device=device)
    if kind == "block":
        row, column = torch.arange(cells, device=device) // columns, torch.arange(cells, device=device) % columns
        centre = torch.randint(cells, (b, 1), generator=rng, device=device)
        down, along = (row - centre // columns).abs(), (column - centre % columns).abs()
        far = torch.maximum(torch.minimum(down, rows - down), torch.minimum(along, columns - along))
        noise = noise * 0.5 - far  # the farthest stay
    elif kind == "grid":
        # an additive lattice (Roberts 2018): any number of its first points covers the grid evenly
        places = torch.stack([torch.arange(cells, device=device) // columns, torch.arange(cells, device=device) % columns], 1)
        shift = torch.randint(max(rows, columns), (b, 1, 2), generator=rng, device=device)
        down, along = (places + shift).unbind(2)
        noise = (down * 0.7548776662 + along * 0.5698402910) % 1
    return noise.argsort(1)[:, :visible].sort(1).values


def classical_filter(images: Tensor, kind: str) -> Tensor:
    """The textbook repair of noisy images (B,C,H,W): a 3×3 median, or for Gaussian noise a 3×3 binomial mean.

    Missing pixels are filled from the neighbours that are there.
    """
    padded = F.pad(images, (1, 1, 1, 1), mode="replicate")
    if kind == "salt-and-pepper":
        windows = F.unfold(padded, 3).unflatten(1, (images.shape[1], 9))
        return windows.median(2).values.view_as(images)
    c = images.shape[1]
    kernel = torch.outer(*(torch.tensor([1.0, 2.0, 1.0]).to(images.device),) * 2).div_(16).expand(c, 1, 3, 3)
    if kind == "gaussian":
        return F.conv2d(padded, kernel, groups=c)
    there = (images.amax(1, keepdim=True) > 0).float()
    weight = F.conv2d(F.pad(there, (1, 1, 1, 1), mode="replicate"), kernel[:1])
    filled = F.conv2d(padded, kernel, groups=c) / weight.clamp(min=1e-6)
    return torch.where(there > 0, images, filled)


def hidden_by(keep: Tensor, cells: int) -> Tensor:
    """Indices (B,V) of visible patches -> (B,cells), True where a patch is hidden."""
    return torch.ones(len(keep), cells, dtype=torch.bool, device=keep.device).scatter_(1, keep, False)
