"""Each loss, value and gradient, against an independent implementation of it; and what its paper promises of it."""

from __future__ import annotations

import dataclasses
import math
import subprocess
import sys
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from lightly.loss import NegativeCosineSimilarity, SwaVLoss
from lightly.loss.swav_loss import sinkhorn as lightly_sinkhorn
from lightly.models import utils as lightly_utils
from lightly.utils.scheduler import cosine_schedule
from scipy import ndimage
from sklearn.linear_model import LogisticRegression
from torch import Generator, Tensor, nn

from trainers import linear, metrics
from trainers.captions import TEMPLATES, captions
from trainers.corruptions import MASKS, NOISES, classical_filter, corrupt, hidden_by, keep_patches
from trainers.data import Dataset, Images
from trainers.errors import UserError
from trainers.method import Batch, DataSpec, Method, make_config, methods
from trainers.methods.byol import regression
from trainers.methods.masked import masked_mse
from trainers.methods.simsiam import distance
from trainers.methods.swav import sinkhorn
from trainers.train import set_learning_rate
from trainers.views import Augmentation
from trainers.vit import Patches, positions

CLOSE = {"atol": 1e-5, "rtol": 1e-5}
WORDS = tuple(f"a {colour} {thing}" for colour in ("red", "blue", "green", "old") for thing in ("cat", "dog", "tree", "fish"))
SHAPES = pytest.mark.parametrize("shape", [(2, 3), (16, 32), (64, 8)], ids=str)
CHANNELS = pytest.mark.parametrize("channels", [1, 3])


def rng(seed: int = 0) -> Generator:
    return torch.Generator().manual_seed(seed)


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=rng(seed))


def pixels(n: int = 8, channels: int = 1, size: int = 16, seed: int = 0) -> Tensor:
    return torch.rand(n, channels, size, size, generator=rng(seed))


def make(name: str, channels: int = 1, size: int = 16, **knobs: object) -> Any:
    spec = DataSpec(channels, size, size, (0.4, 0.5, 0.6)[:channels], (0.2, 0.3, 0.25)[:channels], WORDS)
    own = {"masked": "vit", "clip": "open_clip"}.get(name, "conv")
    torch.manual_seed(0)
    return methods()[name](make_config(name, {"encoder": own} | knobs), spec).train()


def two_views(channels: int = 1, n: int = 8, progress: float = 0.5) -> Batch:
    views = (pixels(n, channels, seed=1), pixels(n, channels, seed=2))
    return Batch(views[0], views, rng(), progress)


def learned(method: nn.Module) -> list[nn.Parameter]:
    return [p for p in method.parameters() if p.requires_grad]


def agree(ours: Tensor, theirs: Tensor, over: Iterable[Tensor]) -> None:
    """The same value, and the same gradient for every tensor in `over`, of which one at least is not small."""
    over = list(over)
    torch.testing.assert_close(ours, theirs.reshape(()), **CLOSE)
    found, wanted = (torch.autograd.grad(value.sum(), over, allow_unused=True) for value in (ours, theirs))
    torch.testing.assert_close(found, wanted, **CLOSE)
    assert max(float(slope.abs().max()) for slope in wanted if slope is not None) > 1e-3


def stir(method: nn.Module) -> None:
    """Move all that is learned, as training would."""
    with torch.no_grad():
        for i, p in enumerate(learned(method)):
            p += 0.1 * noise(*p.shape, seed=i)


@pytest.mark.parametrize("name", list(methods()))
def test_every_learned_parameter_is_in_one_group_and_nothing_else_is(name: str) -> None:
    method = make(name, 3)
    given = [id(p) for group in method.parameter_groups() for p in group["params"]]
    assert sorted(given) == sorted(map(id, learned(method)))


# SwAV


def lightlys_swav(method: Any, views: tuple[Tensor, ...], queue: Tensor) -> Tensor:
    large = method.embed(method.encode(torch.cat(views[:2]))).chunk(2)
    small = [method.embed(method.encode(view)) for view in views[2:]]
    high, low, kept = ([z @ method.prototypes.weight.T for z in part] for part in (large, small, queue))
    loss = SwaVLoss(method.config.temperature, sinkhorn_epsilon=method.config.epsilon)
    return loss(high, low, kept if queue.shape[1] else None)


@pytest.mark.parametrize("local_views", [0, 2])
@pytest.mark.parametrize("queue", [0, 5, 24])  # none, fewer than the batch's 8, more
def test_swavs_loss_is_lightlys(local_views: int, queue: int) -> None:
    channels, temperature, epsilon = (3, 0.2, 0.1) if queue else (1, 0.1, 0.05)
    knobs = {"prototypes": 12, "dimensions": 16, "temperature": temperature, "epsilon": epsilon}
    method = make("swav", channels, queue=queue, local_views=local_views, **knobs)
    method.queue.copy_(F.normalize(noise(*method.queue.shape), dim=2))
    images = pixels(8, channels).mul(255).byte()
    views = method.views(images, rng())
    assert [view.shape[2:] for view in views] == [(16, 16)] * 2 + [(8, 8)] * local_views
    before = method.queue.clone()
    ours = method.loss(Batch(images / 255, views, rng(), 0.1)).value
    agree(ours, lightlys_swav(method, views, before), method.parameters())


def test_swavs_queue_starts_with_the_newest_features_and_forgets_the_oldest() -> None:
    method, batch = make("swav", queue=20, dimensions=16), two_views()
    for _ in range(4):
        before = method.queue.clone()
        z = method.loss(batch).embedding.unflatten(0, (2, 8))
        assert torch.equal(method.queue[:, :8], z) and torch.equal(method.queue[:, 8:], before[:, :12])
    assert not method.queue.requires_grad
    torch.testing.assert_close(method.queue.norm(dim=2), torch.ones(2, 20), **CLOSE)


def test_swavs_queue_has_no_say_before_it_is_full_of_features_and_a_tenth_of_the_run_is_over() -> None:
    method, without = make("swav", queue=20, dimensions=16), make("swav", queue=0, dimensions=16)
    without.load_state_dict({**method.state_dict(), "queue": without.queue})
    views = two_views()

    def differ(progress: float) -> bool:
        batch = dataclasses.replace(views, progress=progress)
        return method.loss(batch).value.item() != pytest.approx(without.loss(batch).value.item(), abs=1e-6)

    assert [differ(progress) for progress in (0.5, 0.5, 0.5)] == [False] * 3  # 8 a step: full after three
    assert not differ(0.09) and differ(0.1)
    again = make("swav", queue=20, dimensions=16)  # the run goes on from a checkpoint: what was there is there
    again.load_state_dict(method.state_dict())
    batch = dataclasses.replace(views, progress=0.5)
    torch.testing.assert_close(again.loss(batch).value, method.loss(batch).value)


