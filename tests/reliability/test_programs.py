"""The quick forms find nothing; in full the programs are run by hand, as they need a machine of their own."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.benchmarks.served import ROOT

PROGRAMS = [("corpus", 500), ("faults", 5), pytest.param("load", 50, marks=pytest.mark.browser)]  # that one has real browsers


@pytest.mark.slow
@pytest.mark.parametrize(("program", "least"), PROGRAMS)
def test_nothing_that_people_or_a_bad_day_do_is_too_much_for_the_app(program: str, least: int) -> None:
    command = [sys.executable, "-m", "tests.reliability", program, "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["program"] == program and found["failed"] == 0 and found["tried"] >= least
