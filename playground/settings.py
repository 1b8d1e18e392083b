"""What the environment may say of the app: every setting with its default and its meaning, and three ready sets of them.

A setting's variable is its field's name: PLAYGROUND_WORKERS for `workers`. PLAYGROUND_FOR chooses the set, on which single
variables have the last word. docs/hosting.md shows the same table, which a test compares with this one.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from playground.runs import storage
from playground.runs.store import Limits
from trainers.errors import UserError

WHOLE = "{variable} is “{value}”: it must be a whole number from {low} to {high}."
NUMBER = "{variable} is “{value}”: it must be a number from {low} to {high}."
OPTION = "{variable} is “{value}”: it must be one of {options}."
HEADER = "{variable} is “{value}”: it must be the name of a header, like X-Forwarded-For, or empty."
TITLE = "{variable} must be one line of at most 80 letters."
SECRET = "{variable} must be one line of 16 to 200 letters, or empty."
HOSTS = "{variable} is “{value}”: it must be names of hosts with commas between them, like play.example.org."
FOLDER = "Runs cannot be kept in {folder} ({reason}): let the app write there, or set {variable} to another folder."
# what differs from the defaults, which are those of `own`
SETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "own": {},
        "workshop": {
            "longest": 120.0, "waiting": 150, "seconds_each": 600.0, "waiting_address": 150, "seconds_address": 18_000.0,
            "guests_address": 300, "questions_address": 40, "keep_runs": 600, "megabytes_address": 20_000.0, "spare": 1,
        },
        "space": {
            "longest": 120.0, "seconds_each": 600.0, "waiting_address": 12, "seconds_address": 1_200.0, "local_models": False,
            "megabytes_address": 2_000.0, "spare": 1,
        },
    }
)  # fmt: skip


def setting(
    default: Any,
    meaning: str,
    low: float = 0,
    high: float = 0,
    words: tuple[str, str] = ("", ""),
    options: tuple[str, ...] = (),
) -> Any:
    """A field of Settings: what it is by default, what it means, and for a number from where to where it may go.

    words: of a text, the pattern that it must have, and the sentence where it has not. options: all that it may be.
    """
    about = {"meaning": meaning, "low": low, "high": high, "words": words, "options": options}
    return dataclasses.field(default=default, metadata=about)


@dataclass(frozen=True)
class Settings:
    """How this app is set up. Gradio's own GRADIO_SERVER_NAME, _PORT and GRADIO_ROOT_PATH work too."""

    kind: str = setting("own", "the ready set: `own` machine, `workshop`, `space`; on a Space, `space`")
    title: str = setting("", "what the page is called; empty: its own name", words=(r"[^\x00-\x1f\x7f]{0,80}", TITLE))
    runs: Path = setting(Path("runs"), "the folder that runs are kept in")
    workers: int = setting(Limits.workers, "how many runs train at once", 1, 64)
    spare: int = setting(
        0, "processes more that wait, warm, to take over where one that trains dies, 0.5 GB each;"
        " without one it takes half a minute", 0, 8,
    )  # fmt: skip
    runner: str = setting(
        "local",
        "where runs train: in `local` processes, on a `ray` cluster, or on the GPU that a `zerogpu` Space lends; see scale.md",
        options=("local", "ray", "zerogpu"),
    )
    ray_cpus: float = setting(1.0, "cores of the Ray cluster that a run takes", 0.01, 1_024)
    ray_gpus: float = setting(0.0, "GPUs of the Ray cluster that a run takes, or a share of one", 0, 64)
    zerogpu_seconds: float = setting(60.0, "seconds for which a Space is asked to lend a GPU at a time", 20, 600)
    examples: bool = setting(True, "1: the finished runs that come with the app are shown; 0: they are not")
    uploads: bool = setting(
        True, "1: visitors may bring pictures of their own; 0: the page has no place for them and the app takes none"
    )
    mcp: bool = setting(
        False, "1: the functions of the API are tools for a language model, at `/gradio_api/mcp/`; wants the package `mcp`"
    )
    local_models: bool | None = setting(
        None, "1: a visitor may name a folder of this machine to load a model from; empty: where nobody else can visit"
    )
    hosts: tuple[str, ...] = setting(
        (), "names, with commas, by which the app may be called besides localhost, addresses and, on a Space, its own name"
    )
    address_header: str = setting(
        "",
        "the header in which a trusted proxy names the visitor's address, its last entry; empty: the connection's own"
        " address counts, whatever headers say; on a Space, `X-Forwarded-For`",
        words=(r"[A-Za-z0-9-]*", HEADER),
    )
    secret: str = setting(
        "",
        "a long word that all apps on one folder of runs are given, to count network addresses together; empty: each app"
        " counts its own",
        words=(r"([^\x00-\x1f\x7f]{16,200})?", SECRET),
    )
    longest: float = setting(
        Limits.longest,
        "seconds of training that one click may ask for; a sweep: 960 of all its runs together, whatever is set here",
        15,
        86_400,
    )
    waiting: int = setting(Limits.waiting, "runs that wait in all", 1, 10_000)
    waiting_each: int = setting(Limits.waiting_each, "single runs of one browser that wait", 1, 10_000)
    seconds_each: float = setting(
        Limits.seconds_each, "seconds of training that the waiting runs of one browser ask for", 15, 1e8
    )
    waiting_address: int = setting(Limits.waiting_address, "runs from one network address that wait", 1, 10_000)
    seconds_address: float = setting(
        Limits.seconds_address, "seconds of training that the waiting runs from one network address ask for", 15, 1e8
    )
    rooms_address: int = setting(Limits.rooms_address, "rooms that one network address may have open", 1, 200)
    guests_address: int = setting(Limits.guests_address, "people from one network address that may be in a room", 1, 300)
    questions_address: int = setting(
        Limits.questions_address,
        "questions from one network address that are worked on at once: to models, for maps, for what is measured, placed, read"
        " or exported, and in the API's queue, each",
        1,
        200,
    )
    megabytes_address: float = setting(10_000.0, "MB that one network address may send in an hour", 1, 1e9)
    keep_uploads: float = setting(
        Limits.keep_uploads,
        "MB of zips to train on that are kept, of all people together; of uploads on their way, as much again",
        1,
        1e9,
    )
    keep_runs: int = setting(Limits.keep_runs, "runs that are kept; one that waits or trains stays in any case", 1, 100_000)
    keep_days: float = setting(Limits.keep_days, "days that a run is kept", 0.01, 36_500)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """The settings that the environment gives, those of its set elsewhere. UserError where a variable's value is wrong."""
        on_space = "SPACE_ID" in environment
        kind = environment.get("PLAYGROUND_FOR") or ("space" if on_space else "own")
        if kind not in SETS:
            raise UserError(OPTION, variable="PLAYGROUND_FOR", value=kind[:40], options=", ".join(SETS))
        found = {"kind": kind, **SETS[kind]}
        if on_space:  # everybody visits it, through a proxy of its own
            found |= {"local_models": False, "address_header": "X-Forwarded-For"}
        for field in dataclasses.fields(cls):
            given = environment.get(variable(field.name))
            if field.name != "kind" and given is not None:
                read = _read(field, given.strip())
                found |= {} if read is None else {field.name: read}
        return cls(**found)

    def limits(self) -> Limits:
        """Those of them that are limits."""
        return Limits(
            **{field.name: getattr(self, field.name) for field in dataclasses.fields(Limits) if hasattr(self, field.name)}
        )

    def folder(self) -> Path:
        """The folder of the runs, made where it is not there yet; UserError where it cannot be used."""
        try:
            self.runs.mkdir(parents=True, exist_ok=True)
            storage.check(self.runs, variable("runs"))  # read-only disks and full ones too
        except OSError as error:
            raise UserError(FOLDER, folder=self.runs, reason=error.strerror or error, variable=variable("runs")) from error
        return self.runs.resolve()

    def told(self) -> str:
        """One line for the log: the set, and what differs from it."""
        plain = {field.name: SETS[self.kind].get(field.name, field.default) for field in dataclasses.fields(self)}
        own = {name: getattr(self, name) for name in plain if name != "kind" and getattr(self, name) != plain[name]}
        if "secret" in own:
            own["secret"] = "…"
        return " ".join([f"{variable('kind')}={self.kind}", *(f"{variable(name)}={shown(one)}" for name, one in own.items())])


