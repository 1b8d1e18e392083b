"""Load: a room of people at one app: some watch, explore, match, upload and train, three of them in real browsers.

Each session is a person with an own secret and an own pace. What a network has to work for is told apart from what only
reads: `p50` and `p95` are milliseconds by kind. Memory is the proportional share (PSS) of all processes of the app, in MB. The
order is fair where each owner's first run begins before anybody's second that was queued after it.
"""

from __future__ import annotations

import asyncio
import io
import random
import tempfile
import time
import zipfile
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import numpy as np
from PIL import Image
from playwright.async_api import Page, async_playwright

from playground.runs.store import Runs
from tests.benchmarks.served import ROOT, Served
from tests.chromium import FLAGS, executable
from trainers import record

EVERY = 10.0  # seconds between two looks at the memory
ARRIVE = 10.0  # seconds in which all come, one after another: in one instant nobody trains yet, and nobody comes so
NETWORKS = {"place", "match", "asked", "map", "values"}  # kinds that need a network, or a map to be made
REFUSED = 400  # a sentence that says to wait is an answer, and counted apart


class Person:
    """A session that asks as the page does. `times`: kind -> milliseconds of each answer; `errors`: what went wrong."""

    def __init__(self, client: httpx.AsyncClient, number: int, times: dict[str, list[float]], errors: list[str]) -> None:
        self.client, self.number, self.times, self.errors = client, number, times, errors
        self.chance, self.secret, self.refused = random.Random(number), f"load-session-{number:04d}", 0
        self.made: list[tuple[float, str]] = []  # when each run was queued, and its id

    async def ask(self, kind: str, method: str, path: str, **sent: Any) -> Any:
        """An answer, None where there is none."""
        began = time.perf_counter()
        try:
            answer = await self.client.request(method, f"playground/{path}", **sent)
        except httpx.HTTPError as error:
            self.errors.append(f"{kind} {path[:60]}: {type(error).__name__}")
            return None
        self.times[kind].append(1000 * (time.perf_counter() - began))
        if answer.status_code == REFUSED:
            self.refused += 1
        elif answer.status_code >= 400:
            self.errors.append(f"{kind} {path[:60]}: {answer.status_code} {answer.text[:100]}")
        json = answer.status_code == 200 and answer.headers.get("content-type", "").startswith("application/json")
        return answer.json() if json else None

    async def live(self, run: str, until: float) -> None:
        """Watch a run, as a page does, until it has ended or the time has."""
        after = ""
        while time.monotonic() < until:
            found = await self.ask("live", "GET", f"runs/{run}/live", params={"after": after})
            after = found["version"] if found else after
            if found and found["state"] in ("finished", "stopped", "failed", "interrupted"):
                return
            await asyncio.sleep(0.5)

    async def watch(self, end: float) -> None:
        """Somebody's run, or a finished one."""
        runs = await self.ask("list", "GET", "runs") or [{"run": "simclr"}]
        await self.live(self.chance.choice(runs)["run"], min(end, time.monotonic() + 5))

    async def explore(self, end: float) -> None:
        """The time axis, a map, its frames, neighbours and values."""
        run = self.chance.choice(("simclr", "byol", "masked", "clip"))
        line = await self.ask("timeline", "GET", f"runs/{run}/timeline")
        await self.ask("map", "GET", f"runs/{run}/maps/pca-2", params={"who": self.secret})
        steps = [one["step"] for one in record.read_events(ROOT / "assets" / "runs" / run)[0] if one["event"] == "Snapshot"]
        for step in steps if line else ():
            await self.ask("frame", "GET", f"runs/{run}/maps/pca-2/{step}")
        for _ in range(3):
            await self.ask("neighbours", "GET", f"runs/{run}/neighbours/{steps[-1]}/{self.chance.randrange(500)}")
        await self.ask("values", "GET", f"runs/{run}/values/error/{steps[-1]}")

    async def place(self, end: float) -> None:
        """A picture of one's own on a map."""
        files = {"images": (f"{self.number}.png", picture(self.chance), "image/png")}
        await self.ask("place", "POST", "runs/simclr/maps/pca-2/place", files=files)

    async def match(self, end: float) -> None:
        """Words, asked until there is an answer."""
        asked = {"set": "emoji", "text": self.chance.choice(("red heart", "a dog", "狗", "rain")), "who": self.secret}
        began = time.perf_counter()
        while time.monotonic() < end:
            found = await self.ask("asked", "POST", "match/find", json=asked)
            if found is None or found.get("state") == "done":
                break
            await asyncio.sleep(0.3)
        self.times["match"].append(1000 * (time.perf_counter() - began))

    async def upload(self, end: float) -> None:
        """A set of ten pictures in a zip."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for number in range(10):
                archive.writestr(f"{number}.png", picture(self.chance))
        await self.ask("set", "POST", "sets", files={"images": ("mine.zip", out.getvalue(), "application/zip")})

    async def train(self, end: float) -> None:
        """A short run, watched to its end; a full queue is waited for."""
        body = {"dataset": "digits", "method": self.chance.choice(("simclr", "autoencoder")), "secret": self.secret,
                "seconds": self.chance.choice((2, 3, 5)), "seed": self.number}  # fmt: skip
        found = await self.ask("begin", "POST", "runs", json=body)
        if found:
            self.made.append((time.time(), found["run"]))
            await self.live(found["run"], end)

    async def stay(self, after: float, end: float, trains: bool, pace: float) -> None:
        """One thing after another, once so many seconds are over, with a rest of `pace` times a second or so between them."""
        await asyncio.sleep(after)
        while time.monotonic() < end:
            usual = (self.watch, self.watch, self.explore, self.explore, self.place, self.match, self.upload)
            await (self.train if trains else self.chance.choice(usual))(end)
            await asyncio.sleep(pace * self.chance.uniform(0.2, 2.0))


def picture(chance: random.Random) -> bytes:
    """A PNG of noise, another each time."""
    out = io.BytesIO()
    noise = np.random.default_rng(chance.randrange(2**32)).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(out, "PNG")
    return out.getvalue()


async def browse(page: Page, url: str, end: float, pace: float, times: dict[str, list[float]], errors: list[str]) -> None:
    """A real browser that goes from tab to tab, each at an address of its own."""
    page.on("pageerror", lambda error: errors.append(f"browser: {error}"))
    tabs = ("train", "explore", "reconstruct", "match", "compare", "learn")
    for turn in range(10_000):
        if time.monotonic() > end:
            return
        began = time.perf_counter()
        try:
            await page.goto(f"{url}?tab={tabs[turn % len(tabs)]}", wait_until="commit", timeout=60_000)
            await page.wait_for_selector(".live, #tabs", timeout=60_000)
        except Exception as error:  # an error of the page or of Playwright: told, and the next tab opened
            errors.append(f"browser: {tabs[turn % len(tabs)]}: {str(error).splitlines()[0][:150]}")
        else:
            times["page"].append(1000 * (time.perf_counter() - began))
        await asyncio.sleep(3 * pace)


def pss(pids: list[int]) -> float:
    """MB of memory that processes have, each page shared counted in parts."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:  # it has just ended
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


