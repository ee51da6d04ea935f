"""Undoing: completed steps, in reverse order, durably."""

import asyncio
from typing import Any

import pytest

from interlock.sdk import Conflict, DeadlineExceeded, Rejected, Retryable, ServiceBug
from interlock.workflows import RunCancelled

from .stage import IDEMPOTENT, WRITE, Stage, until

BOOKING = """
    workflow: trip
    input: {type: object}
    steps:
      - id: hotel
        call: t.book
        with: {what: hotel}
        compensate: {call: t.cancel, with: {id: "${{ steps.hotel.id }}"}}
      - id: rest
        parallel:
          air:
            - id: flight
              call: t.book
              with: {what: flight}
              compensate: {call: t.cancel, with: {id: "${{ steps.flight.id }}"}}
          car:
            - {sleep: 1s}
            - id: car
              call: t.book
              with: {what: car}
              compensate: {call: t.cancel, with: {id: "${{ steps.car.id }}"}}
      - {id: pay, call: t.pay}
"""


def _agency(stage: Stage, pay: Any) -> None:
    stage.tools.add("t.book", lambda what: {"id": f"{what}-1"}, WRITE)
    stage.tools.add("t.cancel", lambda id: None, IDEMPOTENT)
    stage.tools.add("t.pay", pay, WRITE)


def _cancelled(stage: Stage) -> list[str]:
    return [arguments["id"] for arguments in stage.tools.made("t.cancel")]


def _fail(error: Exception) -> None:
    raise error


async def test_completed_steps_are_undone_in_reverse_order(stage: Stage) -> None:
    stage.template(BOOKING)
    _agency(stage, lambda: _fail(Rejected("no money")))

    async with stage.life() as life:
        run = await life.engine.start("trip", {})
        await life.pass_time(2)
        with pytest.raises(Rejected, match="no money") as error:
            await life.engine.wait(run)
        assert (await life.engine.get(run)).status == "failed"
    assert _cancelled(stage) == ["car-1", "flight-1", "hotel-1"]
    assert error.value.details["undone"] == ["rest.car.car", "rest.air.flight", "hotel"]


async def test_a_run_that_succeeds_undoes_nothing(stage: Stage) -> None:
    stage.template(BOOKING)
    _agency(stage, lambda: "paid")

    async with stage.life() as life:
        run = await life.engine.start("trip", {})
        await life.pass_time(2)
        assert await life.engine.wait(run) == "paid"
    assert _cancelled(stage) == []


async def test_a_failing_compensation_is_a_dead_letter_and_does_not_stop_the_rest(
    stage: Stage,
) -> None:
    stage.template(BOOKING)
    _agency(stage, lambda: _fail(Rejected("no money")))
    stage.tools.add(
        "t.cancel", lambda id: _fail(Rejected("too late")) if id == "flight-1" else None, IDEMPOTENT
    )

    async with stage.life() as life:
        run = await life.engine.start("trip", {})
        await life.pass_time(2)
        record = await life.engine.get(run)
        assert record.status == "compensation_failed"
        assert record.problem is not None
        assert record.problem["details"]["undone"] == ["rest.car.car", "hotel"]
        assert record.problem["details"]["not_undone"] == ["rest.air.flight"]
        letters = await life.journal.dead_letters.list()
        assert {letter.kind for letter in letters} == {"run", "compensation"}
        (letter,) = [letter for letter in letters if letter.kind == "compensation"]
        assert (letter.kind, letter.reason) == ("compensation", "too late")
        assert letter.payload["step"] == "rest.air.flight"


async def test_a_compensation_is_retried(stage: Stage) -> None:
    stage.template(BOOKING)
    _agency(stage, lambda: _fail(Rejected("no money")))
    troubles = [Retryable("busy"), ServiceBug("KeyError: 'id'")]
    stage.tools.add("t.cancel", lambda id: _fail(troubles.pop()) if troubles else None, IDEMPOTENT)

    async with stage.life() as life:
        run = await life.engine.start("trip", {})
        await life.pass_time(60)
        assert (await life.engine.get(run)).status == "failed"
    assert _cancelled(stage) == ["car-1"] * 3 + ["flight-1", "hotel-1"]


async def test_cancel_undoes_and_lets_a_write_in_flight_finish_first(stage: Stage) -> None:
    stage.template(BOOKING)
    _agency(stage, lambda: stage.world.sleep(5))

    async with stage.life() as life:
        run = await life.engine.start("trip", {})
        await life.pass_time(2)
        await life.engine.cancel(run)
        await life.quiet()
        assert _cancelled(stage) == []
        await life.pass_time(5)
        with pytest.raises(RunCancelled):
            await life.engine.wait(run)
        assert (await life.engine.get(run)).status == "cancelled"
    assert _cancelled(stage) == ["car-1", "flight-1", "hotel-1"]