def test_without_sinkhorn_swavs_targets_are_a_softmax() -> None:
    method, batch = make("swav", queue=8, sinkhorn=False, prototypes=12, dimensions=16), two_views()
    ours = method.loss(batch).value
    one, two = (method.embed(method.encode(torch.cat(batch.views))) @ method.prototypes.weight.T).chunk(2)
    pairs = ((one, two), (two, one))
    agree(ours, sum(F.cross_entropy(p / 0.1, (q.detach() / 0.05).softmax(1)) for p, q in pairs) / 2, method.parameters())


@pytest.mark.parametrize("shape", [(4, 3), (16, 64), (100, 10)], ids=str)
@pytest.mark.parametrize("epsilon", [0.05, 0.5])
@pytest.mark.parametrize("iterations", [1, 3, 10])
def test_sinkhorn_is_lightlys(shape: tuple[int, int], epsilon: float, iterations: int) -> None:
    scores = torch.stack([F.normalize(noise(*shape, seed=seed), dim=1) for seed in (0, 1)])  # two views, each for itself
    ours = sinkhorn(scores / epsilon, iterations)
    theirs = torch.stack([lightly_sinkhorn(one, iterations, epsilon) for one in scores])
    torch.testing.assert_close(ours, theirs, **CLOSE)
    torch.testing.assert_close(ours.sum(2), torch.ones(2, shape[0]), **CLOSE)


def test_sinkhorn_shares_images_out_evenly_in_the_end_and_not_at_all_before_it_starts() -> None:
    scores = noise(40, 8) + torch.arange(8) / 4  # the last prototypes are everybody's favourites
    torch.testing.assert_close(sinkhorn(scores, 200).sum(0), torch.full((8,), 40 / 8), **CLOSE)
    assert torch.equal(sinkhorn(scores, 0), scores.softmax(1))


def test_sinkhorn_stands_scores_whose_exponential_is_no_number() -> None:
    scores = 1e4 * noise(32, 8).sign() / 0.05
    for iterations in (0, 3, 50):
        q = sinkhorn(scores, iterations)
        assert q.isfinite().all()
        torch.testing.assert_close(q.sum(1), torch.ones(32), **CLOSE)


def test_swavs_prototypes_are_frozen_for_the_first_twentieth_of_a_run() -> None:
    method = make("swav", queue=0)
    for progress, moves in ((0.0, False), (0.049, False), (0.05, True), (1.0, True)):
        method.zero_grad()
        method.loss(two_views(progress=progress)).value.backward()
        assert (method.prototypes.weight.grad is not None) == moves
        assert all(p.grad is not None and p.grad.any() for p in method.encoder.parameters())


def test_swavs_prototypes_are_directions_without_a_bias() -> None:
    method = make("swav", prototypes=12, dimensions=16)
    assert [name for name, _ in method.prototypes.named_parameters()] == ["weight"]
    assert not method.prototypes(torch.zeros(4, 16)).any()
    stir(method)
    z = F.normalize(noise(4, 16), dim=1)
    torch.testing.assert_close(method.prototypes(z), z @ method.prototypes.weight.T, **CLOSE)
    before = F.normalize(method.prototypes.weight.detach())
    method.after_step(0.5)
    torch.testing.assert_close(method.prototypes.weight.detach().norm(dim=1), torch.ones(12), **CLOSE)
    torch.testing.assert_close(method.prototypes.weight.detach(), before, **CLOSE)


# BYOL and SimSiam


@SHAPES
def test_regression_and_distance_are_lightlys_cosine(shape: tuple[int, int]) -> None:
    p, z = (noise(*shape, seed=seed).requires_grad_() for seed in (0, 1))
    theirs = NegativeCosineSimilarity()(p, z)
    agree(regression(p, z), 2 + 2 * theirs, (p, z))
    agree(distance(p, z), 1 + NegativeCosineSimilarity()(p, z), (p, z))
    unit = F.normalize(p, dim=1) - F.normalize(z, dim=1)  # the form of the paper
    agree(regression(p, z), unit.pow(2).sum(1).mean(), (p, z))


@CHANNELS
@pytest.mark.parametrize("predictor", [True, False])
def test_byols_loss_is_lightlys_both_ways(channels: int, predictor: bool) -> None:
    method, batch, d = make("byol", channels, predictor=predictor), two_views(channels), NegativeCosineSimilarity()
    stir(method)
    both = torch.cat(batch.views)  # one batch, as its BatchNorms see it
    q = method.predictor(method.projector(method.encoder(both))).chunk(2)
    target = method.target(both).detach().chunk(2)
    theirs = 2 + 2 * (d(q[0], target[1]) + d(q[1], target[0])) / 2
    agree(method.loss(batch).value, theirs, learned(method))


def test_byols_target_gets_no_gradient_and_is_not_optimised() -> None:
    method = make("byol")
    method.loss(two_views()).value.backward()
    held = set(map(id, method.target.parameters()))
    assert held and all(p.grad is None and not p.requires_grad for p in method.target.parameters())
    assert not held & {id(p) for group in method.parameter_groups() for p in group["params"]}
    assert all(p.grad is not None for p in learned(method))


def test_byols_target_starts_as_the_online_network_and_shares_nothing_with_it() -> None:
    method = make("byol")
    online = nn.Sequential(method.encoder, method.projector)
    for a, b in zip(method.target.parameters(), online.parameters(), strict=True):
        assert torch.equal(a, b) and a.data_ptr() != b.data_ptr()


@pytest.mark.parametrize("tau", [0.0, 0.5, 0.95, 1.0])
def test_byols_first_step_is_lightlys_moving_average(tau: float) -> None:
    method = make("byol", tau=tau)
    stir(method)
    theirs, online = deepcopy(method.target), nn.Sequential(method.encoder, method.projector)
    before = {key: value.clone() for key, value in method.state_dict().items()}
    with torch.no_grad():
        lightly_utils.update_momentum(online, theirs, tau)
    method.after_step(0.0)
    for a, b in zip(method.target.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a, b, **CLOSE)
    moving = {f"target.{name}" for name, _ in method.target.named_parameters()}
    moved = {key for key, value in method.state_dict().items() if not torch.equal(value, before[key])}
    assert moved <= moving and (tau == 1) != bool(moved)


