r"""Denoising autoencoder: see a damaged image, return the undamaged one.

    x̃ = damage(x),   L = |x - g(f(x̃))|² / P      (P pixels times channels)

Shapes: x, x̃ (B,C,H,W) in [0,1] -> features (B,F) -> h (B,D) -> x' (B,C,H,W) in [0,1]
Watch: the loss against that of handing the noise back (dotted); on held-out images, against a classical filter
Reference: Vincent et al. 2008, doi:10.1145/1390156.1390294, section 2.3; kinds of noise: Vincent et al. 2010, section 3.3
Departures: convolutional, trained end to end; the code is wider than the autoencoder's but narrower than the image
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from trainers.corruptions import NOISES, classical_filter, corrupt
from trainers.encoders import Decoder, build
from trainers.method import Batch, Card, DataSpec, Knobs, Loss, Method, choice, knob
from trainers.objectives import squares
from trainers.views import plain


@dataclass(frozen=True)
class DenoisingConfig(Knobs):
    noise: str = choice("gaussian", NOISES, "Gaussian noise, pixels set to 0, or pixels set to 0 or 1")
    level: float = knob(0.3, 0.0, 1.0, "Standard deviation of the noise, or the share of pixels that is lost")
    latent: int = knob(128, 2, 512, "D: numbers that an image is squeezed into")


class Denoising(Method):
    card = Card(
        title="Denoising AE", paper="Extracting and Composing Robust Features with Denoising Autoencoders", year=2008,
        arxiv="doi:10.1145/1390156.1390294", family="autoencoder", negatives="none", networks="an encoder and a decoder",
    )  # fmt: skip
    Config = DenoisingConfig

    def __init__(self, config: DenoisingConfig, spec: DataSpec) -> None:
        super().__init__(config, spec, build(config.encoder, spec.channels, spec.mean, spec.std, cells=4))
        self.bottleneck = nn.Linear(self.encoder.features, config.latent)
        self.decoder, self.code = Decoder(config.latent, spec.channels, spec.height, spec.width), config.latent

    def encode(self, images: Tensor) -> Tensor:
        return self.bottleneck(self.encoder(images))  # h, (B,D)

    def decode(self, codes: Tensor) -> Tensor:
        """h, (B,D) -> the images (B,C,H,W) in [0,1] that they stand for."""
        return self.decoder(codes)

    def reconstruct(self, images: Tensor) -> Tensor:
        """(B,C,H,W) in [0,1], damaged -> what they were before, as far as it can tell."""
        return self.decode(self.encode(images))

    def damage(self, images: Tensor, rng: Generator) -> Tensor:
        return corrupt(images, self.config.noise, self.config.level, rng)

    def loss(self, batch: Batch) -> Loss:
        h = self.encode(self.damage(batch.images, batch.rng))  # new noise at every step
        return Loss(squares(self.decode(h), batch.images).mean(), embedding=h)  # the target is clean

    def collapse_loss(self, images: Tensor, batch_size: int) -> float:
        x = plain(images)
        return float(F.mse_loss(self.damage(x, torch.Generator(x.device).manual_seed(0)), x))  # the noise handed back

    def errors(self, batch: Batch) -> Tensor:
        return (self.reconstruct(self.damage(batch.images, batch.rng)) - batch.images).pow(2).mean((1, 2, 3))

    def baselines(self, train: Tensor, test: Tensor, rng: Generator) -> dict[str, float]:
        noisy = self.damage(test, rng)
        filtered = classical_filter(noisy, self.config.noise)
        return {"mse_noisy": float(F.mse_loss(noisy, test)), "mse_filter": float(F.mse_loss(filtered, test))}

    def pictures(self, batch: Batch) -> dict[str, Tensor]:
        damaged = self.damage(batch.images, batch.rng)
        return {"input": batch.images, "corrupted": damaged, "reconstruction": self.reconstruct(damaged)}
