"""More drawings of the emoji than the data set has, each in other styles too: what the small CLIP that ships learns from.

Other vendors' drawings come from npm packages, as scripts/ship_clip.py says. A drawing in another style is the same one with
flat fills, with lines of ink around its parts, on other ground, or smaller within its frame.
"""

from __future__ import annotations

import dataclasses
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from scripts import build_emoji
from trainers.data import Dataset, Images, load
from trainers.data.emoji import NATIVE_SIZE as SIDE
from trainers.data.emoji import table
from trainers.data.images_io import resize

ICONS = ("emojione", "emojione-mono", "streamline", "contrast")  # packages of SVG by name, to learn from
UNSEEN = "fxemoji"  # a vendor that nothing is learned from
OLDER, SHADED = ("google-3", "google-5"), "fluentui-emoji"
STYLES = 2  # of each drawing, beside the drawing itself
CLEAR = (255, 0, 254)  # what no drawing has
Picture = NDArray[np.uint8]  # (64,64,4), or (64,64,3) on white


def styled(data: Dataset, packages: Path) -> Dataset:
    """The data set `emoji` with more drawings to learn from, each STYLES times in another style; none of vendors held out.

    Captions and labels of a drawing are those of its emoji. The same packages give the same images.
    """
    train, labels, rng = data.train, data.train.labels, np.random.default_rng(0)
    assert labels is not None
    place = {name.split()[0]: i for i, name in enumerate(train.names) if name.endswith(" google")}
    more = [(place[code], picture) for code, picture in drawn(packages)]
    native, known = load(data.name, SIDE).train, set(train.names)
    own = [(place[name.split()[0]], cut_out(picture.permute(1, 2, 0).numpy()))
           for name, picture in zip(native.names, native.images, strict=True) if name in known]  # fmt: skip
    rows, found = [row for row, _ in more], [on_white(picture) for _, picture in more]
    for _ in range(STYLES):
        for row, picture in more + own:
            rows.append(row)
            found.append(restyled(picture, rng))
    images = resize(torch.from_numpy(np.stack(found)).permute(0, 3, 1, 2), train.images.shape[-1])
    captions = {key: (*words, *(words[i] for i in rows)) for key, words in train.captions.items()}
    names = (*train.names, *(train.names[i] for i in rows))
    joined = Images(torch.cat([train.images, images]), torch.cat([labels, labels[rows]]), captions, names)
    return dataclasses.replace(data, train=joined)


# -- other vendors' drawings ---------------------------------------------------------------------------------------------


def drawn(packages: Path) -> Iterator[tuple[str, Picture]]:
    """Code and picture of every drawing to learn from that the packages have."""
    for folder in ICONS:
        yield from icons(packages / folder)
    for folder in OLDER:
        paths = build_emoji.datasource_paths(packages / folder, "google")
        for one in table():
            path = paths.get(build_emoji.bare(one.code))
            if path is not None and path.exists():
                with Image.open(path) as picture:
                    yield one.code, framed(picture)
    for one in table():
        path = build_emoji.fluent_path(packages / SHADED / "icons" / "modern", one.en)
        if path is not None and path.exists():
            yield one.code, rendered(path.read_text("utf-8"))


def icons(package: Path) -> Iterator[tuple[str, Picture]]:
    """The emoji of a package of Iconify's: by their code where it has those, else by their name in Unicode."""
    if not package.exists():
        return
    book: dict[str, Any] = json.loads((package / "icons.json").read_text("utf-8"))
    bodies = dict(book["icons"])
    for name, alias in book.get("aliases", {}).items():
        if set(alias) == {"parent"} and alias["parent"] in bodies:
            bodies.setdefault(name, bodies[alias["parent"]])
    chars = package / "chars.json"
    codes = json.loads(chars.read_text("utf-8")) if chars.exists() else {}
    by_code = {build_emoji.bare(code): name for code, name in codes.items()}
    by_name: dict[str, str] = {}
    for name in bodies:
        by_name.setdefault(letters(name), name)
    flags = {one.code: by_name.get(f"flagfor{letters(one.en)[4:]}") for one in table() if one.en.startswith("flag: ")}
    found = {code: name for code, name in flags.items() if name is not None}
    for one in table():
        name = by_code.get(build_emoji.bare(one.code)) or by_name.get(letters(one.en))
        if name is not None and name in bodies:
            found[one.code] = name
    for code, name in found.items():
        body, width, height = bodies[name], book.get("width", 16), book.get("height", 16)
        box = f"0 0 {body.get('width', width)} {body.get('height', height)}"
        links = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        yield code, rendered(f'<svg {links} viewBox="{box}" color="black">{body["body"]}</svg>')


def letters(name: str) -> str:
    """A name without what vendors write in different ways: "Face with Tears of Joy" → "facewithtearsofjoy"."""
    return re.sub(r"[^a-z0-9]", "", build_emoji.slug(name))


