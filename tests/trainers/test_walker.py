"""One step in slow motion, of every method that the folder holds and of the ninth that is an example."""

from __future__ import annotations

import importlib
import itertools
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from tests.trainers.synthetic import dataset
from trainers import method as registry
from trainers import record
from trainers.checkpoint import MODEL, load_model, saved_at, shrink_model
from trainers.data import load
from trainers.errors import UserError
from trainers.feed import batches, chance
from trainers.method import methods
from trainers.objectives import Cosines, CrossEntropy, Squares, cosines, cross_entropy, observed, squares
from trainers.train import RunConfig
from trainers.walk import BATCHES, SIZE, Walk, Walker

EIGHT = ("simclr", "swav", "byol", "simsiam", "clip", "autoencoder", "denoising", "masked")
NINTH = "vicreg"
NAMES = [*methods(), NINTH]
DATA = dataset()


@pytest.fixture(scope="module", autouse=True)
def ninth() -> object:
    """The example's method in the registry."""
    found = {**methods(), NINTH: importlib.import_module(f"tests.example.{NINTH}").VICReg}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "methods", lambda: found)
        yield


@pytest.fixture(scope="module")
def walker(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Walker:
    """Of a run of a few steps, whose network is made small as those that ship."""
    folder = tmp_path_factory.mktemp(request.param)
    knobs = {"batch_size": 32, **({"queue": 8} if request.param == "swav" else {})}
    record.create(folder, RunConfig(request.param, steps=12, seed=3, device="cpu", knobs=knobs))
    for _ in record.run(folder, load=lambda config: DATA):
        pass
    return Walker(folder, DATA)


every = pytest.mark.parametrize("walker", NAMES, indirect=True)


def loss_of(walk: Walk) -> float:
    """The loss as the numbers that are shown make it up."""
    total = 0.0
    for one in walk.first.comparisons:
        with torch.no_grad():
            if isinstance(one, CrossEntropy):
                shares = one.logits.softmax(1)
                total += float(one.value.grad * -torch.where(one.target > 0, one.target * shares.log(), 0).sum(1).mean())
            elif isinstance(one, Cosines):
                total += float(((1 - one.value) * -one.value.grad).sum())
            else:
                total += float((one.value * one.value.grad).sum())
    return total


@every
def test_what_is_compared_makes_up_the_loss(walker: Walker) -> None:
    walk = walker.walk(0)
    ours = type(walk.method).__module__.removeprefix("trainers.methods.") in EIGHT
    if not ours and not walk.first.comparisons:  # a ninth may compare with functions of its own
        assert set(walk.method.terms) <= set(walk.first.parts)
    else:
        assert walk.first.comparisons and loss_of(walk) == pytest.approx(float(walk.first.loss.detach()), abs=1e-5)


@every
def test_the_loss_is_the_methods_own_on_that_batch(walker: Walker) -> None:
    walk, method = walker.walk(1), walker.method.train()
    before = {name: value.clone() for name, value in method.state_dict().items()}
    own = float(method.loss(walker.batch(1)).value.detach())
    method.load_state_dict(before)
    assert float(walk.first.loss.detach()) == pytest.approx(own, rel=1e-6)


@every
def test_a_batch_is_that_which_the_run_takes_next(walker: Walker) -> None:
    batch, cpu = walker.batch(2), torch.device("cpu")
    wanted = batches(len(DATA.train), 32, 3, cpu)(12 + 2)[:SIZE]
    assert batch.index is not None and torch.equal(batch.index, wanted)
    assert torch.equal(batch.images, DATA.train.images[wanted].float() / 255)
    views = walker.method.views(DATA.train.images[wanted], chance(3, 14, cpu))
    assert len(views) == len(batch.views)
    assert all(torch.equal(one, other) for one, other in zip(views, batch.views, strict=True))
    assert not torch.equal(walker.batch(0).images, batch.images)


@every
def test_the_run_stays_as_it_is_and_a_walk_repeats(walker: Walker) -> None:
    before = {name: value.clone() for name, value in walker.method.state_dict().items()}
    one, other = walker.walk(3), walker.walk(3)
    assert all(torch.equal(value, before[name]) for name, value in walker.method.state_dict().items())
    assert torch.equal(one.first.loss, other.first.loss) and torch.equal(one.again.loss, other.again.loss)
    assert one.parts == other.parts


@every
def test_after_the_step_the_same_batch_has_a_lower_loss(walker: Walker) -> None:
    walks = [walker.walk(number) for number in range(4)]
    lower = [float(walk.again.loss.detach()) < float(walk.first.loss.detach()) for walk in walks]
    assert sum(lower) >= 3  # BatchNorm and moved targets may cost a step its gain
    for walk in walks:
        moved = {part.name: part.moved for part in walk.parts}
        assert max(moved.values()) < 0.2 and any(moved.values())
        assert all(part.moved > 0 for part in walk.parts if part.gradient)


@every
def test_gradients_point_where_autograd_does(walker: Walker) -> None:
    for one in walker.walk(0).first.comparisons:
        if isinstance(one, CrossEntropy):  # d/ds of -Σ t log softmax(s), a mean over rows
            wanted = float(one.value.grad) * (one.logits.softmax(1) - one.target).detach() / len(one.logits)
            assert torch.allclose(one.logits.grad, wanted, atol=1e-6)
        elif isinstance(one, Cosines):
            assert (one.value.grad < 0).all() and one.one.grad is not None
            assert not one.other.requires_grad  # held still, or another network's
            step = one.one - 1e-3 * one.one.grad / one.one.grad.norm(dim=1, keepdim=True).clamp(min=1e-12)
            assert (F.cosine_similarity(step, one.other, dim=1) >= one.value - 1e-6).all()
        else:
            made = one.made.grad
            assert torch.equal(made.sign(), ((one.made - one.truth) * one.value.grad).sign())


@pytest.mark.parametrize("walker", ["swav"], indirect=True)
def test_each_view_predicts_where_the_other_was_sorted(walker: Walker) -> None:
    first, second = walker.walk(0).first.comparisons
    for one in (first, second):
        assert torch.allclose(one.target.sum(1), torch.ones(SIZE)) and float(one.value.grad) == 0.5
    assert not torch.equal(first.target, second.target)


@pytest.mark.parametrize("walker", ["byol"], indirect=True)
def test_no_gradient_reaches_a_target_network_and_it_follows(walker: Walker) -> None:
    parts = {part.name: part for part in walker.walk(0).parts}
    assert parts["target"].gradient is None and 0 < parts["target"].moved < parts["encoder"].moved


def test_without_a_stop_gradient_both_sides_are_pulled(tmp_path: Path) -> None:
    record.create(tmp_path / "run", RunConfig("simsiam", steps=1, device="cpu", knobs={"stop_gradient": False}))
    for _ in record.run(tmp_path / "run", load=lambda config: DATA):
        pass
    (one,) = Walker(tmp_path / "run", DATA).walk(0).first.comparisons
    assert isinstance(one, Cosines) and one.other.requires_grad and one.other.grad.abs().sum() > 0


@pytest.mark.parametrize("walker", ["masked"], indirect=True)
def test_only_hidden_patches_count(walker: Walker) -> None:
    (one,) = walker.walk(0).first.comparisons
    assert isinstance(one, Squares)
    counts = (one.value.grad > 0).any(2).sum(1)
    assert set(counts.tolist()) == {49 - int(49 * 0.25)}


def test_a_run_that_was_made_small_is_walked_as_well(tmp_path: Path) -> None:
    record.create(tmp_path / "run", RunConfig("simclr", steps=3, device="cpu"))
    for _ in record.run(tmp_path / "run", load=lambda config: DATA):
        pass
    shrink_model(tmp_path / "run")
    walk = Walker(tmp_path / "run", DATA).walk(0)
    assert saved_at(tmp_path / "run")[0] == walk.step == 3 and bool(walk.again.loss.isfinite())


@pytest.mark.parametrize("walker", ["simclr"], indirect=True)
def test_walks_have_an_end_and_a_small_batch_is_enough(walker: Walker) -> None:
    with pytest.raises(UserError, match=f"the next {BATCHES} batches"):
        walker.walk(BATCHES)
    with pytest.raises(UserError):
        walker.walk(-1)
    assert len(walker.walk(0, size=2).batch.images) == 2


def test_a_run_without_a_network_says_so(tmp_path: Path) -> None:
    record.create(tmp_path / "run", RunConfig("simclr", steps=3, device="cpu"))
    with pytest.raises(UserError, match="before its first snapshot"):
        Walker(tmp_path / "run", DATA)


def test_comparisons_are_torchs_own_and_seen_only_while_observed() -> None:
    rng = torch.Generator().manual_seed(0)
    logits, other = (torch.randn(4, 4, generator=rng, requires_grad=True) for _ in range(2))
    fits, shares = torch.arange(4), torch.eye(4)

    def compare() -> list[torch.Tensor]:
        return [cross_entropy(logits, fits), cross_entropy(logits, shares), cosines(logits, other), squares(logits, other)]

    wanted = [F.cross_entropy(logits, fits), F.cross_entropy(logits, shares), F.cosine_similarity(logits, other, dim=1),
              (logits - other).pow(2)]  # fmt: skip
    assert all(torch.equal(one, own) for one, own in zip(compare(), wanted, strict=True))
    with observed() as seen:
        compare()
        with torch.no_grad():
            compare()  # what no gradient runs through is a number to watch
    compare()
    assert [type(one) for one in seen] == [CrossEntropy, CrossEntropy, Cosines, Squares]
    assert torch.equal(seen[0].target, shares)
    for one, two in itertools.pairwise(seen):
        assert one is not two


def test_the_runs_that_ship_can_be_walked() -> None:
    folder = Path(__file__).parents[2] / "assets" / "runs" / "simsiam-collapsed"
    walk = Walker(folder, load("fashion-mnist")).walk(0)
    assert loss_of(walk) == pytest.approx(float(walk.first.loss.detach()), abs=1e-5)
    assert load_model(folder / MODEL).config == walk.method.config
