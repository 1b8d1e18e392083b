"""Moved garments: the shipped Fashion-MNIST clothes anywhere in a larger frame, of any size, turned, mirrored, dimmed.

Made here, from a seed, so that it is known of every image how it was made; raw pixels say little of what is worn.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from trainers.data import fashion_mnist
from trainers.data.base import Dataset, Images
from trainers.data.images_io import check_size, resize
from trainers.views import centres

FRAME = 40  # pixels a side, and its ground is black
SIZES, DEGREES, BRIGHTNESS = (0.6, 1.0), 12.0, (0.35, 1.0)
SEED = 0
CHUNK = 2_000


def load(size: int | None = None) -> Dataset:
    """10,000 train and 2,000 test images, (N,1,40,40) or at `size`, each a garment of `fashion_mnist.subset`, in its order.

    `Images.factors` says how each was made: "across" and "down", where its middle is (the frame spans -1 to 1), "size", its
    side as a part of Fashion-MNIST's own 28 pixels, "turn" in degrees, clockwise, "brightness" as a part of the garment's own,
    and "mirror".
    """
    check_size(FRAME if size is None else size)
    source, rng = fashion_mnist.subset(), torch.Generator().manual_seed(SEED)
    train, test = (_moved(part, size, rng) for part in (source.train, source.test))
    return Dataset("moved-garments", train, test, source.classes)


def _moved(part: Images, size: int | None, rng: torch.Generator) -> Images:
    factors = draw(len(part), rng)
    images = torch.cat([
        resize(place(some, {key: value[at : at + CHUNK] for key, value in factors.items()}), FRAME if size is None else size)
        for at, some in zip(range(0, len(part), CHUNK), part.images.split(CHUNK), strict=True)
    ])  # fmt: skip
    return Images(images, part.labels, names=part.names, factors=factors)


def draw(n: int, rng: torch.Generator) -> dict[str, torch.Tensor]:
    """How n images are made: even chances, and a place where the whole garment is in the frame, before it is turned."""
    u = torch.rand(6, n, generator=rng)
    sizes = SIZES[0] + (SIZES[1] - SIZES[0]) * u[0]
    room = 1 - sizes * fashion_mnist.NATIVE_SIZE / FRAME
    return {
        "across": room * (2 * u[1] - 1),
        "down": room * (2 * u[2] - 1),
        "size": sizes,
        "turn": DEGREES * (2 * u[3] - 1),
        "brightness": BRIGHTNESS[0] + (BRIGHTNESS[1] - BRIGHTNESS[0]) * u[4],
        "mirror": u[5] < 0.5,
    }


def place(images: torch.Tensor, factors: dict[str, torch.Tensor]) -> torch.Tensor:
    """(N,C,H,W) uint8 of garments -> (N,C,40,40) uint8 of the same, placed as the factors say, (N,) each."""
    at = centres(FRAME, images.device)
    x = at - factors["across"].unsqueeze(1)  # (N,40) from the garment's middle, in halves of the frame
    y = at - factors["down"].unsqueeze(1)
    x, y = x.unsqueeze(1), y.unsqueeze(2)  # a row, a column
    angle = factors["turn"].deg2rad().view(-1, 1, 1)
    scale = (FRAME / (fashion_mnist.NATIVE_SIZE * factors["size"])).view(-1, 1, 1)
    side = torch.where(factors["mirror"], -1.0, 1.0).view(-1, 1, 1)
    grid = torch.stack([side * scale * (angle.cos() * x + angle.sin() * y), scale * (angle.cos() * y - angle.sin() * x)], dim=3)
    found = F.grid_sample(images.float(), grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    return found.mul_(factors["brightness"].view(-1, 1, 1, 1)).round_().to(torch.uint8)
