"""Looks: where a few images lie, several times a second, without a jump, and at no cost for what is learned."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.trainers.synthetic import dataset
from trainers import record, train
from trainers.errors import UserError
from trainers.events import Look, Snapshot
from trainers.looks import Looks, among
from trainers.train import RunConfig


class Turning:
    """Features that lie in a plane, which turns in space; the second axis grows longer than the first meanwhile."""

    def __init__(self, images: torch.Tensor) -> None:
        rng = torch.Generator().manual_seed(0)
        self.flat, self.angle = torch.randn(len(images), 2, generator=rng) * torch.tensor([3.0, 1.0]), 0.0
        self.frame = torch.linalg.qr(torch.randn(16, 16, generator=rng)).Q

    def parameters(self) -> Iterator[torch.Tensor]:
        return iter([self.flat])

    def eval(self) -> None: ...

    def train(self) -> None: ...

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        c, s = np.cos(self.angle), np.sin(self.angle)
        turned = self.frame[:2] * c + self.frame[2:4] * s
        return (self.flat * torch.tensor([1.0, 1 + self.angle]))[: len(x)] @ turned

    def embed(self, features: torch.Tensor) -> torch.Tensor:
        return features  # it has no head


def test_points_glide_while_the_directions_turn_and_change_places(monkeypatch: pytest.MonkeyPatch) -> None:
    images = torch.zeros(100, 1, 4, 4, dtype=torch.uint8)
    looks, network = Looks(images), Turning(images)
    monkeypatch.setattr(looks, "_most", lambda method: 100)
    before = looks.look(network).astype(np.float32)  # type: ignore[arg-type]
    assert before.shape == (100, 2) and np.linalg.norm(before, axis=1).mean() == pytest.approx(1, abs=1e-2)
    for _ in range(40):
        network.angle += 0.1  # after 20 of them the second axis is the longer one
        now = looks.look(network).astype(np.float32)  # type: ignore[arg-type]
        assert np.linalg.norm(now - before, axis=1).mean() < 0.1
        before = now
    exact = (network.flat * torch.tensor([1.0, 1 + network.angle])).numpy()
    exact = exact - exact.mean(0)
    across = np.linalg.norm(before[:, None] - before[None], axis=2)
    wanted = np.linalg.norm(exact[:, None] - exact[None], axis=2)
    assert np.corrcoef(across.ravel(), wanted.ravel())[0, 1] > 0.99


@pytest.mark.parametrize("value", [float("nan"), 1e30, 0.0])
def test_a_network_that_diverges_or_collapses_breaks_no_look(value: float) -> None:
    images = torch.zeros(70, 1, 4, 4, dtype=torch.uint8)
    network = Turning(images)
    network.encode = lambda x: torch.full((len(x), 8), value)  # type: ignore[method-assign]
    looks = Looks(images)
    for _ in range(2):
        assert np.isfinite(looks.look(network)).all()  # type: ignore[arg-type]


def test_embeddings_lie_on_the_sphere_and_after_a_collapse_at_one_point_of_its_edge(monkeypatch: pytest.MonkeyPatch) -> None:
    images, rng = torch.zeros(100, 1, 4, 4, dtype=torch.uint8), torch.Generator().manual_seed(0)
    looks, network = Looks(images), Turning(images)
    monkeypatch.setattr(looks, "_most", lambda method: 100)
    even, point = torch.randn(100, 8, generator=rng), torch.randn(1, 8, generator=rng).expand(100, 8)
    radii, middles = list[float](), list[float]()
    for share in np.linspace(0, 1, 30):  # it collapses while it is watched
        network.embed = lambda x, share=share: 7 * torch.lerp(even, 5 * point, float(share))  # type: ignore[method-assign]
        seen = looks.look(network).astype(np.float32)  # type: ignore[arg-type]
        assert seen.shape == (100, 4) and np.linalg.norm(seen[:, 2:], axis=1).max() < 1.001
        radii.append(np.linalg.norm(seen[:, 2:] - seen[:, 2:].mean(0), axis=1).mean())
        middles.append(float(np.linalg.norm(seen[:, 2:].mean(0))))
    assert radii[0] > 0.3 and middles[0] < 0.4  # two of eight directions
    assert radii[-1] < 0.01 and middles[-1] > 0.99


def test_only_where_a_head_makes_embeddings_is_there_a_second_plane() -> None:
    planes = {name: [e.planes for e in train.train(RunConfig(name, steps=1, device="cpu"), dataset()) if isinstance(e, Look)]
              for name in ("simclr", "simsiam", "autoencoder")}  # fmt: skip
    assert planes == {"simclr": [2, 2], "simsiam": [2, 2], "autoencoder": [1, 1]}


def test_a_look_of_before_there_were_embeddings_is_read(tmp_path: Path) -> None:
    old, new = np.arange(6, dtype="<f2").reshape(3, 2), np.arange(12, dtype="<f2").reshape(3, 4)
    (tmp_path / record.LOOKS).write_bytes(old.tobytes() + new.tobytes())
    read = record.read_looks(tmp_path, [{"images": 3}, {"images": 3, "planes": 2}])
    assert (read[0] == old).all() and (read[1] == new).all()
    assert record.read_looks(tmp_path, [{"images": 0, "planes": 2}])[0].shape == (0, 4)  # a damaged line


def test_the_images_of_a_look_are_spread_over_the_map() -> None:
    assert among(10, 4).tolist() == [0, 2, 5, 7] and among(3, 3).tolist() == [0, 1, 2]


def test_looks_change_nothing_of_what_is_learned_and_are_read_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(train, "LOOK_SHARE", 1e9)
    config = RunConfig("simclr", steps=6, device="cpu")
    record.create(tmp_path, config)
    events = list(record.run(tmp_path, load=lambda _: dataset()))
    seen = [event for event in events if isinstance(event, Look)]
    assert [look.step for look in seen] == [0, 1, 2, 3, 4, 5, 6] and seen[0].images == 64
    lines = [e for e in record.read_events(tmp_path)[0] if e["event"] == "Look"]
    for read, look in zip(record.read_looks(tmp_path, lines, after=2), seen[2:], strict=True):
        assert (read == look.positions).all()
    monkeypatch.setattr(train, "LOOK_EVERY", 1e9)
    last = [event for event in train.train(config, dataset()) if isinstance(event, Snapshot)][-1]
    assert (last.features == [event for event in events if isinstance(event, Snapshot)][-1].features).all()


def test_looks_of_a_run_that_goes_on_lie_as_the_last_one_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train, "LOOK_EVERY", 0.0)
    record.create(tmp_path, RunConfig("simclr", steps=3, device="cpu"))
    for _ in record.run(tmp_path, load=lambda _: dataset()):
        pass
    lines = [e for e in record.read_events(tmp_path)[0] if e["event"] == "Look"]
    last = record.read_looks(tmp_path, lines)[-1]
    other = last[:, [1, 0, 3, 2]] * np.float16(-1)  # as another process would have drawn it, mirrored
    with (tmp_path / record.LOOKS).open("r+b") as file:
        file.seek(-other.nbytes, 2)
        file.write(other.tobytes())
    record.create(tmp_path, RunConfig("simclr", steps=4, device="cpu"))
    for _ in record.run(tmp_path, load=lambda _: dataset()):
        pass
    lines = [e for e in record.read_events(tmp_path)[0] if e["event"] == "Look"]
    now = record.read_looks(tmp_path, lines)[-1].astype(np.float32)
    assert now.shape == last.shape and lines[-1]["step"] == 4
    for plane in (slice(0, 2), slice(2, 4)):
        off, mirrored = (np.linalg.norm(now[:, plane] - one[:, plane], axis=1).mean() for one in (other, last))
        assert off < 0.5 * mirrored, (off, mirrored)
    (tmp_path / record.LOOKS).write_bytes(b"")  # of a damaged file there is no last look, and the run goes on all the same
    record.create(tmp_path, RunConfig("simclr", steps=5, device="cpu"))
    assert list(record.run(tmp_path, load=lambda _: dataset()))[-1].step == 5


def test_a_run_that_goes_on_forgets_looks_that_came_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train, "LOOK_EVERY", 0.0)
    record.create(tmp_path, RunConfig("simclr", steps=4, device="cpu"))
    for _ in record.run(tmp_path, load=lambda _: dataset()):
        pass
    with (tmp_path / record.LOOKS).open("ab") as file:
        file.write(b"half")  # of a look whose line was never written
    record.forget_after(tmp_path, 2)
    lines = [e for e in record.read_events(tmp_path)[0] if e["event"] == "Look"]
    assert max(e["step"] for e in lines) <= 2 and (tmp_path / record.LOOKS).stat().st_size == 8 * 64 * len(lines)
    (tmp_path / record.LOOKS).write_bytes(b"")
    with pytest.raises(UserError, match="looks.bin"):
        record.read_looks(tmp_path, lines)
