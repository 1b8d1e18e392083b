"""Imports go one way, and some things do not occur at all."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted([*ROOT.glob("trainers/**/*.py"), *ROOT.glob("playground/**/*.py"), ROOT / "app.py"])
TABS = sorted(path.parent.name for path in ROOT.glob("playground/*/tab.py"))
# a module may import from its own rank and from lower ones, but one tab never from another; the longest prefix counts
RANKS = (
    {"app": 4, "playground.ui": 4, "playground.api": 4}
    | {f"playground.{tab}": 3 for tab in TABS}
    | {f"playground.{name}": 2 for name in ("maps", "runs", "page", "widgets", "texts", "plots", "lessons")}
    | {f"playground.{name}": 2 for name in ("background", "loading", "memory", "once", "priority", "reading")}
    | {f"playground.{name}": 2 for name in ("settings", "shares", "signals", "turns")}
    | {"trainers": 1}
)


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def prefix(name: str) -> str | None:
    """The room that a module is in."""
    found = [prefix for prefix in RANKS if name == prefix or name.startswith(prefix + ".")]
    return max(found, key=len) if found else None


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=module)
def test_imports_go_one_way(path: Path) -> None:
    own = prefix(module(path))
    assert own is not None or module(path) == "playground", "a new module needs its rank"
    for name in imports(path):
        top = name.split(".")[0]
        if module(path).startswith("trainers"):
            assert top not in ("gradio", "plotly", "playground"), name
        if top == "gradio":
            assert module(path).startswith("playground")
        assert top not in ("pickle", "dill", "cloudpickle"), name
        other = prefix(name)
        if own is not None and other is not None:
            assert RANKS[other] <= RANKS[own], f"{module(path)} imports {name}"
            assert own == other or not {own, other} <= {f"playground.{tab}" for tab in TABS}, f"{module(path)} imports {name}"


def circle(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """Names of which each leads to the next and the last to the first; empty where there are none."""
    done: set[str] = set()

    def search(name: str, way: list[str]) -> list[str]:
        if name in way:
            return way[way.index(name) :]
        if name in done:
            return []
        for other in graph[name]:
            if found := search(other, [*way, name]):
                return found
        done.add(name)
        return []

    return next((found for name in graph if (found := search(name, []))), [])


def test_no_modules_import_each_other_in_a_circle() -> None:
    names = {module(path): path for path in FILES}
    graph: dict[str, set[str]] = {name: set() for name in names}
    for name, path in names.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            found = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):  # of a package: its modules, and itself where a name is its own
                inner = [f"{node.module}.{alias.name}" for alias in node.names]
                found = [one if one in names else node.module or "" for one in inner]
            graph[name] |= {one for one in found if one in names}
    assert circle({"a": ["b"], "b": ["c"], "c": ["b"]}) == ["b", "c"] and not circle({"a": ["b", "c"], "b": ["c"], "c": []})
    assert not (found := circle(graph)), " → ".join(found)


@pytest.mark.parametrize("path", FILES, ids=module)
def test_nothing_unpickles_or_executes_text(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            assert name not in ("exec", "eval"), name
            if name in ("torch.load", "np.load"):
                assert any(word in ast.unparse(node) for word in ("weights_only=True", "allow_pickle=False")), name
