"""A teacher's link: made on the page, opened elsewhere."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import App, wait
from tests.browser.test_first_minute import asked
from trainers import record

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
NOTE = "Why does it collapse? <img src=x onerror='document.title=1'>\nLook at the spread first."
HIDDEN = ("Data", "Knobs", "Seed", "Temperature", "Compare", "Digits · 1,797")
WAY = """() => { const at = [];
    for (let one = document.activeElement; one; one = one.parentElement) at.push(one.id);
    return at; }"""


def test_a_link_opened_elsewhere_shows_no_trace_of_what_it_hides_and_keeps_it(open_page: Open, app: App) -> None:
    page = open_page("?data=digits&knob.temperature=0.3&steps=400&seed=5")
    expect(page.locator("#budget label.selected")).to_have_text("400 steps")
    page.click("#link")
    page.click("text=Choose on the page")
    data = page.locator("#data")
    for state in ("fix", "hide"):
        data.click()
        expect(data).to_have_attribute("data-held", state)
    expect(page.get_by_role("listbox")).to_have_count(0)  # the click chose, and opened nothing
    page.click("text=Choose on the page")
    for name, presses in {"knobs": 2, "budget": 1, "compare": 1}.items():
        for _ in range(presses):
            page.click(f".share-control[data-name={name}]")
    page.get_by_label("A text at the top").fill(NOTE)
    code = page.locator(".share-code img")
    wait(lambda: code.evaluate("image => image.complete && image.naturalWidth > 0"), "the code")
    link = page.locator("input[data-key=link]").input_value()
    said = {key: values[0] for key, values in parse_qs(urlsplit(link).query).items()}
    assert said.items() >= {"data": "digits", "knob.temperature": "0.3", "steps": "400", "seed": "5", "note": NOTE}.items()
    assert set(said["hide"].split(",")) == {"data", "knobs", "compare"} and said["fix"] == "budget"

    other = open_page(f"?{urlsplit(link).query}")
    expect(other.locator(".top-note")).to_have_text(NOTE)
    assert other.locator(".top-note *").count() == 0
    expect(other.locator("#train")).to_be_visible()
    expect(other.locator("#budget input").first).to_be_disabled()
    lines = [line.strip() for line in other.inner_text("body").splitlines()]
    tree = other.locator("body").aria_snapshot()
    assert not set(HIDDEN) & set(lines) and not [name for name in HIDDEN if f'"{name}"' in tree]
    assert '"Train"' in tree and "Method" in lines  # as what is there is found in both
    reached = set[str]()
    for _ in range(60):
        other.keyboard.press("Tab")
        reached |= set(other.evaluate(WAY))
    assert "method" in reached and not {"data", "knobs", "seed"} & reached

    other.locator("#method label", has_text="BYOL").click()
    other.locator("#method label", has_text="SimCLR").click()
    held = {"data": "digits", "knob.temperature": "0.3", "steps": "400", "seed": "5"}
    wait(lambda: asked(other).get("method", "simclr") == "simclr" and held.items() <= asked(other).items(), "the address")
    other.click("#train")
    other.wait_for_function("playground.run()")
    config = record.read_config(app.runs / other.evaluate("playground.run()"))
    assert (config.method, config.dataset, config.steps, config.seed) == ("simclr", "digits", 400, 5)
    assert config.knobs["temperature"] == 0.3
    other.locator("[role=tab][aria-controls=tab-learn]").click()
    other.wait_for_selector(".learn[data-ready='1']")
    assert "hide" in asked(other) and other.locator(".learn-run").count() == 0  # no run begins without what is held
    framed = open_page(f"?{urlsplit(link).query}&embed=1")
    expect(framed.locator("#train")).to_be_visible()
    expect(framed.locator("#title")).to_be_hidden()
    assert "Share" not in framed.inner_text("body")


BEGIN = """async steps => (await fetch('playground/runs', {method: 'POST', headers: {'Content-Type': 'application/json'},
    body: JSON.stringify({method: 'simclr', dataset: 'digits', steps, knobs: {temperature: 0.4},
    secret: localStorage.getItem('playground-secret')})})).json()"""


def test_a_room_is_opened_entered_seen_pinned_taken_along_left_and_closed(open_page: Open, app: App) -> None:
    host = open_page("?tab=room")
    host.get_by_label("The room’s name").fill("<i>Monday</i>")
    host.get_by_role("button", name="Open the room").click()
    expect(host.locator(".room-head h2")).to_have_text("<i>Monday</i>")
    code = host.locator(".room-join img")
    wait(lambda: code.evaluate("image => image.complete && image.naturalWidth > 0"), "the code")
    way = f"?{urlsplit(host.locator('.room-join code').inner_text()).query}"
    guests = {}
    for name in ("Ann", "Ben"):
        guest = guests[name] = open_page(way)
        guest.get_by_label("Your short name").fill(name)
        guest.get_by_role("button", name="Join", exact=True).click()
        expect(guest.locator(".top-room")).to_contain_text(name)
        assert guest.evaluate(BEGIN, 20)["run"]
    for name in guests:
        tile = host.locator(".wall-tile", has_text=name)
        expect(tile.locator(".wall-changed")).to_have_text("Temperature: 0.4")
        expect(tile.locator("embedding-map[data-step]")).to_have_count(1)
        expect(tile.locator(".wall-person em")).to_contain_text("kNN")
    run = host.locator(".wall-tile", has_text="Ben").get_attribute("data-run")
    host.locator(".wall-tile", has_text="Ben").get_by_role("button", name="Show to all").click()
    ann = guests["Ann"]
    expect(ann.locator(".top-pinned")).to_contain_text("Ben")
    ann.get_by_role("button", name="In Compare").click()
    expect(ann.locator(".compare-pinned")).to_contain_text("Ben")
    assert run and run in ann.locator(".compare").get_attribute("data-runs")
    with host.expect_download() as taken:
        host.get_by_role("button", name="Download all").click()
    with zipfile.ZipFile(taken.value.path()) as archive:
        assert f"{run}/model.safetensors" in archive.namelist() and "runs.csv" in archive.namelist()
    ann.get_by_role("button", name="All runs").click()
    ann.get_by_role("button", name="Leave, and delete all I made").click()
    expect(ann.locator(".room-closed")).to_contain_text("is deleted")
    expect(host.locator(".wall-tile")).to_have_count(1)
    left = [path.parent.name for path in app.runs.glob("*/run.json")]
    assert run in left and ann.evaluate("localStorage.getItem('playground-room')") is None
    host.get_by_role("button", name="Close the room").click()
    host.get_by_role("button", name="Close it").click()
    expect(guests["Ben"].locator(".room-closed")).to_contain_text("This room is closed")
    plain = open_page()
    assert plain.locator("[aria-controls=tab-room]").count() == 0 and not list((app.runs / "rooms").glob("*"))
