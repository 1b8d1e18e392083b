"""Vision transformer parts: patches, positions, blocks. Dosovitskiy et al. 2021, arXiv:2010.11929."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from trainers.encoders import Encoder
from trainers.together import by_rows

WIDTH = 64  # numbers in a token


class Patches:
    """How images of one size are cut: `rows` × `columns` patches, in all `number`, of `numbers` pixels times channels each."""

    def __init__(self, channels: int, height: int, width: int, patch: int = 0) -> None:
        """patch: pixels a side; 0 for an eighth of the longer side of the image."""
        self.channels, self.height, self.width = channels, height, width
        self.patch = patch or max(2, math.ceil(max(height, width) / 8))
        self.rows, self.columns = -(-height // self.patch), -(-width // self.patch)
        self.number, self.numbers = self.rows * self.columns, self.patch**2 * channels

    def split(self, images: Tensor) -> Tensor:
        """(B,C,H,W) -> (B,L,P), row by row; a side that is no multiple of the patch is continued with its last pixels."""
        images = F.pad(images, (0, -self.width % self.patch, 0, -self.height % self.patch), mode="replicate")
        cells = images.unflatten(3, (self.columns, self.patch)).unflatten(2, (self.rows, self.patch))  # (B,C,r,p,c,p)
        return cells.permute(0, 2, 4, 3, 5, 1).flatten(3).flatten(1, 2)

    def join(self, patches: Tensor) -> Tensor:
        """(B,L,P) -> (B,C,H,W), what `split` has added taken away again."""
        cells = patches.unflatten(2, (self.patch, self.patch, self.channels)).unflatten(1, (self.rows, self.columns))
        images = cells.permute(0, 5, 1, 3, 2, 4).flatten(4).flatten(2, 3)
        return images[..., : self.height, : self.width]


def positions(rows: int, columns: int, width: int) -> Tensor:
    """Fixed sines and cosines of a patch's row and column, (rows·columns, width); width a multiple of 4.

    Vaswani et al. 2017, arXiv:1706.03762, section 3.5, half of the width for each side.
    """
    frequency = 10_000 ** (-torch.arange(width // 4) / (width // 4))

    def waves(n: int) -> Tensor:
        angle = torch.outer(torch.arange(n), frequency)
        return torch.cat([angle.sin(), angle.cos()], dim=1)  # (n,width/2)

    down, along = waves(rows).unsqueeze(1), waves(columns).unsqueeze(0)
    return torch.cat([down.expand(-1, columns, -1), along.expand(rows, -1, -1)], dim=2).flatten(0, 1)


class Block(nn.Module):
    """Attention, then two layers token by token, each after a LayerNorm and added to what came in: (B,L,D) -> (B,L,D)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        """(B,L,D) -> (B,L,D)."""
        q, k, v = self._qkv(x)
        x = x + self.out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
        return x + self.mlp(self.norm2(x))

    def attention(self, x: Tensor) -> Tensor:
        """(B,L,D) -> (B,L,L): how much each token (row) takes from each, a mean over heads; rows sum to 1."""
        q, k, _ = self._qkv(x)
        return (q @ k.transpose(2, 3) / math.sqrt(q.shape[3])).softmax(3).mean(1)

    def _qkv(self, x: Tensor) -> Tensor:
        return self.qkv(self.norm1(x)).unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)  # (3,B,heads,L,d)


class PatchEncoder(nn.Module):
    """Patches, positions, blocks, norm. Called with images it gives features; `tokens` takes only the patches it is told.

    The features are the tokens averaged in 2×2 cells of the image, as the convolutional nets do it.
    """

    grid: Tensor

    def __init__(self, patches: Patches, dim: int = WIDTH, depth: int = 3, heads: int = 4) -> None:
        super().__init__()
        self.patches = patches
        self.embed = nn.Linear(patches.numbers, dim)
        self.register_buffer("grid", positions(patches.rows, patches.columns, dim), persistent=False)
        self.blocks = nn.Sequential(*(Block(dim, heads) for _ in range(depth)), nn.LayerNorm(dim))

    @by_rows
    def tokens(self, images: Tensor, keep: Tensor | None = None) -> Tensor:
        """(B,C,H,W), and the indices (B,V) of the patches that are seen -> (B,V,D); all L of them without indices."""
        return self.blocks(self._embedded(images, keep))

    def attention(self, images: Tensor, keep: Tensor) -> Tensor:
        """Who takes from whom in the last block, among the patches that are seen: (B,V,V), see `Block.attention`."""
        *before, last, _ = self.blocks
        assert isinstance(last, Block)
        return last.attention(nn.Sequential(*before)(self._embedded(images, keep)))

    def _embedded(self, images: Tensor, keep: Tensor | None) -> Tensor:
        x = self.patches.split(images)
        if keep is None:
            return self.embed(x) + self.grid
        seen = x.gather(1, keep.unsqueeze(2).expand(-1, -1, x.shape[2]))
        return self.embed(seen) + self.grid[keep]

    def forward(self, images: Tensor) -> Tensor:
        """(B,C,H,W) -> (B,4D)."""
        cells = self.tokens(images).transpose(1, 2).unflatten(2, (self.patches.rows, self.patches.columns))
        return F.adaptive_avg_pool2d(cells, 2).flatten(1)


def vit(patches: Patches, mean: Sequence[float], std: Sequence[float]) -> Encoder:
    """The small vision transformer as the backbone of a method: 150 k parameters, 256 features."""
    return Encoder(PatchEncoder(patches), 4 * WIDTH, mean, std)


class PatchDecoder(nn.Module):
    """Fills the hidden places with one learned token and paints all patches: (B,V,D), indices (B,V) -> (B,L,P)."""

    grid: Tensor

    def __init__(self, patches: Patches, dim: int = WIDTH, depth: int = 1, heads: int = 4) -> None:
        super().__init__()
        self.token = nn.Parameter(torch.randn(dim) * 0.02)
        self.register_buffer("grid", positions(patches.rows, patches.columns, dim), persistent=False)
        blocks = (Block(dim, heads) for _ in range(depth))
        self.blocks = nn.Sequential(*blocks, nn.LayerNorm(dim), nn.Linear(dim, patches.numbers))

    @by_rows
    def forward(self, seen: Tensor, keep: Tensor) -> Tensor:
        """(B,V,D) and the places (B,V) where they belong -> (B,L,P)."""
        return self.blocks(self._whole(seen, keep))

    def attention(self, seen: Tensor, keep: Tensor) -> Tensor:
        """Who takes from whom in the last block, among all patches: (B,L,L), see `Block.attention`."""
        *before, last, _, _ = self.blocks
        assert isinstance(last, Block)
        return last.attention(nn.Sequential(*before)(self._whole(seen, keep)))

    def _whole(self, seen: Tensor, keep: Tensor) -> Tensor:
        whole = self.token.repeat(len(seen), len(self.grid), 1)
        return whole.scatter(1, keep.unsqueeze(2).expand_as(seen), seen) + self.grid
