"""What a client, a page in a browser, or somebody with another token must not get."""

from __future__ import annotations

import json
from pathlib import Path

import anyio
import httpx
import pytest

from .served import ANN, BOB, META, Served, serving

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
BOTH = {"Accept": "application/json, text/event-stream"}


def bearer(token: str) -> dict[str, str]:
    return {**BOTH, "Authorization": f"Bearer {token}"}


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 200),
        ("same", 200),
        ("http://localhost:1", 403),
        ("http://127.0.0.1", 403),
        ("http://evil.example", 403),
        ("null", 403),
    ],
)
async def test_only_pages_of_the_daemon_itself_may_connect(
    tmp_path: Path, origin: str | None, status: int
) -> None:
    async with serving(tmp_path) as served, served.raw() as raw:
        given = {} if origin is None else {"Origin": served.url if origin == "same" else origin}
        answer = await raw.post("tools/list", **given)
    assert answer.status_code == status


async def test_an_origin_of_the_configuration_may(tmp_path: Path) -> None:
    more = 'mcp: {origins: ["http://localhost:3000"]}'
    async with serving(tmp_path, more) as served, served.raw() as raw:
        answer = await raw.post("tools/list", Origin="http://localhost:3000")
    assert answer.status_code == 200


async def test_a_session_belongs_to_who_opened_it(tmp_path: Path) -> None:
    async with (
        serving(tmp_path) as served,
        httpx.AsyncClient(base_url=served.url, verify=False) as http,
    ):
        opened = await http.post("/mcp", json=INITIALIZE, headers=bearer(ANN))
        session = {"Mcp-Session-Id": opened.headers["mcp-session-id"]}
        ping = {"jsonrpc": "2.0", "id": 2, "method": "ping"}
        stolen = await http.post("/mcp", json=ping, headers={**bearer(BOB), **session})
        invented = {"Mcp-Session-Id": "0" * 32}
        unknown = await http.post("/mcp", json=ping, headers={**bearer(BOB), **invented})
        own = await http.post("/mcp", json=ping, headers={**bearer(ANN), **session})

    assert len(opened.headers["mcp-session-id"]) >= 32
    assert (stolen.status_code, stolen.content) == (unknown.status_code, unknown.content)
    assert stolen.status_code == 404 and own.status_code == 200


async def test_without_a_token_nothing_is_said(tmp_path: Path) -> None:
    async with (
        serving(tmp_path) as served,
        httpx.AsyncClient(base_url=served.url, verify=False) as http,
    ):
        none = await http.post("/mcp", json=INITIALIZE, headers=BOTH)
        wrong = await http.post("/mcp", json=INITIALIZE, headers=bearer("wrong"))

    assert none.status_code == wrong.status_code == 401
    assert none.headers["www-authenticate"].startswith("Bearer")


async def test_a_body_that_is_too_large_is_refused(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, served.raw() as raw:
        call = {"name": "probe.add", "arguments": {"a": "x" * (17 * 2**20)}}
        answer = await raw.post("tools/call", call)
    assert answer.status_code == 413


async def test_headers_say_what_the_body_says(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, served.raw() as raw:
        call = {"name": "probe.add", "arguments": {"a": 1, "b": 2}}
        answer = await raw.post("tools/call", call, **{"Mcp-Name": "probe.steps"})
        task = await raw.post("tasks/get", {"taskId": "one"}, **{"Mcp-Name": "two"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, -32020)
    assert (task.status_code, task.json()["error"]["code"]) == (400, -32020)


async def test_spaces_around_a_header_are_none_of_it(tmp_path: Path) -> None:
    params = {"_meta": META, "name": "probe.add", "arguments": {"a": 1, "b": 2}}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
    headers = {
        **bearer(ANN),
        "Host": "localhost",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/call",
        "Mcp-Name": "  probe.add  ",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    async with serving(tmp_path) as served:
        host, port = served.url.removeprefix("http://").split(":")
        async with await anyio.connect_tcp(host, int(port)) as stream:
            await stream.send(f"POST /mcp HTTP/1.1\r\n{head}\r\n{body}".encode())
            assert (await stream.receive()).startswith(b"HTTP/1.1 200")


async def test_a_tool_nobody_can_read_costs_nobody_the_list(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(tmp_path) as served, served.raw() as raw:
        names = {each["name"] for each in (await raw.result("tools/list"))["tools"]}
        error = await raw.error("tools/call", {"name": "probe.broken", "arguments": {}})
    assert names == {"probe.add", "probe.steps", "probe.hang"}
    assert error["code"] == -32602
    assert "probe.broken is not shown to MCP clients" in caplog.text


async def test_open_streams_do_not_hold_up_the_end(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, anyio.create_task_group() as tasks:
        listening = [anyio.Event() for _ in range(20)]
        for number, event in enumerate(listening):
            tasks.start_soon(_listen if number % 2 else _hold, served, event)
        for event in listening:
            await event.wait()
        # Otherwise it would cut them off after two seconds.
        served.server.config.timeout_graceful_shutdown = None
        with anyio.fail_after(40):
            served.endpoint.close()
            served.server.should_exit = True
            while served.server.server_state.connections:
                await anyio.sleep(0.01)


async def _listen(served: Served, open_: anyio.Event) -> None:
    """A stream of 2026-07-28."""
    async with (
        served.client(mode="2026-07-28") as client,
        client.listen(tools_list_changed=True) as changes,
    ):
        open_.set()
        async for _ in changes:
            pass


async def _hold(served: Served, open_: anyio.Event) -> None:
    """The standing stream of a session."""
    async with httpx.AsyncClient(base_url=served.url, timeout=30, verify=False) as http:
        opened = await http.post("/mcp", json=INITIALIZE, headers=bearer(ANN))
        session = {"Mcp-Session-Id": opened.headers["mcp-session-id"]}
        said = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        await http.post("/mcp", json=said, headers={**bearer(ANN), **session})
        async with http.stream("GET", "/mcp", headers={**bearer(ANN), **session}) as stream:
            assert stream.status_code == 200
            open_.set()
            async for _ in stream.aiter_bytes():
                pass


async def test_a_description_hides_nothing_from_people(tmp_path: Path) -> None:
    flow = (
        'description: "Add\\e[8m two\\u200B num\\u202Ebers.\\n\\tTwice."\nsteps: [{transform: 1}]'
    )
    async with serving(tmp_path, hides=flow) as served, served.raw() as raw:
        tools = {each["name"]: each for each in (await raw.result("tools/list"))["tools"]}
    assert tools["hides"]["description"] == "Add two numbers.\n\tTwice."


async def test_what_a_bug_says_is_for_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(tmp_path) as served, served.raw() as raw:
        await served.offer(probe="probe", extra="extra")
        told = await raw.post("tools/call", {"name": "extra.bug", "arguments": {}})
        over_http = await raw.http.post("/api/v1/tools/extra.bug/call", json={})
    error = told.json()["result"]["structuredContent"]["error"]
    for text in (told.text, over_http.text):
        assert "hunter2" not in text and "/home" not in text and "RuntimeError" in text
    key = error["hint"].rpartition(" ")[2]
    assert f"extra.bug failed in call {key}" in caplog.text and "hunter2" in caplog.text
