"""A language model's way in: the functions of the API as tools, asked by the client that the mcp package brings."""

from __future__ import annotations

import ast
import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from tests.playground.test_start import started
from trainers.data import BUILT_IN
from trainers.method import methods

pytestmark = pytest.mark.slow
TOOLS = {"train", "state", "stop", "load", "match", "find", "texts", "zero_shot", "own_set"}


async def used(address: str) -> None:
    async with streamable_http_client(f"{address}/gradio_api/mcp/") as (read, write, _), ClientSession(read, write) as session:
        greeted = await session.initialize()
        assert greeted.serverInfo.name == "Room 7 & friends"

        async def call(name: str, **given: Any) -> Any:
            found = await session.call_tool(name, given)
            text = "".join(getattr(part, "text", "") for part in found.content)
            return text if found.isError else ast.literal_eval(text)  # as Gradio writes it

        tools = {tool.name: tool for tool in (await session.list_tools()).tools}
        assert set(tools) == TOOLS  # and nothing of the page's own
        for tool in tools.values():
            assert len(tool.description or "") > 40 and "$" not in str(tool), tool
            for name, field in tool.inputSchema["properties"].items():
                assert name != "request" and len(field.get("description", "")) > 10, (tool.name, name, field)
        about = tools["train"].inputSchema["properties"]
        assert all(name in about["method"]["description"] for name in methods())
        assert all(name in about["dataset"]["description"] for name in BUILT_IN)

        run = await call("train", method="simclr", dataset="digits", seconds=1)
        found = {"state": "queued"}
        while found["state"] in ("queued", "starting", "running"):
            await asyncio.sleep(0.2)
            found = await call("state", run=run["run"])
        assert found["state"] == "finished" and found["knn"] > 0.5, found
        heart = await call("find", words="a red heart", count=3)
        assert len(heart["hits"]) == 3 and "heart" in str(heart["hits"][0]), heart
        fits = await call(
            "match", pictures=[{"set": "emoji", "index": heart["hits"][0]["index"]}], labels=["a heart", "a fish"]
        )
        assert fits["cosines"][0][0] > fits["cosines"][0][1]
        # what cannot be is a sentence
        assert "There is no method “gan”" in await call("train", method="gan")
        assert "takes no pictures" in await call("own_set", files=["aGVsbG8="])
        assert "not of type 'number'" in await call("train", method="simclr", seconds="long")


def test_the_functions_of_the_api_are_tools_for_a_model(tmp_path: Path) -> None:
    settings = {"PLAYGROUND_MCP": "1", "PLAYGROUND_UPLOADS": "0", "PLAYGROUND_TITLE": "Room 7 & friends"}
    with started(tmp_path, **settings) as app:
        app.wait(lambda: "ready, process" in app.said() and "Running on local URL" in app.said())
        address = re.search(r"http://127\.0\.0\.1:\d+", app.said())
        assert address, app.said()
        asyncio.run(asyncio.wait_for(used(address[0]), 240))
        assert "Traceback" not in app.said(), app.said()
