"""Calls that a person has to agree to: asked with everything, agreed to once, and never assumed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mcp import types

from interlock.mcp import server

from .served import BOB, META, Probe, Raw, serving

ASKS = 'mcp: {ask_first: ["probe.add"], ask_destructive: true, names: {plus: probe.add}}'
CALL = {"name": "plus", "arguments": {"a": 1, "b": 2}}


def agreed(asked: dict[str, Any], action: str = "accept") -> dict[str, Any]:
    return {"requestState": asked["requestState"], "inputResponses": {"agree": {"action": action}}}


async def calls(raw: Raw, call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = await raw.result("tools/call", {**call, **answer})
    return result


async def test_the_question_has_the_real_tool_and_all_arguments(tmp_path: Path) -> None:
    async with serving(tmp_path, ASKS) as served, served.raw() as raw:
        asked = await raw.result("tools/call", CALL)
        done = await calls(raw, CALL, agreed(asked))
        declined = await calls(raw, CALL, agreed(await raw.result("tools/call", CALL), "decline"))
        free = await raw.result("tools/call", {"name": "probe.steps", "arguments": {"n": 1}})
        entries = await served.system.runtime.journal.audit.list()

    message = asked["inputRequests"]["agree"]["params"]["message"]
    assert message == 'Call probe.add with\n{\n  "a": 1,\n  "b": 2\n}'
    assert done["structuredContent"] == {"sum": 3}
    assert declined["isError"] and "nobody agreed" in declined["content"][0]["text"]
    assert free["structuredContent"] == 1
    assert [(each.action, each.outcome) for each in reversed(entries)] == [
        ("tool.agree", "ok"),
        ("tool.call", "ok"),
        ("tool.agree", "declined"),
        ("tool.call", "ok"),
    ]


async def test_an_agreement_is_for_one_call_of_one_caller(tmp_path: Path) -> None:
    async with serving(tmp_path, ASKS) as served, served.raw() as raw, served.raw(BOB) as other:
        asked = await raw.result("tools/call", CALL)
        more = {**CALL, "arguments": {"a": 1, "b": 3}}
        renamed = {**CALL, "name": "probe.steps"}
        for who, call in ((raw, more), (raw, renamed), (other, CALL)):
            refused = await who.error("tools/call", {**call, **agreed(asked)})
            assert refused["code"] == -32602, refused
        forged = await raw.error(
            "tools/call", {**CALL, **agreed({"requestState": "agree:" + "0" * 26})}
        )
        assert forged["code"] == -32602
        assert (await calls(raw, CALL, agreed(asked)))["structuredContent"] == {"sum": 3}
        again = await calls(raw, CALL, agreed(asked))
        assert again["isError"] and "used for a call before" in again["content"][0]["text"]
    async with serving(tmp_path, ASKS) as served, served.raw() as raw:
        again = await calls(raw, CALL, agreed(asked))
        assert again["isError"] and "used for a call before" in again["content"][0]["text"]


async def test_an_agreement_expires(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_STATE_LASTS", 1e-9)
    async with serving(tmp_path, ASKS) as served, served.raw() as raw:
        asked = await raw.result("tools/call", CALL)
        assert (await raw.error("tools/call", {**CALL, **agreed(asked)}))["code"] == -32602


async def test_what_destroys_is_asked_and_a_client_that_cannot_ask_is_refused(
    tmp_path: Path,
) -> None:
    meta = {**META, "io.modelcontextprotocol/clientCapabilities": {}}
    async with serving(tmp_path, ASKS) as served, served.raw() as raw:
        call = {"name": "probe.hang", "arguments": {}, "_meta": meta}
        refused = await raw.result("tools/call", call)
    assert refused["isError"] and "this client asks nobody" in refused["content"][0]["text"]
    assert Probe.began == 0


@pytest.mark.parametrize(("action", "done"), [("accept", True), ("decline", False)])
async def test_a_session_is_asked_while_it_waits(tmp_path: Path, action: Any, done: bool) -> None:
    heard: list[str] = []

    async def answer(_context: Any, params: Any) -> types.ElicitResult:
        heard.append(params.message)
        return types.ElicitResult(action=action, content={})

    async with (
        serving(tmp_path, ASKS) as served,
        served.client(mode="legacy", elicitation_callback=answer) as client,
    ):
        result = await client.call_tool("plus", {"a": 1, "b": 2})
    assert (result.is_error, result.structured_content == {"sum": 3}) == (not done, done)
    assert heard[0].startswith("Call probe.add")


async def test_a_workflow_is_agreed_to_before_it_starts_and_then_asks_what_it_asks(
    tmp_path: Path,
) -> None:
    call = {"name": "go", "arguments": {}, "_meta": without_tasks()}
    flow = "steps: [{id: sure, approve: Go?, fail_on: [reject]}]"
    async with (
        serving(tmp_path, "mcp: {ask_first: [go]}", go=flow) as served,
        served.raw() as raw,
    ):
        asked = await raw.result("tools/call", call)
        assert list(asked["inputRequests"]) == ["agree"]
        assert await served.system.runtime.runs() == []
        going = await calls(raw, call, agreed(asked))
        assert list(going["inputRequests"]) == ["sure"]
        answers = {"sure": {"action": "accept", "content": {}}}
        answer = {"requestState": going["requestState"], "inputResponses": answers}
        done = await calls(raw, call, answer)
    assert not done.get("isError")


def without_tasks() -> dict[str, Any]:
    return {**META, "io.modelcontextprotocol/clientCapabilities": {"elicitation": {}}}