def how_far(method: Any, progress: float) -> float:
    """The share of the way to the online network that after_step takes the target: 1 - τ."""
    weight, goal = method.target[1][0].weight, method.projector[0].weight.detach()
    before = weight.clone()
    method.after_step(progress)
    return float(((weight - before) * (goal - before)).sum() / (goal - before).pow(2).sum())


@pytest.mark.parametrize("tau", [0.5, 0.95, 0.996])
def test_byols_tau_rises_to_one_on_lightlys_cosine(tau: float) -> None:
    for step in (0, 1, 30, 50, 77, 100):
        method = make("byol", tau=tau)
        stir(method)
        assert how_far(method, step / 100) == pytest.approx(1 - cosine_schedule(step, 101, tau, 1.0), abs=1e-5)


@pytest.mark.parametrize("progress", [0.0, 0.3, 1.0])
def test_byols_target_is_the_online_network_at_tau_0_and_never_moves_at_tau_1(progress: float) -> None:
    for tau in (0, 1):
        method = make("byol", tau=tau)
        stir(method)
        wanted = deepcopy(method.target if tau else nn.Sequential(method.encoder, method.projector))
        method.after_step(progress)
        assert all(torch.equal(a, b) for a, b in zip(method.target.parameters(), wanted.parameters(), strict=True))


@CHANNELS
@pytest.mark.parametrize("predictor", [True, False])
@pytest.mark.parametrize("stop", [True, False])
def test_simsiams_loss_is_lightlys_both_ways(channels: int, predictor: bool, stop: bool) -> None:
    method, batch = make("simsiam", channels, predictor=predictor, stop_gradient=stop), two_views(channels)
    whole = method.projector(method.encoder(torch.cat(batch.views)))  # one batch, as its BatchNorms see it
    z, p = whole.chunk(2), method.predictor(whole).chunk(2)
    held, d = [one.detach() if stop else one for one in z], NegativeCosineSimilarity()
    agree(method.loss(batch).value, 1 + (d(p[0], held[1]) + d(p[1], held[0])) / 2, method.parameters())


def test_simsiams_stopped_branch_gets_no_gradient() -> None:
    for stop in (True, False):
        method = make("simsiam", stop_gradient=stop)
        method.predictor.register_forward_hook(lambda _, __, p: p.detach())  # what is left can only come through z
        assert method.loss(two_views()).value.requires_grad != stop


def test_without_the_stop_gradient_simsiams_loss_is_the_same_and_its_gradient_is_not() -> None:
    slopes = []
    for stop in (True, False):
        method = make("simsiam", stop_gradient=stop)
        value = method.loss(two_views()).value
        slopes.append((value, *torch.autograd.grad(value, (method.projector[0].weight, method.predictor[0].weight))))
    (one, shared, own), (other, both, again) = slopes
    assert one == other and torch.equal(own, again) and not torch.allclose(shared, both, rtol=0.1)


def test_without_a_predictor_the_stop_gradient_only_halves_the_gradient() -> None:
    grads = []
    for stop in (True, False):
        method = make("simsiam", predictor=False, stop_gradient=stop)
        grads.append(torch.autograd.grad(method.loss(two_views()).value, learned(method)))
    for halved, whole in zip(*grads, strict=True):
        torch.testing.assert_close(2 * halved, whole, **CLOSE)


@pytest.mark.parametrize("name", ["byol", "simsiam"])
def test_a_quick_predictor_alone_has_its_own_learning_rate(name: str) -> None:
    for rate, kept in ((8.0, 8.0), (1.0, 1.0)):
        method = make(name, predictor_rate=rate)
        optimizer = method.optimizer()
        set_learning_rate(optimizer, 2.0, 0.25)
        predictor = {id(p) for p in method.predictor.parameters()}
        rates = {id(p): group["lr"] for group in optimizer.param_groups for p in group["params"]}
        share = 1.0 if name == "simsiam" else 0.25  # whose predictor keeps it to the end
        assert {rates[one] for one in predictor} == {2.0 * share * kept}
        assert {rate for one, rate in rates.items() if one not in predictor} == {0.5}
    assert len(make("byol").optimizer().param_groups) == 1  # as in runs of before the knob, which go on


def test_simsiams_predictor_alone_keeps_its_learning_rate() -> None:
    method = make("simsiam")
    constant = [group["params"] for group in method.parameter_groups() if group.get("constant")]
    assert [[id(p) for p in params] for params in constant] == [[id(p) for p in method.predictor.parameters()]]
    assert not any(group.get("constant") for group in make("simsiam", predictor=False).parameter_groups())


def test_simsiams_projector_ends_in_a_batch_norm_without_scale_and_shift_where_the_papers_is_asked_for() -> None:
    method = make("simsiam", output_norm=True)
    assert isinstance(method.projector[-1], nn.BatchNorm1d) and not list(method.projector[-1].parameters())
    z = method.embed(method.encode(pixels(64))).detach()
    assert float(z.mean(0).abs().max()) < 1e-4
    torch.testing.assert_close(z.var(0, correction=0), torch.ones(z.shape[1]), atol=0.02, rtol=0)  # its ε weighs a little


# CLIP


def worded(channels: int, of_image: list[int] | list[list[int]]) -> Batch:
    images = pixels(len(of_image), channels, 32)
    return Batch(images, (images,), rng(), 0.5, torch.tensor(of_image).reshape(len(of_image), -1))


@CHANNELS
@pytest.mark.parametrize("n", [2, 12])
def test_clips_loss_is_open_clips(channels: int, n: int) -> None:
    from open_clip.loss import ClipLoss

    method, batch = make("clip", channels, 32, more_captions=0), worded(channels, list(range(n))[::-1])
    theirs = ClipLoss()(method.embed(method.encode(batch.images)), method.texts(batch.captions[:, 0]), method.logit_scale.exp())
    agree(method.loss(batch).value, theirs, method.parameters())
    assert method.logit_scale.requires_grad and float(method.logit_scale.detach()) == pytest.approx(math.log(1 / 0.07))


def test_one_sided_clip_is_open_clips_half_from_image_to_text() -> None:
    method, batch = make("clip", 3, 32, symmetric=False, more_captions=0), worded(3, [4, 9, 2, 0, 11])
    image, text = method.embed(method.encode(batch.images)), method.texts(batch.captions[:, 0])
    half = F.cross_entropy(method.logit_scale.exp() * image @ text.T, torch.arange(5))
    agree(method.loss(batch).value, half, method.parameters())


REPEATED = {
    "one caption each": [[3], [5], [3], [3], [7], [5]],
    "all the same": [[3], [3], [3]],
    "several each": [[0, 1], [1, 2], [0, 1], [2, 2], [3, 4], [4, 1], [0, 5]],
    "templates of classes": [[0, 1, 2, 3], [4, 5, 6, 7], [0, 1, 2, 3], [0, 1, 2, 3], [4, 5, 6, 7]],
}


