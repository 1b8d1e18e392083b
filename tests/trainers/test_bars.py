"""What a network has to beat: a dictionary of patches that nothing has learned, and the table of all bars."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from scripts import bars
from trainers import metrics
from trainers.evaluate import standardise


def strokes(n: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Images (n,1,20,20), uint8, with a short stroke anywhere: of class 0 it lies, of class 1 it stands."""
    rng, labels = torch.Generator().manual_seed(seed), torch.arange(n) % 2
    images = torch.randint(0, 30, (n, 1, 20, 20), generator=rng)
    for image, label, (a, b) in zip(images, labels, torch.randint(0, 14, (n, 2), generator=rng).tolist(), strict=True):
        image[0, a : a + (6 if label else 2), b : b + (2 if label else 6)] = 220
    return images.byte(), labels


def test_patches_know_a_stroke_wherever_it_is_and_pixels_do_not() -> None:
    (train, known), (test, wanted) = strokes(400, 0), strokes(200, 1)
    seen, bank = bars.patches(test, train, seed=0)
    assert seen.shape == (200, 2 * bars.WORDS * bars.POOLS**2) and bank.shape[0] == 400 and (seen >= 0).all()
    probe = metrics.linear_probe(seen, wanted, bank, known)
    pixels = metrics.linear_probe(*[standardise(test, train)[0], wanted, standardise(test, train)[1], known])
    assert probe > 0.95 > 0.8 > pixels, (probe, pixels)
    assert (bars.patches(test[:3], train, seed=0)[0] == seen[:3]).all()


def test_the_medians_are_of_what_was_measured_and_the_table_has_a_row_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    several: list[bars.Bar] = [{"knn": value, "knn_white": 0.5, "probe": None} for value in (0.3, 0.9, 0.4)]
    found = bars.medians(several)
    assert found == {"knn": 0.4, "knn_white": 0.5}
    monkeypatch.setattr(bars, "RECORDS", tmp_path / "bars.json")
    bars.RECORDS.write_text(json.dumps({"fashion-mnist": {"raw pixels": found}}), encoding="utf-8")
    assert bars.table()[2:] == ["| raw pixels | 40.0 | 50.0 | – |"]
