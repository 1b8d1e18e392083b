"""A minute of real training on the real data, against what it has to beat. Bounds leave room for a slow, shared machine."""

from __future__ import annotations

import pytest

from trainers.events import Finished
from trainers.train import RunConfig, train

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def summary(method: str) -> dict[str, float | None]:
    *_, end = train(RunConfig(method, seconds=60))
    assert isinstance(end, Finished)
    return dict(end.summary)


def test_simclr_beats_raw_pixels_and_its_untrained_self() -> None:
    found = summary("simclr")
    assert found["knn"] > found["knn_untrained"] + 0.02 and found["knn"] > found["knn_pixels"], found
    assert found["std_sqrt_d"] > 0.5


def test_autoencoder_beats_pca_of_its_size() -> None:
    found = summary("autoencoder")
    assert found["mse"] < found["mse_pca"] and found["knn"] > found["knn_untrained"], found
