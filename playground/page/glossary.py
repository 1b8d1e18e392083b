"""The words of the field that the page uses, each explained in a sentence or two: fetched when the first one is opened."""

from __future__ import annotations

from typing import Any

from starlette.routing import BaseRoute, Route

from playground.page.http import answer, language
from playground.texts import table

PREFIX, TERM, TEXT = "glossary.", ".term", ".text"


def terms(language: str) -> dict[str, dict[str, str]]:
    """Key -> {"term", "text"}: what it is called and what it is."""
    words = table(language)
    keys = [key.removeprefix(PREFIX).removesuffix(TERM) for key in words if key.startswith(PREFIX) and key.endswith(TERM)]
    return {key: {"term": words[PREFIX + key + TERM], "text": words[PREFIX + key + TEXT]} for key in keys}


def routes() -> list[BaseRoute]:
    """/glossary: all terms, in one language."""

    def all_terms(p: Any, q: Any) -> Any:
        return terms(language(q))

    return [Route("/glossary", answer(all_terms))]
