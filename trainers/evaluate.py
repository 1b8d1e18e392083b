"""A look at a network from outside, on images that it does not train on."""

from __future__ import annotations

import dataclasses
import hashlib
from functools import lru_cache
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from trainers import linear, metrics
from trainers.captions import LANGUAGES, captions
from trainers.data import Dataset, Images
from trainers.errors import Note
from trainers.feed import placed
from trainers.method import Batch, Method
from trainers.readers import Readers
from trainers.views import Augmentation, pair, plain

LIMIT = 2_000  # images on the map, and images in the bank of a snapshot's kNN: enough to see, few enough to repeat
PROBED = 10_000  # images that a linear probe is fitted on, at most
FEW = (1, 5, 10, 100)  # labels of a class that a probe has who has few
PAIRS = 512  # images whose two views tell alignment
CHUNK = 500
FIXED, EACH = 4.0, 0.83e-3  # seconds that an end takes, and an image, of 28 pixels a side on two cores: docs/scale.md
LONG = 15.0  # seconds that are worth a word
PIXELS = 2**28  # numbers that the pixels of all images may be for raw pixels to be judged by all of them: 1 GB
AT_ONCE, LARGEST = 2_000, 4_096  # numbers of an image up to which there is a linear bar as a run begins, and at its end

Factors = dict[str, dict[str, float]]  # of what -> name of a factor -> how well it is read


def subset(images: Images, limit: int = LIMIT) -> Tensor:
    """Indices (n,) of the images that stand for a set: all of them, or `limit` drawn once and for ever, in order."""
    if len(images) <= limit:
        return torch.arange(len(images))
    return torch.randperm(len(images), generator=torch.Generator().manual_seed(0))[:limit].sort().values


def spread(n: int, count: int) -> list[int]:
    """Indices of at most `count` of n things, evenly from the first to the last: images in order of class show every class."""
    return [round(i * (n - 1) / max(1, count - 1)) for i in range(count)] if count < n else list(range(n))


def judging(images: int, side: int = 28) -> Note | None:
    """What who chooses so many images, of so many pixels a side, should know before a run: how long its end takes. None where
    that is soon over.
    """
    seconds = FIXED * (side / 28) ** 1.4 + EACH * (side / 28) * images
    if seconds < LONG:
        return None
    return Note(
        "{count} images: once the training time is over, judging all of them takes about {seconds} s more on two cores.",
        count=f"{images:,}", seconds=f"{round(seconds, -1):.0f}",
    )  # fmt: skip


