"""The program behind docs/match.md: what it writes, and that it makes no run twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from scripts import emoji_clip
from trainers.data import load
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

    def measure(dataset: str, seconds: int, steps: int, packages: Path | None) -> tuple[None, dict[str, Any]]:
        made.append(" ".join(str(part) for part in (dataset, seconds, steps, packages) if part))
        return None, REACHED | {"seconds": seconds, "knobs": emoji_clip.knobs(seconds)}

    monkeypatch.setattr(emoji_clip, "RECORDS", tmp_path / "match.json")
    monkeypatch.setattr(emoji_clip, "REPORT", tmp_path / "match.md")
    monkeypatch.setattr(emoji_clip, "measure", measure)
    monkeypatch.setattr(emoji_clip, "rate", lambda seconds: 10.0)
    monkeypatch.setattr(emoji_clip, "ship", lambda method: made.append("shipped"))
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
    run(monkeypatch, "--ship", "packages")
    assert program[6:] == ["emoji 3600 36000 packages", "shipped"]
    assert "**the one that ships**" in emoji_clip.REPORT.read_text("utf-8")
    records = json.loads(emoji_clip.RECORDS.read_text("utf-8"))
    records["emoji 60"]["knobs"] = "others"
    emoji_clip.RECORDS.write_text(json.dumps(records), "utf-8")
    run(monkeypatch)
    assert program[8:] == ["emoji 60 600"]


def test_its_tables_say_what_was_reached_and_what_chance_is(program: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch)
    text = emoji_clip.REPORT.read_text("utf-8")
    assert "| 60 s | 25.0% | 50.0% | 5 | 12.5% | 37.5% | 9 | 600 |" in text
    assert "| *chance* | 0.05% | 0.26% | 954 | 0.05% | 0.26% | 953 | |" in text
    assert "| 1800 s | 50.0% | 25.0% | 75.0% |" in text and "| *always the largest group* | 20.0% | | |" in text
    assert text.index("| 60 s") < text.index("| 300 s") < text.index("| 1800 s")
    for table in text.split("\n\n"):
        assert len({line.count("|") for line in table.splitlines() if line.startswith("|")}) <= 1


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


def test_more_drawings_are_learned_from_and_the_unseen_vendor_stays_unseen(tmp_path: Path) -> None:
    for folder, codes in (("google-3", ["1F600", "2764-FE0F"]), ("google-5", ["1F600"])):
        pictures = tmp_path / folder / "img" / "google" / "64"
        pictures.mkdir(parents=True)
        rows = [{"unified": code, "image": f"{code}.png", "has_img_google": True} for code in codes]
        (tmp_path / folder / "emoji.json").write_text(json.dumps(rows), "utf-8")
        for code in codes:
            Image.new("RGBA", (64, 64), (200, 30, 10, 255)).save(pictures / f"{code}.png")
    data = load("emoji")
    found = emoji_clip.styled(data, tmp_path)
    assert len(found.train) == len(data.train) + 3 and found.test is data.test
    assert torch.equal(found.train.images[: len(data.train)], data.train.images)
    assert found.train.images[-3:].float().mean((0, 2, 3)).round().tolist() == [200, 30, 10]
    assert found.train.captions["en"][-3:] == ("grinning face", "grinning face", "red heart")
    assert all(len(words) == len(found.train) for words in found.train.captions.values())
    assert found.train.labels is not None and len(found.train.labels) == len(found.train)