async def room(served: Served, sessions: int, browsers: int, trainers: int, seconds: float, pace: float) -> dict[str, Any]:
    """All sessions together for so long: their times and errors, and the memory meanwhile."""
    times: dict[str, list[float]] = defaultdict(list)
    errors, memory = list[str](), list[tuple[float, float, float]]()  # seconds, MB of all processes, MB of the page's own
    began = time.monotonic()
    end = began + seconds

    async def look() -> None:
        while (now := time.monotonic()) < end:
            own = await asyncio.to_thread(pss, [served.process.pid])
            memory.append((now - began, await asyncio.to_thread(lambda: pss(served.processes())), own))
            await asyncio.sleep(max(0.0, min(EVERY, end - time.monotonic())))

    limits = httpx.Limits(max_connections=sessions, max_keepalive_connections=sessions, keepalive_expiry=2.0)
    async with httpx.AsyncClient(base_url=served.url, timeout=60, limits=limits) as client, async_playwright() as p:
        people = [Person(client, number, times, errors) for number in range(sessions - browsers)]
        browser = await p.chromium.launch(executable_path=executable(), args=FLAGS)
        pages = [await browser.new_page() for _ in range(browsers)]
        await asyncio.gather(
            look(),
            *(person.stay(ARRIVE * person.number / sessions, end, person.number < trainers, pace) for person in people),
            *(browse(page, served.url, end, pace, times, errors) for page in pages),
        )
        await browser.close()
    return {"times": times, "errors": errors, "memory": memory, "people": people}