@pytest.mark.parametrize("more", [0, 5, 2048])
@pytest.mark.parametrize("of_image", list(REPEATED.values()), ids=list(REPEATED))
def test_every_caption_that_fits_is_right_in_clips_loss(of_image: list[list[int]], more: int) -> None:
    method, batch, seen, n = make("clip", 3, 32, more_captions=more), worded(3, of_image), [], len(of_image)
    method.texts.register_forward_hook(lambda _, args, __: seen.append(args[0].tolist()))
    ours = method.loss(batch).value
    drawn, each = seen[0], min(2, len(of_image[0]))
    others = drawn[each * n :]
    assert len(others) == len(set(others)) == min(more, len(WORDS))
    for i in range(n):
        own = drawn[i : each * n : n]
        assert all(own.count(caption) <= of_image[i].count(caption) for caption in own)  # without putting back
    image, text = method.embed(method.encode(batch.images)), method.texts(torch.tensor(drawn))
    logits, to_text, to_image = method.logit_scale.exp() * image @ text.T, [], []
    for i in range(n):
        fits = [j for j, caption in enumerate(drawn) if caption in of_image[i]]
        to_text.append(torch.stack([-logits[i].log_softmax(0)[j] for j in fits]).mean())
    for j in range(each * n):
        fits = [i for i in range(n) if drawn[j] in of_image[i]]
        to_image.append(torch.stack([-logits[:, j].log_softmax(0)[i] for i in fits]).mean())
    agree(ours, (torch.stack(to_text).mean() + torch.stack(to_image).mean()) / 2, method.parameters())


@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize("of_image", list(REPEATED.values()), ids=list(REPEATED))
def test_clips_least_is_what_the_best_logits_leave(of_image: list[list[int]], symmetric: bool) -> None:
    """Targets in equal parts have an entropy, which no network can take away: 0 where each caption fits one image only."""
    method, batch, seen = make("clip", 3, 32, more_captions=4, symmetric=symmetric), worded(3, of_image), []
    method.texts.register_forward_hook(lambda _, args, __: seen.append(args[0].tolist()))
    parts, n = method.loss(batch).parts, len(of_image)
    fits = torch.tensor([[caption in row for caption in seen[0]] for row in of_image])
    own = fits[:, : n * min(2, len(of_image[0]))].T
    best = [F.cross_entropy(1e4 * one.float(), one / one.sum(1, keepdim=True)) for one in (fits, own)]
    assert parts["least"].item() == pytest.approx(float(sum(best)) / 2 if symmetric else float(best[0]), abs=1e-4)


def test_clip_draws_other_captions_at_each_step() -> None:
    method, batch = make("clip", 3, 32, more_captions=3), worded(3, [0, 1])
    drawn = [method.texts.draw(batch.captions, 3, rng(seed))[0].tolist() for seed in range(40)]
    assert all(row[:2] == [0, 1] for row in drawn) and {i for row in drawn for i in row[2:]} == set(range(len(WORDS)))


@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize("of_image", [[[3], [5], [6]], [[0, 1], [2, 3], [4, 5]]], ids=["one each", "two each"])
def test_clips_collapse_loss_is_what_it_pays_where_all_look_alike(symmetric: bool, of_image: list[list[int]]) -> None:
    method, batch = make("clip", 3, 32, symmetric=symmetric, more_captions=7), worded(3, of_image)
    method.spec = dataclasses.replace(method.spec, captions_each=len(of_image[0]))
    with torch.no_grad():
        method.logit_scale.fill_(-20)  # s is 0: all cosines count alike
    assert method.loss(batch).value.item() == pytest.approx(method.collapse_loss(batch.images, 3), abs=1e-5)


def test_images_of_one_caption_may_change_places_in_clips_loss() -> None:
    method, batch = make("clip", 3, 32, more_captions=0), worded(3, [3, 5, 3, 3, 7])
    other = Batch(batch.images, (batch.images[[3, 1, 0, 2, 4]],), rng(), 0.5, batch.captions)
    torch.testing.assert_close(method.loss(batch).value, method.loss(other).value, **CLOSE)
    other.views = (batch.images[[1, 0, 2, 3, 4]],)
    assert not torch.isclose(method.loss(batch).value, method.loss(other).value, rtol=1e-3)


def test_clips_words_move_faster_than_the_rest_and_its_views_are_as_asked_for() -> None:
    method = make("clip", 3, 32, flip=0.25, rotation=0.5, crop=0.9, jitter=0.1)
    faster = [group["params"] for group in method.parameter_groups() if group.get("factor", 1.0) > 1]
    assert len(faster) == 1 and len(faster[0]) == 1 and faster[0][0] is method.texts.tower.token_embedding.weight
    assert method.augment == Augmentation(flip=0.25, rotation=0.5, crop=0.9, jitter=0.1)


def test_clips_scale_stays_between_1_and_100_without_weight_decay() -> None:
    method = make("clip", 3, 32)
    for given, kept in ((10.0, math.log(100)), (-3.0, 0.0), (1.5, 1.5)):
        method.logit_scale.data.fill_(given)
        method.after_step(0.5)
        assert float(method.logit_scale.detach()) == pytest.approx(kept, abs=1e-6)
    own = [group for group in method.parameter_groups() if any(p is method.logit_scale for p in group["params"])]
    assert len(own) == 1 and own[0]["weight_decay"] == 0 and len(own[0]["params"]) == 1


def test_clips_scale_is_left_alone_where_it_is_not_learned() -> None:
    method = make("clip", 3, 32, learn_temperature=False)
    step(method, worded(3, [0, 1, 2]))
    assert float(method.logit_scale) == pytest.approx(math.log(1 / 0.07)) and method.logit_scale.grad is None


def step(method: Method, batch: Batch) -> None:
    optimizer = torch.optim.AdamW(method.parameter_groups(), lr=1e-3, weight_decay=0.1)  # more, and all texts grow alike
    for _ in range(3):
        optimizer.zero_grad()
        method.loss(batch).value.backward()
        optimizer.step()
        method.after_step(0.5)


