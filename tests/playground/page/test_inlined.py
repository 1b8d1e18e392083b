"""Modules inside a page that has no server."""

from __future__ import annotations

import base64
import json
import re

import pytest

from playground.page.modules import FILES, IMPORT, inlined, needed

MAP = "widgets/embedding-map/element.js"


def sources(*names: str) -> dict[str, str]:
    """What a page's import map holds, by name."""
    found = re.fullmatch(r'<script type="importmap">(.*)</script>', inlined(*names), re.S)
    assert found
    head = "data:text/javascript;charset=utf-8;base64,"
    addresses: dict[str, str] = json.loads(found[1])["imports"]
    assert all(address.startswith(head) for address in addresses.values())
    return {name: base64.b64decode(address.removeprefix(head)).decode() for name, address in addresses.items()}


def test_a_page_holds_all_that_its_modules_import_once_and_nothing_else() -> None:
    found = sources(MAP, "widgets/embedding-map/legend.js")
    assert set(found) == {*needed(MAP), "widgets/embedding-map/legend.js"}
    assert "page/lit.js" in found and "page/words.js" not in found


@pytest.mark.parametrize("name", needed(MAP))
def test_a_module_imports_by_name_what_it_imported_beside_it(name: str) -> None:
    text = sources(MAP)[name]
    imported = re.findall(r"^(?:import|export)\b.*?from '(.+)';$", text, re.M)
    assert len(imported) == len(IMPORT.findall(FILES[name].read_text("utf-8")))
    assert set(imported) <= set(sources(MAP)) and not IMPORT.findall(text)


def test_nothing_in_a_module_ends_the_script_that_it_stands_in() -> None:
    assert inlined(MAP).count("<") == 2
