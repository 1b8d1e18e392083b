"""Half a minute of real training on the real data, against what it has to beat."""

from __future__ import annotations

import pytest

from trainers.events import Finished
from trainers.train import RunConfig, train

STEPS = 1500  # what two idle cores do in half a minute: in steps, a busy machine is slower and not worse
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def summary(method: str) -> dict[str, float | None]:
    *_, end = train(RunConfig(method, steps=STEPS))
    assert isinstance(end, Finished)
    return dict(end.summary)


def test_simclr_beats_raw_pixels_and_its_untrained_self() -> None:
    found = summary("simclr")
    assert found["knn"] > found["knn_untrained"] + 0.02 and found["knn"] > found["knn_pixels"], found
    assert found["std_sqrt_d"] > 0.5


def test_autoencoder_beats_pca_of_its_size() -> None:
    found = summary("autoencoder")
    assert found["mse"] < found["mse_pca"] and found["knn"] > found["knn_untrained"], found
