"""Answers that come piece by piece: told as they come, and never taken for whole when they are not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from interlock.sdk import Retryable, Throttled
from interlock_ai.errors import AnswerBroken
from interlock_ai.providers.exchange import DONE
from interlock_ai.streams import events
from interlock_simulator.faults import FaultProfile

from .conftest import Start, service

PROVIDERS = ("anthropic", "openai", "openai-compatible", "gemini")
PROMPT = "Otters hold hands. They sleep\nwhile they drift. They wake."
SAID = "Otters hold hands. They sleep while they drift."

every_provider = pytest.mark.parametrize("provider", PROVIDERS)
quick = {"retry": {"attempts": 3, "backoff": "1ms"}}


@every_provider
async def test_pieces_are_told_as_they_come_and_are_the_answer(ai: Any, provider: str) -> None:
    told: list[tuple[float, float | None, str]] = []
    runtime = (await ai(provider)).runtime
    prompt = " ".join(f"word{number}" for number in range(60))
    answer = await runtime.call(
        "ai.generate", {"prompt": prompt}, on_progress=lambda *what: told.append(what)
    )
    assert len(told) > 3
    assert "".join(piece for _, _, piece in told) == answer["text"]
    assert [done for done, _, _ in told][-1] == len(answer["text"])


async def test_of_an_answer_that_is_json_only_the_length_is_told(ai: Any) -> None:
    told: list[tuple[float, float | None, str]] = []
    runtime = (await ai()).runtime
    analysed = await runtime.call(
        "ai.analyze", {"text": PROMPT}, on_progress=lambda *what: told.append(what)
    )
    assert analysed["summary"] and len(told) > 2
    assert {message for _, _, message in told} == {""}
    counts = [done for done, _, _ in told]
    assert counts == sorted(counts)


@every_provider
async def test_with_and_without_a_stream_the_answer_is_the_same(
    simulator: Any, start: Start, provider: str
) -> None:
    url = (await simulator.status())["url"]
    whole = service(url, provider, stream=False)
    runtime = await start({"ai": service(url, provider), "whole": whole})
    streamed = await runtime.call("ai.generate", {"prompt": PROMPT})
    assert await runtime.call("whole.generate", {"prompt": PROMPT}) == streamed
    assert streamed["text"] == SAID


@every_provider
@pytest.mark.parametrize("clean", [True, False])
async def test_a_stream_without_its_end_is_asked_for_again(
    ai: Any, simulator: Any, provider: str, clean: bool
) -> None:
    service = await ai(provider, policies=quick)
    cut = FaultProfile(kind="truncate", methods=("POST",), first=1, after=0.6, clean=clean)
    await simulator.set_faults([cut])
    assert (await service.generate(PROMPT))["finish_reason"] == "stop"
    posts = [each for each in await simulator.requests() if each["method"] == "POST"]
    assert [each["fault"] for each in posts] == ["truncate", None]


@every_provider
async def test_an_error_within_a_stream_is_one(ai: Any, provider: str) -> None:
    with pytest.raises(Retryable, match="broke off") as overloaded:
        await (await ai(provider)).generate("Now {{simulate overload}}")
    assert isinstance(overloaded.value, Throttled) or provider != "anthropic"


async def test_silence_within_an_answer_ends_it(ai: Any, simulator: Any) -> None:
    service = await ai("openai", silence=0.05)
    await simulator.set_faults([FaultProfile(kind="slow", methods=("POST",), delay=60)])
    with pytest.raises(Retryable, match="no answer in time"):
        await service.generate(PROMPT)


async def test_pieces_of_events_are_put_together_wherever_they_were_cut() -> None:
    lines = [b"\xef\xbb\xbf: hello", b"event: x", b'data: {"a":', b"data:  1}", b""]
    lines += [b'data: {"b": 2}', b"", b"data: [DONE]", b"", b""]

    for end in (b"\n", b"\r\n", b"\r"):
        wire = end.join(lines)
        for size in (1, 2, 3, len(wire)):
            told = [each async for each in events(pieces(wire, size), "ai")]
            assert told == [{"a": 1}, {"b": 2}, DONE]


async def test_lines_may_end_in_more_than_one_way() -> None:
    wire = b'data: {"a": 1}\r\rdata: {"b": 2}\r\n\ndata:\n\ndata: {"c": 3}\n\r\ndata'
    told = [each async for each in events(pieces(wire, 1), "ai")]
    assert told == [{"a": 1}, {"b": 2}, {"c": 3}]


async def test_an_error_may_be_told_by_the_name_of_its_event() -> None:
    wire = b'event: error\ndata: {"message": "out of memory"}\n\ndata: {"a": 1}\n\n'
    told = [each async for each in events(pieces(wire, 9), "ai")]
    assert told == [{"error": {"message": "out of memory"}}, {"a": 1}]


async def pieces(wire: bytes, size: int) -> AsyncIterator[bytes]:
    for at in range(0, len(wire), size):
        yield wire[at : at + size]


@pytest.mark.parametrize("wire", [b"data: {oops\n\n", b"data: 7\n\n", b'data: {"a"'])
async def test_what_is_no_json_object_is_no_answer(wire: bytes) -> None:
    with pytest.raises(AnswerBroken, match="no JSON"):
        assert [event async for event in events(pieces(wire, 100), "ai")]


async def test_a_stream_without_an_end_is_not_kept() -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b":" * 1_000_000 + b"\n"

    with pytest.raises(AnswerBroken, match="longer than 32 MiB"):
        assert [event async for event in events(endless(), "ai")]
