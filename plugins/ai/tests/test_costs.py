"""What answers take is counted, priced and bounded; and who answers instead."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from interlock.sdk import BudgetSpent, InterlockError, Rejected, Retryable
from interlock_ai.prices import Price, published
from interlock_ai.providers import Completion, provider_of
from interlock_ai.settings import AISettings
from interlock_simulator.faults import FaultProfile

from .conftest import BASES, Start, service

PROMPT = "Otters hold hands. They sleep. They drift. They wake."
PRICES = {"m": {"input": 1000.0, "output": 2000.0}}


def settings(**values: Any) -> AISettings:
    return AISettings.model_validate({"provider": "openai", "model": "m", "api_key": "k", **values})


async def test_an_answer_tells_its_tokens_and_price(ai: Any) -> None:
    usage = (await (await ai(prices=PRICES)).generate(PROMPT))["usage"]
    cost = (usage["input_tokens"] * 1000 + usage["output_tokens"] * 2000) / 1e6
    assert usage["usd"] == pytest.approx(cost) and cost > 0


async def test_without_a_price_the_cost_is_unknown_and_the_log_says_so(
    ai: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert (await (await ai()).generate(PROMPT))["usage"]["usd"] is None
    assert "no price is known for m" in caplog.text


def test_the_longest_beginning_has_the_price() -> None:
    prices = {"m*": {"input": 1, "output": 1}, "mini*": {"input": 2, "output": 2}}
    one = settings(prices=prices)
    found = [one.price(name) for name in ("mini-2", "m", "x")]
    assert [price and price.input for price in found] == [2, 1, None]


def test_what_a_provider_published_holds_unless_the_settings_say_otherwise() -> None:
    mine = {"gpt-5.4*": {"input": 1, "output": 1}}
    published = settings().price("gpt-5.4-mini-2026-03-17")
    assert published and (published.input, published.output) == (0.75, 4.5)
    said = settings(prices=mine).price("gpt-5.4-mini")
    assert said and said.input == 1
    assert settings(provider="anthropic").price("gpt-5.4") is None
    local = settings(provider="openai-compatible", base_url="http://127.0.0.1/v1")
    assert local.price("gpt-5.4") is None


@pytest.mark.parametrize("model", ["gpt-5.4-mini-tts", "gpt-5.4-ultra", "gpt-5.4-20", "gpt-"])
def test_a_model_has_no_price_for_its_relatives_sake(model: str) -> None:
    assert settings().price("gpt-5.4") is not None
    assert settings().price(model) is None


def test_a_long_question_costs_more_and_a_cache_costs_less_or_more() -> None:
    long = {"above": 1000, "input": 20, "output": 40, "cached_input": 2}
    price = Price.model_validate(
        {"input": 10, "output": 20, "cached_input": 1, "cache_write": 12, "long": long}
    )
    assert price.cost(1000, 100, 0, 0) * 1e6 == pytest.approx(10_000 + 2000)
    assert price.cost(1000, 0, 600, 100) * 1e6 == pytest.approx(300 * 10 + 600 + 100 * 12)
    assert price.cost(1001, 100, 1, 1000) * 1e6 == pytest.approx(2 + 1000 * 20 + 4000)


@pytest.mark.parametrize("provider", ["anthropic", "openai", "openai-chat", "gemini"])
def test_published_prices_say_where_and_when_they_were_read(provider: str) -> None:
    known = published(provider)
    assert known and known.source.startswith("https://")
    assert date.fromisoformat(known.read) <= date.today()
    for price in known.models.values():
        assert 0 < price.input < price.output
        assert price.cached_input is None or price.cached_input < price.input
        assert price.cache_write is None or price.cache_write > price.input
        assert price.long is None or price.long.input > price.input


async def test_a_money_budget_holds_without_a_price_in_the_settings(ai: Any) -> None:
    budget = {"retry": {"attempts": 1}, "budget": [{"limit": 1e-6, "per": "day"}]}
    tools = await ai("openai", model="gpt-5.4", policies=budget)
    assert (await tools.generate(PROMPT))["usage"]["usd"] > 1e-6
    with pytest.raises(BudgetSpent):
        await tools.generate(PROMPT)


@pytest.mark.parametrize(
    ("provider", "body", "counted"),
    [
        (
            "anthropic",
            {
                "usage": {
                    "input_tokens": 5,
                    "cache_read_input_tokens": 90,
                    "cache_creation_input_tokens": 5,
                    "output_tokens": 7,
                }
            },
            (100, 90, 5, 7),
        ),
        (
            "openai",
            {
                "usage": {
                    "input_tokens": 100,
                    "input_tokens_details": {"cached_tokens": 90, "cache_write_tokens": 5},
                    "output_tokens": 7,
                }
            },
            (100, 90, 5, 7),
        ),
        (
            "gemini",
            {
                "usageMetadata": {
                    "promptTokenCount": 100,
                    "cachedContentTokenCount": 90,
                    "candidatesTokenCount": 4,
                    "thoughtsTokenCount": 3,
                }
            },
            (100, 90, 0, 7),
        ),
    ],
)
def test_caches_and_thoughts_are_counted_as_they_are_paid(
    provider: Any, body: dict[str, Any], counted: tuple[int, int, int, int]
) -> None:
    said: Completion = provider_of(provider).read(body)
    assert counted == (
        said.input_tokens,
        said.cached_tokens,
        said.written_tokens,
        said.output_tokens,
    )


async def test_a_run_shows_what_it_took_and_stops_at_its_budget(
    simulator: Any, start: Start, tmp_path: Any
) -> None:
    (tmp_path / "ask.yaml").write_text(
        "workflow: ask\nsteps:\n"
        + "".join(
            f"  - {{id: s{n}, call: ai.generate, with: {{prompt: '{PROMPT}'}}}}\n" for n in "123"
        )
    )
    url = (await simulator.status())["url"]
    budget = {"budget": [{"limit": 40, "unit": "tokens", "per": "run"}]}
    one = service(url, "anthropic", budget, prices=PRICES)
    runtime = await start({"ai": one}, workflows={"paths": [str(tmp_path / "ask.yaml")]})
    run = await runtime.start("ask")
    with pytest.raises(BudgetSpent, match=f"tokens of 40 are spent for run {run}"):
        await runtime.wait(run)
    (used,) = (await runtime.run(run))["usage"].values()
    assert used["tokens"] == used["input_tokens"] + used["output_tokens"] >= 40
    measured = f'interlock_spent_total{{tool="ai.generate",unit="usd"}} {used["usd"]}'
    assert used["usd"] > 0 and measured in await runtime.prometheus()


async def test_a_refusal_and_an_empty_answer_were_paid_as_well(ai: Any) -> None:
    tools = await ai(prices=PRICES)
    paid = 0.0
    for word in ("refusal", "empty"):
        with pytest.raises(InterlockError) as caught:
            await tools.generate(f"Now {{{{simulate {word}}}}}")
        paid += caught.value.details["usage"]["usd"]
    (spent,) = [each for each in tools.runtime.metrics() if each["name"] == "interlock.spent"]
    usd = [each["value"] for each in spent["points"] if each["attributes"]["unit"] == "usd"]
    assert usd == [pytest.approx(paid)] and paid > 0


@pytest.mark.parametrize("provider", ["anthropic", "gemini"])
async def test_what_is_told_before_an_answer_breaks_off_is_paid_as_well(
    ai: Any, simulator: Any, provider: str
) -> None:
    tools = await ai(provider, prices=PRICES)
    await simulator.set_faults([FaultProfile(kind="truncate", methods=("POST",), after=0.6)])
    with pytest.raises(Retryable, match="broke off"):
        await tools.generate(PROMPT)
    (spent,) = [each for each in tools.runtime.metrics() if each["name"] == "interlock.spent"]
    counted = {each["attributes"]["unit"]: each["value"] for each in spent["points"]}
    assert counted["input_tokens"] > 10 and counted["usd"] > 0


async def test_a_chain_of_providers_answers_as_long_as_one_does(
    simulator: Any, start: Start
) -> None:
    url = (await simulator.status())["url"]
    once = {"retry": {"attempts": 1}}
    chain = {
        "ai": service(url, "anthropic", {**once, "fallback": {"service": "second"}}),
        "second": service(url, "openai", {**once, "fallback": {"service": "third"}}),
        "third": service(url, "gemini", {**once, "fallback": {"service": "ai"}}),
    }
    runtime = await start(chain)
    down = [FaultProfile(kind="error", match=f"/{name}") for name in ("anthropic", "openai")]
    await simulator.set_faults(down)
    answer = await runtime.call("ai.generate", {"prompt": PROMPT})
    analysed = await runtime.call("ai.analyze", {"text": PROMPT, "kinds": ["summary"]})
    assert (answer["provider"], analysed["provider"]) == ("gemini", "gemini")
    await simulator.set_faults([*down, FaultProfile(kind="error", match="/gemini")])
    with pytest.raises(Retryable):
        await runtime.call("ai.generate", {"prompt": PROMPT})
    asked = [each["path"] for each in (await simulator.requests()) if each["method"] == "POST"]
    assert len(asked) == 9


async def test_another_provider_may_answer_what_one_refuses_or_cannot_read(
    simulator: Any, start: Start
) -> None:
    url = (await simulator.status())["url"]
    fallback = {"service": "second", "also": ["ai-refused", "ai-context-too-long"]}
    runtime = await start(
        {
            "ai": service(url, "anthropic", {"fallback": fallback}),
            "second": service(url, "gemini"),
        }
    )
    for word, code in (("refusal", "ai-refused"), ("too long", "ai-context-too-long")):
        with pytest.raises(Rejected, match="before that, ai: the model") as refused:
            await runtime.call("ai.generate", {"prompt": f"Now {{{{simulate {word}}}}}"})
        (first,) = refused.value.details["also_failed"]
        assert (first["tool"], first["code"]) == ("ai.generate", code)


@pytest.mark.parametrize("provider", BASES)
async def test_one_question_has_one_key_for_every_try(
    simulator: Any, ai: Any, provider: str
) -> None:
    tools = await ai(provider, policies={"retry": {"attempts": 3, "backoff": "1ms"}})
    await simulator.set_faults([FaultProfile(kind="error", methods=("POST",), first=1)])
    await tools.generate(PROMPT)
    posts = [each for each in await simulator.requests() if each["method"] == "POST"]
    assert [each["status"] for each in posts] == [503, 200]
    assert len({each["idempotency_key"] for each in posts}) == 1 and posts[0]["idempotency_key"]
