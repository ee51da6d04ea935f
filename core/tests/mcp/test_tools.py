"""Tools over MCP, for clients of both eras."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import pytest

from interlock.runtime import create_workflow_template

from .served import Probe, serving

ERAS = pytest.mark.parametrize("era", ["2026-07-28", "legacy"])
TWICE = """
description: Add twice.
input: {type: object, required: [a], properties: {a: {type: integer}}}
steps:
  - {id: one, call: probe.add, with: {a: "${{ input.a }}", b: 1}}
  - {id: two, call: probe.add, with: {a: "${{ steps.one.sum }}", b: 1}}
"""


@ERAS
async def test_tools_and_workflows_are_listed_with_what_is_known_of_them(
    tmp_path: Path, era: str
) -> None:
    async with serving(tmp_path, twice=TWICE) as served, served.client(mode=era) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}

    assert set(tools) == {"probe.add", "probe.steps", "probe.hang", "twice"}
    add, hang = tools["probe.add"], tools["probe.hang"]
    assert add.input_schema["required"] == ["a", "b"]
    assert add.output_schema is not None and add.output_schema["type"] == "object"
    assert add.annotations and hang.annotations
    assert (add.annotations.read_only_hint, add.annotations.idempotent_hint) == (True, True)
    assert (hang.annotations.read_only_hint, hang.annotations.destructive_hint) == (False, True)


@ERAS
async def test_results_are_structured_and_failures_can_be_read(tmp_path: Path, era: str) -> None:
    async with serving(tmp_path, twice=TWICE) as served, served.client(mode=era) as client:
        added = await client.call_tool("probe.add", {"a": 1, "b": 2})
        twice = await client.call_tool("twice", {"a": 1})
        wrong = await client.call_tool("probe.add", {"a": "x", "b": 2})

    assert (added.structured_content, added.is_error) == ({"sum": 3}, False)
    assert twice.structured_content == {"sum": 3}
    assert wrong.is_error and wrong.structured_content
    assert wrong.structured_content["error"]["code"] == "invalid-input"


@ERAS
async def test_progress_arrives_in_order(tmp_path: Path, era: str) -> None:
    seen: list[tuple[float, float | None]] = []

    async def on_progress(done: float, total: float | None, message: str | None) -> None:
        seen.append((done, total))

    async with serving(tmp_path, twice=TWICE) as served, served.client(mode=era) as client:
        # The SDK calls back in tasks of its own, which may be later than the result.
        await client.call_tool("probe.steps", {"n": 3}, progress_callback=on_progress)
        while (3, 3) not in seen:
            await anyio.sleep(0.01)
        of_tool, seen[:] = list(seen), []
        await client.call_tool("twice", {"a": 1}, progress_callback=on_progress)
        while (2, None) not in seen:
            await anyio.sleep(0.01)

    assert of_tool == [(1, 3), (2, 3), (3, 3)]
    assert seen == sorted(set(seen)) and seen[-1] == (2, None)


@ERAS
async def test_a_client_that_gives_up_reaches_the_service(tmp_path: Path, era: str) -> None:
    async with serving(tmp_path) as served, served.client(mode=era) as client:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.call_tool, "probe.hang")
            await Probe.started.wait()
            tasks.cancel_scope.cancel()
        with anyio.fail_after(40):
            while not Probe.cancelled:
                await anyio.sleep(0.01)
    assert (Probe.began, Probe.cancelled) == (1, 1)


async def test_who_listens_hears_of_new_tools(tmp_path: Path) -> None:
    async with (
        serving(tmp_path) as served,
        served.client(mode="2026-07-28") as client,
        client.listen(tools_list_changed=True) as changes,
    ):
        await served.offer(probe="probe", more="extra")
        with anyio.fail_after(40):
            await anext(aiter(changes))
        names = {tool.name for tool in (await client.list_tools()).tools}
        assert "more.hello" in names
        await served.offer(probe="probe")
        with anyio.fail_after(40):
            await anext(aiter(changes))
        assert "more.hello" not in {tool.name for tool in (await client.list_tools()).tools}


async def test_who_listens_hears_of_templates_that_come_and_go(tmp_path: Path) -> None:
    flow = create_workflow_template("later", [{"transform": 1}])
    async with (
        serving(tmp_path) as served,
        served.client(mode="2026-07-28") as client,
        client.listen(tools_list_changed=True) as changes,
    ):
        for change, there in (
            (served.system.engine.register, True),
            (served.system.engine.unregister, False),
        ):
            change(flow)
            with anyio.fail_after(40):
                await anext(aiter(changes))
            names = {tool.name for tool in (await client.list_tools()).tools}
            assert ("later" in names) is there


async def test_a_session_hears_of_new_tools(tmp_path: Path) -> None:
    heard = anyio.Event()

    async def on_message(message: Any) -> None:
        if "ToolListChanged" in type(getattr(message, "root", message)).__name__:
            heard.set()

    async with (
        serving(tmp_path) as served,
        served.client(mode="legacy", message_handler=on_message) as client,
    ):
        await client.list_tools()
        await served.offer(probe="probe", more="extra")
        with anyio.fail_after(40):
            await heard.wait()


async def test_an_unknown_tool_is_the_protocols_error(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, served.raw() as raw:
        error = await raw.error("tools/call", {"name": "probe.nothing", "arguments": {}})

    assert (error["code"], error["message"]) == (-32602, "Unknown tool: probe.nothing")
