"""What visitors bring: whether they may at all, and how much; one place before the page's own routes and Gradio's."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from playground.page.visitor import address
from playground.runs.clearing import AN_HOUR, HOUR
from playground.runs.storage import occupied
from playground.texts import language_of, told
from trainers.errors import UserError

CLOSED = "This app takes no pictures of your own: whoever runs it has switched that off."
MUCH = "From one network address at most {most} MB are taken an hour: wait, send less, or have the host raise {variable}."
NO_SIZE = "What was sent does not say how long it is: send it with a Content-Length."
DAY = 86_400.0
PART = 10  # of so many files one may go at once for its age, or AN_HOUR of few: a clock that jumps ahead makes all of them old


class Allowance:
    """How many bytes each network address has sent within the last hour, by the minute. For one thread, that of requests."""

    def __init__(self, most: float, now: Callable[[], float] = time.monotonic) -> None:
        self.most, self.now = most, now
        self._minute = 0
        self._sent: dict[str, dict[int, int]] = {}  # address -> minute -> bytes

    def takes(self, address: str, size: int) -> bool:
        """Whether an address may send so many bytes more; they count from now on if it may."""
        if not size:  # most requests bring nothing
            return True
        minute = int(self.now() // 60)
        if minute != self._minute:
            self._minute, since = minute, minute - HOUR // 60
            kept = {one: {at: sent for at, sent in own.items() if at > since} for one, own in self._sent.items()}
            self._sent = {one: own for one, own in kept.items() if own}
        own = self._sent.get(address, {})
        if size + sum(own.values()) > self.most:
            return False
        own[minute] = own.get(minute, 0) + size
        self._sent[address] = own
        return True


class Uploads:
    """Refuses every form with files where `is_open` is false, and what is more than an address may send.

    megabytes: of one address in an hour, whatever form they come in; a file in JSON where `is_open` is false is refused
    where it would be kept.
    """

    def __init__(self, app: ASGIApp, is_open: bool, megabytes: float, variable: str = "") -> None:
        self.app, self.is_open, self.variable = app, is_open, variable
        self.allowance = Allowance(megabytes * 1e6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on what may come."""
        refused = self._refused(scope) if scope["type"] == "http" else None
        if refused is None:
            await self.app(scope, receive, send)
            return
        status, error = refused
        said = told(language_of(Request(scope).query_params.get("lang", "")), error)
        # detail: by which Gradio's own page finds it
        await JSONResponse({"error": said, "detail": said}, status_code=status)(scope, receive, send)

    def _refused(self, scope: Scope) -> tuple[int, UserError] | None:
        headers = Headers(scope=scope)
        if not self.is_open and is_form(headers):
            return 403, UserError(CLOSED)
        if "chunked" in headers.get("transfer-encoding", "").lower():
            return 411, UserError(NO_SIZE)
        length = headers.get("content-length", "0")
        size = int(length) if length.isdecimal() and len(length) < 16 else 0  # what is no number the server refuses itself
        if self.allowance.takes(address(Request(scope)), size):
            return None
        return 429, UserError(MUCH, most=f"{self.allowance.most / 1e6:g}", variable=self.variable)


def clear_halves(folder: Path) -> None:
    """Delete what is left of Gradio's uploads that broke off more than an hour ago: Gradio forgets them, and they stay.

    AN_HOUR of them at once, the oldest.
    """
    old = []
    for path in folder.glob("tmp*"):  # one that came whole is in a folder of its own
        with suppress(OSError):  # gone just now
            changed = path.stat().st_mtime
            if path.is_file() and time.time() - changed > HOUR:
                old.append((changed, path))
    for _, path in sorted(old)[:AN_HOUR]:
        with suppress(OSError):
            path.unlink()


def clear_much(folder: Path, megabytes: float) -> None:
    """Delete the oldest of Gradio's uploads that came whole, so far as all of them together are more, and what is a day old.

    Gradio itself looks at the age of what this process took alone, and what one took that was killed stays. For their age
    a part of them goes at once.
    """
    found = []
    for path in folder.glob("*/*"):
        with suppress(OSError):  # gone just now
            if path.is_file():
                found.append((path.stat().st_mtime, occupied(path), path))
    much = sum(size for _, size, _ in found) - megabytes * 1e6
    going = max(AN_HOUR, len(found) // PART)
    for number, (changed, size, path) in enumerate(sorted(found)):
        if much <= 0 and (number >= going or time.time() - changed < DAY):
            return
        with suppress(OSError):
            path.unlink()
            much -= size
            path.parent.rmdir()


def is_form(headers: Headers) -> bool:
    """Whether files may come with a request."""
    return headers.get("content-type", "").partition(";")[0].strip().lower() == "multipart/form-data"
