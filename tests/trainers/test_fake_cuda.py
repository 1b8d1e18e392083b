"""All of `train()` on a CUDA device that is not there: nothing mixed, no wait in a step, bfloat16 in the encoder alone."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator

import pytest
import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensor

from tests.trainers.fake_cuda import CUDA, Enough, FakeCUDA, fake_cuda, watched
from tests.trainers.synthetic import dataset
from trainers import metrics, together
from trainers.checkpoint import Checkpoint
from trainers.events import Finished, Started
from trainers.feed import Feed
from trainers.method import Method, methods
from trainers.train import RunConfig, build, train

NAMES = list(methods())
# what bfloat16 has too few digits for: sums of many, differences of near ones, and what is divided by them
EXACT = {
    "_softmax", "_log_softmax", "logsumexp", "linalg_vector_norm", "norm", "native_layer_norm", "exp", "log", "topk",
    "mse_loss", "_fused_adamw_", "lerp_", "nll_loss_forward", "div",
}  # fmt: skip


@pytest.fixture
def cuda(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCUDA]:
    with fake_cuda(monkeypatch) as mode:
        yield mode


@pytest.fixture
def nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the first step and the last there are steps alone."""
    for name in ("STEP_EVERY", "SNAPSHOT_FIRST", "LOOK_EVERY"):
        monkeypatch.setattr(f"trainers.train.{name}", math.inf)


def encoders(name: str) -> list[str]:
    """The net that "auto" is on a CPU, and the one that it is on a GPU; or the method's only one."""
    field = next(f for f in dataclasses.fields(methods()[name].Config) if f.name == "encoder")
    return ["conv", "auto"] if field.default == "auto" else [field.default]


@pytest.mark.usefixtures("nobody_looks")
@pytest.mark.parametrize(("name", "encoder"), [(name, encoder) for name in NAMES for encoder in encoders(name)])
def test_every_method_learns_looks_and_goes_on_on_cuda(name: str, encoder: str, cuda: FakeCUDA) -> None:
    data, saved = dataset(n=16, channels=3, size=16), list[Checkpoint]()
    factors = {"across": torch.linspace(-1, 1, 16), "mirror": torch.arange(16) % 3 == 0}
    known, held = (dataclasses.replace(part, factors=factors) for part in (data.train, data.test))
    data, config = dataclasses.replace(data, train=known, test=held), RunConfig(name, steps=4, knobs={"encoder": encoder})
    stop, waits = watched(cuda, 1, 3)
    events = list(train(config, data, save=saved.append, stop=stop))
    again, _ = watched(cuda, 0, 2, end=True)
    with pytest.raises(Enough):
        list(train(dataclasses.replace(config, steps=8), data, resume=saved[-1], stop=again))

    assert isinstance(events[0], Started) and events[0].device == "cuda"
    assert events[0].encoder == ("resnet18" if encoder == "auto" else encoder)
    kinds = [type(event).__name__ for event in events]
    assert kinds == ["Started", "Look", "Snapshot", "Step", "Pictures", "Step", "Look", "Pictures", "Snapshot", "Finished"]
    assert isinstance(events[-1], Finished) and events[-1].summary["loss"] is not None
    assert all(not isinstance(value, FakeTensor) for part in (saved[-1].model, saved[-1].optimizer) for value in part.values())
    assert waits == []

    learning, judged = ([call for call in cuda.calls if call.learning is now] for now in (True, False))
    assert {x.dtype for call in judged for x in call.given if x.is_floating_point()} == {torch.float32}  # also kNN's cosines
    for call in learning:
        if call.name in EXACT:
            assert all(x.dtype == torch.float32 for x in call.given if x.is_floating_point()), call.name
    # a classical filter, which is no network's, has one channel in
    layers = [call for call in learning if call.name == "convolution" and call.given[1].shape[1] > 1]
    assert ({call.given[0].dtype for call in layers} >= {torch.bfloat16}) == (encoder != "vit")
    # what comes out of a layer lies in memory as cuDNN lays it, and that follows from these; CLIP enlarges its images
    given = [call.given[0] for call in layers if call.given[0].shape[1] == 3 and encoder != "open_clip"]
    for x in [call.given[1] for call in layers] + given:
        assert x.is_contiguous(memory_format=torch.channels_last), (x.shape, x.stride())
    names = {call.name for call in cuda.calls}
    own = methods()[name].optimizer is not Method.optimizer  # whose kernels are the method's to choose
    assert ("_fused_adamw_" in names) != own and "_foreach_addcdiv_" not in names


def turned_on(name: str) -> list[dict[str, object]]:
    """Each switch the other way, each word of a choice, and what is off at 0 as high as it goes."""
    found: list[dict[str, object]] = []
    for f in dataclasses.fields(methods()[name].Config):
        if isinstance(f.default, bool):
            found.append({f.name: not f.default})
        elif "options" in f.metadata and f.name != "encoder":
            found += [{f.name: word} for word in f.metadata["options"] if word != f.default]
        elif isinstance(f.default, int) and f.metadata["low"] == 0 and f.default == 0:
            found.append({f.name: f.metadata["high"]})
    return found


