"""What the page says of what is kept and what is forgotten."""

from __future__ import annotations

from typing import Any

import pytest

from playground.texts import LANGUAGES
from playground.train.kept import CHANGES, kept
from trainers.method import methods
from trainers.train import RunConfig

GUESS = {"class": 0.1, "across": 0.0, "down": 0.0, "size": 0.0, "turn": 0.0, "brightness": 0.0, "mirror": 0.5}
UNTRAINED = {"class": 0.44, "across": 0.8, "down": 0.8, "size": 0.4, "turn": 0.1, "brightness": 0.5, "mirror": 0.58}
FEATURES = {"class": 0.66, "across": 0.97, "down": 0.97, "size": 0.7, "turn": 0.61, "brightness": 0.59, "mirror": 0.65}
EMBEDDING = {"class": 0.6, "across": 0.18, "down": 0.96, "size": 0.6, "turn": 0.16, "brightness": 0.23, "mirror": 0.5}


def shown(method: str = "simclr", language: str = "en", head: bool = True, looks: int = 2, **knobs: Any) -> Any:
    start = {"event": "Started", "factors": {"pixels": dict.fromkeys(GUESS, 0.2), "guess": GUESS}}
    both = [{"features": UNTRAINED, "embedding": UNTRAINED}, {"features": FEATURES, "embedding": EMBEDDING}]
    found = [one if head else {"features": one["features"]} for one in both[:looks]]
    events = [{"seconds": 10.0 * at, "factors": factors} for at, factors in enumerate(found)]
    return kept(start, events, RunConfig(method, steps=9, knobs=knobs), language)


def test_the_sentences_say_what_is_forgotten_and_why() -> None:
    found = shown()
    worn, across, bright, down, head = found["sentences"]
    assert "class right for 66% of the images" in worn and "untrained network 44%, from raw pixels 20%." in worn
    assert across.startswith("The features know where the garment lies from left to right (R² 0.97); the embedding has largely")
    assert "forgotten it (R² 0.18), because views are mirrored left and right: a mirrored garment" in across
    assert "how bright the garment is (R² 0.59)" in bright and bright.endswith("because views differ in brightness.")
    assert "from top to bottom (R² 0.96): no view is turned upside down." in down
    assert head.startswith("What differs between views, the embedding learns to ignore. So the head is thrown away")
    assert "，因为视图会左右翻转" in shown(language="zh")["sentences"][1]


def test_no_reason_is_given_that_is_not_there() -> None:
    for crop in (1.0, 0.3):  # crops are none: without them less was kept
        said = shown(flip=0, jitter=0, crop=crop)
        assert "forgotten" in " ".join(said["sentences"]) and "because" not in " ".join(said["sentences"])
        told = next(one["help"] for one in said["switches"] if one["knob"] == "crop")
        assert told.startswith("What the embedding keeps") and told.endswith("see the bars.")
    assert "mirrored" not in " ".join(shown(flip=0)["sentences"])


def test_without_a_head_it_says_what_is_known_best_and_least() -> None:
    found = shown("autoencoder", head=False)
    assert found["switches"] == [] and all(row["embedding"] == [] for row in found["rows"])
    assert "best where the garment lies from left to right (R² 0.97)" in found["sentences"][1]
    assert "least whether the garment is mirrored (65%)" in found["sentences"][1]
    assert len(found["sentences"]) == 2


def test_each_switch_turns_what_is_on_off_and_what_is_off_on() -> None:
    def values(**knobs: float) -> dict[str, float]:
        return {one["knob"]: one["value"] for one in shown(**knobs)["switches"]}

    assert values() == {"flip": 0.0, "jitter": 0.0, "rotation": 0.5, "crop": 0.1}
    assert values(flip=0, jitter=0, rotation=0.3, crop=0.1) == {"flip": 0.5, "jitter": 0.6, "rotation": 0.0, "crop": 1.0}
    for name in (name for name, cls in methods().items() if any(hasattr(cls.Config, knob) for knob in CHANGES)):
        for one in shown(name)["switches"]:
            RunConfig(name, steps=1, knobs={one["knob"]: one["value"]})  # raises where the knob has no such value


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_other_images_one_sentence_says_why_there_is_nothing(language: str) -> None:
    looks = [{"seconds": 0.0, "metrics": {}}, {"seconds": 1.0, "metrics": {}, "factors": {}}]
    found = kept({"event": "Started"}, looks, RunConfig("simclr", steps=9), language)
    assert found["rows"] == [] and found["missing"].count("。" if language == "zh" else ".") == 1
    assert not kept(None, [], RunConfig("simclr", steps=9), language)["missing"]  # nobody knows yet


def test_at_the_first_look_nothing_has_been_learned() -> None:
    assert shown(looks=1)["sentences"] == ["So far this is the untrained network."]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_factor_and_switch_has_its_words(language: str) -> None:
    for knobs in ({}, {"flip": 0, "jitter": 0, "rotation": 1, "crop": 0.1}):
        found = shown(language=language, **knobs)
        assert [row["key"] for row in found["rows"]] == list(GUESS)
        assert all(row["name"] and row["help"] for row in found["rows"])
        assert all(one["text"] and one["help"] for one in found["switches"])
