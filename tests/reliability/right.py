"""A right question to each route: what is bad is made from it, one thing at a time, so that it gets as far as it can."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playground.runs.rooms import Rooms
from playground.runs.store import Runs, hashed, read_images
from tests.reliability.bad import OWN, png

SHIPPED = Path(__file__).parents[2] / "assets" / "runs"
SECRET, HOST, NOBODY = "o" * 20, "host-secret", "n" * 20  # none that bad.BODIES has


@dataclass(frozen=True)
class Right:
    """slots: of the address, where `bad.GOOD` has others. query, and body as JSON or as a form; files: a picture is sent.

    last: it ends something that others ask for.
    """

    slots: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    form: Mapping[str, str] | None = None
    files: bool = False
    last: bool = False


def _asked(kind: str, run: str = "", **body: Any) -> Right:
    return Right({"kind": kind} | ({"run": run} if run else {}), {"lang": "zh"}, body)


PICTURE, TEXTS = {"set": "emoji", "index": 3}, ["a dog", "狗"]
LANGUAGE, SINCE, WHO = {"lang": "zh"}, {"lang": "zh", "after": "x"}, {"who": "me"}
WORDS = {"who": "me", "model": "emoji-clip", "template": "one"}
IMAGE = {"index": 3}
ROUTES: dict[str, tuple[Right, ...]] = {
    "GET /modules/{version}/{name:path}": (Right({"name": "style.css"}),),
    "GET /glossary": (Right({}, LANGUAGE),),
    "GET /code.svg": (Right({}, {"text": "http://127.0.0.1/?run=good"}),),
    # Train
    "GET /health": (Right(),),
    "POST /deletion": (Right(body={"secret": NOBODY}),),
    "GET /runs/{run}/live": (Right({}, SINCE),),
    "GET /runs/{run}/looks/{count:number}": (Right({"count": "1"}),),
    "GET /runs/{run}/images.{kind:str}": (Right({}, LANGUAGE), Right({"kind": "png"})),
    "GET /runs/{run}/pictures/{step:number}": (Right({"step": "926"}, {"row": "visible"}),),
    "GET /runs/{run}/walk/{number:number}": (Right({"number": "1"}, LANGUAGE),),
    "GET /runs/{run}/program.{kind:str}": (Right({"kind": "py"}, LANGUAGE), Right({"kind": "ipynb"}, LANGUAGE)),
    "POST /runs": (
        Right(body={"secret": SECRET, "dataset": "digits", "method": "simclr", "seconds": 1, "seed": 1, "knobs": {}}),
        Right(body={"secret": NOBODY, "like": "good", "seconds": 1, "knobs": {"batch_size": 64}}),
        Right(body={"secret": NOBODY, "dataset": "digits", "method": "autoencoder", "steps": 3}),
    ),
    "POST /runs/{run}/name": (Right(body={"secret": SECRET, "name": "mine"}),),
    # Explore
    "GET /runs": (Right({}, {"lang": "zh", "also": "good,simclr"}),),
    "GET /runs/damaged": (Right({}, {"lang": "zh", "also": "good,simclr"}),),
    "GET /runs/{run}/timeline": (Right({}, LANGUAGE),),
    "GET /runs/{run}/maps/{key}/{step:number}/export.{kind}": tuple(
        Right({"kind": kind}, LANGUAGE) for kind in ("csv", "html", "parquet")
    ),
    "GET /runs/{run}/maps/{key}": (Right({}, {"lang": "zh", "who": "me", "frames": "last"}),),
    "DELETE /runs/{run}/maps/{key}": (Right({}, WHO),),
    "GET /runs/{run}/maps/{key}/{step:number}": (Right(),),
    "GET /runs/{run}/maps/{key}/{step:number}/quality": (Right(),),
    "POST /runs/{run}/maps/{key}/place": (Right({}, LANGUAGE, files=True),),
    "POST /runs/{run}/maps/{key}/words": (Right({"run": "clip"}, body={"texts": TEXTS, "closed": True}),),
    "GET /runs/{run}/values/{name}/{step:number}": (Right({"name": "purity"}), Right({"name": "error"})),
    "GET /runs/{run}/neighbours/{step:number}/{index:number}": (Right(),),
    "GET /runs/{run}/overlap/{step:number}/{other}/{other_step:number}": (Right(),),
    # Reconstruct
    "GET /repairs": (Right({}, {"lang": "zh", "also": "good"}),),
    "POST /runs/{run}/fit": (Right({}, LANGUAGE, files=True),),
    "POST /runs/{run}/repair/{kind}": (
        _asked("rebuild", "autoencoder", image=IMAGE), _asked("between", "autoencoder", image=IMAGE, second={"index": 4}),
        _asked("plane", "autoencoder", image=IMAGE), _asked("walk", "autoencoder", image=IMAGE, at=[0.5, -0.5]),
        _asked("decode", "autoencoder", image=IMAGE, code=[0.1] * 32),
        _asked("noise", "denoising", image=IMAGE, noise="gaussian", level=0.4, seed=1),
        _asked("curve", "denoising", image=IMAGE, noise="gaussian", seed=1),
        _asked("mask", image=IMAGE, ratio=0.5, mask="random", seed=1), _asked("mask", image=IMAGE, hidden=[1, 2, 3]),
        _asked("draws", image=IMAGE, ratio=0.5, mask="random"), _asked("reveal", image=IMAGE, mask="random", seed=1),
        _asked("attention", image=IMAGE, hidden=[1, 2, 3], patch=2), _asked("sizes", "autoencoder", image=IMAGE),
        _asked("compare", image=IMAGE, damage="gaussian", level=0.4, runs=["good", "denoising"]),
    ),
    # Match
    "GET /models": (Right({}, {"lang": "zh", "also": "clip"}),),
    "POST /match/{kind}": (
        _asked("deal", set="emoji", count=4, seed=1), _asked("load", **WORDS),
        _asked("match", **WORDS, texts=TEXTS, pictures=[PICTURE], scale=10, neutral=True),
        _asked("find", **WORDS, set="emoji", text="a dog", count=3), _asked("find", **WORDS, set="emoji", picture=PICTURE),
        _asked("texts", **WORDS, picture=PICTURE, texts=TEXTS, count=3),
        _asked("texts", **WORDS, picture={"own": OWN}, set="emoji", language="zh"),
        _asked("test", **WORDS, set="digits"), _asked("place", **WORDS, picture=PICTURE | {"word": "cat"}, text="a cat"),
    ),
    "POST /pictures": (Right({}, LANGUAGE, form={"secret": SECRET}, files=True),),
    "GET /pictures/{own}.png": (Right({}, {"word": "cat"}),),
    "GET /pictures/{set}/{index:number}.png": (Right({}, {"word": "cat"}),),
    "POST /sets": (Right({}, LANGUAGE, form={"secret": SECRET}, files=True),),
    "GET /runs/{run}/lesson": (Right({"run": "clip"}, LANGUAGE),),
    # Compare
    "GET /runs/{run}/knobs": (Right({}, LANGUAGE),),
    "GET /compare": (Right({}, {"runs": "good,simclr", "curves": "loss,mse", "over": "steps", "after": "x", "lang": "zh"}),),
    "POST /sweeps": (
        Right(body={"secret": SECRET, "like": "good", "knob": "batch_size", "values": [64, 128], "seconds": 1}),
    ),
    "GET /sweeps/{sweep}": (Right({}, {"lang": "zh", "measure": "mse"}),),
    "POST /sweeps/{sweep}/stop": (Right(body={"secret": SECRET}),),
    # Learn, its lessons, and the room
    "GET /learn": (Right({}, LANGUAGE),),
    "GET /flows/{method}": (Right({}, {"lang": "zh", "knobs": '{"temperature": 0.1}'}),),
    "GET /lessons": (Right({}, LANGUAGE),),
    "GET /lessons/{name}": (Right({"name": "collapse"}, LANGUAGE),),
    "GET /lessons/{name}/{step:number}/verdict": (
        Right({"name": "collapse", "step": "1"}, {"said": "rose", "own": "", "lang": "zh"}),
        Right({"name": "collapse", "step": "3"}, {"said": "fell", "own": "simsiam-collapsed", "lang": "zh"}),
    ),
    "POST /rooms": (Right(body={"secret": SECRET, "host": HOST, "name": "Room 7"}),),
    "GET /rooms/{room}": (Right({}, LANGUAGE),),
    "GET /rooms/{room}/wall": (Right({}, SINCE),),
    "POST /rooms/{room}/guests": (Right(body={"secret": SECRET, "name": "Ann"}),),
    "POST /rooms/{room}/leave": (Right(body={"secret": NOBODY}),),
    "POST /rooms/{room}/host": (Right(body={"host": HOST}),),
    "POST /rooms/{room}/pin": (Right(body={"host": HOST, "run": "good"}),),
    "POST /rooms/{room}/close": (Right({"room": "closed"}, body={"host": HOST}, last=True),),
    "POST /rooms/{room}/runs.zip": (Right({}, LANGUAGE, form={"host": HOST}),),
}  # fmt: skip


def furnish(runs: Runs) -> None:
    """What the right questions ask for: a run, a sweep of two, two rooms, and a picture, each called as `bad.GOOD` has it."""
    for name in ("good", "good-0", "good-1"):
        shutil.copytree(SHIPPED / "masked", runs.root / name)
        about = json.loads((runs.root / name / "run.json").read_text())
        if name != "good":
            about |= {"sweep": {"id": "good", "knob": "batch_size", "like": "good"}}
        (runs.root / name / "run.json").write_text(json.dumps(about | {"owner": hashed(SECRET)}))
        read_images(runs.root / name)  # which makes images.json and images.png
    rooms = Rooms(runs)
    for name in ("good", "closed"):
        os.rename(rooms.root / rooms.open(name, HOST, SECRET), rooms.root / name)
        rooms.join(name, "Ann", SECRET)
    soon = time.time() + 1
    os.utime(runs.root / "good" / "run.json", (soon, soon))  # begun by somebody who is in the rooms
    (runs.root / "own").mkdir()
    (runs.root / "own" / f"{OWN}.png").write_bytes(png(3))
