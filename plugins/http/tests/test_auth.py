"""Who we are to an API."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from aiohttp import web

from interlock.daemon.compose import open_runtime
from interlock.sdk import NeedsAttention
from interlock_http.credentials import Credentials
from interlock_http.tokens import Tokens

from .conftest import Open, Serve, answering, configured, echo

TOOLS = {"a": {"path": "/a"}}


@pytest.mark.parametrize(
    ("auth", "where", "sent"),
    [
        ({"kind": "bearer", "token": "t"}, "authorization", "Bearer t"),
        ({"kind": "basic", "username": "u", "password": "p"}, "authorization", "Basic dTpw"),
        ({"kind": "api-key", "name": "X-Key", "value": "k"}, "x-key", "k"),
        ({"kind": "api-key", "name": "sid", "in": "cookie", "value": "k"}, "cookie", "sid=k"),
    ],
)
async def test_fixed_credentials_are_sent(
    serve: Serve, opened: Open, auth: dict[str, Any], where: str, sent: str
) -> None:
    url = await serve({"GET /a": echo})
    runtime = await opened({"base_url": url, "auth": auth, "tools": TOOLS})
    assert (await runtime.call("api.a"))["headers"][where] == sent


async def test_a_key_may_go_into_the_query(serve: Serve, opened: Open) -> None:
    url = await serve({"GET /a": echo})
    auth = {"kind": "api-key", "name": "key", "in": "query", "value": "k"}
    runtime = await opened({"base_url": url, "auth": auth, "tools": TOOLS})
    assert (await runtime.call("api.a"))["query"] == [["key", "k"]]


class Login:
    """A server of tokens, and an API that takes the newest one only."""

    def __init__(self) -> None:
        self.forms: list[dict[str, str]] = []
        self.headers: list[str] = []
        self.more: dict[str, Any] = {"expires_in": 3600}

    async def token(self, request: web.Request) -> web.StreamResponse:
        self.forms.append({str(k): str(v) for k, v in (await request.post()).items()})
        self.headers.append(request.headers.get("Authorization", ""))
        await asyncio.sleep(0)
        return web.json_response({"access_token": f"t{len(self.forms)}", **self.more})

    async def api(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer t{len(self.forms)}":
            return web.json_response({"message": "old token"}, status=401)
        return web.json_response("hello")


def oauth(url: str, **more: Any) -> dict[str, Any]:
    auth = {"kind": "oauth2", "token_url": f"{url}/token", "client_id": "me", **more}
    return {"base_url": url, "auth": auth, "tools": TOOLS}


async def test_one_token_is_fetched_for_all_callers(serve: Serve, opened: Open) -> None:
    login = Login()
    url = await serve({"POST /token": login.token, "GET /a": login.api})
    runtime = await opened(oauth(url, client_secret="s", scopes=["read", "write"]))
    said = await asyncio.gather(*(runtime.call("api.a") for _ in range(20)))
    assert said == ["hello"] * 20
    assert login.forms == [{"grant_type": "client_credentials", "scope": "read write"}]
    assert login.headers == ["Basic bWU6cw=="]


async def test_an_id_with_a_colon_reaches_the_provider_whole(serve: Serve, opened: Open) -> None:
    login = Login()
    url = await serve({"POST /token": login.token, "GET /a": login.api})
    runtime = await opened(oauth(url, client_id="c:id", client_secret="a+/= ü"))
    assert await runtime.call("api.a") == "hello"
    sent = b64decode(login.headers[0].removeprefix("Basic ")).decode()
    assert [unquote(part) for part in sent.split(":")] == ["c:id", "a+/= ü"]


async def test_a_token_that_is_refused_is_renewed_once(serve: Serve, opened: Open) -> None:
    login = Login()
    url = await serve({"POST /token": login.token, "GET /a": login.api})
    runtime = await opened(oauth(url, client_secret="s", style="body"))
    await runtime.call("api.a")
    login.forms.append({})  # whoever else logs in makes ours an old one
    assert await runtime.call("api.a") == "hello"
    assert login.forms[-1]["client_secret"] == "s"


async def test_a_refresh_token_is_used_and_replaced(serve: Serve, opened: Open) -> None:
    login = Login()
    login.more = {"expires_in": 0.001, "refresh_token": "second"}
    url = await serve({"POST /token": login.token, "GET /a": login.api})
    runtime = await opened(oauth(url, refresh_token="first"))
    await runtime.call("api.a")
    login.forms.append({})
    await runtime.call("api.a")
    assert login.forms[0] == {
        "grant_type": "refresh_token",
        "refresh_token": "first",
        "client_id": "me",
    }
    assert login.forms[-1]["refresh_token"] == "second"


async def test_a_login_that_fails_needs_attention_and_shows_no_secret(
    serve: Serve, opened: Open
) -> None:
    url = await serve({"POST /token": answering({"error": "invalid_client"}, 400)})
    runtime = await opened(oauth(url, client_secret="hidden-secret"))
    with pytest.raises(NeedsAttention, match="gives no token: .*invalid_client") as error:
        await runtime.call("api.a")
    assert "hidden-secret" not in str(error.value)


async def test_an_api_that_takes_no_token_is_not_asked_for_ever(serve: Serve, opened: Open) -> None:
    login = Login()
    url = await serve({"POST /token": login.token, "GET /a": answering({}, 401)})
    runtime = await opened(oauth(url, client_secret="s"))
    with pytest.raises(NeedsAttention, match="was answered 401"):
        await runtime.call("api.a")
    assert len(login.forms) == 2


async def test_a_refusal_that_comes_late_does_not_cost_the_new_token(
    serve: Serve, opened: Open
) -> None:
    login = Login()
    late, go_on = asyncio.Event(), asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        """Refuses an old token when somebody else has got a new one already."""
        answer = await login.api(request)
        if answer.status == 401:
            late.set()
            await go_on.wait()
        return answer

    url = await serve({"POST /token": login.token, "GET /a": login.api, "GET /slow": slow})
    tools = {**TOOLS, "slow": {"path": "/slow"}}
    runtime = await opened({**oauth(url, client_secret="s"), "tools": tools})
    await runtime.call("api.a")
    login.forms.append({})  # the token is an old one now
    waiting = asyncio.create_task(runtime.call("api.slow"))
    await late.wait()
    assert await runtime.call("api.a") == "hello"
    go_on.set()
    assert await waiting == "hello"
    assert len(login.forms) == 3


async def test_a_login_that_fails_is_tried_once_for_all_that_wait(
    serve: Serve, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, waiting, all_wait = 0, 0, asyncio.Event()
    original = Tokens.credentials

    async def counted(tokens: Tokens) -> Credentials:
        nonlocal waiting
        waiting += 1
        if waiting == 10:
            all_wait.set()
        return await original(tokens)

    async def failing(request: web.Request) -> web.StreamResponse:
        nonlocal asked
        asked += 1
        await all_wait.wait()
        return web.json_response({"error": "invalid_client"}, status=401)

    monkeypatch.setattr(Tokens, "credentials", counted)
    url = await serve({"POST /token": failing})
    runtime = await opened(oauth(url, client_secret="s"))
    calls = (runtime.call("api.a") for _ in range(10))
    errors = await asyncio.gather(*calls, return_exceptions=True)
    assert {type(error) for error in errors} == {NeedsAttention}
    assert asked == 1


async def test_a_refresh_token_that_was_replaced_survives_a_restart(
    serve: Serve, tmp_path: Path
) -> None:
    login = Login()
    login.more = {"refresh_token": "second"}
    url = await serve({"POST /token": login.token, "GET /a": login.api})
    for _ in range(2):
        async with open_runtime(configured(tmp_path, oauth(url, refresh_token="first"))) as runtime:
            await runtime.call("api.a")
    assert [form["refresh_token"] for form in login.forms] == ["first", "second"]
    async with open_runtime(configured(tmp_path, oauth(url, refresh_token="new"))) as runtime:
        await runtime.call("api.a")
    assert login.forms[-1]["refresh_token"] == "new"


@pytest.mark.parametrize("said", ["[]", "{}", "token", '{"access_token": null}'])
async def test_a_login_that_answers_with_something_else_is_told(
    serve: Serve, opened: Open, said: str
) -> None:
    async def odd(request: web.Request) -> web.StreamResponse:
        return web.Response(text=said, content_type="application/json")

    url = await serve({"POST /token": odd})
    runtime = await opened(oauth(url, client_secret="s"))
    with pytest.raises(NeedsAttention, match="/token gives no token: its answer has none"):
        await runtime.call("api.a")


async def test_headers_of_the_settings_are_not_told_to_the_login(
    serve: Serve, opened: Open
) -> None:
    login = Login()
    seen: list[str] = []

    async def token(request: web.Request) -> web.StreamResponse:
        seen.extend(request.headers)
        return await login.token(request)

    elsewhere = await serve({"POST /token": token}, host="127.0.0.2")
    url = await serve({"GET /a": login.api})
    settings = {**oauth(url), "headers": {"X-Tenant-Key": "hidden"}}
    settings["auth"]["token_url"] = f"{elsewhere}/token"
    runtime = await opened(settings)
    assert await runtime.call("api.a") == "hello"
    assert "X-Tenant-Key" not in seen


async def test_a_caller_that_leaves_while_the_token_is_fetched_takes_it_from_nobody(
    serve: Serve, opened: Open
) -> None:
    login = Login()
    asked = asyncio.Event()
    go_on = asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        asked.set()
        await go_on.wait()
        return await login.token(request)

    url = await serve({"POST /token": slow, "GET /a": login.api})
    runtime = await opened(oauth(url, client_secret="s"))
    leaving = asyncio.create_task(runtime.call("api.a"))
    await asked.wait()
    staying = asyncio.create_task(runtime.call("api.a"))
    leaving.cancel()
    go_on.set()
    assert await staying == "hello"


@pytest.mark.parametrize("status", [401, 403])
async def test_fixed_credentials_that_are_refused_are_not_sent_again(
    serve: Serve, opened: Open, status: int
) -> None:
    asked: list[str] = []

    async def refusing(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        return web.json_response({"message": "no"}, status=status)

    url = await serve({"GET /a": refusing})
    auth = {"kind": "bearer", "token": "hidden-token"}
    runtime = await opened({"base_url": url, "auth": auth, "tools": TOOLS})
    with pytest.raises(NeedsAttention, match="check the credentials of api") as error:
        await runtime.call("api.a")
    assert asked == ["/a"]
    assert "hidden-token" not in str(error.value.to_problem())
