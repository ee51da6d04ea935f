"""The whole stack: order, time, fallback, faults, and one record for every call."""

import asyncio
from contextlib import suppress

import pytest

from interlock.calls import defaults
from interlock.sdk import (
    CachePolicy,
    DeadlineExceeded,
    Facts,
    FallbackPolicy,
    FaultPolicy,
    NotFound,
    Policies,
    Rejected,
    Retryable,
    RetryPolicy,
    ServiceBug,
    Throttled,
    current_call,
)
from interlock.testing import settle

from .conftest import READ, Stage


async def test_a_call_goes_through_with_all_defaults_and_leaves_one_record(stage: Stage) -> None:
    assert await stage.pipeline(defaults())(stage.call()) == "ok"

    (record,) = stage.records
    assert (record.tool, record.outcome, record.attempts) == ("svc.tool", "success", 1)
    assert stage.gates.health()["outcomes"] == {"success": 1}


async def test_the_tool_sees_its_call(stage: Stage) -> None:
    async def looking(_: object) -> tuple[str, int, float]:
        call = current_call()
        return call.idempotency_key, call.attempt, call.remaining()

    stage.answers = [looking]

    assert await stage.pipeline()(stage.call(seconds=5)) == ("key-1", 1, 5.0)


async def test_what_a_plugin_raises_outside_of_the_tree_is_its_bug(stage: Stage) -> None:
    stage.answers = [KeyError("x")]

    with pytest.raises(ServiceBug, match=r"svc\.tool: KeyError") as error:
        await stage.pipeline()(stage.call())

    assert isinstance(error.value.__cause__, KeyError)
    assert stage.records[0].outcome == "failure"


async def test_an_error_that_the_facts_call_transient_is_retried(stage: Stage) -> None:
    stage.answers = [BrokenPipeError("gone"), "ok"]
    facts = Facts(effect="read", idempotent=True, transient=(BrokenPipeError,))
    pipeline = stage.pipeline(Policies(retry=RetryPolicy()), facts)

    assert await stage.finish(pipeline(stage.call())) == "ok"


async def test_without_time_left_the_service_is_not_asked(stage: Stage) -> None:
    with pytest.raises(DeadlineExceeded):
        await stage.pipeline()(stage.call(seconds=0))

    assert stage.reached == []
    assert stage.records[0].outcome == "neutral"


# Seconds since the machine started, as its clock says them: (799.008133728 + 0.3) - 799.008133728 < 0.3
@pytest.mark.parametrize("uptime", [0.0, 799.008133728, 1_234_567.891011])
@pytest.mark.parametrize("seconds", [0.001, 0.3, 2.0])
async def test_a_slow_attempt_is_cut_and_counts_as_the_services_failure(
    stage: Stage, uptime: float, seconds: float
) -> None:
    async def endless(_: object) -> None:
        await asyncio.Event().wait()

    await stage.world.advance(uptime)
    stage.answers = [endless]
    pipeline = stage.pipeline(Policies(attempt_timeout=seconds))

    with pytest.raises(Retryable, match=f"no answer within {seconds:g} s"):
        await stage.finish(pipeline(stage.call()))

    assert stage.records[0].outcome == "failure"


async def test_an_attempt_cut_by_the_callers_deadline_says_nothing_about_the_service(
    stage: Stage,
) -> None:
    async def endless(_: object) -> None:
        await asyncio.Event().wait()

    stage.answers = [endless]
    pipeline = stage.pipeline(Policies(attempt_timeout=20.0))

    with pytest.raises(Retryable):
        await stage.finish(pipeline(stage.call(seconds=1)))

    assert stage.records[0].outcome == "neutral"


async def test_a_caller_that_leaves_during_an_attempt_is_cancelled_not_timed_out(
    stage: Stage,
) -> None:
    async def endless(_: object) -> None:
        await asyncio.Event().wait()

    stage.answers = [endless]
    caller = asyncio.ensure_future(stage.pipeline(Policies(attempt_timeout=2.0))(stage.call()))
    await settle()
    caller.cancel()

    with pytest.raises(asyncio.CancelledError):
        await caller


