"""Every method that the folder holds, against its contract; and each formula against a reference implementation."""

from __future__ import annotations

import dataclasses
import inspect
import math
from functools import cache
from pathlib import Path

import pytest
import torch

from tests.trainers.synthetic import dataset
from trainers import record
from trainers.checkpoint import load_model
from trainers.data import BUILT_IN, DataError, Dataset, Images, load
from trainers.errors import UserError
from trainers.events import Event, Failed, Finished, Snapshot, Started, Step
from trainers.method import DataSpec, Method, make_config, methods
from trainers.methods.simclr import nt_xent
from trainers.train import RunConfig, build, train
from trainers.views import plain

NAMES = list(methods())


def run(name: str, steps: int = 6, **options: object) -> list[Event]:
    data = options.pop("data", None) or dataset()
    return list(train(RunConfig(name, steps=steps, device="cpu", **options), data=data))


def last(events: list[Event], kind: type) -> Event:
    return [event for event in events if isinstance(event, kind)][-1]


def test_methods_come_in_the_order_of_teaching() -> None:
    seed = ["simclr", "swav", "byol", "simsiam", "clip", "autoencoder", "denoising", "masked"]
    assert [name for name in NAMES if name in seed] == seed
    families = [methods()[name].card.family for name in NAMES]
    assert families == sorted(families, key=["contrastive", "autoencoder"].index)


@pytest.mark.parametrize("name", NAMES)
def test_card_knobs_and_length(name: str) -> None:
    cls = methods()[name]
    assert all(getattr(cls.card, f.name) for f in dataclasses.fields(cls.card) if f.name != "loss")  # that may be in Learn
    assert len(Path(inspect.getfile(cls)).read_text().splitlines()) <= 80, "a method is read in two minutes"
    assert [base for base in cls.__mro__ if issubclass(base, Method)] == [cls, Method], "nothing else is inherited"
    assert dataclasses.fields(cls.Config) and cls.Config.__dataclass_params__.frozen
    for f in dataclasses.fields(cls.Config):
        assert f.metadata["help"]
        if "low" in f.metadata:
            assert f.metadata["low"] <= f.default <= f.metadata["high"]
    doc = inspect.getmodule(cls).__doc__ or ""
    assert all(word in doc for word in ("Shapes:", "Watch:", "Reference:", "Departures:"))


@pytest.mark.usefixtures("nobody_judges")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("channels", "size"), [(1, 28), (3, 32), (3, 64), (1, 17)])
def test_loss_is_finite_and_falls(name: str, channels: int, size: int) -> None:
    data = dataset(channels=channels, size=size)
    method = build(RunConfig(name, steps=1), data, torch.device("cpu"))
    events = run(name, 40, data=data)
    first = next(e for e in events if isinstance(e, Step))
    final = last(events, Finished)
    assert isinstance(final, Finished) and final.reason == "budget" and final.step == 40
    assert math.isfinite(final.summary["loss"]) and (methods()[name].moving or final.summary["loss"] < first.loss)
    features = method.eval().encode(plain(data.test.images))
    assert features.shape[0] == len(data.test) and features.ndim == 2
    assert torch.equal(features, method.encode(plain(data.test.images)))


@pytest.mark.parametrize("source", BUILT_IN)  # one after the other: what is measured of pixels is kept for two
@pytest.mark.parametrize("name", NAMES)
def test_every_built_in_data_set_can_be_learned_from(name: str, source: str) -> None:
    events = run(name, 12, data=part(source))
    losses = [e.loss for e in events if isinstance(e, Step)]
    assert all(map(math.isfinite, losses)) and isinstance(events[-1], Finished)
    summary = events[-1].summary
    assert 0 <= summary["knn"] <= 1 and 0 <= summary["probe"] <= 1 and 0 <= summary["knn_pixels"] <= 1
    assert ("match_1" in summary) == hasattr(methods()[name], "match")
    assert ("mse" in summary) == hasattr(methods()[name], "reconstruct")


@cache
def part(source: str) -> Dataset:
    """A few hundred real images of a built-in data set."""
    try:
        whole = load(source)
    except DataError as error:
        pytest.skip(f"{source} is not here and cannot be fetched: {error}")

    def few(images: Images, n: int) -> Images:
        rows = torch.linspace(0, len(images) - 1, n).long()
        captions = {key: tuple(words[i] for i in rows) for key, words in images.captions.items()}
        names = tuple(images.names[i] for i in rows)
        return Images(images.images[rows], images.labels[rows], captions, names)

    return dataclasses.replace(whole, train=few(whole.train, 300), test=few(whole.test, 100))


@pytest.mark.usefixtures("nobody_judges")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("batch_size", [2, 3, 1024])
def test_any_batch_size_trains(name: str, batch_size: int) -> None:
    events = run(name, 3, data=dataset(n=1100), knobs={"batch_size": batch_size})
    assert isinstance(events[-1], Finished) and math.isfinite(events[-1].summary["loss"])


@pytest.mark.usefixtures("nobody_judges")
@pytest.mark.parametrize("name", NAMES)
def test_both_ends_of_every_knob_train(name: str) -> None:
    data = dataset(n=16)  # of the large encoder more would take half a minute
    for f in dataclasses.fields(methods()[name].Config):
        m = f.metadata
        ends = m["options"] if "options" in m else (False, True) if isinstance(f.default, bool) else (m["low"], m["high"])
        for end in ends:
            events = run(name, 2, data=data, knobs={f.name: end})
            assert isinstance(events[-1], Finished), (f.name, end, events[-1])