class Evaluation:
    """Fixed images of one data set on one device, and the metrics of a method on them."""

    def __init__(self, data: Dataset, device: torch.device) -> None:
        self.data, self.device = data, device
        index, bank = subset(data.test), subset(data.train)
        self.images, self.bank = data.test.images[index].to(device), data.train.images[bank].to(device)
        self.labels = None if data.test.labels is None else data.test.labels[index].to(device)
        self.bank_labels = None if data.train.labels is None else data.train.labels[bank].to(device)
        self.readers = Readers(data, bank, index)
        rng = torch.Generator(device).manual_seed(0)
        self.candidates: dict[tuple[str, int], tuple[tuple[str, ...], Tensor]] = {}
        some = self.images[torch.tensor(spread(len(self.images), PAIRS))]
        self.pairs = pair(some, Augmentation(), rng)  # the same for every method, so that they compare

    def words(self, language: str) -> tuple[str, ...]:
        """The first caption of each image of the map, for a method that reads."""
        found = captions(self.data, self.data.test, language)
        return tuple(found.texts[i] for i in found.of_image[subset(self.data.test), 0])

    @torch.inference_mode()
    def snapshot(self, method: Method) -> tuple[dict[str, float | None], NDArray[np.float16], Factors]:
        """Metrics, the features (n,F) of the evaluation images, and what is read from them where their making is known.

        kNN and readers are given a bank of at most 2,000 training images.
        """
        method.eval()
        features = encode(method, self.images)
        bank = encode(method, self.bank) if self.bank_labels is not None or self.readers.names else features
        z = method.embed(features)
        found: dict[str, float | None] = {
            "knn": self._knn(features, bank),
            "knn_white": self._knn(features, bank, white=True),
            # one image alone is no sign of a collapse
            "std_sqrt_d": float(metrics.std_sqrt_d(z)) if len(z) > 1 else None,
            "rankme": metrics.rankme(z) if len(z) > 1 else None,
            "uniformity": metrics.uniformity(z) if len(z) > 1 else None,
            "alignment": self._alignment(method) if method.augment else None,
        }
        found |= self._score(method, self.images)
        if method.reads:
            found |= self._match(method, z, subset(self.data.test), languages=1)
        factors = self._read(method, features, bank, z)
        method.train()
        return found, features.cpu().numpy().astype(np.float16), factors

    def _read(self, method: Method, features: Tensor, bank: Tensor, z: Tensor) -> Factors:
        """What linear readers find in the features, and in the embedding as the loss sees it, where a head makes one."""
        if not self.readers.names:
            return {}
        found = {"features": self.readers.read(bank, features)}
        if z is not features:  # a loss that has a head in front looks at directions alone
            found["embedding"] = self.readers.read(F.normalize(method.embed(bank), dim=1), F.normalize(z, dim=1))
        return found

    def factors_pixels(self) -> Factors:
        """The same of the pixels, and of who sees nothing of the images."""
        if not self.readers.names:
            return {}
        images, bank = standardise(self.images, self.bank)
        return {"pixels": self.readers.read(bank, images), "guess": self.readers.guess()}

    def knn_pixels(self) -> float | None:
        """kNN of the standardised pixels against the same bank as a snapshot's: what a network has to beat."""
        return self._knn(*standardise(self.images, self.bank))

    @torch.inference_mode()
    def summary(self, method: Method, untrained: Method) -> dict[str, float | None]:
        """The numbers on all held-out images, with all training images as the bank, beside what they must beat.

        Of raw pixels those of as many images as PIXELS has room for.
        """
        test, train = placed(self.data.test.images, self.device), placed(self.data.train.images, self.device)
        method.eval()
        untrained.eval()
        found: dict[str, float | None] = {"knn": None, "probe": None}
        if self.data.test.labels is not None or self.data.test.captions:
            found |= judge(self.data, encode(method, test), encode(method, train))
            found |= beside(judged_untrained(self.data, untrained, test, train), "_untrained")
            found |= beside(judged_pixels(self.data, self.device), "_pixels")
        found |= self._score(method, test)
        seen = within(self.data)
        known, held = (train, test) if seen is self.data else (seen.train.images, seen.test.images)
        found |= self.baselines(method, known.to(self.device), held.to(self.device)) | linear_bar(method, train, test)
        if method.reads:
            found |= self._match(method, method.embed(encode(method, test)), torch.arange(len(test)))
        method.train()
        return found

    def _match(self, method: Any, embeddings: Tensor, index: Tensor, languages: int = 2) -> dict[str, float | None]:
        """How a method that reads finds words for the test images `index` (n,), given their embeddings (n,D).

        match_1, match_5: share of images with their own caption among the nearest 1 or 5 of all captions; match_rank: the
        median place of it; match_of: how many there are. English first, Chinese as match_zh_1 and so on. Captions that the
        network cannot tell apart, as those of words that it never met, share their places as if drawn by chance.
        """
        found: dict[str, float | None] = {}
        several = [key for key in LANGUAGES if key in self.data.test.captions and method.config.language in ("both", key)]
        for number, language in enumerate((several or ["en"])[:languages]):
            if (language, len(index)) not in self.candidates:  # the same at every snapshot
                self.candidates[language, len(index)] = candidates(self.data, language, index)
            texts, wanted = self.candidates[language, len(index)]
            cosines = embeddings @ method.texts.read(texts).T
            above, equal = metrics.places(cosines, wanted.to(cosines.device))
            name = f"match_{language}" if number else "match"
            found |= {f"{name}_{k}": float(((k - above) / equal).clamp(0, 1).mean()) for k in (1, 5)}
            found |= {f"{name}_rank": float((above + (equal + 1) / 2).median()), f"{name}_of": float(len(texts))}
        return found

    def _alignment(self, method: Method) -> float:
        z1, z2 = (method.embed(method.encode(view)) for view in self.pairs)
        return metrics.alignment(z1, z2)

    @torch.inference_mode()
    def baselines(self, method: Method, train: Tensor | None = None, test: Tensor | None = None) -> dict[str, float]:
        """What the method's own score must beat, on these images, uint8, or on those of a snapshot."""
        train, test = self.bank if train is None else train, self.images if test is None else test
        return method.baselines(plain(train), plain(test), torch.Generator(self.device).manual_seed(0))

    @torch.inference_mode()
    def bar(self, method: Method) -> dict[str, float | None]:
        """What is hard to beat on the images of a snapshot, where it takes no more than a moment: the best linear repair, and
        the whitened pixels.
        """
        if self.images[0].numel() > AT_ONCE:
            return {}
        white = self._knn(*standardise(self.images, self.bank), white=True)
        return {"knn_white_pixels": white} | linear_bar(method, self.bank, self.images)

    def _knn(self, features: Tensor, bank: Tensor, white: bool = False) -> float | None:
        if not can_fail(self.labels, self.bank_labels):
            return None
        assert self.labels is not None and self.bank_labels is not None
        of = (features, self.labels, bank, self.bank_labels)
        return metrics.whitened(*of)[0] if white else metrics.knn_accuracy(*of)

    def _score(self, method: Method, images: Tensor) -> dict[str, float | None]:
        if not hasattr(method, "reconstruct"):
            return {}
        mse = float(errors(method, images).mean())
        return {"mse": mse, "psnr": metrics.psnr(mse)}


