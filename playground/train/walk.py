"""One step in slow motion, for the page: what trainers/walk.py kept of a batch, as pictures, tables and words.

The work is done in the process that asks networks, once for all who ask for the same batch of the same network.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from playground.maps.making import Maps
from playground.once import Once
from playground.page.http import png
from playground.texts import table, text
from playground.train.answers import Closer, Station, Walked, WalkPart, WalkTable, WalkVectors
from trainers import record
from trainers.data import Dataset, load
from trainers.method import method_class
from trainers.metrics import std_sqrt_d
from trainers.objectives import Comparison, Cosines, CrossEntropy, Squares
from trainers.walk import Walk, Walker, check

LIGHT, DARK = (234, 88, 12), (59, 130, 246)  # numbers above and below 0, as cosines everywhere
GREY = 0.5  # of a patch that is not seen


class Walks:
    """Walks through the runs of one folder. Safe to call from many threads."""

    def __init__(self, maps: Maps) -> None:
        self.maps = maps
        self._found = Once(self._find, 32, at_once=1, share=maps.share)

    def walk(self, run: str, number: int, language: str) -> Walked:
        """The run's next batch but `number`, with its words. UserError where no network was saved yet."""
        check(number)
        found: Any = self._found(self.maps.runs.folder(run), self.maps.model_changed(run), number)
        return found | said(found, record.read_config(self.maps.runs.folder(run)).method, language)

    def _find(self, folder: Path, changed: int, number: int) -> Any:
        background = self.maps.measures.background
        if background is None:
            return walked(folder, changed, number)
        return background.answer(walked, folder, changed, number)


