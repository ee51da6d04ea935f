"""Requests that the configuration writes down."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import web
from pydantic import ValidationError

from interlock.config import ConfigError
from interlock.host.http import guard
from interlock.sdk import (
    InterlockError,
    InvalidInput,
    NeedsAttention,
    NotFound,
    Rejected,
    Retryable,
    Throttled,
)
from interlock_http.rate_limits import rate_limit
from interlock_http.settings import HttpSettings

from .conftest import Open, Serve, answering, echo

TOOLS: dict[str, Any] = {
    "get": {"path": "/orders/{id}", "query": {"part": {"type": "array"}}},
    "send": {
        "method": "POST",
        "path": "/orders",
        "body": {"name": "string", "size": "integer"},
        "headers": {"X-Trace": "string"},
        "required": ["name"],
    },
    "form": {"method": "POST", "path": "/orders", "body": {"a": "string"}, "form": True},
    "names": {"path": "/names", "pick": "data[].name"},
}


async def test_arguments_go_where_the_configuration_says(serve: Serve, opened: Open) -> None:
    url = await serve({"GET /v1/orders/{id}": echo, "POST /v1/orders": echo})
    runtime = await opened(
        {"base_url": f"{url}/v1", "tools": TOOLS, "headers": {"X-Us": "interlock"}}
    )
    got = await runtime.call("api.get", {"id": "a/b ?", "part": ["x", "y"]})
    assert got["path"] == "/v1/orders/a%2Fb%20%3F"
    assert got["query"] == [["part", "x"], ["part", "y"]]
    assert got["headers"]["x-us"] == "interlock"
    sent = await runtime.call("api.send", {"name": "n", "X-Trace": "t"})
    assert json.loads(sent["body"]) == {"name": "n"}
    assert sent["headers"]["x-trace"] == "t"
    form = await runtime.call("api.form", {"a": "b c"})
    assert form["body"] == "a=b+c"


async def test_what_does_not_fit_is_told_before_anything_is_sent(
    serve: Serve, opened: Open
) -> None:
    runtime = await opened({"base_url": "http://127.0.0.1:1", "tools": TOOLS})
    with pytest.raises(InvalidInput, match=r"\$\.size: expected integer"):
        await runtime.call("api.send", {"name": "n", "size": "big"})
    with pytest.raises(InvalidInput, match="'name' is a required property"):
        await runtime.call("api.send", {})
    with pytest.raises(InvalidInput, match=r"id: '\.\.' cannot stand in a path"):
        await runtime.call("api.get", {"id": ".."})
    with pytest.raises(InvalidInput, match="without line breaks"):
        await runtime.call("api.send", {"name": "n", "X-Trace": "a\r\nb: c"})


async def test_a_part_of_the_answer_may_be_the_result(serve: Serve, opened: Open) -> None:
    url = await serve({"GET /names": answering({"data": [{"name": "a"}, {"name": "b"}]})})
    runtime = await opened({"base_url": url, "tools": TOOLS})
    assert await runtime.call("api.names") == ["a", "b"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, NeedsAttention), (404, NotFound), (422, Rejected), (429, Throttled), (503, Retryable)],
)
async def test_errors_are_told_in_the_api_s_own_words(
    serve: Serve, opened: Open, status: int, kind: type[InterlockError]
) -> None:
    body = {"error": {"message": "no such order"}}
    url = await serve({"GET /orders/{id}": answering(body, status)})
    runtime = await opened({"base_url": url, "tools": TOOLS})
    with pytest.raises(kind, match=f"api: GET /orders/7 was answered {status}: no such order"):
        await runtime.call("api.get", {"id": "7"})


async def test_bytes_are_kept_beside_the_journal_and_texts_are_texts(
    serve: Serve, opened: Open
) -> None:
    async def picture(request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"\x89PNG", content_type="image/png")

    async def text(request: web.Request) -> web.StreamResponse:
        return web.Response(text="grüße", content_type="text/plain")

    async def nothing(request: web.Request) -> web.StreamResponse:
        return web.Response(status=204)

    url = await serve({"GET /a": picture, "GET /b": text, "GET /c": nothing})
    runtime = await opened({"base_url": url, "tools": {n: {"path": f"/{n}"} for n in "abc"}})
    kept = await runtime.call("api.a")
    assert kept["media_type"] == "image/png" and kept["size"] == 4
    assert await runtime.journal.blobs.get(kept["blob"]) == b"\x89PNG"
    assert await runtime.call("api.b") == "grüße"
    assert await runtime.call("api.c") is None


async def test_a_number_of_an_answer_loses_no_digit(serve: Serve, opened: Open) -> None:
    numbers = [2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 10**30, 7, 0.5, "12345678901234567890"]
    answer = [*numbers, int("9" * 4000)]
    url = await serve({"GET /names": answering({"data": [{"name": each} for each in answer]})})
    runtime = await opened({"base_url": url, "tools": TOOLS})
    assert await runtime.call("api.names", {}) == [
        2**64 - 1,
        str(2**64),
        -(2**63),
        str(-(2**63) - 1),
        str(10**30),
        7,
        0.5,
        "12345678901234567890",
        "9" * 4000,
    ]


async def test_an_answer_that_is_too_large_is_refused(serve: Serve, opened: Open) -> None:
    url = await serve({"GET /a": answering("x" * 5000)})
    settings = {"base_url": url, "tools": {"a": {"path": "/a"}}, "max_answer": "4kB"}
    runtime = await opened(settings)
    with pytest.raises(Rejected, match="/a answers with more than 4000 bytes"):
        await runtime.call("api.a")


async def test_an_answer_that_only_claims_to_be_json_is_told(serve: Serve, opened: Open) -> None:
    async def broken(request: web.Request) -> web.StreamResponse:
        return web.Response(body=b'{"a":', content_type="application/json")

    url = await serve({"GET /a": broken})
    runtime = await opened({"base_url": url, "tools": {"a": {"path": "/a"}}})
    with pytest.raises(Retryable, match="/a answers with broken JSON"):
        await runtime.call("api.a")


async def test_private_addresses_are_refused_unless_allowed(serve: Serve, opened: Open) -> None:
    url = await serve({"GET /a": answering(1)})
    runtime = await opened({"base_url": url, "tools": {"a": {"path": "/a"}}}, private=False)
    with pytest.raises(Rejected, match=r"127\.0\.0\.1 is the private address"):
        await runtime.call("api.a")


async def test_a_redirect_to_a_private_address_is_refused(
    serve: Serve, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The API's address counts as public here; where it leads does not."""
    caught: list[str] = []

    async def secret(request: web.Request) -> web.StreamResponse:
        caught.append(request.path)
        return web.json_response("secret")

    inside = await serve({"GET /secret": secret}, host="127.0.0.2")

    async def away(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(f"{inside}/secret")

    url = await serve({"GET /a": away})
    monkeypatch.setattr(guard, "is_public", lambda address: address == "127.0.0.1")
    runtime = await opened({"base_url": url, "tools": {"a": {"path": "/a"}}}, private=False)
    with pytest.raises(Rejected, match=r"127\.0\.0\.2 is the private address"):
        await runtime.call("api.a")
    assert caught == []


async def test_credentials_stay_with_their_host_when_it_redirects(
    serve: Serve, opened: Open
) -> None:
    elsewhere = await serve({"GET /caught": echo}, host="127.0.0.2")

    async def away(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(f"{elsewhere}/caught")

    url = await serve({"GET /a": away})
    key = {"kind": "api-key", "name": "X-Key", "value": "secret"}
    runtime = await opened({"base_url": url, "auth": key, "tools": {"a": {"path": "/a"}}})
    assert "x-key" not in (await runtime.call("api.a"))["headers"]


async def test_any_path_is_asked_only_if_that_is_allowed(serve: Serve, opened: Open) -> None:
    url = await serve({"GET /v1/x": echo, "DELETE /v1/x": echo})
    runtime = await opened({"base_url": f"{url}/v1", "allow_request": True})
    assert (await runtime.call("api.get", {"path": "/x", "query": {"n": 1}}))["query"] == [
        ["n", "1"]
    ]
    assert (await runtime.call("api.request", {"method": "DELETE", "path": "/x"}))["body"] == ""
    for path in ("//evil.example/x", "http://evil.example", "/../admin"):
        with pytest.raises(InvalidInput, match="no path below the base URL"):
            await runtime.call("api.get", {"path": path})


async def test_nothing_is_offered_that_was_not_asked_for(serve: Serve, opened: Open) -> None:
    runtime = await opened({"base_url": "http://127.0.0.1:1", "tools": TOOLS})
    names = [tool["name"] for tool in runtime.tools()]
    assert names == ["api.form", "api.get", "api.names", "api.send"]


async def test_an_idempotency_key_makes_a_post_repeatable(serve: Serve, opened: Open) -> None:
    url = await serve({"POST /orders": echo})
    runtime = await opened(
        {"base_url": url, "tools": TOOLS, "idempotency_header": "Idempotency-Key"}
    )
    assert runtime.tool("api.send")["facts"]["idempotent"] is True
    sent = await runtime.call("api.send", {"name": "n"}, idempotency_key="k-1")
    assert sent["headers"]["idempotency-key"] == "k-1"


async def test_the_probe_asks_the_path_that_it_is_told(serve: Serve, opened: Open) -> None:
    url = await serve({"GET /up": answering({"message": "down for repairs"}, 503)})
    runtime = await opened({"base_url": url, "health": "/up"})
    assert "down for repairs" in runtime.service("api")["reason"]


async def test_a_path_into_answers_is_checked_when_the_file_is_read(opened: Open) -> None:
    with pytest.raises(InterlockError, match="not a JMESPath"):
        await opened({"base_url": "http://x.example", "tools": {"a": {"path": "/", "pick": "a["}}})


async def test_a_plain_text_says_why_as_well(serve: Serve, opened: Open) -> None:
    async def refusing(request: web.Request) -> web.StreamResponse:
        return web.Response(status=400, text="id must be a number\n")

    url = await serve({"GET /orders/{id}": refusing})
    runtime = await opened({"base_url": url, "tools": TOOLS})
    with pytest.raises(Rejected, match="was answered 400: id must be a number$"):
        await runtime.call("api.get", {"id": "x"})


async def test_the_place_of_the_message_can_be_set(serve: Serve, opened: Open) -> None:
    url = await serve({"GET /orders/{id}": answering([{"fault": {"why": "so"}}], 400)})
    settings = {"base_url": url, "tools": TOOLS, "error_message": "[0].fault.why"}
    runtime = await opened(settings)
    with pytest.raises(Rejected, match="was answered 400: so$"):
        await runtime.call("api.get", {"id": "x"})


@pytest.mark.parametrize(
    ("status", "headers", "pause"),
    [
        (429, {"Retry-After": "7", "X-RateLimit-Reset": "90"}, 7),
        (429, {"X-RateLimit-Reset": "90", "X-RateLimit-Remaining": "0"}, 90),
        (429, {"RateLimit": '"default";r=0;t=30'}, 30),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "60"}, 60),
        (429, {}, None),
    ],
)
async def test_limits_told_in_headers_say_when_to_come_back(
    serve: Serve, opened: Open, status: int, headers: dict[str, str], pause: float | None
) -> None:
    url = await serve({"GET /orders/{id}": answering({}, status, **headers)})
    runtime = await opened({"base_url": url, "tools": TOOLS})
    with pytest.raises(Throttled) as error:
        await runtime.call("api.get", {"id": "x"})
    assert error.value.retry_after == pause