@pytest.mark.usefixtures("nobody_looks")
@pytest.mark.parametrize("name", [name for name in NAMES if turned_on(name)])
def test_no_knob_lets_a_step_wait(name: str, cuda: FakeCUDA, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainers.train.Looks.look", lambda *_: torch.zeros(1, 2).numpy())
    monkeypatch.setattr("trainers.evaluate.Evaluation.snapshot", lambda *_: ({}, torch.zeros(1).numpy(), {}))
    data = dataset(n=16, channels=3, size=16)
    for knobs in turned_on(name):
        stop, waits = watched(cuda, 2, 4, end=True)
        whole = {"encoder": encoders(name)[0], "batch_size": 8} | knobs
        with pytest.raises(Enough):
            list(train(RunConfig(name, steps=6, knobs=whole), data, stop=stop))
        assert waits == [], knobs


def test_what_is_measured_of_features_is_measured_on_cuda(cuda: FakeCUDA) -> None:
    """With enough of them for all that is chosen from them."""
    x, labels = torch.rand(80, 600, device=CUDA), torch.randint(4, (80,), device=CUDA)
    known = x, labels, x, labels
    assert 0 <= metrics.whitened(*known)[0] <= 1 and 0 <= metrics.knn_accuracy(*known) <= 1
    assert 0 <= metrics.linear_probe(*known) <= 1 and metrics.few_labels(*known, counts=(1,))
    assert len(metrics.retrieval(*known)) == 2 and metrics.rankme(x) >= 1 and metrics.alignment(x, x) >= 0
    assert {one.dtype for call in cuda.calls for one in call.given if one.is_floating_point()} == {torch.float32}


def test_batch_norm_of_several_processes_waits_for_nothing(cuda: FakeCUDA, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "several", lambda: True)
    monkeypatch.setattr(together, "processes", lambda: 2)
    monkeypatch.setattr(together, "everyone", lambda own: torch.cat([own, own]))
    monkeypatch.setattr(nn.parallel, "DistributedDataParallel", lambda method, **_: method)
    method = build(RunConfig("simclr", steps=1), dataset(n=8, channels=3, size=16), CUDA)
    together.learner(method)
    norms = [part for part in method.encoder.modules() if isinstance(part, nn.modules.batchnorm._BatchNorm)]
    assert norms and {type(norm) for norm in norms} == {together.BatchNorm}
    x = torch.rand(4, norms[0].num_features, 3, 3, device=CUDA, dtype=torch.bfloat16).to(memory_format=torch.channels_last)
    cuda.waits.clear()
    cuda.calls.clear()
    token = together._at.set("share")
    try:
        with torch.autocast("cuda", torch.bfloat16):
            found = norms[0](x)
    finally:
        together._at.reset(token)
    assert found.dtype == torch.bfloat16 and found.is_contiguous(memory_format=torch.channels_last)
    assert cuda.waits == [] and {call.given[0].dtype for call in cuda.calls if call.name == "var_mean"} == {torch.float32}


def test_what_waits_is_found(cuda: FakeCUDA) -> None:
    x, here = torch.rand(4, 3, device=CUDA), torch.rand(4, 3)
    for bad in (
        lambda: float(x.sum()), lambda: x.sum().item(), lambda: bool((x > 0).all()), lambda: x.cpu(), lambda: x.sum().tolist(),
        lambda: x.nonzero(), lambda: x[x[:, 0] > 0.5], lambda: x.unique(), lambda: here.to(CUDA), lambda: x[torch.tensor([1])],
        lambda: torch.equal(x, x), lambda: torch.full_like(x, float(x.max())),
    ):  # fmt: skip
        cuda.waits.clear()
        bad()
        assert cuda.waits
    cuda.waits.clear()
    for good in (
        lambda: x * 2,
        lambda: x @ x.T,
        lambda: here.to(CUDA, non_blocking=True),
        lambda: x[x.argmax(0)],
        lambda: x > 0.5,
    ):
        good()
    assert cuda.waits == []
    with pytest.raises(Exception, match="device"):
        _ = x + here


def test_images_without_room_are_sent_a_batch_ahead_and_nothing_waits(cuda: FakeCUDA, monkeypatch: pytest.MonkeyPatch) -> None:
    images = dataset(n=16, channels=3, size=16).train.images
    resident, streamed = Feed(images, 4, 0, CUDA), None
    monkeypatch.setattr("trainers.feed.SHARE", 0)
    streamed = Feed(images, 4, 0, CUDA)
    assert isinstance(resident.images, FakeTensor) and not isinstance(streamed.images, FakeTensor)
    cuda.waits.clear()
    for step in range(10):
        index, rows = streamed.batch(step)
        assert index.device == rows.device == CUDA and rows.dtype == torch.uint8 and rows.shape == (4, 3, 16, 16)
        streamed.prepare(step + 1)
        assert streamed.ready is not None and streamed.ready[0] == step + 1
    assert cuda.waits == []
