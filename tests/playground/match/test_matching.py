"""What the Match tab asks of a model, held against what plain torch and numpy make of the same images and words."""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from numpy.testing import assert_allclose
from PIL import Image

from playground import reading
from playground.background import Background, Cancelled
from playground.maps.making import Maps
from playground.match import ask as asking
from playground.match import embeddings, question, search
from playground.match.ask import Matching
from playground.match.models import KNOWN, SHIPPED
from playground.match.own import Own
from playground.match.pairs import softmax
from playground.match.search import EXACT, nearest
from playground.match.sets import Sets
from playground.match.words import MEMBERS, TEMPLATES, vocabulary
from playground.once import Once
from playground.page.http import png
from playground.runs.store import Limits, Runs
from playground.settings import Settings
from playground.texts import table, text
from tests.playground.conftest import Finished
from tests.playground.match.test_models import WEIGHTS, few_emoji, small_clip
from trainers import data, evaluate, metrics
from trainers.checkpoint import load_model
from trainers.clip_towers import export
from trainers.data import BUILT_IN
from trainers.data.folder import fit
from trainers.errors import UserError
from trainers.views import plain

RUN = "run:clip"
TEXTS = ["grinning face", "嘿嘿", "tired face", "щ"]


@pytest.fixture(scope="module")
def matching(tmp_path_factory: pytest.TempPathFactory, finished: Finished) -> Iterator[Matching]:
    """A run of CLIP that has hardly begun, one without words, and a process for them."""
    root = tmp_path_factory.mktemp("matching")
    small_clip(root / "clip")
    shutil.copytree(finished.runs.root / finished.run, root / "simclr")
    background = Background(nice=0)
    matching = Matching(Maps(Runs(root), background), background)
    yield matching
    matching.close()
    background.close()


@pytest.fixture(scope="module")
def model(matching: Matching) -> Any:
    return load_model(matching.maps.runs.root / "clip").eval()


@pytest.fixture(scope="module")
def own(matching: Matching) -> str:
    """The id of a person's own set: emoji in the folders of three groups."""
    return matching.own.keep_set(emoji_files(), "en")["set"]["id"]


def emoji_files(groups: tuple[int, ...] = (2, 4, 6)) -> list[tuple[str, bytes]]:
    """Pictures as a browser sends a dropped folder; a class is called by one of its emoji, as words that nobody learned tie."""
    part = few_emoji().train
    assert part.labels is not None
    labels = part.labels.tolist()
    return [
        (f"mine/{part.captions['en'][labels.index(label)]}/{part.names[i]}.png", png(part.images[i].permute(1, 2, 0).numpy()))
        for i, label in enumerate(labels)
        if label in groups
    ]


def ask(matching: Matching, kind: str, language: str = "en", **asked: Any) -> dict[str, Any]:
    return matching.wait(kind, {"who": "me", "model": RUN} | asked, language)


@torch.inference_mode()
def see(model: Any, pictures: Any) -> torch.Tensor:
    """Embeddings of (H,W,C) pictures without anything of the page's."""
    images = torch.stack([fit(Image.fromarray(p.squeeze()).convert("RGB"), 32, 3) for p in pictures])
    return model.embed(model.encode(plain(images)))


@torch.inference_mode()
def read(model: Any, texts: list[str]) -> torch.Tensor:
    return model.texts.read(texts)


def everything(matching: Matching, name: str) -> list[np.ndarray[Any, Any]]:
    """All pictures of a set, in the order of its indices."""
    found = matching.sets.set(name)[1]
    return [*found.test.images.permute(0, 2, 3, 1).numpy(), *found.train.images.permute(0, 2, 3, 1).numpy()]


# -- what there is -------------------------------------------------------------------------------------------------------


def test_models_are_the_shipped_one_runs_that_read_and_known_ones(matching: Matching) -> None:
    for language in ("en", "zh"):
        found = matching.models.list(language)
        assert [one["kind"] for one in found["models"]] == ["shipped", "run"] + ["known"] * len(KNOWN)
        assert found["models"][1]["id"] == RUN and found["models"][1]["multilingual"]
        assert all(one["title"] and one["size"].endswith("B") and one["note"] in table(language).values()
                   and f"match.speed_{one['speed']}" in table(language) for one in found["models"])  # fmt: skip
        assert [one["id"] for one in found["sets"]] == list(BUILT_IN) and found["local"] is True
    for name, *_ in KNOWN:  # no tag is mistyped
        assert matching.models.source(f"name:{name}").kind == "name"
    closed = Matching(matching.maps, matching.background, local=False)
    assert closed.models.list("en")["local"] is False and closed.models.source(RUN) == matching.models.source(RUN)
    with pytest.raises(UserError, match="closed here"):
        closed.models.source(str(matching.maps.runs.root / "clip"))


def test_a_model_says_what_it_is(matching: Matching, model: Any) -> None:
    about = ask(matching, "load")["about"]
    assert about["id"] == RUN and about["title"] == "clip" and about["size"] == 32
    assert about["dimensions"] == model.config.dimensions
    assert about["parameters"] == sum(p.numel() for p in model.parameters()) and about["multilingual"]
    assert about["scale"] == pytest.approx(float(model.logit_scale.detach().exp()))
    with pytest.raises(UserError, match="trained without words"):
        ask(matching, "load", model="run:simclr")


