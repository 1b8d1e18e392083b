"""A run as a program of a few lines: the same training without the page, as a script and as a notebook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playground.texts import text
from trainers.data import FOLDER
from trainers.method import method_class
from trainers.train import RunConfig

IMPORTS = "from trainers.events import Finished, Snapshot\nfrom trainers.train import RunConfig, train"
LOOP = """\
looks = []
for event in train(config):
    if isinstance(event, Snapshot):  # metrics, and the features of held-out images
        looks.append(event)
        print(f"step {event.step}:", {key: round(value, 4) for key, value in event.metrics.items() if value is not None})
    elif isinstance(event, Finished):
        print("in the end:", {key: round(value, 4) for key, value in event.summary.items() if value is not None})"""
MAP = """\
import numpy as np
import plotly.graph_objects as go
from trainers.data import load
from trainers.evaluate import subset

data = load(config.dataset, config.size)
features = looks[-1].features.astype(np.float32)
features -= features.mean(0)
places = features @ np.linalg.svd(features, full_matrices=False)[2][:2].T  # their first two principal components
labels = None if data.test.labels is None else data.test.labels[subset(data.test)].tolist()
go.Figure(go.Scatter(x=places[:, 0], y=places[:, 1], mode="markers", marker={"color": labels, "colorscale": "Turbo"}))"""


def script(config: RunConfig, language: str) -> str:
    """A Python file that trains what the run trained; it says in a language that it is run where `trainers` is."""
    about = f"# {_title(config)}\n# {text(language, 'live.program_where')}"
    return f"{about}\n{IMPORTS}\n\n{_config(config)}\n\n{LOOP}\n"


def notebook(config: RunConfig, language: str) -> str:
    """The same as a Jupyter notebook (nbformat 4.5), with the map of the end."""
    about = f"# {_title(config)}\n\n{text(language, 'live.program_where')}"
    cells = [
        {"cell_type": "markdown", "id": "title", "metadata": {}, "source": about},
        *({"cell_type": "code", "id": name, "metadata": {}, "execution_count": None, "outputs": [], "source": source}
          for name, source in (("config", f"{IMPORTS}\n\n{_config(config)}"), ("train", LOOP), ("map", MAP))),
    ]  # fmt: skip
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return json.dumps(
        {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}, indent=1, ensure_ascii=False
    )


def _title(config: RunConfig) -> str:
    return f"{method_class(config.method).card.title} on {' '.join(_dataset(config).split())}"


def _dataset(config: RunConfig) -> str:
    """An upload by its name alone: where this machine keeps it is nobody's business."""
    return f"{FOLDER}{Path(config.dataset).name}" if config.dataset.startswith(FOLDER) else config.dataset


def _config(config: RunConfig) -> str:
    values: dict[str, Any] = {"method": config.method, "dataset": _dataset(config)}
    values |= {"steps": config.steps} if config.seconds is None else {"seconds": config.seconds}
    values |= {"seed": config.seed} | ({} if config.size is None else {"size": config.size})
    values |= {"knobs": dict(config.knobs)} if config.knobs else {}
    lines = "".join(f"    {name}={value!r},\n" for name, value in values.items())
    own = "  # where your images are: a folder, or a zip of them" if config.dataset.startswith(FOLDER) else ""
    return f"config = RunConfig({own}\n{lines})"
