"""The settings: their sets, single variables, wrong values, and the table of them in docs/hosting.md."""

from __future__ import annotations

import dataclasses
import re
import runpy
from pathlib import Path

import pytest

from playground.runs.store import Limits
from playground.settings import SETS, Settings, shown, variable
from trainers.errors import UserError

ROOT = Path(__file__).parents[2]


def test_by_default_it_is_an_own_machine() -> None:
    assert Settings.from_environment({}) == Settings() == Settings(kind="own") and Settings().limits() == Limits()
    assert Settings().told() == "PLAYGROUND_FOR=own"


def test_the_browser_of_one_person_is_never_in_its_own_way_on_an_own_machine() -> None:
    limits = Limits()  # by address, as a page of single runs, a sweep beside them and some of another browser
    asked = limits.waiting_each * limits.longest + limits.longest_sweep
    assert limits.seconds_each >= asked and limits.seconds_address >= asked
    assert limits.waiting_address >= 2 * limits.waiting_each + 8


@pytest.mark.parametrize("kind", SETS)
def test_a_set_is_chosen_and_a_single_variable_has_the_last_word(kind: str) -> None:
    found = Settings.from_environment({"PLAYGROUND_FOR": kind})
    assert found == Settings(kind=kind, **SETS[kind]) and found.told() == f"PLAYGROUND_FOR={kind}"
    assert found.waiting_address <= found.waiting and found.longest <= found.seconds_each <= found.seconds_address
    given = {
        "PLAYGROUND_WAITING_ADDRESS": "7",
        "PLAYGROUND_WORKERS": " 2 ",
        "PLAYGROUND_KEEP_DAYS": "0.5",
    }
    changed = Settings.from_environment({"PLAYGROUND_FOR": kind, "PLAYGROUND_LONGEST": "", **given})
    assert changed == dataclasses.replace(found, waiting_address=7, workers=2, keep_days=0.5)
    assert changed.limits() == dataclasses.replace(found.limits(), waiting_address=7, workers=2, keep_days=0.5)
    assert changed.told() == (
        f"PLAYGROUND_FOR={kind} PLAYGROUND_WORKERS=2 PLAYGROUND_WAITING_ADDRESS=7 PLAYGROUND_KEEP_DAYS=0.5"
    )


def test_on_a_space_everybody_comes_through_its_proxy() -> None:
    space = {"SPACE_ID": "somebody/playground"}
    found = Settings.from_environment(space)
    assert (found.kind, found.address_header) == ("space", "X-Forwarded-For")
    assert not found.local_models and not Settings.from_environment(space | {"PLAYGROUND_FOR": "workshop"}).local_models
    own = Settings.from_environment(
        space | {"PLAYGROUND_LOCAL_MODELS": "1", "PLAYGROUND_ADDRESS_HEADER": "", "PLAYGROUND_HOSTS": "a.example, B.example"}
    )
    assert own.local_models and own.address_header == "" and own.hosts == ("a.example", "b.example")
    assert Settings.from_environment({"PLAYGROUND_FOR": "space"}).address_header == ""  # of whatever stands before it


WRONG = [
    ("FOR", "home", "it must be one of own, workshop, space."),
    ("WORKERS", "two", "it must be a whole number from 1 to 64."),
    ("WORKERS", "0", "it must be a whole number from 1 to 64."),
    ("WORKERS", "1.5", "it must be a whole number from 1 to 64."),
    ("WORKERS", "9" * 5_000, "it must be a whole number from 1 to 64."),
    ("LONGEST", "nan", "it must be a number from 15 to 86400."),
    ("LONGEST", "1", "it must be a number from 15 to 86400."),
    ("EXAMPLES", "yes", "it must be one of 0, 1."),
    ("LOCAL_MODELS", "true", "it must be one of 0, 1."),
    ("ADDRESS_HEADER", "X Forwarded", "it must be the name of a header, like X-Forwarded-For, or empty."),
    ("UPLOADS", "no", "it must be one of 0, 1."),
    ("RUNNER", "slurm", "it must be one of local, ray, zerogpu."),
    ("RAY_GPUS", "-1", "it must be a number from 0 to 64."),
    ("MCP", "yes", "it must be one of 0, 1."),
    ("HOSTS", "https://a.example/", "it must be names of hosts with commas between them, like play.example.org."),
]


@pytest.mark.parametrize(("name", "value", "said"), WRONG)
def test_a_wrong_value_is_told_by_its_variable(name: str, value: str, said: str) -> None:
    with pytest.raises(UserError) as raised:
        Settings.from_environment({f"PLAYGROUND_{name}": value})
    assert str(raised.value) == f"PLAYGROUND_{name} is “{value[: 80 if name == 'HOSTS' else 40]}”: {said}"


def test_a_title_is_a_line_of_any_letters() -> None:
    assert Settings.from_environment({"PLAYGROUND_TITLE": "Room 7: <Kunst> & 学习"}).title == "Room 7: <Kunst> & 学习"
    for wrong in ("two\nlines", "x" * 81):
        with pytest.raises(UserError, match="PLAYGROUND_TITLE must be one line of at most 80 letters"):
            Settings.from_environment({"PLAYGROUND_TITLE": wrong})


@pytest.mark.parametrize(("name", "value"), [("WORKERS", "many"), ("RUNS", "a-file/runs"), ("RUNS", "a-file")])
def test_the_app_ends_with_a_sentence_where_a_value_is_wrong(
    name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a-file").touch()
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    monkeypatch.setenv(f"PLAYGROUND_{name}", value)
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / "app.py"), run_name="__main__")
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    wrong = f"PLAYGROUND_{name} is “{value}”: it must be a "
    assert line.startswith(f"Runs cannot be kept in {value} (" if name == "RUNS" else wrong)


def test_the_table_for_hosts_has_every_setting_and_no_other() -> None:
    documented = (ROOT / "docs/hosting.md").read_text(encoding="utf-8")
    expected = []
    for field in dataclasses.fields(Settings):
        values = [kind if field.name == "kind" else shown(SETS[kind].get(field.name, field.default)) for kind in SETS]
        own, *others = (f"`{value}`" if value else "–" for value in values)
        cells = [f"`{variable(field.name)}`", own, *(other if other != own else "" for other in others)]
        expected.append(f"| {' | '.join([*cells, field.metadata['meaning']])} |".replace("|  |", "| |").replace("|  |", "| |"))
    found = [line for line in documented.splitlines() if line.startswith("| `PLAYGROUND_")]
    assert found == expected, "\n".join(expected)


def test_every_variable_that_the_code_knows_is_told_of() -> None:
    documented = (ROOT / "docs/hosting.md").read_text(encoding="utf-8")
    sources = [*ROOT.glob("trainers/**/*.py"), *ROOT.glob("playground/**/*.py"), ROOT / "app.py"]
    used = {name for path in sources for name in re.findall(r"PLAYGROUND_[A-Z_]*[A-Z]", path.read_text(encoding="utf-8"))}
    assert used >= {"PLAYGROUND_DATA", "PLAYGROUND_WAITING_ADDRESS"}
    assert not [name for name in used if f"`{name}`" not in documented]