def test_dealt_pictures_are_known_by_name_and_the_same_seed_deals_them_again(matching: Matching) -> None:
    emoji = data.load("emoji", 64)
    first = ask(matching, "deal", set="emoji", count=6, seed=3)["pictures"]
    assert first == ask(matching, "deal", set="emoji", count=6, seed=3)["pictures"]
    assert first != ask(matching, "deal", set="emoji", count=6, seed=4)["pictures"]
    assert len({one["index"] for one in first}) == 6
    for english, chinese in zip(first, ask(matching, "deal", "zh", set="emoji", count=6, seed=3)["pictures"], strict=True):
        i = english["index"]
        assert (english["caption"], chinese["caption"]) == (emoji.test.captions["en"][i], emoji.test.captions["zh"][i])
        assert english["name"] == emoji.test.names[i] and emoji.test.labels is not None
        assert english["label"] == emoji.classes[emoji.test.labels[i]]
        assert chinese["label"] == table("zh")[f"classes.{english['label']}"]
        assert (matching.sets.picture(english) == emoji.test.images[i].permute(1, 2, 0).numpy()).all()
    spread = [one["index"] for one in ask(matching, "deal", set="emoji", count=5)["pictures"]]
    assert spread == sorted(spread) and spread[0] == 0 and spread[-1] == len(emoji.test) - 1


# -- match ---------------------------------------------------------------------------------------------------------------


def test_both_softmaxes_are_plain_torchs(matching: Matching, model: Any) -> None:
    pictures = ask(matching, "deal", set="emoji", count=5, seed=0)["pictures"]
    cosines = see(model, [matching.sets.picture(one) for one in pictures]) @ read(model, TEXTS).T
    for scale in (None, 3.0, 700.0):
        found = ask(matching, "match", pictures=pictures, texts=TEXTS, scale=scale)
        s = float(model.logit_scale.detach().exp()) if scale is None else scale
        assert found["scale"] == pytest.approx(s) and found["neutral"] is None
        assert_allclose(found["cosines"], cosines, atol=1e-5)
        assert_allclose(found["to_text"], F.softmax(s * cosines, 1), atol=1e-3)
        assert_allclose(found["to_image"], F.softmax(s * cosines, 0), atol=1e-3)
        assert_allclose(np.sum(found["to_text"], 1), 1, atol=1e-5)
        assert_allclose(np.sum(found["to_image"], 0), 1, atol=1e-5)
    # image -> text by the formula: exp(s cos(I, T_j)) over the sum of all exp(s cos(I, T_k))
    by_hand = np.exp(3 * cosines.numpy()) / np.exp(3 * cosines.numpy()).sum(1, keepdims=True)
    assert_allclose(ask(matching, "match", pictures=pictures, texts=TEXTS, scale=3)["to_text"], by_hand, atol=1e-5)


def test_a_run_and_its_exported_folder_and_file_give_the_same_logits(matching: Matching, model: Any, tmp_path: Path) -> None:
    export(model, tmp_path / "exported")
    pictures = ask(matching, "deal", set="emoji", count=4)["pictures"]
    expected = ask(matching, "match", pictures=pictures, texts=TEXTS)
    for path in (tmp_path / "exported", tmp_path / "exported" / WEIGHTS):
        found = ask(matching, "match", model=str(path), pictures=pictures, texts=TEXTS)
        logits, same = (np.multiply(one["cosines"], one["scale"]) for one in (found, expected))
        assert_allclose(logits, same, atol=1e-4)
        assert found["unknown"] == expected["unknown"] == [3]
    # what is spoilt is refused, and the model that was there still answers
    (tmp_path / "exported" / WEIGHTS).write_bytes(b"\0" * 100)
    with pytest.raises(UserError, match="cannot be loaded"):
        ask(matching, "match", model=str(tmp_path / "exported"), pictures=pictures, texts=TEXTS)
    assert ask(matching, "match", pictures=pictures, texts=TEXTS[:2])["scale"] == expected["scale"]


def test_the_shipped_model_knows_emoji_by_their_names(matching: Matching) -> None:
    """Of a vendor whose drawings it has never seen."""
    for language, right in (("en", 12), ("zh", 4)):
        pictures = ask(matching, "deal", language, set="emoji", count=16)["pictures"]
        found = ask(matching, "match", model=SHIPPED, pictures=pictures, texts=[one["caption"] for one in pictures])
        assert (np.argmax(found["to_text"], 1) == np.arange(16)).sum() >= right and found["unknown"] == []


def test_templates_are_said_and_an_ensemble_is_the_mean_of_its_embeddings(matching: Matching, model: Any) -> None:
    pictures = ask(matching, "deal", set="emoji", count=3)["pictures"]
    images = see(model, [matching.sets.picture(one) for one in pictures])
    texts = ["grinning  face ", "嘿嘿", "{0} {braces}"]
    for template, shape in (("none", slice(0, 1)), ("one", slice(1, 2)), ("ensemble", slice(0, 99))):
        found = ask(matching, "match", pictures=pictures, texts=texts, template=template)
        assert found["read"][0] == [t.replace("{}", "grinning face") for t in TEMPLATES["en"][shape]]
        assert found["read"][1] == [t.replace("{}", "嘿嘿") for t in TEMPLATES["zh"][shape]]
        assert "{0} {braces}" in found["read"][2][0]
        middles = torch.stack([F.normalize(read(model, sentences).mean(0), dim=0) for sentences in found["read"]])
        assert_allclose(found["cosines"], images @ middles.T, atol=1e-5)
    assert ask(matching, "match", pictures=pictures, texts=texts)["read"] == [["grinning face"], ["嘿嘿"], ["{0} {braces}"]]


