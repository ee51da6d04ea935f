"""A run goes on from its record, whatever ended the process, and repeats nothing recorded."""

import asyncio
import threading
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from interlock.journal import JournalError, RunRecord
from interlock.journal.writer import Writer
from interlock.sdk import Rejected, ServiceUnavailable
from interlock.workflows import InDoubt, RunCancelled
from interlock.workflows.operations import Wait

from .stage import IDEMPOTENT, READ, WRITE, Life, Stage, until


class Gate:
    """A tool that blocks in its first life and answers in the next."""

    def __init__(self) -> None:
        self.open = False
        self.waiting = 0

    async def __call__(self, **arguments: object) -> object:
        self.waiting += 1
        if not self.open:
            await asyncio.Event().wait()
        return arguments


async def test_recorded_steps_do_not_run_again(stage: Stage) -> None:
    stage.template("""
        workflow: w
        steps:
          - {id: a, call: t.one}
          - {id: b, call: t.gate, with: {n: "${{ steps.a }}"}}
          - {id: c, transform: "${{ steps.b.n + 1 }}"}
    """)
    gate = Gate()
    stage.tools.add("t.one", lambda: 41, WRITE)
    stage.tools.add("t.gate", gate)

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await until(lambda: gate.waiting == 1)
    gate.open = True
    async with stage.life() as life:
        assert await life.engine.wait(run) == 42
    assert len(stage.tools.made("t.one")) == 1
    assert len(stage.tools.made("t.gate")) == 2
    assert stage.tools.keys[1:] == [f"{run}:b"] * 2


async def test_a_write_in_flight_is_in_doubt_and_not_repeated(stage: Stage) -> None:
    stage.template("workflow: w\nsteps: [{id: pay, call: t.gate}]")
    gate = Gate()
    stage.tools.add("t.gate", gate, WRITE)

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await until(lambda: gate.waiting == 1)
    gate.open = True
    async with stage.life() as life:
        with pytest.raises(InDoubt, match=r"pay: t\.gate was in flight"):
            await life.engine.wait(run)
    assert gate.waiting == 1


@pytest.mark.parametrize(
    ("facts", "more"), [(WRITE, ", in_doubt: retry"), (IDEMPOTENT, ""), (READ, "")]
)
async def test_a_call_in_flight_is_repeated_where_that_is_safe_or_wanted(
    stage: Stage, facts: object, more: str
) -> None:
    stage.template(f"workflow: w\nsteps: [{{call: t.gate{more}}}]")
    gate = Gate()
    stage.tools.add("t.gate", gate, facts)  # type: ignore[arg-type] # one of the facts above

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await until(lambda: gate.waiting == 1)
    gate.open = True
    async with stage.life() as life:
        assert await life.engine.wait(run) == {}
    assert gate.waiting == 2
    assert len(set(stage.tools.keys)) == 1


async def test_branches_keep_their_own_results_whatever_finished_first(stage: Stage) -> None:
    stage.template("""
        workflow: w
        steps:
          - id: each
            for_each: "${{ range(8) }}"
            concurrency: 8
            do:
              - {id: x, call: t.slow, with: {n: "${{ item }}", delay: "${{ (item * 5) % 8 }}"}}
              - id: y
                call: t.slow
                with: {n: "${{ steps.x + 100 }}", delay: "${{ (item * 3) % 8 }}"}
              - {id: z, call: t.gate, with: {n: "${{ steps.y }}"}}
        return: "${{ [e.n for e in steps.each] }}"
    """)
    gate = Gate()

    async def slow(n: int, delay: int) -> int:
        await stage.world.sleep(delay)
        return n

    stage.tools.add("t.slow", slow)
    stage.tools.add("t.gate", gate)

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await life.pass_time(6)
        assert 0 < gate.waiting < 8
        steps = await life.engine.steps(run)
        recorded = {f"{run}:{step.path}" for step in steps if step.finished}
    gate.open = True
    stage.tools.keys.clear()
    async with stage.life() as life:
        await life.pass_time(20)
        assert await life.engine.wait(run) == [100 + n for n in range(8)]
    assert recorded
    assert not recorded & set(stage.tools.keys)


