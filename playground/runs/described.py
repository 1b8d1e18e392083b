"""What a run is called and how it stands, in words of one language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playground.runs.shipped import is_example
from playground.runs.store import UPLOADS, Runs, State
from playground.texts import knobs_said, method_name, sentence, table, text
from trainers import record
from trainers.data import FOLDER
from trainers.method import changed_knobs, method_class
from trainers.train import RunConfig

SPHERE = ("std_sqrt_d", "uniformity", "alignment")  # say nothing of a code, which nothing keeps on a sphere


def describe(config: RunConfig, language: str) -> str:
    """A run in one line: method, data, budget, seed."""
    data = data_name(config.dataset, language)
    seconds = text(language, "live.seconds")
    steps = text(language, "live.budget_steps", number=f"{config.steps or 0:,}")
    budget = f"{config.seconds:.0f} {seconds}" if config.seconds is not None else steps
    return f"{method_name(language, config.method)} · {data} · {budget} · {text(language, 'live.seed')} {config.seed}"


def data_name(dataset: str, language: str) -> str:
    """A data set as a person reads it, nobody's path; one that is not known here, as in a run of another version, by its id."""
    key = "data.own" if dataset.startswith(FOLDER) else f"data.{dataset}"
    return table(language).get(key, dataset[:40]).partition(" · ")[0]


def called(runs: Runs, run: str, language: str) -> str:
    """What to call a run where it stands among others: its name, described, and whether it came with the app."""
    folder = runs.folder(run)
    shipped = text(language, "live.shipped") if is_example(folder) else ""
    return " · ".join(filter(None, (runs.name(run), describe(record.read_config(folder), language), shipped)))


def changed(config: Any, language: str) -> str:
    """The knobs that differ from their defaults, in words: "Stop gradient: off"."""
    differ = changed_knobs(config.method, config.knobs)  # the command line's are text
    return text(language, "live.comma").join(knobs_said(language, config.method, differ))


def soon(seconds: float, language: str) -> str:
    """A time that is only about right, in words. They change at whole halves of a minute alone."""
    for key, number, below in (("soon", 0.0, 60), ("minute", 1.0, 90), ("minutes", seconds / 60, 5_400)):
        if seconds < below:
            return text(language, f"live.wait_{key}", number=f"{number:.0f}")
    return text(language, "live.wait_hours", number=f"{seconds / 3600:.0f}")


def status(state: State, config: RunConfig, at: dict[str, Any], language: str) -> str:
    """Where the run stands, in a sentence."""
    kind = state.kind
    if kind == "running" and config.progress(at["step"], at["seconds"]) >= 1:
        kind = "measuring"
    if kind == "stopped" and not at["step"]:
        kind = "stopped_early"
    if kind == "running" and config.steps is not None:
        kind = "running_steps"
    if kind == "finished":
        kind = "ceiling" if at.get("reason") == "ceiling" else kind
    return text(
        language, f"live.{kind}", place=state.place, wait=soon(state.wait, language), step=f"{at['step']:,}",
        seconds=f"{at['seconds']:.0f}", of=f"{config.steps or 0:,}",
        budget=f"{config.seconds or 0:.0f}", sentence=sentence(language, state.sentence, public(state.values)),
    )  # fmt: skip


def notices(events: list[dict[str, Any]], language: str) -> list[str]:
    """What a person should know of a run besides how it stands, in sentences: the last thing of each kind."""
    last = {event["sentence"]: event for event in events if event["event"] == "Notice"}
    return [sentence(language, event["sentence"], public(event["values"])) for event in last.values()]


def public(values: dict[str, str]) -> dict[str, str]:
    """An upload is called by its name: where this machine keeps it is nobody's business."""
    return {key: Path(value).name if f"/{UPLOADS}/" in Path(value).as_posix() else value for key, value in values.items()}


def telling(numbers: dict[str, Any], method: str) -> dict[str, Any]:
    """A run's numbers without those that say nothing of its method."""
    compares = method_class(method).card.family == "contrastive"
    return {key: value for key, value in numbers.items() if compares or key not in SPHERE}


def warning(steps: list[Any], language: str) -> str:
    """That the run has collapsed, and why, once it has said so three times running: in the reader's language."""
    last = steps[-3:]
    said = len(last) == 3 and all(step.get("collapsed") for step in last)
    return sentence(language, last[-1]["collapsed"], {}) if said else ""
