"""Our client before a judge that is not ours: llmock breaks things and grades how they are borne.

It counts a Retry-After that was ignored, a truncated stream that was
taken for whole, retries of what cannot succeed, retries without a pause, stalls that were sat out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from llmock.scenarios import Fail, SlowFirstToken, StreamFault
from llmock.testing import LLMockServer
from llmock.verdict import judge

from interlock.sdk import InterlockError, NeedsAttention, Rejected
from interlock_ai.errors import ContextTooLong

from .conftest import Start, Tools, service

pytestmark = pytest.mark.filterwarnings("default")

PATHS = {
    "anthropic": "/anthropic",
    "openai": "/v1",
    "openai-chat": "/v1",
    "openai-compatible": "/groq/openai/v1",
    "gemini": "/gemini",
}
every_provider = pytest.mark.parametrize("provider", PATHS)


@pytest.fixture(scope="module")
def server() -> Iterator[LLMockServer]:
    with LLMockServer() as server:
        yield server


@pytest.fixture
async def judged(server: LLMockServer, start: Start) -> Any:
    """Open a service at llmock; scenarios begin after its start."""

    async def opened(provider: str, **settings: Any) -> Tools:
        more = {"api_version": "v1beta"} if provider == "gemini" else {}
        policies = {"retry": {"attempts": 4, "backoff": "60ms", "budget": 1.0}}
        values = {"base_url": server.url + PATHS[provider], **more, **settings}
        tools = Tools(await start({"ai": service("", provider, policies, **values)}))
        server.state.scenarios.clear()
        server.state.journal.clear()
        return tools

    return opened


def script(server: LLMockServer, *behaviours: Any) -> None:
    for behaviour in behaviours:
        server.state.scenarios.add(behaviour)


def verdict(server: LLMockServer, *, strict: bool = True) -> Any:
    """Raises AssertionError with llmock's report; if ``strict``, for warnings as well.

    llmock has a request that we left in its journal only once it has seen that.
    """
    found = judge(server.state.journal.records(wait=2))
    found.assert_ok(strict=strict)
    return found


@every_provider
@pytest.mark.parametrize("stream", [True, False])
async def test_waits_as_long_as_it_is_asked_to(
    server: LLMockServer, judged: Any, provider: str, stream: bool
) -> None:
    tools = await judged(provider, stream=stream)
    script(server, Fail(429, retry_after=0.3), Fail(529, retry_after=0.2), Fail(503))
    assert (await tools.generate("Hello"))["text"]
    assert verdict(server).attempts == 4


@every_provider
@pytest.mark.parametrize(
    ("fault", "silence"),
    [
        (StreamFault("truncate", after_chunks=4), 60),
        (StreamFault("disconnect", after_chunks=4), 60),
        (StreamFault("malformed", after_chunks=4), 60),
        (StreamFault("stall", after_chunks=4, stall_seconds=30), 0.5),
        (SlowFirstToken(30), 0.5),
    ],
    ids=["truncate", "disconnect", "malformed", "stall", "slow"],
)
async def test_half_an_answer_is_none(
    server: LLMockServer, judged: Any, provider: str, fault: Any, silence: float
) -> None:
    tools = await judged(provider, silence=silence)
    whole = (await tools.generate("Hello"))["text"]
    server.state.journal.clear()
    script(server, fault)
    assert (await tools.generate("Hello"))["text"] == whole
    # llmock may see that we left a stream only after we have asked anew, and warn for that.
    assert verdict(server, strict="malformed" not in repr(fault)).attempts >= 2


@pytest.mark.parametrize("provider", ["anthropic", "openai-compatible"])
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fail(401), NeedsAttention),
        (Fail(403), NeedsAttention),
        (Fail(400, message="no such parameter"), Rejected),
        (Fail(400, message="maximum context length is 10 tokens"), ContextTooLong),
        (Fail(404), Rejected),
    ],
    ids=["401", "403", "400", "too-long", "404"],
)
async def test_what_cannot_succeed_is_not_tried_again(
    server: LLMockServer, judged: Any, provider: str, fault: Fail, error: type[InterlockError]
) -> None:
    tools = await judged(provider)
    script(server, fault)
    with pytest.raises(error):
        await tools.generate("Hello")
    assert verdict(server).attempts == 1


@every_provider
async def test_gives_up_in_the_end_and_with_pauses(
    server: LLMockServer, judged: Any, provider: str
) -> None:
    tools = await judged(provider)
    script(server, Fail(500, times=None))
    with pytest.raises(InterlockError) as failed:
        await tools.generate("Hello")
    server.state.scenarios.clear()
    assert failed.value.details["attempts"] == 4
    assert judge(server.state.journal.records()).passed
