"""Every text that a person reads, in two languages: en.toml and zh.toml.

Knobs' English is in their Config fields, a method's name in its Card: a language may have another, cards.METHOD.title.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from trainers.errors import UserError
from trainers.method import methods

LANGUAGES = {"en": "en", "zh": "zh-CN"}  # a file's name -> the language's name as browsers and Gradio have it


@cache
def table(language: str) -> dict[str, str]:
    """Flat key -> text of a language; in English what it does not have, as of a method that somebody has just added."""
    return own("en") | own(language)


@cache
def own(language: str) -> dict[str, str]:
    """Flat key -> text of a language, "train.button" for button in [train]; knobs are "knobs.METHOD.NAME.label" and ".help"."""
    parsed = tomllib.loads((Path(__file__).parent / f"{language}.toml").read_text(encoding="utf-8"))
    found, knobs = _flat(parsed), _knobs()
    titles = {f"cards.{name}.title": cls.card.title for name, cls in methods().items()}
    if language == "en":
        return titles | knobs | found
    # a knob that several methods have is translated once, in [knobs.shared]
    names = {key: f"knobs.shared.{key.split('.', 2)[2]}" for key in knobs}
    shared = {key: found[name] for key, name in names.items() if name in found}
    return titles | shared | {key: text for key, text in found.items() if not key.startswith("knobs.shared.")}


def text(language: str, key: str, **values: object) -> str:
    """One text, filled in. KeyError where even English has none, which a test makes sure of beforehand."""
    found = table(language if language in LANGUAGES else "en")[key]
    return found.format(**values) if values else found


def language_of(asked: str) -> str:
    """The language that a browser, a cookie or an address asks for, as "zh-TW,en;q=0.8"; English where we do not have it."""
    return next((language for language in LANGUAGES if asked.lower().startswith(language)), "en")


def classes(language: str) -> dict[str, str]:
    """Names of classes in a language, by their English ones; empty for English."""
    return {key.removeprefix("classes."): name for key, name in table(language).items() if key.startswith("classes.")}


def sentence(language: str, template: str, values: Mapping[str, str | UserError]) -> str:
    """A UserError's or Failed's sentence in a language: its English template is its key.

    The command line calls a method and its knobs as they are typed there; here both have the names that the page shows.
    """
    words = table(language if language in LANGUAGES else "en")
    values = {key: told(language, value) if isinstance(value, UserError) else value for key, value in values.items()}
    method = values.get("method")
    if method in methods():
        label = words.get(f"knobs.{method}.{values.get('knob')}.label")
        values = values | {"method": words[f"cards.{method}.title"]} | ({"knob": label} if label else {})
    translated = words.get(f"sentences.{template}", template)
    return translated.format(**values) if values else translated


def told(language: str, error: UserError) -> str:
    """What to tell a person of an error."""
    return sentence(language, error.sentence, error.values)


def method_name(language: str, method: str) -> str:
    """A method as a person reads it."""
    return text(language, f"cards.{method}.title")


def method_said(language: str, method: str, knobs: Mapping[str, Any], key: str) -> str:
    """What is said of a method with these knobs; "" where nothing is.

    cards.METHOD.KEY, or of knobs that are not as usual cards.METHOD.KNOB_VALUE.KEY of each that has words of its own.
    """
    words = table(language)
    names = [f"cards.{method}.{change}.{key}" for change in changes(knobs)]
    own = [words[name] for name in names if name in words]
    if key == "line" and len(own) > 1:  # one sentence cannot say both; the run's title names the knobs
        return ""
    return (" " if language == "en" else "").join(own) or words.get(f"cards.{method}.{key}", "")


def changes(knobs: Mapping[str, Any]) -> list[str]:
    """Each knob with its value as keys have them: predictor_off, tau_0."""
    return [
        f"{name}_{'off' if value is False else 'on' if value is True else option('en', value)}" for name, value in knobs.items()
    ]


def option(language: str, value: Any) -> str:
    """A knob's value as a person reads it."""
    if isinstance(value, bool):
        return text(language, "explore.on" if value else "explore.off")
    return table(language).get(f"options.{value}", value) if isinstance(value, str) else f"{value:g}"


def knobs_said(language: str, method: str, knobs: Mapping[str, Any]) -> list[str]:
    """Each knob and its value as a person reads them: "Stop gradient: off"."""
    return [text(language, "live.knob", name=text(language, f"knobs.{method}.{name}.label"), value=option(language, value))
            for name, value in knobs.items()]  # fmt: skip


def _knobs() -> dict[str, str]:
    found: dict[str, str] = {}
    for method, cls in methods().items():
        for f in dataclasses.fields(cls.Config):
            found[f"knobs.{method}.{f.name}.label"] = f.name.replace("_", " ").capitalize()
            found[f"knobs.{method}.{f.name}.help"] = f.metadata["help"]
    return found


def _flat(tree: dict[str, Any], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in tree.items():
        found |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return found
