"""Room: real browsers in one room, each with a run of its own again and again, the host's wall and everybody's Compare open.

What fails is an error on a page, an answer of 400 or more but for the sentence that says to wait, and a run that is missing
on the wall at the end. `wall` counts how often the wall was asked for, and its milliseconds.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from playwright.async_api import Browser, Page, Response, async_playwright

from playground.runs.rooms import SHOWN, Rooms
from playground.runs.store import Runs
from tests.benchmarks.served import Served
from tests.chromium import FLAGS, executable

SECRET, PATIENCE = "a secret of the host", 180_000  # ms
BEGIN = """async ([seconds, seed]) => { const answer = await fetch('playground/runs', {method: 'POST',
    headers: {'Content-Type': 'application/json'}, body: JSON.stringify({method: 'simclr', dataset: 'digits', seconds, seed,
    secret: localStorage.getItem('playground-secret')})}); return answer.ok ? (await answer.json()).run : ''; }"""
TABS = ("room", "compare", "train", "room", "learn")


class Visitor:
    """A browser in the room. `errors`: what went wrong on its page; `runs`: those that it began; `refused`: told to wait."""

    def __init__(self, page: Page, number: int, errors: list[str], walls: list[float]) -> None:
        self.page, self.number, self.errors, self.walls = page, number, errors, walls
        self.chance, self.runs, self.refused = random.Random(number), list[str](), 0
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: errors.append(f"{number}: {error}"))
        page.on("response", self.heard)

    def heard(self, answer: Response) -> None:
        """An answer of the app, as the browser got it."""
        refused = answer.status == 400 and answer.request.method == "POST" and answer.url.split("?")[0].endswith("/runs")
        self.refused += refused
        if answer.status >= 400 and not refused:
            self.errors.append(f"{self.number}: {answer.status} {answer.url[-80:]}")
        if answer.url.split("?")[0].endswith("/wall"):
            asyncio.get_running_loop().call_soon(self.timed, answer)

    def timed(self, answer: Response) -> None:
        """How long the wall took, once that is known."""
        if (took := answer.request.timing["responseStart"]) > 0:
            self.walls.append(took)

    async def enter(self, url: str) -> None:
        """Join with a short name; the first page is the host's, who opens the room."""
        await self.page.goto(url)
        if self.number == 0:
            await self.page.locator(".room-form [name=name]").fill("Ten browsers")
            await self.page.locator(".room-form [name=host]").fill(SECRET)
            await self.page.locator(".room-form button").click()
            await self.page.locator(".room-join code").wait_for()
        else:
            await self.page.locator(".room-entrance [name=person]").fill(f"Guest {self.number}")
            await self.page.locator(".room-entrance .primary").click()
            await self.page.locator(".top-room").wait_for()

    async def stay(self, end: float) -> None:
        """From tab to tab, a short run now and then; the host pins one instead."""
        turn = 0
        while time.monotonic() < end:
            try:
                await self.page.evaluate("tab => playground.open(tab)", TABS[turn % len(TABS)])
                await self.page.wait_for_function("tab => document.body.dataset.tab === tab", arg=TABS[turn % len(TABS)])
                if self.number and turn % 3 == 0:
                    if run := await self.page.evaluate(BEGIN, [self.chance.choice((1, 2)), self.number]):
                        self.runs.append(run)
                pin = self.page.locator(".wall-status button").first
                if not self.number and await pin.is_visible():
                    await pin.click()
            except Exception as error:  # of the page or of Playwright: told, and the next thing done
                self.errors.append(f"{self.number}: {str(error).splitlines()[0][:150]}")
            turn += 1
            await asyncio.sleep(self.chance.uniform(2, 5))


async def visit(served: Served, browsers: int, seconds: float) -> tuple[list[Visitor], list[str], list[float], str]:
    """All browsers for so long; returns them, what went wrong, the wall's milliseconds, and the room."""
    errors, walls = list[str](), list[float]()

    async def opened(browser: Browser, number: int) -> Visitor:
        context = await browser.new_context(viewport={"width": 1280, "height": 720}, locale="en-US")
        return Visitor(await context.new_page(), number, errors, walls)

    async with async_playwright() as p:
        browser = await p.chromium.launch(executable_path=executable(), args=FLAGS)
        host = await opened(browser, 0)
        await host.enter(f"{served.url}?tab=room")
        link = await host.page.locator(".room-join code").inner_text()
        people = [host, *[await opened(browser, number) for number in range(1, browsers)]]
        for one in people[1:]:
            await one.enter(link)
        end = time.monotonic() + seconds
        await asyncio.gather(*(one.stay(end) for one in people))
        await browser.close()
    return people, errors, walls, link.rpartition("room=")[2]


def measure(quick: bool, seconds: float | None = None, browsers: int | None = None) -> dict[str, Any]:
    """What ten browsers in one room for five minutes have met."""
    seconds, browsers = seconds or (20.0 if quick else 300.0), browsers or (3 if quick else 10)
    with tempfile.TemporaryDirectory() as folder:
        runs = Runs(Path(folder) / "runs")
        with Served(runs.root, PLAYGROUND_FOR="workshop") as served:
            served.ready()
            people, errors, walls, room = asyncio.run(visit(served, browsers, seconds))
            traces = served.said().count("Traceback (most recent call last)")
        begun = [run for one in people for run in one.runs]
        there = {run for run, _ in Rooms(runs).members(room)}
        missing = max(0, min(len(begun), SHOWN) - len(there & set(begun)))
    for line in errors[:20]:
        print(line)
    walls = walls or [0.0]
    return {
        "tried": len(walls) + len(begun), "failed": len(errors) + traces + missing, "errors": len(errors), "traces": traces,
        "missing": missing, "browsers": browsers, "seconds": seconds, "begun": len(begun),
        "refused": sum(one.refused for one in people),
        "wall": {"asked": len(walls), "p50": round(median(walls), 1), "p95": round(float(np.quantile(walls, 0.95)), 1)},
        "quick": quick,
    }  # fmt: skip
