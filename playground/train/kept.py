"""What is kept, what is forgotten: how well linear readers find how images were made, over time, and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from playground.runs.numbers import SHARES, written
from playground.texts import text
from playground.train.answers import Kept, Reading, Switch
from trainers.method import make_config
from trainers.train import RunConfig

# what a view changes by the knob that says how much: "across" of a mirrored image is its negative, and so is "turn"
CHANGES = {
    "flip": ("across", "turn", "mirror"),
    "jitter": ("brightness",),
    "rotation": ("turn", "across", "down"),
    "crop": (),  # without crops the embedding was measured to keep less of size and place, not more: docs/log.md
}
LITTLE = {"flip": 0.0, "jitter": 0.0, "rotation": 0.0, "crop": 1.0}  # views that do not differ
MUCH = {"flip": 0.5, "jitter": 0.6, "rotation": 0.5, "crop": 0.1}
KNOWN = 0.25  # of the way from guessing to no fault: what is below is not told of as known
FELL = 0.15  # of that way: what an embedding lacks for us to say that it has forgotten


def kept(started: Mapping[str, Any] | None, snapshots: Sequence[Mapping[str, Any]], config: RunConfig, language: str) -> Kept:
    """All that the page shows of it; without rows where it is not known how the images were made."""

    def t(key: str) -> str:
        return text(language, f"kept.{key}")

    labels = {key: t(key) for key in ("features", "embedding", "untrained", "pixels", "axis", "again")}
    found: Kept = {
        "title": t("title"), "intro": t("intro"), "missing": "", "labels": labels, "seconds": [], "rows": [], "sentences": [],
        "switches": [],
    }  # fmt: skip
    looks = [look for look in snapshots if look.get("factors")]
    if started is None or not snapshots:
        return found
    if not looks or not started.get("factors"):
        found["missing"] = t("missing")
        return found
    found["seconds"] = [look["seconds"] for look in looks]
    found["rows"] = rows = readings(started["factors"], [look["factors"] for look in looks], language)
    found["switches"] = switches(config, language)
    found["sentences"] = sentences(rows, config, language) if len(looks) > 1 else [t("early")]
    return found


def readings(fixed: Mapping[str, Any], looks: Sequence[Mapping[str, Any]], language: str) -> list[Reading]:
    """Each factor's readings: of the features and, where there is a head, of the embedding, one a look."""
    return [
        {
            "key": key, "name": text(language, f"kept.factor_{key}"), "share": key in SHARES, "guess": guess,
            "help": text(language, f"kept.means_{key}"), "pixels": fixed["pixels"].get(key),
            "features": [look["features"].get(key) for look in looks],
            "embedding": [look["embedding"].get(key) for look in looks] if "embedding" in looks[-1] else [],
        }
        for key, guess in fixed["guess"].items()
    ]  # fmt: skip


def knobs_of_views(config: RunConfig) -> dict[str, float]:
    """How much views differ, by the knobs of CHANGES; {} where a method compares no views."""
    own = make_config(config.method, config.knobs)
    return {name: getattr(own, name) for name in CHANGES if hasattr(own, name)}


def switches(config: RunConfig, language: str) -> list[Switch]:
    """The same run with one thing changed in its views: off where it is on, and on where it is off."""
    found: list[Switch] = []
    for name, now in knobs_of_views(config).items():
        way = "off" if now != LITTLE[name] and name != "crop" or now == MUCH[name] else "on"
        value = (LITTLE if way == "off" else MUCH)[name]
        found.append({
            "knob": name, "value": value, "text": text(language, f"kept.{name}_{way}"),
            "help": text(language, f"kept.{name}_{way}_help"),
        })  # fmt: skip
    return found


def sentences(rows: Sequence[Reading], config: RunConfig, language: str) -> list[str]:
    """What the newest numbers say: what is worn; what the embedding has forgotten, and why; what it keeps."""
    last = {row["key"]: row for row in rows}
    found: list[str] = []

    def say(key: str, row: Reading, **more: str) -> None:
        values = {name: shown(row, row[name][-1]) for name in ("features", "embedding") if row[name]}
        values |= {"untrained": shown(row, row["features"][0]), "pixels": shown(row, row["pixels"])}
        found.append(text(language, f"kept.{key}", what=text(language, f"kept.what_{row['key']}"), **values, **more))

    if "class" in last:
        say("said_class", last["class"])
    others = [row for row in rows if row["key"] != "class"]
    if not any(row["embedding"] for row in rows):
        best, worst = (pick(others, key=lambda row: height(row, row["features"][-1])) for pick in (max, min))
        say("said_best", best, worst=text(language, f"kept.what_{worst['key']}"), least=shown(worst, worst["features"][-1]))
        return found
    reasons = set()
    for row in sorted(others, key=drop, reverse=True):
        why = reason(row["key"], config)
        if drop(row) < FELL or height(row, row["features"][-1]) < KNOWN or why in reasons or len(reasons) == 2:
            continue
        reasons.add(why)
        much = height(row, row["embedding"][-1]) < height(row, row["features"][-1]) / 2
        say("said_forgotten" if much else "said_faded", row, why=text(language, f"kept.why_{why}") if why else "")
    left = max(others, key=lambda row: height(row, row["embedding"][-1]))
    if height(left, left["embedding"][-1]) >= 0.5:
        upright = left["key"] == "down" and knobs_of_views(config).get("rotation", 0.0) < 0.5
        say("said_upright" if upright else "said_kept", left)
    if reasons:
        found.append(text(language, "kept.said_head"))
    return found


def reason(key: str, config: RunConfig) -> str:
    """The knob by which views differ most in a factor, "" where none does: by mirroring, else brightness, turns."""
    moved = {name for name, now in knobs_of_views(config).items() if abs(now - LITTLE[name]) > 0.05}
    return next((name for name, keys in CHANGES.items() if key in keys and name in moved), "")


def height(row: Reading, value: float | None) -> float:
    """A reading from 0, no better than guessing, to 1, without a fault."""
    return 0.0 if value is None else max(0.0, (value - row["guess"]) / (1 - row["guess"]))


def drop(row: Reading) -> float:
    """How much less the embedding tells than the features."""
    return height(row, row["features"][-1]) - height(row, row["embedding"][-1])


def shown(row: Reading, value: float | None) -> str:
    """A reading as a person reads it."""
    if value is None:
        return "–"
    return written(value, ".0%") if row["share"] else f"R² {written(max(0.0, value), '.2f')}"
