"""What comes just between two things that a run does is neither lost nor taken for another."""

import asyncio
import threading
from collections.abc import Collection
from typing import Any

import pytest

from interlock.journal import JournalError, RunRecord
from interlock.journal.writer import Writer
from interlock.sdk import Rejected, ServiceUnavailable
from interlock.workflows import InDoubt, RunCancelled
from interlock.workflows.operations import Wait

from .stage import IDEMPOTENT, WRITE, Gate, Life, Stage, until


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