def test_a_reset_may_be_a_time() -> None:
    now = 1_700_000_000.0
    for text in ("1700000030", "1700000030000", "30"):
        assert rate_limit({"x-ratelimit-reset": text}, now) == {"reset": 30.0}
    assert rate_limit({"x-ratelimit-reset": "soon", "ratelimit": "x"}, now) == {}


async def test_a_path_that_does_not_fit_the_answer_is_told(serve: Serve, opened: Open) -> None:
    url = await serve({"GET /a": answering({"data": 1}), "GET /b": answering({}, 400)})
    tools = {"a": {"path": "/a", "pick": "length(data)"}, "b": {"path": "/b"}}
    runtime = await opened({"base_url": url, "tools": tools, "error_message": "length(data)"})
    with pytest.raises(Rejected, match=r"'length\(data\)' does not fit the answer"):
        await runtime.call("api.a")
    with pytest.raises(Rejected, match="/b was answered 400$"):
        await runtime.call("api.b")


async def test_a_character_set_that_nobody_knows_does_no_harm(serve: Serve, opened: Open) -> None:
    async def odd(request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"text", headers={"Content-Type": "text/plain; charset=klingon"})

    url = await serve({"GET /a": odd})
    runtime = await opened({"base_url": url, "tools": {"a": {"path": "/a"}}})
    assert await runtime.call("api.a") == "text"


