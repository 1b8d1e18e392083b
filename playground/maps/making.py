"""The maps of a run and what one can ask of them: frames, neighbours, colours, own images. What is made lies in its folder.

RUN/maps/KEY/00000123.npz   a frame, of the snapshot at a step: positions (N,d) and their scale; KEY is reducer and parameters
RUN/maps/each-00000123.npz  a number an image, by the network of that step

A map is made as long as somebody asks for it: a page that waits asks again and again, and one that was closed does not.
"""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from playground.background import LATER, NOW, SOON, Background, Cancelled, Job
from playground.maps.reducers import (
    PCA,
    UMAP,
    Array,
    Layout,
    distances,
    from_key,
    key_of,
    nearest,
    neighbours,
    overlap,
    quality,
    weighted,
)
from playground.runs.shipped import is_example
from playground.runs.store import ENDED, Runs, read_images
from trainers import evaluate, record
from trainers.captions import captions
from trainers.checkpoint import load_model, read_arrays, write
from trainers.data import Dataset
from trainers.errors import NotFound, UserError

log = logging.getLogger(__name__)
LIVE, FIRST = key_of(PCA()), key_of(UMAP())  # what a training run shows, and a finished one
WAITS = 15.0  # seconds after which somebody who has not asked again does not wait any more
KEPT, QUEUED = 24, 60  # maps of one run on the disk, and jobs in the queue
NEAREST = 15  # neighbours that purity and overlap are made of
PLACING, PLACED = 60.0, 8  # seconds that placing an image may take, and how many people may wait for it
BUSY = "Too many maps are being made: try again in a minute."
GONE = "This map is not there any more: ask for it again."


@dataclass
class Making:
    """A map that somebody waits for."""

    key: str
    asked: dict[str, float] = field(default_factory=dict)  # who -> when last
    wanted: list[int] = field(default_factory=list)  # steps
    job: Job | None = None
    sentence: str = ""
    values: Mapping[str, str | UserError] = field(default_factory=dict)

    def is_wanted(self) -> bool:
        """Whether somebody still waits."""
        now = time.monotonic()
        return any(now - when < WAITS for when in list(self.asked.values()))


