"""The breaker opens on a share of failures, lets single probes through, and is fair."""

import asyncio

import pytest

from interlock.calls.breaker import Window
from interlock.sdk import (
    BreakerPolicy,
    CircuitOpen,
    NeedsAttention,
    Policies,
    Rejected,
    Retryable,
    Throttled,
)
from interlock.testing import settle

from .conftest import Stage

POLICIES = Policies(
    breaker=BreakerPolicy(minimum_calls=4, failure_rate=0.5, open_for=10.0, successes=2)
)


async def fail(stage: Stage, times: int) -> None:
    stage.answers = [Retryable("down")]
    pipeline = stage.pipeline(POLICIES)
    for _ in range(times):
        with pytest.raises(Retryable):
            await pipeline(stage.call())


def state(stage: Stage) -> str:
    return str(stage.gates.health()["breaker"]["state"])


async def test_it_opens_when_half_of_the_calls_in_the_window_fail(stage: Stage) -> None:
    await fail(stage, 3)
    assert state(stage) == "closed"

    await fail(stage, 1)

    assert state(stage) == "open"
    with pytest.raises(CircuitOpen) as refusal:
        await stage.pipeline(POLICIES)(stage.call())
    assert refusal.value.retry_after == 10.0
    assert len(stage.reached) == 4


async def test_the_failure_that_opens_it_says_for_how_long(stage: Stage) -> None:
    await fail(stage, 3)
    stage.answers = [Retryable("down")]
    with pytest.raises(Retryable) as failure:
        await stage.pipeline(POLICIES)(stage.call())

    assert failure.value.details["breaker_opened"] == 10.0


async def test_failures_older_than_the_window_do_not_count(stage: Stage) -> None:
    await fail(stage, 3)
    await stage.world.advance(31)

    await fail(stage, 1)

    assert state(stage) == "closed"


async def test_a_herd_against_a_half_open_breaker_sends_one_probe(stage: Stage) -> None:
    await fail(stage, 4)
    await stage.world.advance(10)
    release = asyncio.Event()

    async def slow(_: object) -> str:
        await release.wait()
        return "ok"

    stage.answers = [slow]
    stage.reached.clear()
    pipeline = stage.pipeline(POLICIES)
    herd = [asyncio.ensure_future(pipeline(stage.call())) for _ in range(100)]
    await settle()
    release.set()
    results = await asyncio.gather(*herd, return_exceptions=True)

    assert len(stage.reached) == 1
    assert results.count("ok") == 1
    assert sum(isinstance(result, CircuitOpen) for result in results) == 99
    assert len({id(result) for result in results}) == 100


async def test_it_closes_only_after_enough_probes_have_succeeded(stage: Stage) -> None:
    await fail(stage, 4)
    await stage.world.advance(10)
    stage.answers = ["ok"]
    pipeline = stage.pipeline(POLICIES)

    await pipeline(stage.call())
    assert state(stage) == "half-open"
    await pipeline(stage.call())

    assert state(stage) == "closed"


async def test_a_failed_probe_opens_it_again(stage: Stage) -> None:
    await fail(stage, 4)
    await stage.world.advance(10)

    await fail(stage, 1)

    assert state(stage) == "open"
    with pytest.raises(CircuitOpen):
        await stage.pipeline(POLICIES)(stage.call())


async def test_cancelled_callers_never_count(stage: Stage) -> None:
    async def endless(_: object) -> None:
        await asyncio.Event().wait()

    stage.answers = [endless]
    pipeline = stage.pipeline(POLICIES)
    callers = [asyncio.ensure_future(pipeline(stage.call())) for _ in range(10)]
    await settle()
    for caller in callers:
        caller.cancel()
    await asyncio.gather(*callers, return_exceptions=True)

    assert state(stage) == "closed"
    assert stage.gates.health()["breaker"]["calls"] == 0
    assert [record.outcome for record in stage.records] == ["neutral"] * 10


async def test_a_cancelled_probe_gives_its_permit_back(stage: Stage) -> None:
    await fail(stage, 4)
    await stage.world.advance(10)

    async def endless(_: object) -> None:
        await asyncio.Event().wait()

    stage.answers = [endless, "ok"]
    pipeline = stage.pipeline(POLICIES)
    probe = asyncio.ensure_future(pipeline(stage.call()))
    await settle()
    probe.cancel()
    await asyncio.gather(probe, return_exceptions=True)

    assert state(stage) == "half-open"
    assert await pipeline(stage.call()) == "ok"


