"""Towers of other kinds, made and saved by open_clip itself: one with a logit bias, transformers, texts that are too long."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import open_clip
import pytest
import timm
import torch
from numpy.testing import assert_allclose
from open_clip.push_to_hf_hub import save_for_hf
from PIL import ImageFont

from playground.background import Background
from playground.maps.making import Maps
from playground.match import networks, sources
from playground.match.ask import Matching
from playground.match.patches import embed, has_patches
from playground.match.place import GRID, hidden
from playground.match.sets import painted
from playground.runs.store import Runs
from tests.playground.match.test_models import watch
from tests.trainers.data.field import images
from trainers import data
from trainers.errors import UserError

TEXT = {"context_length": 16, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1}
OWN = {"image_size": 32, "patch_size": 8, "width": 32, "head_width": 16, "layers": 2}
KINDS: dict[str, dict[str, Any]] = {
    "clip": {"embed_dim": 24, "vision_cfg": OWN, "text_cfg": TEXT},
    "siglip": {"embed_dim": 24, "init_logit_bias": -10, "custom_text": True, "vision_cfg": OWN | {"patch_size": 16},
               "text_cfg": TEXT | {"no_causal_mask": True, "proj_bias": True, "pool_type": "last"}},
    "resnet": {"embed_dim": 24, "vision_cfg": {"image_size": 32, "layers": [1, 1, 1, 1], "width": 16}, "text_cfg": TEXT},
}  # fmt: skip
GOOD = {"set": "emoji", "index": 0}


class NoFiles:
    """open_clip's own tokenizer, which needs none."""

    def save_pretrained(self, folder: Path) -> None:
        pass


def save_tiny(kind: str, root: Path) -> Path:
    """The folder of a small untrained model of KINDS, made and saved by open_clip."""
    (root / f"tiny-{kind}.json").write_text(json.dumps(KINDS[kind]))
    open_clip.add_model_config(root / f"tiny-{kind}.json")
    torch.manual_seed(0)
    model: Any = open_clip.create_model(f"tiny-{kind}")
    with torch.no_grad():
        model.logit_scale.fill_(3.0)
    save_for_hf(model, NoFiles(), KINDS[kind], str(root / kind), safe_serialization=True)  # type: ignore[arg-type]
    return root / kind


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("towers")
    return {kind: save_tiny(kind, root) for kind in KINDS}


@pytest.fixture(scope="module")
def matching(tmp_path_factory: pytest.TempPathFactory) -> Any:
    background = Background(nice=0)
    matching = Matching(Maps(Runs(tmp_path_factory.mktemp("runs")), background), background)
    yield matching
    matching.close()
    background.close()


def ask(matching: Matching, kind: str, model: Path, **asked: Any) -> dict[str, Any]:
    return matching.wait(kind, {"who": "me", "model": str(model)} | asked)


def plain(folder: Path, picture: Any, texts: list[str]) -> list[torch.Tensor]:
    """What open_clip alone makes of a picture and texts: its forward, with scale and bias."""
    model, _, prepare = open_clip.create_model_and_transforms(f"local-dir:{folder}")
    with torch.no_grad():
        image = prepare(networks._image(picture)).unsqueeze(0)
        made = model.eval()(image, open_clip.get_tokenizer(f"local-dir:{folder}")(texts))
        return [part.detach().clone() for part in made]


# -- a logit bias --------------------------------------------------------------------------------------------------------


def test_a_siglip_answers_each_label_by_itself_as_open_clip_does(matching: Matching, folders: dict[str, Path]) -> None:
    texts, picture = ["red heart", "a dog", "grinning face"], data.load("emoji", 64).test.images[0].permute(1, 2, 0).numpy()
    about = ask(matching, "load", folders["siglip"])["about"]
    assert about["bias"] == pytest.approx(-10) and about["scale"] == pytest.approx(np.exp(3.0), rel=1e-4)
    found = ask(matching, "match", folders["siglip"], pictures=[GOOD], texts=texts)
    image, words, scale, bias = plain(folders["siglip"], picture, texts)
    logits = scale * image @ words.T + bias
    assert_allclose(found["each"], torch.sigmoid(logits), rtol=1e-3)
    assert sum(found["each"][0]) < 0.9  # no shares of one whole, and small
    assert_allclose(found["to_text"], torch.softmax(logits, 1), rtol=1e-3)  # to which a bias adds nothing
    softer = ask(matching, "match", folders["siglip"], pictures=[GOOD], texts=texts, scale=2)
    assert_allclose(softer["each"], torch.sigmoid(2 * image @ words.T + bias), rtol=1e-3)
    hits = ask(matching, "texts", folders["siglip"], picture=GOOD, texts=texts)["hits"]
    assert [hit["each"] for hit in hits] == pytest.approx(sorted(found["each"][0], reverse=True), rel=1e-4)


def test_a_clip_without_a_bias_tells_no_shares_of_yes(matching: Matching, folders: dict[str, Path]) -> None:
    assert ask(matching, "load", folders["clip"])["about"]["bias"] is None
    assert ask(matching, "match", folders["clip"], pictures=[GOOD], texts=["a"])["each"] is None
    assert ask(matching, "texts", folders["clip"], picture=GOOD, texts=["a"])["hits"][0]["each"] is None


