"""Numbers of a run by name, first and last, as lessons speak of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playground.lessons.course import Reading
from playground.runs.numbers import RATE, SHARES, style
from playground.texts import text

SPREAD = "spread"  # of a training batch, as Train's curve shows it
PAINTED = ("painted.plain", "painted.word")  # cosines of pictures with a label, as they are and with that word on them
FACTORS = ("features", "embedding")  # and "." and a factor of how images were made
NAMES = {
    "loss": "compare.measure_loss", "collapse_loss": "lessons.guessing", "uniformity": "compare.measure_uniformity",
    SPREAD: "compare.measure_std_sqrt_d_batch", "knn": "compare.measure_knn",
    "probe": "compare.measure_probe", "mse": "compare.measure_mse", "rankme": "compare.measure_rankme",
    "alignment": "compare.measure_alignment", "match_1": "compare.measure_match_1",
    "retrieval_1": "compare.measure_retrieval_1", "target_distance": "live.part_target_distance",
    "prototypes": "live.part_prototypes", "scale": "live.part_scale", "to_text": "live.part_to_text",
    "to_image": "live.part_to_image",
}  # fmt: skip


def number(events: Sequence[dict[str, Any]], reading: Reading) -> float | None:
    """What a reading gives, or None where the run does not tell it."""
    key, last = reading.measure, reading.when == "last"
    of = {kind: [event for event in events if event["event"] == kind] for kind in ("Started", "Step", "Snapshot", "Finished")}
    place = -1 if last else 0
    if steps := of["Step"]:
        step = steps[place]
        along = step["parts"] | {"loss": step["loss"], SPREAD: step["std_sqrt_d"]}
        if key in along:
            return along[key]
    if "." in key:
        where, _, factor = key.partition(".")
        return of["Snapshot"][place]["factors"].get(where, {}).get(factor) if of["Snapshot"] else None
    summary = of["Finished"][-1]["summary"] if of["Finished"] else {}
    if key in summary:  # at the end more images are asked than on the way: both numbers are of the same test
        whole = summary.get(key if last else f"{key}_untrained")
        if whole is not None:
            return whole
    if of["Snapshot"] and key in of["Snapshot"][place]["metrics"]:
        return of["Snapshot"][place]["metrics"][key]
    return of["Started"][-1].get(key) if of["Started"] else None


def name(measure: str, language: str) -> str:
    """What a measure is called: "knn_pixels" as "knn", a factor by what it is and where it is read."""
    if measure in PAINTED:
        return text(language, "lessons.likeness")
    if "." in measure:
        where, _, factor = measure.partition(".")
        return text(language, f"lessons.in_{where}", factor=text(language, f"kept.factor_{factor}"))
    return text(language, NAMES[base(measure)])


def base(measure: str) -> str:
    """The measure that one is a baseline of, or itself. KeyError where nobody has named it."""
    key = measure
    while key not in NAMES:
        key, found, _ = key.rpartition("_")
        if not found:
            raise KeyError(measure)
    return key


def style_of(measure: str) -> str:
    """How a measure is written."""
    if measure == SPREAD:
        return style("std_sqrt_d")
    if measure in PAINTED:
        return style("cosine")
    if "." in measure:
        return RATE if measure.partition(".")[2] in SHARES else ".2f"
    return style(measure)