class Maps:
    """The maps of all runs. Safe to call from many threads."""

    def __init__(self, runs: Runs, background: Background | None = None) -> None:
        self.runs, self.background = runs, background
        self._making: OrderedDict[tuple[str, str], Making] = OrderedDict()
        self._lock, self._placing = threading.RLock(), threading.Semaphore(PLACED)
        self._features = lru_cache(64)(self._read_features)
        self._purity = lru_cache(256)(self._find_purity)
        self._quality = lru_cache(512)(self._find_quality)
        self._models = lru_cache(24)(lambda path, changed: load_model(path))
        self._images = lru_cache(12)(lambda folder, changed: read_images(folder))

    # -- frames -------------------------------------------------------------------------------------------------

    def steps(self, run: str) -> list[int]:
        """The steps of a run's snapshots: its time axis."""
        return [event["step"] for event in self.runs.view(run).of("Snapshot")]

    def features(self, run: str, step: int) -> NDArray[np.float16]:
        """(N,F) of the evaluation images at a step; UserError where there is no snapshot."""
        if step not in self.steps(run):
            raise NotFound(GONE)
        return self._features(run, step, self.runs.view(run).generation)

    def ready(self, run: str, key: str) -> list[int]:
        """The steps whose frame can be had at once."""
        steps = self.steps(run)
        if isinstance(from_key(key), PCA):
            return steps
        return [step for step in steps if self._path(run, key, step).exists()]

    def frame(self, run: str, key: str, step: int) -> Layout:
        """A frame that is ready. PCA always is: it is made when asked for, turned to lie as the frames before it do."""
        path, steps = self._path(run, key, step), self.steps(run)
        if step not in steps:
            raise NotFound(GONE)
        if not path.exists():
            reducer = from_key(key)
            if not isinstance(reducer, PCA):
                raise NotFound(GONE)
            at = steps.index(step)
            found = reducer.fit(self.features(run, step))
            if at:
                before = self.frame(run, key, steps[at - 1])
                found = reducer.refresh(self.features(run, step), self.features(run, steps[at - 1]), before)
            save_layout(path, found)
        return read_layout(path)

    def ask(self, run: str, key: str, who: str, everything: bool) -> dict[str, Any]:
        """Have a map made, of the last frame or of all, and say how far it is. `who` waits until it stops asking.

        state: "done", "working", "waiting" or "failed". ready: steps. progress: 0 to 1.
        """
        steps, ready = self.steps(run), self.ready(run, key)
        wanted = steps if everything else steps[-1:]
        missing = [step for step in wanted if step not in ready]
        answer = {"key": key, "ready": ready, "state": "done", "progress": 1.0, "sentence": "", "values": {}}
        if not missing:
            return answer
        if self.background is None:
            return answer | {"state": "failed"}
        with self._lock:
            making = self._making.setdefault((run, key), Making(key))
            making.asked[who] = time.monotonic()
            making.wanted = [step for step in steps if step in wanted or step in making.wanted]
            if not making.sentence and (making.job is None or making.job.done()):
                self._next(run, making)
            while len(self._making) > 500:
                self._making.popitem(last=False)
        job = making.job
        share = (len(wanted) - len(missing) + (job.progress if job else 0)) / len(wanted)
        state = "failed" if making.sentence else "working" if ready or (job and job.begun) else "waiting"
        return answer | {"state": state, "progress": share, "sentence": making.sentence, "values": making.values}

    def leave(self, run: str, key: str, who: str) -> None:
        """Somebody does not wait any more; what nobody waits for is given up. A failed map may be tried again."""
        with self._lock:
            making = self._making.get((run, key))
            if making is not None:
                making.asked.pop(who, None)
                making.sentence = ""

    def _next(self, run: str, making: Making) -> None:
        """Hand the next frame to the process: the last one from nothing, then each from the nearest one there is."""
        steps, ready = self.steps(run), self.ready(run, making.key)
        missing = [step for step in steps if step in making.wanted and step not in ready]
        if not missing or not making.is_wanted() or self.background is None:
            making.job = None
            return
        if self.background.waiting() > QUEUED:
            raise UserError(BUSY)
        reducer = from_key(making.key)
        if not ready:
            step, work, args = missing[-1], reducer.fit, (self.features(run, missing[-1]),)
        else:
            place = {step: at for at, step in enumerate(steps)}
            step, source = min(
                ((m, r) for m in missing for r in ready), key=lambda pair: (abs(place[pair[0]] - place[pair[1]]), -pair[0])
            )
            layout = self.frame(run, making.key, source)
            work, args = reducer.refresh, (self.features(run, step), self.features(run, source), layout)
        making.job = self.background.submit(LATER if ready else SOON, making.is_wanted, work, *args)
        making.job.add_done_callback(lambda job: self._keep(run, making, step, job))

    def _keep(self, run: str, making: Making, step: int, job: Any) -> None:
        error = job.exception()
        with self._lock:
            if error is None:
                self._forget_oldest(run, making.key)
                try:
                    save_layout(self._path(run, making.key, step), job.result())
                    self._next(run, making)
                except (OSError, UserError) as lost:  # the run is gone, or its disk is full
                    log.error("no map of %s: %s", run, lost)
            elif not isinstance(error, Cancelled):
                log.error("no map of %s: %s", run, error, exc_info=None if isinstance(error, UserError) else error)
                told = error if isinstance(error, UserError) else UserError(FAILED)
                making.sentence, making.values = told.sentence, told.values

    def _path(self, run: str, key: str, step: int) -> Path:
        return self.runs.folder(run) / "maps" / key_of(from_key(key)) / f"{step:08d}.npz"

    def _forget_oldest(self, run: str, key: str) -> None:
        folders = [path for path in (self.runs.folder(run) / "maps").glob("*/") if path.name not in (key, LIVE, FIRST)]
        for old in sorted(folders, key=lambda path: path.stat().st_mtime)[: max(0, len(folders) - KEPT)]:
            shutil.rmtree(old, ignore_errors=True)

    def _read_features(self, run: str, step: int, generation: int) -> NDArray[np.float16]:
        return record.read_snapshot(self.runs.folder(run), step)

    # -- what is asked of a frame -------------------------------------------------------------------------------

    def quality(self, run: str, key: str, step: int) -> dict[str, float]:
        """Trustworthiness and neighbour preservation of a frame that is ready."""
        return self._quality(run, key, step, self.runs.view(run).generation)

    def _find_quality(self, run: str, key: str, step: int, generation: int) -> dict[str, float]:
        metric = getattr(from_key(key), "metric", "euclidean")  # PCA's, which knows no other
        return quality(self.features(run, step), self.frame(run, key, step).positions, metric)

    def neighbours(self, run: str, step: int, index: int, k: int = 12) -> list[tuple[int, float]]:
        """The k nearest of an image in feature space, itself left out, and their cosines."""
        features = self.features(run, step)
        if not 0 <= index < len(features):
            raise UserError("There is no image {number} in this run.", number=index)
        d = distances(features[index : index + 1], features, "cosine")[0]
        d[index] = np.inf
        found = d.topk(min(k, len(features) - 1), largest=False)
        return [(int(i), 1 - float(distance)) for i, distance in zip(found.indices, found.values, strict=True)]

    def purity(self, run: str, step: int) -> Array:
        """(N,) the share of an image's nearest 15 that are of its class; UserError without labels."""
        return self._purity(run, step, self.runs.view(run).generation)

    def _find_purity(self, run: str, step: int, generation: int) -> Array:
        labels = self.images(run).test.labels
        if labels is None:
            raise UserError("These images have no labels, so there is nothing to check neighbours against.")
        features = self.features(run, step)
        near = neighbours(features, min(NEAREST, len(features) - 1) + 1)[0][:, 1:]
        known = labels.numpy()
        return (known[near] == known[:, None]).mean(1).astype(np.float32)

    def overlap(self, run: str, step: int, other: str, other_step: int) -> float:
        """The share of nearest 15 that two runs have in common, on average; UserError where their images are others."""
        a, b = self.features(run, step), self.features(other, other_step)
        if self.image_set(run) != self.image_set(other) or len(a) != len(b):
            raise UserError("These two runs look at different images.")
        return float(overlap(a, b, k=NEAREST).mean())

    def image_set(self, run: str) -> str:
        """What two runs share that look at the same images."""
        config = record.read_config(self.runs.folder(run))
        return f"{config.dataset} {config.size or ''}"

    def each(self, run: str) -> dict[str, Array]:
        """Numbers (N,) by the network as it is now: error, cluster (k-means of features), prototype where there are some."""
        folder, steps = self.runs.folder(run), self.steps(run)
        if not steps:
            raise NotFound(GONE)
        path = folder / "maps" / f"each-{steps[-1]:08d}.npz"
        if not path.exists():
            found = look(folder, self.model(run), self.features(run, steps[-1]))
            save_arrays(path, found)
        return read_arrays(path)

    def model(self, run: str) -> Any:
        """The network as it is now, kept loaded; UserError where none was saved yet."""
        return self._models(self.runs.folder(run) / "model.safetensors", self.model_changed(run))

    def model_changed(self, run: str) -> int:
        """What is another number once the network has learned more."""
        path = self.runs.folder(run) / "model.safetensors"
        return path.stat().st_mtime_ns if path.exists() else 0

    def images(self, run: str) -> Dataset:
        """The evaluation images of a run, kept loaded: the test part of what this gives."""
        path = self.runs.folder(run) / "images.png"
        return self._images(path.parent, path.stat().st_mtime_ns if path.exists() else 0)

    # -- what is put onto a map ---------------------------------------------------------------------------------

    @torch.inference_mode()
    def place(self, run: str, key: str, images: torch.Tensor) -> list[dict[str, Any]]:
        """Where new images (M,C,H,W), uint8, land in the last frame, by the reducer's own transform, and what is near."""
        steps = self.steps(run)
        features, layout = self.features(run, steps[-1]), self.frame(run, key, steps[-1])
        new = evaluate.encode(self.model(run), images).cpu().numpy()
        reducer = from_key(key)
        how = "transform" if len(features) >= 5 else "mean"
        at = self._now(reducer.place, features, layout, new)
        index, distance = nearest(new, features, 12, "cosine")
        return [
            {"at": [float(v) for v in where], "how": how, "near": list(zip(i.tolist(), (1 - d).tolist(), strict=True))}
            for where, i, d in zip(at, index, distance, strict=True)
        ]

    @torch.inference_mode()
    def words(self, run: str, key: str, texts: Sequence[str], closed: bool = False) -> dict[str, Any]:
        """Where texts land in the last frame of a run that reads: among the images whose embeddings are nearest.

        gap: how far the middle of the captions' embeddings is from the middle of the images' (Liang et al. 2022,
        arXiv:2203.02053); closed: the texts are moved by it before they are placed. known: whether the run was trained with
        some word of the text, without which its place is chance. plane: images and their captions in the
        two directions in which all of them together differ most, (N,2) each, one after the other.
        """
        model, steps = self.model(run), self.steps(run)
        if not model.reads:
            raise UserError("This run was trained without words: only CLIP can place a text.")
        images = F.normalize(model.embed(torch.as_tensor(self.features(run, steps[-1]).astype(np.float32))), dim=1)
        data = self.images(run)
        own = captions(data, data.test, model.config.language)
        of_image = model.texts.read([own.texts[i] for i in own.of_image[:, 0].tolist()])
        step = images.mean(0) - of_image.mean(0)
        new = model.texts.read(texts)
        new = (F.normalize(new + step, dim=1) if closed else new).numpy()
        at = weighted(images.numpy(), self.frame(run, key, steps[-1]), new)
        index, distance = nearest(new, images.numpy(), 12, "cosine")
        flat = PCA().fit(torch.cat([images, of_image + step if closed else of_image]).numpy()).positions
        placed = [
            {"at": [float(v) for v in where], "how": "mean", "near": list(zip(i.tolist(), (1 - d).tolist(), strict=True)),
             "known": known}
            for where, i, d, known in zip(at, index, distance, model.texts.vocabulary.knows(texts), strict=True)
        ]  # fmt: skip
        clouds = {"images": flat[: len(images)], "texts": flat[len(images) :]}
        plane = {name: cloud.round(3).flatten().tolist() for name, cloud in clouds.items()}
        return {"placed": placed, "gap": float(step.norm()), "plane": plane}

    def _now(self, work: Callable[..., Any], *args: Any) -> Any:
        """In the process, before all that waits there; PCA here, as it takes no time. Few at once: each holds a thread."""
        if self.background is None or isinstance(getattr(work, "__self__", None), PCA):
            return work(*args)
        until = time.monotonic() + PLACING
        if not self._placing.acquire(blocking=False):
            raise UserError(BUSY)
        try:
            return self.background.submit(NOW, lambda: time.monotonic() < until, work, *args).result(PLACING)
        except (TimeoutError, Cancelled) as error:
            raise UserError(BUSY) from error
        finally:
            self._placing.release()

    # -- which runs there are -----------------------------------------------------------------------------------

    def beside(self, also: Sequence[str] = (), limit: int = 60) -> list[str]:
        """Runs that have a map: the newest first, then those that came with the app.

        Those on a person's own images are shown to who knows their name.
        """
        found: list[tuple[float, str]] = []
        shipped: list[str] = []
        for path in self.runs.root.glob("*/run.json"):
            run = path.parent.name
            try:
                own = record.read_config(path.parent).dataset.startswith("folder:")
                if (own and run not in also) or not self.steps(run):
                    continue
                if is_example(path.parent):
                    shipped.append(run)
                else:
                    found.append((path.stat().st_mtime, run))
            except (OSError, ValueError, TypeError, KeyError) as error:  # of another version, or gone just now
                log.warning("run %s is left out: %s", run, error)
        return [run for _, run in sorted(found, reverse=True)[:limit]] + sorted(shipped)

    def ended(self, run: str) -> bool:
        """Whether no more frames will come by themselves."""
        return self.runs.state(run).kind in ENDED


