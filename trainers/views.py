"""Augmentation on the device, a batch at a time, with independent draws for every image. No PIL, no loader processes.

One resampling grid an image holds crop, aspect, flip and rotation; one colour matrix holds brightness, contrast,
saturation and grey; blur is one step of diffusion whose strength is drawn per image. Gentler than the ImageNet recipe
(SimCLR, Chen et al. 2020, appendix A), because a 28-pixel image has less to spare.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601


@dataclass(frozen=True)
class Augmentation:
    """uint8 (B,C,H,W) -> float (B,C,H,W) in [0,1], each image by its own draw.

    crop: smallest part of the area that is kept. flip: probability of a mirror image. rotation: up to so many radians.
    jitter: brightness and contrast change by a factor from 1-jitter to 1+jitter; saturation likewise (colour only).
    grey: probability of losing all colour. blur: probability of a blur with a standard deviation of up to 0.8 pixels.
    most: largest part of the area that is kept. shrink: height and width of a view are those of the image times this.
    """

    crop: float = 0.5
    flip: float = 0.5
    rotation: float = 0.0
    jitter: float = 0.6
    saturation: float = 0.6
    grey: float = 0.1
    blur: float = 0.3
    most: float = 1.0
    shrink: float = 1.0

    def local(self) -> Augmentation:
        """The same for small views: half the side, of a smaller part of the image. SwAV, section 3.2."""
        return replace(self, crop=self.crop / 4, most=self.crop, shrink=0.5)

    def __call__(self, images: Tensor, rng: torch.Generator) -> Tensor:
        """Augment a batch."""
        b = len(images)
        # all the chance there is, in one call; a column of it is one quantity of every image
        draws = torch.rand(12, b, generator=rng, device=images.device).T
        x = self._place(images.float().div_(255), draws[:, :6])
        x = self._colour(x, draws[:, 6:10])
        return self._blur(x, draws[:, 10:]) if self.blur else x

    def _place(self, x: Tensor, u: Tensor) -> Tensor:
        area = self.crop + (self.most - self.crop) * u[:, 0]
        stretch = (-area.log()).clamp_(max=math.log(4 / 3))  # of the sides, as far as the area leaves room: 1 stays whole
        aspect = torch.exp(stretch * (2 * u[:, 1] - 1))
        w, h = (area * aspect).sqrt(), (area / aspect).sqrt()  # parts of the side
        angle = self.rotation * (2 * u[:, 2] - 1)
        cos, sin = angle.cos(), angle.sin()
        mirror = torch.where(u[:, 3] < self.flip, -1.0, 1.0)
        left, top = (1 - w) * (2 * u[:, 4] - 1), (1 - h) * (2 * u[:, 5] - 1)  # centre, the image spans -1 to 1
        # grid = [w 0; 0 h] [cos -sin; sin cos] [mirror 0; 0 1] (column, row) + (left, top), as one outer sum a side:
        # affine_grid's product of matrices is twice as slow
        column, row = (centres(round(x.shape[i] * self.shrink), x.device) for i in (3, 2))
        grid = x.new_empty(len(x), len(row), len(column), 2)

        def side(out: Tensor, of_column: Tensor, of_row: Tensor, shift: Tensor) -> None:
            along, down = torch.outer(of_column, column), torch.outer(of_row, row) + shift.unsqueeze(1)  # (B,W), (B,H)
            torch.add(along.unsqueeze(1), down.unsqueeze(2), out=out)

        side(grid[..., 0], w * cos * mirror, -w * sin, left)
        side(grid[..., 1], h * sin * mirror, h * cos, top)
        return F.grid_sample(x, grid, mode="bilinear", padding_mode="border", align_corners=False)

    def _colour(self, x: Tensor, u: Tensor) -> Tensor:
        b, c = x.shape[:2]
        bright = 1 + self.jitter * (2 * u[:, 0] - 1)
        contrast = 1 + self.jitter * (2 * u[:, 1] - 1)
        mean = x.mean((1, 2, 3)) * bright
        shift = ((1 - contrast) * mean).view(-1, 1, 1, 1)
        scale = (bright * contrast).view(-1, 1, 1, 1)
        if c == 1:
            return x.mul_(scale).add_(shift).clamp_(0, 1)  # in place: new memory costs more than the sums
        keep = 1 + self.saturation * (2 * u[:, 2] - 1)
        keep = torch.where(u[:, 3] < self.grey, 0.0, keep).view(-1, 1, 1)
        luma = _luma(x.device).expand(3, 3)
        mix = keep * torch.eye(3, device=x.device) + (1 - keep) * luma  # (B,3,3)
        mixed = torch.baddbmm(shift.expand(b, 1, 1, 1)[:, 0], mix * scale[:, 0], x.flatten(2))
        return mixed.clamp_(0, 1).view_as(x)

    def _blur(self, x: Tensor, u: Tensor) -> Tensor:
        # One step of the heat equation along each side: the kernel [a, 1-2a, a], variance 2a, nothing lost at the
        # borders. Four cheap operations, where a depthwise convolution costs as much as all the rest together.
        a = torch.where(u[:, 0] < self.blur, u[:, 1] / 3, 0.0).view(-1, 1, 1, 1)
        for dim in (2, 3):
            flow = x.diff(dim=dim).mul_(a)
            x.narrow(dim, 0, x.shape[dim] - 1).add_(flow)
            x.narrow(dim, 1, x.shape[dim] - 1).sub_(flow)
        return x


@cache
def _luma(device: torch.device) -> Tensor:
    """LUMA, (3,), brought to a device once instead of at every step."""
    with torch.inference_mode(False):
        return torch.tensor(LUMA).to(device)


def centres(n: int, device: torch.device) -> Tensor:
    """Where the n pixels of a side have their middles, (n,), on an image that spans -1 to 1."""
    return (2 * torch.arange(n, device=device) + 1) / n - 1


def pair(images: Tensor, augment: Augmentation, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """uint8 (B,C,H,W) -> two independent views of each image, (B,C,H,W) in [0,1]; one call is cheaper than two."""
    first, second = augment(torch.cat([images, images]), rng).chunk(2)
    return first, second


def plain(images: Tensor) -> Tensor:
    """uint8 (B,C,H,W) -> float in [0,1], nothing else done."""
    return images.float().div_(255)
