"""Retries, waiting, time-outs, fallbacks: what happens when a step does not work."""

import asyncio

import pytest

from interlock.sdk import (
    CircuitOpen,
    DeadlineExceeded,
    InvalidInput,
    Rejected,
    Retryable,
    ServiceUnavailable,
    Throttled,
)

from .stage import WRITE, Stage


class Flaky:
    """Raises the errors given, one for each call, then gives ``"fine"``."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)

    def __call__(self) -> str:
        if self.errors:
            raise self.errors.pop(0)
        return "fine"


async def test_a_step_is_retried_with_growing_pauses_and_one_key(stage: Stage) -> None:
    stage.template("""
        workflow: w
        steps: [{id: a, call: t.flaky, retry: {attempts: 3, backoff: 4s}}]
    """)
    stage.tools.add("t.flaky", Flaky(Retryable("no"), Retryable("still no")))

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await life.quiet()
        assert len(stage.tools.calls) == 1
        await life.pass_time(4)
        assert len(stage.tools.calls) == 2
        await life.pass_time(8)
        assert await life.engine.wait(run) == "fine"
        (step,) = await life.engine.steps(run)
        assert (step.path, step.attempts, step.status) == ("a", 3, "succeeded")
    assert set(stage.tools.keys) == {f"{run}:a"}


async def test_a_rejected_call_is_not_retried(stage: Stage) -> None:
    stage.template("workflow: w\nsteps: [{id: a, call: t.flaky, retry: {attempts: 3}}]")
    stage.tools.add("t.flaky", Flaky(Rejected("bad arguments")))

    async with stage.life() as life:
        with pytest.raises(Rejected, match="bad arguments") as error:
            await life.run("w")
    assert error.value.details["step"] == "a"
    assert len(stage.tools.calls) == 1


@pytest.mark.parametrize(("unsafe", "calls"), [("false", 1), ("true", 2)])
async def test_what_may_have_happened_is_repeated_only_on_request(
    stage: Stage, unsafe: str, calls: int
) -> None:
    stage.template(f"""
        workflow: w
        steps: [{{call: t.write, retry: {{attempts: 2, backoff: 0s, unsafe: {unsafe}}}}}]
    """)
    stage.tools.add("t.write", Flaky(Retryable("lost"), Retryable("lost")), WRITE)

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await life.pass_time(1)
        with pytest.raises(Retryable):
            await life.engine.wait(run)
    assert len(stage.tools.calls) == calls


async def test_what_never_left_is_repeated_though_it_has_effects(stage: Stage) -> None:
    stage.template("workflow: w\nsteps: [{call: t.write, retry: {attempts: 2, backoff: 0s}}]")
    stage.tools.add("t.write", Flaky(Retryable("no route", sent=False)), WRITE)

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await life.pass_time(1)
        assert await life.engine.wait(run) == "fine"


@pytest.mark.parametrize(
    "error",
    [
        CircuitOpen("open", retry_after=600),
        Throttled("slower", retry_after=600),
        ServiceUnavailable("down", retry_after=600),
    ],
)
async def test_a_run_whose_service_is_away_parks_says_so_and_resumes(
    stage: Stage, error: Exception
) -> None:
    stage.template("workflow: w\nsteps: [{id: a, call: t.flaky}]")
    stage.tools.add("t.flaky", Flaky(error))

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await life.quiet()
        record = await life.engine.get(run)
        assert record.status == "waiting"
        assert record.waiting == {
            "reason": error.args[0],
            "until": stage.world.time() + 600,
            "step": "a",
        }
        await life.pass_time(601)
        assert await life.engine.wait(run) == "fine"


async def test_a_service_that_is_back_early_is_tried_at_once_by_those_that_wait_for_it(
    stage: Stage,
) -> None:
    for service in ("t", "other"):
        down = ServiceUnavailable("down", retry_after=86400)
        stage.template(f"workflow: {service}\nsteps: [{{call: {service}.flaky}}]")
        stage.tools.add(f"{service}.flaky", Flaky(down))

    async with stage.life() as life:
        runs = [await life.engine.start(service, {}) for service in ("t", "other")]
        await life.quiet()
        await life.pass_time(60)
        await life.engine.available("t")
        await life.pass_time(1)
        assert await life.engine.wait(runs[0]) == "fine"
        assert (await life.engine.get(runs[1])).status == "waiting"


async def test_a_run_that_first_meets_a_failing_service_is_not_lost_to_it(stage: Stage) -> None:
    outage = [
        *(Retryable("t answered 503") for _ in range(3)),
        Retryable("t answered 503", breaker_opened=15.0),
        *(CircuitOpen("t: the circuit breaker is open", retry_after=15.0) for _ in range(30)),
        *(Retryable("t answered 503", breaker_opened=15.0) for _ in range(30)),
    ]
    stage.template("workflow: w\nsteps: [{id: a, call: t.read}]")
    stage.tools.add("t.read", Flaky(*outage))

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await life.pass_time(120)
        record = await life.engine.get(run)
        assert record.status == "waiting" and record.waiting is not None
        assert record.waiting["reason"] == "t: the circuit breaker is open"
        await life.pass_time(60 * 15.0)
        assert await life.engine.wait(run) == "fine"


@pytest.mark.parametrize(
    ("said", "calls"), [("", 10), (", retry: {attempts: 1}", 1), (", fallback: {value: 1}", 1)]
)
async def test_a_failure_that_may_pass_is_given_some_minutes_unless_the_step_says_otherwise(
    stage: Stage, said: str, calls: int
) -> None:
    stage.template(f"workflow: w\nsteps: [{{id: a, call: t.read{said}}}]")
    stage.tools.add("t.read", Flaky(*(Retryable("not now") for _ in range(99))))

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await life.pass_time(300)
        assert (await life.engine.get(run)).finished is not None
    assert len(stage.tools.calls) == calls


async def test_waiting_for_a_service_ends_with_the_steps_time(stage: Stage) -> None:
    stage.template("workflow: w\nsteps: [{call: t.flaky, timeout: 1m}]")
    stage.tools.add("t.flaky", Flaky(CircuitOpen("open", retry_after=600)))

    async with stage.life() as life:
        with pytest.raises(CircuitOpen):
            await life.run("w")


async def test_a_call_that_hangs_is_ended_by_the_steps_time_out(stage: Stage) -> None:
    stage.template("workflow: w\nsteps: [{call: t.hang, timeout: 3s}]")
    stage.tools.add("t.hang", lambda: asyncio.Event().wait())

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await life.pass_time(4)
        with pytest.raises(DeadlineExceeded) as error:
            await life.engine.wait(run)
    assert error.value.may_have_run


async def test_a_block_is_ended_by_its_time_out(stage: Stage) -> None:
    stage.template("""
        workflow: w
        steps:
          - id: slow
            timeout: 10s
            on_error: continue
            parallel: {a: [{sleep: 3s}, {call: t.note}], b: [{sleep: 60s}, {call: t.note}]}
          - {transform: "${{ steps.slow.error.code }}"}
    """)
    stage.tools.add("t.note", lambda: 1)

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await life.pass_time(11)
        assert await life.engine.wait(run) == "deadline-exceeded"
        await life.pass_time(60)
    assert len(stage.tools.calls) == 1


@pytest.mark.parametrize(
    "fallback",
    ["{value: second}", "{call: t.other}", "{steps: [{id: x, call: t.other}]}"],
)
async def test_a_fallback_answers_for_a_failed_step(stage: Stage, fallback: str) -> None:
    stage.template(f"workflow: w\nsteps: [{{call: t.flaky, fallback: {fallback}}}]")
    stage.tools.add("t.flaky", Flaky(Rejected("no")))
    stage.tools.add("t.other", lambda: "second")

    async with stage.life() as life:
        assert await life.run("w") == "second"


async def test_a_fallback_sees_why_it_stands_in_also_after_a_restart(stage: Stage) -> None:
    stage.template("""
        workflow: w
        steps:
          - id: a
            call: t.flaky
            fallback:
              steps:
                - {id: b, call: t.other, with: {why: "${{ error.message }}"}}
                - {sleep: 1h}
                - {transform: "${{ steps.b + ': ' + error.code }}"}
          - {id: c, call: t.more, fallback: {value: "${{ error.details.path }}"}}
        return: ["${{ steps.a }}", "${{ steps.c }}"]
    """)
    stage.tools.add("t.flaky", Flaky(Rejected("no")))
    stage.tools.add("t.other", lambda why: f"instead of {why}")
    stage.tools.add("t.more", Flaky(InvalidInput("no", path="$.x")))

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await life.quiet()
    async with stage.life() as life:
        await life.pass_time(3600)
        assert await life.engine.wait(run) == ["instead of no: rejected", "$.x"]
    assert len(stage.tools.calls) == 3


async def test_on_error_continue_gives_the_problem_as_output(stage: Stage) -> None:
    stage.template("""
        workflow: w
        steps:
          - {id: a, call: t.flaky, on_error: continue}
          - {transform: "${{ steps.a.error.message }}"}
    """)
    stage.tools.add("t.flaky", Flaky(Rejected("no such page")))

    async with stage.life() as life:
        assert await life.run("w") == "no such page"


async def test_an_expression_that_fails_names_its_step(stage: Stage) -> None:
    stage.template("""
        workflow: w
        input: {type: object}
        steps: [{id: a, transform: "${{ input.missing }}"}]
    """)

    async with stage.life() as life:
        with pytest.raises(Exception, match="there is no key 'missing'") as error:
            await life.run("w")
    assert error.value.details["step"] == "a"  # type: ignore[attr-defined] # an InterlockError


async def test_a_branch_that_fails_stops_its_siblings_where_nothing_is_in_flight(
    stage: Stage,
) -> None:
    stage.template("""
        workflow: w
        steps:
          - parallel:
              bad: [{sleep: 1s}, {call: t.fail}]
              writing: [{call: t.slow}, {call: t.never}]
              sleeping: [{sleep: 1h}, {call: t.never}]
    """)
    stage.tools.add("t.fail", Flaky(Rejected("no")))
    stage.tools.add("t.never", lambda: 1)
    stage.tools.add("t.slow", lambda: stage.world.sleep(3), WRITE)

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await life.pass_time(2)
        assert (await life.engine.get(run)).finished is None
        await life.pass_time(2)
        with pytest.raises(Rejected):
            await life.engine.wait(run)
        paths = {step.path: step.status for step in await life.engine.steps(run)}
    assert stage.tools.made("t.never") == []
    assert paths["parallel-1.writing.call-1"] == "succeeded"