async def test_a_caller_that_leaves_while_an_attempt_is_cut_off_is_cancelled(stage: Stage) -> None:
    async def endless(_: object) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            caller.cancel()

    stage.answers = [endless]
    caller = asyncio.ensure_future(stage.pipeline(Policies(attempt_timeout=2.0))(stage.call()))

    with pytest.raises(asyncio.CancelledError):
        await stage.finish(caller)


@pytest.mark.parametrize("answers", [False, True])
async def test_nothing_is_left_of_a_cancellation_that_cut_an_attempt_off(
    stage: Stage, answers: bool
) -> None:
    async def endless(_: object) -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if not answers:
                raise
        return "late"

    async def cancellations() -> int:
        with suppress(Retryable):
            await stage.pipeline(Policies(attempt_timeout=2.0))(stage.call())
        task = asyncio.current_task()
        assert task is not None
        return task.cancelling()

    stage.answers = [endless]
    assert await stage.finish(cancellations()) == 0


async def test_only_so_many_attempts_reach_the_service_at_once_in_order(stage: Stage) -> None:
    running = peak = 0
    order: list[str] = []

    async def counting(call: object) -> None:
        nonlocal running, peak
        running += 1
        peak = max(peak, running)
        order.append(call.idempotency_key)  # type: ignore[attr-defined]
        await stage.world.sleep(1)
        running -= 1

    stage.answers = [counting]
    pipeline = stage.pipeline(Policies(concurrency=3))
    callers = [asyncio.ensure_future(pipeline(stage.call())) for _ in range(10)]
    await stage.world.advance(10)
    await asyncio.gather(*callers)

    assert peak == 3
    assert order == [f"key-{number}" for number in range(1, 11)]


async def test_a_waiter_that_leaves_takes_no_slot_with_it(stage: Stage) -> None:
    async def a_second(_: object) -> None:
        await stage.world.sleep(1)

    stage.answers = [a_second]
    pipeline = stage.pipeline(Policies(concurrency=1))
    callers = [asyncio.ensure_future(pipeline(stage.call())) for _ in range(3)]
    await settle()
    callers[1].cancel()
    await settle()
    assert stage.gates.health()["concurrency"]["waiting"] == 1
    await stage.world.advance(5)
    await asyncio.gather(*callers, return_exceptions=True)

    assert len(stage.reached) == 2
    assert stage.gates.health()["concurrency"]["in_flight"] == 0


async def test_the_fallbacks_answer_in_their_order_for_failures_only(stage: Stage) -> None:
    stage.others = {"backup.tool": "from backup"}
    stage.answers = [Retryable("down")]

    backup = stage.pipeline(Policies(fallback=FallbackPolicy(tool="backup.tool")))
    assert await backup(stage.call()) == "from backup"
    value = stage.pipeline(Policies(fallback=FallbackPolicy(value=[])))
    assert await value(stage.call()) == []
    last = stage.pipeline(Policies(fallback=FallbackPolicy(tool="gone.tool", value="last")))
    assert await last(stage.call()) == "last"
    stage.answers = [Rejected("no")]
    with pytest.raises(Rejected):
        await value(stage.call())


async def test_a_rejection_falls_back_if_the_policy_names_it(stage: Stage) -> None:
    stage.others = {"backup.tool": "from backup"}
    stage.answers = [NotFound("no such page"), Rejected("no")]
    policy = FallbackPolicy(tool="backup.tool", also=("not-found",))
    pipeline = stage.pipeline(Policies(fallback=policy))
    assert await pipeline(stage.call()) == "from backup"
    with pytest.raises(Rejected, match="^no$"):
        await pipeline(stage.call())


async def test_an_error_at_the_end_of_a_chain_tells_of_those_before_it(stage: Stage) -> None:
    stage.answers = [Throttled("svc: slower", retry_after=3600.0)]
    middle = Retryable("b: down", also_failed=[{"tool": "c.tool", "code": "x", "message": "c: x"}])
    stage.others = {"b.tool": middle}
    pipeline = stage.pipeline(Policies(fallback=FallbackPolicy(service="b")))
    with pytest.raises(Retryable, match="^b: down; before that, svc: slower$") as failed:
        await pipeline(stage.call())
    told = [(each["tool"], each["code"]) for each in failed.value.details["also_failed"]]
    assert told == [("svc.tool", "throttled"), ("c.tool", "x")]


