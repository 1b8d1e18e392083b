"""The quick form of the corpus finds nothing; the other programs are run by hand, as they need a machine of their own."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.benchmarks.served import ROOT


@pytest.mark.slow
def test_nothing_that_is_asked_is_too_much_for_the_app() -> None:
    command = [sys.executable, "-m", "tests.reliability", "corpus", "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["program"] == "corpus" and found["failed"] == 0 and found["tried"] >= 500
