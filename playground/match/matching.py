"""What the Match tab, and the API, ask of a model that compares images with texts. Plain dicts and lists in and out.

A question is answered in a thread; what a network has to do for it is done by models.py in a background process.
Whoever asks is told how far it is and asks the same again; what nobody asks for any more is given up.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import math
import re
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from playground.background import LATER, NOW, SOON, Background, Cancelled
from playground.maps.making import Maps
from playground.match import models
from playground.match.models import Source
from playground.runs.described import called, changed
from playground.texts import classes, text, told
from trainers import evaluate, metrics, record
from trainers.data import BUILT_IN, Dataset, Images, folder, load
from trainers.errors import NotFound, UserError
from trainers.method import method_class

log = logging.getLogger(__name__)
Array = NDArray[np.float32]
ASSETS = Path(__file__).resolve().parents[2] / "assets" / "models"
SHIPPED = "emoji-clip"
# what to begin with: name, megabytes to download, licence, speed on a CPU, whether it reads more than English
KNOWN = (
    ("ViT-B-32/laion2b_s34b_b79k", 605, "MIT", "fast", False),
    ("ViT-B-32/datacomp_xl_s13b_b90k", 605, "MIT", "fast", False),
    ("xlm-roberta-base-ViT-B-32/laion5b_s13b_b90k", 1460, "MIT", "medium", True),
    ("ViT-B-16-SigLIP2/webli", 1500, "Apache 2.0", "medium", True),
    ("ViT-L-14/datacomp_xl_s13b_b90k", 1710, "MIT", "slow", False),
)
# ours: a text alone, in a sentence, in several whose embeddings are averaged (CLIP, section 3.1.4)
TEMPLATES = {
    "en": ("{}", "a picture of {}", "a drawing of {}", "an icon that shows {}", "a photo of {}", "this is {}", "{}, up close"),
    "zh": ("{}", "一张{}的图片", "画着{}", "一个{}的图标", "一张{}的照片", "这是{}"),
}
NEUTRAL = {"en": "a picture", "zh": "一张图片"}
CHINESE = re.compile(r"[\u3400-\u9fff]")
SIZES = {"emoji": 64, "emoji-held-out": 64}  # pixels a side where a data set has more than networks are trained on
OWN, OWN_SET = re.compile(r"own-[0-9a-f]{20}"), re.compile(r"set-[0-9a-f]{20}")
OWN_SIDE, OWN_DAYS, OWN_BYTES = 512, 2.0, 2 << 30
PICTURES, LABELS, LENGTH, LISTED, HITS = 16, 40, 200, 2_000, 60  # at most: of a question, letters a text, of an answer
JUDGED, BANK, MISTAKES = 2_000, 2_000, 24  # images that a test is of, that a probe learns from; mistakes shown
EXACT = 100_000  # images up to which all are compared
READ = 50_000  # embeddings of texts that are kept
CHUNK_SECONDS, FIRST_CHUNK = 1.5, 32  # of work between two looks at what is more urgent
WAITS, PATIENCE, KEPT, ASKED = 15.0, 0.3, 128, 40  # seconds till given up, till "working"; answers kept; questions at once
MEMBERS = 24  # names of its members that stand for a class beside its own


@dataclass
class Asking:
    """A question that somebody waits for."""

    asked: dict[str, float] = field(default_factory=dict)  # who -> when last
    future: Future[dict[str, Any]] | None = None
    begun: bool = False
    progress: float = 0.0
    words: str = "thinking"  # which of the texts match.wait_… says what is being done

    def is_wanted(self) -> bool:
        """Whether somebody still waits."""
        now = time.monotonic()
        return any(now - when < WAITS for when in list(self.asked.values()))


class Matching:
    """Models, pictures and questions. Safe to call from many threads."""

    def __init__(self, maps: Maps, background: Background, local: bool = True) -> None:
        self.maps, self.background, self.local = maps, background, local
        self.own = maps.runs.root / "own"
        self._asking: OrderedDict[str, Asking] = OrderedDict()
        self._lock = threading.RLock()
        self._pool = ThreadPoolExecutor(16, "matching")
        self._seen: OrderedDict[tuple[Source, str], _Seen] = OrderedDict()
        self._about: OrderedDict[Source, dict[str, Any]] = OrderedDict()
        self._read: OrderedDict[tuple[Source, str], tuple[Array, bool]] = OrderedDict()
        self._sets = lru_cache(4)(lambda name, where: load(where, SIZES.get(name)))

    def close(self) -> None:
        """Forget what nobody can wait for any more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    # -- what there is to choose from ---------------------------------------------------------------------------

    def models(self, language: str, also: Sequence[str] = ()) -> dict[str, Any]:
        """The shipped model, runs of CLIP, the newest first, and the known ones; the data sets beside them."""

        def listed(id: str, kind: str, title: str, megabytes: float, note: str, **more: Any) -> dict[str, Any]:
            size = f"{megabytes / 1000:.1f} GB" if megabytes >= 1000 else f"{megabytes:.0f} MB"
            about = {"licence": "", "speed": "fast", "multilingual": True}
            return (
                {"id": id, "kind": kind, "title": title, "size": size, "note": text(language, f"match.{note}")} | about | more
            )

        shipped = ASSETS / SHIPPED
        found = [
            listed(SHIPPED, "shipped", text(language, "match.shipped"), _megabytes(shipped), "shipped_note", licence="MIT")
        ]
        for run in self.maps.beside(also):
            path = self.maps.runs.folder(run)
            config = record.read_config(path)
            if method_class(config.method).reads and (path / "model.safetensors").exists():
                both = config.knobs.get("language", "both") == "both" and config.dataset.startswith("emoji")
                title, size = called(self.maps.runs, run, language), _megabytes(path, "model.safetensors")
                title += f" · {differs}" if (differs := changed(config, language)) else ""
                found.append(listed(f"run:{run}", "run", title, size, "run_note", multilingual=both))
        for name, size, licence, speed, multilingual in KNOWN:
            note = "known_multilingual" if multilingual else f"known_{speed}"
            more = {"licence": licence, "speed": speed, "multilingual": multilingual}
            found.append(listed(f"name:{name}", "known", name, size, note, **more))
        sets = [{"id": name, "title": text(language, f"data.{name}")} for name in BUILT_IN]
        return {"models": found, "sets": sets, "local": self.local}

    def source(self, model: Any) -> Source:
        """Where the model of that id, or of what a person typed, is."""
        model = str(model or SHIPPED)
        if model == SHIPPED:
            return models.at(ASSETS / SHIPPED)
        if model.startswith("run:"):
            return models.at(self.maps.runs.folder(model.removeprefix("run:")))
        return models.find(model.removeprefix("name:"), self.local)

    def set(self, name: Any) -> tuple[str, Dataset]:
        """A data set that may be looked through: a built-in one, or a person's own by its id."""
        name = str(name)
        if OWN_SET.fullmatch(name):
            if where := next((self.own / name).glob("*"), None):
                return name, self._sets(name, f"folder:{where}")
            raise NotFound("This set of your own is not kept any more: choose its pictures again.")
        if name not in BUILT_IN:
            raise UserError("There is no data set “{name}”: choose one of {names}, or drop a folder of your own.",
                            name=name[:40], names=", ".join(BUILT_IN))  # fmt: skip
        return name, self._sets(name, name)

    def keep(self, files: Sequence[tuple[str, bytes]], language: str) -> dict[str, Any]:
        """A person's pictures, kept for two days: {"pictures": [{"own", "name"}], "skipped": sentences}."""
        self._expire()
        kept, skipped = [], []
        for name, content in files:
            try:
                image = folder.open_image(content, name, OWN_SIDE)
            except UserError as error:
                skipped.append(told(language, error))
                continue
            image.thumbnail((OWN_SIDE, OWN_SIDE))
            out = io.BytesIO()
            image.save(out, "PNG")
            own = f"own-{hashlib.sha256(out.getvalue()).hexdigest()[:20]}"
            self.own.mkdir(parents=True, exist_ok=True)
            (self.own / f"{own}.png").write_bytes(out.getvalue())
            kept.append({"own": own, "name": name})
        return {"pictures": kept, "skipped": skipped}

    def keep_set(self, files: Sequence[tuple[str, bytes]], language: str) -> dict[str, Any]:
        """A person's images, or a zip of them, kept for two days as a data set: {"set": {…}, "skipped": sentences}."""
        self._expire()
        if not files:
            raise UserError("No file came: choose an image.")
        whole = hashlib.sha256()
        for name, content in files:
            whole.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
        own = f"set-{whole.hexdigest()[:20]}"
        zipped = len(files) == 1 and files[0][1].startswith(b"PK")
        into = self.own / own if zipped else self.own / own / "images"
        into.mkdir(parents=True, exist_ok=True)
        places = ["images.zip"] if zipped else _inside([name for name, _ in files])
        for place, (_, content) in zip(places, files, strict=True):
            path = into / place
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        (self.own / own).touch()  # two days from now, however often it came
        try:
            _, data = self.set(own)
        except UserError as error:
            shutil.rmtree(self.own / own, ignore_errors=True)
            # where this machine keeps it is nobody's business
            shown = ", ".join([name for name, _ in files[:3]] + ["…"] * (len(files) > 3))
            values = {key: shown if str(value).startswith(str(self.own)) else value for key, value in error.values.items()}
            raise UserError(error.sentence, **values) from error
        about = {"id": own, "title": text(language, "data.own"), "count": _count(data), "classes": len(data.classes)}
        return {"set": about, "skipped": [told(language, error) for error in data.skipped]}

    def _expire(self) -> None:
        """Forget what is too old, and the oldest of what is too much."""
        total = 0
        there = [(path.stat().st_mtime, path) for path in self.own.glob("*") if path.exists()]
        for changed_at, path in sorted(there, reverse=True):
            total += sum(file.stat().st_size for file in (path, *path.rglob("*")) if file.exists())
            if time.time() - changed_at > OWN_DAYS * 86_400 or total > OWN_BYTES:
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)

    def picture(self, asked: Any) -> NDArray[np.uint8]:
        """(H,W,1 or 3) of {"set", "index"} or {"own"}."""
        asked = asked if isinstance(asked, Mapping) else {}
        own = str(asked.get("own", ""))
        if own:
            path = self.own / f"{own}.png"
            if not OWN.fullmatch(own) or not path.exists():
                raise NotFound("This picture is not kept any more: choose it again.")
            with Image.open(path) as image:
                pixels = np.asarray(image)
            return pixels[..., None] if pixels.ndim == 2 else pixels
        _, data = self.set(asked.get("set"))
        return _pixels(data, _index(asked.get("index"), _count(data)))

    # -- asking -------------------------------------------------------------------------------------------------

    def ask(self, kind: str, asked: Mapping[str, Any], language: str, patience: float = PATIENCE) -> dict[str, Any]:
        """The answer, with "state": "done", or how far it is: "working" or "waiting", "progress" and "words".

        Asked again with the same words it goes on waiting. UserError where there is no answer.
        """
        questions: dict[str, Callable[..., dict[str, Any]]] = {
            "load": self._load, "deal": self._deal, "match": self._match, "find": self._find, "texts": self._texts,
            "test": self._test,
        }  # fmt: skip
        if kind not in questions:
            raise UserError("There is no question “{name}”.", name=kind[:40])
        who, question = str(asked.get("who", ""))[:40], {key: value for key, value in asked.items() if key != "who"}
        source = None if kind == "deal" else self.source(asked.get("model"))  # a run that has learned more is another one
        key = json.dumps([kind, question, language, repr(source)], sort_keys=True)
        with self._lock:
            one = self._asking.get(key)
            if one is None:
                if sum(not (a.future and a.future.done()) for a in self._asking.values()) >= ASKED:
                    raise UserError("Too many questions are being answered: try again in a minute.")
                one = self._asking[key] = Asking({who: time.monotonic()})
                one.future = self._pool.submit(self._answer, one, questions[kind], source, question, language)
            one.asked[who] = time.monotonic()
            self._asking.move_to_end(key)
            for old in [k for k, a in self._asking.items() if a.future and a.future.done()][:-KEPT]:
                del self._asking[old]
        assert one.future is not None
        try:
            return {"state": "done"} | one.future.result(patience)
        except TimeoutError:
            if one.future.done():  # it was the answer's own
                raise
            words = text(language, f"match.wait_{one.words}")
            return {"state": "working" if one.begun else "waiting", "progress": one.progress, "words": words}
        except BaseException as error:
            with self._lock:
                self._asking.pop(key, None)  # another try is another one
            if isinstance(error, Cancelled):  # by those who left, and now somebody asks again
                return {"state": "waiting", "progress": 0.0, "words": text(language, "match.wait_thinking")}
            raise

    def wait(self, kind: str, asked: Mapping[str, Any], language: str = "en") -> dict[str, Any]:
        """The answer, however long it takes."""
        while (found := self.ask(kind, asked, language, WAITS / 3))["state"] != "done":
            pass
        return found

    def _answer(self, one: Asking, work: Callable[..., Any], source: Any, asked: Any, language: str) -> dict[str, Any]:
        if not one.is_wanted():
            raise Cancelled
        one.begun = True
        if source is not None:  # here: in the background, everybody would wait for a download
            one.words = "downloading" if source.kind in ("hub", "name") else one.words
            models.fetched(source, lambda share: self._told(one, share))
            one.progress = 0.0
        return work(source, asked, language, one)

    def _told(self, one: Asking, share: float) -> None:
        one.progress = share
        if not one.is_wanted():
            raise Cancelled

    def _do(self, one: Asking, urgency: int, words: str, work: Callable[..., Any], *args: Any, share: float = 1.0) -> Any:
        """In the background process, while somebody waits. share: the part of the whole that this is."""
        job, base = self.background.submit(urgency, one.is_wanted, work, *args), one.progress
        one.words = words
        while True:
            try:
                found = job.result(0.1)
                one.progress = base + share
                return found
            except TimeoutError:
                if job.done():
                    raise
                one.progress = base + share * job.progress

    # -- what a network does ------------------------------------------------------------------------------------

    def _loaded(self, source: Source, one: Asking) -> dict[str, Any]:
        if source not in self._about:
            self._about[source] = self._do(one, SOON, "loading", models.describe, source, share=0.0)
            one.progress = 0.0
        return self._about[source]

    def _see(self, source: Source, name: str, data: Dataset, index: Sequence[int], one: Asking) -> Array:
        """Embeddings (n,D) of those images of a data set; what was seen once is kept."""
        with self._lock:
            seen = self._seen.setdefault((source, name), _Seen(_count(data)))
            self._seen.move_to_end((source, name))
            while len(self._seen) > 6:
                self._seen.popitem(last=False)
        missing = [i for i in dict.fromkeys(index) if not seen.there[i]]
        done, chunk, base = 0, FIRST_CHUNK, one.progress
        while done < len(missing):
            part = missing[done : done + chunk]
            begun = time.monotonic()
            found = self._do(one, LATER, "seeing", models.see, source, [_pixels(data, i) for i in part], share=0.0)
            seen.keep(part, found)
            done += len(part)
            one.progress = base + (1 - base) * done / len(missing)
            chunk = max(FIRST_CHUNK, min(2_000, int(len(part) * CHUNK_SECONDS / max(0.01, time.monotonic() - begun))))
        return seen.values if isinstance(index, range) else seen.values[list(index)]  # the same array again has a graph

    def _pictures(self, source: Source, asked: Any, one: Asking) -> Array:
        """Embeddings (n,D) of pictures that a question is about."""
        pictures = asked if isinstance(asked, list) else []
        if not 1 <= len(pictures) <= PICTURES:
            raise UserError("Choose from 1 to {most} pictures.", most=PICTURES)
        return self._do(one, NOW, "seeing", models.see, source, [self.picture(p) for p in pictures], share=0.2)

    def _prompts(
        self, source: Source, texts: Sequence[str], template: str, one: Asking
    ) -> tuple[Array, list[bool], list[list[str]]]:
        """Texts -> embeddings (m,D), whether a word of each is known, and the sentences that were read for each."""
        read = [[t.format(words) for t in _templates(words, template)] for words in (_plain(one_text) for one_text in texts)]
        wanted = list(dict.fromkeys([*(s for sentences in read for s in sentences), *map(_plain, texts)]))
        with self._lock:
            have = {s: self._read[source, s] for s in wanted if (source, s) in self._read}
        if missing := [s for s in wanted if s not in have]:
            values, known = self._do(one, NOW, "reading", models.read, source, missing, share=0.1)
            have |= {s: (v, bool(k)) for s, v, k in zip(missing, values, known, strict=True)}
            with self._lock:
                self._read.update({(source, s): have[s] for s in missing})
                while len(self._read) > READ:
                    self._read.popitem(last=False)
        found = np.stack([np.mean([have[s][0] for s in sentences], 0) for sentences in read])
        found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)
        return found.astype(np.float32), [have[_plain(t)][1] for t in texts], read

    # -- the questions ------------------------------------------------------------------------------------------

    def _load(self, source: Source, asked: Mapping[str, Any], language: str, one: Asking) -> dict[str, Any]:
        about = self._loaded(source, one)
        return {"about": about | {"id": str(asked.get("model") or SHIPPED), "title": source.title}}

    def _deal(self, source: None, asked: Mapping[str, Any], language: str, one: Asking) -> dict[str, Any]:
        name, data = self.set(asked.get("set"))
        count, n = min(int(_number(asked.get("count", 8), 1, PICTURES)), len(data.test)), len(data.test)
        if asked.get("seed") is None:
            index = evaluate.spread(n, count)
        else:
            index = np.random.default_rng(int(_number(asked["seed"], 0, 2**31))).choice(n, count, replace=False).tolist()
        return {"pictures": [{"set": name, "index": i} | _known_of(data, i, language) for i in index]}

    def _match(self, source: Source, asked: Mapping[str, Any], language: str, one: Asking) -> dict[str, Any]:
        texts = _texts_of(asked.get("texts"), LABELS)
        about = self._loaded(source, one)
        images = self._pictures(source, asked.get("pictures"), one)
        prompts, known, read = self._prompts(source, texts, _template(asked), one)
        scale = about["scale"] if asked.get("scale") is None else _number(asked["scale"], 0.1, 1_000)
        cosines = images @ prompts.T
        answer = {
            "cosines": cosines.tolist(), "to_text": softmax(scale * cosines, 1).tolist(),
            "to_image": softmax(scale * cosines, 0).tolist(), "scale": scale, "neutral": None, "read": read,
            "unknown": [i for i, k in enumerate(known) if not k], "texts": texts,
        }  # fmt: skip
        if asked.get("neutral"):
            words = NEUTRAL["zh" if any(CHINESE.search(t) for t in texts) and about["multilingual"] else "en"]
            nothing = images @ self._prompts(source, [words], "none", one)[0].T
            both = softmax(scale * np.concatenate([cosines, nothing], 1), 1)
            answer["neutral"] = {"text": words, "cosines": nothing[:, 0].tolist(), "to_text": both.tolist()}
        return answer

    def _find(self, source: Source, asked: Mapping[str, Any], language: str, one: Asking) -> dict[str, Any]:
        name, data = self.set(asked.get("set"))
        self._loaded(source, one)
        count = int(_number(asked.get("count", 24), 1, HITS))
        if asked.get("picture") is not None:
            query = self._pictures(source, [asked["picture"]], one)[0]
        else:
            query = self._prompts(source, _texts_of([asked.get("text")], 1), _template(asked), one)[0][0]
        one.progress = 0.0
        gallery = self._see(source, name, data, range(_count(data)), one)
        begun = time.perf_counter()
        index, cosine, how = nearest(query, gallery, count + 1)
        like = asked.get("picture") or {}
        itself = _index(like.get("index"), _count(data)) if like.get("set") == name and not like.get("own") else None
        hits = [(i, c) for i, c in zip(index.tolist(), cosine.tolist(), strict=True) if i != itself]
        return {
            "hits": [{"index": i, "cosine": c} | _known_of(data, i, language) for i, c in hits[:count]],
            "of": len(gallery), "seconds": time.perf_counter() - begun, "how": how,
        }  # fmt: skip

    def _texts(self, source: Source, asked: Mapping[str, Any], language: str, one: Asking) -> dict[str, Any]:
        about = self._loaded(source, one)
        if asked.get("texts"):
            texts = _texts_of(asked["texts"], LISTED)
        else:
            _, data = self.set(asked.get("set"))
            texts = vocabulary(data, str(asked.get("language") or language), LISTED)
        image = self._pictures(source, [asked.get("picture")], one)
        one.progress = 0.2
        cosines = (image @ self._prompts(source, texts, _template(asked), one)[0].T)[0]
        share = softmax(about["scale"] * cosines, 0)
        order = np.argsort(-cosines)[: int(_number(asked.get("count", 20), 1, 50))]
        hits = [{"text": texts[i], "cosine": float(cosines[i]), "share": float(share[i])} for i in order]
        return {"hits": hits, "of": len(texts)}

    def _test(self, source: Source, asked: Mapping[str, Any], language: str, one: Asking) -> dict[str, Any]:
        name, data = self.set(asked.get("set"))
        if data.test.labels is None or data.train.labels is None:
            raise UserError("These images have no labels, so there is nothing to test against: choose a set with classes.")
        about = self._loaded(source, one)
        template, own = _template(asked), "zh" if language == "zh" and about["multilingual"] else "en"
        prompts, rows = [], []
        for label in range(len(data.classes)):
            words = [class_name(data, label, own), *_members(data, label, own)]
            values, _, read = self._prompts(source, words, template, one)
            prompts.append(read[0][0])
            middle = values.mean(0)
            rows.append(middle / max(float(np.linalg.norm(middle)), 1e-12))
        one.progress = 0.0
        index = evaluate.subset(data.test, JUDGED).tolist()
        bank = [len(data.test) + i for i in evaluate.subset(data.train, BANK).tolist()]
        both = self._see(source, name, data, [*index, *bank], one)
        features, known = both[: len(index)], both[len(index) :]
        labels = data.test.labels[index].numpy()
        share = softmax(about["scale"] * features @ np.stack(rows).T, 1)
        said = share.argmax(1)
        k = len(data.classes)
        confusion = np.bincount(labels * k + said, minlength=k * k).reshape(k, k)
        wrong = [i for i in np.argsort(-share.max(1)) if said[i] != labels[i]][:MISTAKES]
        names = [class_name(data, label, language) for label in range(k)]
        counts = confusion.sum(1)
        known_labels = data.train.labels[evaluate.subset(data.train, BANK)].numpy()
        beside = self._do(one, SOON, "probing", judge, features, labels, known, known_labels)
        return {
            "accuracy": float((said == labels).mean()), "chance": float(counts.max() / counts.sum()), "of": len(labels),
            **beside,
            "classes": [{"name": names[i], "accuracy": float(confusion[i, i] / counts[i]) if counts[i] else None,
                         "count": int(counts[i])} for i in range(k)],
            "confusion": confusion.tolist(), "prompts": prompts,
            "mistakes": [{"set": name, "index": index[i], "true": names[labels[i]], "said": names[said[i]],
                          "share": float(share[i].max())} for i in wrong],
        }  # fmt: skip


