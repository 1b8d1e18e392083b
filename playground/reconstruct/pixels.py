"""Images in [0,1] as text, which is base64 of their bytes, row by row, (H,W,C) uint8; errors and spreads likewise, (H,W,1)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from playground.reconstruct.answers import Judged
from trainers.errors import UserError
from trainers.metrics import psnr
from trainers.views import plain

EQUAL = 1e-12  # an error below which two images are the same, and PSNR is infinite


def packed(image: Tensor) -> str:
    """(1,C,H,W) in [0,1] as text."""
    pixels = (image[0].clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).contiguous()
    return base64.b64encode(pixels.numpy().tobytes()).decode()


def unpacked(text: str, shape: Sequence[int]) -> Tensor:
    """(1,C,H,W) in [0,1] from text of this (C,H,W); UserError where it is of another one."""
    c, h, w = shape
    try:
        pixels = np.frombuffer(base64.b64decode(text, validate=True), np.uint8).reshape(h, w, c)
    except (binascii.Error, ValueError) as error:
        raise UserError("This picture does not have the size of the run's images: choose it again.") from error
    return plain(torch.from_numpy(pixels.copy()).permute(2, 0, 1).unsqueeze(0))


def error_map(made: Tensor, x: Tensor) -> str:
    """Where a picture is wrong, as text: (1,C,H,W) each."""
    return packed((made - x).abs().mean(1, keepdim=True))


def judged(made: Tensor, x: Tensor) -> Judged:
    """A picture beside the true one, (1,C,H,W) each: its pixels, its error map, MSE, PSNR in dB (null: equal) and SSIM.

    UserError below 3 pixels a side, where no window of SSIM fits.
    """
    from skimage.metrics import structural_similarity

    if min(x.shape[-2:]) < 3:
        raise UserError("This picture has {width}×{height} pixels: SSIM compares windows of at least {least} a side.",
                        width=x.shape[3], height=x.shape[2], least=3)  # fmt: skip
    mse = float((made - x).pow(2).mean())
    window = min(7, (min(x.shape[-2:]) - 1) // 2 * 2 + 1)  # Wang et al. 2004 use 11 on large photos
    a, b = (t[0].permute(1, 2, 0).numpy() for t in (made, x))
    ssim = float(structural_similarity(a, b, data_range=1.0, channel_axis=2, win_size=window))  # pyright: ignore
    return {
        "made": packed(made), "error": error_map(made, x), "mse": mse,
        "psnr": None if mse < EQUAL else psnr(mse), "ssim": ssim,
    }  # fmt: skip
