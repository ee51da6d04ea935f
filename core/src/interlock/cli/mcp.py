"""``interlock mcp``: MCP on standard input and output, for clients that start their servers.

It carries messages to the daemon's ``/mcp`` and back. So there is one server, which holds the
state, guards every call and keeps the audit log, however many clients were started how often.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Mapping
from typing import Any

import anyio
import click
import httpx
import orjson
from anyio.abc import TaskGroup

from interlock.cli.client import Address, find_daemon
from interlock.sdk.event_stream import EventStream

_MODERN = "2026"
_VERSION = "io.modelcontextprotocol/protocolVersion"
_NAMED = {
    "tools/call": "name",
    "prompts/get": "name",
    "resources/read": "uri",
    "tasks/get": "taskId",
    "tasks/update": "taskId",
    "tasks/cancel": "taskId",
}
_LOST = -32000
_ACCEPT = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}

Message = dict[str, Any]


@click.command()
@click.option("--server", default="", help="One of mcp.servers; default: all that /mcp shows.")
def mcp(server: str) -> None:
    """Speak MCP on standard input and output, for the daemon that is running."""
    anyio.run(_bridge, find_daemon(), f"/mcp/{server}" if server else "/mcp")


async def _bridge(address: Address, path: str) -> None:
    headers = {"Authorization": f"Bearer {address.token}", **_ACCEPT}
    timeout = httpx.Timeout(None, connect=5.0)
    async with (
        httpx.AsyncClient(headers=headers, timeout=timeout, trust_env=False) as http,
        anyio.create_task_group() as streams,
    ):
        try:
            # What was asked is answered, also after the client has said its last word.
            async with anyio.create_task_group() as requests:
                bridge = Bridge(http, f"{address.url}{path}", requests, streams)
                async for line in anyio.wrap_file(sys.stdin.buffer):
                    if line.strip():
                        await bridge.take(line)
        finally:
            streams.cancel_scope.cancel()
        await bridge.end()


class Bridge:
    """One client, and what the daemon knows it by.

    Args:
        requests: where requests are carried.
        streams: where those are that have no end of their own.
    """

    def __init__(
        self, http: httpx.AsyncClient, url: str, requests: TaskGroup, streams: TaskGroup
    ) -> None:
        self._http = http
        self._url = url
        self._requests = requests
        self._streams = streams
        self._turn = anyio.Lock()
        self._open: dict[Any, anyio.CancelScope] = {}
        self._session: dict[str, str] = {}

    async def take(self, line: bytes) -> None:
        """Carry one message; answers are written as they come."""
        try:
            message = orjson.loads(line)
        except orjson.JSONDecodeError:
            await self._say({"jsonrpc": "2.0", "id": None, "error": _fault(-32700, "Parse error")})
            return
        if not isinstance(message, dict):
            return
        method = message.get("method")
        if method == "notifications/cancelled":
            self._give_up(message)
        if method == "initialize":
            # The session's id is needed for whatever comes next.
            await self._carry(message, line)
        elif method is None or "id" not in message:
            await self._carry(message, line)
            if method == "notifications/initialized":
                self._streams.start_soon(self._hear)
        else:
            group = self._streams if method == "subscriptions/listen" else self._requests
            group.start_soon(self._carry, message, line)
            await anyio.lowlevel.checkpoint()

    async def end(self) -> None:
        """Let the daemon forget the session."""
        if self._session:
            with anyio.move_on_after(1.0, shield=True):
                try:
                    await self._http.delete(self._url, headers=self._session)
                except httpx.HTTPError:
                    return  # the daemon forgets it by itself, later

    def _give_up(self, message: Message) -> None:
        """At 2026-07-28 a request is given up by closing its stream."""
        scope = self._open.get((message.get("params") or {}).get("requestId"))
        if scope is not None and not self._session:
            scope.cancel()

    async def _carry(self, message: Message, line: bytes) -> None:
        number = message.get("id") if "method" in message else None
        with anyio.CancelScope() as scope:
            if number is not None:
                self._open[number] = scope
            try:
                await self._post(message, line)
            except httpx.HTTPError as error:
                if number is not None:
                    said = f"the daemon does not answer: {str(error) or type(error).__name__}"
                    await self._say({"jsonrpc": "2.0", "id": number, "error": _fault(_LOST, said)})
            finally:
                self._open.pop(number, None)

    async def _post(self, message: Message, line: bytes) -> None:
        headers = {**self._session, **_routing(message)}
        async with self._http.stream("POST", self._url, content=line, headers=headers) as response:
            if message.get("method") == "initialize" and (
                session := response.headers.get("mcp-session-id")
            ):
                self._session = {"Mcp-Session-Id": session}
            async for answer in _messages(response):
                if message.get("method") == "initialize" and "result" in answer:
                    version = answer["result"].get("protocolVersion", "")
                    self._session |= {"MCP-Protocol-Version": version}
                await self._say(_for(message, answer, response.status_code))

    async def _hear(self) -> None:
        """What the daemon says on its own to a session."""
        if not self._session:
            return
        try:
            async with self._http.stream("GET", self._url, headers=self._session) as response:
                if response.is_success:
                    async for message in _messages(response):
                        await self._say(message)
        except httpx.HTTPError:
            return  # the next request says what is wrong

    async def _say(self, message: Message) -> None:
        async with self._turn:
            await anyio.to_thread.run_sync(_write, orjson.dumps(message) + b"\n")


def _routing(message: Message) -> dict[str, str]:
    """The headers that 2026-07-28 wants beside the body."""
    params = message.get("params")
    params = params if isinstance(params, Mapping) else {}
    version = (params.get("_meta") or {}).get(_VERSION, "")
    if not str(version).startswith(_MODERN):
        return {}
    headers = {"MCP-Protocol-Version": version, "Mcp-Method": str(message.get("method"))}
    named = params.get(_NAMED.get(headers["Mcp-Method"], ""))
    return headers if named is None else {**headers, "Mcp-Name": str(named)}


async def _messages(response: httpx.Response) -> AsyncIterator[Message]:
    if response.headers.get("content-type", "").startswith("text/event-stream"):
        events = EventStream()
        async for chunk in response.aiter_bytes():
            for data in filter(None, events.feed(chunk)):
                yield orjson.loads(data)
        return
    if content := await response.aread():
        yield orjson.loads(content)


def _for(message: Message, answer: Message, status: int) -> Message:
    """An answer of the daemon's door, which is no JSON-RPC, as one."""
    if "jsonrpc" in answer:
        return answer
    said = answer.get("message") or answer.get("detail") or f"the daemon answered {status}"
    return {"jsonrpc": "2.0", "id": message.get("id"), "error": _fault(_LOST, str(said), answer)}


def _fault(code: int, message: str, data: Any = None) -> Message:
    fault: Message = {"code": code, "message": message}
    return fault if data is None else {**fault, "data": data}


def _write(line: bytes) -> None:
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
