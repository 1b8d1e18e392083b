"""One palette, in Python and in the page's scripts, that people without red or without green cones can tell apart too."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from playground.plots import PALETTE, curve

PAGE = Path(__file__).parents[2] / "playground"
# Björn Ottosson 2020: linear RGB -> cones -> OKLab; Machado et al. 2009: protanopia and deuteranopia at their full strength
CONES = np.array([[0.41222, 0.53633, 0.05145], [0.21190, 0.68070, 0.10740], [0.08830, 0.28172, 0.62998]])
OKLAB = np.array([[0.21045, 0.79362, -0.00407], [1.97800, -2.42859, 0.45059], [0.02590, 0.78277, -0.80868]])
SIGHT = {
    "normal": np.eye(3),
    "protanopia": np.array([[0.15229, 1.05258, -0.20487], [0.11450, 0.78628, 0.09922], [-0.00388, -0.04812, 1.05200]]),
    "deuteranopia": np.array([[0.36732, 0.86065, -0.22797], [0.28009, 0.67250, 0.04741], [-0.01182, 0.04294, 0.96888]]),
}


def least(colours: tuple[str, ...], sight: str) -> float:
    """The distance in OKLab of the two that are nearest to each other."""
    rgb = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in colours]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.cbrt(np.clip(linear @ SIGHT[sight].T, 0, 1) @ CONES.T) @ OKLAB.T
    apart = np.sqrt(((seen[:, None] - seen[None]) ** 2).sum(-1))
    return float(apart[~np.eye(len(colours), dtype=bool)].min())


def test_no_two_colours_look_alike() -> None:
    assert all(least(PALETTE, sight) > 0.11 for sight in SIGHT), {sight: least(PALETTE, sight) for sight in SIGHT}


def test_the_scripts_have_the_same_colours_in_the_same_order() -> None:
    for name, count in (("widgets/embedding-map/colours.js", 10),):
        found = re.findall(r"#[0-9A-F]{6}", (PAGE / name).read_text("utf-8").split("const COLOURS = [")[1].split("]")[0])
        assert tuple(found[:count]) == PALETTE[:count], name


def test_no_line_runs_through_the_name_of_a_level() -> None:
    time = [float(x) for x in range(20)]
    fallen, well = [1.0, *[1e-4] * 19], [1.0, *[0.04] * 19]

    def sides(marks: dict[str, float], *lines: list[float]) -> dict[str, str]:
        drawn = curve({str(at): (time, y) for at, y in enumerate(lines)}, "", "", marks)
        return {note["text"]: note["yanchor"] for note in drawn["layout"]["annotations"]}

    assert sides({"collapse": 0.0}, fallen, well) == {"collapse": "top"}  # below its line, as both run above it
    assert sides({"even": 1.0, "collapse": 0.0}, [0.9] * 20) == {"even": "bottom", "collapse": "bottom"}
    assert sides({"raw pixels": 0.79, "untrained": 0.78}, [0.7, *[0.6] * 19]) == {"raw pixels": "bottom", "untrained": "top"}
    assert sides({"guess": 0.0}) == {"guess": "bottom"}  # before there is anything
