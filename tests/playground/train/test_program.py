"""A run as a program: what is downloaded is run, and comes to the same numbers."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from playground import ui
from playground.maps.making import Maps
from playground.runs.store import Runs
from playground.texts import LANGUAGES, text
from playground.train.program import notebook, script
from trainers import record
from trainers.method import methods
from trainers.train import RunConfig

ROOT = Path(__file__).parents[3]
CONFIG = RunConfig("simsiam", "digits", steps=3, seed=5, device="cpu", knobs={"stop_gradient": "false", "batch_size": 16})


@pytest.mark.slow
def test_the_script_trains_the_same_run(tmp_path: Path) -> None:
    record.create(tmp_path / "run", CONFIG)
    for _ in record.run(tmp_path / "run"):
        pass
    (tmp_path / "simsiam.py").write_text(script(CONFIG, "en"))
    done = subprocess.run(
        [sys.executable, tmp_path / "simsiam.py"], cwd=ROOT, env={"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    first, *_, last = done.stdout.splitlines()
    assert first.startswith("step 0:") and last.startswith("in the end:")
    found, wanted = ast.literal_eval(last.partition(": ")[2]), record.summary(tmp_path / "run")
    assert found["knn"] == pytest.approx(wanted["knn"], abs=0.01)  # as many threads make other sums
    assert found["knn_pixels"] == pytest.approx(wanted["knn_pixels"], abs=1e-3)


def test_the_notebook_runs_from_its_first_cell_to_its_map() -> None:
    found = json.loads(notebook(CONFIG, "en"))
    assert found["nbformat"] == 4 and "SimSiam on digits" in found["cells"][0]["source"]
    code = [cell["source"] for cell in found["cells"] if cell["cell_type"] == "code"]
    assert len({cell["id"] for cell in found["cells"]}) == len(found["cells"])
    names: dict[str, object] = {}
    *before, last = code
    for source in before:
        exec(source, names)
    *lines, figure = last.rsplit("\n", 1)
    exec("\n".join(lines), names)
    drawn = eval(figure, names)
    assert len(drawn.data[0].x) == len(drawn.data[0].marker.color) > 100


@pytest.mark.parametrize("name", list(methods()))
def test_a_program_holds_the_whole_config(name: str) -> None:
    for config in (RunConfig(name, steps=7, size=16), RunConfig(name, "digits", seconds=1.5, seed=-3)):
        names: dict[str, object] = {}
        exec(script(config, "en").partition("looks = ")[0], names)
        assert names["config"] == config


def test_what_a_person_brought_is_called_by_its_name_and_is_no_code(tmp_path: Path) -> None:
    config = RunConfig("simclr", 'folder:/srv/runs/uploads/x\n"""; import os.zip', steps=1, knobs={"temperature": "0.1"})
    written = script(config, "en")
    assert "/srv" not in written and "import os" not in ast.dump(ast.parse(written).body[0])
    assert [type(node).__name__ for node in ast.parse(written).body] == ["ImportFrom", "ImportFrom", "Assign", "Assign", "For"]


def test_it_is_fetched_as_a_file(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    record.create(tmp_path / "one", CONFIG)
    with TestClient(Starlette(routes=[ui.mount(Maps(runs))])) as client:
        for kind, written in (("py", script), ("ipynb", notebook)):
            for language in LANGUAGES:
                found = client.get(f"/playground/runs/one/program.{kind}?lang={language}")
                assert found.text == written(CONFIG, language)
                assert text(language, "live.program_where") in found.text
            assert found.headers["content-disposition"] == f'attachment; filename="simsiam.{kind}"'
        assert client.get("/playground/runs/one/program.exe").status_code == 404
        assert client.get("/playground/runs/none/program.py").status_code == 404