def test_none_of_these_is_one_more_column_and_changes_nothing_else(matching: Matching, model: Any) -> None:
    pictures = ask(matching, "deal", set="emoji", count=4)["pictures"]
    images = see(model, [matching.sets.picture(one) for one in pictures])
    for texts, words in ((["cat", "dog"], "a picture"), (["cat", "狗"], "一张图片")):
        without = ask(matching, "match", pictures=pictures, texts=texts)
        found = ask(matching, "match", pictures=pictures, texts=texts, neutral=True)
        neutral = found.pop("neutral")
        assert {**found, "neutral": None} == without and neutral["text"] == words
        assert_allclose(neutral["cosines"], images @ read(model, [words])[0], atol=1e-5)
        both = torch.cat([torch.tensor(found["cosines"]), torch.tensor(neutral["cosines"]).unsqueeze(1)], 1)
        assert_allclose(neutral["to_text"], F.softmax(found["scale"] * both, 1), atol=1e-4)


def test_texts_that_differ_in_case_or_spaces_alone_are_one(matching: Matching) -> None:
    pictures = ask(matching, "deal", set="emoji", count=3)["pictures"]
    once = ask(matching, "match", pictures=pictures, texts=["Red heart", "cat", "STRASSE"])
    found = ask(matching, "match", pictures=pictures, texts=[
        "Red heart", "RED HEART", "cat", " red   heart", "STRASSE", "straße", "Cat",
    ])  # fmt: skip
    assert found["texts"] == ["Red heart", "cat", "STRASSE"] and found["to_text"] == once["to_text"]
    assert np.shape(found["cosines"]) == (3, 3) and len(found["read"]) == 3
    assert ask(matching, "texts", picture=pictures[0], texts=["a", "A", "b"])["of"] == 2


