"""Half a minute of real training on the real data, against what it has to beat."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import judge_nothing
from trainers.events import Finished, Step
from trainers.train import RunConfig, train

STEPS = 1500  # what two idle cores do in half a minute: in steps, a busy machine is slower and not worse
COLLAPSE = 300  # three times as many as a collapse takes, with any of two seeds: 56 to 132
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.usefixtures("nobody_looks")]


def learn(
    method: str, steps: int = STEPS, dataset: str = "fashion-mnist", judge: bool = False, **knobs: object
) -> tuple[dict[str, Any], Step]:
    """The summary of a run, and its last step. judge: also what its features are good for, which takes some seconds."""
    last: Step | None = None
    with pytest.MonkeyPatch.context() as patched:
        if not judge:
            judge_nothing(patched)
        for event in train(RunConfig(method, dataset, steps=steps, knobs=knobs)):
            last = event if isinstance(event, Step) else last
    assert isinstance(event, Finished) and last is not None
    return dict(event.summary), last


def test_simclr_beats_raw_pixels_and_its_untrained_self() -> None:
    found, last = learn("simclr", judge=True)
    assert found["knn"] > found["knn_untrained"] + 0.02 and found["knn"] > found["knn_pixels"], found
    assert found["std_sqrt_d"] > 0.5 and not last.collapsed


def test_a_low_temperature_and_a_large_batch_spread_simclr_more_evenly() -> None:
    """Wang & Isola 2020; Wang & Liu 2021, arXiv:2012.09740: a low temperature looks at the hardest negatives."""
    sharp, soft = (learn("simclr", 400, temperature=t)[0]["uniformity"] for t in (0.1, 1.0))
    assert sharp < soft - 0.3, (sharp, soft)
    few, many = (learn("simclr", 300, batch_size=n)[0]["uniformity"] for n in (8, 256))
    assert many < few - 0.1, (few, many)


@pytest.mark.parametrize(("knob", "reason"), [("stop_gradient", "stop-gradient"), ("predictor", "predictor")])
def test_simsiam_collapses_without(knob: str, reason: str) -> None:
    found, last = learn("simsiam", COLLAPSE, **{knob: False})
    assert found["std_sqrt_d"] < 0.1 and last.std_sqrt_d < 0.1, found
    assert reason in last.collapsed


def test_simsiam_as_it_is_does_not_collapse() -> None:
    found, last = learn("simsiam", 800, judge=True)
    assert found["std_sqrt_d"] > 0.5 and not last.collapsed and found["knn"] > found["knn_untrained"], found


def test_byol_needs_its_predictor() -> None:
    with_it, without = (learn("byol", steps, predictor=on) for steps, on in ((800, True), (COLLAPSE, False)))
    assert with_it[0]["std_sqrt_d"] > 0.5 and not with_it[1].collapsed
    assert without[0]["std_sqrt_d"] < 0.1 and "without a predictor" in without[1].collapsed, without[0]


def test_swav_needs_sinkhorn_to_use_its_prototypes() -> None:
    with_it, without = (learn("swav", steps, sinkhorn=on) for steps, on in ((500, True), (COLLAPSE, False)))
    assert with_it[0]["prototypes"] > 32 and not with_it[1].collapsed
    assert without[0]["prototypes"] < 8 and "Sinkhorn" in without[1].collapsed


def test_clip_finds_captions_of_pictures_it_never_saw() -> None:
    found, _ = learn("clip", 500, "emoji")
    assert found["match_1"] > 20 / found["match_of"] and found["match_rank"] < found["match_of"] / 20, found
    assert found["match_zh_5"] > 20 * 5 / found["match_zh_of"], found


def test_autoencoder_beats_pca_of_its_size() -> None:
    found, _ = learn("autoencoder", judge=True)
    assert found["mse"] < found["mse_pca"] < found["mse_mean"] and found["knn"] > found["knn_untrained"], found


@pytest.mark.parametrize(("noise", "level"), [("gaussian", 0.3), ("masking", 0.5), ("salt-and-pepper", 0.3)])
def test_denoising_beats_the_noise_and_a_classical_filter(noise: str, level: float) -> None:
    found, _ = learn("denoising", 800, noise=noise, level=level)
    assert found["mse"] < found["mse_filter"] < found["mse_noisy"], found


def test_masked_beats_the_mean_patch() -> None:
    found, _ = learn("masked", 500)
    assert found["mse"] < 0.7 * found["mse_mean_here"] < found["mse_mean_patch"], found