@pytest.mark.parametrize("name", NAMES)
def test_ordinary_data_that_is_not_ideal(name: str) -> None:
    for classes in (None, 1):  # of which no answer can be wrong, as of images that are all called the same
        if methods()[name].reads:
            with pytest.raises(UserError, match="the same words"):
                run(name, data=dataset(classes=classes))
            continue
        found = run(name, data=dataset(classes=classes))
        assert last(found, Snapshot).metrics["knn"] is None and last(found, Finished).summary["knn"] is None
    assert isinstance(run(name, data=dataset(n=5), knobs={"batch_size": 128})[-1], Finished)  # fewer than a batch, than k
    assert isinstance(run(name, data=dataset(n=2))[-1], Finished)
    with pytest.raises(UserError, match="a single image"):
        run(name, data=dataset(n=1))


@pytest.mark.usefixtures("nobody_judges")
@pytest.mark.parametrize("name", NAMES)
def test_same_seed_same_run(name: str) -> None:
    one, two, other = (run(name, 8, seed=seed) for seed in (3, 3, 4))
    assert (last(one, Snapshot).features == last(two, Snapshot).features).all()
    assert (last(one, Snapshot).features != last(other, Snapshot).features).any()


@pytest.mark.usefixtures("nobody_judges")
@pytest.mark.parametrize("name", NAMES)
def test_stopped_and_resumed_gives_the_numbers_of_an_unbroken_run(name: str, tmp_path: Path) -> None:
    data, config = dataset(), RunConfig(name, steps=12, device="cpu")
    for folder, breaks in ((tmp_path / "whole", ()), (tmp_path / "broken", (5, 9))):
        record.create(folder, config)
        for at in (*breaks, math.inf):
            seen, done = 0, record.summary(folder)["steps"]

            def stop(at: float = at, done: int = done) -> bool:
                nonlocal seen
                seen += 1
                return done + seen > at

            events = list(record.run(folder, stop=stop, load=lambda _: data))
            assert isinstance(events[-1], Finished) and isinstance(events[0], Started) and events[0].step == done
    whole, broken = load_model(tmp_path / "whole"), load_model(tmp_path / "broken")
    for key, value in whole.state_dict().items():
        assert torch.equal(value, broken.state_dict()[key]), key
    x = plain(data.test.images)
    assert torch.equal(whole.encode(x), broken.encode(x))
    kept, _ = record.read_events(tmp_path / "broken")
    assert [e["event"] for e in kept].count("Finished") == 1


def test_a_loss_that_is_no_number_ends_the_run_with_what_it_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cls = methods()["simclr"]
    whole = cls.loss
    calls = []

    def loss(self: Method, batch: object) -> object:
        calls.append(1)
        found = whole(self, batch)
        return dataclasses.replace(found, value=found.value * (math.nan if len(calls) > 3 else 1))

    monkeypatch.setattr(cls, "loss", loss)
    record.create(tmp_path, RunConfig("simclr", steps=50, device="cpu"))
    events = list(record.run(tmp_path, load=lambda _: dataset()))
    assert isinstance(events[-1], Failed) and "learning rate below 0.002" in events[-1].sentence.format(**events[-1].values)
    for value in load_model(tmp_path).state_dict().values():
        assert value.float().isfinite().all()


def test_knobs_out_of_range_are_refused_with_the_range() -> None:
    for values, part in (
        ({"temperature": 9}, "from 0.02 to 2.0"),
        ({"temperature": "nan"}, "must be a number"),
        ({"batch_size": 2.5}, "whole number"),
        ({"encoder": "vgg"}, "one of auto"),
        ({"projection_head": "maybe"}, "true, false"),
        ({"warmth": 1}, "has no knob"),
    ):
        with pytest.raises(UserError, match=part):
            make_config("simclr", values)
    assert make_config("simclr", {"temperature": "0.5", "projection_head": "off"}).temperature == 0.5


@pytest.mark.parametrize(("n", "temperature"), [(2, 0.1), (16, 0.2), (64, 1.0)])
def test_nt_xent_is_lightlys(n: int, temperature: float) -> None:
    from lightly.loss import NTXentLoss

    rng = torch.Generator().manual_seed(n)
    a = [torch.randn(n, 32, generator=rng).requires_grad_() for _ in range(2)]
    b = [x.detach().clone().requires_grad_() for x in a]
    ours, theirs = nt_xent(*a, temperature), NTXentLoss(temperature)(*b)
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-5)
    ours.backward()
    theirs.backward()
    for x, y in zip(a, b, strict=True):
        torch.testing.assert_close(x.grad, y.grad, atol=1e-5, rtol=1e-5)


def test_a_method_that_reads_says_so_where_there_are_no_words() -> None:
    data = dataset(classes=None)
    bare = dataclasses.replace(data, train=Images(data.train.images), test=Images(data.test.images))
    with pytest.raises(UserError, match="needs words"):
        run("clip", data=bare)


def test_nt_xent_of_a_collapsed_network_is_its_collapse_loss() -> None:
    method = methods()["simclr"](make_config("simclr", {"encoder": "conv"}), DataSpec(1, 28, 28, (0.3,), (0.3,)))
    z = torch.ones(16, 8)
    assert nt_xent(z, z, 0.2).item() == pytest.approx(method.collapse_loss(z, 16), abs=1e-5)


def test_autoencoder_has_the_bottleneck_it_states_and_a_mean_over_pixels() -> None:
    data = dataset(channels=3, size=30)
    method = build(RunConfig("autoencoder", steps=1, knobs={"latent": 7}), data, torch.device("cpu")).eval()
    x = plain(data.test.images)
    assert method.encode(x).shape == (64, 7)
    made = method.reconstruct(x)
    assert made.shape == x.shape and made.min() >= 0 and made.max() <= 1
    mean = plain(data.train.images).mean(0)
    assert method.collapse_loss(data.train.images, 8) == pytest.approx(float((plain(data.train.images) - mean).pow(2).mean()))