def test_clip_reads_all_words_that_nobody_taught_alike() -> None:
    method = make("clip", 3, 32)
    step(method, worded(3, list(range(8))))
    method.eval()
    read = method.texts.read(["a zebra", "a guitar", "a cat", "a red guitar cat", "a red zebra cat"]).detach()
    assert torch.equal(read[0], read[1]) and torch.equal(read[3], read[4])
    assert float((read[0] - read[2]).norm()) > 1e-3 and float((read[0] - read[3]).norm()) > 1e-3
    torch.testing.assert_close(read.norm(dim=1), torch.ones(5), **CLOSE)
    torch.testing.assert_close(method.texts.read(list(WORDS)), method.texts(torch.arange(len(WORDS))), **CLOSE)


@pytest.mark.parametrize("layers", [1, 3])
def test_a_text_read_to_its_end_is_what_open_clip_reads_of_the_whole_context(layers: int) -> None:
    from open_clip.transformer import TextTransformer

    torch.manual_seed(0)
    method = make("clip", 3, 32)
    width, length = method.texts.tower.width, method.texts.tower.context_length
    tower: Any = TextTransformer(length, 30, width, 2, layers, output_dim=16)
    method.texts.tower = tower
    stir(tower)
    short = torch.zeros(5, length, dtype=torch.long)
    for row, size in zip(short, (2, 9, 4, 1, 3), strict=True):
        row[:size], row[size] = torch.randint(1, 20, (size,), generator=rng(size)), 29  # the end is the largest number
    full = short.clone()
    full[0] = torch.arange(length) % 20 + 1
    full[0, -1] = 29
    for tokens in (short, full, short[:1]):
        agree_all(method.texts.embed(tokens), F.normalize(tower(tokens), dim=1), list(tower.parameters()))
    assert method.texts.read([]).shape == (0, 16)


def agree_all(ours: Tensor, theirs: Tensor, over: list[Tensor]) -> None:
    """The same numbers, and the same gradients of a weighted sum of them."""
    torch.testing.assert_close(ours, theirs, **CLOSE)
    agree((ours * noise(*ours.shape)).sum(), (theirs * noise(*theirs.shape)).sum(), over)


ALONE = """
import sys
import numpy, open_clip, torch
from PIL import Image

for folder in sys.argv[1:]:
    model, _, preprocess = open_clip.create_model_and_transforms("local-dir:" + folder)
    model.eval()
    given = numpy.load(folder + "/given.npz")
    x = torch.stack([preprocess(Image.fromarray(picture)) for picture in given["pictures"]])
    tokens = open_clip.get_tokenizer("local-dir:" + folder)(given["texts"].tolist())
    with torch.no_grad():
        image, text = model.encode_image(x, normalize=True), model.encode_text(tokens, normalize=True)
    numpy.savez(folder + "/found.npz", image=image.numpy(), text=text.numpy())
assert not any(name.split(".")[0] in ("trainers", "playground") for name in sys.modules)
"""


def test_plain_open_clip_loads_an_exported_clip_here_and_where_our_code_is_not(tmp_path: Path) -> None:
    import open_clip

    from trainers.clip_towers import export

    texts = ["a red cat", "an old tree", "a zebra", "a blue guitar and a fish in the sea", ""]
    expected = {}
    for name, channels in (("grey", 1), ("colour", 3)):
        method, folder, pictures = make("clip", channels, 32), tmp_path / name, pixels(5, channels, 32, seed=3).mul(255).byte()
        step(method, worded(channels, list(range(8))))
        method.eval()
        export(method, folder)
        x = pictures / 255
        with torch.no_grad():
            expected[folder] = method.embed(method.encode(x)), method.texts.read(texts)
            assert all(float(torch.pdist(features).min()) > 0.01 for features in expected[folder])  # there is something to tell
            model, _, _ = open_clip.create_model_and_transforms(f"local-dir:{folder}")
            model.eval()
            image = model.encode_image(method.encoder.standardise(x).expand(-1, 3, -1, -1), normalize=True)
            text = model.encode_text(open_clip.get_tokenizer(f"local-dir:{folder}")(texts), normalize=True)
            torch.testing.assert_close((image, text), expected[folder], atol=1e-4, rtol=1e-4)
            torch.testing.assert_close(model.logit_scale, method.logit_scale)
        seen = pictures.movedim(1, 3).squeeze(3).numpy()
        np.savez(folder / "given.npz", pictures=seen, texts=np.array(texts))
    folders = [str(folder) for folder in expected]
    subprocess.run([sys.executable, "-I", "-c", ALONE, *folders], cwd=tmp_path, check=True, timeout=120)
    for folder, (image, text) in expected.items():
        found = np.load(folder / "found.npz")
        np.testing.assert_allclose(found["image"], image.numpy(), atol=1e-4)
        np.testing.assert_allclose(found["text"], text.numpy(), atol=1e-4)


# Masked autoencoder


@CHANNELS
@pytest.mark.parametrize(("size", "patch"), [(32, 4), (28, 7), (16, 2)])
def test_patches_are_lightlys_in_the_same_layout(channels: int, size: int, patch: int) -> None:
    x, cut = pixels(3, channels, size), Patches(channels, size, size, patch)
    theirs = lightly_utils.patchify(x, patch)
    assert theirs.shape == (3, cut.number, cut.numbers)
    assert torch.equal(cut.split(x), theirs)
    assert torch.equal(cut.join(theirs), lightly_utils.unpatchify(theirs, patch, channels))


@pytest.mark.parametrize(("height", "width"), [(17, 17), (30, 30), (28, 28), (17, 30), (9, 64)])
@pytest.mark.parametrize("patch", [0, 2, 5, 16])
def test_patches_come_together_to_the_image_they_were_cut_from(height: int, width: int, patch: int) -> None:
    x, cut = torch.rand(2, 3, height, width, generator=rng()), Patches(3, height, width, patch)
    parts = cut.split(x)
    assert parts.shape == (2, cut.number, cut.numbers) and torch.equal(cut.join(parts), x)
    if height == width:  # lightly's are square
        whole = F.pad(x, (0, -width % cut.patch, 0, -height % cut.patch), mode="replicate")
        assert torch.equal(parts, lightly_utils.patchify(whole, cut.patch))


@pytest.mark.parametrize("kind", MASKS)
@pytest.mark.parametrize("ratio", [0.0, 0.05, 0.25, 0.5, 0.6, 0.75, 0.9, 0.95, 1.0])
def test_as_many_patches_are_kept_as_in_the_paper_and_in_lightly(kind: str, ratio: float) -> None:
    for rows, columns in ((8, 8), (7, 7), (5, 10), (2, 2), (1, 2)):
        count = rows * columns
        keep = keep_patches(4, rows, columns, ratio, kind, rng())
        theirs = lightly_utils.random_token_mask((4, count + 1), mask_ratio=ratio)[0].shape[1] - 1  # the class token
        assert keep.shape == (4, min(max(1, int(count * (1 - ratio))), count - 1)) == (4, min(max(1, theirs), count - 1))
        assert keep.min() >= 0 and keep.max() < count and (keep.diff(dim=1) > 0).all()  # in order, none twice
        hidden = hidden_by(keep, count)
        assert hidden.shape == (4, count) and (hidden.sum(1) == count - keep.shape[1]).all()
        assert not hidden.gather(1, keep).any()


