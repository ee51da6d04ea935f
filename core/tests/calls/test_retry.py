"""Retries happen where they do no harm, as long as they help, and not longer."""

import asyncio

import pytest

from interlock.sdk import (
    Facts,
    InterlockError,
    Policies,
    Rejected,
    Retryable,
    RetryPolicy,
    ServiceBug,
    Throttled,
)
from interlock.testing import settle

from .conftest import Stage

WRITE = Facts(effect="write")


def retrying(**wishes: object) -> Policies:
    return Policies(retry=RetryPolicy(**wishes))


async def test_a_passing_failure_is_not_seen_by_the_caller(stage: Stage) -> None:
    stage.answers = [Retryable("once"), Retryable("twice"), "ok"]

    assert await stage.finish(stage.pipeline(retrying())(stage.call())) == "ok"
    assert [call.attempt for call in stage.reached] == [3, 3, 3]
    assert stage.records[0].attempts == 3
    assert stage.records[0].decisions == ["retry", "retry"]


async def test_it_gives_up_after_the_last_attempt_and_says_why(stage: Stage) -> None:
    stage.answers = [Retryable("down")]

    with pytest.raises(Retryable) as error:
        await stage.finish(stage.pipeline(retrying(attempts=3))(stage.call()))

    assert len(stage.reached) == 3
    assert error.value.details["attempts"] == 3
    assert error.value.details["no_retry"] == "attempts"


async def test_a_retry_after_beats_the_back_off(stage: Stage) -> None:
    stage.answers = [Throttled("slow", retry_after=7.0), "ok"]

    await stage.finish(stage.pipeline(retrying(backoff=0.1))(stage.call()))

    assert stage.records[0].seconds == pytest.approx(7.0)


async def test_a_retry_after_beyond_the_bound_fails_the_call_at_once(stage: Stage) -> None:
    stage.answers = [Throttled("tomorrow", retry_after=86400.0)]

    with pytest.raises(Throttled) as error:
        await stage.pipeline(retrying())(stage.call())

    assert error.value.retry_after == 86400.0
    assert error.value.details["no_retry"] == "retry-after"


async def test_a_retry_that_would_come_after_the_deadline_is_not_waited_for(stage: Stage) -> None:
    stage.answers = [Retryable("busy", retry_after=10.0)]

    with pytest.raises(Retryable) as error:
        await stage.pipeline(retrying())(stage.call(seconds=5))

    assert error.value.details["no_retry"] == "deadline"
    assert stage.world.monotonic() == 0


@pytest.mark.parametrize("error", [Rejected("no"), ServiceBug("oops")])
async def test_what_would_fail_again_is_not_repeated(stage: Stage, error: InterlockError) -> None:
    stage.answers = [error]

    with pytest.raises(type(error)):
        await stage.pipeline(retrying())(stage.call())

    assert len(stage.reached) == 1


async def test_a_call_with_effects_is_not_repeated_once_it_may_have_run(stage: Stage) -> None:
    stage.answers = [Retryable("reset by peer")]

    with pytest.raises(Retryable) as error:
        await stage.pipeline(retrying(), WRITE)(stage.call())

    assert len(stage.reached) == 1
    assert error.value.details["no_retry"] == "not-idempotent"


@pytest.mark.parametrize(
    "error", [Retryable("no connection", sent=False), Throttled("slow", retry_after=1.0)]
)
async def test_a_call_with_effects_is_repeated_when_it_has_certainly_not_run(
    stage: Stage, error: InterlockError
) -> None:
    stage.answers = [error, "ok"]

    assert await stage.finish(stage.pipeline(retrying(), WRITE)(stage.call())) == "ok"


async def test_the_last_failure_drags_no_earlier_ones_along(stage: Stage) -> None:
    stage.answers = [Retryable("first"), Retryable("second"), Retryable("third")]

    with pytest.raises(Retryable, match="third") as error:
        await stage.finish(stage.pipeline(retrying(attempts=3))(stage.call()))

    assert error.value.__context__ is None


async def test_a_failing_service_gets_a_fifth_more_calls_at_most(stage: Stage) -> None:
    stage.answers = [Retryable("down")]
    pipeline = stage.pipeline(retrying(backoff=0.001, max_backoff=0.001))

    for _ in range(100):
        with pytest.raises(Retryable):
            await stage.finish(pipeline(stage.call()))

    retries = len(stage.reached) - 100
    assert 20 <= retries <= 20 + 3 + 100 * 0.25 * 0.3 + 1
    assert stage.gates.health()["retry_budget"][0]["suppressed"] > 0


async def test_back_off_stops_when_the_caller_leaves(stage: Stage) -> None:
    stage.answers = [Retryable("busy", retry_after=20.0)]
    caller = asyncio.ensure_future(stage.pipeline(retrying())(stage.call()))
    await settle()

    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    await stage.world.advance(60)

    assert len(stage.reached) == 1
    assert stage.records[0].outcome == "neutral"
