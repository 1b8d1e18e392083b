"""SimCLR as lightly's examples train it: its transform, torch's DataLoader with two workers, its loss. Our encoder and head."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

os.environ.setdefault("LIGHTLY_DID_VERSION_CHECK", "True")  # it would ask its server at import

import torch
from lightly.loss import NTXentLoss
from lightly.transforms import SimCLRTransform
from PIL import Image
from torch.utils.data import DataLoader, Dataset

from trainers.data import Dataset as Data
from trainers.method import Method
from trainers.train import RunConfig, build, pick_device, set_learning_rate

WORKERS = 2


class Views(Dataset[tuple[torch.Tensor, torch.Tensor]]):
    """Two views of an image, made one image at a time by PIL and torchvision, as lightly's transform does."""

    def __init__(self, data: Data) -> None:
        images = data.train.images.permute(0, 2, 3, 1).numpy()
        self.images = images[..., 0] if images.shape[-1] == 1 else images
        # a grey image has no colour to jitter, and its normalisation has one channel
        grey = images.shape[-1] == 1
        self.transform = SimCLRTransform(
            input_size=images.shape[1], gaussian_blur=0.3, min_scale=0.5, random_gray_scale=0.0 if grey else 0.1,
            cj_hue=0.0 if grey else 0.2, cj_sat=0.0 if grey else 0.6, cj_bright=0.6, cj_contrast=0.6,
            normalize=None,
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        first, second = self.transform(Image.fromarray(self.images[index]))
        return first, second


def learn(data: Data, seconds: float, threads: int, batch_size: int = 128, seed: int = 0) -> tuple[float, Method]:
    """Train for so long; images a second once the loader runs, and the network."""
    device = pick_device()
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    method = build(RunConfig("simclr", seconds=seconds, seed=seed), data, device)
    optimizer = torch.optim.AdamW(method.parameters(), lr=method.config.learning_rate, weight_decay=1e-4, fused=True)
    loss = NTXentLoss(temperature=method.config.temperature)
    loader = DataLoader(Views(data), batch_size, shuffle=True, drop_last=True, num_workers=WORKERS, persistent_workers=True)
    images, step, began, warm = 0, 0, time.perf_counter(), 0.0
    forever: Callable[[], float] = lambda: time.perf_counter() - began  # noqa: E731
    while forever() < seconds:
        for views in loader:
            x = torch.cat(views).to(device, memory_format=torch.channels_last)
            with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
                z1, z2 = method.embed(method.encode(x)).chunk(2)
                value = loss(z1, z2)
            set_learning_rate(optimizer, method.config.learning_rate, method.rate(step, min(1.0, forever() / seconds)))
            optimizer.zero_grad(set_to_none=True)
            value.backward()
            optimizer.step()
            step += 1
            if not warm:  # the workers' start is not counted against it
                warm = time.perf_counter()
            else:
                images += batch_size
            if forever() >= seconds:
                break
    rate = images / max(time.perf_counter() - warm, 1e-9)
    torch.set_num_threads(before)
    return rate, method
