"""A run goes on from its record, whatever ended the process, and repeats nothing recorded."""

from pathlib import Path

import pytest

from interlock.sdk import Rejected
from interlock.workflows import InDoubt

from .stage import IDEMPOTENT, READ, WRITE, Gate, Stage, fail, until


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
    stage.tools.add("t.bad", lambda: fail(ValueError("a bug is a service-bug")))
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
    stage.tools.add("t.fail", lambda: fail(Rejected("no")))

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
    stage.tools.add("t.fail", lambda: fail(Rejected("no")))

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
