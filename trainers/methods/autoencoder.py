r"""Autoencoder: squeeze an image through a narrow code and build it again.

    h = f(x),   x' = g(h),   L = |x - x'|² / P      (P pixels times channels: a mean, so sizes compare)

Shapes: x (B,C,H,W) -> features (B,F) -> h (B,D) -> x' (B,C,H,W) in [0,1]
Watch: the loss starts at that of a grey image, falls to that of the mean image at once, then slowly; the bar to pass
is PCA with as many dimensions, the best that a linear code can do
Reference: Hinton & Salakhutdinov 2006, doi:10.1126/science.1127647; Baldi & Hornik 1989 for PCA as the linear case
Departures: convolutional, trained end to end without layer-wise pre-training
"""

from dataclasses import dataclass

from torch import Generator, Tensor, nn

from trainers.encoders import Decoder, build
from trainers.method import Batch, Card, DataSpec, Knobs, Loss, Method, knob
from trainers.metrics import pca_mse
from trainers.objectives import squares
from trainers.views import plain


@dataclass(frozen=True)
class AutoencoderConfig(Knobs):
    latent: int = knob(32, 2, 256, "D: numbers that an image is squeezed into")


class Autoencoder(Method):
    card = Card(
        title="Autoencoder", paper="Reducing the Dimensionality of Data with Neural Networks", year=2006,
        arxiv="doi:10.1126/science.1127647", family="autoencoder", negatives="none", networks="an encoder and a decoder",
    )  # fmt: skip
    Config = AutoencoderConfig

    def __init__(self, config: AutoencoderConfig, spec: DataSpec) -> None:
        super().__init__(config, spec, build(config.encoder, spec.channels, spec.mean, spec.std, cells=4))
        self.bottleneck = nn.Linear(self.encoder.features, config.latent)
        self.decoder, self.code = Decoder(config.latent, spec.channels, spec.height, spec.width), config.latent

    def encode(self, images: Tensor) -> Tensor:
        return self.bottleneck(self.encoder(images))  # h, (B,D): the code is the representation

    def decode(self, codes: Tensor) -> Tensor:
        """h, (B,D) -> the images (B,C,H,W) in [0,1] that they stand for."""
        return self.decoder(codes)

    def reconstruct(self, images: Tensor) -> Tensor:
        """(B,C,H,W) in [0,1] -> the same images as the code remembers them."""
        return self.decode(self.encode(images))

    def loss(self, batch: Batch) -> Loss:
        h = self.encode(batch.images)
        return Loss(squares(self.decode(h), batch.images).mean(), embedding=h)

    def collapse_loss(self, images: Tensor, batch_size: int) -> float:
        return float(plain(images).var(0, correction=0).mean())  # always the mean image

    def errors(self, batch: Batch) -> Tensor:
        return (self.reconstruct(batch.images) - batch.images).pow(2).mean((1, 2, 3))

    def baselines(self, train: Tensor, test: Tensor, rng: Generator) -> dict[str, float]:
        mean = float((test - train.mean(0)).pow(2).mean())
        return {"mse_mean": mean, "mse_pca": pca_mse(train.flatten(1), test.flatten(1), self.config.latent)}

    def pictures(self, batch: Batch) -> dict[str, Tensor]:
        return {"input": batch.images, "reconstruction": self.reconstruct(batch.images)}