async def test_a_body_can_be_anything(serve: Serve, opened: Open) -> None:
    url = await serve({"POST /bulk": echo})
    tool = {
        "method": "POST",
        "path": "/bulk",
        "whole_body": {"type": "array", "items": {"type": "integer"}},
        "required": ["body"],
    }
    runtime = await opened({"base_url": url, "tools": {"bulk": tool}})
    assert (await runtime.call("api.bulk", {"body": [1, 2]}))["body"] == "[1,2]"
    with pytest.raises(InvalidInput, match=r"\$\.body\[0\]: expected integer"):
        await runtime.call("api.bulk", {"body": ["x"]})


@pytest.mark.parametrize(
    ("tool", "reason"),
    [
        ({"path": "/a", "query": {"n": "strin"}}, "not a JSON Schema"),
        ({"path": "/a", "query": {"n": {"type": "object", "required": 1}}}, "not a JSON Schema"),
        ({"path": "/{id}", "query": {"id": "string"}}, "two arguments are named 'id'"),
        ({"path": "/{id}", "required": ["ip"]}, "required: there is no argument 'ip'"),
        ({"path": "/{id}", "placeholders": {"ip": "string"}}, "'ip' is not in the path"),
        ({"path": "/a", "pick": "a["}, "not a JMESPath"),
        ({"path": "/a", "body": {"a": "string"}, "whole_body": "array"}, "either body or whole"),
    ],
)
async def test_faults_of_a_tool_are_told_before_anything_starts(
    opened: Open, tool: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ConfigError, match=reason):
        await opened({"base_url": "http://127.0.0.1:1", "tools": {"a": tool}})


