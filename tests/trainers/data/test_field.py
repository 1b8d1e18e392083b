"""Every file and folder of `field_cases.py` is read as it says, and the same however it is brought."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trainers.data.field import Case
from tests.trainers.data.field_cases import CASES
from trainers import pictures
from trainers.data import Dataset, folder
from trainers.errors import DataError


def captions_of(data: Dataset) -> dict[str, str]:
    parts = (data.train, data.test)
    return {name: text for part in parts for name, text in zip(part.names, part.captions.get("en", ()), strict=False)}


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_what_people_bring_is_read_as_it_was_meant(case: Case, tmp_path: Path) -> None:
    path = case.make(tmp_path)
    if case.fails:
        with pytest.raises(DataError, match=case.fails):
            folder.load(path, 8)
        return
    data = folder.load(path, 8)
    assert data.classes == tuple(sorted(case.classes or ()))
    assert (data.train.labels is not None) == bool(case.classes)
    assert len(data.train) + len(data.test) == case.count
    if case.split:
        assert (len(data.train), len(data.test)) == case.split
    for part in (data.train, data.test):
        for name, label in zip(part.names, [] if part.labels is None else part.labels.tolist(), strict=False):
            assert case.classes is None or data.classes[label].casefold() in name.casefold() or "table" in case.name
    if case.captions is not None:
        found = captions_of(data)
        assert bool(found) == bool(case.captions)
        for end, text in case.captions.items():
            assert [said for name, said in found.items() if name.endswith(end)] == [text]
    said = " ".join(map(str, data.notes))
    assert all(piece in said for piece in case.notes), said
    assert len(data.skipped) == case.skipped, data.skipped
    assert data.train.images.max() > 200  # none is black
    told = " ".join(map(str, folder.describe(path, pictures.tiles)[1]))
    assert all(piece in told for piece in case.notes), told  # before it is trained on
