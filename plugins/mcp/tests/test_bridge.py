"""HTTP answers of servers that are not the SDK's, as the SDK's client gets them."""

from __future__ import annotations

from typing import Any

import httpx
import httpx2
import pytest
from mcp.shared.exceptions import MCPError

from interlock.sdk import NeedsAttention, Retryable, error_from_response
from interlock_mcp.bridge import Bridge
from interlock_mcp.errors import is_lost, translated
from interlock_mcp.failures import json_rpc_error

NO_SESSION = {"jsonrpc": "2.0", "error": {"code": -32000, "message": "No valid session ID"}}
FORBIDDEN = {"jsonrpc": "2.0", "id": None, "error": {"code": -32002, "message": "wrong token"}}
NO_METHOD = {"jsonrpc": "2.0", "id": 1, "error": {"code": -32601, "message": "no such method"}}


async def answered(status: int, body: Any, *, session: str = "s1") -> MCPError:
    """The error of a request that was answered so."""

    def answer(request: httpx.Request) -> httpx.Response:
        response = httpx.Response(status, json=body, request=request)
        said = json_rpc_error(response.content)
        error = error_from_response(response, now=0.0, message=said["message"] if said else "")
        error.body = response.content  # type: ignore[attr-defined] # as the service's read_error
        raise error

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        headers = {"mcp-session-id": session} if session else {}
        call = {"jsonrpc": "2.0", "id": 7, "method": "tools/call"}
        async with httpx2.AsyncClient(transport=Bridge(http)) as client:
            response = await client.post("http://there.example/mcp", json=call, headers=headers)
    told = response.json()
    assert (response.status_code, told["id"]) == (status, 7)
    return MCPError(**told["error"])


@pytest.mark.parametrize(("status", "body"), [(400, NO_SESSION), (404, {}), (404, NO_SESSION)])
async def test_a_session_that_the_server_forgot_is_opened_anew(status: int, body: Any) -> None:
    error = await answered(status, body)
    assert is_lost(error)
    ours = translated(error, "up")
    assert isinstance(ours, Retryable) and ours.sent is False


async def test_what_a_server_says_in_the_words_of_the_protocol_stays() -> None:
    error = await answered(404, NO_METHOD)
    assert not is_lost(error) and error.error.message == "no such method"
    assert not is_lost(await answered(400, NO_SESSION, session=""))


async def test_refused_credentials_need_a_person_whatever_the_body_is() -> None:
    with pytest.raises(NeedsAttention, match="wrong token"):
        raise translated(await answered(403, FORBIDDEN), "up")
