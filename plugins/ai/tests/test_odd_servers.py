"""Servers that speak Chat Completions in ways of their own, in one piece and as a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import orjson
import pytest
from aiohttp import web

from interlock.sdk import InterlockError

from .conftest import Start, service

PARTS = [{"type": "thinking", "thinking": []}, {"type": "text", "text": "said"}]


def whole(**message: Any) -> bytes:
    choice = {"message": {"role": "assistant", **message}, "finish_reason": "stop"}
    return orjson.dumps({"model": "m", "choices": [choice]})


def event(**delta: Any) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": None}
    return b"data: " + orjson.dumps({"choices": [choice]}) + b"\n\n"


USAGE = b'data: {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}\n\n'
END = b'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}\n\n'


@pytest.fixture
async def serve() -> AsyncIterator[Any]:
    """Start a server whose every request is answered so; its address."""
    runners: list[web.AppRunner] = []

    async def started(answer: Callable[[web.Request], web.Response]) -> str:
        async def handle(request: web.Request) -> web.Response:
            return answer(request)

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handle)
        runners.append(web.AppRunner(app, shutdown_timeout=0.01))
        await runners[-1].setup()
        await web.TCPSite(runners[-1], "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runners[-1].addresses[0][1]}/v1"

    yield started
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
def answering(start: Start, serve: Any) -> Any:
    """Ask a server that always gives these bytes."""

    async def ask(body: bytes, *, stream: bool) -> str:
        media_type = "text/event-stream" if stream else "application/json"
        base_url = await serve(lambda _: web.Response(body=body, content_type=media_type))
        configured = service("", "openai-compatible", stream=stream, base_url=base_url)
        runtime = await start({"ai": configured})
        return str((await runtime.call("ai.generate", {"prompt": "x"}))["text"])

    return ask


@pytest.mark.parametrize(
    ("stream", "body"),
    [
        (False, whole(content=PARTS)),
        (True, event(content=PARTS) + END),
        (True, b"\xef\xbb\xbf" + event(content="said") + END),
        (True, b": hello\n\n" + event(content=None) + event(content="said") + END),
        (True, event(content="said").replace(b"\n", b"\r\n") + END),
        (True, (event(content="said") + END).replace(b"\n", b"\r")),
        (True, event(content="said") + b"data: [DONE]\n\n"),
        (True, event(content="said") + END.rstrip()),
        (True, event(content="said") + b"data:\n\n" + END + USAGE),
    ],
    ids=[
        *("parts", "parts-streamed", "byte-order-mark", "comments", "line-ends"),
        *("carriage-returns", "done-alone", "no-last-line", "usage-last"),
    ],
)
async def test_the_answer_is_found(answering: Any, stream: bool, body: bytes) -> None:
    assert await answering(body, stream=stream) == "said"


@pytest.mark.parametrize(
    ("stream", "body", "code", "words"),
    [
        (False, b'{"error": {"message": "overloaded"}}', "retryable", "overloaded"),
        (False, b'{"error": "boom"}', "retryable", "boom"),
        (True, b'data: {"error": "boom"}\n\n', "retryable", "boom"),
        (False, b'{"error": {"code": "insufficient_quota"}}', "needs-attention", "quota"),
        (False, b'{"choices": ["x"]}', "ai-broken", "another shape"),
        (False, whole(content=None), "ai-empty", "without text"),
        (False, b'{"choices": []}', "ai-empty", "without text"),
        (True, event(content="sai"), "ai-broken", "broke off"),
        (True, b'event: error\ndata: {"message": "no memory"}\n\n', "retryable", "no memory"),
        (True, event(content="") + END.replace(b"stop", b"length"), "ai-cut", "raise max_tokens"),
        (False, whole(content="").replace(b"stop", b"length"), "ai-cut", "before it said"),
    ],
)
async def test_what_is_no_answer_says_what_it_is(
    answering: Any, stream: bool, body: bytes, code: str, words: str
) -> None:
    with pytest.raises(InterlockError, match=words) as caught:
        await answering(body, stream=stream)
    assert caught.value.code == code


async def test_what_a_gateway_says_it_cost_is_believed_unless_a_price_is_set(
    start: Start, serve: Any
) -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "cost": 0.25}
    choice = {"message": {"content": "said"}, "finish_reason": "stop"}
    body = {"model": "m", "choices": [choice], "usage": usage}
    base_url = await serve(lambda _: web.json_response(body))
    one = service("", "openai-compatible", base_url=base_url)
    prices = {"m": {"input": 1e6, "output": 0}}
    mine = service("", "openai-compatible", base_url=base_url, prices=prices)
    runtime = await start({"ai": one, "mine": mine})
    for name, usd in (("ai", 0.25), ("mine", 10.0)):
        assert (await runtime.call(f"{name}.generate", {"prompt": "x"}))["usage"]["usd"] == usd


SCOPES = {"error": {"message": "Missing scopes: api.model.read", "code": None}}
NO_PAGE = {"error": {"message": "no such page"}}


@pytest.mark.parametrize(
    ("provider", "status", "body", "state"),
    [
        ("openai-compatible", 404, NO_PAGE, "ready"),
        ("gemini", 404, NO_PAGE, "ready"),
        ("openai-chat", 403, SCOPES, "ready"),
        ("openai-compatible", 401, {"error": "bad key"}, "needs-attention"),
    ],
)
async def test_who_may_not_list_models_may_ask_them(
    start: Start, serve: Any, provider: str, status: int, body: Any, state: str
) -> None:
    def answer(request: web.Request) -> web.Response:
        if request.method == "GET":
            return web.json_response(body, status=status)
        return web.Response(body=whole(content="said"), content_type="application/json")

    runtime = await start({"ai": service("", provider, base_url=await serve(answer))})
    assert runtime.service("ai")["state"] == state
    if state == "ready" and provider != "gemini":
        assert (await runtime.call("ai.generate", {"prompt": "x"}))["text"] == "said"
