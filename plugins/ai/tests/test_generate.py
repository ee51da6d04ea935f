"""Generation through every provider's wire format, and what can come instead of an answer."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from interlock.sdk import InvalidInput, NeedsAttention, NotFound, Rejected, Retryable, Throttled
from interlock_ai.errors import (
    AnswerEmpty,
    AnswerRefused,
    AnswerUnfit,
    ContextTooLong,
    read_error,
)
from interlock_ai.settings import AISettings
from interlock_simulator.faults import FaultProfile

from .conftest import BASES

PROVIDERS = ("anthropic", "openai", "openai-compatible", "gemini")
PROMPT = "Otters hold hands. They sleep. They drift. They wake."
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"title": {"type": "string"}, "count": {"type": "integer"}},
    "required": ["title", "count"],
    "additionalProperties": False,
}


async def posts(simulator: Any) -> list[dict[str, Any]]:
    """Questions; not the probe of the service's start."""
    return [each for each in await simulator.requests() if each["method"] == "POST"]


every_provider = pytest.mark.parametrize("provider", PROVIDERS)


@pytest.mark.parametrize("provider", BASES)
async def test_every_provider_gives_text_model_and_usage(ai: Any, provider: str) -> None:
    answer = await (await ai(provider)).generate(PROMPT, system="Be brief.", temperature=0.2)
    assert answer["text"] == "Otters hold hands. They sleep. They drift."
    assert (answer["data"], answer["model"], answer["finish_reason"]) == (None, "m", "stop")
    assert answer["usage"]["input_tokens"] > answer["usage"]["output_tokens"] > 5


@every_provider
async def test_every_provider_gives_json_that_fits_the_schema(ai: Any, provider: str) -> None:
    answer = await (await ai(provider)).generate("[3] A fact.", schema=SCHEMA)
    assert answer["data"] == {"title": "A fact.", "count": 3}


@every_provider
async def test_an_unfit_answer_is_repaired_once_and_both_are_paid(
    ai: Any, simulator: Any, provider: str
) -> None:
    service = await ai(provider)
    plain = await service.generate("[3] A fact.", schema=SCHEMA)
    mended = await service.generate("[3] A fact. {{simulate garbage}}", schema=SCHEMA)
    assert mended["data"]["count"] == 3
    assert mended["usage"]["input_tokens"] > 2 * plain["usage"]["input_tokens"]
    assert len(await posts(simulator)) == 3


async def test_an_answer_that_was_cut_is_not_asked_for_again(ai: Any, simulator: Any) -> None:
    with pytest.raises(AnswerUnfit, match="does not fit the schema") as rejected:
        await (await ai()).generate(PROMPT, schema=SCHEMA, max_tokens=2)
    assert rejected.value.details["finish_reason"] == "length"
    assert "max_tokens" in rejected.value.hint
    assert len(await posts(simulator)) == 1


@pytest.mark.parametrize("schema", [{"type": "nonsense"}, {"type": "array"}, {"properties": {}}])
async def test_a_schema_that_is_none_is_refused_before_anything_is_asked(
    ai: Any, simulator: Any, schema: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput, match="schema"):
        await (await ai()).generate(PROMPT, schema=schema)
    assert await posts(simulator) == []


@every_provider
async def test_a_refusal_is_the_callers_fault_and_says_why(ai: Any, provider: str) -> None:
    with pytest.raises(AnswerRefused) as refused:
        await (await ai(provider)).generate("Now {{simulate refusal}}")
    assert refused.value.details["reason"] in ("refusal", "general_harms", "SAFETY")
    assert provider == "gemini" or "I cannot help with that" in refused.value.message
    assert isinstance(refused.value, Rejected)


@every_provider
async def test_an_answer_without_text_may_be_asked_for_again(ai: Any, provider: str) -> None:
    with pytest.raises(AnswerEmpty) as empty:
        await (await ai(provider)).generate("Now {{simulate empty}}")
    assert isinstance(empty.value, Retryable)


@every_provider
async def test_a_throttled_call_knows_how_long_to_wait(
    ai: Any, simulator: Any, provider: str
) -> None:
    service = await ai(provider)
    await simulator.set_faults([FaultProfile(kind="throttle", retry_after=7)])
    with pytest.raises(Throttled) as throttled:
        await service.generate(PROMPT)
    assert throttled.value.retry_after == 7