async def test_facts_follow_the_method_unless_the_configuration_knows_better(opened: Open) -> None:
    tools = {
        "put": {"method": "PUT", "path": "/a"},
        "post": {"method": "POST", "path": "/a"},
        "search": {"method": "POST", "path": "/a", "effect": "read", "cacheable": True},
    }
    runtime = await opened({"base_url": "http://127.0.0.1:1", "tools": tools})
    facts = {name: runtime.tool(f"api.{name}")["facts"] for name in tools}
    said = {
        name: (fact["effect"], fact["idempotent"], fact["cacheable"], fact["destructive"])
        for name, fact in facts.items()
    }
    assert said == {
        "put": ("write", True, False, True),
        "post": ("write", False, False, False),
        "search": ("read", True, True, False),
    }


async def test_a_path_is_seen_through_as_a_server_would(opened: Open) -> None:
    runtime = await opened({"base_url": "http://127.0.0.1:1/v1", "allow_request": True})
    for path in ("/%2e%2e/admin", "/..%2fadmin", "/%2f/evil.example", "/..\\admin"):
        with pytest.raises(InvalidInput, match="no path below the base URL"):
            await runtime.call("api.get", {"path": path})


@pytest.mark.parametrize("url", ["http://", "http://0177.0.0.1:x", "ftp://shop.example", "shop"])
def test_an_address_that_is_none_is_a_fault_of_the_file(url: str) -> None:
    with pytest.raises(ValidationError, match="base_url"):
        HttpSettings(base_url=url)