class _Seen:
    """Embeddings of a data set by one model, as far as they are there."""

    def __init__(self, count: int) -> None:
        self.there = np.zeros(count, bool)
        self.values: Any = np.zeros((count, 0), np.float32)
        self.lock = threading.Lock()

    def keep(self, index: Sequence[int], found: Array) -> None:
        with self.lock:  # two may bring the first ones
            if not self.values.shape[1]:
                self.values = np.zeros((len(self.there), found.shape[1]), np.float32)
            self.values[list(index)] = found
            self.there[list(index)] = True


# -- without a network ---------------------------------------------------------------------------------------------------


def softmax(logits: Array, axis: int) -> Array:
    """exp(x) over its sum along an axis: what CLIP's probabilities are."""
    e = np.exp(logits - logits.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def nearest(query: Array, gallery: Array, count: int) -> tuple[NDArray[np.int64], Array, str]:
    """The nearest of gallery (N,D) to query (D,), all of length 1: indices, cosines, and how they were found.

    Up to EXACT images every one is compared; past that by an HNSW graph (usearch), whose recall is above 0.9, not 1, and
    less where many images are the same.
    """
    count = min(count, len(gallery))
    if len(gallery) <= EXACT:
        cosines, index = (torch.from_numpy(gallery) @ torch.from_numpy(query)).topk(count)
        return index.numpy(), cosines.numpy(), "exact"
    with _building:  # two who ask at once need one graph
        graph = _graph(_Same(gallery))
    found = graph.search(query, count)
    index = np.asarray(found.keys, np.int64)
    return index, gallery[index] @ query, "usearch"


class _Same:
    """An array that is equal to itself alone: a key of a cache."""

    def __init__(self, values: Array) -> None:
        self.values = values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.values is other.values

    def __hash__(self) -> int:
        return hash((id(self.values), self.values.shape))


_building = threading.Lock()


@lru_cache(2)
def _graph(gallery: _Same) -> Any:
    from usearch.index import Index

    index = Index(ndim=gallery.values.shape[1], metric="ip", dtype="f32")
    index.add(np.arange(len(gallery.values)), gallery.values)
    return index


def judge(features: Array, labels: Any, bank: Array, bank_labels: Any, watch: Any) -> dict[str, float]:
    """kNN and linear probe of the features (N,D), from those of images with labels (M,D)."""
    x, y, b, bl = (torch.from_numpy(np.ascontiguousarray(a)) for a in (features, labels, bank, bank_labels))
    return {"knn": metrics.knn_accuracy(x, y, b, bl), "probe": metrics.linear_probe(x, y, b, bl)}


def vocabulary(data: Dataset, language: str, most: int) -> list[str]:
    """The words of a data set: its captions, each once, or the names of its classes."""
    parts = (data.test, data.train)
    captions = dict.fromkeys(c for part in parts for c in part.captions.get(language, part.captions.get("en", ())))
    found = list(captions) or [class_name(data, label, language) for label in range(len(data.classes))]
    if not found:
        raise UserError("These images have no words of their own: type a list.")
    return found[:most]


def class_name(data: Dataset, label: int, language: str) -> str:
    """A class in a language."""
    name = data.classes[label]
    return classes(language).get(name, name)


def _members(data: Dataset, label: int, language: str) -> list[str]:
    """A few captions of a class's training images: a group of emoji is better known by its members than by its name."""
    captions = data.train.captions.get(language)
    if not captions or data.train.labels is None:
        return []
    own = list(dict.fromkeys(captions[i] for i in (data.train.labels == label).nonzero().flatten().tolist()))
    return [own[i] for i in evaluate.spread(len(own), MEMBERS)]


def _megabytes(folder: Path, pattern: str = "*") -> float:
    return sum(path.stat().st_size for path in folder.glob(pattern)) / 1e6


def _inside(names: Sequence[str]) -> list[Path]:
    """Places for files whose names came from outside, and are no paths: a folder, which may be a class, and the name itself.

    A number goes before a name that another file or a folder has.
    """
    split = [[part.strip()[-60:] for part in re.split(r"[\\/]", name.replace("\0", "")) if part.strip(". ")] for name in names]
    taken, places = {part.casefold() for parts in split for part in parts[-2:-1]}, list[Path]()
    for number, parts in enumerate(split):
        place = Path(*parts[-2:] or [f"{number}"])
        while str(place).casefold() in taken:
            place = place.with_name(f"{number} {place.name}")
        taken.add(str(place).casefold())
        places.append(place)
    return places


def _count(data: Dataset) -> int:
    return len(data.test) + len(data.train)


def _part(data: Dataset, index: int) -> tuple[Images, int]:
    """Held-out images first."""
    return (data.test, index) if index < len(data.test) else (data.train, index - len(data.test))


def _pixels(data: Dataset, index: int) -> NDArray[np.uint8]:
    part, at = _part(data, index)
    return part.images[at].permute(1, 2, 0).numpy()


def _known_of(data: Dataset, index: int, language: str) -> dict[str, str | None]:
    part, at = _part(data, index)
    captions = part.captions.get(language, part.captions.get("en", ()))
    label = None if part.labels is None else class_name(data, int(part.labels[at]), language)
    return {"name": part.names[at] if part.names else "", "caption": captions[at] if captions else None, "label": label}


def _plain(words: str) -> str:
    return " ".join(words.split())


def _templates(words: str, template: str) -> tuple[str, ...]:
    own = TEMPLATES["zh" if CHINESE.search(words) else "en"]
    return {"none": own[:1], "one": own[1:2], "ensemble": own}[template]


def _template(asked: Mapping[str, Any]) -> str:
    template = asked.get("template") or "none"
    if template not in ("none", "one", "ensemble"):
        raise UserError("Choose one of {options}.", options="none, one, ensemble")
    return template


def _texts_of(asked: Any, most: int) -> list[str]:
    """What was asked, each once, as it is spelt first: two that differ in case or spaces alone would halve one's share."""
    texts: dict[str, str] = {}
    for one in asked if isinstance(asked, list) else []:
        if one is not None and (words := _plain(str(one))[:LENGTH]):
            texts.setdefault(words.casefold(), words)
    if not texts:
        raise UserError("Type at least one label.")
    if len(texts) > most:
        raise UserError("At most {most} texts fit into one question.", most=most)
    return list(texts.values())


def _number(value: Any, low: float, high: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not low <= number <= high:
        raise UserError("A number from {low} to {high} is needed here.", low=f"{low:g}", high=f"{high:g}")
    return number


def _index(value: Any, count: int) -> int:
    return int(_number(value, 0, count - 1))