@every_provider
async def test_a_bad_key_needs_attention(ai: Any, provider: str) -> None:
    runtime = (await ai(provider, api_key="invalid")).runtime
    report = runtime.service("ai")
    assert report["state"] == "needs-attention"
    assert "key" in report["reason"]


@every_provider
async def test_what_is_too_long_to_read_is_the_callers_fault(ai: Any, provider: str) -> None:
    with pytest.raises(ContextTooLong) as rejected:
        await (await ai(provider)).generate("Now {{simulate too long}}")
    assert isinstance(rejected.value, Rejected) and rejected.value.details["status"] == 400


def _google(quota: str, value: str, delay: str) -> dict[str, Any]:
    """As it stands in many a report: always the same words, whatever quota is exceeded."""
    return {
        "status": "RESOURCE_EXHAUSTED",
        "message": "You exceeded your current quota, please check your plan and billing details.",
        "details": [
            {"violations": [{"quotaId": f"GenerateContent{quota}", "quotaValue": value}]},
            {"retryDelay": delay},
        ],
    }


@pytest.mark.parametrize(
    ("status", "body", "kind", "retry_after"),
    [
        (429, {"error": {"code": "insufficient_quota", "message": "x"}}, NeedsAttention, None),
        (400, {"error": {"message": "Your credit balance is too low"}}, NeedsAttention, None),
        (529, {"error": {"type": "overloaded_error", "message": "x"}}, Throttled, None),
        (
            429,
            {"error": {"status": "RESOURCE_EXHAUSTED", "details": [{"retryDelay": "12.5s"}]}},
            Throttled,
            12.5,
        ),
        (
            429,
            {"error": _google("InputTokensPerModelPerMinute", "4000000", "47.4s")},
            Throttled,
            47.4,
        ),
        (
            429,
            {"error": _google("RequestsPerDayPerModel-FreeTier", "20", "36s")},
            NeedsAttention,
            None,
        ),
        (429, {"error": _google("RequestsPerMinute-FreeTier", "0", "36s")}, NeedsAttention, None),
        (
            429,
            {"error": {"message": "Rate limit reached. See account/billing for more."}},
            Throttled,
            None,
        ),
        (402, {"error": {"message": "Insufficient credits"}}, NeedsAttention, None),
        (400, {"error": {"code": "content_filter", "message": "x"}}, AnswerRefused, None),
        (
            400,
            {"error": {"message": "Output blocked by content filtering policy"}},
            AnswerRefused,
            None,
        ),
        (400, {"error": {"message": "max_tokens: too large"}}, Rejected, None),
        (413, {"error": {"type": "request_too_large"}}, ContextTooLong, None),
        (404, {"error": {"message": "model: no such model"}}, NotFound, None),
        (500, {"error": "just words"}, Retryable, None),
        (502, None, Retryable, None),
        (500, [{"error": {"message": "in a list"}}], Retryable, None),
    ],
)
def test_an_error_is_chosen_by_what_helps(
    status: int, body: Any, kind: type[Exception], retry_after: float | None
) -> None:
    request = httpx.Request("POST", "http://model/v1")
    content = {"json": body} if body else {"text": "<html>Bad Gateway</html>"}
    error = read_error(httpx.Response(status, request=request, **content), "ai", now=0.0)
    assert type(error) is kind
    assert error.retry_after == retry_after
    assert error.details["status"] == status


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"provider": "anthropic"}, "needs an api_key"),
        ({"provider": "openai-compatible"}, "needs a base_url"),
        ({"provider": "nobody", "api_key": "k"}, "provider"),
    ],
)
def test_settings_that_lack_something_are_refused(values: dict[str, str], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        AISettings.model_validate({"model": "m", **values})


def test_the_key_is_not_shown() -> None:
    settings = AISettings.model_validate(
        {"provider": "openai", "model": "m", "api_key": "sk-very-secret"}
    )
    assert "very-secret" not in repr(settings)


def test_an_answer_may_be_long_unless_a_server_of_ones_own_says_otherwise() -> None:
    base: dict[str, Any] = {"model": "m", "api_key": "k", "base_url": "http://127.0.0.1/v1"}
    for provider in BASES:
        local = provider == "openai-compatible"
        settings = AISettings.model_validate({**base, "provider": provider})
        assert settings.longest == (None if local else 16384)
        limited = AISettings.model_validate({**base, "provider": provider, "max_tokens": 7})
        assert limited.longest == 7