FAILED = "The map could not be made. The log has the details; try other parameters."


@torch.inference_mode()
def look(folder: Path, model: Any, features: NDArray[Any]) -> dict[str, Array]:
    """`Maps.each`, made."""
    from sklearn.cluster import KMeans

    data = read_images(folder)
    words: tuple[str, ...] = ()
    if model.reads:
        known = captions(data, data.test, model.config.language)
        words = tuple(known.texts[i] for i in known.of_image[:, 0].tolist())
    clusters = min(max(2, len(data.classes) or 10), len(features))
    unit = features.astype(np.float32)
    unit /= np.maximum(np.linalg.norm(unit, axis=1, keepdims=True), 1e-12)
    found = {
        "error": evaluate.errors(model, data.test.images, words).numpy(),
        "cluster": KMeans(clusters, n_init="auto", random_state=0).fit_predict(unit),
    }
    if hasattr(model, "prototypes"):
        z = model.embed(evaluate.encode(model, data.test.images))
        found["prototype"] = model.prototypes(z).argmax(1).numpy()
    return {name: np.asarray(value, np.float32) for name, value in found.items()}


def save_arrays(path: Path, arrays: dict[str, Any]) -> None:
    """Write a .npz, whole or not at all, making its folder where the run's own is still there."""
    if not path.parent.exists() and path.parents[1].exists():
        path.parent.mkdir(parents=True)

    def content(temporary: Path) -> None:
        with temporary.open("wb") as file:
            np.savez(file, **arrays)

    write(path, content)


def save_layout(path: Path, layout: Layout) -> None:
    """Write a frame."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_arrays(path, {"positions": layout.positions, "scale": np.float64(layout.scale)})


def read_layout(path: Path) -> Layout:
    """Read a frame."""
    found = read_arrays(path)
    return Layout(found["positions"].astype(np.float32), float(found["scale"]))
