"""An address as a QR code, from this machine alone; and what the page's own script makes of a link before Gradio draws."""

from __future__ import annotations

import json
import re
import subprocess
import time
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor

import pytest
import segno
from playwright._impl._driver import compute_driver_executable
from starlette.applications import Starlette
from starlette.testclient import TestClient

from playground.page import codes
from playground.page.head import ROOT_SCRIPT
from playground.page.http import mounted
from trainers.errors import UserError

LINK = "https://play.example.org/?data=digits&hide=data%2Cknobs&note=" + "word+" * 40


def test_a_code_is_a_picture_of_its_address_and_of_nothing_else() -> None:
    root = ET.fromstring(codes.svg(LINK))
    side = segno.make_qr(LINK, error="l").symbol_size(border=3)[0]
    assert root.attrib["viewBox"] == f"0 0 {side} {side}"
    assert {node.tag.rpartition("}")[2] for node in root.iter()} == {"svg", "path"}
    assert codes.svg(LINK) == codes.svg(LINK) != codes.svg(LINK + "x")


@pytest.mark.parametrize("wrong", ["", "javascript:alert(1)", "ftp://a", "http://a\n<svg>", "http://a/" + "x" * codes.MOST])
def test_only_an_address_of_some_length_becomes_one(wrong: str) -> None:
    with pytest.raises(UserError):
        codes.svg(wrong)


def test_a_code_is_fetched_by_its_address_and_refused_in_a_sentence() -> None:
    with TestClient(Starlette(routes=[mounted(codes.routes())])) as client:
        found = client.get("/playground/code.svg", params={"text": LINK})
        assert found.status_code == 200 and found.headers["content-type"] == "image/svg+xml"
        assert found.content == codes.svg(LINK)
        long = client.get("/playground/code.svg", params={"text": "https://a/" + "x" * codes.MOST, "lang": "zh"})
        assert long.status_code == 400 and long.json()["error"].endswith("。")
        assert client.get("/playground/code.svg").status_code == 400


def test_codes_are_made_one_at_a_time_and_the_same_one_once(monkeypatch: pytest.MonkeyPatch) -> None:
    at_work, most, made = 0, 0, list[str]()

    def slow(address: str) -> bytes:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        time.sleep(0.02)
        made.append(address)
        at_work -= 1
        return address.encode()

    monkeypatch.setattr(codes, "svg", slow)
    with TestClient(Starlette(routes=[mounted(codes.routes())])) as client, ThreadPoolExecutor(12) as pool:
        asked = [f"http://a/{number % 4}" for number in range(12)]
        answers = list(pool.map(lambda text: client.get("/playground/code.svg", params={"text": text}).text, asked))
    assert answers == asked and most == 1 and sorted(made) == sorted(set(asked))


def drawn(query: str) -> dict[str, dict[str, object]]:
    """The components' props after the page's script has seen an address with this query."""
    names = {"tab-train": "tabitem", "tab-learn": "tabitem", "data": "dropdown", "seed": "number", "knob-simclr-crop": "slider",
             "knob-swav-crop": "slider", "knob-simclr-flip": "slider", "train": "button", "": "form"}  # fmt: skip
    props = {"visible": True, "interactive": True}
    components = [{"type": kind, "props": props | {"elem_id": name}} for name, kind in names.items()]
    script = re.sub(r"</?script>", "", ROOT_SCRIPT.decode())
    code = f"""const gradio_config = {{components: {json.dumps(components)}}};
        const document = {{documentElement: {{dataset: {{}}}}}};
        const location = new URL({json.dumps("http://page.test/" + query)});
        {script}; console.log(JSON.stringify(gradio_config.components))"""
    node = compute_driver_executable()[0]
    out = subprocess.run([node, "-e", code], capture_output=True, text=True, check=True, timeout=60).stdout
    return {one["props"]["elem_id"]: one["props"] for one in json.loads(out)}


def test_the_page_draws_what_a_link_hides_as_hidden_and_what_it_fixes_as_fixed() -> None:
    plain = drawn("")
    assert all(props["visible"] is True and props["interactive"] for props in plain.values())
    found = drawn("?hide=data,knob.crop,learn,train&fix=seed,knob.flip")
    changed = {name: (props["visible"], props["interactive"]) for name, props in found.items() if props != plain[name]}
    assert changed == {
        "data": ("hidden", True), "knob-simclr-crop": ("hidden", True), "knob-swav-crop": ("hidden", True),
        "tab-learn": (False, True), "train": ("hidden", True), "seed": (True, False), "knob-simclr-flip": (True, False),
    }  # fmt: skip
    whole = drawn("?fix=knobs,nosuch,__proto__&hide=")
    assert [name for name, props in whole.items() if not props["interactive"]] == [
        "knob-simclr-crop", "knob-swav-crop", "knob-simclr-flip",
    ]  # fmt: skip