def unfair(runs: Runs, people: list[Person]) -> tuple[int, int]:
    """How many runs were trained, and how many second ones of an owner began before somebody's first that waited already."""
    begun = dict[str, float]()  # run -> when it began: what it took is counted back from its last event
    for person in people:
        for _, run in person.made:
            events, _ = record.read_events(runs.root / run)
            if events and events[-1]["event"] == "Finished":
                begun[run] = (runs.root / run / "images.json").stat().st_mtime  # written as its training begins
    firsts = [(person.made[0][0], begun.get(person.made[0][1], float("inf"))) for person in people if person.made]
    seconds = [(queued, begun[run]) for person in people for queued, run in person.made[1:] if run in begun]
    wrong = sum(any(first < queued and start > began for first, start in firsts) for queued, began in seconds)
    return len(begun), wrong


def measure(
    quick: bool,
    seconds: float | None = None,
    sessions: int | None = None,
    training: int | None = None,
    browsers: int | None = None,
    pace: float = 1.0,
) -> dict[str, object]:
    """Times by kind, memory, and whether the order was fair."""
    seconds, sessions = seconds or (25.0 if quick else 600.0), sessions or (9 if quick else 30)
    trainers = max(1, sessions // 3) if training is None else training
    browsers = (1 if quick else 3) if browsers is None else browsers
    with tempfile.TemporaryDirectory() as folder:
        runs = Runs(Path(folder) / "runs")
        with Served(runs.root) as served:
            served.ready()
            found = asyncio.run(room(served, sessions, browsers, trainers, seconds, pace))
            traces = served.said().count("Traceback (most recent call last)")
        trained, overtaken = unfair(runs, found["people"])
    times, errors, memory = found["times"], found["errors"], found["memory"]
    kinds = {
        kind: {"answers": len(ms), "p50": round(median(ms), 1), "p95": round(float(np.quantile(ms, 0.95)), 1)}
        for kind, ms in sorted(times.items())
    }
    print(f"{'kind':<12}{'answers':>8}{'p50 ms':>9}{'p95 ms':>9}")
    for network in (False, True):
        for kind, one in kinds.items():
            if (kind in NETWORKS) is network:
                print(
                    f"{kind:<12}{one['answers']:>8}{one['p50']:>9.1f}{one['p95']:>9.1f}{'  with a network' if network else ''}"
                )
    for line in errors[:20]:
        print(line)
    late = np.array([one for one in memory if one[0] >= min(120.0, seconds / 2)])
    slope = float(np.polyfit(late[:, 0], late[:, 1], 1)[0]) * 60 if len(late) > 2 else 0.0
    at_two = next((size for at, size, _ in memory if at >= 120), memory[-1][1])
    print("MB after seconds, the page's own process in brackets: " + ", ".join(
        f"{at:.0f}: {size:,.0f} ({own:,.0f})" for at, size, own in memory[:: max(1, len(memory) // 12)]))  # fmt: skip
    return {
        "tried": sum(len(ms) for ms in times.values()) + len(errors), "failed": len(errors) + overtaken + traces,
        "errors": len(errors), "traces": traces, "overtaken": overtaken, "trained": trained,
        "refused": sum(person.refused for person in found["people"]), "sessions": sessions, "seconds": seconds, "pace": pace,
        "kinds": kinds,
        "memory": {"first": round(memory[0][1]), "two_minutes": round(at_two), "last": round(memory[-1][1]),
                   "page_first": round(memory[0][2]), "page_last": round(memory[-1][2]), "slope_a_minute": round(slope, 1)},
        "quick": quick,
    }  # fmt: skip