def linear_bar(method: Any, train: Tensor, test: Tensor) -> dict[str, float | None]:
    """mse_linear: the error of the best linear repair of test, uint8 (N,C,H,W), for a method that repairs; it may know train.

    On the CPU: not every accelerator can factorise a matrix. Not of large images: a covariance of 64 × 64 pixels in colour is
    one of 12,288 numbers, 0.6 GB, and takes a minute.
    """
    if test[0].numel() > LARGEST or not (hasattr(method, "damage") or hasattr(method, "hide")):
        return {}
    train, test, rng = plain(train[: linear.MOST].cpu()), plain(test.cpu()), torch.Generator().manual_seed(0)
    if hasattr(method, "damage"):
        return {"mse_linear": linear.denoise(method.damage, train, test, rng)}
    _, hidden = method.hide(test[: linear.MASKS], rng)
    return {"mse_linear": linear.inpaint(method.grid.split(train), method.grid.split(test), hidden)}


@torch.inference_mode()
def errors(method: Method, images: Tensor, words: tuple[str, ...] = ()) -> Tensor:
    """uint8 (N,C,H,W), and a caption of each for a method that reads -> `Method.errors` of each, (N,). The same each time."""
    device = next(method.parameters()).device
    rng, found = torch.Generator(device).manual_seed(0), []
    for at in range(0, len(images), CHUNK):
        part = images[at : at + CHUNK].to(device)
        found.append(method.errors(Batch(plain(part), method.views(part, rng), rng, words=words[at : at + CHUNK])))
    return torch.cat(found)


def beside(found: dict[str, float | None], suffix: str) -> dict[str, float | None]:
    """The same numbers of something else to compare with."""
    return {key + suffix: value for key, value in found.items()}


