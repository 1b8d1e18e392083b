"""Positions: right, seeded, aligned, and there for odd data too."""

from __future__ import annotations

import os
import signal

import numpy as np
import pytest

from playground.projection import Mapper, align, neighbours, pca, umap


def clusters(n: int = 200, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(5, 16))[np.arange(n) % 5] * 4 + rng.normal(size=(n, 16))).astype(np.float32)


def test_pca_is_numpys_up_to_turn_and_scale() -> None:
    x = clusters()
    centred = x - x.mean(0)
    u, s, _ = np.linalg.svd(centred, full_matrices=False)
    expected = u[:, :2] * s[:2]
    found = pca(x, expected / np.linalg.norm(expected, axis=1).mean())
    assert np.allclose(found, expected / np.linalg.norm(expected, axis=1).mean(), atol=1e-3)
    assert np.linalg.norm(found, axis=1).mean() == pytest.approx(1, abs=1e-5)


def test_frames_stay_where_they_are() -> None:
    x = clusters()
    first = pca(x)
    assert np.linalg.norm(pca(x, first) - first, axis=1).mean() <= 0.02
    turned = first @ np.array([[0, -1], [1, 0]], np.float32) * 3 + 5
    assert np.allclose(align(turned, first), first, atol=1e-5)


@pytest.mark.parametrize("x", [np.ones((9, 4)), np.arange(6.0)[:, None], np.eye(2), np.zeros((1, 3))])
def test_odd_data_has_a_place_too(x: np.ndarray) -> None:
    found = pca(x)
    assert found.shape == (len(x), 2) and np.isfinite(found).all()


def test_neighbours_are_those_of_brute_force() -> None:
    x = clusters(50)
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    index, distance = neighbours(x, 7)
    expected = np.argsort(1 - unit @ unit.T, axis=1)[:, :7]
    assert (index[:, 0] == np.arange(50)).all() and (index == expected).mean() > 0.99
    assert (np.diff(distance, axis=1) >= 0).all()


def test_the_same_features_have_the_same_places() -> None:
    x = clusters()
    first = pca(x)
    assert (pca(x) == first).all() and np.abs(pca(x, first) - first).max() <= 0.02
    changed = x + np.random.default_rng(1).normal(0, 0.01, x.shape).astype(np.float32)
    assert np.linalg.norm(pca(changed, first) - first, axis=1).mean() <= 0.02
    mirrored = first * np.array([-1, 1], np.float32)  # the sign of a direction is nobody's choice
    assert np.allclose(pca(x, mirrored), mirrored, atol=1e-4)


def test_too_few_for_a_neighbourhood_stay_where_they_are() -> None:
    start = align(np.eye(4, 2, dtype=np.float32), None)
    assert np.allclose(umap(np.eye(4), start), start, atol=1e-6)


@pytest.mark.slow
def test_umap_is_seeded_aligned_and_outlives_its_process() -> None:
    x = clusters()
    start = pca(x)
    mapper = Mapper()
    one = mapper.submit(x, start, 0).result(240)
    assert np.allclose(one, umap(x, start, 0), atol=1e-4)
    label = np.arange(len(x)) % 5
    index, _ = neighbours(np.pad(one, ((0, 0), (0, 1)), constant_values=10), 6)
    assert (label[index[:, 1:]] == label[:, None]).mean() > 0.9
    pool = mapper._pool
    assert pool
    for process in list(pool._processes):
        os.kill(process, signal.SIGKILL)
    with pytest.raises(Exception, match="terminated|abrupt"):
        while True:
            pool.submit(int).result(30)
    assert mapper.submit(x, start, 0).result(240).shape == one.shape
    mapper.close()
