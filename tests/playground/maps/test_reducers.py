"""Positions: right, seeded, aligned, still where features are, and there for odd data too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.manifold import trustworthiness

from playground.background import Cancelled
from playground.maps.layout import Layout, align, read_layout, save_layout
from playground.maps.neighbours import nearest, neighbours, overlap, quality, shared, weighted
from playground.maps.reducers import PCA, REDUCERS, TSNE, UMAP, Reducer, from_key, key_of, make_reducer
from trainers.errors import UserError

SMALL = (PCA(), PCA(3), TSNE(10.0), UMAP(10), UMAP(10, dimensions=3))
LABEL = np.arange(200) % 5


def clusters(n: int = 200, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(5, 16))[np.arange(n) % 5] * 4 + rng.normal(size=(n, 16))).astype(np.float32)


def drift(a: Layout, b: Layout) -> float:
    """Mean shift of points over the map's mean radius, which is 1."""
    return float(np.linalg.norm(a.positions - b.positions, axis=1).mean())


def purity(positions: np.ndarray) -> float:
    index, _ = neighbours(positions, 6, "euclidean")
    return float((LABEL[index[:, 1:]] == LABEL[:, None]).mean())


def test_pca_is_numpys_up_to_turn_and_scale() -> None:
    x = clusters()
    u, s, _ = np.linalg.svd(x - x.mean(0), full_matrices=False)
    for dimensions in (2, 3):
        expected = align(u[:, :dimensions] * s[:dimensions])
        found = align(PCA(dimensions).fit(x).positions, expected.positions)
        assert_allclose(found.positions, expected.positions, atol=1e-3)
        assert np.linalg.norm(found.positions, axis=1).mean() == pytest.approx(1, abs=1e-5)


def test_a_turned_moved_grown_mirrored_layout_is_brought_back() -> None:
    first = PCA().fit(clusters()).positions
    for turn in ([[0, -1], [1, 0]], [[-1, 0], [0, 1]]):
        found = align(first @ np.array(turn, np.float32) * 3 + 5, first)
        assert_allclose(found.positions, first, atol=1e-5)
        assert found.scale == pytest.approx(3, rel=1e-4)


@pytest.mark.parametrize("reducer", SMALL, ids=key_of)
def test_a_reducer_sorts_repeats_and_holds_still(reducer: Reducer) -> None:
    x = clusters()
    one = reducer.fit(x)
    assert one.positions.shape == (200, reducer.dimensions) and one.positions.dtype == np.float32
    assert purity(one.positions) > 0.9
    assert (reducer.fit(x).positions == one.positions).all()
    still = reducer.refresh(x, x.copy(), one)
    assert drift(still, one) <= 0.02
    moved = x + np.random.default_rng(1).normal(0, 0.05, x.shape).astype(np.float32)
    after = reducer.refresh(moved, x, one)
    assert drift(after, one) < 0.25 and purity(after.positions) > 0.9
    assert np.isfinite(after.positions).all() and after.scale > 0


@pytest.mark.parametrize("reducer", SMALL, ids=key_of)
def test_a_new_point_lands_beside_its_like_and_moves_nothing(reducer: Reducer) -> None:
    x = clusters()
    layout = reducer.fit(x)
    kept = layout.positions.copy()
    new = x[:10] + np.float32(0.01)
    at = reducer.place(x, layout, new)
    assert at.shape == (10, reducer.dimensions) and (layout.positions == kept).all()
    around, _ = nearest(at, layout.positions, 5, "euclidean")
    assert (LABEL[around] == LABEL[:10, None]).mean() > 0.8
    assert np.linalg.norm(at - layout.positions[:10], axis=1).mean() < 0.3


def test_pca_places_by_its_own_projection() -> None:
    x = clusters()
    layout = PCA().fit(x)
    assert_allclose(PCA().place(x, layout, x[:7]), layout.positions[:7], atol=1e-4)


ODD = [np.ones((9, 4)), np.arange(6.0)[:, None], np.eye(2), np.zeros((1, 3)), np.eye(4), np.eye(5), np.zeros((7, 2))]


@pytest.mark.parametrize("x", ODD, ids=lambda x: f"{x.shape}")
@pytest.mark.parametrize("reducer", [PCA(), PCA(3), TSNE(), UMAP(), UMAP(dimensions=3)], ids=key_of)
def test_odd_data_has_a_place_too(reducer: Reducer, x: np.ndarray) -> None:
    x = x.astype(np.float32)
    found = reducer.fit(x)
    later = reducer.refresh(x * 2, x, found)
    placed = reducer.place(x, later, x[:1])
    for layout in (found.positions, later.positions):
        assert layout.shape == (len(x), reducer.dimensions) and np.isfinite(layout).all()
    assert placed.shape == (1, reducer.dimensions) and np.isfinite(placed).all()


