"""The curves of a run, as plotly takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from playground import plots
from playground.texts import text
from trainers.method import method_class


def beaten(started: Mapping[str, Any], snapshots: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """What a method that repairs has to beat, on the images of its snapshots: name -> error."""
    first = snapshots[0]["metrics"] if snapshots else {}
    return dict(started.get("baselines", {})) | {key: value for key, value in first.items() if key.startswith("mse_")}


def figures(
    started: dict[str, Any] | None,
    steps: list[Any],
    snapshots: list[Any],
    method: str,
    language: str,
    dictionary: float | None = None,
) -> dict[str, Any]:
    """The curves, as plotly takes them; one that cannot be had says why in its place.

    dictionary: kNN of one on the same images.
    """
    if started is None or not steps:  # the first step tells what there is to draw
        return {}

    def t(key: str) -> str:
        return text(language, f"live.{key}")

    def of_steps(key: str) -> plots.Line:
        return [e["seconds"] for e in steps], [e["parts"].get(key) if key in parts else e[key] for e in steps]

    def of_snapshots(key: str) -> plots.Line:
        return [e["seconds"] for e in snapshots], [e["metrics"].get(key) for e in snapshots]

    floor, lowest = started["collapse_loss"], {}
    if floor is not None:
        lowest = {text(language, f"cards.{method}.floor"): floor}
    parts, inside = list(steps[0].get("parts", {})), method_class(method).terms
    draw = partial(plots.curve, seconds=t("seconds"))
    halves = {t(f"part_{key}"): of_steps(key) for key in parts if key in inside}
    found = {"loss": draw({t("loss"): of_steps("loss")} | halves, t("loss"), marks=lowest)}
    if method_class(method).card.family == "autoencoder":  # where a code may lie anywhere, and repairs tell success
        marks = {t(key): value for key, value in beaten(started, snapshots).items()}
        found["mse"] = draw({t("mse"): of_snapshots("mse")}, t("mse"), colour=7, marks=marks, points=True)
        if any(marks.values()):  # what an untrained network paints is far off, and would flatten all that follows
            found["mse"]["layout"]["yaxis"]["range"] = [0, 1.4 * max(marks.values())]
    else:
        marks = {t("spread"): 1.0, t("collapse"): 0.0}
        found["std"] = draw({t("std"): of_steps("std_sqrt_d")}, t("std"), colour=7, marks=marks)
    if started["knn_pixels"] is not None:
        marks, lines = {t("pixels"): started["knn_pixels"]}, {t("knn_plain"): of_snapshots("knn")}
        marks |= {t("dictionary"): dictionary}
        if snapshots:
            first = snapshots[0]["metrics"]
            marks |= {t("untrained"): first["knn"], t("pixels_white"): first.get("knn_white_pixels")}
            if first.get("knn_white") is not None:  # runs of before have none
                lines[t("knn_white")] = of_snapshots("knn_white")
        found["knn"] = draw(lines, t("knn_curve"), colour=8, marks=marks, rate=True, points=True)
    else:
        found["knn"] = {"note": t("no_labels")}
    for key in parts:
        if key not in inside:
            found[key] = draw({t(f"part_{key}"): of_steps(key)}, t(f"part_{key}"), colour=9)
    if snapshots and "match_1" in snapshots[0]["metrics"] and snapshots[0]["metrics"].get("match_of"):
        lines = {t(key): of_snapshots(key) for key in ("match_1", "match_5")}
        marks = {t("guess"): 1 / snapshots[0]["metrics"]["match_of"]}
        found["match"] = draw(lines, t("match"), colour=2, marks=marks, rate=True, points=True)
    return found
