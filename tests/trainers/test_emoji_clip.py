"""The program behind docs/match.md: what it writes, and that it makes no run twice."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from scripts import build_emoji, emoji_clip, emoji_styles, ship_clip
from trainers.data import load
from trainers.data.emoji import table
from trainers.train import RunConfig, build

REACHED = {
    "match_1": 0.25, "match_5": 0.5, "match_rank": 5.0, "match_of": 1906.0, "match_zh_1": 0.125, "match_zh_5": 0.375,
    "match_zh_rank": 9.0, "match_zh_of": 1905.0, "knn": 0.75, "knn_pixels": 0.625, "group": 0.5, "group_name": 0.25,
    "group_majority": 0.2, "steps": 600,
}  # fmt: skip


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The program with its files elsewhere and runs that cost nothing; gives what was made, in order."""
    made: list[str] = []

    def measure(dataset: str, seconds: int, steps: int) -> dict[str, Any]:
        made.append(f"{dataset} {seconds} {steps}")
        return REACHED | {"seconds": seconds, "knobs": emoji_clip.knobs(seconds)}

    monkeypatch.setattr(emoji_clip, "RECORDS", tmp_path / "match.json")
    monkeypatch.setattr(emoji_clip, "REPORT", tmp_path / "match.md")
    monkeypatch.setattr(emoji_clip, "measure", measure)
    monkeypatch.setattr(emoji_clip, "rate", lambda seconds: 10.0)
    return made


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr("sys.argv", ["emoji_clip", *arguments])
    emoji_clip.main()


def test_it_goes_on_where_it_was_stopped(program: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, "--seconds", "60")
    assert program == ["emoji 60 600", "emoji-held-out 60 600"]
    run(monkeypatch)
    assert program[2] == "emoji 1800 18000" and len(program) == 6
    run(monkeypatch)
    assert len(program) == 6
    records = json.loads(emoji_clip.RECORDS.read_text("utf-8"))
    records["emoji 60"]["knobs"] = "others"
    emoji_clip.RECORDS.write_text(json.dumps(records), "utf-8")
    run(monkeypatch)
    assert program[6:] == ["emoji 60 600"]


def test_its_tables_say_what_was_reached_and_what_chance_is(program: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch)
    text = emoji_clip.REPORT.read_text("utf-8")
    assert "| 60 s | 25.0% | 50.0% | 5 | 12.5% | 37.5% | 9 | 600 |" in text
    assert "| *chance* | 0.05% | 0.26% | 954 | 0.05% | 0.26% | 953 | |" in text
    assert "| 1800 s | 50.0% | 25.0% | 75.0% |" in text and "| *always the largest group* | 20.0% | | |" in text
    assert text.index("| 60 s") < text.index("| 300 s") < text.index("| 1800 s")
    for part in text.split("\n\n"):
        assert len({line.count("|") for line in part.splitlines() if line.startswith("|")}) <= 1


def test_groups_are_told_by_names_of_members_that_it_was_trained_on() -> None:
    data = load("emoji-held-out")
    method: Any = build(RunConfig("clip", data.name, steps=1, device="cpu"), data, torch.device("cpu")).eval()
    read: list[list[str]] = []
    found = type(method.texts).read
    method.texts.read = lambda texts: read.append(list(texts)) or found(method.texts, texts)
    reached = emoji_clip.groups(method, data)
    assert set(reached) == {"group", "group_name", "group_majority"} and all(0 <= value <= 1 for value in reached.values())
    alone, several = read[: len(data.classes)], read[len(data.classes) :]
    assert [texts[0] for texts in alone] == [texts[0] for texts in several] == [name.lower() for name in data.classes]
    assert all(len(texts) == 1 for texts in alone) and all(2 < len(texts) <= 25 for texts in several)
    assert not set(data.test.captions["en"]) & {text for texts in several for text in texts[1:]}