def rendered(svg: str) -> Picture:
    """An SVG as (64,64,4)."""
    import resvg_py  # pyright: ignore[reportMissingImports]

    png = resvg_py.svg_to_bytes(svg_string=svg, width=SIDE, height=SIDE, skip_system_fonts=True)
    return framed(Image.open(io.BytesIO(bytes(png))))


def framed(picture: Image.Image) -> Picture:
    """(64,64,4): a picture that is not square lies in the middle, one that is larger is made smaller."""
    picture, canvas = picture.convert("RGBA"), Image.new("RGBA", (SIDE, SIDE))
    picture.thumbnail((SIDE, SIDE))
    canvas.paste(picture, ((SIDE - picture.width) // 2, (SIDE - picture.height) // 2))
    return np.asarray(canvas)


# -- other styles --------------------------------------------------------------------------------------------------------


def on_white(picture: Picture) -> Picture:
    """(64,64,4) -> (64,64,3)."""
    alpha = picture[..., 3:].astype(np.float32) / 255
    return (picture[..., :3] * alpha + 255 * (1 - alpha)).round().astype(np.uint8)


def cut_out(picture: Picture) -> Picture:
    """(64,64,3) on white -> (64,64,4): what is white from the frame inwards is clear."""
    work, middle, end = Image.fromarray(picture), SIDE // 2, SIDE - 1
    for at in ((0, 0), (end, 0), (0, end), (end, end), (middle, 0), (0, middle), (end, middle), (middle, end)):
        if min(work.getpixel(at)) > 245:  # pyright: ignore[reportArgumentType]
            ImageDraw.floodfill(work, at, CLEAR, thresh=12)
    clear = (np.asarray(work) == CLEAR).all(-1)
    return np.dstack([picture, np.where(clear, 0, 255).astype(np.uint8)])


def restyled(picture: Picture, rng: np.random.Generator) -> Picture:
    """(64,64,4) -> (64,64,3): the drawing in a style that is drawn by chance."""
    alpha = picture[..., 3:].astype(np.float32) / 255
    whole, solid = (picture[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8), alpha[..., 0] > 0.5
    flat, inked, unfilled, full, white = rng.random(6)[:5] < (0.35, 0.45, 0.15, 0.35, 0.88)
    few = flattened(whole, int(rng.integers(3, 8))) if flat or inked else whole
    ink = None
    if inked:
        ink = lines(few, solid, float(rng.integers(40, 110)))
        for _ in range(int(rng.integers(0, 3))):
            ink = ink | np.roll(ink, 1, 0) | np.roll(ink, -1, 0) | np.roll(ink, 1, 1) | np.roll(ink, -1, 1)
    if flat:
        whole = few
    if ink is not None:
        fill = np.full_like(whole, 255) if unfilled else whole
        whole, solid = np.where(ink[..., None], rng.integers(0, 60), fill).astype(np.uint8), solid | ink
    side = SIDE if full else round(SIDE * rng.uniform(0.6, 1))
    ground = np.full(3, 255) if white else rng.integers(0, 256, 3)
    made = whole if white else np.where(solid[..., None], whole, ground).astype(np.uint8)
    if side == SIDE:
        return made
    back, room = np.empty_like(made), SIDE - side
    back[:] = ground
    y, x = (int(np.clip(round(room / 2 + rng.normal(0, room / 8)), 0, room)) for _ in range(2))
    back[y : y + side, x : x + side] = np.asarray(Image.fromarray(made).resize((side, side), Image.Resampling.BOX))
    return back


def flattened(picture: Picture, colours: int) -> Picture:
    """(64,64,3) in so many colours."""
    return np.asarray(Image.fromarray(picture).quantize(colours, dither=Image.Dither.NONE).convert("RGB"))


def lines(picture: Picture, solid: NDArray[np.bool_], step: float) -> NDArray[np.bool_]:
    """Where a pen would go, (64,64) bool: where neighbours differ by more than `step`, and the edge of what is solid."""
    values, steps = picture.astype(np.float32), np.zeros(solid.shape, np.float32)
    steps[:-1] = np.abs(np.diff(values, axis=0)).max(-1)
    steps[:, :-1] = np.maximum(steps[:, :-1], np.abs(np.diff(values, axis=1)).max(-1))
    around = np.pad(solid, 1)
    inside = around[:-2, 1:-1] & around[2:, 1:-1] & around[1:-1, :-2] & around[1:-1, 2:]
    return (steps > step) | (solid & ~inside)


def smaller(picture: Picture, margin: float) -> Picture:
    """(64,64,3) with a white margin on each side, as a share of the frame."""
    side = round(SIDE * (1 - 2 * margin))
    back, at = np.full_like(picture, 255), (SIDE - side) // 2
    back[at : at + side, at : at + side] = np.asarray(Image.fromarray(picture).resize((side, side), Image.Resampling.BOX))
    return back
