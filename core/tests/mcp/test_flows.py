"""Workflows over MCP: tasks are runs, questions are approvals, and both outlive the daemon."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
from mcp import types

from .served import BOB, META, Probe, serving

WAITS = "steps: [{id: hang, call: probe.hang}]\nreturn: {ended: true}"
ASKS = """
input: {type: object, properties: {what: {type: string}}}
steps:
  - id: sure
    approve: "Delete ${{ input.what }}?"
    form: {type: object, properties: {why: {type: string}}, required: [why]}
    fail_on: [reject]
return: "${{ steps.sure.values.why }} by ${{ steps.sure.by }}"
"""
CALL = {"name": "asks", "arguments": {"what": "it"}}


def accept(**content: Any) -> dict[str, Any]:
    return {"sure": {"action": "accept", "content": content}}


async def test_a_long_run_is_a_task_until_its_end(tmp_path: Path) -> None:
    async with serving(tmp_path, waits=WAITS) as served, served.raw() as raw:
        task = await raw.result("tools/call", {"name": "waits", "arguments": {}})
        assert (task["resultType"], task["status"]) == ("task", "working")
        await Probe.started.wait()
        Probe.release.set()
        done = await raw.task(task["taskId"], "completed")

    assert done["result"]["structuredContent"] == {"ended": True}


async def test_a_task_is_somebodys(tmp_path: Path) -> None:
    async with (
        serving(tmp_path, waits=WAITS) as served,
        served.raw() as raw,
        served.raw(BOB) as other,
    ):
        task = (await raw.result("tools/call", {"name": "waits", "arguments": {}}))["taskId"]
        for method in ("tasks/get", "tasks/cancel", "tasks/update"):
            error = await other.error(method, {"taskId": task})
            unknown = await other.error(method, {"taskId": "0" * 26})
            assert error["code"] == unknown["code"] == -32602
            assert error["message"].replace(task, "") == unknown["message"].replace("0" * 26, "")
        begin = await raw.error("tasks/get", {"taskId": task[:20]})
        assert begin["code"] == -32602
        await raw.result("tasks/cancel", {"taskId": task})
        Probe.release.set()  # what may have effects is let finish
        await raw.task(task, "cancelled")
    assert Probe.cancelled == 0


async def test_a_task_and_its_question_outlive_the_daemon(tmp_path: Path) -> None:
    async with serving(tmp_path, asks=ASKS) as served, served.raw() as raw:
        task = (await raw.result("tools/call", CALL))["taskId"]
        asked = await raw.task(task, "input_required")
    async with serving(tmp_path, asks=ASKS) as served, served.raw() as raw:
        again = await raw.task(task, "input_required")
        assert again["inputRequests"] == asked["inputRequests"]
        await raw.result("tasks/update", {"taskId": task, "inputResponses": accept(why=1)})
        await raw.task(task, "input_required")
        await raw.result("tasks/update", {"taskId": task, "inputResponses": accept(why="old")})
        done = await raw.task(task, "completed")

    assert asked["inputRequests"]["sure"]["params"]["message"] == "Delete it?"
    assert asked["statusMessage"] == "approval: Delete it?"
    assert done["result"]["content"][0]["text"] == "old by ann"


def without_tasks(call: dict[str, Any], **more: Any) -> dict[str, Any]:
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {"elicitation": {}},
    }
    return {**call, "_meta": meta, **more}


async def test_a_question_returned_is_answered_after_a_restart(tmp_path: Path) -> None:
    async with serving(tmp_path, asks=ASKS) as served, served.raw() as raw:
        asked = await raw.result("tools/call", without_tasks(CALL))
    async with (
        serving(tmp_path, asks=ASKS) as served,
        served.raw() as raw,
        served.raw(BOB) as other,
    ):
        state = {"requestState": asked["requestState"], "inputResponses": accept(why="old")}
        stolen = await other.error("tools/call", without_tasks(CALL, **state))
        moved = await raw.error(
            "tools/call", without_tasks({"name": "asks", "arguments": {"what": "all"}}, **state)
        )
        done = await raw.result("tools/call", without_tasks(CALL, **state))

    assert stolen["code"] == moved["code"] == -32602
    assert done["content"][0]["text"] == "old by ann"


async def test_a_session_is_asked_while_it_waits(tmp_path: Path) -> None:
    async def answer(_context: Any, params: Any) -> types.ElicitResult:
        assert params.message == "Delete it?"
        return types.ElicitResult(action="accept", content={"why": "old"})

    async with (
        serving(tmp_path, asks=ASKS) as served,
        served.client(mode="legacy", elicitation_callback=answer) as client,
    ):
        with anyio.fail_after(40):
            done = await client.call_tool("asks", {"what": "it"})
    assert isinstance(done.content[0], types.TextContent)
    assert done.content[0].text == "old by ann"


LISTS = """
steps:
  - id: sure
    approve: Publish?
    form:
      type: object
      required: [where, notes]
      properties:
        where: {type: array, items: {type: string}, description: Channels.}
        notes: {type: array, items: {type: object, properties: {text: {type: string}, loud: {type: boolean}}}}
        how: {type: array, items: {type: string, enum: [now, later]}}
        by: {type: [string, "null"]}
        more: {type: object}
