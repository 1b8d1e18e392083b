"""Networks that methods share: backbones from images to features, heads, and a decoder back to images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from trainers.together import by_rows


def _block(c_in: int, c_out: int, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(c_out), nn.ReLU(inplace=True)
    )


def conv(channels: int, cells: int = 2) -> tuple[nn.Module, int]:
    """Four strided convolutions, 60 k parameters, 256 features: thousands of images a second on two cores.

    The last maps are averaged to 2×2 cells, not to one: where a thing is in the image is worth 4-8 points of kNN. To
    rebuild an image, 4×4 are better, and 1,024 features.
    """
    layers = [_block(channels, 16, 5, 2), _block(16, 32, 3, 2), _block(32, 64, 3, 2), _block(64, 64)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(cells), nn.Flatten()), 64 * cells**2


def conv_full(channels: int, cells: int = 2) -> tuple[nn.Module, int]:
    """The same with pooling in place of strides, from full resolution: a third of the images a second."""
    layers = [_block(channels, 16), nn.MaxPool2d(2), _block(16, 32), nn.MaxPool2d(2), _block(32, 64), _block(64, 64)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(cells), nn.Flatten()), 64 * cells**2


def resnet18(channels: int, cells: int = 1) -> tuple[nn.Module, int]:
    """torchvision's ResNet-18 with the stem that small images want (3×3, no pooling), 11 M parameters, 512 features."""
    from torchvision.models import resnet18 as torchvision_resnet18

    net = torchvision_resnet18(weights=None)
    net.conv1 = nn.Conv2d(channels, 64, 3, 1, 1, bias=False)
    net.maxpool, net.fc = nn.Identity(), nn.Identity()  # type: ignore[assignment]
    net.avgpool = nn.AdaptiveAvgPool2d(cells)  # torchvision's forward flattens what comes out
    return net, 512 * cells**2


ENCODERS = {"conv": conv, "conv-full": conv_full, "resnet18": resnet18}


def choose(name: str, device: torch.device) -> str:
    """The encoder that "auto" stands for on this device."""
    return ("resnet18" if device.type == "cuda" else "conv") if name == "auto" else name


class Encoder(nn.Module):
    """(B,C,H,W) in [0,1] -> (B,F). Standardises with the data set's mean and std, which are saved with the weights."""

    mean: Tensor
    std: Tensor

    def __init__(self, net: nn.Module, features: int, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        self.net: Any = net  # a masked autoencoder asks it for tokens
        self.features = features
        self.register_buffer("mean", torch.tensor(mean).view(1, -1, 1, 1))
        self.register_buffer("std", torch.tensor(std).view(1, -1, 1, 1))

    def standardise(self, images: Tensor) -> Tensor:
        """(B,C,H,W) in [0,1] -> with mean 0 and deviation 1 over the data set, a channel each."""
        return (images - self.mean) / self.std

    @by_rows
    def forward(self, images: Tensor) -> Tensor:
        """(B,C,H,W) in [0,1] -> (B,F) in float32; on a GPU it computes in bfloat16 while it learns. Losses never do.

        Nor do heads, CLIP's text tower and the tokens that a masked autoencoder asks `net` for: a thousandth of a step's sums
        beside a ResNet-18, or so few that starting the casts would take longer than they save (docs/gpu.md).
        """
        with torch.autocast(images.device.type, torch.bfloat16, enabled=self.training and images.is_cuda):
            return self.net(self.standardise(images)).float()


def build(name: str, channels: int, mean: Sequence[float], std: Sequence[float], **cells: int) -> Encoder:
    """The encoder called `name` for images with so many channels, its last maps averaged to cells × cells."""
    net, features = ENCODERS[name](channels, **cells)
    return Encoder(net, features, mean, std)


def head(d_in: int, hidden: int, d_out: int, *, norm: bool = False) -> nn.Sequential:
    """Linear, BatchNorm, ReLU, Linear: a projection head or a predictor, (B,d_in) -> (B,d_out).

    norm: end with a BatchNorm that has no scale and shift of its own, as SimSiam's projector does.
    """
    layers = [nn.Linear(d_in, hidden, bias=False), nn.BatchNorm1d(hidden), nn.ReLU(inplace=True), nn.Linear(hidden, d_out)]
    return nn.Sequential(*layers, *([nn.BatchNorm1d(d_out, affine=False)] if norm else []))


class Prototypes(nn.Module):
    """K directions of length 1, without bias, and how much each is used: z (B,D) -> scores (B,K). SwAV, section 3.1.

    frozen: nothing is learned here in this call.
    """

    use: Tensor

    def __init__(self, number: int, dim: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(F.normalize(torch.randn(number, dim)))
        self.register_buffer("use", torch.full((number,), 1 / number))

    def forward(self, z: Tensor, frozen: bool = False) -> Tensor:
        """(B,D) -> (B,K)."""
        return z @ (self.weight.detach() if frozen else self.weight).T

    @torch.no_grad()
    def normalise(self) -> None:
        """Back to length 1, after a step."""
        self.weight.copy_(F.normalize(self.weight, dim=1))

    @torch.no_grad()
    def effective(self, share: Tensor) -> Tensor:
        """The effective number of prototypes, 1 to K: exp of the entropy of their mean share; share (K,) is the latest."""
        self.use.lerp_(share, 0.05)
        return torch.special.entr(self.use).sum().exp()


class Decoder(nn.Module):
    """(B,D) -> (B,C,H,W) in [0,1]: a linear layer onto a quarter-size map, then twice up to full size.

    The last step up is a pixel shuffle (Shi et al. 2016): no convolution runs at full resolution, where most of the
    time would go.
    """

    def __init__(self, d_in: int, channels: int, height: int, width: int, maps: int = 32) -> None:
        super().__init__()
        self.size = (height, width)
        self.cells = (-(-height // 4), -(-width // 4))
        self.expand = nn.Linear(d_in, maps * self.cells[0] * self.cells[1])
        self.net = nn.Sequential(
            nn.BatchNorm2d(maps), nn.ReLU(inplace=True), nn.Upsample(scale_factor=2), _block(maps, maps),
            nn.Conv2d(maps, 4 * channels, 3, 1, 1), nn.PixelShuffle(2), nn.Sigmoid(),
        )  # fmt: skip

    @by_rows
    def forward(self, code: Tensor) -> Tensor:
        """(B,D) -> (B,C,H,W)."""
        maps = self.expand(code).unflatten(1, (-1, *self.cells))  # (B,maps,H/4,W/4)
        return self.net(maps)[..., : self.size[0], : self.size[1]]
