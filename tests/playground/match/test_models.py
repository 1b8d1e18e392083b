"""Models from everywhere: found by what was typed, loaded by the real libraries, refused in one sentence. Without a network."""

from __future__ import annotations

import argparse
import dataclasses
import gzip
import io
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import pytest
import torch
from huggingface_hub import constants
from numpy.testing import assert_allclose
from safetensors.torch import load_file, save_file

from playground.background import NOW, Background, Cancelled
from playground.match import networks, sources
from playground.runs.store import write_images
from tests.playground.conftest import Finished
from trainers import data, record
from trainers.checkpoint import load_model
from trainers.clip_towers import export
from trainers.data import Dataset, Images
from trainers.errors import UserError
from trainers.train import RunConfig

WORDS = ["red heart", "grinning face", "红心", "a train"]
WEIGHTS = "open_clip_model.safetensors"


def thin(part: Images, step: int = 25) -> Images:
    index = list(range(0, len(part), step))
    captions = {language: tuple(texts[i] for i in index) for language, texts in part.captions.items()}
    assert part.labels is not None
    return Images(part.images[index], part.labels[index], captions, tuple(part.names[i] for i in index))


@cache
def few_emoji() -> Dataset:
    emoji = data.load("emoji")
    return dataclasses.replace(emoji, train=thin(emoji.train), test=thin(emoji.test))


def small_clip(folder: Path, steps: int = 4, **knobs: Any) -> Path:
    """A run of CLIP that has hardly begun, on a few emoji, in both languages."""
    record.create(folder, RunConfig("clip", "emoji", steps=steps, device="cpu", knobs=knobs))
    emoji = few_emoji()
    write_images(folder, emoji)
    for _ in record.run(folder, load=lambda config: emoji):
        pass
    return folder


def watch(share: float) -> None:
    assert 0 <= share <= 1


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_clip(tmp_path_factory.mktemp("models") / "clip")


@pytest.fixture(scope="module")
def exported(run: Path) -> Path:
    export(load_model(run), run.parent / "exported")
    return run.parent / "exported"


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray[Any, Any]]:
    """Emoji at 64 pixels a side, one that is taller than wide, and one without colours."""
    emoji = data.load("emoji", 64).test.images[:5].permute(0, 2, 3, 1).numpy()
    return [*emoji, emoji[0].repeat(2, 0)[:96], emoji[1][..., :1]]


def cosines(source: sources.Source, pictures: Any) -> np.ndarray[Any, Any]:
    return networks.see(source, pictures, watch) @ networks.read(source, WORDS, watch)[0].T


# -- what a person types -------------------------------------------------------------------------------------------------


def test_names_tags_and_ids_are_found_whether_or_not_folders_are_open(run: Path, exported: Path) -> None:
    for local in (True, False):
        assert sources.find("ViT-B-32/laion2b_s34b_b79k", local) == sources.Source("name", "ViT-B-32", "laion2b_s34b_b79k")
        assert sources.find(" ViT-B-32 ", local).tag in open_clip.list_pretrained_tags_by_model("ViT-B-32")
        assert sources.find("hf-hub:timm/vit.b-16_x", local) == sources.Source("hub", "timm/vit.b-16_x")
        with pytest.raises(UserError, match="ViT-B-32 has no weights “nosuch”: choose one of .*, …"):
            sources.find("ViT-B-32/nosuch", local)
    assert sources.find(str(run), True).kind == "run"
    folder, file = sources.find(str(exported), True), sources.find(str(exported / WEIGHTS), True)
    assert (folder.kind, folder.title) == ("folder", "exported") and (file.kind, file.tag, file.title) == ("file", "", WEIGHTS)
    named = sources.find(f"ViT-B-32:{exported / WEIGHTS}", True)
    assert (named.kind, named.tag, named.where) == ("file", "ViT-B-32", str(exported / WEIGHTS))
    before = folder.changed
    os.utime(exported / WEIGHTS, ns=(before + 10**9, before + 10**9))
    assert sources.find(str(exported), True) != folder  # other weights are another model


