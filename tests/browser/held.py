"""Answers that come late: a test holds them back, acts meanwhile, and lets them through one by one."""

from __future__ import annotations

import re

from playwright.sync_api import Page, Route

from tests.browser.conftest import wait


class Held:
    """The questions of a page whose address fits the pattern, in the order in which they came."""

    def __init__(self, page: Page, pattern: str) -> None:
        self.page, self.pattern, self.open = page, re.compile(pattern), False
        self.routes: list[Route] = []
        page.route(self.pattern, self._come)

    def _come(self, route: Route) -> None:
        route.continue_() if self.open else self.routes.append(route)

    def wait(self, number: int = 1) -> None:
        """Until so many are held."""

        def held() -> bool:
            self.page.evaluate("0")  # Playwright hears of new ones only while it is asked something
            return len(self.routes) >= number

        wait(held, f"{number} questions to {self.pattern.pattern}")

    def answer(self, at: int = 0) -> None:
        """Let one through, the oldest if not said otherwise, and wait until the page has its answer."""
        self.wait(at + 1)
        route = self.routes.pop(at)
        with self.page.expect_event("requestfinished", lambda request: request == route.request):
            route.continue_()
        self.drawn()

    def release(self) -> None:
        """Let all through, and hold no more back."""
        self.open = True
        routes, self.routes = self.routes, []
        for at, route in enumerate(routes):
            if at + 1 < len(routes):
                route.continue_()
                continue
            with self.page.expect_event("requestfinished", lambda request, one=route: request == one.request):
                route.continue_()
        self.drawn()

    def drawn(self) -> None:
        """Until what has come is on the page: two pictures later."""
        self.page.evaluate(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
        )
