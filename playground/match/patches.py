"""What a transformer of open_clip sees in each patch of a picture, in the space of its texts.

A tower is pooled to one embedding at its end. Here each patch goes through that end by itself, as if it were all there is.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def has_patches(visual: Any) -> bool:
    """Whether it is a tower that `embed` can ask: open_clip's own transformer, or one of timm's."""
    return _is_own(visual) or _is_timm(visual)


def embed(visual: Any, image: Tensor) -> Tensor | None:
    """A prepared image (1,3,H,W) -> embeddings (h,w,D) of its patches, not of length 1; None from other towers."""
    if _is_own(visual):
        rows, columns = visual.grid_size
        tokens = visual._embeds(image)
        tokens = visual.transformer(tokens)
        tokens = visual.ln_post(tokens[:, -rows * columns :])  # behind the class token
        found = tokens @ visual.proj if visual.proj is not None else tokens
    elif _is_timm(visual):
        trunk = visual.trunk
        rows, columns = trunk.patch_embed.grid_size
        tokens = trunk.forward_features(image)[:, -rows * columns :]
        pool = getattr(trunk, "attn_pool", None)
        if pool is not None:  # which one patch alone has all the attention of
            tokens = torch.cat([pool(part.transpose(0, 1)) for part in tokens.split(256, 1)])[None]
        found = visual.head(trunk.head(trunk.fc_norm(tokens)))
    else:
        return None
    return found[0].unflatten(0, (rows, columns))


def _is_own(visual: Any) -> bool:
    plain = getattr(visual, "attn_pool", None) is None
    return plain and all(hasattr(visual, part) for part in ("_embeds", "transformer", "ln_post", "grid_size"))


def _is_timm(visual: Any) -> bool:
    trunk = getattr(visual, "trunk", None)
    return all(hasattr(trunk, part) for part in ("blocks", "fc_norm", "head")) and hasattr(
        getattr(trunk, "patch_embed", None), "grid_size"
    )
