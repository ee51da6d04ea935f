"""Fresh results are served, equal calls share a flight, and stale beats nothing."""

import asyncio

import pytest

from interlock.sdk import (
    CachePolicy,
    Facts,
    FallbackPolicy,
    Policies,
    RateLimited,
    RatePolicy,
    Rejected,
    Retryable,
)
from interlock.testing import settle

from .conftest import Stage

CACHEABLE = Facts(effect="read", idempotent=True, cacheable=True)
MINUTE = RatePolicy(limit="1/m", burst=1)
POLICIES = Policies(cache=CachePolicy(ttl=10.0, stale_if_error=60.0))


async def test_a_second_equal_call_is_answered_without_the_service(stage: Stage) -> None:
    pipeline = stage.pipeline(POLICIES, CACHEABLE)

    assert await pipeline(stage.call(a=1, b=2)) == "ok"
    assert await pipeline(stage.call(b=2, a=1)) == "ok"
    assert await pipeline(stage.call(a=2)) == "ok"

    assert len(stage.reached) == 2
    assert stage.records[1].decisions == ["cache-hit"]


async def test_a_result_is_fresh_for_its_time_only(stage: Stage) -> None:
    pipeline = stage.pipeline(POLICIES, CACHEABLE)
    await pipeline(stage.call())
    await stage.world.advance(10)

    await pipeline(stage.call())

    assert len(stage.reached) == 2


async def test_a_tool_that_is_not_cacheable_is_never_cached(stage: Stage) -> None:
    pipeline = stage.pipeline(POLICIES)

    await pipeline(stage.call())
    await pipeline(stage.call())

    assert len(stage.reached) == 2


async def test_equal_calls_at_the_same_time_reach_the_service_once(stage: Stage) -> None:
    release = asyncio.Event()

    async def slow(_: object) -> str:
        await release.wait()
        return "ok"

    stage.answers = [slow]
    pipeline = stage.pipeline(POLICIES, CACHEABLE)
    callers = [asyncio.ensure_future(pipeline(stage.call())) for _ in range(20)]
    await settle()
    release.set()

    assert await asyncio.gather(*callers) == ["ok"] * 20
    assert len(stage.reached) == 1


async def test_when_the_first_caller_leaves_another_takes_over(stage: Stage) -> None:
    release = asyncio.Event()

    async def slow(_: object) -> str:
        await release.wait()
        return "ok"

    stage.answers = [slow]
    pipeline = stage.pipeline(POLICIES, CACHEABLE)
    first, second, third = (asyncio.ensure_future(pipeline(stage.call())) for _ in range(3))
    await settle()
    first.cancel()
    await settle()
    release.set()

    assert await asyncio.gather(second, third) == ["ok", "ok"]
    assert first.cancelled()
    assert len(stage.reached) == 2


async def test_a_follower_that_leaves_does_not_disturb_the_flight(stage: Stage) -> None:
    release = asyncio.Event()

    async def slow(_: object) -> str:
        await release.wait()
        return "ok"

    stage.answers = [slow]
    pipeline = stage.pipeline(POLICIES, CACHEABLE)
    leader, follower = (asyncio.ensure_future(pipeline(stage.call())) for _ in range(2))
    await settle()
    follower.cancel()
    await settle()
    release.set()

    assert await leader == "ok"
    assert len(stage.reached) == 1


async def test_followers_of_a_failed_flight_get_errors_of_their_own(stage: Stage) -> None:
    release = asyncio.Event()

    async def failing(_: object) -> None:
        await release.wait()
        raise Retryable("down")

    stage.answers = [failing]
    pipeline = stage.pipeline(POLICIES, CACHEABLE)
    callers = [asyncio.ensure_future(pipeline(stage.call())) for _ in range(3)]
    await settle()
    release.set()
    errors = await asyncio.gather(*callers, return_exceptions=True)

    assert [str(error) for error in errors] == ["down"] * 3
    assert len({id(error) for error in errors}) == 3


async def test_a_stale_result_stands_in_for_a_failure_but_not_for_a_callers_fault(
    stage: Stage,
) -> None:
    pipeline = stage.pipeline(POLICIES, CACHEABLE)
    await pipeline(stage.call())
    await stage.world.advance(30)

    stage.answers = [Retryable("down")]
    assert await pipeline(stage.call()) == "ok"
    assert stage.records[-1].decisions == ["cache-stale"]
    stage.answers = [Rejected("no")]
    with pytest.raises(Rejected):
        await pipeline(stage.call())
    await stage.world.advance(60)
    stage.answers = [Retryable("down")]
    with pytest.raises(Retryable):
        await pipeline(stage.call())


async def test_what_a_fallback_says_is_not_kept(stage: Stage) -> None:
    stage.answers = [Retryable("down"), "ok"]
    standing_in = POLICIES.model_copy(update={"fallback": FallbackPolicy(value="none")})
    pipeline = stage.pipeline(standing_in, CACHEABLE)

    assert await pipeline(stage.call()) == "none"
    assert await pipeline(stage.call()) == "ok"


async def test_an_old_result_that_stands_in_does_not_become_a_fresh_one(stage: Stage) -> None:
    standing_in = POLICIES.model_copy(update={"fallback": FallbackPolicy(cached=True)})
    stage.answers = ["old", Retryable("down"), "new"]
    pipeline = stage.pipeline(standing_in, CACHEABLE)
    await pipeline(stage.call())
    await stage.world.advance(3600)

    assert await pipeline(stage.call()) == "old"
    assert await pipeline(stage.call()) == "new"


async def test_a_caller_without_time_does_not_fail_those_who_have_some(stage: Stage) -> None:
    pipeline = stage.pipeline(Policies(cache=CachePolicy(ttl=60), rate=(MINUTE,)), CACHEABLE)
    await pipeline(stage.call(page=1))
    stage.gates.pace.hold(4)
    hurried, patient = (
        asyncio.ensure_future(pipeline(stage.call(page=2, seconds=seconds))) for seconds in (5, 500)
    )
    await stage.world.advance(100)

    assert await patient == "ok"
    with pytest.raises(RateLimited):
        await hurried


async def test_arguments_that_json_has_no_room_for_have_a_place_of_their_own(stage: Stage) -> None:
    pipeline = stage.pipeline(POLICIES, CACHEABLE)
    for number in (10**30, 10**30, 10**31):
        assert await pipeline(stage.call(number=number)) == "ok"

    assert len(stage.reached) == 2
