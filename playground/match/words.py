"""Words: the sentences by which a text is read, and what a data set calls its images and classes."""

from __future__ import annotations

import re

from playground.match.answers import Template
from playground.texts import classes
from trainers import evaluate
from trainers.data import Dataset
from trainers.errors import UserError

# ours: a text alone, in a sentence, in several whose embeddings are averaged (CLIP, section 3.1.4)
TEMPLATES = {
    "en": ("{}", "a picture of {}", "a drawing of {}", "an icon that shows {}", "a photo of {}", "this is {}", "{}, up close"),
    "zh": ("{}", "一张{}的图片", "画着{}", "一个{}的图标", "一张{}的照片", "这是{}"),
}
NEUTRAL = {"en": "a picture", "zh": "一张图片"}
CHINESE = re.compile(r"[\u3400-\u9fff]")
MEMBERS = 24  # names of its members that stand for a class beside its own


def sentences(words: str, template: Template) -> list[str]:
    """What is read for a text."""
    own = TEMPLATES["zh" if CHINESE.search(words) else "en"]
    return [one.format(words) for one in {"none": own[:1], "one": own[1:2], "ensemble": own}[template]]


def neutral(texts: list[str], multilingual: bool) -> str:
    """A text that fits any picture a little, in the language of these."""
    return NEUTRAL["zh" if multilingual and any(CHINESE.search(one) for one in texts) else "en"]


def vocabulary(data: Dataset, language: str, most: int) -> list[str]:
    """The words of a data set: its captions, each once, or the names of its classes."""
    parts = (data.test, data.train)
    captions = dict.fromkeys(c for part in parts for c in part.captions.get(language, part.captions.get("en", ())))
    found = list(captions) or [class_name(data, label, language) for label in range(len(data.classes))]
    if not found:
        raise UserError("These images have no words of their own: type a list.")
    if len(found) < 2:  # one text has all of the softmax, whatever the picture is
        raise UserError("All these images are called “{text}”, so nothing can be compared: type a list.", text=found[0])
    return found[:most]


def class_name(data: Dataset, label: int, language: str) -> str:
    """A class in a language."""
    name = data.classes[label]
    return classes(language).get(name, name)


def members(data: Dataset, label: int, language: str) -> list[str]:
    """A few captions of a class's training images: a group of emoji is better known by its members than by its name."""
    captions = data.train.captions.get(language)
    if not captions or data.train.labels is None:
        return []
    own = list(dict.fromkeys(captions[i] for i in (data.train.labels == label).nonzero().flatten().tolist()))
    return [own[i] for i in evaluate.spread(len(own), MEMBERS)]
