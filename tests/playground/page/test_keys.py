"""Keys of the address: each tab has its own."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from playground import ui
from playground.page import modules


def test_no_two_tabs_have_a_key_in_common() -> None:
    found = ui.keys()
    assert list(found) == [name for name, _ in ui.TABS] and all(found.values())


@pytest.mark.parametrize("key", ["map", "run"])
def test_a_key_that_is_another_ones_fails_at_the_start(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setattr(ui, "TABS", (*ui.TABS, ("new", SimpleNamespace(KEYS=("own", key)))))
    with pytest.raises(ValueError, match=rf": {key}$"):
        ui.keys()


def test_a_tab_reads_no_key_of_another_tab() -> None:
    of = {key: tab for tab, keys in ui.keys().items() for key in keys}
    for name, path in modules.FILES.items():
        room = name.split("/")[0]
        if room in ui.keys() and name.endswith(".js"):
            for key in re.findall(r"\b(?:query\.(?:get|has)|list)\('([a-z0-9]+)'\)", path.read_text("utf-8")):
                assert of.get(key, room) == room and (key in of or key in ui.PAGE_KEYS), f"{name} reads {key}"
