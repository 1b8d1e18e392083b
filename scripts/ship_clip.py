r"""The small CLIP that ships, trained further on more drawings: `python -m scripts.ship_clip PACKAGES`.

The model in assets/models/emoji-clip goes on for STEPS steps on the drawings of scripts/emoji_styles.py, and takes its own
place, in open_clip's format at half precision. docs/match.json has what it reached, docs/match.md the tables. Where PACKAGES
come from:

    pip install resvg-py==0.5.0 && mkdir PACKAGES && cd PACKAGES
    google=emoji-datasource-google set=@iconify-json
    for p in google-3=$google@3.0.0 google-5=$google@5.0.1 fluentui-emoji=fluentui-emoji@1.3.0 emojione=$set/emojione@1.2.3 \
        emojione-mono=$set/emojione-monotone@1.2.1 streamline=$set/streamline-emojis@1.2.4 \
        contrast=$set/fluent-emoji-high-contrast@1.2.6 fxemoji=$set/fxemoji@1.2.2; do
        mkdir ${p%%=*} && tar xzf $(npm pack --silent ${p#*=}) --strip-components=1 -C ${p%%=*}
    done

It takes an hour of one core, and goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from scripts import emoji_clip, emoji_styles
from scripts.emoji_clip import HARDER, SEED, Records
from trainers import record
from trainers.checkpoint import CHECKPOINT, Checkpoint, describe, load_model
from trainers.clip_towers import export
from trainers.data import Dataset, load
from trainers.data.emoji import NATIVE_SIZE, table
from trainers.data.images_io import resize
from trainers.evaluate import Evaluation, encode
from trainers.events import Failed, Snapshot
from trainers.method import Method
from trainers.train import RunConfig, build

MODEL = emoji_clip.ROOT / "assets/models/emoji-clip"
STEPS, BEFORE = 34_000, 36_840  # and those that the model in version 0.5.0 had, on fewer drawings
MARGIN = 0.15  # of the frame on each side, where a drawing is told smaller
READINGS, RATE = 6_000, 3e-3  # steps in which the text tower learns sentences, and its first learning rate
# around a name: none is a caption, and an article alone would lead a tower astray that has read names only
SENTENCES = (
    "a {}", "an {}", "the {}", "a picture of {}", "a picture of a {}", "a photo of a {}", "a drawing of {}",
    "an icon that shows {}", "an emoji of a {}", "{} emoji", "this is {}", "this is a {}", "{}, up close",
)  # fmt: skip
CPU = torch.device("cpu")
PARTS = {"visual.trunk.": "encoder.net.1.", "visual.head.": "image_head.", "text.": "texts.tower."}  # open_clip's names, ours


def main() -> None:
    """Train, measure, and put the model in its place."""
    parser = argparse.ArgumentParser(prog="python -m scripts.ship_clip")
    parser.add_argument("packages", type=Path, help="where the npm packages are")
    packages: Path = parser.parse_args().packages
    folder = Path(tempfile.gettempdir()) / "emoji-clip-shipped"
    config = RunConfig("clip", "emoji", steps=STEPS, seed=SEED, device="cpu", knobs=HARDER)
    data = emoji_styles.styled(load(config.dataset), packages)
    if not (folder / CHECKPOINT).exists() or record.read_config(folder) != config:
        shutil.rmtree(folder, ignore_errors=True)
        record.create(folder, config)
        begun(config, data).save(folder)
    for event in record.run(folder, load=lambda _: data):
        if isinstance(event, Snapshot):
            print(f"step {event.step} of {STEPS}: {event.metrics['match_1']:.1%}", flush=True)
        if isinstance(event, Failed):
            raise RuntimeError(event.sentence.format(**event.values))
    method: Any = load_model(folder)
    in_sentences(method)
    records: Records = json.loads(emoji_clip.RECORDS.read_text("utf-8"))
    records["shipped"] = measured(method, config, packages)
    emoji_clip.keep(records)
    emoji_clip.write_report(records)
    ship(method)
    shutil.rmtree(folder)


def begun(config: RunConfig, data: Dataset) -> Checkpoint:
    """The model that ships, as a run on these images would have it before its first step."""
    method: Any = build(config, data, CPU)
    weights = {name: value.float() for name, value in load_file(MODEL / "open_clip_model.safetensors").items()}
    words = weights.pop("text.token_embedding.weight")
    state = method.state_dict()
    state["logit_scale"] = weights.pop("logit_scale")
    for name, value in weights.items():
        theirs = next(part for part in PARTS if name.startswith(part))
        state[PARTS[theirs] + name.removeprefix(theirs)] = value
    state["texts.tower.token_embedding.weight"][1:] = words[method.texts.vocabulary.known]
    return Checkpoint(0, 0.0, describe(method, config.method), state, {})


def in_sentences(method: Any) -> None:
    """Let the text tower read a name within an English sentence as it reads the name alone, which stays as it is.

    Not in Chinese, whose letters are cut into other tokens beside others: a tower of one layer forgets the names over it.
    """
    texts, rng = method.eval().texts, torch.Generator().manual_seed(SEED)
    read, goals = [], []
    for language, around in (("en", ("{}", *SENTENCES)), ("zh", ("{}",))):
        names = [getattr(one, language) for one in table()]
        read.append(torch.stack([texts.vocabulary([one.format(name) for name in names]) for one in around]))
        with torch.no_grad():
            goals.append(texts.embed(read[-1][0]))
    optimizer = torch.optim.AdamW(texts.tower.parameters(), lr=RATE, weight_decay=0.0)
    for step in range(READINGS):
        optimizer.param_groups[0]["lr"] = RATE * (1 - step / READINGS)
        loss = torch.zeros(())
        for tokens, goal in zip(read, goals, strict=True):
            row, alone = torch.randint(len(goal), (2, 128), generator=rng)
            kind = torch.randint(min(1, len(tokens) - 1), len(tokens), (128,), generator=rng)
            found = texts.embed(torch.cat([tokens[kind, row], tokens[0, alone]]))
            off = 1 - (found * goal[torch.cat([row, alone])]).sum(1)
            loss = loss + off[:128].mean() / 2 + off[128:].mean() * 1.5
        optimizer.zero_grad()
        loss.backward()
        texts.tower.token_embedding.weight.grad[0] = 0  # a word that nobody taught says nothing
        optimizer.step()


def measured(method: Any, config: RunConfig, packages: Path) -> Records:
    """What it reached on the vendor that the data set holds out, and on another one that it has never seen."""
    data = load(config.dataset)
    found: Records = Evaluation(data, CPU).summary(method, build(config, data, CPU))
    found |= emoji_clip.groups(method, data) | {"steps": BEFORE + STEPS, "knobs": emoji_clip.knobs(1800)}
    return found | {"unseen": unseen(method.eval(), packages)}


@torch.inference_mode()
def unseen(method: Method, packages: Path) -> dict[str, dict[str, float]]:
    """Of each vendor that nothing was learned from, as drawn and with white around: how often the right one of all names comes
    first, or among the first five; `count` pictures.
    """
    held = load("emoji", NATIVE_SIZE).test
    place = {one.code: at for at, one in enumerate(table())}
    others = list(emoji_styles.icons(packages / emoji_styles.UNSEEN))
    sets = {
        "Twitter": (held.images.permute(0, 2, 3, 1).numpy(), [place[name.split()[0]] for name in held.names]),
        "Firefox OS": (np.stack([emoji_styles.on_white(p) for _, p in others]), [place[code] for code, _ in others]),
    }
    found = {}
    for name, (pictures, own) in sets.items():
        small = np.stack([emoji_styles.smaller(picture, MARGIN) for picture in pictures])
        for title, several in ((name, pictures), (f"{name}, small", small)):
            images = resize(torch.from_numpy(np.ascontiguousarray(several)).permute(0, 3, 1, 2), 32)
            found[title] = named(method, images, torch.tensor(own))
    return found


def named(method: Any, images: Tensor, own: Tensor) -> dict[str, float]:
    """Images (N,3,H,W) of the emoji in rows `own` (N,) of the table, among the names of all."""
    seen, found = method.embed(encode(method, images)), {"count": float(len(own))}
    for language, key in (("en", "match"), ("zh", "match_zh")):
        names = [getattr(one, language) for one in table()]
        cosines = seen @ method.texts.read(names).T
        above = (cosines > cosines.gather(1, own.unsqueeze(1))).sum(1)
        found |= {f"{key}_{k}": float((above < k).float().mean()) for k in (1, 5)}
    return found


def ship(method: Any) -> None:
    """Put the model where the app and open_clip find it, with its licence."""
    export(method, MODEL, half=True)
    shutil.copy(emoji_clip.ROOT / "LICENSE", MODEL / "LICENSE")
    for path in MODEL.iterdir():
        path.chmod(0o644)  # safetensors keeps its files to their owner
    sizes = ", ".join(f"{path.name} {path.stat().st_size / 1e6:.1f} MB" for path in sorted(MODEL.iterdir()))
    print(f"{MODEL.relative_to(emoji_clip.ROOT)}: {sizes}", flush=True)


if __name__ == "__main__":
    main()