def variable(name: str) -> str:
    """What a setting is called in the environment."""
    return "PLAYGROUND_FOR" if name == "kind" else f"PLAYGROUND_{name.upper()}"


def shown(value: Any) -> str:
    """A setting's value as the environment has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return f"{value:d}"
    if isinstance(value, float):
        return f"{value:.12g}"
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _read(field: dataclasses.Field[Any], given: str) -> Any:
    """The value of a variable; None where it says nothing."""
    default, name = field.default, variable(field.name)
    if isinstance(default, tuple):
        hosts = tuple(host.strip().lower() for host in given.split(",") if host.strip())
        if not all(re.fullmatch(r"\*|[a-z0-9]([a-z0-9.-]*[a-z0-9])?", host) for host in hosts):
            raise UserError(HOSTS, variable=name, value=given[:80])
        return hosts
    if options := field.metadata["options"]:
        if given and given not in options:
            raise UserError(OPTION, variable=name, value=given[:40], options=", ".join(options))
        return given or None
    if isinstance(default, str):
        pattern, sentence = field.metadata["words"]
        if not re.fullmatch(pattern, given):
            raise UserError(sentence, variable=name, value=given[:80])
        return given
    if not given:
        return None
    if isinstance(default, Path):
        return Path(given)
    if default is None or isinstance(default, bool):
        if given not in ("0", "1"):
            raise UserError(OPTION, variable=name, value=given[:40], options="0, 1")
        return given == "1"
    whole, low, high = isinstance(default, int), field.metadata["low"], field.metadata["high"]
    try:
        number = int(given[:40]) if whole else float(given)
        if low <= number <= high:  # which no NaN is
            return number
    except ValueError:
        pass
    raise UserError(WHOLE if whole else NUMBER, variable=name, value=given[:40], low=shown(float(low)), high=shown(float(high)))