@pytest.mark.parametrize("kind", MASKS)
def test_masks_are_drawn_for_every_image_and_every_time(kind: str) -> None:
    draws = rng()
    first, second = (keep_patches(32, 8, 8, 0.75, kind, draws) for _ in range(2))
    assert len(first.unique(dim=0)) > 16 and not torch.equal(first, second)
    assert torch.equal(first, keep_patches(32, 8, 8, 0.75, kind, rng()))


def test_random_masks_hide_every_patch_and_every_pair_as_often_as_any_other() -> None:
    n = 20_000
    seen = 1 - hidden_by(keep_patches(n, 4, 5, 0.75, "random", rng()), 20).float()
    share = seen.mean(0)
    assert float((share - 5 / 20).abs().max()) < 4.5 * math.sqrt(0.25 * 0.75 / n)
    pairs = (seen.T @ seen / n)[~torch.eye(20, dtype=torch.bool)]
    wanted = 5 * 4 / (20 * 19)
    assert float((pairs - wanted).abs().max()) < 4.5 * math.sqrt(wanted * (1 - wanted) / n)


@pytest.mark.parametrize("kind", MASKS)
@pytest.mark.parametrize("shape", [(8, 8), (7, 7), (5, 8)], ids=str)
def test_every_patch_is_seen_as_often_as_any_other(kind: str, shape: tuple[int, int]) -> None:
    """A block that ended at the edges would hide the middle in every image."""
    n, count = 8_000, shape[0] * shape[1]
    keep = keep_patches(n, *shape, 0.75, kind, rng())
    seen, share = 1 - hidden_by(keep, count).float().mean(0), keep.shape[1] / count
    room = 0.5 * share if kind == "grid" else 5 * math.sqrt(share * (1 - share) / n)  # few shifts of a lattice are different
    assert float((seen - share).abs().max()) < room


@pytest.mark.parametrize("kind", MASKS)
def test_the_masked_loss_is_the_mean_square_over_hidden_patches_or_over_all(kind: str) -> None:
    for channels, everywhere in ((1, False), (3, True)):
        method, x = make("masked", channels, mask=kind, all_patches=everywhere), pixels(6, channels)
        ours = method.loss(Batch(x, (), rng(5))).value
        keep, hidden = method.hide(x, rng(5))
        seen = method.encoder.net.tokens((x - method.encoder.mean) / method.encoder.std, keep)
        wrong = method.decoder(seen, keep) - lightly_utils.patchify(x, 2)
        agree(ours, (wrong if everywhere else wrong[hidden]).pow(2).mean(), method.parameters())


def test_visible_patches_have_no_part_in_the_masked_loss() -> None:
    for everywhere in (False, True):
        method, x, made = make("masked", all_patches=everywhere), pixels(6), []
        method.decoder.register_forward_hook(lambda _, __, out, made=made: made.append(out))
        loss = method.loss(Batch(x, (), rng(5))).value
        hidden = method.hide(x, rng(5))[1]
        slope = torch.autograd.grad(loss, made[0])[0]
        assert slope[hidden].abs().amax(1).all() and slope[~hidden].any() == everywhere


def test_the_masked_loss_looks_at_the_hidden_patches_truth_only() -> None:
    method, x = make("masked"), pixels(6)
    keep, hidden = method.hide(x, rng(5))
    made, truth = method.predict(x, keep).detach(), method.grid.split(x)
    loss = masked_mse(made, truth, hidden)
    elsewhere = truth.where(hidden.unsqueeze(2), 1 - truth)
    assert torch.equal(masked_mse(made, elsewhere, hidden), loss)
    assert (masked_mse(made, truth.where(~hidden.unsqueeze(2), 1 - truth), hidden) - loss).abs().min() > 1e-3
    assert (masked_mse(made, elsewhere, hidden | True) - masked_mse(made, truth, hidden | True)).abs().mean() > 1e-3


@pytest.mark.parametrize("size", [16, 17, 30])
@pytest.mark.parametrize("kind", MASKS)
def test_the_encoder_does_not_see_the_pixels_of_hidden_patches(size: int, kind: str) -> None:
    method, x = make("masked", 3, size, mask=kind), pixels(4, 3, size)
    keep, hidden = method.hide(x, rng(5))
    split = method.grid.split(x)
    other = method.grid.join(split.where(~hidden.unsqueeze(2), 1 - split))
    assert not torch.equal(x, other)
    tokens = [method.encoder.net.tokens(method.encoder.standardise(images), keep) for images in (x, other)]
    assert torch.equal(*tokens) and tokens[0].shape[:2] == keep.shape
    assert torch.equal(method.predict(x, keep), method.predict(other, keep))
    shown = method.grid.join(split.where(hidden.unsqueeze(2), 1 - split))
    assert not torch.allclose(method.predict(x, keep), method.predict(shown, keep))


def test_a_patchs_position_goes_with_it_through_encoder_and_decoder() -> None:
    method, x = make("masked", 3), pixels(4, 3)
    keep = method.hide(x, rng(5))[0]
    seen, other = (method.encoder.net.tokens(x, order) for order in (keep, keep.flip(1)))
    torch.testing.assert_close(seen, other.flip(1), **CLOSE)
    torch.testing.assert_close(method.decoder(seen, keep), method.decoder(other, keep.flip(1)), **CLOSE)
    moved = keep.roll(1, 1)  # the same patches in each other's places
    assert not torch.allclose(method.decoder(seen, keep), method.decoder(seen, moved), atol=1e-3)


def test_all_patches_kept_are_the_encoder_without_a_mask() -> None:
    method, x = make("masked", 3), pixels(4, 3)
    every = torch.arange(method.grid.number).expand(4, -1)
    torch.testing.assert_close(method.encoder.net.tokens(x, every), method.encoder.net.tokens(x), **CLOSE)


