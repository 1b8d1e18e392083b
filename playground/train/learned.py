"""What a run has learned: in one number beside what it has to beat, and at its end in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playground.runs import baselines, pace, shipped
from playground.runs.curves import beaten
from playground.runs.described import warning
from playground.runs.numbers import shown
from playground.runs.shipped import is_example
from playground.runs.store import Runs
from playground.texts import method_name, text
from playground.train.answers import Bar, Ending, Learned, Way
from trainers import record
from trainers.method import method_class
from trainers.train import RunConfig

HARDLY, FEW = 0.1, 0.6  # of the usual steps: below, it has hardly begun; below, it had few
POINT = 0.01  # of accuracy: nearer than that is chance


def bars(
    config: RunConfig, started: dict[str, Any] | None, snapshots: list[Any], finished: dict[str, Any] | None
) -> tuple[str, list[tuple[str, float]]]:
    """What the method is judged by, "knn", "error" or "match", and numbers under their names, the run's own first: as they
    were last measured. No numbers where nothing is known yet, or nothing can be.
    """
    cls = method_class(config.method)
    kind = "error" if cls.card.family == "autoencoder" else "match" if cls.reads else "knn"
    if started is None or not snapshots:
        return kind, []
    first, last = snapshots[0]["metrics"], finished["summary"] if finished else snapshots[-1]["metrics"]
    own = {"error": "mse", "match": "match_1", "knn": "knn"}[kind]
    if last.get(own) is None or first.get(own) is None:  # no labels, or a run of another method that was put there
        return kind, []
    if kind == "error":
        there = {key: value for key, value in last.items() if key.startswith("mse_")}  # of all images, as soon as it has ended
        return kind, [("this", last["mse"]), *(beaten(started, snapshots) | there).items()]
    if kind == "match":
        return kind, [("this", last["match_1"]), ("untrained", first["match_1"]), ("guess", 1 / last["match_of"])]
    found = [
        ("this", last["knn"]),
        ("untrained", last.get("knn_untrained", first["knn"])),
        ("pixels", last.get("knn_pixels", started["knn_pixels"])),
        ("dictionary", baselines.dictionary(config, "knn" if finished else "knn_curve")),
    ]
    return kind, [(name, value) for name, value in found if value is not None]


def whitened(config: RunConfig, summary: dict[str, Any]) -> list[tuple[str, float]]:
    """The same of whitened features, where they were measured."""
    keys = (("this", "knn_white"), ("untrained", "knn_white_untrained"), ("pixels", "knn_white_pixels"))
    found = [(name, summary[key]) for name, key in keys if summary.get(key) is not None]
    beside = baselines.dictionary(config, "knn_white")
    return [*found, ("dictionary", beside)] if found and beside is not None else found


def learned(kind: str, numbers: list[tuple[str, float]], told: bool, language: str, missing: str = "learned_none") -> Learned:
    """The first tile. told: whether the method was told the classes; missing: the key of why there is no number."""
    most = max([1e-9, *(value for _, value in numbers)]) if kind == "error" else 1.0
    found: list[Bar] = [
        {"name": named(name, language), "value": said(kind, value), "share": max(0.0, min(1.0, value / most))}
        for name, value in numbers
    ]
    help_ = text(language, "live.help_knn_told" if told and kind == "knn" else f"live.help_{kind}")
    note = "" if found else text(language, f"live.{missing}")
    return {"key": kind, "name": text(language, f"live.learned_{kind}"), "help": help_, "bars": found, "note": note}


def missing(kind: str, snapshots: Sequence[Any], ended: bool) -> str:
    """The key of why the first tile has no number: nothing was measured yet, or it cannot be."""
    if not snapshots:
        return "learned_none" if ended else "learned_wait"
    return "no_labels" if kind == "knn" else "learned_none"


def named(name: str, language: str) -> str:
    """What a number is of."""
    return text(language, "live.result_this" if name == "this" else f"live.{name}")


def said(kind: str, value: float) -> str:
    """A number of the first tile as a person reads it."""
    return shown("mse" if kind == "error" else kind, value)


def ending(
    runs: Runs,
    run: str,
    config: RunConfig,
    step: int,
    steps: list[Any],
    numbers: tuple[str, list[tuple[str, float]]],
    language: str,
    white: Sequence[tuple[str, float]] = (),
) -> Ending:
    """The end in sentences: what was reached beside what, once more with all of it whitened, whether it had enough steps, where
    to look next.
    """

    def t(key: str, **values: object) -> str:
        return text(language, f"live.end_{key}", **values)

    usual, _ = pace.shipped(config.method)
    share = step / usual if usual else 1.0
    fallen = bool(warning(steps, language))
    parts = [] if share < HARDLY else [reached(*numbers, t, language)]
    if parts and numbers[0] == "knn":  # no claim beside a bar that is lower than it need be
        parts.append(reached("knn", white, t, language, "white"))
    if usual and share < FEW:
        parts.append(t("hardly" if share < HARDLY else "few", step=f"{step:,}", usual=f"{usual:,}",
                       method=method_name(language, config.method)))  # fmt: skip
    elif usual and share < 2:
        parts.append(t("enough", step=f"{step:,}", usual=f"{usual:,}"))
    return {
        "text": (" " if language == "en" else "").join(filter(None, parts)),
        "tone": "warn" if share < FEW or fallen else "good",
        "ways": ways(runs, run, config, language),
    }


def reached(kind: str, numbers: Sequence[tuple[str, float]], t: Any, language: str, key: str = "") -> str:
    """What was reached, and what that is beside the others; key: that of the sentence, else it is the kind's."""
    if len(numbers) < 2:
        return ""
    own, others = numbers[0][1], numbers[1:]
    beside = text(language, "live.comma").join(f"{named(name, language)} {said(kind, value)}" for name, value in others)
    lead = min(value for _, value in others) - own if kind == "error" else own - max(value for _, value in others)
    near = 0.03 * abs(own) if kind == "error" else POINT
    verdict = t("more" if lead > near else "less" if lead < -near else "even")
    return t(key or kind, own=said(kind, own), beside=beside, verdict=verdict)


def another(runs: Runs, run: str, config: RunConfig) -> str:
    """A finished run that came with the app to compare one with: of the same images, as other numbers say nothing beside them;
    of the same method where it is not that run itself, else of the same family. "" where there is none.
    """
    family = method_class(config.method).card.family
    found = list[tuple[bool, bool, str]]()
    for name in shipped.names():
        if name == run or not is_example(runs.root / name):
            continue
        other = record.read_config(runs.root / name)
        if (other.dataset, other.size) == (config.dataset, config.size) and not other.knobs:
            found.append((other.method != config.method, method_class(other.method).card.family != family, name))
    return min(found)[2] if found else ""


def ways(runs: Runs, run: str, config: RunConfig, language: str) -> list[Way]:
    """Where to look next."""
    method, other = config.method, another(runs, run, config)
    beside = f"{run},{other}" if other else run
    found = (
        ("explore", f"?tab=explore&run={run}"),
        ("compare", f"?tab=compare&runs={beside}"),
        ("learn", f"?tab=learn&card={method}"),
    )
    return [
        {"tab": tab, "text": text(language, f"live.way_{tab}", method=method_name(language, method)), "address": address}
        for tab, address in found
    ]
