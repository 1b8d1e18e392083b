"""What each run keeps of how its images were made, and what its embedding forgets: linear readers, a row a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from playground.compare.answers import FactorColumn, FactorRow, Factors
from playground.compare.rows import Row
from playground.runs.numbers import SHARES, shown
from playground.texts import text


def factors(found: Sequence[Row], names: Sequence[str], language: str) -> Factors | None:
    """The table, of those runs whose images say how they were made, by their newest look; None without any.

    names: of all the runs. What raw pixels tell is below them, where all runs have the same images.
    """
    looks = {place: row.of("Snapshot")[-1].get("factors") for place, row in enumerate(found) if row.of("Snapshot")}
    known = {place: look for place, look in looks.items() if look}
    if not known:
        return None
    keys = list(dict.fromkeys(key for look in known.values() for key in look["features"]))
    rows: list[FactorRow] = [
        {"place": place, "name": names[place], "features": _texts(look["features"], keys),
         "embedding": _texts(look["embedding"], keys) if "embedding" in look else []}
        for place, look in known.items()
    ]  # fmt: skip
    pixels = found[min(known)].started().get("factors", {}).get("pixels")
    if pixels and len({found[place].image_set for place in known}) == 1:
        rows.append({"place": None, "name": text(language, "live.pixels"), "features": _texts(pixels, keys), "embedding": []})
    columns: list[FactorColumn] = [
        {"key": key, "name": text(language, f"kept.factor_{key}"), "means": text(language, f"kept.means_{key}")} for key in keys
    ]
    return {
        "title": text(language, "kept.title"), "help": text(language, "compare.factors_help"), "columns": columns, "rows": rows,
    }  # fmt: skip


def _texts(values: Mapping[str, Any], keys: Sequence[str]) -> list[str]:
    return [shown("knn" if key in SHARES else "cosine", values.get(key)) for key in keys]