async def test_a_stand_in_that_cannot_do_it_does_not_hide_what_waiting_helps(stage: Stage) -> None:
    stage.answers = [Throttled("svc: slower", retry_after=3600.0)]
    stage.others = {"b.tool": Rejected("b: too long")}
    pipeline = stage.pipeline(Policies(fallback=FallbackPolicy(service="b")))
    with pytest.raises(Throttled, match="slower; instead of it, b: too long") as failed:
        await pipeline(stage.call())
    assert failed.value.retry_after == 3600
    (other,) = failed.value.details["also_failed"]
    assert other == {"tool": "b.tool", "code": "rejected", "message": "b: too long"}


async def test_the_last_result_can_stand_in_however_old_it_is(stage: Stage) -> None:
    pipeline = stage.pipeline(Policies(fallback=FallbackPolicy(cached=True)))
    await pipeline(stage.call(a=1))
    await stage.world.advance(1e6)
    stage.answers = [Retryable("down")]

    assert await pipeline(stage.call(a=1)) == "ok"
    with pytest.raises(Retryable):
        await pipeline(stage.call(a=2))


async def test_results_that_stand_in_take_no_room_from_a_larger_cache(stage: Stage) -> None:
    policies = Policies(
        cache=CachePolicy(ttl=60.0, max_entries=1100), fallback=FallbackPolicy(cached=True)
    )
    pipeline = stage.pipeline(policies, facts=Facts(effect="read", idempotent=True, cacheable=True))
    for number in range(1100):
        await pipeline(stage.call(a=number))

    assert stage.gates.cache.health()["entries"] == 1100


async def test_a_tool_that_keeps_little_leaves_the_results_of_others(stage: Stage) -> None:
    facts = Facts(effect="read", idempotent=True, cacheable=True)
    much = stage.pipeline(Policies(cache=CachePolicy(ttl=60.0)), facts, "svc.much")
    little = stage.pipeline(
        Policies(cache=CachePolicy(ttl=60.0, max_entries=1)), facts, "svc.little"
    )
    for number in range(3):
        await much(stage.call(name="svc.much", a=number))
        await little(stage.call(name="svc.little", a=number))

    assert stage.gates.cache.health()["entries"] == 3 + 1


async def test_injected_faults_meet_every_guard_rail(stage: Stage) -> None:
    policies = Policies(fault=FaultPolicy(error_rate=1.0), retry=RetryPolicy(attempts=3))

    with pytest.raises(Retryable, match="injected"):
        await stage.finish(stage.pipeline(policies)(stage.call()))

    assert stage.reached == []
    assert stage.records[0].decisions.count("fault-error") == 3


async def test_a_cache_hit_uses_no_permit_and_no_pace(stage: Stage) -> None:
    from interlock.sdk import Rate, RatePolicy

    policies = Policies(
        cache=CachePolicy(ttl=60.0), rate=(RatePolicy(limit=Rate(1, 60.0)),), concurrency=1
    )
    cacheable = Facts(effect="read", idempotent=True, cacheable=True)
    pipeline = stage.pipeline(policies, cacheable)

    for _ in range(5):
        assert await pipeline(stage.call(seconds=1)) == "ok"
    assert READ.cacheable is False


async def test_every_decision_is_counted(stage: Stage) -> None:
    stage.answers = [Retryable("once"), "ok"]
    await stage.finish(stage.pipeline(Policies(retry=RetryPolicy()))(stage.call()))

    counters = {metric["name"]: metric["points"] for metric in stage.telemetry.snapshot()}
    assert counters["interlock.policy.decisions"] == [
        {"attributes": {"tool": "svc.tool", "decision": "retry"}, "value": 1}
    ]


async def test_an_attempt_that_is_over_is_not_cut_later(stage: Stage) -> None:
    pipeline = stage.pipeline(Policies(attempt_timeout=2.0))

    async def call_and_go_on() -> str:
        await pipeline(stage.call())
        await stage.world.sleep(10)
        return "went on"

    assert await stage.finish(call_and_go_on()) == "went on"
