r"""CLIP: an image and its caption find each other among all images and captions of the batch.

    L = ½ H(images → captions) + ½ H(captions → images),   each the mean of -log softmax_j (s · cos(I_i, T_j)) at j = i

Shapes: images (N,C,H,W) -> I (N,D);  captions (N,L tokens) -> T (N,D);  similarities (N,N);  s = exp(t), learned
Watch: both losses fall from ln N, the diagonal of the similarities brightens, s rises. The captions are supervision
Reference: Radford et al. 2021, arXiv:2103.00020, figure 3 and section 2.4; networks, tokenizer and logits are open_clip's
Departures: small towers; k = 2 captions an image where it has several, right wherever they fit; M others for images to miss
"""

from dataclasses import dataclass
from math import log

import torch.nn.functional as F
from torch import Generator, Tensor

from trainers.clip_towers import Texts, agreement, image_encoder, least, towers
from trainers.method import Batch, Card, DataSpec, Loss, Method, Table, ViewKnobs, choice, knob, switch


@dataclass(frozen=True)
class CLIPConfig(ViewKnobs):
    language: str = choice("both", ("both", "en", "zh"), "Which captions to learn, where there are several")
    tags: bool = switch(False, "On: half of the captions have a tag beside the name, where there are tags")
    more_captions: int = knob(512, 0, 2048, "Captions besides the batch's own that images must tell apart, new ones each step")
    symmetric: bool = switch(True, "Off: only images look for their captions, half of the loss")
    learn_temperature: bool = switch(True, "Off: the scale s stays at 1/0.07")
    batch_size: int = knob(128, 2, 1024, "Images a step, N, with one or two captions each")
    learning_rate: float = knob(1e-3, 1e-5, 1e-1, "AdamW's step size; ten times that for the table of words")
    crop: float = knob(0.7, 0.05, 1.0, "Smallest part of the area that a view keeps")
    flip: float = knob(0.1, 0.0, 1.0, "How often a view is a mirror image; words know left and right")
    rotation: float = knob(0.2, 0.0, 3.14, "Radians that a view turns, at most; words know up and down")
    encoder: str = choice("open_clip", ("open_clip",), "The image tower of open_clip's configuration")


class CLIP(Method):
    card = Card(
        title="CLIP", paper="Learning Transferable Visual Models From Natural Language Supervision", year=2021,
        arxiv="2103.00020", family="contrastive", networks="an image tower and a text tower",
        negatives="the other captions and the other images of the batch")  # fmt: skip
    Config = CLIPConfig
    reads, terms = True, ("to_text", "to_image", "least")

    def __init__(self, config: CLIPConfig, spec: DataSpec) -> None:
        model = towers(spec.captions, max(spec.height, spec.width), config.dimensions)
        super().__init__(config, spec, image_encoder(model, spec.mean, spec.std))
        self.image_head, self.texts = model.visual.head, Texts(model.text, spec.captions)
        self.logit_scale = model.logit_scale.requires_grad_(config.learn_temperature)  # t = ln s, from ln(1/0.07)

    def views(self, images: Tensor, rng: Generator) -> tuple[Tensor, ...]:
        return (self.augment(images, rng),)

    def embed(self, features: Tensor) -> Tensor:
        return F.normalize(self.image_head(features), dim=1)  # I, (N,D)

    def match(self, images: Tensor, texts: list[str]) -> Tensor:  # (N,C,H,W), M texts -> (N,M); a softmax gives probabilities
        return self.logit_scale.exp() * self.embed(self.encode(images)) @ self.texts.read(texts).T

    def loss(self, batch: Batch) -> Loss:
        drawn, own, fits = self.texts.draw(batch.captions, self.config.more_captions, batch.rng)  # own: kN of the kN+M drawn
        image = self.embed(self.encode(batch.views[0]))
        logits = self.logit_scale.exp() * image @ self.texts(drawn).T  # (N,kN+M)
        back, half = fits[:, :own].T, 0.5 if self.config.symmetric else 0.0
        to_text, to_image = agreement(logits, fits), agreement(logits[:, :own].T, back)
        parts = {"to_text": to_text, "to_image": to_image, "least": least(fits).lerp(least(back), half)}
        return Loss(to_text.lerp(to_image, half), image, parts | {"scale": self.logit_scale.exp()})

    def after_step(self, progress: float) -> None:
        self.logit_scale.data.clamp_(0, log(100))  # section 2.5

    def errors(self, batch: Batch) -> Tensor:
        return 1 - (self.embed(self.encode(batch.images)) * self.texts.read(batch.words)).sum(1)

    def collapse_loss(self, images: Tensor, batch_size: int) -> float:
        texts = min(2, self.spec.captions_each) * batch_size + min(self.config.more_captions, len(self.spec.captions))
        return (log(texts) + log(batch_size)) / 2 if self.config.symmetric else log(texts)

    def pictures(self, batch: Batch) -> dict[str, Tensor | Table]:
        cosines = self.embed(self.encode(batch.images)) @ self.texts.read(batch.words).T
        return {**super().pictures(batch), "image_text": Table(cosines, -1, 1, batch.words)}
