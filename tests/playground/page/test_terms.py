"""Every term that a text or a script uses is explained in both languages, in one to three sentences or little more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from playground.page import glossary
from playground.runs.numbers import STYLES
from playground.texts import LANGUAGES, table

PAGE = Path(__file__).parents[3] / "playground"
LINK = re.compile(r"\[([^\]]+)\]\(([\w-]+)\)")


def test_both_languages_explain_the_same_terms() -> None:
    known = {language: glossary.terms(language) for language in LANGUAGES}
    assert list(known["en"]) == list(known["zh"]) and len(known["en"]) >= 50
    for one in known.values():
        assert len({entry["term"] for entry in one.values()}) == len(one)


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_an_explanation_is_short(language: str) -> None:
    for key, entry in glossary.terms(language).items():
        sentences = re.findall(r"[.。](?:\s|$)" if language == "en" else "。", entry["text"])
        assert 1 <= len(sentences) <= 4 and len(entry["text"]) < (420 if language == "en" else 170), key


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_every_link_of_a_text_leads_to_a_term(language: str) -> None:
    known, words, linked = glossary.terms(language), table(language), set[str]()
    for key, text in words.items():
        for _, to in LINK.findall(text):
            assert to in known, (key, to)
            linked.add(key)
        if not key.startswith("sentences."):
            assert text.count("](") == len(LINK.findall(text)), key
    assert len(linked) > 15
    assert linked == {key for key, text in table("en").items() if "](" in text}


def test_every_term_of_a_script_is_explained() -> None:
    known = set(glossary.terms("en"))
    used = set[str]()
    for path in PAGE.rglob("*.js"):
        if path.name not in ("lit.js", "terms.js"):
            used |= set(re.findall(r"\b(?:term|mark)\('([\w-]+)'", path.read_text("utf-8")))
    assert used <= known
    # each measure but those that are no term
    assert {key.partition("_")[0] for key in STYLES} - known <= {"seconds"}
