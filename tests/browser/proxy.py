"""A small reverse proxy that serves another server under a prefix, as nginx would: bytes go through as they come."""

from __future__ import annotations

import asyncio
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

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request a connection."""
        if task := asyncio.current_task():
            self.held(task)
        writers = [writer]
        self.writers.add(writer)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            method, path, rest = head.split(" ", 2)
            if not path.startswith(f"{PREFIX}/"):
                self.outside.append(path)
                writer.write(NOWHERE)
                await writer.drain()
            else:
                path = path.removeprefix(PREFIX) if self.strip else path
                rest = re.sub(r"\r\n(Connection|Host):[^\r]*", "", rest, flags=re.IGNORECASE)[:-2]
                own = f"Host: 127.0.0.1:{self.behind}\r\nConnection: close\r\n\r\n"  # and it says nothing of itself
                answers, asking = await asyncio.open_connection("127.0.0.1", self.behind)
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


async def handed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, asyncio.CancelledError):
        while part := await reader.read(1 << 16):
            writer.write(part)
            await writer.drain()
