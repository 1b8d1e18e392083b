"""Imports go one way, and some things do not occur at all."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted([*ROOT.glob("trainers/**/*.py"), *ROOT.glob("playground/**/*.py"), ROOT / "app.py"])
# a module may import from its own rank downwards only to lower ranks; the longest prefix counts
RANKS = {
    "app": 6, "playground.ui": 5, "playground.tabs": 4, "playground.api": 4, "playground.controls": 3, "playground.routes": 3,
    "playground.worker": 3, "playground.runner": 3, "playground.explore": 2.5, "playground.standalone": 2.5,
    "playground.export": 2.5, "playground.repairs": 2.75, "playground.live": 2, "playground.maps": 1.5, "playground.runs": 1,
    "playground.aside": 1, "playground.examples": 0, "playground.zoo": 1, "playground.matching": 2.75, "playground.lesson": 2.5,
    "playground.compare": 2.75,
    "playground.plots": 0, "playground.projection": 0, "playground.embedding_map": 0, "playground.texts": 0, "trainers": -1,
    "playground.drawing": 0, "playground.learn": 1, "playground.page": 0,
}  # fmt: skip


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def rank(name: str) -> int | None:
    found = [prefix for prefix in RANKS if name == prefix or name.startswith(prefix + ".")]
    return RANKS[max(found, key=len)] if found else None


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=module)
def test_imports_go_one_way(path: Path) -> None:
    own = rank(module(path))
    assert own is not None or module(path) == "playground", "a new module needs its rank"
    for name in imports(path):
        top = name.split(".")[0]
        if module(path).startswith("trainers"):
            assert top not in ("gradio", "plotly", "playground"), name
        if top == "gradio":
            assert module(path).startswith("playground")
        assert top not in ("pickle", "dill", "cloudpickle"), name
        other = rank(name)
        if own is not None and other is not None and module(path) not in ("playground",):
            package = module(path).rpartition(".")[0]
            same = own == other and (name.startswith(package) or module(path).startswith("trainers"))
            assert other < own or same, f"{module(path)} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=module)
def test_nothing_unpickles_or_executes_text(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            assert name not in ("exec", "eval"), name
            if name in ("torch.load", "np.load"):
                assert any(word in ast.unparse(node) for word in ("weights_only=True", "allow_pickle=False")), name
