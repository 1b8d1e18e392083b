"""Metrics against their formulas, computed another way."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.decomposition import PCA
from torch.testing import assert_close

from trainers import linear, metrics
from trainers.methods.swav import sinkhorn
from trainers.readers import ridge


def gaussian(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def knn_by_hand(queries, query_labels, bank, bank_labels, k, temperature):
    """The weighted vote of Wu et al. 2018, one query at a time, in plain numpy."""
    right = 0
    for query, label in zip(queries.double().numpy(), query_labels.tolist(), strict=True):
        cosines = [query @ b / np.linalg.norm(query) / np.linalg.norm(b) for b in bank.double().numpy()]
        votes: dict[int, float] = {}
        for i in np.argsort(cosines)[::-1][:k]:
            votes[int(bank_labels[i])] = votes.get(int(bank_labels[i]), 0.0) + math.exp(cosines[i] / temperature)
        right += max(votes, key=lambda c: votes[c]) == label
    return right / len(queries)


@pytest.mark.parametrize(("k", "temperature"), [(1, 0.07), (5, 0.07), (20, 0.07), (20, 1.0), (1000, 0.1)])
def test_knn_is_the_weighted_vote(k, temperature):
    centres = gaussian(4, 8)
    labels, bank_labels = torch.arange(40) % 4, torch.arange(60) % 4
    queries, bank = centres[labels] + gaussian(40, 8, seed=1), centres[bank_labels] + gaussian(60, 8, seed=2)
    found = metrics.knn_accuracy(queries, labels, bank, bank_labels, k, temperature)
    assert found == knn_by_hand(queries, labels, bank, bank_labels, k, temperature)
    assert 0.3 < found < 1  # neither trivial nor hopeless


def test_knn_with_more_queries_than_one_chunk():
    bank_labels = torch.arange(50) % 5
    bank = F.one_hot(bank_labels, 5).float()
    labels = torch.arange(2501) % 5
    assert metrics.knn_accuracy(F.one_hot(labels, 5).float(), labels, bank, bank_labels) == 1.0


def test_knn_of_one_class_and_of_a_class_unknown_to_the_bank():
    bank, zeros = gaussian(10, 3), torch.zeros(10, dtype=torch.long)
    assert metrics.knn_accuracy(bank, zeros, bank, zeros) == 1.0
    assert metrics.knn_accuracy(bank, zeros + 7, bank, zeros) == 0.0


def test_std_sqrt_d():
    assert float(metrics.std_sqrt_d(gaussian(4000, 64))) == pytest.approx(1, abs=0.01)
    assert float(metrics.std_sqrt_d(torch.ones(100, 64))) == pytest.approx(0, abs=1e-6)
    line = gaussian(4000, 1) * torch.ones(1, 64)  # two opposite points: spread, though in one dimension
    assert float(metrics.std_sqrt_d(line)) == pytest.approx(1, abs=0.01)


def test_std_sqrt_d_does_not_look_at_lengths():
    z = gaussian(200, 16)
    assert float(metrics.std_sqrt_d(z)) == pytest.approx(float(metrics.std_sqrt_d(z * 7)), rel=1e-5)


@pytest.mark.parametrize("rank", [1, 3, 16])
def test_rankme_counts_dimensions(rank):
    left, _ = torch.linalg.qr(gaussian(200, rank))
    right, _ = torch.linalg.qr(gaussian(16, rank, seed=1))
    assert metrics.rankme(left @ right.T) == pytest.approx(rank, rel=0.01)  # `rank` equal singular values


def test_places_are_shared_by_what_cannot_be_told_apart():
    scores = torch.tensor([[0.9, 0.1, 0.5], [0.5, 0.5, 0.9], [0.2, 0.2 + 1e-7, 0.2]])
    above, equal = metrics.places(scores, torch.tensor([0, 1, 2]))
    assert above.tolist() == [0, 1, 0] and equal.tolist() == [1, 2, 3]


def test_rankme_of_nothing_is_one():
    assert metrics.rankme(torch.zeros(20, 4)) == 1.0


def test_rankme_by_formula():
    z = gaussian(50, 6) * torch.tensor([4.0, 2, 1, 1, 0.5, 0.1])
    sigma = np.linalg.svd(z.double().numpy(), compute_uv=False)
    p = sigma / sigma.sum()
    assert metrics.rankme(z) == pytest.approx(math.exp(-(p * np.log(p)).sum()), rel=1e-4)


def test_alignment_and_uniformity_by_formula():
    z1, z2 = gaussian(30, 5), gaussian(30, 5, seed=1)
    unit1, unit2 = (z.double().numpy() / np.linalg.norm(z.double().numpy(), axis=1, keepdims=True) for z in (z1, z2))
    alignment = np.mean([np.sum((a - b) ** 2) for a, b in zip(unit1, unit2, strict=True)])
    uniformity = math.log(np.mean([math.exp(-2 * np.sum((a - b) ** 2)) for a, b in combinations(unit1, 2)]))
    assert metrics.alignment(z1, z2) == pytest.approx(alignment, rel=1e-5)
    assert metrics.uniformity(z1) == pytest.approx(uniformity, rel=1e-5)


def test_alignment_and_uniformity_at_their_ends():
    z = gaussian(50, 8)
    assert metrics.alignment(z, z * 3) == pytest.approx(0, abs=1e-6)
    assert metrics.alignment(z, -z) == pytest.approx(4, rel=1e-6)
    assert metrics.uniformity(torch.ones(50, 8)) == pytest.approx(0, abs=1e-5)
    assert metrics.uniformity(gaussian(400, 256)) == pytest.approx(-4, abs=0.1)


def test_psnr():
    assert metrics.psnr(0.01) == pytest.approx(20)
    assert metrics.psnr(1.0) == 0
    assert metrics.psnr(0.0) == math.inf


def test_whitening_lets_a_faint_direction_speak_and_is_chosen_without_the_queries():
    labels = torch.arange(1000) % 2
    loud, faint = 10 * gaussian(2000, 8), (2.0 * torch.cat([labels, labels]) - 1 + 0.4 * gaussian(2000, seed=1)).unsqueeze(1)
    x = torch.cat([loud, faint], dim=1)
    bank, queries = x[:1000], x[1000:]
    found, components, power = metrics.whitened(queries, labels, bank, labels)
    assert found > 0.9 > 0.7 > metrics.knn_accuracy(queries, labels, bank, labels) and components == 9 and power >= 0.75
    assert metrics.whitened(bank[:10], labels[:10], bank, labels)[1:] == (components, power)
    even = gaussian(1000, 9) + 3 * F.one_hot(labels, 9)  # where plain cosines are right, little is lost
    assert metrics.whitened(even, labels, even, labels)[0] > metrics.knn_accuracy(even, labels, even, labels) - 0.05


@pytest.mark.parametrize("n", [2, 3, 49, 50, 60])
@pytest.mark.parametrize("width", [1, 7, 1100])  # the widest has its components by iteration
def test_whitening_of_few_images_and_of_wide_ones_is_a_share(n: int, width: int):
    labels = torch.arange(n) % 2
    x = gaussian(n, width) + 9 * (2.0 * labels.unsqueeze(1) - 1)
    found, components, power = metrics.whitened(x, labels, x, labels)
    assert 0 <= found <= 1 and 1 <= components <= min(n, width) and (power == 0 or n >= 50)


@pytest.mark.parametrize("value", [0.0, 1e25, float("nan"), float("inf")])
def test_whitening_of_a_network_that_collapsed_or_diverges_is_a_share(value: float):
    labels, x = torch.arange(100) % 2, gaussian(100, 8)
    x[:, 3] = value * x[:, 4]
    assert 0 <= metrics.whitened(x, labels, x, labels)[0] <= 1
    assert 0 <= metrics.whitened(0 * x, labels, torch.full_like(x, value), labels)[0] <= 1


@pytest.mark.parametrize("value", [1e25, 3e38, float("nan"), float("inf")])
def test_what_a_network_that_diverges_gives_is_judged_and_raises_nothing(value: float):
    labels, x = torch.arange(100) % 2, gaussian(100, 8)
    x[:, 3] = value * x[:, 4]
    assert 1 <= metrics.rankme(x) <= 8 + 1e-3 and metrics.rankme(torch.full((9, 4), float("nan"))) == 1
    assert 0 <= metrics.linear_probe(x, labels, x, labels) <= 1
    assert all(0 <= share <= 1 for share in metrics.few_labels(x, labels, x, labels, (1, 10)).values())
    found = ridge(x, x, {"place": x[:, :1], "broken": x[:, 3:4].clamp(-1, 1).nan_to_num()})
    assert all(one.isfinite().all() for one in found.values())


def test_components_of_a_wide_matrix_are_those_of_the_covariance():
    x = gaussian(300, 40) @ gaussian(40, 1100, seed=1)
    mean, spread, basis = metrics.components(x)
    values = torch.linalg.svdvals(x - x.mean(0)) / math.sqrt(len(x))
    assert torch.allclose(spread[:40], values[:40], rtol=1e-3) and basis.shape == (1100, 300)
    assert torch.allclose(basis[:, :40].T @ basis[:, :40], torch.eye(40), atol=1e-4) and mean.shape == (1100,)


def test_a_probe_is_not_led_astray_by_what_hardly_varies_in_the_bank():
    labels = torch.arange(600) % 3
    seen = F.one_hot(labels, 3) + gaussian(600, 3)
    bank = torch.cat([seen, 1e-4 * gaussian(600, 20, seed=1)], dim=1)  # a white margin, as one vendor draws it
    queries = bank + torch.cat([torch.zeros(600, 3), gaussian(600, 20, seed=2)], dim=1)  # and another vendor does not
    assert metrics.linear_probe(bank, labels, bank, labels) > 0.6
    assert metrics.linear_probe(queries, labels, bank, labels) > 0.45  # 0.35 where it may lie as far out as it likes


def test_few_labels_are_so_many_of_each_class_and_more_of_them_help():
    labels, test_labels = torch.arange(900) % 3, torch.arange(600) % 3
    centres = 1.2 * gaussian(3, 12)
    bank, queries = centres[labels] + gaussian(900, 12, seed=1), centres[test_labels] + gaussian(600, 12, seed=2)
    found = metrics.few_labels(queries, test_labels, bank, labels, (1, 10, 100, 300))
    assert list(found) == [1, 10, 100]  # 300 of a class are all of them
    assert 0.4 < found[1] < found[10] < found[100] <= metrics.linear_probe(queries, test_labels, bank, labels) + 0.02
    assert found == metrics.few_labels(queries, test_labels, bank, labels, (1, 10, 100))  # the same images for all who ask
    blind = bank.clone()
    blind[labels == 2] = 0.0  # what labels are worth that say nothing
    assert metrics.few_labels(queries, test_labels, blind, labels, [10])[10] < found[10] - 0.1
    rare = torch.where(torch.arange(900) < 4, 2, labels % 2)  # a class that has fewer gives all it has
    assert 0 < metrics.few_labels(queries, test_labels, bank, rare, [10])[10] < 1


def test_what_pca_rebuilds_is_cut_to_what_pixels_can_be():
    train, test = (gaussian(300, 16, seed=i).mul(2).sigmoid() for i in (1, 2))
    pca = PCA(4, svd_solver="full").fit(train.numpy())
    made = pca.inverse_transform(pca.transform(test.numpy())).clip(float(train.min()), float(train.max()))
    assert metrics.pca_mse(train, test, 4) == pytest.approx(float(np.mean((test.numpy() - made) ** 2)), rel=1e-3)


@pytest.mark.parametrize("dimensions", [1, 5, 20])
def test_pca_mse_is_that_of_scikit_learn(dimensions):
    mix = gaussian(20, 20)
    train, test = gaussian(200, 20, seed=1) @ mix + 3, gaussian(80, 20, seed=2) @ mix + 3
    pca = PCA(dimensions, svd_solver="full").fit(train.numpy())
    expected = np.mean((test.numpy() - pca.inverse_transform(pca.transform(test.numpy()))) ** 2)
    assert metrics.pca_mse(train, test, dimensions) == pytest.approx(expected, rel=1e-3, abs=1e-6)


def test_pca_mse_with_more_dimensions_than_pixels_is_nothing():
    x = gaussian(50, 9)
    assert metrics.pca_mse(x, x, 100) == pytest.approx(0, abs=1e-10)


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 20, 60])
def test_few_images_give_numbers_in_their_range(n):
    z, y = gaussian(n, 16, seed=n), torch.arange(n) % 3
    queries, wanted = gaussian(6, 16, seed=99), torch.arange(6) % 3
    accuracy, components, power = metrics.whitened(queries, wanted, z, y)
    assert 0 <= accuracy <= 1 and components >= 1 and 0 <= power <= 1
    assert 1 - 1e-6 <= metrics.rankme(z) <= min(n, 16) + 1e-3
    assert 0 <= float(metrics.std_sqrt_d(z)) <= 1
    assert (n == 1) == math.isnan(metrics.uniformity(z)) and not metrics.uniformity(z) > 0
    assert 0 <= metrics.alignment(z, z.flip(0)) <= 4
    assert 0 <= metrics.knn_accuracy(queries, wanted, z, y) <= 1 and 0 <= metrics.linear_probe(queries, wanted, z, y) <= 1
    few = metrics.few_labels(queries, wanted, z, y, (1, 5, 10, 100))
    assert all(each < int(y.bincount().max()) and 0 <= share <= 1 for each, share in few.items())
    assert 0 <= metrics.pca_mse(z.sigmoid(), queries.sigmoid(), 8) < 1
    q = sinkhorn(gaussian(n, 8, seed=n) / 0.05)
    assert_close(q.sum(1), torch.ones(n))
    assert q.isfinite().all()


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 20])
def test_the_best_linear_repair_of_few_images(n):
    train, test = gaussian(n, 64, seed=n).sigmoid().view(n, 1, 8, 8), gaussian(3, 64, seed=9).sigmoid().view(3, 1, 8, 8)
    hidden = (torch.arange(16) < 8).expand(2, -1)
    found = linear.inpaint(train.reshape(n, 16, 4), test.reshape(3, 16, 4), hidden)
    noisy = linear.denoise(
        lambda x, rng: (x + 0.1 * torch.randn(x.shape, generator=rng)).clamp(0, 1),
        train,
        test,
        torch.Generator().manual_seed(1),
    )
    assert 0 < found < 0.5 and 0 < noisy < 0.5


def test_what_has_one_thread_gives_the_others_back() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        with metrics.one_thread():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 3
        with pytest.raises(ValueError), metrics.one_thread():
            raise ValueError
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