async def test_a_success_that_began_before_the_opening_does_not_close_it(stage: Stage) -> None:
    release = asyncio.Event()

    async def slow(_: object) -> str:
        await release.wait()
        return "ok"

    stage.answers = [slow, Retryable("down")]
    early = asyncio.ensure_future(stage.pipeline(POLICIES)(stage.call()))
    await settle()
    await fail(stage, 4)
    release.set()

    assert await early == "ok"
    assert state(stage) == "open"


@pytest.mark.parametrize("error", [Rejected("no"), NeedsAttention("token"), Throttled("slow")])
async def test_what_is_not_the_services_fault_does_not_open_it(
    stage: Stage, error: Exception
) -> None:
    stage.answers = [error]
    pipeline = stage.pipeline(POLICIES)
    for _ in range(8):
        with pytest.raises(type(error)):
            await stage.finish(pipeline(stage.call()))

    assert state(stage) == "closed"


async def test_slow_successes_count_as_failures_where_the_policy_says_so(stage: Stage) -> None:
    slow = BreakerPolicy(minimum_calls=2, slow_call=1.0)

    async def two_seconds(_: object) -> str:
        await stage.world.sleep(2)
        return "ok"

    stage.answers = [two_seconds]
    pipeline = stage.pipeline(Policies(breaker=slow))
    for _ in range(2):
        assert await stage.finish(pipeline(stage.call())) == "ok"

    assert state(stage) == "open"


def test_the_private_names_of_purgatory_that_the_gate_leans_on_exist() -> None:
    from purgatory.domain.model import CLOSED, HALF_OPENED, OPENED, Context

    context = Context("x", threshold=1, ttl=1.0)
    assert context._state.name == CLOSED
    context.handle_exception(RuntimeError())
    assert context._state.name == OPENED
    context._state.opened_at = 0.0
    context.handle_new_request()
    assert context._state.name == HALF_OPENED
    assert isinstance(context.messages, list)


async def test_a_failure_that_began_before_the_opening_does_not_spoil_the_probing(
    stage: Stage,
) -> None:
    release = asyncio.Event()

    async def late(_: object) -> None:
        await release.wait()
        raise Retryable("down")

    stage.answers = [late, Retryable("down")]
    early = asyncio.ensure_future(stage.pipeline(POLICIES)(stage.call()))
    await settle()
    await fail(stage, 4)
    await stage.world.advance(10)
    stage.answers = ["ok"]
    await stage.pipeline(POLICIES)(stage.call())
    release.set()
    await asyncio.gather(early, return_exceptions=True)

    assert state(stage) == "half-open"


async def test_every_change_of_state_is_a_decision_of_the_call_that_made_it(stage: Stage) -> None:
    await fail(stage, 4)
    await stage.world.advance(10)
    stage.answers = ["ok"]
    for _ in range(2):
        await stage.pipeline(POLICIES)(stage.call())

    changes = [record.decisions for record in stage.records if record.decisions]
    assert changes == [["breaker-open"], ["breaker-half-open"], ["breaker-closed"]]


async def test_an_operator_closes_it_at_once(stage: Stage) -> None:
    await fail(stage, 4)
    assert state(stage) == "open"

    stage.gates.reset_breakers()

    assert state(stage) == "closed"
    await fail(stage, 3)
    assert state(stage) == "closed"


def test_a_failure_is_judged_without_what_is_older_than_the_window() -> None:
    window = Window(10.0)
    for moment, failed in ((0.0, True), (0.1, True), (9.5, False), (10.2, True)):
        window.add(moment, failed=failed)

    assert window.sums(10.2) == (2, 1)


async def test_a_probe_of_an_earlier_pause_gives_no_place_to_another(stage: Stage) -> None:
    two = BreakerPolicy(minimum_calls=1, open_for=1.0, probes=2, successes=2)
    pipeline = stage.pipeline(Policies(breaker=two))
    ends = [asyncio.get_running_loop().create_future() for _ in range(5)]
    waiting = iter(ends)

    async def slow(_: object) -> object:
        return await next(waiting)

    stage.answers = [Retryable("down"), slow]
    with pytest.raises(Retryable):
        await pipeline(stage.call())
    await stage.world.advance(1)
    early = [asyncio.ensure_future(pipeline(stage.call())) for _ in range(2)]
    await settle()
    ends[1].set_exception(Retryable("still down"))
    await stage.world.advance(1)
    probes = [asyncio.ensure_future(pipeline(stage.call())) for _ in range(2)]
    await settle()

    ends[0].set_result("late")
    await settle()

    with pytest.raises(CircuitOpen):
        await pipeline(stage.call())
    for end in ends[2:4]:
        end.set_result("ok")
    assert await asyncio.gather(*probes) == ["ok", "ok"]
    assert state(stage) == "closed"
    assert await early[0] == "late"
    with pytest.raises(Retryable):
        await early[1]