# -- texts that are too long ---------------------------------------------------------------------------------------------

LONG = "a picture of a very large old brown dog that lies in front of a red house"


@pytest.mark.parametrize("text", [LONG, "狗" * 30, "x" * 150, "a b " * 40, "dog, " * 20, "Ünïcödé " * 12])
def test_a_text_is_read_up_to_where_the_tower_ends(folders: dict[str, Path], text: str) -> None:
    source, tokenizer = sources.at(folders["clip"]), open_clip.get_tokenizer("tiny-clip")
    found = networks.read(source, [text, "a dog", text + " and more"], watch)
    end = found.ends[0]
    assert 0 < end < len(text) and found.ends[1:] == [5, end]
    # as many tokens as there is room for beside the two that begin and end a text: another letter would be one too many
    assert len(tokenizer.encode(text[:end])) <= 14 < len(tokenizer.encode(text[: end + 1]))
    assert found.marks[0] == found.marks[2] != found.marks[1]


def test_where_a_text_was_cut_is_told_and_two_are_never_one(matching: Matching, folders: dict[str, Path]) -> None:
    (cut,) = ask(matching, "match", folders["clip"], pictures=[GOOD], texts=["a dog", LONG])["cut"]
    assert cut["text"] == 1 and cut["start"] == LONG[:24] + "…" and LONG.find(cut["end"]) > 0 and not LONG.endswith(cut["end"])
    with pytest.raises(UserError, match="reads “.*house” and “.*house and a tree” as the same text"):
        ask(matching, "match", folders["clip"], pictures=[GOOD], texts=[LONG, LONG + " and a tree", "a dog"])
    with pytest.raises(UserError, match="as the same text"):
        ask(matching, "texts", folders["clip"], picture=GOOD, texts=[LONG, LONG + " and a tree"])
    differ = ask(matching, "match", folders["clip"], pictures=[GOOD], texts=["one " + LONG, "two " + LONG])
    assert [one["text"] for one in differ["cut"]] == [0, 1] and np.ptp(differ["cosines"][0]) > 0


def test_in_whatever_way_a_text_is_given_it_is_told_where_it_was_cut(matching: Matching, folders: dict[str, Path]) -> None:
    own = {text: matching.own.keep_set(list(images(f"one {text}", f"two {text}").items()), "en")["set"]["id"]
           for text in (LONG, "dog")}  # fmt: skip

    def cut(text: str) -> dict[str, list[str]]:
        asked = {
            "match": {"pictures": [GOOD], "texts": [f"one {text}", f"two {text}"]},
            "find": {"set": own["dog"], "text": f"one {text}"}, "place": {"picture": GOOD, "text": f"one {text}"},
            "texts": {"picture": GOOD, "texts": [f"one {text}", f"two {text}"]}, "test": {"set": own[text]},
        }  # fmt: skip
        answers = {kind: ask(matching, kind, folders["clip"], **body)["cut"] for kind, body in asked.items()}
        return {kind: [one["start"] for one in found] for kind, found in answers.items()}

    one, two = (f"{number} {LONG}"[:24] + "…" for number in ("one", "two"))
    assert cut(LONG) == {"match": [one, two], "find": [one], "place": [one], "texts": [one, two], "test": [one, two]}
    assert not any(cut("dog").values())


def test_letters_beyond_the_limit_are_told_too(matching: Matching) -> None:
    for model in ("emoji-clip",):
        found = matching.wait("match", {"model": model, "pictures": [GOOD], "texts": ["red heart " * 30, "dog"]})
        assert [one["text"] for one in found["cut"]] == [0]
        with pytest.raises(UserError, match="as the same text"):
            matching.wait("match", {"model": model, "pictures": [GOOD], "texts": ["x" * 300, "x" * 301]})
    assert matching.wait("match", {"pictures": [GOOD], "texts": ["dog"]})["cut"] == []


# -- a word on a picture -------------------------------------------------------------------------------------------------


def test_a_word_is_painted_on_a_picture_and_the_shipped_model_answers(matching: Matching) -> None:
    emoji = data.load("emoji", 64).test
    apple = emoji.captions["en"].index("red apple")
    assert apple == 723  # as painted.js has it
    bare, marked = (matching.sets.picture({"set": "emoji", "index": apple, "word": word}) for word in ("", "pizza"))
    assert bare.shape == marked.shape and (bare == emoji.images[apple].permute(1, 2, 0).numpy()).all()
    rows = (bare != marked).any((1, 2))
    assert rows[28:36].all() and not rows[:16].any() and not rows[48:].any()  # across the middle, and nowhere else
    assert (marked[24:40] < 60).all(2).mean() > 0.05  # letters
    pictures = [{"set": "emoji", "index": apple}, {"set": "emoji", "index": apple, "word": "pizza"}]
    found = matching.wait("match", {"pictures": pictures, "texts": ["pizza", "red apple", "dog"]})
    assert np.argmax(found["to_text"][0]) == 1 and found["to_text"][0] != found["to_text"][1]
    assert found["to_text"][1][0] < 0.5  # it was never taught to read, and the page says so


