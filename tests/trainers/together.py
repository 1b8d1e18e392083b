"""What is learned step by step, written by each of several processes; test_together.py has one process work it out beside them.

`torchrun --nproc-per-node 2 -m tests.trainers.together FOLDER`
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from safetensors.torch import save_file
from torch import Tensor, nn

from tests.example.barlow import BarlowTwins
from tests.example.vicreg import VICReg
from tests.trainers.synthetic import dataset
from trainers import together
from trainers.checkpoint import CHECKPOINT, Checkpoint
from trainers.data import Dataset
from trainers.feed import batches, chance
from trainers.method import Batch, Card, Knobs, Loss, Method, methods
from trainers.train import RunConfig, build, describe_data, learned, train
from trainers.views import plain

CPU, SIZE, STEPS = torch.device("cpu"), 16, 2


class Alone(Method):
    """A method with a network of its own that nobody has marked, and a loss that compares all with all."""

    card = Card("", "", 0, "", "contrastive", "", "")
    Config = Knobs

    def __init__(self, config: Knobs, spec: Any) -> None:
        super().__init__(config, spec, nn.Identity())  # type: ignore[arg-type]
        self.net = nn.Sequential(
            nn.Conv2d(spec.channels, 8, 3, 2), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.LazyLinear(4)
        )
        self.net(torch.zeros(2, spec.channels, spec.height, spec.width))

    def loss(self, batch: Batch) -> Loss:
        z = self.net(batch.images + 0.1 * torch.rand(batch.images.shape, generator=batch.rng))
        return Loss((z @ z.T).softmax(1).square().mean() + z.std(0).mean(), z)


# knobs under which a method does something else with its batch
KNOBS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("simclr", {"encoder": "resnet18"}), ("simclr", {"projection_head": False}),
    ("swav", {"queue": 16, "local_views": 2, "prototypes": 8}), ("simsiam", {"output_norm": True}),
    ("clip", {"more_captions": 3}), ("masked", {"mask": "block", "all_patches": True}), ("denoising", {"noise": "masking"}),
)  # fmt: skip


def data() -> Dataset:
    return dataset(n=48, channels=3, size=16)


def of_folder(name: str, knobs: dict[str, Any]) -> Method:
    return build(RunConfig(name, steps=STEPS, knobs=knobs | {"batch_size": SIZE}), data(), CPU)


def of_nobody(cls: type[Method]) -> Method:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return cls(cls.Config(batch_size=SIZE, encoder="conv"), describe_data(data()))


def cases() -> Iterator[tuple[str, Method]]:
    """Every method that the folder holds, some knobs, and three methods that it does not hold."""
    for name, knobs in [*((name, {}) for name in methods()), *KNOBS]:
        yield " ".join([name, *(f"{key}={value}" for key, value in knobs.items())]), of_folder(name, knobs)
    for cls in (BarlowTwins, VICReg, Alone):
        yield cls.__name__, of_nobody(cls)


def smooth(network: nn.Module) -> None:
    """No ReLU: which side of 0 a number is on may hang on its last digit, and the gradient jumps there."""
    for part in network.modules():
        for name, child in part.named_children():
            if isinstance(child, nn.ReLU):
                setattr(part, name, nn.GELU())


def steps(method: Method) -> dict[str, Tensor]:
    """The losses and embeddings of a few steps, their gradients, and what is in the buffers afterwards.

    Steps are plain descent: AdamW makes a whole step of a gradient that is rounding alone, as that of a bias before a norm.
    """
    smooth(method)
    known, order = data(), batches(48, SIZE, 0, CPU)
    read = learned(known, method.config).of_image if method.reads else None
    learn, found = together.learner(method), dict[str, Tensor]()
    optimizer = torch.optim.SGD([p for p in method.parameters() if p.requires_grad], lr=0.05)
    for step in range(STEPS):
        index, rng, progress = order(step), chance(0, step, CPU), 0.3 * step
        x = known.train.images[index]
        loss = learn(Batch(plain(x), method.views(x, rng), rng, progress, None if read is None else read[index], index=index))
        optimizer.zero_grad(set_to_none=True)
        loss.value.backward()
        found |= {f"{step} loss": loss.value.detach(), f"{step} embedding": loss.embedding.detach()}
        found |= {f"{step} part {key}": value.detach().float() for key, value in loss.parts.items()}
        found |= {f"{step} gradient {key}": p.grad.clone() for key, p in method.named_parameters() if p.grad is not None}
        method.before_step(progress)
        optimizer.step()
        method.after_step(progress)
    found |= {f"buffer {key}": value for key, value in method.named_buffers()}
    return {key: value.detach().clone().contiguous() for key, value in found.items()}


def goes_on(folder: Path) -> dict[str, Tensor]:
    """The weights of a run that went on from the first process's checkpoint, and the features that it has then."""
    folder.mkdir(parents=True, exist_ok=True)
    made, learner = list[Method](), together.learner

    def kept(method: Method) -> Any:
        made.append(method)
        return learner(method)

    together.learner = kept
    config = RunConfig("byol", steps=4, device="cpu", knobs={"batch_size": SIZE})
    *_, end = *train(config, data(), save=lambda checkpoint: checkpoint.save(folder)), None
    assert end is None
    together.copy(folder, (CHECKPOINT, "of no run"))
    resume, saved = Checkpoint.load(folder), list[Checkpoint]()
    events = list(train(dataclasses.replace(config, steps=8), data(), resume=resume, save=saved.append))
    together.learner = learner
    assert resume.step == 4 and bool(events) == bool(saved) == together.first()  # the others tell nothing
    return {f"run/{key}": value.detach().clone().contiguous() for key, value in made[-1].state_dict().items()}


if __name__ == "__main__":
    with together.joined():
        assert together.several()
        out, rank = Path(sys.argv[1]), dist.get_rank()
        found = {f"{name}/{key}": value for name, method in cases() for key, value in steps(method).items()}
        save_file(found | goes_on(out / str(rank)), out / f"{rank}.safetensors")
