"""The HTTP client of a service, against real servers on loopback."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from aiohttp import web

from interlock.host import HttpWishes
from interlock.sdk import (
    DeadlineExceeded,
    NotFound,
    Retryable,
    Throttled,
)
from interlock.sdk.context import running_call

from .conftest import serving
from .http_doubles import SECRET, RunningCall, client_of, echo


async def test_a_request_arrives_as_it_was_made() -> None:
    async with serving(echo) as url, client_of(url, headers={"x-token": SECRET}) as client:
        response = await client.post("/a%2Fb", params={"q": "ä&b"}, json={"a": 1})
        seen = response.json()

    assert seen["method"] == "POST"
    assert seen["path"] == "/a%2Fb?q=%C3%A4%26b"
    assert seen["body"] == '{"a":1}'
    assert seen["headers"]["x-token"] == SECRET
    assert seen["headers"]["content-length"] == "7"
    assert "transfer-encoding" not in seen["headers"]
    assert seen["headers"]["user-agent"].startswith("python-httpx")


async def test_a_body_from_an_iterator_is_streamed() -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"one "
        yield b"two"

    async with serving(echo) as url, client_of(url) as client:
        seen = (await client.post("/", content=parts())).json()

    assert seen["body"] == "one two"
    assert seen["headers"]["transfer-encoding"] == "chunked"


async def test_a_compressed_body_is_decompressed_once() -> None:
    async def compressed(_: web.BaseRequest) -> web.Response:
        body = gzip.compress(gzip.compress(b"twice"))
        return web.Response(body=body, headers={"content-encoding": "gzip"})

    async with serving(compressed) as url, client_of(url) as client:
        response = await client.get("/")

    assert gzip.decompress(response.content) == b"twice"


async def test_a_response_is_streamed_as_it_comes() -> None:
    go_on = asyncio.Event()

    async def slow(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"first")
        await go_on.wait()
        await response.write(b"second")
        return response

    async with (
        serving(slow) as url,
        client_of(url) as client,
        client.stream("GET", "/") as response,
    ):
        chunks = response.aiter_bytes()
        first = await anext(chunks)
        go_on.set()
        rest = b"".join([chunk async for chunk in chunks])

    assert (first, rest) == (b"first", b"second")


async def test_an_error_status_raises_what_the_service_reads_from_it() -> None:
    async def throttle(_: web.BaseRequest) -> web.Response:
        return web.Response(status=429, text="slow down", headers={"retry-after": "7"})

    async with serving(throttle) as url, client_of(url) as client:
        with pytest.raises(Throttled, match="mail says slow down") as raised:
            await client.get("/")

    assert raised.value.retry_after == 7.0


async def test_an_error_status_of_a_streamed_response_raises_as_well() -> None:
    async def missing(_: web.BaseRequest) -> web.Response:
        return web.Response(status=404, text="gone")

    async with serving(missing) as url, client_of(url) as client:
        with pytest.raises(NotFound, match="gone"):
            async with client.stream("GET", "/"):
                pass


async def test_no_listener_means_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    async with client_of(f"http://127.0.0.1:{port}") as client:
        with pytest.raises(Retryable, match="cannot connect") as raised:
            await client.get(f"/path?key={SECRET}")

    assert not raised.value.sent
    assert SECRET not in str(raised.value)


async def test_a_connection_that_breaks_before_the_answer_may_have_been_sent() -> None:
    async def hang_up(request: web.BaseRequest) -> web.Response:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    async with serving(hang_up) as url, client_of(url) as client:
        with pytest.raises(Retryable) as raised:
            await client.post("/", content=b"x")

    assert raised.value.sent


async def test_a_body_that_breaks_off_is_retryable() -> None:
    async def half(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-length": "100"})
        await response.prepare(request)
        await response.write(b"half")
        assert request.transport is not None
        request.transport.close()
        return response

    async with serving(half) as url, client_of(url) as client:
        with pytest.raises(Retryable) as raised:
            await client.get("/")

    assert raised.value.sent


async def test_a_body_that_is_not_what_its_header_says_is_the_services_failure() -> None:
    async def garbage(_: web.BaseRequest) -> web.Response:
        return web.Response(body=b"no gzip", headers={"content-encoding": "gzip"})

    async with serving(garbage) as url, client_of(url) as client:
        with pytest.raises(Retryable, match="not encoded"):
            await client.get("/")


async def test_no_answer_within_the_read_timeout_is_retryable() -> None:
    async with serving(_never) as url, client_of(url, read_timeout=0.05) as client:
        with pytest.raises(Retryable, match="no answer in time"):
            await client.get("/")


async def test_the_deadline_of_the_call_shortens_the_timeout() -> None:
    async with serving(_never) as url, client_of(url, read_timeout=3600.0) as client:
        token = running_call.set(RunningCall(0.05))  # type: ignore[arg-type]
        with pytest.raises(Retryable, match="no answer in time"):
            await client.get("/")
        running_call.reset(token)


async def test_nothing_is_sent_when_no_time_is_left() -> None:
    async with serving(echo) as url, client_of(url) as client:
        token = running_call.set(RunningCall(0.0))  # type: ignore[arg-type]
        with pytest.raises(DeadlineExceeded):
            await client.get("/")
        running_call.reset(token)


async def _never(_: web.BaseRequest) -> web.Response:
    await asyncio.Event().wait()
    return web.Response()


async def test_a_cancelled_request_closes_its_connection() -> None:
    arrived, gone = asyncio.Event(), asyncio.Event()

    async def wait(_: web.BaseRequest) -> web.Response:
        arrived.set()
        try:
            await asyncio.Event().wait()
            return web.Response()
        finally:
            gone.set()

    async with serving(wait) as url, client_of(url) as client:
        asking = asyncio.create_task(client.get("/"))
        await arrived.wait()
        asking.cancel()
        await asyncio.wait_for(gone.wait(), 40)
        outcome = await asyncio.gather(asking, return_exceptions=True)

    assert isinstance(outcome[0], asyncio.CancelledError)


async def test_connections_are_used_again() -> None:
    ports = set()

    async def note(request: web.BaseRequest) -> web.Response:
        assert request.transport is not None
        ports.add(request.transport.get_extra_info("peername")[1])
        return web.Response(text="ok")

    async with serving(note) as url, client_of(url) as client:
        for _ in range(5):
            await client.get("/")

    assert len(ports) == 1


async def test_no_more_connections_than_allowed() -> None:
    at_once = most = 0

    async def count(_: web.BaseRequest) -> web.Response:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0)
        at_once -= 1
        return web.Response()

    wishes = HttpWishes(allow_private=True, max_connections=3)
    async with serving(count) as url, client_of(url, wishes) as client:
        await asyncio.gather(*(client.get("/") for _ in range(30)))

    assert most <= 3


async def test_the_trace_goes_along() -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    async with serving(echo) as url, client_of(url, trace=lambda: trace) as client:
        seen = (await client.get("/")).json()

    assert seen["headers"]["traceparent"] == trace


# -- origins -----------------------------------------------------------------------------------


async def test_a_large_body_arrives_whole() -> None:
    async def length(request: web.Request) -> web.StreamResponse:
        return web.json_response(len(await request.content.read()))

    async with serving(length) as url, client_of(url) as http:
        answer = await http.post("/", content=b"x" * 3_000_000)
    assert answer.json() == 3_000_000


async def test_of_an_endless_error_no_more_is_read_than_needed() -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=500)
        await response.prepare(request)
        with suppress(ConnectionError):
            while True:
                await response.write(b"x" * 65536)
        return response

    async with serving(endless) as url, client_of(url) as http:
        with pytest.raises(Retryable) as error:
            await http.get("/")
    assert len(error.value.message) == 1024 * 1024 + len("mail says ")