@pytest.mark.parametrize("shape", [(8, 8, 1), (64, 64, 3), (300, 40, 3), (40, 500, 3)])
def test_a_word_fits_onto_any_picture(shape: tuple[int, ...]) -> None:
    picture = np.full(shape, 90, np.uint8)
    found = painted(picture, "Ça va!")
    assert found.shape == (*shape[:2], 3) and (found == 90).any() and (found == 255).any()


def test_few_sizes_of_letters_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    tried, load = list[int](), ImageFont.load_default
    monkeypatch.setattr(ImageFont, "load_default", lambda size: tried.append(size) or load(size))
    painted(np.full((512, 512, 3), 90, np.uint8), "cat")  # each of 508 was tried
    used = tried.pop()
    left, top, right, bottom = load(used + 1).getbbox("cat")
    assert len(tried) < 15 and (right - left > 0.86 * 512 or bottom - top > 0.3 * 512)


@pytest.mark.parametrize("word", ["狗", "x" * 21, "a\x07b", "🍕"])
def test_what_cannot_be_painted_is_told(matching: Matching, word: str) -> None:
    with pytest.raises(UserError, match="at most 20 Latin letters"):
        matching.sets.picture(GOOD | {"word": word})


# -- where in a picture --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_words_place_is_where_hiding_it_costs_cosine(matching: Matching, folders: dict[str, Path], kind: str) -> None:
    picture = data.load("emoji", 64).test.images[0].permute(1, 2, 0).numpy()
    found = ask(matching, "place", folders[kind], picture=GOOD, text="red heart")
    source = sources.at(folders[kind])
    seen, text = networks.see(source, [picture, *hidden(picture)], watch), networks.read(source, ["red heart"], watch).values[0]
    assert np.shape(found["drop"]) == (GRID, GRID) and found["cosine"] == pytest.approx(float(seen[0] @ text), abs=1e-5)
    assert_allclose(np.ravel(found["drop"]), seen[0] @ text - seen[1:] @ text, atol=1e-5)
    patches = found["patches"]
    assert (patches is None) == (kind == "resnet")
    if patches is not None:
        assert np.shape(patches) == {"clip": (4, 4), "siglip": (2, 2)}[kind] and np.abs(patches).max() <= 1
        assert np.ptp(patches) > 0


@pytest.mark.parametrize("pool", ["map", "avg", "token"])
def test_patches_of_timms_towers_go_through_their_own_end(pool: str) -> None:
    """A patch that is all there is says what the whole says, where it is pooled."""
    made: dict[str, Any] = {"img_size": 32, "depth": 2, "embed_dim": 32, "num_heads": 2, "num_classes": 24, "global_pool": pool}
    trunk = timm.create_model("vit_tiny_patch16_224", class_token=pool == "token", **made).eval()
    visual, image = SimpleNamespace(trunk=trunk, head=torch.nn.Identity()), torch.rand(1, 3, 32, 32)
    assert has_patches(visual)
    with torch.inference_mode():
        found, tokens = embed(visual, image), trunk.forward_features(image)
        assert found is not None and found.shape == (2, 2, 24)
        begin = tokens.shape[1] - 4  # a class token is none of them
        for at in range(4):
            alone = trunk.forward_head(tokens[:, begin + at : begin + at + 1])
            assert_allclose(found[at // 2, at % 2], alone[0], atol=1e-5)


def test_patches_of_open_clips_own_tower_go_through_its_projection(folders: dict[str, Path]) -> None:
    visual = networks._loaded(sources.at(folders["clip"])).model.visual
    with torch.inference_mode():
        image = torch.rand(1, 3, 32, 32)
        visual.output_tokens = True
        tokens = visual(image)[1]
        visual.output_tokens = False
        assert_allclose(embed(visual, image).flatten(0, 1), tokens[0] @ visual.proj, atol=1e-5)


def test_a_window_hides_a_quarter_of_a_side_of_any_picture() -> None:
    for shape in ((64, 64, 3), (8, 8, 1), (40, 90, 3), (9, 400, 3)):
        picture = np.random.default_rng(0).integers(0, 255, shape, np.uint8)
        copies = hidden(picture)
        changed = np.stack([(copy != picture).any(2) for copy in copies])
        assert len(copies) == GRID**2 and changed.any((1, 2)).all() and changed.any(0).mean() > 0.95
        assert changed[0, :2, :2].any() and changed[-1, -2:, -2:].any()


NO_PLACE: list[dict[str, Any]] = [
    {}, {"text": "a"}, {"picture": GOOD}, {"picture": {}, "text": "a"}, {"picture": GOOD, "text": ""},
    {"picture": [GOOD], "text": "a"}, {"picture": GOOD, "text": "a", "template": "x"},
]  # fmt: skip


@pytest.mark.parametrize("asked", NO_PLACE)
def test_what_has_no_place_is_answered_in_one_sentence(matching: Matching, asked: dict[str, Any]) -> None:
    with pytest.raises(UserError) as error:
        matching.wait("place", asked)
    assert str(error.value).endswith(".") and len(str(error.value)) < 300
