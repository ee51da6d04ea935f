"""The HTTP client of a service, against real servers on loopback."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
from aiohttp import web

from interlock.host import HttpWishes
from interlock.host.http import PrivateAddress, build_client
from interlock.host.http.guard import refuse_literal
from interlock.sdk import (
    DeadlineExceeded,
    HttpOptions,
    NotFound,
    Rejected,
    Retryable,
    ServiceError,
    Throttled,
    error_from_response,
)
from interlock.sdk.context import running_call

from .conftest import serving

PRIVATE = HttpWishes(allow_private=True)
SECRET = "s3cr3t"


def client_of(url: str, wishes: HttpWishes = PRIVATE, **fields: Any) -> httpx.AsyncClient:
    trace = fields.pop("trace", lambda: None)
    return build_client(
        HttpOptions(base_url=url, **fields),
        wishes,
        service="mail",
        read_error=read_error,
        trace=trace,
    )


def read_error(response: httpx.Response) -> ServiceError:
    return error_from_response(response, now=0.0, message=f"mail says {response.text}")


class RunningCall:
    """As much of a call as the client looks at."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def remaining(self) -> float:
        return self._seconds


async def echo(request: web.BaseRequest) -> web.Response:
    return web.json_response(
        {
            "method": request.method,
            "path": request.path_qs,
            "headers": {name.lower(): value for name, value in request.headers.items()},
            "body": (await request.read()).decode(),
        }
    )


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


def redirecting(target: str) -> Any:
    async def redirect(_: web.BaseRequest) -> web.Response:
        return web.Response(status=307, headers={"location": target})

    return redirect


async def test_a_redirect_is_not_followed_unasked() -> None:
    async with serving(redirecting("/there")) as url, client_of(url) as client:
        response = await client.get("/")

    assert response.status_code == 307


async def test_credentials_stay_at_home_when_a_redirect_leads_away() -> None:
    async with (
        serving(echo) as other,
        serving(redirecting(other)) as url,
        client_of(url, headers={"x-token": SECRET}) as client,
    ):
        response = await client.get(
            "/",
            headers={"x-api-key": SECRET, "authorization": SECRET, "cookie": SECRET},
            follow_redirects=True,
        )

    assert SECRET not in response.text


async def test_credentials_follow_a_redirect_within_the_origin() -> None:
    async def once(request: web.BaseRequest) -> web.Response:
        if request.path == "/":
            return web.Response(status=307, headers={"location": "/there"})
        return await echo(request)

    async with serving(once) as url, client_of(url, headers={"x-token": SECRET}) as client:
        seen = (await client.get("/", follow_redirects=True)).json()

    assert seen["headers"]["x-token"] == SECRET


async def test_the_headers_of_the_options_go_to_the_base_url_only() -> None:
    async with (
        serving(echo) as other,
        serving(echo) as url,
        client_of(url, headers={"x-token": SECRET}) as client,
    ):
        response = await client.get(f"{other}/file")

    assert SECRET not in response.text


async def test_a_circle_of_redirects_is_the_callers_fault() -> None:
    async with serving(redirecting("/")) as url, client_of(url) as client:
        with pytest.raises(Rejected, match="too many redirects"):
            await client.get("/", follow_redirects=True)


# -- private addresses -------------------------------------------------------------------------


@pytest.mark.parametrize("http2", [False, True], ids=["http1", "http2"])
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f.1",
        "127.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fd00::1]",
        "[fe80::1]",
    ],
)
async def test_private_addresses_are_refused(host: str, http2: bool) -> None:
    scheme = "https" if http2 else "http"
    async with client_of("", HttpWishes(http2=http2)) as client:
        with pytest.raises(PrivateAddress):
            await client.get(f"{scheme}://{host}/")


async def test_a_redirect_to_a_private_address_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first server counts as public here; where it leads does not."""
    from interlock.host.http import guard

    async with serving(redirecting("http://127.0.0.2:1/secret")) as url:
        monkeypatch.setattr(guard, "is_public", lambda address: address == "127.0.0.1")
        async with client_of(url, HttpWishes()) as client:
            with pytest.raises(PrivateAddress, match=r"127\.0\.0\.2"):
                await client.get("/", follow_redirects=True)


async def test_a_name_is_connected_to_at_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name that is public when asked first, and private from then on."""
    from interlock.host.http import guard

    async with serving(echo) as url:
        port = int(url.rsplit(":", 1)[1])
        answers = iter(["127.0.0.1", "10.0.0.1"])

        async def rebinding(self: Any, host: str, port: int, **_: Any) -> Any:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

        loop = asyncio.get_running_loop()
        monkeypatch.setattr(type(loop), "getaddrinfo", rebinding)
        monkeypatch.setattr(guard, "is_public", lambda address: address == "127.0.0.1")
        async with client_of(f"http://rebind.example:{port}", HttpWishes()) as client:
            response = await client.get("/")

    assert response.status_code == 200
    assert next(answers) == "10.0.0.1"


async def test_an_unknown_scheme_is_the_callers_fault() -> None:
    async with client_of("") as client:
        with pytest.raises(Rejected, match="http://"):
            await client.get("ftp://example.org/")


async def test_the_client_shows_no_secret() -> None:
    async with client_of("http://example.org", headers={"x-token": SECRET}) as client:
        assert SECRET not in repr(client)
        assert SECRET not in repr(HttpOptions(headers={"x-token": SECRET}))


@pytest.mark.parametrize("host", ["0177.0.0.1", "0x7f000001", "2130706433", "127.1", "::1"])
def test_every_notation_of_a_private_address_is_seen_through(host: str) -> None:
    with pytest.raises(PrivateAddress):
        refuse_literal(host)


@pytest.mark.parametrize("host", ["1.1.1.1", "2606:4700::1111", "api.example.org"])
def test_public_addresses_and_names_are_let_through(host: str) -> None:
    refuse_literal(host)


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
