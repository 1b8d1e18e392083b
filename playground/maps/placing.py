"""A person's own images, as a run's network sees them, and where they lie on its map."""

from __future__ import annotations

import base64
from typing import Any

import torch

from playground.maps.making import Maps
from playground.page.http import png
from playground.texts import told
from trainers.data.folder import fit, open_image
from trainers.errors import UserError


def fitted(maps: Maps, run: str, name: str, content: bytes) -> torch.Tensor:
    """A person's image as the run's own are, (C,H,W) uint8; DataError says why it cannot be one."""
    channels, _, side = maps.images(run).test.images.shape[1:]
    return fit(open_image(content, name, side), side, channels)


def placed(maps: Maps, run: str, key: str, files: list[tuple[str, bytes]], language: str) -> dict[str, Any]:
    """A person's images on a map: what became of each, with the picture that the network saw, and why some were left out."""
    images, names, skipped = [], [], []
    for name, content in files:
        try:
            images.append(fitted(maps, run, name, content))
            names.append(name)
        except UserError as error:
            skipped.append(told(language, error))
    found = maps.place(run, key, torch.stack(images)) if images else []
    pictures = [png(image.permute(1, 2, 0).numpy()) for image in images]
    return {
        "placed": [
            one | {"name": name, "picture": "data:image/png;base64," + base64.b64encode(picture).decode()}
            for one, name, picture in zip(found, names, pictures, strict=True)
        ],
        "skipped": skipped,
    }
