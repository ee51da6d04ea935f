"""The pace holds in every window, in line, within deadlines, and a 429 holds everybody."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.calls import Call
from interlock.calls.limiter import Limiter
from interlock.sdk import Facts, Policies, Rate, RateLimited, RatePolicy, Throttled
from interlock.testing import VirtualWorld, settle

from .conftest import Stage


def policy(limit: int, period: float = 1.0, **more: object) -> RatePolicy:
    return RatePolicy(limit=Rate(limit, period), **more)


@given(
    limit=st.integers(1, 20),
    burst=st.integers(1, 30),
    period=st.sampled_from([1.0, 7.0, 60.0]),
    pauses=st.lists(st.floats(0, 20), min_size=1, max_size=60),
)
def test_no_window_of_one_period_ever_holds_more_than_the_limit(
    limit: int, burst: int, period: float, pauses: list[float]
) -> None:
    sent: list[float] = []

    async def play() -> None:
        world = VirtualWorld()
        limiter = Limiter(policy(limit, period, burst=burst), world)

        async def one() -> None:
            await limiter.acquire(1.0, within=float("inf"))
            sent.append(world.monotonic())

        callers = []
        for pause in pauses:
            await world.advance(pause)
            callers.append(asyncio.ensure_future(one()))
        await world.advance(period * len(pauses) + 1)
        await asyncio.gather(*callers)

    asyncio.run(play())
    assert len(sent) == len(pauses)
    for start in sent:
        assert sum(start <= at < start + period - 1e-6 for at in sent) <= limit


async def test_callers_are_served_in_the_order_in_which_they_came_whatever_they_cost(
    stage: Stage,
) -> None:
    limiter = Limiter(policy(10, burst=5), stage.world)
    served: list[str] = []

    async def take(name: str, cost: float) -> None:
        await limiter.acquire(cost, within=60)
        served.append(name)

    tasks = [asyncio.ensure_future(take("first", 5))]
    await settle()
    for name, cost in (("heavy", 5), ("light", 1), ("lighter", 1)):
        tasks.append(asyncio.ensure_future(take(name, cost)))
        await settle()
    await stage.world.advance(5)
    await asyncio.gather(*tasks)

    assert served == ["first", "heavy", "light", "lighter"]


async def test_a_call_that_would_wait_past_its_deadline_is_refused_at_once(stage: Stage) -> None:
    pipeline = stage.pipeline(Policies(rate=(policy(1, 60.0),)))
    await pipeline(stage.call())

    with pytest.raises(RateLimited) as refusal:
        await pipeline(stage.call(seconds=5))

    assert refusal.value.retry_after == pytest.approx(60)
    assert stage.world.monotonic() == 0
    assert stage.records[-1].outcome == "neutral"


async def test_a_caller_that_leaves_the_line_does_not_hold_it_up(stage: Stage) -> None:
    limiter = Limiter(policy(1), stage.world)
    await limiter.acquire(1, within=60)
    head, second = (asyncio.ensure_future(limiter.acquire(1, within=60)) for _ in range(2))
    await settle()

    head.cancel()
    await stage.world.advance(1)

    assert await second == 1.0
    assert limiter.health()["waiting"] == 0


async def test_a_429_holds_every_call_to_the_service(stage: Stage) -> None:
    stage.answers = [Throttled("slow down", retry_after=20.0), "ok"]
    with pytest.raises(Throttled):
        await stage.pipeline()(stage.call())

    other = asyncio.ensure_future(stage.pipeline(name="svc.other")(stage.call(name="svc.other")))
    await stage.world.advance(19)
    assert not other.done()
    await stage.world.advance(1)

    assert await other == "ok"
    assert "rate-waited" in stage.records[-1].decisions


async def test_a_hold_longer_than_the_deadline_is_a_refusal_with_its_end(stage: Stage) -> None:
    stage.answers = [Throttled("gone for a day", retry_after=86400.0)]
    with pytest.raises(Throttled):
        await stage.pipeline()(stage.call())

    with pytest.raises(RateLimited) as refusal:
        await stage.pipeline()(stage.call())

    assert refusal.value.retry_after == 86400.0


async def test_each_value_of_the_key_has_a_budget_of_its_own(stage: Stage) -> None:
    pipeline = stage.pipeline(Policies(rate=(policy(1, 60.0, key="team"),)))

    await pipeline(stage.call(team="a"))
    await pipeline(stage.call(team="b"))

    with pytest.raises(RateLimited):
        await pipeline(stage.call(team="a", seconds=5))


async def test_tools_of_one_tier_share_its_budget_and_others_do_not_pay(stage: Stage) -> None:
    rates = Policies(rate=(policy(1, 60.0, tier="files"),))
    files = Facts(effect="read", idempotent=True, tier="files")

    await stage.pipeline(rates, files)(stage.call())
    with pytest.raises(RateLimited):
        await stage.pipeline(rates, files, name="svc.nodes")(stage.call(seconds=5))
    await stage.pipeline(rates, name="svc.comments")(stage.call(seconds=5))

    assert len(stage.reached) == 2


async def test_a_call_draws_on_another_tier_only_if_it_asks_to(stage: Stage) -> None:
    rates = Policies(rate=(policy(1, 60.0, tier="files"), policy(9, 60.0, tier="facts", burst=9)))
    pipeline = stage.pipeline(rates, Facts(effect="read", idempotent=True, tier="facts"))

    async def reads(call: Call) -> str:
        await call.admit("files")
        return "read"

    stage.answers = ["known", reads, "known", reads]

    assert [await pipeline(stage.call()) for _ in range(3)] == ["known", "read", "known"]
    with pytest.raises(RateLimited):
        await pipeline(stage.call(seconds=5))
    assert stage.records[-1].outcome == "neutral"


def test_the_private_names_of_aiolimiter_that_the_gate_leans_on_exist() -> None:
    from aiolimiter import AsyncLimiter

    limiter = AsyncLimiter(3, 1.0)
    assert limiter._level == 0.0
    assert limiter._rate_per_sec == 3.0
    assert limiter._last_check == 0.0
    assert callable(limiter._leak)


async def test_a_newcomer_who_needs_little_does_not_pass_one_who_waits_for_much(
    stage: Stage,
) -> None:
    limiter = Limiter(policy(10, burst=5), stage.world)
    await limiter.acquire(5, within=60)
    heavy = asyncio.ensure_future(limiter.acquire(5, within=60))
    light = asyncio.ensure_future(limiter.acquire(1, within=60))
    await stage.world.advance(0.2)

    assert not light.done()
    await stage.world.advance(1)
    assert heavy.done() and light.done()


async def test_those_who_stand_in_line_already_wait_for_a_hold_as_well(stage: Stage) -> None:
    sent: list[float] = []

    async def overrun(_: object) -> str:
        sent.append(stage.world.monotonic())
        if len(sent) == 1:
            await stage.world.sleep(0.5)
            raise Throttled("slow down", retry_after=30.0)
        return "ok"

    stage.answers = [overrun]
    pipeline = stage.pipeline(Policies(rate=(policy(1),)))
    callers = [
        asyncio.ensure_future(pipeline(stage.call(seconds=seconds))) for seconds in (60, 10, 60, 60)
    ]
    await stage.world.advance(40)

    results = await asyncio.gather(*callers, return_exceptions=True)
    assert [type(result) for result in results] == [Throttled, RateLimited, str, str]
    assert sent == [0.0, 30.5, 31.5]