@pytest.mark.parametrize(("rows", "columns", "width"), [(8, 8, 64), (3, 7, 64), (16, 16, 32), (1, 40, 64)])
def test_positions_are_distinct_sines_and_cosines(rows: int, columns: int, width: int) -> None:
    found = positions(rows, columns, width)
    assert found.shape == (rows * columns, width) and float(found.abs().max()) <= 1
    assert float(torch.pdist(found).min()) > 0.1
    sines, cosines = found.unflatten(1, (2, 2, width // 4)).unbind(2)
    torch.testing.assert_close(sines**2 + cosines**2, torch.ones_like(sines), **CLOSE)
    if rows == columns:  # theirs are square, and the column comes first
        theirs = lightly_utils.get_2d_sine_cosine_positional_embedding(width, rows, cls_token=False)
        torch.testing.assert_close(found, torch.tensor(theirs).float().roll(width // 2, 1), **CLOSE)


# Denoising


@pytest.mark.parametrize("kind", NOISES)
@pytest.mark.parametrize("level", [0.0, 0.3, 1.0])
def test_noise_is_fresh_stays_in_range_and_leaves_the_images_alone(kind: str, level: float) -> None:
    x, draws = pixels(8, 3, 17), rng()
    before = x.clone()
    first, second = (corrupt(x, kind, level, draws) for _ in range(2))
    assert torch.equal(x, before) and first.data_ptr() != x.data_ptr()
    assert first.shape == x.shape and first.min() >= 0 and first.max() <= 1
    assert torch.equal(first, corrupt(x, kind, level, rng()))
    assert torch.equal(first, x) == (level == 0)
    assert torch.equal(first, second) == (level == 0 or (kind, level) == ("masking", 1))  # where nothing is left to chance
    assert level == 0 or kind == "gaussian" or not torch.equal(corrupt(x[:1].expand(2, -1, -1, -1), kind, 0.3, rng())[0], x[0])


def test_gaussian_noise_has_the_deviation_that_is_asked_for() -> None:
    grey = torch.full((16, 3, 40, 40), 0.5)
    for level in (0.02, 0.1):
        wrong = corrupt(grey, "gaussian", level, rng()) - grey
        assert float(wrong.std()) == pytest.approx(level, rel=0.02) and abs(float(wrong.mean())) < level / 50
        assert abs(float((wrong[0] * wrong[1]).mean())) < level**2 / 10  # each image has its own


@pytest.mark.parametrize("level", [0.1, 0.3, 0.8])
def test_as_many_pixels_are_lost_as_asked_with_all_their_channels(level: float) -> None:
    x = 0.2 + 0.6 * pixels(16, 3, 40)  # no pixel is 0 or 1 by itself
    for kind in ("masking", "salt-and-pepper"):
        damaged = corrupt(x, kind, level, rng())
        black, white = damaged == 0, damaged == 1
        lost = black | white
        assert torch.equal(damaged[~lost], x[~lost])
        assert all(torch.equal(part.all(1), part.any(1)) for part in (black, white))
        assert float(lost.float().mean()) == pytest.approx(level, abs=0.01)
        assert float(white.float().mean()) == pytest.approx(0 if kind == "masking" else level / 2, abs=0.01)
        assert len(lost.unique(dim=0)) == 16


@pytest.mark.parametrize("kind", NOISES)
def test_the_denoising_target_is_the_clean_image(kind: str) -> None:
    method, x = make("denoising", 3, noise=kind, level=0.4), pixels(6, 3)
    ours = method.loss(Batch(x, (), rng(7))).value
    made = method.decoder(method.bottleneck(method.encoder(corrupt(x, kind, 0.4, rng(7)))))
    agree(ours, ((made - x) ** 2).sum() / x.numel(), method.parameters())


@CHANNELS
@pytest.mark.parametrize("kind", NOISES)
@pytest.mark.parametrize("level", [0.15, 0.3, 0.5])
def test_the_classical_filter_repairs_smooth_images(channels: int, kind: str, level: float) -> None:
    coarse = 0.1 + 0.8 * pixels(6, channels, 4)
    smooth = F.interpolate(coarse, size=(29, 32), mode="bicubic", align_corners=False).clamp(0.05, 1)
    noisy = corrupt(smooth, kind, level, rng())
    repaired = classical_filter(noisy, kind)
    assert repaired.shape == smooth.shape
    assert F.mse_loss(repaired, smooth) < 0.6 * F.mse_loss(noisy, smooth)


@CHANNELS
def test_the_classical_filters_are_scipys_and_a_hole_is_filled_from_what_is_around_it(channels: int) -> None:
    x = pixels(2, channels, 17)
    kernel = np.outer([1, 2, 1], [1, 2, 1]).reshape(1, 1, 3, 3) / 16
    median = ndimage.median_filter(x.numpy(), size=(1, 1, 3, 3), mode="nearest")
    mean = ndimage.convolve(x.numpy(), kernel, mode="nearest")
    torch.testing.assert_close(classical_filter(x, "salt-and-pepper"), torch.from_numpy(median), **CLOSE)
    torch.testing.assert_close(classical_filter(x, "gaussian"), torch.from_numpy(mean).float(), **CLOSE)
    flat = torch.full_like(x, 0.6)
    torch.testing.assert_close(classical_filter(corrupt(flat, "masking", 0.3, rng()), "masking"), flat, **CLOSE)
    assert torch.equal(classical_filter(x, "masking"), x)


def test_the_best_linear_repair_of_noise_is_least_squares_on_very_many_pairs() -> None:
    mix = noise(9, 25) / 4

    def images(n: int, seed: int) -> Tensor:
        return (noise(n, 9, seed=seed) @ mix).sigmoid().view(n, 1, 5, 5)

    for kind, level in (("gaussian", 0.3), ("masking", 0.4), ("salt-and-pepper", 0.3)):
        train, test, draws = images(3000, 1), images(500, 2), rng(3)
        many = train.repeat(30, 1, 1, 1)
        x = F.pad(corrupt(many, kind, level, draws).flatten(1), (0, 1), value=1).double().numpy()  # a column of ones: the mean
        weights = np.linalg.lstsq(x, many.flatten(1).double().numpy(), rcond=None)[0]
        noisy = F.pad(corrupt(test, kind, level, rng(4)).flatten(1), (0, 1), value=1).double().numpy()
        wanted = np.mean(((noisy @ weights).clip(0, 1) - test.flatten(1).numpy()) ** 2)
        found = linear.denoise(lambda images, draws, k=kind, v=level: corrupt(images, k, v, draws), train, test, rng(4))
        assert found == pytest.approx(wanted, rel=0.03)


def test_the_best_linear_painting_of_what_is_hidden_is_the_mean_of_a_gaussian_given_what_is_seen() -> None:
    mix = noise(5, 24) / 3
    train, test = ((noise(n, 5, seed=seed) @ mix).sigmoid().view(n, 6, 4) for n, seed in ((4000, 1), (300, 2)))
    hidden = hidden_by(keep_patches(3, 2, 3, 0.5, "random", rng()), 6)
    x = train.flatten(1).double().numpy()
    mean, covariance = x.mean(0), np.cov(x.T, bias=True)

    def error(ridge: float) -> float:
        wrong = []
        for i, image in enumerate(test.flatten(1).double().numpy()):
            mask = hidden[i % 3].repeat_interleave(4).numpy()
            seen = covariance[np.ix_(~mask, ~mask)] + ridge * np.eye((~mask).sum())
            made = mean[mask] + covariance[np.ix_(mask, ~mask)] @ np.linalg.solve(seen, image[~mask] - mean[~mask])
            wrong.append(np.mean((made.clip(0, 1) - image[mask]) ** 2))
        return float(np.mean(wrong))

    assert linear.inpaint(train, test, hidden) == pytest.approx(min(map(error, linear.RIDGES)), rel=0.02)


# Metrics


@pytest.mark.parametrize("spread", [0.8, 1.5, 3.0])
def test_the_linear_probe_is_scikit_learns_logistic_regression(spread: float) -> None:
    labels, test_labels = torch.arange(400) % 4, torch.arange(1000) % 4
    centres = noise(4, 6) * 2
    bank, queries = centres[labels] + spread * noise(400, 6, seed=1), centres[test_labels] + spread * noise(1000, 6, seed=2)
    mean, std = bank.mean(0), bank.std(0, correction=0)
    theirs = LogisticRegression(C=1 / (2 * 5e-3 * 400), max_iter=1000).fit((bank - mean) / std, labels)
    scale = torch.tensor([1e3, 1, 1e-2, 1, 1, 1])  # features of any size are treated alike
    with torch.inference_mode():
        found = metrics.linear_probe(queries * scale + 5, test_labels, bank * scale + 5, labels)
    assert found == pytest.approx(theirs.score((queries - mean) / std, test_labels), abs=0.02)
    assert 0.4 < found < 1


def test_retrieval_is_a_search_by_hand() -> None:
    queries, gallery = noise(50, 5), noise(30, 5, seed=1)
    wanted, ids = torch.arange(50) % 12, torch.arange(30) % 10  # of two kinds there is nothing in the gallery
    at = (1, 5, 17, 1000)
    cosines = F.cosine_similarity(queries.double().unsqueeze(1), gallery.double().unsqueeze(0), dim=2)
    by_hand = [
        sum(any(ids[j] == wanted[i] for j in cosines[i].argsort(descending=True)[:k]) for i in range(50)) / 50 for k in at
    ]
    found = metrics.retrieval(queries, wanted, gallery, ids, at)
    assert found == pytest.approx(by_hand) and found[-1] == pytest.approx(float((wanted < 10).float().mean()))
    assert metrics.retrieval(queries.repeat(30, 1), wanted.repeat(30), gallery, ids, at) == pytest.approx(by_hand)  # in chunks


# Captions


def part(n: int = 3, **known: Any) -> Images:
    return Images(torch.zeros(n, 1, 8, 8, dtype=torch.uint8), **known)


def spoken_of(images: Images, classes: tuple[str, ...] = (), language: str = "both") -> list[list[str]]:
    found = captions(Dataset("set", images, images, classes), images, language)
    assert len(set(found.texts)) == len(found.texts)
    assert found.of_image.dtype == torch.int64 and set(found.of_image.flatten().tolist()) == set(range(len(found.texts)))
    return [[found.texts[i] for i in row] for row in found.of_image.tolist()]


def test_images_are_called_by_their_own_captions_in_the_language_asked_for() -> None:
    both = {"zh": ("猫", "狗", "猫"), "en": ("cat", "dog", "cat")}
    images = part(labels=torch.tensor([0, 0, 1]), captions=both, names=("a.png", "b.png", "c.png"))
    assert spoken_of(images, ("x", "y"), "en") == [["cat"], ["dog"], ["cat"]]
    assert spoken_of(images, ("x", "y"), "zh") == [["猫"], ["狗"], ["猫"]]
    assert spoken_of(images, ("x", "y")) == [["cat", "猫"], ["dog", "狗"], ["cat", "猫"]]
    assert spoken_of(part(captions={"en": both["en"]})) == [["cat"], ["dog"], ["cat"]]
    with pytest.raises(UserError, match="no captions in this language"):
        spoken_of(part(captions={"en": both["en"]}), language="zh")


def test_tags_stand_beside_every_second_name_and_are_no_captions_by_themselves() -> None:
    words = {
        "en": ("cat", "dog", "owl"),
        "zh": ("猫", "狗", "鹰"),
        "tags_en": ("pet, purr", "", "bird"),
        "tags_zh": ("宠物", "", ""),
    }
    images = part(captions=words)
    assert spoken_of(images) == [["cat", "猫"], ["dog", "狗"], ["owl", "鹰"]]
    found = captions(Dataset("set", images, images), images, "en", tags=True)
    rows = [[found.texts[i] for i in row] for row in found.of_image.tolist()]
    assert rows == [["cat"] * 4 + ["cat pet", "cat purr"] * 2, ["dog"] * 8, ["owl"] * 4 + ["owl bird"] * 4]
    both = captions(Dataset("set", images, images), images, "both", tags=True)
    assert [both.texts[i] for i in both.of_image[0]] == rows[0] + ["猫"] * 4 + ["猫 宠物"] * 4
    bare = part(captions={"en": words["en"]})
    assert captions(Dataset("set", bare, bare), bare, tags=True).texts == words["en"]


def test_images_without_captions_are_called_by_their_class_in_every_template() -> None:
    images = part(labels=torch.tensor([1, 0, 1]), names=("a.png", "b.png", "c.png"))
    cat, dog = ([template.format(name) for template in TEMPLATES] for name in ("cat", "dog"))
    assert "cat" in cat and len(set(cat)) == len(TEMPLATES) > 1
    assert spoken_of(images, ("cat", "dog")) == [dog, cat, dog]


def test_images_of_a_folder_without_labels_are_called_by_their_files() -> None:
    images = part(names=("pets/red_cat-01.png", "Blue Dog.jpeg", "0042.png"))
    assert spoken_of(images) == [["red cat"], ["blue dog"], ["?"]]


def test_images_that_nothing_is_known_of_are_refused_with_a_reason() -> None:
    for images in (part(), part(names=("1.png", "2.png", "3.png")), part(labels=torch.zeros(3, dtype=torch.long))):
        with pytest.raises(UserError, match="needs words"):
            spoken_of(images)
