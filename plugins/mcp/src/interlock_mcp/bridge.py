"""The SDK's HTTP over the service's own client, so that its guards hold for MCP as well.

A request that fails becomes an answer with a JSON-RPC error: raised, it would take the whole
connection down with every call that is under way (modelcontextprotocol/python-sdk#3560).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from typing import Any

import httpx
import httpx2
import orjson
from mcp_types import INTERNAL_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND

from interlock.sdk import InterlockError, NeedsAttention, Retryable, ServiceBug
from interlock_mcp.errors import PROBLEM
from interlock_mcp.failures import json_rpc_error

_DROPPED = frozenset(
    {"host", "content-length", "connection", "transfer-encoding", "accept-encoding"}
)
_DECODED = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_STATUS = 500
_SESSION = "mcp-session-id"


class Bridge(httpx2.AsyncBaseTransport):
    """Sends the requests of an ``httpx2`` client through an ``httpx`` one."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        stack = AsyncExitStack()
        content = await request.aread()
        try:
            response = await stack.enter_async_context(
                self._http.stream(
                    request.method,
                    str(request.url),
                    headers=_kept(request.headers, _DROPPED),
                    content=content,
                    # A stream of events may say nothing for as long as it likes.
                    timeout=httpx.Timeout(10.0, read=None),
                )
            )
        except InterlockError as error:
            await stack.aclose()
            return _failed(error, request, content)
        except Exception as error:  # noqa: BLE001 - whatever it is must stay with this request
            await stack.aclose()
            fault = ServiceBug(f"the request could not be sent: {error!r}")
            return _failed(fault, request, content)
        headers = _kept(response.headers, _DECODED)
        return httpx2.Response(response.status_code, headers=headers, stream=_Body(response, stack))


class _Body(httpx2.AsyncByteStream):
    def __init__(self, response: httpx.Response, stack: AsyncExitStack) -> None:
        self._response = response
        self._stack = stack

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._response.aiter_bytes():
                yield part
        except InterlockError as error:
            raise httpx2.ReadError(error.message) from error

    async def aclose(self) -> None:
        await self._stack.aclose()


def _failed(error: InterlockError, request: httpx2.Request, content: bytes) -> httpx2.Response:
    """What the server said in the protocol's words, as far as they tell more than the status."""
    status = error.details.get("status", _STATUS)
    if error.details.get("status") in (404, 405) and not content:
        # The stream for notifications, which a server need not have.
        return httpx2.Response(status)
    body: bytes = getattr(error, "body", b"")
    said = json_rpc_error(body)
    if _SESSION in request.headers and _forgotten(status, body, said):
        reason = Retryable("the server has forgotten our session", sent=False)
        told = {"code": INVALID_REQUEST, "message": "Session terminated", "data": _ours(reason)}
    elif said is not None and not isinstance(error, NeedsAttention | Retryable):
        told = said
    else:
        told = {"code": INTERNAL_ERROR, "message": error.message, "data": _ours(error)}
    return httpx2.Response(status, json={"jsonrpc": "2.0", "id": _id_of(content), "error": told})


def _forgotten(status: int, body: bytes, said: Mapping[str, Any] | None) -> bool:
    """By the specification it is a 404; many servers answer 400 and say what it is about."""
    if said is not None and said["code"] == METHOD_NOT_FOUND:
        return False
    return status == 404 or (status == 400 and b"session" in body.lower())


def _ours(error: InterlockError) -> dict[str, Any]:
    return {PROBLEM: error.to_problem()}


def _id_of(content: bytes) -> Any:
    try:
        message = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    return message.get("id") if isinstance(message, dict) else None


def _kept(headers: Any, dropped: frozenset[str]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers.items() if name.lower() not in dropped]
