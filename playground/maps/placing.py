"""A person's own images and words, as a run's network sees them, and where they lie on its map."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from playground import reading
from playground.background import NOW, Background, Cancelled
from playground.maps.answers import ImagePlacements, Placement, TextPlacements
from playground.maps.frames import Frames
from playground.maps.neighbours import nearest, weighted
from playground.maps.reducers import PCA, from_key
from playground.maps.sources import Sources
from playground.page.http import png
from playground.texts import told
from playground.turns import turn
from trainers import evaluate
from trainers.captions import captions
from trainers.clip_towers import read_letters, tokenizer
from trainers.data.folder import tensor
from trainers.errors import DataError, Note, UserError

SECONDS, PEOPLE = 60.0, 60  # that placing an image may take; that may wait for it, each with one of 120 threads
NEAR = 12  # images named with each
SHOWN = 24  # letters that are shown of a place where a text was cut
BUSY = "Too many maps are being made: try again in a minute."


class Placing:
    """Puts what is new onto the last frame of a map. Safe to call from many threads."""

    def __init__(self, frames: Frames, background: Background | None) -> None:
        self.frames, self.background = frames, background
        self._room = threading.Semaphore(PEOPLE)

    @torch.inference_mode()
    def images(self, run: str, key: str, images: torch.Tensor) -> list[Placement]:
        """Where new images (M,C,H,W), uint8, land in the last frame, by the reducer's own transform, and what is near."""
        steps = self.frames.steps(run)
        features, layout = self.frames.features(run, steps[-1]), self.frames.frame(run, key, steps[-1])
        model = self.frames.model(run)
        with turn():
            new = evaluate.encode(model, images).cpu().numpy()
        at = self._at_once(from_key(key).place, features, layout, new)
        how = "transform" if len(features) >= 5 else "mean"
        return [{"at": place, "how": how, "near": near} for place, near in _placements(at, new, features)]

    @torch.inference_mode()
    def texts(self, run: str, key: str, texts: Sequence[str], closed: bool = False) -> TextPlacements:
        """Where texts land in the last frame of a run that reads: among the images whose embeddings are nearest.

        gap: how far the middle of the captions' embeddings is from the middle of the images' (Liang et al. 2022,
        arXiv:2203.02053); closed: the texts are moved by it before they are placed. known: whether the run was trained with
        some word of the text, without which its place is chance. plane: images and their captions in the
        two directions in which all of them together differ most, (N,2) each, one after the other.
        """
        model, steps = self.frames.model(run), self.frames.steps(run)
        if not model.reads:
            raise UserError("This run was trained without words: only CLIP can place a text.")
        features, layout = self.frames.features(run, steps[-1]).astype("float32"), self.frames.frame(run, key, steps[-1])
        data = self.frames.images(run)
        with self.frames.share(), turn():
            images = F.normalize(model.embed(torch.as_tensor(features)), dim=1)
            own = captions(data, data.test, model.config.language)
            of_image = model.texts.read([own.texts[i] for i in own.of_image[:, 0].tolist()])
            step = images.mean(0) - of_image.mean(0)
            new = model.texts.read(texts)
            new = (F.normalize(new + step, dim=1) if closed else new).numpy()
            at = weighted(images.numpy(), layout, new)
            places = zip(
                _placements(at, new, images.numpy()), model.texts.vocabulary.knows(texts), map(_end, texts), strict=True
            )
            flat = PCA().fit(torch.cat([images, of_image + step if closed else of_image]).numpy()).positions.round(3)
            return {
                "placed": [
                    {"at": place, "how": "mean", "near": near, "known": known, "end": end}
                    for (place, near), known, end in places
                ],
                "gap": float(step.norm()),
                "plane": {"images": flat[: len(images)].flatten().tolist(), "texts": flat[len(images) :].flatten().tolist()},
            }

    def _at_once(self, work: Callable[..., Any], *args: Any) -> Any:
        """In the process, before all that waits there; PCA here, as it takes no time. Few at once: each holds a thread."""
        if self.background is None or isinstance(getattr(work, "__self__", None), PCA):
            with turn():
                return work(*args)
        until = time.monotonic() + SECONDS
        if not self._room.acquire(blocking=False):
            raise UserError(BUSY)
        try:
            return self.background.submit(NOW, lambda: time.monotonic() < until, work, *args).result(SECONDS)
        except (TimeoutError, Cancelled) as error:
            raise UserError(BUSY) from error
        finally:
            self._room.release()


def _end(text: str) -> str:
    """The last letters that a run's tower reads of a text that is too long for it, "" of others."""
    letters = read_letters(tokenizer(), text, tokenizer().context_length)
    return text[:letters].rstrip()[-SHOWN:] if letters < len(text) else ""


def _placements(
    at: NDArray[Any], new: NDArray[Any], bank: NDArray[Any]
) -> Iterable[tuple[list[float], list[tuple[int, float]]]]:
    """Of each of the new (M,F), its place and the nearest of the bank (N,F) with their cosines."""
    for place, i, d in zip(at, *nearest(new, bank, NEAR, "cosine"), strict=True):
        yield [float(v) for v in place], list(zip(i.tolist(), (1 - d).tolist(), strict=True))


def fitted(maps: Sources, run: str, name: str, content: bytes) -> tuple[torch.Tensor, Note | None]:
    """A person's image as the run's own are, (C,H,W) uint8, and what to say of it; DataError says why it cannot be one."""
    channels, _, side = maps.images(run).test.images.shape[1:]
    pixels, note = reading.single(content, name, side, channels)
    return tensor(pixels), note


def place_files(placing: Placing, run: str, key: str, files: list[tuple[str, bytes]], language: str) -> ImagePlacements:
    """A person's images on a map: what became of each, with the picture that the network saw, and why some were left out."""
    images, names, notes, skipped = [], [], [], []
    with placing.frames.share(), reading.held(files):
        with reading.upload():
            for name, content in files:
                try:
                    image, note = fitted(placing.frames, run, name, content)
                    images.append(image)
                    names.append(name)
                    notes.append(told(language, note) if note else "")
                except DataError as error:
                    skipped.append(told(language, error))
        found = placing.images(run, key, torch.stack(images)) if images else []
    pictures = [png(image.permute(1, 2, 0).numpy()) for image in images]
    return {
        "placed": [
            {**one, "name": name, "note": note, "picture": "data:image/png;base64," + base64.b64encode(picture).decode()}
            for one, name, note, picture in zip(found, names, notes, pictures, strict=True)
        ],
        "skipped": skipped,
    }