def judge(data: Dataset, queries: Tensor, bank: Tensor) -> dict[str, float | None]:
    """What features of the test images (Q,F) are good for, given those of the training images (N,F).

    knn, knn_white, probe: accuracies, where there are labels of at least two classes; the second is of whitened features, the
    probe is fitted on at most PROBED training images. probe_1, probe_5 …: a probe's that has so many labels of each class,
    where a class has more. retrieval_1, retrieval_5: share of test images with an image of the same caption among the nearest
    1 or 5 training images, where captions are shared and there are more training images than that.
    """
    found: dict[str, float | None] = {"knn": None, "probe": None}
    if data.test.labels is not None and data.train.labels is not None and can_fail(data.test.labels, data.train.labels):
        labels, bank_labels = data.test.labels.to(queries.device), data.train.labels.to(queries.device)
        found["knn"] = metrics.knn_accuracy(queries, labels, bank, bank_labels)
        found["knn_white"] = metrics.whitened(queries, labels, bank, bank_labels)[0]
        some = subset(data.train, PROBED).to(bank.device)
        found["probe"] = metrics.linear_probe(queries, labels, bank[some], bank_labels[some])
        few = metrics.few_labels(queries, labels, bank[some], bank_labels[some], FEW)
        found |= {f"probe_{each}": accuracy for each, accuracy in few.items()}
    names = data.train.captions.get("en", ())
    ids = {name: i for i, name in enumerate(dict.fromkeys(names))}
    wanted = torch.tensor([ids.get(name, -1) for name in data.test.captions.get("en", ())]).to(queries.device)
    if len(wanted) and (wanted >= 0).any():  # none, where the emoji of the test are new
        own = torch.tensor([ids[name] for name in names]).to(queries.device)
        several = [k for k in (1, 5) if k < len(own)]  # among all there are nobody misses
        shares = metrics.retrieval(queries, wanted, bank, own, several) if several else []
        found |= {f"retrieval_{k}": share for k, share in zip(several, shares, strict=True)}
    return found


def can_fail(labels: Tensor | None, bank_labels: Tensor | None) -> bool:
    """Whether there is a class that can be taken for another: else each answer is right, whatever a network learned."""
    return labels is not None and bank_labels is not None and len(torch.cat([labels, bank_labels]).unique()) > 1


@lru_cache(2)
def judged_pixels(data: Dataset, device: torch.device) -> dict[str, float | None]:
    """The same of the standardised pixels: once for all runs of a data set that a process trains."""
    seen = within(data)
    return judge(seen, *standardise(seen.test.images.to(device), seen.train.images.to(device)))


def judged_untrained(data: Dataset, method: Method, test: Tensor, train: Tensor) -> dict[str, float | None]:
    """The same of a network that has learned nothing: once for all runs of a data set that begin with the same features.

    With one seed those are all runs with one encoder, whatever their method and its other knobs: a classroom's.
    """
    first, kept = encode(method, test[:CHUNK]), _kept(data)
    digest = hashlib.sha256(first.cpu().numpy().tobytes()).digest()
    if digest not in kept:
        kept[digest] = judge(data, encode(method, test), encode(method, train))
    return kept[digest]


@lru_cache(2)
def _kept(data: Dataset) -> dict[bytes, dict[str, float | None]]:
    """What was judged of untrained networks, by their features of the first images."""
    return {}


def within(data: Dataset) -> Dataset:
    """The data, or as many images of each part as have PIXELS numbers, and no fewer than a map: their pixels as floats fit."""
    most = max(LIMIT, PIXELS // data.train.images[0].numel())
    if max(len(data.train), len(data.test)) <= most:
        return data
    train, test = (part.some(subset(part, most)) for part in (data.train, data.test))
    return dataclasses.replace(data, train=train, test=test)


def candidates(data: Dataset, language: str, index: Tensor) -> tuple[tuple[str, ...], Tensor]:
    """All captions that train and test have in a language, each once, and which of them the test images `index` have."""
    test, train = (captions(data, part, language) for part in (data.test, data.train))
    own = [test.texts[i] for i in test.of_image[index, 0]]
    texts = tuple(dict.fromkeys([*own, *(part.texts[i] for part in (test, train) for i in part.of_image[:, 0].unique())]))
    place = {text: i for i, text in enumerate(texts)}
    return texts, torch.tensor([place[text] for text in own])


def encode(method: Method, images: Tensor) -> Tensor:
    """uint8 (N,C,H,W), on any device -> features (N,F) on the method's, a chunk at a time."""
    parts = (plain(part.to(next(method.parameters()).device)) for part in images.split(CHUNK))
    return torch.cat([method.encode(part.contiguous(memory_format=torch.channels_last)) for part in parts])


def standardise(images: Tensor, bank: Tensor) -> tuple[Tensor, Tensor]:
    """uint8 images and bank as rows of pixels (N,P), with the bank's mean and deviation taken out, as a network sees them."""
    x, b = plain(images).flatten(1), plain(bank).flatten(1)
    return (x - b.mean()) / (b.std() + 1e-6), (b - b.mean()) / (b.std() + 1e-6)
