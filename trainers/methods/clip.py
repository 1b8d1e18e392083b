r"""CLIP: an image and its caption find each other among all images and captions of the batch.

    L = ½ H(images → captions) + ½ H(captions → images),   each the mean of -log softmax_j (s · cos(I_i, T_j)) at j = i

Shapes: images (N,C,H,W) -> I (N,D);  captions (N,L tokens) -> T (N,D);  similarities (N,N);  s = exp(t), learned
Watch: both losses fall from ln N, the diagonal of the similarities brightens, s rises. The captions are supervision
Reference: Radford et al. 2021, arXiv:2103.00020, figure 3 and section 2.4; networks, tokenizer and logits are open_clip's
Departures: small towers; a caption is right for all images that it fits; images also choose among M more captions
"""

from dataclasses import dataclass
from math import log

import torch.nn.functional as F
from torch import Generator, Tensor, no_grad

from trainers.clip_towers import Texts, agreement, image_encoder, towers
from trainers.method import Batch, Card, DataSpec, Loss, Method, Table, ViewKnobs, choice, knob, switch


@dataclass(frozen=True)
class CLIPConfig(ViewKnobs):
    language: str = choice("both", ("both", "en", "zh"), "Which captions to learn, where there are several")
    tags: bool = switch(False, "On: half of the captions have a tag beside the name, where there are tags")
    more_captions: int = knob(256, 0, 2048, "Captions besides the batch's own that images must tell apart, new ones each step")
    symmetric: bool = switch(True, "Off: only images look for their captions, half of the loss")
    learn_temperature: bool = switch(True, "Off: the scale s stays at 1/0.07")
    batch_size: int = knob(128, 2, 1024, "Image-caption pairs a step, N; each has N-1 negatives")
    crop: float = knob(0.7, 0.05, 1.0, "Smallest part of the area that a view keeps")
    flip: float = knob(0.1, 0.0, 1.0, "How often a view is a mirror image; words know left and right")
    rotation: float = knob(0.2, 0.0, 3.14, "Radians that a view turns, at most; words know up and down")
    encoder: str = choice("open_clip", ("open_clip",), "The image tower of open_clip's configuration")


class CLIP(Method):
    card = Card(
        title="CLIP", paper="Learning Transferable Visual Models From Natural Language Supervision", year=2021,
        arxiv="2103.00020", family="contrastive", negatives="the other captions and the other images of the batch",
        networks="an image tower and a text tower",
        loss=r"-\tfrac12\log\mathrm{softmax}_j(s\,I_i\cdot T_j)_i-\tfrac12\log\mathrm{softmax}_j(s\,I_j\cdot T_i)_i",
    )  # fmt: skip
    Config = CLIPConfig
    reads = True

    def __init__(self, config: CLIPConfig, spec: DataSpec) -> None:
        model = towers(spec.captions, max(spec.height, spec.width), config.dimensions)
        super().__init__(config, spec, image_encoder(model, spec.mean, spec.std))
        self.image_head, self.texts = model.visual.head, Texts(model.text, spec.captions)
        self.logit_scale = model.logit_scale.requires_grad_(config.learn_temperature)  # t = ln s, from ln(1/0.07)

    def views(self, images: Tensor, rng: Generator) -> tuple[Tensor, ...]:
        return (self.augment(images, rng),)

    def embed(self, features: Tensor) -> Tensor:
        return F.normalize(self.image_head(features), dim=1)  # I, (N,D)

    def match(self, images: Tensor, texts: list[str]) -> Tensor:
        """Images (N,C,H,W) in [0,1], M texts -> s · cosines (N,M); a softmax over either side gives probabilities."""
        return self.logit_scale.exp() * self.embed(self.encode(images)) @ self.texts.read(texts).T

    def loss(self, batch: Batch) -> Loss:
        drawn, fits = self.texts.draw(batch.captions, self.config.more_captions, batch.rng)
        image, n = self.embed(self.encode(batch.views[0])), len(batch.captions)
        logits = self.logit_scale.exp() * image @ self.texts(drawn).T  # (N,N+M)
        to_text, to_image = agreement(logits, fits), agreement(logits[:, :n].T, fits[:, :n].T)  # all that fit, in equal parts
        parts = {"to_text": to_text, "to_image": to_image, "scale": self.logit_scale.exp()}
        return Loss((to_text + to_image) / 2 if self.config.symmetric else to_text, image, parts)

    @no_grad()
    def after_step(self, progress: float) -> None:
        self.logit_scale.clamp_(0, log(100))  # section 2.5

    def errors(self, batch: Batch) -> Tensor:
        return 1 - (self.embed(self.encode(batch.images)) * self.texts.read(batch.words)).sum(1)

    def collapse_loss(self, images: Tensor, batch_size: int) -> float:
        sides = log(batch_size + min(self.config.more_captions, len(self.spec.captions))), log(batch_size)
        return sum(sides) / 2 if self.config.symmetric else sides[0]

    def pictures(self, batch: Batch) -> dict[str, Tensor | Table]:
        cosines = self.embed(self.encode(batch.images)) @ self.texts.read(batch.words).T
        return {**super().pictures(batch), "image_text": Table(cosines, -1, 1, batch.words)}