def test_umap_is_never_asked_for_a_row_without_a_distance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its smooth_knn_dist would read past the end of an empty array: NaN once in a while, where images are all alike."""
    import umap.umap_

    seen, x = [], np.ones((9, 4), np.float32)
    real = umap.umap_.smooth_knn_dist

    def spy(distances: np.ndarray, *args: float, **more: float) -> object:
        if more.get("local_connectivity") == 0:  # as for new points
            seen.append(distances.copy())
        return real(distances, *args, **more)

    layout = UMAP().fit(x)
    monkeypatch.setattr(umap.umap_, "smooth_knn_dist", spy)
    assert np.isfinite(UMAP().place(x, layout, x[:2])).all()
    assert len(seen) == 1 and seen[0].shape == (2, 8) and (seen[0] > 0).all()


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_neighbours_are_those_of_brute_force(metric: str) -> None:
    x = clusters(50)
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    true = 1 - unit @ unit.T if metric == "cosine" else np.linalg.norm(x[:, None] - x, axis=2)
    index, distance = neighbours(x, 7, metric)
    expected = np.argsort(true, axis=1)[:, :7]
    assert (index[:, 0] == np.arange(50)).all() and (index == expected).mean() > 0.99
    assert (np.diff(distance, axis=1) >= 0).all()
    assert_allclose(distance[:, 1:], np.sort(true, axis=1)[:, 1:7], atol=1e-4)
    assert_allclose(nearest(x[:3] + 0.001, x, 1, metric)[0][:, 0], [0, 1, 2])


def test_twins_are_their_own_nearest() -> None:
    x = np.ones((6, 3), np.float32)
    assert (neighbours(x, 3)[0][:, 0] == np.arange(6)).all()


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_quality_is_scikit_learns(metric: str) -> None:
    x = clusters()
    layout = PCA().fit(x).positions
    found = quality(x, layout, metric, k=15)
    assert found["trustworthiness"] == pytest.approx(trustworthiness(x, layout, n_neighbors=15, metric=metric), abs=2e-4)
    here, there = (neighbours(data, 16, m)[0][:, 1:] for data, m in ((layout, "euclidean"), (x, metric)))
    kept = np.mean([len(set(a) & set(b)) / 15 for a, b in zip(here, there, strict=True)])
    assert found["preservation"] == pytest.approx(kept, abs=1e-6)
    assert quality(x[:, :2], x[:, :2], "euclidean")["trustworthiness"] == pytest.approx(1)
    chance = np.random.default_rng(0).normal(size=(200, 2)).astype(np.float32)
    assert quality(x, chance, metric)["trustworthiness"] < 0.6
    for few in range(4):  # of which any map keeps all: a measure that cannot fail
        with pytest.raises(UserError, match=f"Of {few} images no neighbours can be told"):
            quality(x[:few], layout[:few])


def test_overlap_is_the_share_of_common_neighbours() -> None:
    x = clusters()
    assert overlap(x, x).mean() == 1 and overlap(x, x * 3).mean() == pytest.approx(1, abs=0.01)
    other = np.random.default_rng(3).normal(size=(200, 16)).astype(np.float32)
    assert overlap(x, other, k=10).mean() < 0.2
    assert_allclose(shared(np.array([[1, 2], [3, 4]]), np.array([[2, 9], [8, 7]])), [0.5, 0])


NOISE = {
    "in 64 dimensions": lambda n, rng: rng.normal(size=(n, 64)),
    "in 8": lambda n, rng: rng.normal(size=(n, 8)),
    "on one side, as after a ReLU": lambda n, rng: np.maximum(0, rng.normal(size=(n, 128))) + 1,
    "in twins": lambda n, rng: np.repeat(rng.normal(size=(n, 64)), 2, 0)[:n],
    "all as far from each other": lambda n, rng: np.eye(n),
}


@pytest.mark.parametrize("kind", list(NOISE))
@pytest.mark.parametrize("reducer", [PCA(), TSNE(), TSNE(metric="euclidean"), UMAP()], ids=key_of)
def test_a_map_of_few_images_is_no_dot(reducer: Reducer, kind: str) -> None:
    for n in (5, 6, 8, 13, 20, 40, 60) if kind != "in twins" else (6, 9, 20):
        x = NOISE[kind](n, np.random.default_rng(n)).astype(np.float32)
        found = reducer.fit(x)
        apart = np.linalg.norm(found.positions[:, None] - found.positions, axis=2)
        assert np.isfinite(apart).all() and np.linalg.norm(found.positions, axis=1).mean() == pytest.approx(1, abs=1e-4), n
        assert (apart > 0.05).sum(1).min() >= n // 3, n  # a third of the others lies elsewhere, for each image


@pytest.mark.parametrize("n", [3, 4, 5, 8, 12, 15])
@pytest.mark.parametrize("reducer", [PCA(), TSNE(), UMAP(), UMAP(dimensions=3)], ids=key_of)
def test_a_map_of_few_images_follows_them_also_from_one_point(reducer: Reducer, n: int) -> None:
    one, other = clusters(n), clusters(n, 7)
    assert drift(reducer.refresh(other, one, before := reducer.fit(one)), before) > 0.02
    collapsed = np.ones_like(one)
    point = reducer.fit(collapsed)
    after = reducer.refresh(one, collapsed, point).positions
    assert np.linalg.norm(after, axis=1).mean() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("n", range(3, 17))
def test_neighbours_of_few_images_are_not_all_the_others(n: int) -> None:
    rng = np.random.default_rng(n)
    shares = [float(overlap(rng.normal(size=(n, 16)), rng.normal(size=(n, 16))).mean()) for _ in range(20)]
    assert np.mean(shares) < 0.75 and overlap(one := clusters(n), one).mean() == 1
    layout = PCA().fit(one).positions
    if n > 3:
        assert 0 <= quality(one, layout)["preservation"] <= 1
        assert np.mean([quality(rng.normal(size=(n, 16)), layout)["preservation"] for _ in range(20)]) < 0.75


@pytest.mark.parametrize("n", range(3))
def test_two_images_share_no_neighbours_and_it_says_so(n: int) -> None:
    with pytest.raises(UserError, match=f"Of {n} images no neighbours"):
        overlap(clusters(5)[:n], clusters(5)[:n])


def test_a_weighted_mean_lies_among_the_nearest() -> None:
    x = clusters()
    layout = PCA().fit(x)
    assert_allclose(weighted(x, layout, x[:5]), layout.positions[:5], atol=1e-3)  # itself is at distance 0
    at = weighted(x, layout, x[:1] + 0.3)
    near = layout.positions[nearest(x[:1] + 0.3, x, 10, "cosine")[0][0]]
    assert (at >= near.min(0) - 1e-6).all() and (at <= near.max(0) + 1e-6).all()


def test_keys_name_reducers_and_nothing_else() -> None:
    for reducer in (*SMALL, UMAP(7, 0.25, "euclidean", 3, 3), TSNE(12.5, "euclidean", 9)):
        assert from_key(key_of(reducer)) == reducer
    assert key_of(UMAP()) == "umap-15-0.1-cosine-0-2" and set(REDUCERS) == {"pca", "tsne", "umap"}
    bad = "pca", "pca-1", "pca-4", "pca-2-2", "umap-15-0.1-cosine-0", "umap-1-0.1-cosine-0-2", "umap-15-2-cosine-0-2"
    for key in (*bad, "umap-15-0.1-../..-0-2", "tsne-30-cosine-0-3", "tsne-nan-cosine-0-2", "", "..", "other-1"):
        with pytest.raises(UserError):
            from_key(key)
    with pytest.raises(UserError, match="no knob"):
        make_reducer("umap", {"perplexity": 3})


@pytest.mark.parametrize("reducer", [TSNE(10.0), UMAP(10)], ids=key_of)
def test_a_map_tells_how_far_it_is_and_can_be_given_up(reducer: Reducer) -> None:
    told: list[float] = []
    reducer.fit(clusters(), told.append)
    assert len(told) >= 2 and told == sorted(told) and 0 <= told[0] and told[-1] <= 1

    def enough(share: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        reducer.fit(clusters(), enough)


def test_a_frame_of_a_run_that_is_deleted_meanwhile_brings_nothing_back(tmp_path: Path) -> None:
    folder = tmp_path / "run" / "maps" / "pca-2"
    layout = align(np.eye(4)[:, :2])
    with pytest.raises(OSError, match="No such file"):
        save_layout(folder / "00000001.npz", layout)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "run").mkdir()
    save_layout(folder / "00000001.npz", layout)
    assert (read_layout(folder / "00000001.npz").positions == layout.positions).all()
