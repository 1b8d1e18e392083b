"""What the scripts believe that routes answer is what the routes say."""

from pathlib import Path

import pytest

from scripts.answer_types import declared, sources


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.parent.name)
def test_types_of_the_scripts_are_those_of_the_routes(path: Path) -> None:
    written = path.with_name("answers.d.ts")
    assert written.exists() and written.read_text(encoding="utf-8") == declared(path), "run: python -m scripts.answer_types"
