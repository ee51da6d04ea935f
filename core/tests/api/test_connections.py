"""What a connection may cost before, and beside, a request that the guard can judge."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import anyio
import httpx
from anyio.abc import SocketStream

from .served import ADMIN, Served, serving

_HEAD = b"POST /hooks/files HTTP/1.1\r\nHost: localhost\r\n"
_CHUNKED = _HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
_MOST = 4 * 2**20
_OURS = ["localhost:7420", "LOCALHOST", "127.0.0.1", "[::1]:7420"]
_STRANGE = [
    "localhost:7420.evil.example",
    "localhost:80@evil.example",
    "localhost, evil.example",
    "localhost/evil.example",
    "[::1",
    "",
]
_ENDLESS = {
    "header": (_HEAD + b"X-Long: ", b"a" * 8192),
    "headers": (_HEAD, b"X-Many: 1\r\n" * 800),
    "address": (b"GET /", b"a" * 8192),
    "chunk extension": (_CHUNKED + b"1;", b"a" * 8192),
    "trailers": (_CHUNKED + b"0\r\n", b"X-Late: 1\r\n" * 800),
}


async def test_what_never_becomes_a_request_is_cut_off(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        taken = {name: await _taken(served, *each) for name, each in _ENDLESS.items()}
    assert {name: count for name, count in taken.items() if count >= _MOST} == {}


async def _taken(served: Served, first: bytes, more: bytes) -> int:
    """How many bytes the daemon takes before it hangs up."""
    sent = 0
    async with await _connected(served) as stream:
        await stream.send(first)
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
            while sent < _MOST:
                await stream.send(more)
                sent += len(more)
    return sent


async def test_a_head_that_is_too_large_is_told_so(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, httpx.AsyncClient(base_url=served.url) as http:
        answers = [
            await http.get("/health", headers={"X-Large": "a" * size}) for size in (60_000, 70_000)
        ]
    assert [each.status_code for each in answers] == [200, 431]
    assert answers[1].json()["status"] == 431


async def test_what_is_no_http_is_answered_with_a_problem(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, await _connected(served) as stream:
        await stream.send(b"\x16\x03\x01 hello\r\n\r\n")
        head, _, body = (await stream.receive()).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ") and b"application/problem+json" in head
    assert json.loads(body)["message"] == "this is no HTTP request"


async def test_a_large_body_is_no_head(tmp_path: Path) -> None:
    body = {"arguments": {"path": "large.txt", "text": "x" * 300_000}}
    async with serving(tmp_path) as served, served.client() as http:
        for _ in range(2):
            written = await http.post("/api/v1/tools/files.write/call", json=body)
            assert written.status_code == 200


async def test_a_name_is_ours_as_a_whole(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:

        async def status(host: str, more: str = "") -> int:
            token = f"Authorization: Bearer {ADMIN}\r\nConnection: close\r\n"
            head = f"GET /api/v1/tools HTTP/1.1\r\nHost: {host}\r\n{token}{more}\r\n"
            async with await _connected(served) as stream:
                await stream.send(head.encode())
                return int((await stream.receive()).split(b" ", 2)[1])

        assert {host: await status(host) for host in _OURS + _STRANGE} == (
            dict.fromkeys(_OURS, 200) | dict.fromkeys(_STRANGE, 421)
        )
        origins = {
            host: await status("localhost", f"Origin: http://{host}\r\n")
            for host in _OURS + _STRANGE
        }
        assert origins == dict.fromkeys(_OURS, 200) | dict.fromkeys(_STRANGE, 403)
        assert await status("localhost", "Origin: file://localhost\r\n") == 403


async def _connected(served: Served) -> SocketStream:
    host, port = served.url.removeprefix("http://").split(":")
    return await anyio.connect_tcp(host, int(port))
