"""Fresh results are served, equal calls share a flight, and stale beats nothing."""

import asyncio

import pytest

from interlock.sdk import CachePolicy, Facts, Policies, Rejected, Retryable
from interlock.testing import settle

from .conftest import Stage

CACHEABLE = Facts(effect="read", idempotent=True, cacheable=True)
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