def walked(folder: Path, changed: int, number: int, watch: Callable[[float], None] = lambda share: None) -> dict[str, Any]:
    """A walk as the page has it, without its words: in the process that asks networks."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # for so few images a second thread is only waited for
    try:
        return told(_walker(folder, changed).walk(number))
    finally:
        torch.set_num_threads(threads)


@lru_cache(3)
def _walker(folder: Path, changed: int) -> Walker:
    config = record.read_config(folder)
    return Walker(folder, _data(config.dataset, config.size))


@lru_cache(2)
def _data(dataset: str, size: int | None) -> Dataset:
    return load(dataset, size)


def told(walk: Walk) -> dict[str, Any]:
    """All of a walk but its words."""
    first, again, count = walk.first, walk.again, len(walk.batch.images)
    strips = pictures(walk)
    gradient = first.embedding.grad
    return {
        "step": walk.step, "of": walk.of, "count": count, "rate": walk.rate,
        "loss": float(first.loss.detach()), "loss_after": float(again.loss.detach()),
        "terms": {name: float(first.parts[name].detach()) for name in walk.method.terms},
        "temperature": temperature(walk),
        "spread": float(std_sqrt_d(first.embedding.detach())),
        "strips": {name: strip(images) for name, images in strips.items()},
        "sides": {name: len(images) for name, images in strips.items()},
        "vectors": vectors(walk, "both" in strips),
        "tables": tables(walk, "both" in strips),
        "closer": closer(first.embedding, again.embedding, count),
        "gradients": None if gradient is None else numbers(gradient.flatten(1).norm(dim=1)),
        "parts": [{"name": part.name, "gradient": part.gradient, "moved": part.moved, "label": ""} for part in walk.parts],
        "numbers": facts(walk),
    }  # fmt: skip


# -- pictures ----------------------------------------------------------------------------------------------------------


def pictures(walk: Walk) -> dict[str, Tensor]:
    """Rows of pictures (n,C,H,W) in [0,1]: the images, what was made of them, and what the network made."""
    batch, first, again, method = walk.batch, walk.first, walk.again, walk.method
    found = {"image": batch.images} | {f"view {i + 1}": view for i, view in enumerate(batch.views)}
    if len(batch.views) > 1:
        found["both"] = torch.cat(batch.views[:2])
    taken = first.handed.get("encoder", [((batch.images,), None)])[0][0][0]
    if not batch.views and not torch.equal(taken, batch.images):
        found["corrupted"] = taken
    for one, then in zip(first.comparisons, again.comparisons, strict=True):
        if not isinstance(one, Squares) or not isinstance(then, Squares):
            continue
        made, after, push = one.made.detach(), then.made.detach(), -_gradient(one.made)
        if made.ndim == 3 and hasattr(method, "grid"):
            hidden, truth = (_gradient(one.value) > 0).any(2, keepdim=True), one.truth
            found["visible"] = method.grid.join(torch.where(hidden, GREY, truth))
            made, after = (method.grid.join(torch.where(hidden, x, truth)) for x in (made, after))
            push = method.grid.join(push)
        if made.shape == batch.images.shape:
            found |= {"reconstruction": made, "push": _signed(push), "after": after}
    return {name: images.detach().float().clamp(0, 1) for name, images in found.items()}


def strip(images: Tensor) -> str:
    """Pictures (n,C,H,W) in [0,1] side by side, as an address."""
    pixels = (images * 255).round().byte().permute(2, 0, 3, 1).flatten(1, 2).numpy()  # (H,n·W,C)
    return f"data:image/png;base64,{base64.b64encode(png(pixels)).decode()}"


def heat(values: Tensor) -> str:
    """Numbers (n,m) as a picture of a pixel each, in the colours of cosines, as an address."""
    shade = (values.abs() / values.abs().max().clamp(min=1e-12) * 255).round().byte().numpy()
    colour = np.where((values > 0).numpy()[..., None], np.array(LIGHT, np.uint8), np.array(DARK, np.uint8))
    out = io.BytesIO()
    Image.fromarray(np.concatenate([colour, shade[..., None]], 2)).save(out, "PNG")
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"


def _signed(push: Tensor) -> Tensor:
    """Where pixels are pushed (n,C,H,W) as pictures with colours: grey stays, light grows brighter, dark darker."""
    return 0.5 + push / push.abs().max().clamp(min=1e-12) / 2


# -- numbers -----------------------------------------------------------------------------------------------------------


def numbers(values: Tensor) -> list[Any]:
    """Numbers of any shape as lists, with seven digits; what is infinite is None."""
    if values.ndim > 1:
        return [numbers(row) for row in values]
    return [float(f"{x:.7g}") if np.isfinite(x) else None for x in values.detach().double().tolist()]


def temperature(walk: Walk) -> float | None:
    """τ of a softmax, where the method has one: logits times it are cosines."""
    if not any(isinstance(one, CrossEntropy) for one in walk.first.comparisons):
        return None
    scale = getattr(walk.method, "logit_scale", None)
    return getattr(walk.method.config, "temperature", None) if scale is None else 1 / float(scale.detach().exp())


def vectors(walk: Walk, pairs: bool) -> list[WalkVectors]:
    """What networks hand on, a row of numbers an image or a view."""
    first, strip, both = walk.first, "both" if pairs else "view 1" if walk.batch.views else "image", len(walk.batch.images)
    rows = both * (2 if pairs else 1)
    found: list[tuple[str, Tensor]] = []
    if "encoder" in first.handed:
        found.append(("features", first.handed["encoder"][0][1]))
    if "prototypes" not in first.handed and "encoder" not in first.handed and "decoder" in first.handed:
        found.append(("tokens", first.handed["decoder"][0][0][0]))
    if first.embedding.grad is not None:
        found.append(("embedding", first.embedding))
    if "predictor" in first.handed:
        found.append(("prediction", first.handed["predictor"][0][1]))
    if "target" in first.handed:
        found.append(("target", first.handed["target"][0][1]))
    texts = first.handed.get("texts")
    if texts is not None:
        found.append(("words", texts[0][1]))
    made: list[WalkVectors] = []
    for key, tensor in found:
        values = tensor.detach().flatten(1)[: rows if key != "words" else 2 * both]
        made.append({"key": key, "name": "", "strip": "" if key == "words" else strip, "rows": len(values),
                     "columns": values.shape[1], "low": float(values.min()), "high": float(values.max()),
                     "src": heat(values)})  # fmt: skip
    return made


def tables(walk: Walk, pairs: bool) -> list[WalkTable]:
    """What the loss compares, entry by entry."""
    found: list[WalkTable] = []
    groups: dict[tuple[object, ...], list[tuple[Comparison, Comparison]]] = {}
    for one, then in zip(walk.first.comparisons, walk.again.comparisons, strict=True):
        key = (one.logits.data_ptr(), *one.logits.shape) if isinstance(one, CrossEntropy) else (id(one),)
        groups.setdefault(key, []).append((one, then))
    for place, several in enumerate(groups.values()):  # one view's logits may have several targets
        one, then = several[0]
        if isinstance(one, CrossEntropy) and isinstance(then, CrossEntropy):
            found.append(_softmax(walk, place, [c for c, _ in several if isinstance(c, CrossEntropy)], then, pairs))
        elif isinstance(one, Cosines) and isinstance(then, Cosines):
            found += _cosines(walk, one, then, pairs)
        elif isinstance(one, Squares) and isinstance(then, Squares):
            found.append(_squares(walk, one, then))
    return found


def _empty(kind: str, key: str, strip: str, rows: list[int]) -> Any:
    return {"kind": kind, "key": key, "name": "", "strip": strip, "rows": rows, "row_names": [], "across": "", "columns": [],
            "names": [], "values": [], "rest": [], "target": [], "gradient": [], "weight": 0.0, "shares": [], "after": [],
            "grid": None}  # fmt: skip


def _softmax(walk: Walk, place: int, several: list[CrossEntropy], then: CrossEntropy, pairs: bool) -> WalkTable:
    one, weight = several[0], sum(float(_gradient(c.value)) for c in several)
    logits, after, count = one.logits.detach(), then.logits.detach(), len(walk.batch.images)
    target = sum(c.target.detach() * float(_gradient(c.value)) for c in several) / max(weight, 1e-12)
    rows, columns = logits.shape
    found = _empty(
        "softmax", "similarity", "both" if pairs else "image", [i % (2 * count if pairs else count) for i in range(rows)]
    )
    found["weight"], kept = weight, columns
    captions = _captions(walk)
    if captions and rows == count:  # images look for their captions, among which are others
        kept = next(
            (c.logits.shape[0] for c in walk.first.comparisons if isinstance(c, CrossEntropy) and c is not one), columns
        )
        found |= {"key": "to_text", "strip": "view 1", "names": captions[:kept], "across": "view 1",
                  "columns": [i % count for i in range(kept)]}  # fmt: skip
    elif captions:
        found |= {"key": "to_image", "strip": "view 1", "row_names": captions[:rows], "across": "view 1",
                  "columns": list(range(columns))}  # fmt: skip
    elif "prototypes" in walk.first.handed:
        found |= {"key": "assignments", "strip": f"view {place + 1}", "rows": list(range(rows))}
    elif rows == columns:
        found |= {"across": found["strip"], "columns": found["rows"]}
    found["values"], found["rest"] = numbers(logits[:, :kept]), numbers(logits[:, kept:]) if kept < columns else []
    found["target"], found["after"] = numbers(torch.as_tensor(target)), numbers(after[:, :kept])
    found["gradient"] = numbers(torch.stack([_gradient(c.logits) for c in several]).sum(0)[:, :kept])
    return found


def _captions(walk: Walk) -> list[str]:
    texts = walk.first.handed.get("texts")
    return [walk.method.spec.captions[int(i)] for i in texts[0][0][0]] if texts else []


def _cosines(walk: Walk, one: Cosines, then: Cosines, pairs: bool) -> list[WalkTable]:
    count = len(walk.batch.images)
    sides = len(one.value) // count
    if sides * count != len(one.value) or sides > 2 or not pairs:  # in another order than that of the views
        return []
    found = _empty("cosine", "predictions", "both", list(range(len(one.value))))

    def laid(values: Tensor) -> list[Any]:
        return numbers(values.detach().unflatten(0, (sides, count)))

    pull = _gradient(one.value)
    found |= {"across": "image", "columns": list(range(count)), "values": laid(one.value), "after": laid(then.value),
              "shares": laid((1 - one.value) * -pull),
              "gradient": laid(pull.sign() * _gradient(one.one).norm(dim=1))}  # fmt: skip
    return [found]


def _squares(walk: Walk, one: Squares, then: Squares) -> WalkTable:
    count, grid = len(walk.batch.images), getattr(walk.method, "grid", None) if one.value.ndim == 3 else None
    found = _empty("square", "patches" if grid else "rebuilt", "reconstruction", list(range(count)))
    weight = _gradient(one.value)
    cells = (lambda x: x) if grid else (lambda x: x.flatten(1).unsqueeze(1))  # (B,T,P), or an image in one
    counts = (cells(weight) > 0).any(2)
    error, after = (torch.where(counts, cells(c.value.detach()).mean(2), torch.nan) for c in (one, then))
    found |= {"values": numbers(error), "after": numbers(after), "shares": numbers((cells(one.value.detach() * weight)).sum(2)),
              "gradient": numbers(cells(_gradient(one.made)).sum(2)),
              "grid": [grid.rows, grid.columns] if grid else None}  # fmt: skip
    return found


def _gradient(tensor: Tensor) -> Tensor:
    return torch.zeros_like(tensor) if tensor.grad is None else tensor.grad.detach()


def closer(embedding: Tensor, again: Tensor, count: int) -> Closer | None:
    """Whether views of one image came nearer to each other, and those of different images; None without two views."""
    if len(embedding) != 2 * count or count < 2:
        return None
    same = torch.eye(count, dtype=torch.bool).repeat(2, 2)

    def cosines(z: Tensor) -> tuple[list[float], float]:
        z = F.normalize(z.detach(), dim=1)
        found = z @ z.T
        return numbers(found[:count, count:].diagonal()), float(found[~same].mean())

    (pairs, others), (pairs_after, others_after) = cosines(embedding), cosines(again)
    return {"pairs": pairs, "pairs_after": pairs_after, "others": others, "others_after": others_after}


def facts(walk: Walk) -> dict[str, Any]:
    """What sentences speak of, besides."""
    first, found = walk.first, {"dimensions": walk.first.embedding.shape[1]}
    held = next((c for c in first.comparisons if isinstance(c, Cosines)), None)
    if held is not None:
        found["held"] = not held.other.requires_grad
    for key, name in (("features", "encoder"), ("prototypes", "prototypes")):
        if name in first.handed:
            found[key] = first.handed[name][0][1].shape[1]
    squared = next((c for c in first.comparisons if isinstance(c, Squares)), None)
    if squared is not None and squared.value.ndim == 3:
        found |= {"patches": squared.value.shape[1], "hidden": int((_gradient(squared.value)[0] > 0).any(1).sum()),
                  "visible": first.handed["decoder"][0][0][0].shape[1]}  # fmt: skip
    return found


# -- words -------------------------------------------------------------------------------------------------------------


def stations(found: Any, method: str) -> list[tuple[str, str]]:
    """The stations of a walk in their order, each with the key of its words."""
    strips, keys, cls = found["strips"], [one["key"] for one in found["vectors"]], method_class(method)
    compared = found["tables"][0]["key"] if found["tables"] else ""
    order = [("images", "images")]
    if "view 1" in strips or "corrupted" in strips or "visible" in strips:
        views = "one_view" if "view 2" not in strips else "views"
        order.append(("views", "damage" if "corrupted" in strips else "mask" if "visible" in strips else views))
    if {"features", "tokens"} & {*keys}:
        order.append(("features", "tokens" if "tokens" in keys else "features"))
    if "embedding" in keys:
        order.append(
            ("embeddings", "code" if cls.card.family == "autoencoder" else "texts" if "words" in keys else "embeddings")
        )
    if compared == "predictions":
        held = found["numbers"].get("held")
        order.append(("compared", "teacher" if "target" in keys else "predictions" if held else "predictions_free"))
    elif compared:
        order.append(("compared", "captions" if compared == "to_text" else compared))
    return [*order, ("loss", "loss"), ("gradient", "gradient"), ("moved", "moved")]


def said(found: Any, method: str, language: str) -> Any:
    """The words of a walk: its stations, the names of its parts, and what the page says of an entry."""

    def t(key: str, **values: object) -> str:
        return text(language, f"walk.{key}", **values)

    blanks = {"count": found["count"], "of": found["of"], "step": f"{found['step']:,}", "views": 2 * found["count"],
              "rate": f"{found['rate']:g}", "tau": f"{found['temperature'] or 0:.3g}", **found["numbers"]}  # fmt: skip
    known = table(language)
    places: list[Station] = [{"key": key, "title": t(f"{words}_title"), "text": t(words, **blanks)}
                             for key, words in stations(found, method)]  # fmt: skip

    def named(part: dict[str, Any]) -> WalkPart:
        return {**part, "label": known.get(f"walk.part_{part['name']}", part["name"])}  # pyright: ignore[reportReturnType]

    return {
        "stations": places,
        "parts": [named(part) for part in found["parts"]],
        "vectors": [{**one, "name": t(f"vectors_{one['key']}")} for one in found["vectors"]],
        "tables": [{**one, "name": t(f"table_{one['key']}", number=at + 1)} for at, one in enumerate(found["tables"])],
        "rows": {name: known.get(f"pictures.{name.replace(' ', '_')}", "") or t(f"row_{name}") for name in found["strips"]
                 if name != "both"},
        "terms": [{"name": known.get(f"live.part_{name}", name), "value": value} for name, value in found["terms"].items()],
        "words": {key.removeprefix("walk."): value for key, value in known.items() if key.startswith("walk.say_")},
    }  # fmt: skip