return: "${{ steps.sure.values }}"
"""
LISTS_CALL = {"name": "lists", "arguments": {}}


async def test_what_no_client_can_show_is_asked_for_as_json(tmp_path: Path) -> None:
    filled = {"where": "web, mail", "notes": '[{"text": "new"}]', "how": ["now"], "more": ""}
    async with serving(tmp_path, lists=LISTS) as served, served.raw() as raw:
        asked = await raw.result("tools/call", without_tasks(LISTS_CALL))
        state = {"requestState": asked["requestState"]}
        wrong = await raw.result(
            "tools/call",
            without_tasks(LISTS_CALL, inputResponses=accept(**filled, by=7), **state),
        )
        done = await raw.result(
            "tools/call", without_tasks(LISTS_CALL, inputResponses=accept(**filled), **state)
        )

    schema = asked["inputRequests"]["sure"]["params"]["requestedSchema"]
    assert schema["required"] == ["where", "notes"]
    assert schema["properties"] == {
        "where": {"type": "string", "description": 'Channels. As JSON, such as ["…"]'},
        "notes": {
            "type": "string",
            "description": 'As JSON, such as [{"text":"…","loud":true}]',
        },
        "how": {"type": "array", "items": {"type": "string", "enum": ["now", "later"]}},
        "by": {"type": "string"},
        "more": {"type": "string", "description": "As JSON, such as {}"},
    }
    assert wrong["resultType"] == "input_required"
    assert done["structuredContent"] == {
        "where": ["web", "mail"],
        "notes": [{"text": "new"}],
        "how": ["now"],
    }


async def test_a_session_is_asked_anew_for_what_does_not_fit(tmp_path: Path) -> None:
    filled = [{"where": "web", "notes": "none"}, {"where": "web", "notes": "[]"}]

    async def answer(_context: Any, _params: Any) -> types.ElicitResult:
        return types.ElicitResult(action="accept", content=filled.pop(0))

    async with (
        serving(tmp_path, lists=LISTS) as served,
        served.client(mode="legacy", elicitation_callback=answer) as client,
    ):
        with anyio.fail_after(40):
            done = await client.call_tool("lists", {})
    assert done.structured_content == {"where": ["web"], "notes": []}


async def test_a_call_that_is_repeated_under_its_key_is_one_run(tmp_path: Path) -> None:
    def keyed(key: str) -> dict[str, Any]:
        meta = {**META, "dev.interlock/idempotencyKey": key}
        return {"name": "waits", "arguments": {}, "_meta": meta}

    async with (
        serving(tmp_path, waits=WAITS) as served,
        served.raw() as raw,
        served.raw(BOB) as other,
    ):
        one, again, more = [
            (await raw.result("tools/call", keyed(key)))["taskId"] for key in ("a", "a", "b")
        ]
        others = (await other.result("tools/call", keyed("a")))["taskId"]
        Probe.release.set()
        await raw.task(one, "completed")
    assert one == again
    assert len({one, more, others}) == 3


async def test_who_declines_rejects(tmp_path: Path) -> None:
    call = {"name": "go", "arguments": {}}
    flow = "steps: [{id: sure, approve: Go?, fail_on: [reject]}]"
    async with serving(tmp_path, go=flow) as served, served.raw() as raw:
        asked = await raw.result("tools/call", without_tasks(call))
        refused = await raw.result(
            "tools/call",
            without_tasks(
                call,
                requestState=asked["requestState"],
                inputResponses={"sure": {"action": "decline"}},
            ),
        )
    assert refused["isError"], refused


async def test_a_run_is_a_resource(tmp_path: Path) -> None:
    async with serving(tmp_path, asks=ASKS) as served, served.raw() as raw:
        task = (await raw.result("tools/call", CALL))["taskId"]
        read = await raw.result("resources/read", {"uri": f"run://{task}"})
        templates = await raw.result("resources/read", {"uri": "workflow://templates"})
        missing = await raw.error("resources/read", {"uri": "run://nothing"})

    assert '"workflow":"asks"' in read["contents"][0]["text"]
    assert '"name":"asks"' in templates["contents"][0]["text"]
    assert missing["code"] == -32602