def test_embeddings_of_texts_are_forgotten_at_last_but_never_while_they_are_needed(
    matching: Matching, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = ask(matching, "deal", set="emoji", count=1)["pictures"]
    before = ask(matching, "match", pictures=pictures, texts=["old", "older", "oldest"])
    monkeypatch.setattr(embeddings, "READ", 2)
    found = ask(matching, "match", pictures=pictures, texts=["old", "older", "oldest", "new", "newer"])
    assert_allclose(found["cosines"][0][:3], before["cosines"][0], atol=1e-6)
    assert len(matching.embeddings._read) == 2


# -- find ----------------------------------------------------------------------------------------------------------------


def test_words_and_pictures_find_what_is_nearest(matching: Matching, model: Any, own: str) -> None:
    gallery = see(model, everything(matching, own)).numpy()
    name, found = matching.sets.set(own)
    several = F.normalize(read(model, [t.format("cat") for t in TEMPLATES["en"]]).mean(0), dim=0)
    for query, itself, asked in (
        (read(model, ["cat"])[0], None, {"text": "cat"}),
        (several, None, {"text": "cat", "template": "ensemble"}),
        (torch.from_numpy(gallery[7]), 7, {"picture": {"set": own, "index": 7}}),
        (torch.from_numpy(gallery[7]), 7, {"picture": {"set": own, "index": "7.0"}}),
    ):
        answer = ask(matching, "find", set=own, count=9, **asked)
        cosines = gallery @ query.numpy()
        order = [i for i in np.argsort(-cosines).tolist() if i != itself][:9]
        assert answer["of"] == len(gallery) and answer["how"] == "exact"
        assert [hit["index"] for hit in answer["hits"]] == order
        assert_allclose([hit["cosine"] for hit in answer["hits"]], cosines[order], atol=1e-5)
    names = [*found.test.names, *found.train.names]
    assert all(hit["name"] == names[hit["index"]] and hit["label"] in found.classes for hit in answer["hits"])
    assert len(ask(matching, "find", set=own, text="cat", count=60)["hits"]) == min(60, len(gallery))
    other = matching.own.keep_set(emoji_files((3, 5)), "en")["set"]  # where the seventh is another one
    hits = ask(matching, "find", set=other["id"], picture={"set": own, "index": 7}, count=60)["hits"]
    assert 7 in [hit["index"] for hit in hits] and len(hits) == other["count"]


def test_a_persons_own_picture_finds_itself(matching: Matching, own: str) -> None:
    image = everything(matching, own)[11]
    kept = matching.own.keep([("../../x.png", png(image)), ("no.png", b"no"), ("", b"")], "zh")
    assert [set(one) for one in kept["pictures"]] == [{"own", "name"}] and kept["pictures"][0]["name"] == "../../x.png"
    assert len(kept["skipped"]) == 2 and all(one.endswith("。") for one in kept["skipped"])
    assert (matching.sets.picture(kept["pictures"][0]) == image).all()
    hits = ask(matching, "find", set=own, picture=kept["pictures"][0] | {"set": own}, count=2)["hits"]
    assert hits[0]["index"] == 11 and hits[0]["cosine"] == pytest.approx(1, abs=1e-4)
    large, tall = np.full((40, 2000, 3), 90, np.uint8), np.full((900, 30), 90, np.uint8)
    kept = matching.own.keep([("a", png(large)), ("b", png(tall[..., None]))], "en")
    assert [matching.sets.picture(one).shape for one in kept["pictures"]] == [(10, 512, 3), (512, 17, 1)]
    assert {path.parent for path in matching.maps.runs.root.rglob("*.png") if "own" in path.name} == {matching.own.root}


def test_what_is_not_needed_any_more_is_deleted(matching: Matching) -> None:
    picture = matching.own.keep([("a.png", png(np.full((9, 9, 3), 7, np.uint8)))], "en")["pictures"][0]
    own = matching.own.keep_set(emoji_files((3, 5)), "en")["set"]["id"]
    assert matching.sets.picture(picture).shape == (9, 9, 3) and matching.sets.picture({"set": own, "index": 0}).shape == (
        32,
        32,
        3,
    )
    for path in (matching.own.root / f"{picture['own']}.png", matching.own.root / own):
        os.utime(path, (time.time() - 3 * 86_400,) * 2)
    matching.own.expire()
    assert not (matching.own.root / f"{picture['own']}.png").exists() and not (matching.own.root / own).exists()
    with pytest.raises(UserError, match="not kept any more"):
        ask(matching, "match", pictures=[picture], texts=["a"])
    with pytest.raises(UserError, match="not kept any more"):
        ask(matching, "find", set=own, text="a")
    assert matching.own.keep_set(emoji_files((3, 5)), "en")["set"]["id"] == own  # brought again, it is there again
    assert matching.sets.picture({"set": own, "index": 0}).shape == (32, 32, 3)


def test_of_too_much_the_oldest_of_who_has_the_most_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Own(Sets(tmp_path / "own"))
    monkeypatch.setattr("playground.match.own.BYTES", 5 * 4_096)  # each of these pictures takes one block of the disk
    monkeypatch.setattr("playground.match.own.ROOM", 1.0)

    def bring(owner: str, value: int, hours: float) -> Path:
        found = kept.keep([("a.png", png(np.full((9, 9, 3), value, np.uint8)))], "en", owner)["pictures"][0]["own"]
        path = kept.root / f"{found}.png"
        os.utime(path, (time.time() - 3600 * hours,) * 2)
        return path

    shy = bring("shy", 1, 40)  # the oldest of all
    greedy = [bring("greedy", 10 + hours, hours) for hours in (30, 20, 10, 5)]
    assert shy.exists() and all(path.exists() for path in greedy)
    greedy.append(bring("greedy", 50, 1))
    assert shy.exists() and [path.exists() for path in greedy] == [False, True, True, True, True]
    bring("", 60, 0)
    assert shy.exists() and [path.exists() for path in greedy] == [False, False, True, True, True]


def test_a_set_that_somebody_has_stays_where_it_cannot_be_read_just_now(
    matching: Matching, own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_room", threading.Semaphore(0))
    matching.sets._load._answers.clear()
    with pytest.raises(UserError, match="Too many pictures are being read"):
        matching.own.keep_set(emoji_files(), "en")
    monkeypatch.undo()
    assert matching.sets.set(own)[1].classes


def test_a_zip_and_a_folder_of_files_are_the_same_set(matching: Matching, own: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in emoji_files():
            file.writestr(name, content)
    found = matching.own.keep_set([("mine.zip", out.getvalue())], "zh")
    files = matching.own.keep_set([*emoji_files(), ("mine/Objects/notes.txt", b"no picture")], "zh")
    assert found["set"] | {"id": ""} == files["set"] | {"id": ""} and found["set"]["classes"] == 3
    assert found["set"]["title"] == table("zh")["data.own"] and found["set"]["count"] == len(emoji_files())
    assert found["skipped"] == [] and len(files["skipped"]) == 1 and "notes.txt" in files["skipped"][0]
    assert matching.sets.set(found["set"]["id"])[1].classes == matching.sets.set(own)[1].classes
    assert found["set"]["id"] != own == matching.own.keep_set(emoji_files(), "en")["set"]["id"]


HOSTILE_NAMES = [
    "../../x.png", "/etc/passwd", "..\\..\\x.png", "C:\\Windows\\x.png", "a\0b.png", "", ".", "..", "~/x.png", " ",
    "x" * 300 + ".png", "猫" * 300, "a/../../../b/c.png", "con/nul", "-rf", "$(touch x).png", "<img src=x>.png", "a/" * 200,
]  # fmt: skip


def test_hostile_file_names_are_names_and_nothing_else(matching: Matching) -> None:
    root, pictures = matching.maps.runs.root, [content for _, content in emoji_files((0, 1, 8))]
    ours = {matching.own.root, matching.own.brought.folder}
    before = {path for path in root.parent.rglob("*") if not ours & {path, *path.parents}}
    found = matching.own.keep_set(list(zip(HOSTILE_NAMES, pictures, strict=False)), "en")
    assert found["set"]["count"] + len(found["skipped"]) == len(HOSTILE_NAMES) and found["set"]["count"] >= 8
    assert {path for path in root.parent.rglob("*") if not ours & {path, *path.parents}} == before
    noted = [path.relative_to(matching.own.brought.folder) for path in matching.own.brought.folder.rglob("*") if path.is_file()]
    assert noted and all(re.fullmatch(r"[0-9a-f]{64}/(own|set)-[0-9a-f]{20}", path.as_posix()) for path in noted)
    with zipfile.ZipFile(matching.own.root / found["set"]["id"] / "images.zip") as archive:
        assert not any(name.startswith("/") or ".." in name.split("/") for name in archive.namelist())
    clash = ["a", "a/1.png", "b/1.png", "B/1.PNG", "1.png", "x/y/a/1.png", "3 1.png", "1.png", "5", "5"]
    found = matching.own.keep_set(list(zip(clash, pictures, strict=False)), "en")  # none is lost to another of its name
    assert found["set"]["count"] == len(clash) and found["skipped"] == []
    assert matching.own.keep_set(list(zip(clash, pictures, strict=False)), "en") == found


def test_files_of_a_set_are_called_as_they_were(matching: Matching) -> None:
    files = [(f"mine/{name.split('/')[-1]}", content) for name, content in emoji_files((2,))]
    found = matching.own.keep_set([*files, ("mine/notes.txt", b"words"), ("mine/notes.txt", b"more words")], "en")
    assert [one.split(" is left out")[0] for one in found["skipped"]] == [f"mine/{len(files) + 1} notes.txt", "mine/notes.txt"]
    _, kept = matching.sets.set(found["set"]["id"])
    assert {*kept.train.names, *kept.test.names} == {name for name, _ in files}


def test_sets_that_cannot_be_used_say_why_and_leave_nothing(matching: Matching) -> None:
    before = sorted(matching.own.root.iterdir())
    evil = io.BytesIO()
    with zipfile.ZipFile(evil, "w") as file:
        for name, content in emoji_files():
            file.writestr("../../" + name, content)
    for files, said in (
        ([], "No file came"), (emoji_files()[:3], "only 3 can be used"),
        ([("a.txt", b"words")], "^No image in a.txt can be used: a.txt is left out"),
        ([(f"{i}.txt", b"words") for i in range(4)], "^No image in 0.txt, 1.txt, 2.txt, … can be used: 0.txt is left out"),
        ([("evil.zip", evil.getvalue())], "evil.zip is refused"), ([("cut.zip", b"PK\3\4 no zip")], "cut.zip"),
    ):  # fmt: skip
        with pytest.raises(UserError, match=said) as error:
            matching.own.keep_set(files, "en")
        assert str(matching.own.root) not in str(error.value)
    assert sorted(matching.own.root.iterdir()) == before


# -- texts, test ---------------------------------------------------------------------------------------------------------


def test_a_picture_finds_its_words_in_a_list_or_in_those_of_a_set(matching: Matching, model: Any, own: str) -> None:
    picture, listed = {"set": own, "index": 3}, list(few_emoji().train.captions["en"][:30])
    cosines = (see(model, [matching.sets.picture(picture)]) @ read(model, listed).T)[0]
    found = ask(matching, "texts", picture=picture, texts=listed, count=30)
    order = cosines.argsort(descending=True).tolist()
    assert found["of"] == 30 and [hit["text"] for hit in found["hits"]] == [listed[i] for i in order]
    assert_allclose([hit["cosine"] for hit in found["hits"]], cosines[order], atol=1e-5)
    share = F.softmax(model.logit_scale.exp().detach() * cosines, 0)
    assert_allclose([hit["share"] for hit in found["hits"]], share[order], atol=1e-4)
    found = ask(matching, "texts", picture=picture, set=own)
    assert {hit["text"] for hit in found["hits"]} == set(matching.sets.set(own)[1].classes)
    chinese = ask(matching, "texts", picture=picture, set="fashion-mnist", language="zh", count=50)
    assert {hit["text"] for hit in chinese["hits"]} == {table("zh")[f"classes.{c}"] for c in data.fashion_mnist.CLASSES}


def test_the_words_of_a_set_are_its_captions_each_once() -> None:
    emoji = data.load("emoji")
    assert set(vocabulary(emoji, "en", 9999)) == {*emoji.test.captions["en"], *emoji.train.captions["en"]}
    assert len(set(vocabulary(emoji, "zh", 50))) == 50 and vocabulary(emoji, "zh", 50) != vocabulary(emoji, "en", 50)
    nameless = data.Dataset("x", data.Images(emoji.train.images), data.Images(emoji.test.images))
    with pytest.raises(UserError, match="no words of their own"):
        vocabulary(nameless, "en", 50)


def test_zero_shot_is_counted_rightly(matching: Matching, model: Any, own: str) -> None:
    found, (_, images) = ask(matching, "test", set=own, template="one"), matching.sets.set(own)
    pictures, n = everything(matching, own), len(images.test)
    prompts = [TEMPLATES["en"][1].format(name) for name in images.classes]
    assert found["prompts"] == prompts and images.test.labels is not None and images.train.labels is not None
    features, labels = see(model, pictures), images.test.labels
    share = F.softmax(model.logit_scale.exp().detach() * features[:n] @ read(model, prompts).T, 1)
    said, k = share.argmax(1), len(images.classes)
    confusion = torch.zeros(k, k, dtype=torch.int64)
    for truth, guess in zip(labels.tolist(), said.tolist(), strict=True):
        confusion[truth, guess] += 1
    assert found["confusion"] == confusion.tolist() and found["of"] == n
    assert found["accuracy"] == pytest.approx(float(confusion.diag().sum()) / n)
    assert found["chance"] == pytest.approx(float(confusion.sum(1).max()) / n)
    for i, one in enumerate(found["classes"]):
        assert (one["name"], one["count"]) == (images.classes[i], int(confusion[i].sum()))
        assert one["accuracy"] == pytest.approx(float(confusion[i, i]) / one["count"])
    wrong = (said != labels).nonzero().flatten().tolist()
    assert sorted(one["index"] for one in found["mistakes"]) == wrong and len(wrong) > 0  # it has hardly learned anything
    shares = [one["share"] for one in found["mistakes"]]
    assert shares == sorted(shares, reverse=True)
    for one in found["mistakes"]:
        i = one["index"]
        assert one["true"] == images.classes[labels[i]] != one["said"] == images.classes[said[i]]
        assert one["share"] == pytest.approx(float(share[i].max()), abs=1e-4)
    beside = (features[:n], labels, features[n:], images.train.labels)
    assert found["knn"] == pytest.approx(metrics.knn_accuracy(*beside), abs=1e-6)
    assert found["probe"] == pytest.approx(metrics.linear_probe(*beside), abs=0.1)


def test_classes_are_read_with_their_members_in_the_readers_language(
    matching: Matching, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = few_emoji()
    monkeypatch.setattr(matching.sets, "_load", lambda name, where: few)
    monkeypatch.setattr(matching.embeddings, "_seen", type(matching.embeddings._seen)())
    assert few.train.labels is not None and few.test.labels is not None
    for language in ("en", "zh"):
        found = ask(matching, "test", language, set="emoji", model=RUN)
        rows = []
        for label, name in enumerate(few.classes):
            index = (few.train.labels == label).nonzero().flatten().tolist()
            members = list(dict.fromkeys(few.train.captions[language][i] for i in index))
            members = [members[i] for i in evaluate.spread(len(members), MEMBERS)]
            words = [name if language == "en" else table("zh")[f"classes.{name}"], *members]
            assert found["prompts"][label] == words[0] == found["classes"][label]["name"]
            rows.append(F.normalize(read(model, words).mean(0), dim=0))
        said = (see(model, few.test.images.permute(0, 2, 3, 1).numpy()) @ torch.stack(rows).T).argmax(1)
        assert found["accuracy"] == pytest.approx(float((said == few.test.labels).float().mean()))


# -- limits --------------------------------------------------------------------------------------------------------------

GOOD = {"set": "emoji", "index": 0}
BAD: list[tuple[str, dict[str, Any]]] = [
    ("nothing", {}), ("__init__", {}), ("match", {}), ("match", {"model": "nosuch"}), ("match", {"model": {"a": 1}}),
    ("match", {"model": "run:../../etc"}), ("match", {"model": "run:nosuch"}),
    ("match", {"model": "run:simclr", "texts": ["a"], "pictures": [GOOD]}),
    *(("match", {"texts": t, "pictures": [GOOD]}) for t in (
        [], ["", " "], ["\u3000"], "cat", {"a": 1}, [None], [str(i) for i in range(41)], 3,
    )),
    *(("match", {"texts": ["a"], "pictures": p}) for p in (
        [], None, "x", {}, [GOOD] * 17, [{}], [None], [3], [{"set": "emoji"}], [{"set": "emoji", "index": -1}],
        [{"set": "emoji", "index": 10**9}], [{"set": "emoji", "index": "x"}], [{"set": "emoji", "index": float("nan")}],
        [{"set": "emoji", "index": [0]}], [{"set": "folder:/etc", "index": 0}], [{"set": "../..", "index": 0}],
        [{"set": "set-" + "0" * 20, "index": 0}], [{"own": "../../clip/images"}], [{"own": "own-" + "0" * 20}], [{"own": 3}],
        [{"own": ["own-" + "0" * 20]}],
    )),
    *(("match", {"texts": ["a"], "pictures": [GOOD], "scale": s}) for s in (
        0, -1, 1001, "x", float("nan"), float("inf"), [1], {}, 10**400,
    )),
    *(("match", {"texts": ["a"], "pictures": [GOOD], "template": t}) for t in ("two", ["one"], {"a": 1}, 3)),
    ("find", {"set": "nosuch", "text": "a"}), ("find", {"set": ["emoji"], "text": "a"}), ("find", {"set": None, "text": "a"}),
    ("find", {"set": "digits"}), ("find", {"set": "digits", "text": ""}), ("find", {"set": "digits", "picture": {}}),
    *(("find", {"set": "digits", "text": "a", "count": c}) for c in (0, 61, -1, "many", float("inf"), [])),
    ("texts", {"picture": None, "texts": ["a"]}), ("texts", {"picture": GOOD, "texts": [str(i) for i in range(2001)]}),
    ("texts", {"picture": GOOD}), ("texts", {"picture": GOOD, "texts": "abc"}),
    ("texts", {"picture": GOOD, "texts": ["a"], "count": 51}),
    ("deal", {"set": "nosuch"}), ("deal", {"set": "digits", "count": 0}), ("deal", {"set": "digits", "count": 17}),
    *(("deal", {"set": "digits", "seed": s}) for s in (-1, "x", 2**40)),
    ("test", {"set": "nosuch"}), ("test", {}), ("test", {"set": "digits", "template": "all"}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "asked"), BAD, ids=[f"{kind} {str(asked)[:60]}" for kind, asked in BAD])
def test_what_makes_no_sense_is_answered_in_one_sentence(matching: Matching, kind: str, asked: dict[str, Any]) -> None:
    before = len(matching._questions)
    with pytest.raises(UserError) as error:
        ask(matching, kind, **asked)
    said = str(error.value)
    assert said.endswith(".") and len(said) < 300 and str(matching.maps.runs.root) not in said
    assert len(matching._questions) == before  # the error is forgotten


def test_the_most_that_fits_is_answered(matching: Matching) -> None:
    found = ask(matching, "match", pictures=[GOOD] * 16, texts=["x" * 2000, *map(str, range(39))], scale=1000)
    assert np.shape(found["cosines"]) == (16, 40) and found["read"][0] == ["x" * 2000]
    assert np.isfinite(found["to_image"]).all()


def test_without_labels_there_is_nothing_to_test(matching: Matching) -> None:
    flat = matching.own.keep_set([(f"{i}.png", content) for i, (_, content) in enumerate(emoji_files())], "en")["set"]
    assert flat["classes"] == 0
    with pytest.raises(UserError, match="no labels"):
        ask(matching, "test", set=flat["id"])
    with pytest.raises(UserError, match="no words of their own"):
        ask(matching, "texts", picture={"set": flat["id"], "index": 0}, set=flat["id"])


# -- without a network ---------------------------------------------------------------------------------------------------


def unit(rows: int, width: int) -> np.ndarray[Any, Any]:
    x = np.random.default_rng(0).normal(size=(rows, width)).astype(np.float32)
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def test_the_nearest_are_those_of_numpy() -> None:
    gallery, query = unit(500, 16), unit(501, 16)[500]
    index, cosines, how = nearest(query, gallery, 7)
    assert how == "exact" and index.tolist() == np.argsort(-(gallery @ query))[:7].tolist()
    assert_allclose(cosines, np.sort(gallery @ query)[::-1][:7], atol=1e-6)
    assert len(nearest(query, gallery[:3], 7)[0]) == 3


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What an index was made of, one after another."""
    made = list[object]()
    monkeypatch.setattr(search, "_graph", Once(lambda gallery: made.append(gallery) or search._built(gallery), 2))
    return made


@pytest.mark.parametrize("rows", [6_000, pytest.param(EXACT + 1, marks=pytest.mark.slow)])
def test_an_index_finds_nine_of_ten_of_the_nearest_and_is_made_once(
    rows: int, made: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert EXACT == 100_000
    monkeypatch.setattr(search, "EXACT", min(EXACT, rows - 1))
    gallery, right = unit(rows, 16), 0
    for query in gallery[:20] + 0.1:
        query = query / np.linalg.norm(query)
        index, cosines, how = nearest(query, gallery, 10)
        assert how == "usearch" and (np.diff(cosines) <= 1e-6).all()
        assert_allclose(cosines, gallery[index] @ query, atol=1e-6)
        right += len({*index.tolist()} & {*np.argsort(-(gallery @ query))[:10].tolist()})
    assert right >= 0.9 * 200 and len(made) == 1


def test_two_questions_about_a_large_set_share_its_index(
    matching: Matching, own: str, made: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "EXACT", 10)
    for words in ("sun", "moon"):
        found = ask(matching, "find", set=own, text=words, count=3)
        assert found["how"] == "usearch" and len(found["hits"]) == 3
    assert len(made) == 1


def test_softmax_of_large_numbers() -> None:
    assert_allclose(softmax(np.array([[1e4, 0.0], [-1e4, -1e4]], np.float32), 1), [[1, 0], [0.5, 0.5]])


# -- asking --------------------------------------------------------------------------------------------------------------


def test_progress_is_told_until_it_is_done_and_two_who_ask_share_the_answer(matching: Matching) -> None:
    asked = {"model": RUN, "set": "digits", "text": "seven", "count": 4}
    told, before = list[Any](), len(matching._questions)
    while (found := matching.ask("find", asked | {"who": ("me", "you")[len(told) % 2]}, "zh", 0.01))["state"] != "done":
        told.append(found)
    assert len(matching._questions) == before + 1 and set(next(reversed(matching._questions.values())).people) == {
        ("", "me"),
        ("", "you"),
    }
    assert matching.ask("find", asked | {"who": "you"}, "zh") == found == matching.ask("find", asked | {"who": "me"}, "zh")
    assert len(told) > 1 and all(one["state"] in ("waiting", "working") and 0 <= one["progress"] <= 1 for one in told)
    assert told[-1]["progress"] > 0 and told[-1]["words"] == table("zh")["match.wait_seeing"]


def test_what_nobody_asks_for_any_more_is_given_up_and_can_be_asked_again(
    matching: Matching, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"who": "me", "model": RUN, "set": "fashion-mnist", "text": "shoe"}
    monkeypatch.setattr(question, "WAITS", 0.2)
    assert matching.ask("find", asked, "en", 0.0)["state"] != "done"
    one = next(reversed(matching._questions.values()))
    assert one.future
    with pytest.raises(Cancelled):
        one.future.result(180)
    seen = matching.embeddings._seen.get((matching.models.source(RUN), "fashion-mnist"))
    assert seen is None or not seen.there.all()
    monkeypatch.setattr(question, "WAITS", 15.0)
    assert matching.ask("find", asked, "en", 0.0)["state"] == "waiting"  # it was given up, and now is another one
    again = matching.ask("find", asked, "en", 0.0)
    assert again["state"] != "done" and next(reversed(matching._questions.values())) is not one
    monkeypatch.setattr(question, "WAITS", 0.0)  # enough: it would take seconds
    last = next(reversed(matching._questions.values())).future
    assert last and isinstance(last.exception(180), Cancelled)


def test_only_so_many_questions_are_answered_at_once(matching: Matching, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    monkeypatch.setitem(matching.kinds, "deal", lambda *args: gate.wait(60) and {"pictures": []})
    monkeypatch.setattr(matching, "open", 3 + sum(not (a.future and a.future.done()) for a in matching._questions.values()))
    for seed in range(3):
        assert matching.ask("deal", {"set": "digits", "seed": seed}, "en", 0.0)["state"] != "done"
    with pytest.raises(UserError, match="Too many questions"):
        matching.ask("deal", {"set": "digits", "seed": 9}, "en", 0.0)
    assert matching.ask("deal", {"set": "digits", "seed": 1}, "en", 0.0)["state"] != "done"  # those go on
    gate.set()
    assert matching.ask("deal", {"set": "digits", "seed": 0}, "en", 9.0)["state"] == "done"


def test_one_page_and_one_address_leave_room_for_others(matching: Matching, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    monkeypatch.setitem(matching.kinds, "deal", lambda *args: gate.wait(60) and {"pictures": []})
    monkeypatch.setattr(asking, "OPEN_EACH", 2)
    monkeypatch.setattr(matching.maps.runs, "limits", Limits(questions_address=3))

    def ask(seed: int, who: str, address: str) -> str:
        return matching.ask("deal", {"set": "digits", "seed": seed, "who": who}, "en", 0.0, address)["state"]

    assert {ask(100, "a", "1.1.1.1"), ask(101, "a", "1.1.1.1")} <= {"working", "waiting"}
    with pytest.raises(UserError, match="Too many of your questions"):
        ask(102, "a", "1.1.1.1")
    assert ask(101, "a", "1.1.1.1") != "done"  # those that are open go on
    ask(103, "b", "1.1.1.1")
    for who in ("c", "d"):  # another name for each is no way around it
        with pytest.raises(UserError, match="at most 3 questions.*raise PLAYGROUND_QUESTIONS_ADDRESS"):
            ask(104, who, "1.1.1.1")
    assert ask(104, "c", "2.2.2.2") != "done"
    gate.set()
    assert matching.ask("deal", {"set": "digits", "seed": 104, "who": "c"}, "en", 60.0, "2.2.2.2")["state"] == "done"


def test_where_the_host_raises_the_share_of_an_address_all_have_room_for_two(
    matching: Matching, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = Settings.from_environment({"PLAYGROUND_QUESTIONS_ADDRESS": "200"}).limits().questions_address
    monkeypatch.setattr(matching.maps.runs, "limits", Limits(questions_address=share))
    raised, met = Matching(matching.maps, matching.background), threading.Barrier(61)
    monkeypatch.setitem(raised.kinds, "deal", lambda *args: met.wait(60) >= 0 and {"pictures": []})
    try:
        for seed in range(60):  # more than are open by default
            raised.ask("deal", {"set": "digits", "seed": seed, "who": f"{seed // asking.OPEN_EACH}"}, "en", 0.0, "1.1.1.1")
        met.wait(60)  # all of them are worked on
        assert raised.open == 2 * share
    finally:
        met.abort()
        raised.close()


def test_slow_questions_of_one_address_hold_no_other_up(matching: Matching, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, other = threading.Event(), threading.Event()

    def deal(source: Any, body: Any, language: str, one: Any) -> Any:
        if body["seed"] == 1999:
            other.set()
        return gate.wait(60) and {"pictures": []}

    monkeypatch.setitem(matching.kinds, "deal", deal)
    for seed in range(Limits.questions_address):
        who = f"{seed // asking.OPEN_EACH}"
        matching.ask("deal", {"set": "digits", "seed": 1000 + seed, "who": who}, "en", 0.0, "1.1.1.1")
    matching.ask("deal", {"set": "digits", "seed": 1999, "who": "other"}, "en", 0.0, "2.2.2.2")
    assert other.wait(60)  # while all of the first address's are worked at
    gate.set()


def test_a_program_waits_for_its_answer_so_long_and_is_told(matching: Matching, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    monkeypatch.setitem(matching.kinds, "deal", lambda *args: gate.wait(60) and {"pictures": []})
    monkeypatch.setattr(asking, "LONGEST", 0.0)
    monkeypatch.setattr(asking, "WAITS", 0.1)
    with pytest.raises(UserError, match="longer than 0 seconds"):
        matching.wait("deal", {"set": "digits", "seed": 200})
    gate.set()


def test_a_process_that_is_killed_is_told_and_the_next_question_has_another(matching: Matching) -> None:
    asked = {"who": "me", "model": RUN, "set": "digits", "text": "a lucky number"}
    ask(matching, "load")
    process = matching.background._process
    os.kill(process.pid, signal.SIGSTOP)  # so that it is not done before it is killed
    while matching.ask("find", asked, "en", 0.1)["words"] != text("en", "match.wait_reading") or matching.background.waiting():
        pass
    time.sleep(0.2)  # until it is sent
    os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(UserError, match="ended by the system"):
        matching.wait("find", asked)
    assert len(matching.wait("find", asked)["hits"]) == 24 and matching.background._process.pid != process.pid