async def test_a_retry_count_survives_a_restart(stage: Stage) -> None:
    stage.template("workflow: w\nsteps: [{call: t.bad, retry: {attempts: 3, backoff: 10s}}]")
    stage.tools.add("t.bad", lambda: _raise(ValueError("a bug is a service-bug")))
    stage.template(
        "workflow: v\nsteps: [{call: t.bad, retry: {attempts: 3, backoff: 10s, on: [any]}}]"
    )

    async with stage.life() as life:
        run = await life.engine.start("v", {})
        await life.quiet()
    async with stage.life() as life:
        await life.pass_time(3)
        assert len(stage.tools.calls) == 1
        await life.pass_time(8)
        assert len(stage.tools.calls) == 2
    async with stage.life() as life:
        await life.pass_time(60)
        assert (await life.engine.get(run)).status == "failed"
    assert len(stage.tools.calls) == 3


async def test_a_sleep_goes_on_while_nothing_runs(stage: Stage) -> None:
    stage.template("workflow: w\nsteps: [{sleep: 1h}, {transform: done}]")

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await life.quiet()
    await stage.world.advance(3500)
    async with stage.life() as life:
        await life.pass_time(99)
        assert (await life.engine.get(run)).status == "waiting"
        await life.pass_time(2)
        assert await life.engine.wait(run) == "done"


async def test_a_run_goes_on_with_the_template_it_began_with(stage: Stage) -> None:
    stage.template("workflow: w\nsteps: [{id: a, call: t.gate}, {transform: old}]")
    gate = Gate()
    stage.tools.add("t.gate", gate)

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await until(lambda: gate.waiting == 1)
    stage.templates.clear()
    stage.template("workflow: w\nsteps: [{id: a, call: t.gate}, {transform: new}]")
    gate.open = True
    async with stage.life() as life:
        assert await life.engine.wait(run) == "old"
        assert await life.run("w") == "new"


async def test_undoing_goes_on_after_a_restart(stage: Stage) -> None:
    stage.template("""
        workflow: w
        steps:
          - {id: a, call: t.do, compensate: {call: t.undo, with: {n: a}}}
          - {id: b, call: t.do, compensate: {call: t.gate, with: {n: b}}}
          - {id: c, call: t.do, compensate: {call: t.undo, with: {n: c}}}
          - {call: t.fail}
    """)
    gate = Gate()
    stage.tools.add("t.do", lambda: 1, WRITE)
    stage.tools.add("t.undo", lambda n: n, IDEMPOTENT)
    stage.tools.add("t.gate", gate, IDEMPOTENT)
    stage.tools.add("t.fail", lambda: _raise(Rejected("no")))

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await until(lambda: gate.waiting == 1)
        assert (await life.engine.get(run)).status == "compensating"
    gate.open = True
    async with stage.life() as life:
        with pytest.raises(Rejected):
            await life.engine.wait(run)
    assert stage.tools.made("t.undo") == [{"n": "c"}, {"n": "a"}]


async def test_a_failed_branch_is_not_overtaken_after_a_restart(stage: Stage) -> None:
    """What the sibling had completed is undone, though the failed branch comes first."""
    stage.template("""
        workflow: w
        steps:
          - parallel:
              bad: [{sleep: 2s}, {call: t.fail}]
              good:
                - {id: x, call: t.do, compensate: {call: t.undo}}
                - {id: y, call: t.gate}
                - {call: t.never}
    """)
    gate = Gate()
    stage.tools.add("t.do", lambda: 1, WRITE)
    stage.tools.add("t.undo", lambda: 1, IDEMPOTENT)
    stage.tools.add("t.gate", gate, IDEMPOTENT)
    stage.tools.add("t.never", lambda: 1)
    stage.tools.add("t.fail", lambda: _raise(Rejected("no")))

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await life.pass_time(3)
        assert gate.waiting == 1
        assert (await life.engine.get(run)).finished is None
    gate.open = True
    async with stage.life() as life:
        with pytest.raises(Rejected):
            await life.engine.wait(run)
    assert len(stage.tools.made("t.undo")) == 1
    assert stage.tools.made("t.never") == []


async def test_a_cancel_survives_a_restart(stage: Stage) -> None:
    stage.template("""
        workflow: w
        steps:
          - {id: a, call: t.do, compensate: {call: t.undo}}
          - {id: b, call: t.gate}
          - {call: t.do}
    """)
    gate = Gate()
    stage.tools.add("t.do", lambda: 1, WRITE)
    stage.tools.add("t.undo", lambda: 1, IDEMPOTENT)
    stage.tools.add("t.gate", gate, IDEMPOTENT)

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await until(lambda: gate.waiting == 1)
        await life.engine.cancel(run)
        await life.quiet()
        assert (await life.engine.get(run)).finished is None
    async with stage.life() as life:
        await life.quiet()
        assert (await life.engine.get(run)).status == "cancelled"
    assert len(stage.tools.made("t.do")) == 1
    assert len(stage.tools.made("t.undo")) == 1


