"""Small reverse proxies, as nginx would be: one serves another server under a prefix, one shares requests among several.

Bytes go through as they come.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import threading
from contextlib import suppress

PREFIX = "/some/prefix"
NOWHERE = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Proxy:
    """In front of a port of this machine. strip: whether the prefix is taken off the paths that are handed on."""

    def __init__(self, port: int, strip: bool) -> None:
        self.behind, self.strip = port, strip
        self.outside: list[str] = []  # paths that were asked for and are not below the prefix
        self.tasks: set[asyncio.Task[None]] = set()  # a loop itself holds on to none of them
        self.writers: set[asyncio.StreamWriter] = set()  # of connections that are open
        self.ready = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.serve()), daemon=True)
        self.thread.start()
        self.ready.wait()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.url = f"{self.origin}{PREFIX}/"

    async def serve(self) -> None:
        self.loop, self.ended = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self.answer, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        await self.ended.wait()
        server.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for writer in self.writers:
            writer.transport.abort()
        await asyncio.sleep(0.1)  # a transport closes at the loop's next turns, and complains when the loop has none

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.ended.set)
        self.thread.join(10)

    def held(self, task: asyncio.Task[None]) -> asyncio.Task[None]:
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    def where(self, path: str, headers: str) -> tuple[list[int], str]:
        """The ports to try for a path, one after another, and the path that they are asked for."""
        if not path.startswith(f"{PREFIX}/"):
            return [], path
        return [self.behind], path.removeprefix(PREFIX) if self.strip else path

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request a connection."""
        if task := asyncio.current_task():
            self.held(task)
        writers = [writer]
        self.writers.add(writer)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            method, path, rest = head.split(" ", 2)
            ports, path = self.where(path, rest)
            if not ports:
                self.outside.append(path)
                writer.write(NOWHERE)
                await writer.drain()
            else:
                port, answers, asking = await reached(ports)
                rest = re.sub(r"\r\n(Connection|Host):[^\r]*", "", rest, flags=re.IGNORECASE)[:-2]
                own = f"Host: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"  # and it says nothing of itself
                writers.append(asking)
                self.writers.add(asking)
                asking.write(f"{method} {path} {rest}{own}".encode("latin-1"))
                body = self.held(asyncio.create_task(handed_on(reader, asking)))
                await handed_on(answers, writer)
                body.cancel()
        for one in writers:
            one.close()
            with suppress(OSError, asyncio.CancelledError):
                await one.wait_closed()
                self.writers.discard(one)


class Balancer(Proxy):
    """In front of several apps: each request goes to the next one, or to the one after it where that is gone.

    sticky: but for the page's own routes, all of one browser's go to one app, by a header or cookie `app`.
    """

    def __init__(self, ports: list[int], sticky: bool) -> None:
        self.ports, self.sticky, self.turns = ports, sticky, itertools.count()
        self.went: list[tuple[int, str]] = []  # where each request was to go first
        super().__init__(ports[0], strip=False)
        self.url = f"{self.origin}/"

    def where(self, path: str, headers: str) -> tuple[list[int], str]:
        own = path.startswith("/playground/")
        found = re.search(r"\bapp=(\d+)", headers) if self.sticky and not own else None
        first = int(found[1]) if found else next(self.turns)
        ports = [self.ports[(first + more) % len(self.ports)] for more in range(len(self.ports))]
        self.went.append((ports[0], path))
        return ports, path


async def reached(ports: list[int]) -> tuple[int, asyncio.StreamReader, asyncio.StreamWriter]:
    """The first of these ports at which somebody answers."""
    for port in ports[:-1]:
        with suppress(OSError):
            return port, *await asyncio.open_connection("127.0.0.1", port)
    return ports[-1], *await asyncio.open_connection("127.0.0.1", ports[-1])


async def handed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, asyncio.CancelledError):
        while part := await reader.read(1 << 16):
            writer.write(part)
            await writer.drain()
