"""The address of a view is that view: as a link, after a reload, and after any number of steps back and forward."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import curve_drawn, wait
from tests.browser.test_first_minute import READY, asked, ready

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
LINKS = {  # a view of each tab in which nothing is as it is at first
    "train": "view=pca&without=1,4",
    "explore": "run=byol&map=pca-3&colour=cluster&pick=11&with=simsiam",
    "reconstruct": "run=masked&image=5&strip=2&do=mask&mask=block_0.5_7",
    "match": "match=find&set=emoji&query=guitar",
    "compare": "runs=simsiam,byol&over=steps&curve=knn&off=byol&maps=pca&kept=3&other=2",
    "learn": "card=swav",
}
DRAWN = READY | {
    "?tab=explore": ".pane .map[data-key^=pca] .main-svg",
    "?tab=match": READY["?tab=match&match=find"],
    "?tab=learn": READY["?tab=learn&card=simsiam"],
}


def values(tab: str) -> dict[str, str]:
    return dict(parse_qsl(LINKS[tab]))


def drawn(page: Page, tab: str) -> Page:
    shows = DRAWN["" if tab == "train" else f"?tab={tab}"]
    curve_drawn(page, shows)
    page.wait_for_selector(shows)
    return page


def to(page: Page, tab: str) -> None:
    page.locator(f"[role=tab][aria-controls=tab-{tab}]").click()


def addressed(page: Page, tab: str) -> None:
    """Wait until the address says this tab's view, all of it, and nothing of another one's."""
    others = {key for other in LINKS if other != tab for key in values(other)} - {"run"} - set(values(tab))
    wait(lambda: values(tab).items() <= asked(page).items(), f"{values(tab)} in the address")
    assert asked(page).get("tab", "train") == tab and not others & set(asked(page))


@pytest.mark.parametrize("tab", LINKS)
def test_a_link_is_the_view_and_stays_it(open_fresh: Open, tab: str) -> None:
    link = f"?tab={tab}&{LINKS[tab]}" if tab != "train" else f"?{LINKS[tab]}"
    page = drawn(open_fresh(link), tab)
    addressed(page, tab)
    other = "learn" if tab != "learn" else "train"
    to(page, other)
    page.wait_for_function("tab => document.body.dataset.tab === tab", arg=other)
    assert not set(values(tab)) - {"run"} & set(asked(page))
    to(page, tab)
    addressed(page, tab)
    page.reload()
    addressed(drawn(page, tab), tab)


def of_first(link: str) -> str:
    """A link without its run: the first one's, beside which another of its images can be."""
    return link.replace("run=byol&", "").replace("run=masked&", "").replace("with=simsiam", "with=swav")


def test_a_reload_keeps_the_views_of_all_tabs(open_fresh: Open) -> None:
    everything = "&".join(of_first(link) for link in LINKS.values())
    page = drawn(open_fresh(f"?tab=learn&{everything}"), "learn")
    addressed(page, "learn")
    page.reload()
    drawn(page, "learn")
    for tab in ("match", "compare", "train", "explore", "reconstruct"):
        to(page, tab)
        if tab == "reconstruct":  # it shows the run of Train, which has no patches
            wait(lambda: asked(page).get("image") == "5" and asked(page).get("strip") == "2", "its image")
            continue
        wait(lambda tab=tab: dict(parse_qsl(of_first(LINKS[tab]))).items() <= asked(page).items(), tab)
    page.reload()
    page.wait_for_selector(READY["?tab=reconstruct"])
    for tab in ("compare", "learn", "match"):
        to(page, tab)
        addressed(page, tab)


def test_back_and_forward_through_tabs_and_runs(open_fresh: Open) -> None:
    page = ready(open_fresh(quiet=True), "")
    steps = ["train", "explore", "compare", "learn"]
    for tab in steps[1:]:
        to(page, tab)
        ready(page, f"?tab={tab}")
    page.locator(".learn-open[data-card=simsiam]").click()
    page.locator(".learn-switch", has_text="Stop gradient: off").locator("a").click()
    expect(page.locator(".live-warning")).to_contain_text("Collapsed")
    collapsed = asked(page)["run"]

    def at(tab: str, **said: str) -> None:
        page.wait_for_function("tab => document.body.dataset.tab === tab", arg=tab)
        expect(page.locator(f"#tab-{tab}")).to_be_visible()
        expect(page.locator(f"[role=tab][aria-controls=tab-{tab}]")).to_have_attribute("aria-selected", "true")
        wait(lambda: said.items() <= asked(page).items() and asked(page).get("tab", "train") == tab, f"{tab} {said}")

    way = [("train", {}), ("explore", {}), ("compare", {}), ("learn", {}), ("learn", {"card": "simsiam"})]
    for tab, said in reversed(way):
        page.go_back()
        at(tab, **said)
    expect(page.locator(".live-warning")).to_be_hidden()
    for tab, said in way[1:]:
        page.go_forward()
        at(tab, **said)
    page.go_forward()
    at("train", run=collapsed)
    expect(page.locator(".live-warning")).to_contain_text("Collapsed")
    page.reload()  # and the way is the same after it
    expect(page.locator(".live-warning")).to_contain_text("Collapsed")
    page.go_back()
    at("learn", card="simsiam")
    page.go_forward()
    at("train", run=collapsed)


def test_a_step_back_from_another_page_is_the_view_that_was_left(open_fresh: Open) -> None:
    page = drawn(open_fresh(f"?tab=compare&{LINKS['compare']}"), "compare")
    addressed(page, "compare")
    to(page, "learn")
    page.wait_for_selector(READY["?tab=learn"])
    page.goto("about:blank")
    page.go_back()
    page.wait_for_selector(READY["?tab=learn"])
    page.go_back()
    addressed(page, "compare")
    drawn(page, "compare")
