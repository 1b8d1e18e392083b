"""Where in a picture a text is: how far its cosine falls where a window is hidden, and what a transformer's patches say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.background import NOW
from playground.match import checks, networks
from playground.match.answers import Place
from playground.match.embeddings import Embeddings
from playground.match.question import Question
from playground.match.sources import Source

GRID = 7  # windows a side: 49 pictures and the whole one go through the network
WINDOW = 0.25  # of a side that a window hides


def place(embeddings: Embeddings, source: Source, body: Mapping[str, Any], language: str, one: Question) -> Place:
    """Where in "picture" the text "text" is."""
    texts = checks.texts([body.get("text")], 1)
    about = embeddings.about(source, one)
    picture = embeddings.sets.picture(body.get("picture"))
    prompts = embeddings.of_texts(source, texts, checks.template(body), one)
    text = prompts.values[0]
    patches = (
        one.run(embeddings.background, NOW, "seeing", 0.1, networks.patches, source, picture, text)
        if about["patches"]
        else None
    )
    seen = one.run(embeddings.background, NOW, "seeing", 0.7, networks.see, source, [picture, *hidden(picture)])
    cosines = seen @ text
    return {
        "cosine": float(cosines[0]), "drop": (cosines[0] - cosines[1:]).reshape(GRID, GRID).tolist(), "window": WINDOW,
        "patches": patches, "cut": prompts.cut,
    }  # fmt: skip


def hidden(picture: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """A picture (H,W,C) with a window of its own mean colour, at each place of a grid, by rows from the top."""
    height, width, _ = picture.shape
    colour = picture.reshape(-1, picture.shape[2]).mean(0).round().astype(np.uint8)
    tall, wide = max(1, round(WINDOW * height)), max(1, round(WINDOW * width))
    found = list[NDArray[np.uint8]]()
    for top in np.linspace(0, height - tall, GRID).round().astype(int):
        for left in np.linspace(0, width - wide, GRID).round().astype(int):
            copy = picture.copy()
            copy[top : top + tall, left : left + wide] = colour
            found.append(copy)
    return found
