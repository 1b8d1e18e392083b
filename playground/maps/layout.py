"""A layout of points in a plane or in space, and its file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.checkpoint import DAMAGED, read_arrays, write
from trainers.errors import UserError

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Layout:
    """positions: (N,2) or (N,3), centred, of mean radius 1. scale: what they were divided by, for the reducer to go on from."""

    positions: Array
    scale: float = 1.0


def align(plane: NDArray[Any], previous: Array | None = None) -> Layout:
    """Centre, scale to a mean radius of 1, and turn or mirror onto `previous` (orthogonal Procrustes, Schönemann 1966)."""
    plane = np.asarray(plane, np.float64)
    plane = plane - plane.mean(0)
    scale = max(float(np.linalg.norm(plane, axis=1).mean()), 1e-12)
    plane = plane / scale
    if previous is not None and previous.shape == plane.shape:
        u, _, vt = np.linalg.svd(plane.T @ previous)
        plane = plane @ (u @ vt)
    return Layout(plane.astype(np.float32), scale)


def turned(layout: Layout, some: NDArray[Any], onto: NDArray[Any]) -> Layout:
    """Turned or mirrored so that the points `some` (n,) lie as near to `onto` (n,2) as can be (orthogonal Procrustes)."""
    u, _, vt = np.linalg.svd(layout.positions[some].astype(np.float64).T @ onto)
    return Layout((layout.positions @ (u @ vt)).astype(np.float32), layout.scale)


def save_arrays(path: Path, arrays: dict[str, Any]) -> None:
    """Write a .npz, whole or not at all, making its folder where the run's own is still there."""
    if not path.parent.exists() and path.parents[1].exists():
        path.parent.mkdir(parents=True)

    def content(temporary: Path) -> None:
        with temporary.open("wb") as file:
            np.savez(file, **arrays)

    write(path, content)


def save_layout(path: Path, layout: Layout) -> None:
    """Write a frame."""
    if path.parents[2].exists():  # a run that is deleted meanwhile stays so
        path.parent.mkdir(parents=True, exist_ok=True)
    save_arrays(path, {"positions": layout.positions, "scale": np.float64(layout.scale)})


def read_layout(path: Path) -> Layout:
    """Read a frame; UserError where it is damaged."""
    found = read_arrays(path)
    try:
        return Layout(found["positions"].astype(np.float32), float(found["scale"]))
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(DAMAGED, file=path.name) from error