async def test_cancel_reaches_a_parked_run(stage: Stage) -> None:
    stage.template("""
        workflow: w
        steps:
          - {id: a, call: t.book, with: {what: a}, compensate: {call: t.cancel, with: {id: a}}}
          - {sleep: 1d}
    """)
    _agency(stage, None)

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await life.quiet()
        assert (await life.engine.get(run)).status == "waiting"
        await life.engine.cancel(run)
        with pytest.raises(RunCancelled):
            await life.engine.wait(run)
    assert _cancelled(stage) == ["a"]


async def test_a_call_that_may_have_happened_is_undone_as_well(stage: Stage) -> None:
    stage.template("""
        workflow: w
        steps: [{id: a, call: t.hang, timeout: 2s, compensate: {call: t.cancel, with: {id: guess}}}]
    """)
    _agency(stage, None)
    stage.tools.add("t.hang", lambda: asyncio.Event().wait(), WRITE)

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await life.pass_time(3)
        with pytest.raises(DeadlineExceeded):
            await life.engine.wait(run)
    assert _cancelled(stage) == ["guess"]


async def test_a_call_that_was_rejected_is_not_undone(stage: Stage) -> None:
    stage.template("""
        workflow: w
        steps: [{call: t.pay, compensate: {call: t.cancel, with: {id: guess}}}]
    """)
    _agency(stage, lambda: _fail(Rejected("no")))

    async with stage.life() as life:
        with pytest.raises(Rejected):
            await life.run("w")
    assert _cancelled(stage) == []


async def test_what_a_child_run_did_is_undone_with_its_parent(stage: Stage) -> None:
    stage.template("""
        workflow: child
        steps:
          - {id: a, call: t.book, with: {what: a}, compensate: {call: t.cancel, with: {id: a}}}
          - {id: b, call: t.book, with: {what: b}, compensate: {call: t.cancel, with: {id: b}}}
    """)
    stage.template("""
        workflow: parent
        steps:
          - {id: c, run: child}
          - {id: last, call: t.book, with: {what: c}, compensate: {call: t.cancel, with: {id: c}}}
          - {call: t.pay}
    """)
    _agency(stage, lambda: _fail(Rejected("no money")))

    async with stage.life() as life:
        run = await life.engine.start("parent", {})
        with pytest.raises(Rejected):
            await life.engine.wait(run)
        assert (await life.engine.get(f"{run}:c")).status == "compensated"
    assert _cancelled(stage) == ["c", "b", "a"]


async def test_cancelling_a_parent_cancels_its_child(stage: Stage) -> None:
    stage.template("""
        workflow: child
        steps:
          - {id: a, call: t.book, with: {what: a}, compensate: {call: t.cancel, with: {id: a}}}
          - {sleep: 3s}
    """)
    stage.template("workflow: parent\nsteps: [{id: c, run: child}]")
    _agency(stage, None)

    async with stage.life() as life:
        run = await life.engine.start("parent", {})
        await life.quiet()
        await life.engine.cancel(run)
        with pytest.raises(RunCancelled):
            await life.engine.wait(run)
        assert (await life.engine.get(f"{run}:c")).status == "cancelled"
        assert (await life.engine.get(run)).status == "cancelled"
    assert _cancelled(stage) == ["a"]


async def test_on_error_compensate_undoes_the_block_and_goes_on(stage: Stage) -> None:
    stage.template("""
        workflow: w
        steps:
          - id: before
            call: t.book
            with: {what: x}
            compensate: {call: t.cancel, with: {id: before}}
          - id: block
            on_error: compensate
            steps:
              - {id: a, call: t.book, with: {what: a}, compensate: {call: t.cancel, with: {id: a}}}
              - {call: t.pay}
          - {transform: "${{ steps.block.error.message }}"}
    """)
    _agency(stage, lambda: _fail(Rejected("no money")))

    async with stage.life() as life:
        assert await life.run("w") == "no money"
    assert _cancelled(stage) == ["a"]


SLOW_UNDO = """
    workflow: slow
    steps:
      - {id: a, call: s.do, compensate: {call: s.undo, retry: {attempts: 3, backoff: 2h}}}
      - {id: b, wait_for: go.on, when: input.waits}
      - {fail: enough, when: input.fails}
"""


def _undone_at_last(stage: Stage) -> list[int]:
    """Tools of which the one that undoes fails at first; how often it was called."""
    called: list[int] = []

    def undo() -> None:
        called.append(1)
        if len(called) == 1:
            raise Retryable("not yet")

    stage.tools.add("s.do", lambda: 1)
    stage.tools.add("s.undo", undo, IDEMPOTENT)
    return called


