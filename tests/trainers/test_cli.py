"""The command line, as a person and as a program call it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from trainers.__main__ import progress
from trainers.checkpoint import CHECKPOINT
from trainers.events import Started
from trainers.train import RunConfig

ROOT = Path(__file__).parents[2]
KEYS = {
    "method", "dataset", "device", "steps", "images_per_second", "seconds", "loss", "knn", "std_sqrt_d", "rankme",
}  # fmt: skip


def call(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "trainers", *words], cwd=ROOT, capture_output=True, text=True)


def last(*words: str) -> dict[str, Any]:
    """What the last line that a run prints says."""
    done = call(*words)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_list_names_methods_and_data() -> None:
    text = call("list").stdout
    assert all(word in text for word in ("simclr", "autoencoder", "temperature=0.2", "fashion-mnist", "emoji", "folder:PATH"))


@pytest.mark.parametrize(("method", "more"), [("simclr", set()), ("autoencoder", {"mse", "psnr", "mse_pca"})])
def test_a_run_ends_with_one_line_of_json(method: str, more: set[str], tmp_path: Path) -> None:
    found = last(method, "--dataset", "digits", "--out", str(tmp_path / "x"), "--seed", "3", "--steps", "5")
    assert set(found) >= KEYS | more and found["steps"] == 5 and 0 < found["knn"] <= 1


def test_a_run_that_is_there_already_goes_on_as_it_began(tmp_path: Path) -> None:
    words = ("simclr", "--dataset", "digits", "--out", str(tmp_path / "x"), "--seed", "3")
    found = last(*words, "--steps", "5")
    assert last(*words, "--steps", "5", "--set", "temperature=0.20") == found  # however its default is written
    assert last(*words, "--steps", "9")["steps"] == 9
    refused = call(*words, "--steps", "12", "--set", "batch_size=32")
    assert refused.returncode == 1 and "another knobs" in refused.stderr
    (tmp_path / "x" / CHECKPOINT).unlink()  # as of a run that ships
    before = (tmp_path / "x" / "run.json").read_text()
    for other in (("--steps", "20"), ("--steps", "9", "--size", "16")):
        refused = call(*words, *other)
        assert refused.returncode == 1 and ("nothing to go on from" in refused.stderr or "another size" in refused.stderr)
    assert (tmp_path / "x" / "run.json").read_text() == before


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("nosuch",), "There is no method “nosuch”"),
        (("simclr", "--set", "temperature=9"), "temperature must be a number from 0.02 to 2.0"),
        (("simclr", "--set", "temperature"), "--set takes knob=value"),
        (("simclr", "--dataset", "nosuch"), "There is no data set “nosuch”"),
        (("simclr", "--dataset", "folder:/nosuch"), "/nosuch"),
        (("simclr", "--device", "tpu"), "This machine has no device “tpu”"),
        (("simclr", "--seconds", "-1"), "time budget"),
    ],
)
def test_a_mistake_gets_one_sentence(words: tuple[str, ...], part: str) -> None:
    done = call(*words)
    assert done.returncode == 1 and part in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("size", [None, 128])
def test_who_asks_for_large_images_is_told_how_long_they_take_to_judge(
    size: int | None, capsys: pytest.CaptureFixture[str]
) -> None:
    config = RunConfig("simclr", "digits", steps=10, size=size)
    began = Started(0, 0.0, "simclr", "digits", "cpu", "conv", 1, 1_500, 297, None, None)
    assert [*progress(iter([began]), config)] == [began]
    told = "1,797 images: once the training time is over" in capsys.readouterr().err
    assert told == (size is not None)
