"""Where the HTTP client of a service goes: redirects, credentials, private addresses."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest
from aiohttp import web

from interlock.host import HttpWishes
from interlock.host.http import PrivateAddress
from interlock.host.http.guard import refuse_literal
from interlock.sdk import (
    HttpOptions,
    Rejected,
)

from .conftest import serving
from .http_doubles import SECRET, client_of, echo


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