async def test_a_cancelled_run_rests_while_its_compensation_waits(stage: Stage) -> None:
    called = _undone_at_last(stage)
    stage.template(SLOW_UNDO)
    async with stage.life() as life:
        run = await life.engine.start("slow", {"waits": True, "fails": False})
        await life.quiet()
        await life.engine.cancel(run)
        await life.quiet()
        record = await life.engine.get(run)
        assert record.status == "compensating"
        assert record.waiting and record.waiting["reason"] == "not yet"
        assert life.engine._live == {}
        await life.pass_time(2 * 3600)
        assert (await life.engine.get(run)).status == "cancelled"
    assert len(called) == 2


async def test_a_run_that_turns_back_keeps_its_reason_whatever_is_asked_of_it(stage: Stage) -> None:
    _undone_at_last(stage)
    stage.template(SLOW_UNDO)
    async with stage.life() as life:
        run = await life.engine.start("slow", {"waits": False, "fails": True})
        await life.quiet()
        await life.engine.cancel(run, undo=False)
        with pytest.raises(Conflict, match="being stopped"):
            await life.engine.control.pause(run)
    async with stage.life() as life:
        await life.pass_time(2 * 3600)
        record = await life.engine.get(run)
        assert (record.status, (record.problem or {})["message"]) == ("failed", "enough")
        assert (record.problem or {})["details"]["undone"] == ["a"]


async def test_who_waits_for_a_child_to_be_undone_says_so_and_leaves_memory(stage: Stage) -> None:
    _undone_at_last(stage)
    stage.template(SLOW_UNDO)
    stage.template("""
        workflow: parent
        steps:
          - {id: kid, run: slow, with: {waits: false, fails: false}}
          - {fail: too late}
    """)
    async with stage.life() as life:
        run = await life.engine.start("parent", {})
        await life.quiet()
        record = await life.engine.get(run)
        assert record.status == "compensating"
        assert record.waiting == {"reason": f"run {run}:kid", "until": None, "step": "kid~undo"}
        assert life.engine._live == {}
    async with stage.life() as life:
        await life.pass_time(2 * 3600)
        assert (await life.engine.get(run)).status == "failed"
        assert (await life.engine.get(f"{run}:kid")).status == "compensated"


@pytest.mark.parametrize("deadline", ["", "timeout: 1d"])
async def test_a_cancel_of_a_parked_run_undoes_what_came_after_branches(
    stage: Stage, deadline: str
) -> None:
    stage.tools.add("s.do", lambda n: n)
    stage.tools.add("s.undo", lambda n: n, IDEMPOTENT)
    step = "{{call: s.do, with: {{n: {0}}}, compensate: {{call: s.undo, with: {{n: {0}}}}}}}"
    stage.template(f"""
        workflow: w
        {deadline}
        steps:
          - {{for_each: [1, 2, 3], concurrency: 2, do: [{step.format('"${{ item }}"')}]}}
          - {{parallel: {{a: [{step.format(4)}], b: [{{transform: 1}}]}}}}
          - {{parallel: {{a: [{step.format(5)}, {{wait_for: x.y}}], b: [{{sleep: 3h}}]}}}}
    """)
    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await life.quiet()
        assert (await life.engine.get(run)).status == "waiting"
        await life.engine.cancel(run)
        with pytest.raises(RunCancelled):
            await life.engine.wait(run)
    assert sorted(made["n"] for made in stage.tools.made("s.undo")) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "step",
    [
        "{parallel: {a: [{call: s.read}], b: [{call: s.read}]}, wait: 1}",
        "{steps: [{call: s.read}], timeout: 1h}",
        "{for_each: [1, 2], do: [{call: s.read}]}",
    ],
)
async def test_a_cancel_before_anything_of_a_step_is_on_record_undoes_the_rest(
    stage: Stage, step: str
) -> None:
    reading = asyncio.Event()
    stage.tools.add("s.read", reading.wait)
    stage.tools.add("s.do", lambda: 1)
    stage.tools.add("s.undo", lambda: 1, IDEMPOTENT)
    stage.template(f"""
        workflow: w
        steps:
          - {{call: s.do, compensate: {{call: s.undo}}}}
          - {step}
    """)
    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await until(lambda: stage.tools.made("s.read") != [])
        await life.journal.runs.intend(run, "cancel")
    async with stage.life() as life:
        with pytest.raises(RunCancelled):
            await life.engine.wait(run)
    assert len(stage.tools.made("s.undo")) == 1
