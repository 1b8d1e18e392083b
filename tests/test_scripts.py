"""The page's scripts: short files, short lines, one global name, imports that go one way."""

from __future__ import annotations

import re

import pytest
from plotly.offline import get_plotlyjs_version

from playground.page import modules

TABS = sorted(path.parent.name for path in modules.ROOT.glob("*/tab.py"))
VENDORED = ("page/lit.js", modules.PLANE, modules.SPACE)
OWN = {name: path for name, path in modules.FILES.items() if name not in VENDORED}
SCRIPTS = {name: path.read_text("utf-8") for name, path in OWN.items() if name.endswith(".js")}
# what a widget may import: other widgets, and of the page what is no page's own
FREE = ("page/lit.js", "page/widget.js")
# who may read a global: the page's one entry, and plotly, which has no module
GLOBALS = ("page/playground.js", "widgets/plotly-loader.js")


def rank(name: str) -> int:
    return {"widgets": 1, "page": 2}.get(name.split("/")[0], 3)


def without_comments(text: str) -> str:
    """A script's code: two strokes begin a comment up to the end of their line, unless they are those of an address."""
    return re.sub(r"(?<!:)//[^\n]*|/\*.*?\*/", "", text, flags=re.S)


@pytest.mark.parametrize("name", OWN)
def test_files_and_lines_are_short(name: str) -> None:
    lines = OWN[name].read_text("utf-8").splitlines()
    assert len(lines) <= 300 and max(map(len, lines)) <= 140


@pytest.mark.parametrize("name", [modules.PLANE, modules.SPACE])
def test_plotly_is_of_the_version_that_the_package_has(name: str) -> None:
    assert f"v{get_plotlyjs_version()}\n" in modules.FILES[name].read_text("utf-8")[:200]
    assert "MIT License" in (modules.ROOT / "widgets/LICENSE-plotly.txt").read_text("utf-8")


def test_the_code_after_a_comment_is_looked_at() -> None:
    text = "// one window\nconst at = 'https://page.test';  // two\n/* three\nwindow */ open(window);"
    assert re.findall(r"\w+(?=;)|\bwindow\b", without_comments(text)) == ["window"]


@pytest.mark.parametrize("name", SCRIPTS)
def test_nothing_is_on_window_but_one_entry(name: str) -> None:
    assert not re.search(r"\bwindow\b(?!: )", without_comments(SCRIPTS[name]))  # a key of an answer is no name
    assert "globalThis" not in SCRIPTS[name] or name in GLOBALS


@pytest.mark.parametrize("name", SCRIPTS)
def test_imports_go_one_way_and_one_tab_never_imports_another(name: str) -> None:
    room = name.split("/")[0]
    for other in modules.imports(name):
        assert other in modules.FILES, f"{name} imports {other}, which is not there"
        if room == "widgets":
            assert other.startswith("widgets/") or other in FREE, f"{name} imports {other}"
        assert rank(other) <= rank(name) or other in FREE, f"{name} imports {other}"
        assert not {room, other.split("/")[0]} <= set(TABS) or other.startswith(f"{room}/"), f"{name} imports {other}"


def test_no_script_waits_for_another() -> None:
    for name, text in SCRIPTS.items():
        assert not re.search(r"while \(!(window|globalThis|document)\b", text), name


@pytest.mark.parametrize("name", [name for name in OWN if name.startswith("widgets/") and name.endswith((".js", ".css"))])
def test_a_widget_has_no_class_of_a_tab(name: str) -> None:
    text = OWN[name].read_text("utf-8")
    found = re.findall(r"\.([a-z][\w-]*)", text) if name.endswith(".css") else re.findall(r"class=[\"'{$]*([^\"'>]*)", text)
    classes = {one for part in found for one in re.findall(r"[a-z][\w-]*", part)}
    assert not {one for one in classes if one.split("-")[0] in {*TABS, "live"} and "-" in one}