HOSTILE = [
    "", " ", "/", "..", "../../etc", "x" * 10_000, "a\0b", "~nosuchuser/x", "/etc/passwd", "{name}", "<img src=x>", "run:x",
    "hf-hub:", "hf-hub:x", "hf-hub:../../etc/passwd", "hf-hub:a/b/c", "hf-hub:a/../b", "hf-hub:a b/c", "local-dir:/tmp",
    "http://127.0.0.1/x", "ViT-B-32:", "ViT-B-32:/nosuch.pt", "ViT-B-32/../../x",
]  # fmt: skip


@pytest.mark.parametrize("local", [True, False])
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:30]))
def test_what_is_no_model_is_answered_in_one_sentence(text: str, local: bool) -> None:
    with pytest.raises(UserError) as error:
        sources.find(text, local)
    assert str(error.value).endswith(".") and len(str(error.value)) < 400 and "\n" not in str(error.value)


def test_where_folders_are_closed_nothing_tells_whether_one_is_there(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(exported.parent)
    there = [str(exported), str(exported / WEIGHTS), f"ViT-B-32:{exported / WEIGHTS}", "exported", "~", "."]
    gone = [str(tmp_path / "exported"), str(tmp_path / WEIGHTS), f"ViT-B-32:{tmp_path / WEIGHTS}", "exporter", "~x", ".x"]
    told: list[list[str]] = []
    for texts in (there, gone):
        told.append([])
        for text in texts:
            with pytest.raises(UserError) as error:
                sources.find(text, local=False)
            told[-1].append(error.value.sentence)
    assert told[0] == told[1] and "Folders of this machine are closed here" in told[0][0]


def test_what_cannot_be_a_model_says_why_before_anything_is_loaded(exported: Path, tmp_path: Path) -> None:
    shutil.copy(exported / WEIGHTS, tmp_path / "alone.safetensors")
    (tmp_path / "words.txt").touch()
    shutil.copytree(exported, tmp_path / "empty", ignore=lambda *_: [WEIGHTS])
    (tmp_path / "empty" / "dangling.safetensors").symlink_to(tmp_path / "nowhere")
    for name, reason in (("", "holds no open_clip_config.json"), ("words.txt", "no file of weights"),
                         ("alone.safetensors", "Nothing says what"), ("empty", "holds no weights")):  # fmt: skip
        with pytest.raises(UserError, match=reason):
            sources.find(str(tmp_path / name), True)


# -- loading -------------------------------------------------------------------------------------------------------------


def test_a_run_its_export_and_a_file_beside_its_configuration_say_the_same(
    run: Path, exported: Path, pictures: Any, tmp_path: Path
) -> None:
    same = [sources.at(run), sources.at(exported), sources.at(exported / WEIGHTS)]
    others = shutil.copytree(exported, tmp_path / "several")  # of which open_clip would choose another one by itself
    weights = load_file(others / WEIGHTS)
    for ending in ("pt", "bin"):
        torch.save({"state_dict": weights}, others / f"mine.{ending}")
        same.append(sources.at(others / f"mine.{ending}"))
    (others / WEIGHTS).write_bytes(b"not these")
    expected = cosines(same[0], pictures)
    assert expected.std() > 1e-3 and np.abs(expected).max() <= 1 + 1e-5
    about = [networks.describe(source, watch) for source in same]
    for source, one in zip(same[1:], about[1:], strict=True):
        assert_allclose(cosines(source, pictures), expected, atol=1e-4)
        assert one["scale"] == pytest.approx(about[0]["scale"]) and one["parameters"] > about[0]["parameters"]  # all tokens
        assert (one["size"], one["dimensions"]) == (32, load_model(run).config.dimensions)
        assert one["bytes"] == 4 * one["parameters"] and one["multilingual"] == about[0]["multilingual"]


def test_open_clip_alone_in_a_fresh_process_gives_the_same_logits(exported: Path, pictures: Any, tmp_path: Path) -> None:
    np.savez(tmp_path / "pictures.npz", *pictures)
    program = """if True:
        import sys, json, numpy, open_clip, torch
        from PIL import Image
        model, _, prepare = open_clip.create_model_and_transforms("local-dir:" + sys.argv[1])
        tokens = open_clip.get_tokenizer("local-dir:" + sys.argv[1])(sys.argv[3:])
        with numpy.load(sys.argv[2]) as file:
            images = [Image.fromarray(file[n].squeeze()).convert("RGB") for n in file.files]
        with torch.no_grad():
            logits = model.eval()(torch.stack([prepare(i) for i in images]), tokens)
            print(json.dumps((logits[0] @ logits[1].T * logits[2]).tolist()))
        assert not any(name.split(".")[0] in ("trainers", "playground") for name in sys.modules)
    """
    done = subprocess.run(
        [sys.executable, "-c", program, exported, tmp_path / "pictures.npz", *WORDS],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    source = sources.at(exported)
    ours = networks.describe(source, watch)["scale"] * cosines(source, pictures)
    assert_allclose(json.loads(done.stdout.splitlines()[-1]), ours, atol=1e-4)


def test_an_architecture_of_open_clip_and_a_file_of_weights(pictures: Any, tmp_path: Path) -> None:
    tower = {"context_length": 16, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1}
    vision = {"image_size": 32, "patch_size": 16, "width": 32, "head_width": 16, "layers": 1}
    (tmp_path / "test-tiny-vit.json").write_text(json.dumps({"embed_dim": 24, "vision_cfg": vision, "text_cfg": tower}))
    open_clip.add_model_config(tmp_path / "test-tiny-vit.json")
    model, _, prepare = open_clip.create_model_and_transforms("test-tiny-vit")
    torch.save(model.state_dict(), tmp_path / "tiny.pt")
    source = sources.find(f"test-tiny-vit:{tmp_path / 'tiny.pt'}", True)
    about = networks.describe(source, watch)
    assert (about["dimensions"], about["size"], about["multilingual"]) == (24, 32, False)
    with torch.inference_mode():
        images = model.eval().encode_image(torch.stack([prepare(networks._image(p)) for p in pictures]), normalize=True)
        texts = model.encode_text(open_clip.get_tokenizer("test-tiny-vit")(WORDS), normalize=True)
    assert_allclose(cosines(source, pictures), (images @ texts.T).numpy(), atol=1e-5)
    assert networks.read(source, ["щ", "cat"], watch)[1].all()  # a table with every token knows every word
    with pytest.raises(UserError, match="cannot be loaded"):
        networks.describe(sources.find(f"ViT-S-32:{tmp_path / 'tiny.pt'}", True), watch)


def test_many_pictures_and_texts_are_what_each_is_alone(exported: Path) -> None:
    source, shares = sources.at(exported), list[float]()
    many = list(data.load("digits").test.images[:70].permute(0, 2, 3, 1).numpy())
    seen = networks.see(source, many, shares.append)
    assert shares == sorted(shares) and len(shares) == 3 and len(seen) == 70
    assert_allclose(np.linalg.norm(seen, axis=1), 1, atol=1e-5)
    assert_allclose(seen[[0, 69]], np.concatenate([networks.see(source, [many[i]], watch) for i in (0, 69)]), atol=1e-5)
    texts = [f"word {i}" for i in range(130)]
    assert_allclose(networks.read(source, texts, watch)[0][129], networks.read(source, ["word 129"], watch)[0][0], atol=1e-5)

    def enough(share: float) -> None:
        raise Cancelled

    for work, things in ((networks.see, many), (networks.read, texts)):
        with pytest.raises(Cancelled):
            work(source, things, enough)  # type: ignore[operator]


def test_words_that_nobody_taught_are_told(run: Path, exported: Path) -> None:
    known = few_emoji().train.captions["zh"][0]
    for source in (sources.at(run), sources.at(exported)):
        assert networks.read(source, [known, "щ", f"щ {known}", ""], watch)[1].tolist() == [True, False, True, False]


class Evil:
    """A pickle of this makes a file when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def other_space(folder: Path) -> None:
    about = json.loads((folder / sources.CONFIG).read_text())
    about["model_cfg"]["embed_dim"] //= 2
    (folder / sources.CONFIG).write_text(json.dumps(about))


def code(folder: Path, ending: str) -> None:
    (folder / WEIGHTS).unlink()
    torch.save({"state_dict": Evil(folder / "ran")}, folder / f"open_clip_pytorch_model.{ending}")


def lacking(folder: Path) -> None:
    save_file({"logit_scale": torch.zeros(())}, folder / WEIGHTS)


def cut(folder: Path) -> None:
    (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:100_000])


def tokenizer_with_code(folder: Path) -> None:
    """A tokenizer of its own, in Python: open_clip's get_tokenizer would import it."""
    about = json.loads((folder / sources.CONFIG).read_text())
    text = {"hf_tokenizer_name": "own", "tokenizer_kwargs": {"trust_remote_code": True}}
    about["model_cfg"]["text_cfg"] |= text
    (folder / sources.CONFIG).write_text(json.dumps(about))
    own = {"tokenizer_class": "Own", "auto_map": {"AutoTokenizer": ["own.Own", None]}}
    (folder / "tokenizer_config.json").write_text(json.dumps(own))
    (folder / "own.py").write_text(f"import pathlib\npathlib.Path({str(folder / 'ran')!r}).touch()\nclass Own: pass\n")


def no_numbers(folder: Path) -> None:
    weights = load_file(folder / WEIGHTS)
    save_file(
        {key: value * float("nan") if key.startswith("visual") else value for key, value in weights.items()}, folder / WEIGHTS
    )


def too_cold(folder: Path) -> None:
    save_file(load_file(folder / WEIGHTS) | {"logit_scale": torch.tensor(1000.0)}, folder / WEIGHTS)


def too_large(folder: Path) -> None:
    about = json.loads((folder / sources.CONFIG).read_text())
    about["model_cfg"]["embed_dim"] = 10**11
    (folder / sources.CONFIG).write_text(json.dumps(about))


def swap(content: Callable[[Any], bytes], ending: str = "bin") -> Callable[[Path], None]:
    """Puts something else where the weights of a folder were."""

    def spoil(folder: Path) -> None:
        weights = load_file(folder / WEIGHTS)
        (folder / WEIGHTS).unlink()
        (folder / f"open_clip_pytorch_model.{ending}").write_bytes(content(weights))

    return spoil


def saved(content: Any) -> bytes:
    out = io.BytesIO()
    torch.save(content, out)
    return out.getvalue()


def script(weights: Any) -> bytes:
    out = io.BytesIO()
    with pytest.warns(FutureWarning, match="deprecated"):
        torch.jit.save(torch.jit.trace(torch.nn.Linear(2, 2), torch.zeros(1, 2)), out)
    return out.getvalue()


def text_tower(folder: Path) -> None:
    """A text tower of transformers, of which only a name is in the folder."""
    about = json.loads((folder / sources.CONFIG).read_text())
    about["model_cfg"]["text_cfg"] = {"hf_model_name": "nobody/no-tower", "proj_type": "mlp", "pooler_type": "mean_pooler"}
    (folder / sources.CONFIG).write_text(json.dumps(about))


def tokenizer_elsewhere(folder: Path) -> None:
    about = json.loads((folder / sources.CONFIG).read_text())
    about["model_cfg"]["text_cfg"]["hf_tokenizer_name"] = "nobody/no-tokenizer"
    (folder / sources.CONFIG).write_text(json.dumps(about))


def half(folder: Path) -> None:
    halves(load_file(folder / WEIGHTS), folder)
    (folder / "model-00001-of-00002.safetensors").unlink()
    (folder / WEIGHTS).unlink()


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146"
BROKEN: dict[str, tuple[Callable[[Path], Any], str]] = {
    "noise": (lambda folder: (folder / WEIGHTS).write_bytes(os.urandom(1000)), "cannot be loaded"),
    "empty": (lambda folder: (folder / WEIGHTS).write_bytes(b""), "cannot be loaded"),
    "cut off": (cut, "cannot be loaded"),
    "code .bin": (lambda folder: code(folder, "bin"), "holds code beside its weights, which is never run"),
    "code .pth": (lambda folder: code(folder, "pth"), "holds code beside its weights, which is never run"),
    "no JSON": (lambda folder: (folder / sources.CONFIG).write_text("{"), "is damaged: it must be JSON"),
    "no model": (lambda folder: (folder / sources.CONFIG).write_text("[1]"), "is damaged: it must be JSON"),
    "nonsense": (lambda folder: (folder / sources.CONFIG).write_text('{"model_cfg": {"embed_dim": "x"}}'), "cannot be loaded"),
    "other size": (other_space, "do not fit the configuration"),
    "no numbers": (no_numbers, "what it answers are no numbers"),
    "infinite scale": (too_cold, "what it answers are no numbers"),
    "too large": (too_large, "not enough memory for broken"),
    "code of a tokenizer": (tokenizer_with_code, "sets “trust_remote_code” for its tokenizer, which could run code"),
    "parts": (lacking, r"do not fit the configuration \(.* is missing\)"),
    "an empty .bin": (swap(lambda weights: b""), "its file of weights is empty"),
    "a pointer": (swap(lambda weights: POINTER, "safetensors"), "pointer of Git LFS"),
    "a page": (swap(lambda weights: b"\n<!DOCTYPE html><html>404", "pth"), "is a web page"),
    "a page of errors": (swap(lambda weights: b"<?xml version='1.0'?><Error/>", "pth"), "is a web page"),
    "an error": (swap(lambda weights: b'{"error": "Not Found"}\n', "pth"), "is a text, “{.error.: .Not Found.}”; download"),
    "an archive": (swap(lambda weights: gzip.compress(b"x")), "is a gzip archive, so unpack it first"),
    "half of a model": (half, "is in 2 files, and model-00001-of-00002.safetensors is not among them"),
    "a cut .bin": (swap(lambda weights: saved(weights)[:50_000]), "cut off or damaged"),
    "noise .bin": (swap(lambda weights: b"\x07" * 900), "cut off or damaged"),
    "a script": (swap(script), "program of TorchScript, which is never run"),
    "no weights": (swap(lambda weights: saved({"epoch": 3, "model": {}})), "there are no weights in its file"),
    "a strange part": (
        swap(lambda weights: saved(weights | {"odd.weight": torch.zeros(2)})),
        "odd.weight is in none of its parts",
    ),
    "a tower elsewhere": (
        text_tower,
        "nobody/no-tower of transformers, whose config.json is not on this machine",
    ),
    "a tokenizer elsewhere": (tokenizer_elsewhere, "tokenizer nobody/no-tokenizer, which is not in its folder"),
}


@pytest.mark.parametrize("name", list(BROKEN))
def test_what_is_broken_is_told_and_the_model_there_was_still_answers(
    exported: Path, pictures: Any, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = cosines(sources.at(exported), pictures[:1])
    spoil, reason = BROKEN[name]
    spoil(shutil.copytree(exported, tmp_path / "broken"))
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")  # a machine without a network
    begun = time.monotonic()
    with pytest.raises(UserError, match=reason) as error:
        networks.describe(sources.at(tmp_path / "broken"), watch)
    assert time.monotonic() - begun < 20  # nobody waits for what does not come
    said = str(error.value)
    assert said.endswith(".") and len(said) < 300 and str(tmp_path) not in said and "\n" not in said
    assert not (tmp_path / "broken" / "ran").exists()
    assert (cosines(sources.at(exported), pictures[:1]) == before).all()


def renamed(prefix: str) -> Callable[[Any], Any]:
    return lambda weights: {prefix + key: value for key, value in weights.items()}


def compiled(weights: Any) -> Any:
    """Each tower compiled by itself, within a model that many processes trained."""
    return {"module." + key.replace("visual.", "visual._orig_mod.").replace("text.", "text._orig_mod."): value
            for key, value in weights.items()}  # fmt: skip


def off(weights: Any) -> Any:
    return {key: value * 0.5 for key, value in weights.items()}


WRAPPED: dict[str, Callable[[Any], Any]] = {
    **{
        prefix: renamed(prefix)
        for prefix in (
            "_orig_mod.",
            "module.",
            "model.",
            "module._orig_mod.",
            "_orig_mod.module.",
            "model.module.",
            "net.clip.",
            "student.",
        )
    },
    "towers compiled": compiled,
    "as open_clip trains": lambda w: {
        "epoch": 3,
        "name": "run",
        "state_dict": renamed("module.")(w),
        "optimizer": {"state": {}},
    },
    "model": lambda w: {"model": w, "epoch": 3},
    "model_state_dict": lambda w: {"model_state_dict": renamed("_orig_mod.")(w), "loss": torch.tensor(1.0)},
    "in each other": lambda w: {"checkpoint": {"model": {"state_dict": renamed("model.")(w)}}},
    "ema alone": lambda w: {"ema": renamed("module.")(w)},
    "beside its average": lambda w: {"ema": off(w), "model_ema": {"module": off(w)}, "state_dict": w},
    "both in one": lambda w: renamed("ema.")(off(w)) | renamed("model.")(w) | {"criterion.weight": torch.zeros(3)},
    "averaged": lambda w: {"n_averaged": torch.tensor(7), **renamed("module.")(w)},
    "recomputed": lambda w: {
        key.replace("blocks.0.", "blocks.0._checkpoint_wrapped_module."): value for key, value in w.items()
    },
    "settings beside": lambda w: {"state_dict": w, "args": argparse.Namespace(lr=0.1), "best": np.float64(0.5)},
    "as OpenAI saves": lambda w: w | {"input_resolution": torch.tensor(32), "vocab_size": torch.tensor(49408)},
    "with its steps": lambda w: {"state_dict": renamed("model.")(w), "optimizer_states": [{"state": {0: torch.zeros(4)}}]},
}


@pytest.mark.parametrize("ending", ["pt", "safetensors"])
@pytest.mark.parametrize("wrap", list(WRAPPED))
def test_weights_are_found_in_what_training_wraps_around_them(
    exported: Path, pictures: Any, tmp_path: Path, wrap: str, ending: str
) -> None:
    folder = shutil.copytree(exported, tmp_path / "clip", ignore=lambda *_: [WEIGHTS])
    content = WRAPPED[wrap](load_file(exported / WEIGHTS))
    if ending == "pt":
        torch.save(content, folder / "epoch_3.pt")
    elif all(isinstance(value, torch.Tensor) for value in content.values()):
        save_file({key: value.clone() for key, value in content.items()}, folder / "epoch_3.safetensors")
    else:
        return  # safetensors hold tensors alone
    source = sources.at(folder)
    assert source.kind == "folder" and source.title == "clip"
    assert_allclose(cosines(source, pictures[:1]), cosines(sources.at(exported), pictures[:1]), atol=1e-5)
    assert not list(tmp_path.glob("*.pt"))


def halves(weights: Any, folder: Path, ending: str = "safetensors") -> None:
    """A model in two files."""
    names = list(weights)
    for number, part in enumerate((names[::2], names[1::2]), 1):
        path, kept = folder / f"model-{number:05}-of-00002.{ending}", {name: weights[name].clone() for name in part}
        save_file(kept, path) if ending == "safetensors" else torch.save(kept, path)


@pytest.mark.parametrize("ending", ["bin", "safetensors"])
def test_a_model_in_several_files_is_one(exported: Path, pictures: Any, tmp_path: Path, ending: str) -> None:
    folder = shutil.copytree(exported, tmp_path / "clip", ignore=lambda *_: [WEIGHTS])
    halves(load_file(exported / WEIGHTS), folder, ending)
    assert sources.at(folder).title == "clip"
    assert_allclose(cosines(sources.at(folder), pictures[:1]), cosines(sources.at(exported), pictures[:1]), atol=1e-5)


def test_a_file_is_read_by_what_it_holds_and_not_by_its_ending(exported: Path, pictures: Any, tmp_path: Path) -> None:
    for ending, other in (("safetensors", lambda path: torch.save(load_file(exported / WEIGHTS), path)),
                          ("pt", lambda path: shutil.copy(exported / WEIGHTS, path))):  # fmt: skip
        folder = shutil.copytree(exported, tmp_path / ending, ignore=lambda *_: [WEIGHTS])
        other(folder / f"model.{ending}")
        assert_allclose(cosines(sources.at(folder), pictures[:1]), cosines(sources.at(exported), pictures[:1]), atol=1e-5)


def test_of_several_checkpoints_the_last_one_is_taken_and_named(exported: Path, pictures: Any, tmp_path: Path) -> None:
    folder, weights = shutil.copytree(exported, tmp_path / "clip", ignore=lambda *_: [WEIGHTS]), load_file(exported / WEIGHTS)
    for name in ("epoch_9.pt", "EPOCH.PT"):
        torch.save(off(weights), folder / name)
    torch.save({"state_dict": weights}, folder / "epoch_10.pt")
    for name in ("optimizer.pt", "scheduler.bin", "training_args.bin", "rng_state.pth"):
        torch.save({"state": torch.zeros(3)}, folder / name)
    assert sources.at(folder).title == "clip/epoch_10.pt"
    assert_allclose(cosines(sources.at(folder), pictures[:1]), cosines(sources.at(exported), pictures[:1]), atol=1e-5)


def bare(about: Any) -> Any:
    return about["model_cfg"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
@pytest.mark.parametrize("content", [lambda about: about, bare], ids=["whole", "the model's alone"])
def test_a_configuration_may_bear_a_mark_of_its_encoding(
    exported: Path, pictures: Any, tmp_path: Path, encoding: str, content: Callable[[Any], Any]
) -> None:
    folder = shutil.copytree(exported, tmp_path / "clip")
    about = json.loads((folder / sources.CONFIG).read_text("utf-8"))
    (folder / sources.CONFIG).write_text(json.dumps(content(about)), encoding)
    for source in (sources.at(folder), sources.at(folder / WEIGHTS)):
        found = networks.read(source, WORDS, watch)[0]
        assert_allclose(found, networks.read(sources.at(exported), WORDS, watch)[0], atol=1e-5)
        if content is not bare:  # which says nothing of how pictures are prepared
            assert_allclose(cosines(source, pictures[:1]), cosines(sources.at(exported), pictures[:1]), atol=1e-5)


def test_the_code_would_have_run(exported: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(exported, tmp_path / "broken")
    tokenizer_with_code(folder)
    with pytest.raises(Exception, match="Own|tokenizer"):  # transformers finds that the class is no tokenizer, too late
        open_clip.get_tokenizer(f"local-dir:{folder}")
    assert (folder / "ran").exists()
    assert Evil(Path("x")).__reduce__() == (Path.touch, (Path("x"),))


def test_a_run_without_words_or_without_a_network_cannot_match(finished: Finished, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="trained without words"):
        networks.describe(sources.at(finished.runs.root / finished.run), watch)
    record.create(tmp_path / "new", RunConfig("clip", "emoji", steps=2))
    with pytest.raises(UserError, match="no saved network"):
        networks.describe(sources.at(tmp_path / "new"), watch)


# -- the hub -------------------------------------------------------------------------------------------------------------

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(ThreadingHTTPServer):
    """As much of the hub as its client asks for: what a repository holds, and its files. `gate` holds up large ones."""

    def __init__(self, repositories: dict[str, dict[str, bytes]]) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.repositories, self.gate, self.fetched = repositories, threading.Event(), list[str]()
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Asked(BaseHTTPRequestHandler):
    server: Hub

    def log_message(self, *args: Any) -> None:
        pass

    def _send(self, body: bytes, **headers: str) -> None:
        self.send_response(200)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command == "GET":
            last = len(body) - 1000 if len(body) > 1_000_000 else 0
            self.wfile.write(body[:last])
            if last:
                self.server.gate.wait(60)
            self.wfile.write(body[last:])

    def do_GET(self) -> None:
        path = self.path.partition("?")[0].strip("/").removeprefix("api/models/").split("/")
        files = self.server.repositories.get("/".join(path[:2]))
        if path[0] == "down":
            self.send_error(503)
        elif files is None:
            self.send_response(404)
            self.send_header("X-Error-Code", "RepoNotFound")
            self.end_headers()
        elif "resolve" in path:
            self.server.fetched.append(path[-1])
            self._send(files[path[-1]], ETag=f'"{path[1]}-{path[-1]}"', X_Repo_Commit=COMMIT)
        elif "tree" in path:
            rows = [{"type": "file", "path": name, "size": len(body), "oid": name} for name, body in files.items()]
            self._send(json.dumps(rows).encode(), Content_Type="application/json")
        else:
            siblings = [{"rfilename": name, "size": len(body), "blobId": name} for name, body in files.items()]
            about = {"id": "/".join(path[:2]), "sha": COMMIT, "siblings": siblings, "tags": [], "private": False}
            self._send(json.dumps(about).encode(), Content_Type="application/json")

    do_HEAD = do_GET


@pytest.fixture
def hub(exported: Path) -> Iterator[Hub]:
    whole = {path.name: path.read_bytes() for path in exported.iterdir()}
    whole |= {"README.md": b"# words", "pytorch_model.bin": b"of another library" * 1000}  # which nobody asks for
    hub = Hub({
        "some/clip": whole,
        "some/plain": {"config.json": b"{}", "model.safetensors": b"x"},
        "some/pickles": {sources.CONFIG: whole[sources.CONFIG], "training_args.bin": b"x", "weights.pkl": b"x"},
    })  # fmt: skip
    yield hub
    hub.gate.set()
    hub.shutdown()
    hub.server_close()


@pytest.fixture
def processes(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Background]]:
    """Fresh processes for which that hub is the only one, with a cache of their own."""
    for name in ("HF_HUB_OFFLINE", "HF_HUB_CACHE", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HF_ENDPOINT": hub.address, "HF_HOME": str(tmp_path / "home"), "OMP_NUM_THREADS": "1"}.items():
        monkeypatch.setenv(name, value)
    made: list[Background] = []

    def make() -> Background:
        made.append(Background(nice=0))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_a_model_of_the_hub_is_fetched_once_with_progress_given_up_and_there_without_a_network(
    hub: Hub, processes: Callable[[], Background], exported: Path, pictures: Any, tmp_path: Path
) -> None:
    background, source, wanted = processes(), sources.find("hf-hub:some/clip", local=False), [True]

    def get(work: Any, *args: Any) -> Any:
        return background.submit(NOW, lambda: True, work, *args).result(180)

    job = background.submit(NOW, lambda: wanted[0], networks.describe, source)
    while not 0.3 < job.progress < 1:
        assert not job.done(), job.result()
        time.sleep(0.01)
    wanted[0] = False
    while not background._shared[1]:
        time.sleep(0.01)
    hub.gate.set()  # only now the rest comes
    with pytest.raises(Cancelled):
        job.result(180)

    about = get(networks.describe, source)
    assert about == networks.describe(sources.at(exported), watch) and set(hub.fetched) == {sources.CONFIG, WEIGHTS}
    for name, said in (("nobody/nothing", "no public model nobody/nothing"), ("some/plain", "has no open_clip_config.json"),
                       ("some/pickles", "holds no weights by a name of open_clip's"), ("down/hub", "error 503"),
                       ("a--b/c..d", "no public model")):  # fmt: skip
        with pytest.raises(UserError, match=said):
            get(networks.describe, sources.find(f"hf-hub:{name}", local=False))
    hub.shutdown()
    hub.server_close()
    for name in ("hf-hub:some/other", "ViT-B-32/laion2b_s34b_b79k"):
        with pytest.raises(UserError, match=r"cannot be downloaded \(no connection\)"):
            get(networks.describe, sources.find(name, local=False))
    background = processes()
    assert_allclose(get(networks.see, source, pictures), networks.see(sources.at(exported), pictures, watch), atol=1e-5)
    assert get(networks.describe, source) == about