def test_what_people_have_written_behind_the_tables_stays(program: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    emoji_clip.REPORT.write_text(f"# Old tables\n\n{emoji_clip.WRITTEN}\nIt stays.\n", "utf-8")
    run(monkeypatch, "--seconds", "60")
    text = emoji_clip.REPORT.read_text("utf-8")
    assert "Old" not in text and "| 60 s | 25.0% |" in text and text.endswith(f"\n\n{emoji_clip.WRITTEN}\nIt stays.\n")


def test_the_docs_are_what_the_records_say() -> None:
    records = json.loads(emoji_clip.RECORDS.read_text("utf-8"))
    assert emoji_clip.REPORT.read_text("utf-8").startswith(emoji_clip.report(records))
    assert records["shipped"]["unseen"]["Twitter"]["match_1"] == pytest.approx(records["shipped"]["match_1"], abs=0.02)


def drawings(packages: Path) -> None:
    """Packages of a few red squares."""
    for folder, codes in (("google-3", ["1F600", "2764-FE0F"]), ("google-5", ["1F600"])):
        pictures = packages / folder / "img" / "google" / "64"
        pictures.mkdir(parents=True)
        rows = [{"unified": code, "image": f"{code}.png", "has_img_google": True} for code in codes]
        (packages / folder / "emoji.json").write_text(json.dumps(rows), "utf-8")
        for code in codes:
            Image.new("RGBA", (64, 64), (200, 30, 10, 255)).save(pictures / f"{code}.png")


def test_more_drawings_are_learned_from_and_unseen_vendors_stay_unseen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawings(tmp_path)
    monkeypatch.setattr(emoji_styles, "STYLES", 1)
    data = load("emoji")
    codes = {"1F600", "2764", *(one.code for one in table()[::50])}
    some = [i for i, name in enumerate(data.train.names) if name.split()[0] in codes]
    data = dataclasses.replace(data, train=data.train.some(torch.tensor(some)))
    found, before = emoji_styles.styled(data, tmp_path), len(data.train)
    assert len(found.train) == before + 3 + 3 + before and found.test is data.test
    assert torch.equal(found.train.images[:before], data.train.images)
    assert found.train.images[before : before + 3].float().mean((0, 2, 3)).round().tolist() == [200, 30, 10]
    assert found.train.captions["en"][before : before + 3] == ("grinning face", "red heart", "grinning face")
    assert found.train.captions["en"][before + 6 :] == data.train.captions["en"]  # its own, in other styles
    assert not torch.equal(found.train.images[before + 6 :], data.train.images)
    assert all(len(words) == len(found.train) for words in found.train.captions.values())
    assert found.train.labels is not None and len(found.train.labels) == len(found.train)
    assert not any("twitter" in name for name in found.train.names)


def test_icons_are_found_by_code_by_name_and_as_flags(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emoji_styles, "rendered", lambda svg: svg)
    names = {
        "grinning-face": {"body": "A"},
        "a-heart": {"body": "B"},
        "flag-for-france": {"body": "C"},
        "no-emoji": {"body": "D"},
    }
    (tmp_path / "icons.json").write_text(json.dumps({"width": 32, "height": 32, "icons": names}), "utf-8")
    (tmp_path / "chars.json").write_text(json.dumps({"2764-fe0f": "a-heart"}), "utf-8")
    found = {build_emoji.bare(code): str(svg)[-7] for code, svg in emoji_styles.icons(tmp_path)}
    assert found == {"1F1EB-1F1F7": "C", "1F600": "A", "2764": "B"}
    assert not list(emoji_styles.icons(tmp_path / "none"))


def test_another_style_is_the_same_drawing() -> None:
    disc = np.zeros((64, 64, 4), np.uint8)
    y, x = np.mgrid[:64, :64]
    inside = (x - 32) ** 2 + (y - 32) ** 2 < 28**2
    disc[inside] = (250, 200, 40, 255)
    rng = np.random.default_rng(1)
    many = np.stack([emoji_styles.restyled(disc, rng) for _ in range(60)]).astype(int)
    assert many.shape == (60, 64, 64, 3) and len(np.unique(many.reshape(60, -1), axis=0)) > 30
    yellow = (abs(many[:, 32, 32] - (250, 200, 40)).max(-1) < 8).mean()
    assert 0.8 < yellow < 1  # but for those that are lines alone
    size = (abs(many - many[:, :1, :1]).max(-1) > 20).any(1).sum(1)  # columns that are not ground
    assert size.max() >= 55 and size.min() < 45
    assert (emoji_styles.cut_out(emoji_styles.on_white(disc))[..., 3] > 0).sum() == inside.sum()
    edge = emoji_styles.smaller(emoji_styles.on_white(disc), 0.25)
    assert (edge[:15] == 255).all() and abs(edge[32, 32].astype(int) - (250, 200, 40)).max() < 8


def test_the_model_that_ships_goes_on_as_it_is() -> None:
    data, config = load("emoji"), RunConfig("clip", "emoji", steps=1, device="cpu")
    method: Any = build(config, data, torch.device("cpu"))
    method.load_state_dict(dict(ship_clip.begun(config, data).model))
    held = data.test.images[::4]
    code = {one.code: at for at, one in enumerate(table())}
    found = ship_clip.named(method.eval(), held, torch.tensor([code[name.split()[0]] for name in data.test.names[::4]]))
    assert found["match_1"] > 0.5 and found["match_zh_5"] > 0.65 and found["count"] == len(held)


def test_a_sentence_is_read_as_its_name_and_a_word_that_nobody_taught_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    data, config = load("emoji"), RunConfig("clip", "emoji", steps=1, device="cpu")
    method: Any = build(config, data, torch.device("cpu"))
    monkeypatch.setattr(ship_clip, "READINGS", 60)
    names = [one.en for one in table()[::10]]

    def likeness() -> float:
        with torch.no_grad():
            alone, within = method.texts.read(names), method.texts.read([f"a photo of a {name}" for name in names])
        return float((alone * within).sum(1).mean())

    before = likeness()
    ship_clip.in_sentences(method)
    assert likeness() > before and not method.texts.tower.token_embedding.weight[0].any()
    method.load_state_dict(dict(ship_clip.begun(config, data).model))
    assert likeness() > 0.9  # the one that ships