async def test_a_parent_waits_for_its_child_again(stage: Stage) -> None:
    stage.template(
        "workflow: child\nsteps: [{id: a, call: t.do}, {id: b, call: t.gate, with: {n: 1}}]"
    )
    stage.template(
        "workflow: parent\nsteps: [{id: c, run: child}, {transform: '${{ steps.c.n }}'}]"
    )
    gate = Gate()
    stage.tools.add("t.do", lambda: 1, WRITE)
    stage.tools.add("t.gate", gate)

    async with stage.life() as life:
        run = await life.engine.start("parent", {})
        await until(lambda: gate.waiting == 1)
    gate.open = True
    async with stage.life() as life:
        assert await life.engine.wait(run) == 1
    assert len(stage.tools.made("t.do")) == 1


async def test_a_large_output_is_kept_beside_the_steps(stage: Stage) -> None:
    stage.template("""
        workflow: w
        steps:
          - {id: big, call: t.big}
          - {id: b, call: t.gate, with: {n: "${{ len(steps.big.text) }}"}}
    """)
    gate = Gate()
    stage.tools.add("t.big", lambda: {"text": "x" * 1_000_000})
    stage.tools.add("t.gate", gate)

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await until(lambda: gate.waiting == 1)
        (step,) = [each for each in await life.engine.steps(run) if each.finished]
        assert set(step.output) == {"blob"}
        assert len(await life.journal.blobs.get(step.output["blob"])) > 1_000_000
    gate.open = True
    async with stage.life() as life:
        assert await life.engine.wait(run) == {"n": 1_000_000}
    assert len(stage.tools.made("t.big")) == 1


async def test_what_is_in_flight_when_the_engine_drains_is_recorded_and_nothing_new_begins(
    stage: Stage,
) -> None:
    stage.template("workflow: w\nsteps: [{id: a, call: t.slow}, {id: b, call: t.next}]")
    stage.tools.add("t.slow", lambda: stage.world.sleep(1), WRITE)
    stage.tools.add("t.next", lambda: "next", WRITE)

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await life.quiet()
        await life.engine.stop_starting()
        await life.pass_time(2)
        assert [step.path for step in await life.engine.steps(run)] == ["a"]
    assert stage.tools.made("t.next") == []
    async with stage.life() as life:
        assert await life.engine.wait(run) == "next"
    assert len(stage.tools.made("t.slow")) == 1


async def test_two_engines_cannot_share_a_journal(stage: Stage, tmp_path: Path) -> None:
    async with stage.life():
        with pytest.raises(Exception, match="in use"):
            async with Stage(tmp_path / "journal.db").life():
                pass


def _raise(error: Exception) -> None:
    raise error


async def test_a_run_whose_record_could_not_be_written_goes_on_when_it_can(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.template("workflow: w\nsteps: [{id: a, call: t.one}, {id: b, call: t.gate}]")
    gate = Gate()
    gate.open = True
    stage.tools.add("t.one", lambda: stage.world.sleep(1), WRITE)
    stage.tools.add("t.gate", gate)

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await life.quiet()
        with monkeypatch.context() as full:
            full.setattr(Writer, "_transaction", lambda *_: JournalError("the disk is full"))
            await stage.world.advance(1)
            await until(lambda: not life.journal.pending)
        with pytest.raises(InDoubt):
            await _later(life, run)
    assert len(stage.tools.made("t.one")) == 1


async def _later(life: Life, run: str) -> object:
    await life.pass_time(31)
    return await life.engine.wait(run)


async def test_a_run_whose_template_cannot_be_read_says_so_and_waits(stage: Stage) -> None:
    stage.template("workflow: w\nsteps: [{id: a, call: t.gate}, {transform: done}]")
    gate = Gate()
    stage.tools.add("t.gate", gate)

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await until(lambda: gate.waiting == 1)
    templates, stage.templates = stage.templates, []
    async with stage.life() as life:
        await life.journal.writer.transact(
            lambda connection: connection.execute("UPDATE templates SET source = X'7B7D'")
        )
    async with stage.life() as life:
        await life.quiet()
        record = await life.engine.get(run)
        assert record.status == "waiting" and record.waiting is not None
        assert "cannot be read" in record.waiting["reason"]
    stage.templates = templates
    gate.open = True
    async with stage.life() as life:
        assert await life.engine.wait(run) == "done"


async def test_an_error_that_only_means_shutting_down_is_not_the_steps_outcome(
    stage: Stage,
) -> None:
    stage.template("workflow: w\nsteps: [{call: t.away}]")
    stopping = asyncio.Event()

    async def away() -> str:
        if not stopping.is_set():
            await stopping.wait()
            raise ServiceUnavailable("draining")
        return "back"

    stage.tools.add("t.away", away)

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await life.quiet()
        await life.engine.stop_starting()
        stopping.set()
        await life.quiet()
        assert [each.finished for each in await life.engine.steps(run)] == [None]
    async with stage.life() as life:
        assert await life.engine.wait(run) == "back"


async def test_items_that_were_under_way_beside_one_that_failed_are_undone(stage: Stage) -> None:
    """On the replay the failure is met before the third item is begun."""
    stage.template("""
        workflow: w
        steps:
          - for_each: "${{ range(9) }}"
            concurrency: 2
            do:
              - id: x
                call: t.do
                with: {n: "${{ item }}"}
                compensate: {call: t.undo, with: {n: "${{ item }}"}}
              - {id: f, call: t.fail, when: "item == 0"}
              - {id: g, call: t.gate, when: "item == 2"}
    """)
    gate = Gate()

    async def fail() -> None:
        await stage.world.sleep(5)
        raise Rejected("no")

    stage.tools.add("t.do", lambda n: n, WRITE)
    stage.tools.add("t.undo", lambda n: n, IDEMPOTENT)
    stage.tools.add("t.fail", fail)
    stage.tools.add("t.gate", gate, IDEMPOTENT)

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await life.pass_time(6)
        assert (await life.engine.get(run)).finished is None
    async with stage.life() as life:
        with pytest.raises(Rejected):
            await life.engine.wait(run)
    assert stage.tools.made("t.undo") == [{"n": 2}, {"n": 1}, {"n": 0}]
    assert gate.waiting == 1


async def test_a_cancel_is_not_lost_on_a_run_that_is_just_being_parked(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.template("workflow: w\nsteps: [{call: t.one}, {sleep: 1d}]")
    go = asyncio.Event()
    stage.tools.add("t.one", go.wait)
    held, transaction = threading.Event(), Writer._transaction

    def slow(self: Writer, batch: Any) -> JournalError | None:
        held.wait(10)
        return transaction(self, batch)

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        with monkeypatch.context() as slowly:
            slowly.setattr(Writer, "_transaction", slow)
            go.set()
            await until(lambda: life.journal.writer.pending == 1)
            cancelling = asyncio.create_task(life.engine.cancel(run))
            await until(lambda: life.journal.writer.pending == 2)
            held.set()
            await cancelling
        with pytest.raises(RunCancelled):
            await life.engine.wait(run)


async def test_a_decision_is_not_lost_on_a_run_that_is_just_being_parked(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.template("workflow: w\nsteps: [{id: ask, approve: Well?}]")
    held, transaction = threading.Event(), Writer._transaction

    def slow(self: Writer, batch: Any) -> JournalError | None:
        held.wait(10)
        return transaction(self, batch)

    async with stage.life() as life:
        arrivals = life.engine.arrivals
        look = arrivals.look

        async def decided_meanwhile(wait: Wait, run: RunRecord, seen: Collection[str]) -> Any:
            found = await look(wait, run, seen)
            monkeypatch.setattr(Writer, "_transaction", slow)
            deciding.append(asyncio.create_task(life.engine.decide(f"{run.id}:ask", "approve")))
            await until(lambda: life.journal.writer.pending == 1)
            return found

        deciding: list[asyncio.Task[Any]] = []
        monkeypatch.setattr(arrivals, "look", decided_meanwhile)
        run = await life.engine.start("w", {})
        await until(lambda: bool(deciding) and life.journal.writer.pending == 2)
        monkeypatch.undo()
        held.set()
        await deciding[0]
        await life.quiet()
        assert (await life.engine.get(run)).status == "succeeded"
