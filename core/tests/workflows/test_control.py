"""What operators do to runs."""

import asyncio

import pytest

from interlock.sdk import Conflict, DeadlineExceeded, InvalidInput, NotFound, Rejected
from interlock.workflows.errors import RunCancelled

from .stage import IDEMPOTENT, WRITE, Life, Stage, until

THREE = """
    workflow: three
    input: {type: object, properties: {n: {type: integer, default: 1}}}
    steps:
      - {id: one, call: t.one, with: {n: "${{ input.n }}"}}
      - {id: two, call: t.two, with: {n: "${{ steps.one }}"}}
      - {id: three, call: t.three, with: {n: "${{ steps.two }}"}}
"""


class Switch:
    """A tool that fails until it is told not to."""

    def __init__(self) -> None:
        self.broken = True

    def __call__(self, n: int = 0) -> int:
        if self.broken:
            raise Rejected("broken")
        return n + 1


def three(stage: Stage) -> Switch:
    stage.template(THREE)
    switch = Switch()
    stage.tools.add("t.one", lambda n: n + 1, IDEMPOTENT)
    stage.tools.add("t.two", switch, IDEMPOTENT)
    stage.tools.add("t.three", lambda n: n + 1, IDEMPOTENT)
    return switch


async def failed(life: Life, workflow: str = "three", **input: object) -> str:
    run_id = await life.engine.start(workflow, input)
    with pytest.raises(Rejected):
        await life.engine.wait(run_id)
    return run_id


async def test_a_failed_run_goes_on_from_the_step_that_failed(stage: Stage) -> None:
    switch = three(stage)
    async with stage.life() as life:
        run_id = await failed(life)
        assert [letter.kind for letter in await life.journal.dead_letters.list()] == ["run"]
        switch.broken = False

        await life.engine.control.retry(run_id)

        assert await life.engine.wait(run_id) == 4
        assert [name for name, _ in stage.tools.calls] == ["t.one", "t.two", "t.two", "t.three"]
        assert await life.journal.dead_letters.list() == []


async def test_only_a_run_that_failed_is_tried_again(stage: Stage) -> None:
    three(stage).broken = False
    async with stage.life() as life:
        run_id = await life.engine.start("three", {})
        assert await life.engine.wait(run_id) == 4
        with pytest.raises(Conflict, match="succeeded"):
            await life.engine.control.retry(run_id)
        with pytest.raises(NotFound):
            await life.engine.control.retry("nobody")


async def test_what_was_rolled_back_is_done_again(stage: Stage) -> None:
    stage.template("""
        workflow: trip
        steps:
          - {id: plan, call: t.plan}
          - {id: hotel, call: t.book, with: {n: 1}, compensate: {call: t.cancel, with: {n: 1}}}
          - {id: note, call: t.plan}
          - {id: flight, call: t.fly}
    """)
    switch = Switch()
    stage.tools.add("t.plan", lambda: "x")
    stage.tools.add("t.book", lambda n: n, WRITE)
    stage.tools.add("t.cancel", lambda n: n, IDEMPOTENT)
    stage.tools.add("t.fly", switch, WRITE)
    async with stage.life() as life:
        run_id = await failed(life, "trip")
        switch.broken = False
        await life.engine.control.retry(run_id)
        assert await life.engine.wait(run_id) == 1
        assert [name for name, _ in stage.tools.calls] == [
            *("t.plan", "t.book", "t.plan", "t.fly", "t.cancel"),
            *("t.book", "t.plan", "t.fly"),
        ]


async def test_a_child_that_failed_is_tried_again_with_its_parent(stage: Stage) -> None:
    switch = three(stage)
    stage.template("""
        workflow: parent
        steps: [{call: t.one, with: {n: 0}}, {id: child, run: three, with: {n: 5}}]
    """)
    async with stage.life() as life:
        run_id = await failed(life, "parent")
        switch.broken = False
        await life.engine.control.retry(run_id)
        assert await life.engine.wait(run_id) == 8
        assert len(stage.tools.made("t.one")) == 2


async def test_a_fork_takes_over_what_came_before_a_step(stage: Stage) -> None:
    three(stage).broken = False
    async with stage.life() as life:
        run_id = await life.engine.start("three", {})
        await life.engine.wait(run_id)
        fork = await life.engine.control.fork(run_id, step="three", input={"n": 50})
        assert await life.engine.wait(fork) == 4
        assert len(stage.tools.made("t.one")) == 1 and len(stage.tools.made("t.three")) == 2
        anew = await life.engine.control.fork(run_id, input={"n": 50})
        assert await life.engine.wait(anew) == 53
        assert (await life.engine.get(fork)).tags == [f"fork:{run_id}"]
        with pytest.raises(NotFound, match="no step 'four'"):
            await life.engine.control.fork(run_id, step="four")
        with pytest.raises(InvalidInput):
            await life.engine.control.fork(run_id, input={"n": "x"})


async def test_a_fork_does_not_undo_what_it_took_over(stage: Stage) -> None:
    stage.template("""
        workflow: trip
        steps:
          - {id: hotel, call: t.book, with: {n: 1}, compensate: {call: t.cancel, with: {n: 1}}}
          - {id: flight, call: t.fly}
    """)
    switch = Switch()
    switch.broken = False
    stage.tools.add("t.book", lambda n: n, WRITE)
    stage.tools.add("t.cancel", lambda n: n, IDEMPOTENT)
    stage.tools.add("t.fly", switch, WRITE)
    async with stage.life() as life:
        run_id = await life.engine.start("trip", {})
        await life.engine.wait(run_id)
        switch.broken = True
        fork = await life.engine.control.fork(run_id, step="flight")
        with pytest.raises(Rejected):
            await life.engine.wait(fork)
        assert stage.tools.made("t.cancel") == []


async def test_a_paused_run_finishes_what_is_in_flight_and_begins_nothing(stage: Stage) -> None:
    three(stage).broken = False
    async with stage.life() as life:
        run_id = ""

        async def pausing(n: int) -> int:
            await life.engine.control.pause(run_id)
            return n + 1

        stage.tools.add("t.one", pausing, IDEMPOTENT)
        run_id = await life.engine.start("three", {})
        await life.quiet()
        record = await life.engine.get(run_id)
        assert record.status == "paused"
        assert [name for name, _ in stage.tools.calls] == ["t.one"]
    async with stage.life() as life:
        await life.quiet()
        assert life.engine._live == {}, "a restart does not wake a paused run"
        await life.engine.control.resume(run_id)
        assert await life.engine.wait(run_id) == 4
        with pytest.raises(Conflict, match="is over"):
            await life.engine.control.pause(run_id)


async def test_a_run_can_be_paused_while_it_waits(stage: Stage) -> None:
    stage.template("{workflow: wait, steps: [{wait_for: x.y}]}")
    async with stage.life() as life:
        run_id = await life.engine.start("wait", {})
        await life.quiet()
        await life.engine.control.pause(run_id)
        await life.quiet()
        await life.publish("x.y")
        assert (await life.engine.get(run_id)).status == "paused"
        await life.engine.control.resume(run_id)
        assert (await life.engine.wait(run_id))["name"] == "x.y"
        with pytest.raises(Conflict):
            await life.engine.control.resume(run_id)


async def test_a_run_can_be_stopped_without_undoing(stage: Stage) -> None:
    stage.template("""
        workflow: trip
        steps:
          - {id: hotel, call: t.book, with: {n: 1}, compensate: {call: t.cancel, with: {n: 1}}}
          - {sleep: 1h}
    """)
    stage.tools.add("t.book", lambda n: n, WRITE)
    stage.tools.add("t.cancel", lambda n: n, IDEMPOTENT)
    async with stage.life() as life:
        kept, undone = [await life.engine.start("trip", {}) for _ in range(2)]
        await life.quiet()
        await life.engine.cancel(kept, undo=False)
        await life.engine.cancel(undone)
        for run_id in (kept, undone):
            with pytest.raises(RunCancelled):
                await life.engine.wait(run_id)
        assert len(stage.tools.made("t.cancel")) == 1


async def test_a_run_that_does_not_stop_is_cut_off(stage: Stage) -> None:
    stage.template("{workflow: stuck, steps: [{id: a, call: t.hang}]}")
    async with stage.life() as life:
        hanging: list[int] = []

        async def hang() -> None:
            hanging.append(1)
            await stage.world.sleep(1e6)

        stage.tools.add("t.hang", hang, WRITE)
        run_id = await life.engine.start("stuck", {})
        await until(lambda: bool(hanging))
        await life.engine.cancel(run_id, within=30)
        await life.quiet()
        assert (await life.engine.get(run_id)).finished is None
        await life.world.advance(31)
        with pytest.raises(RunCancelled, match="cut off") as error:
            await life.engine.wait(run_id)
        assert error.value.details["in_flight"] == ["a"]


@pytest.mark.parametrize("template_is_gone", [False, True])
async def test_a_restart_gives_a_run_that_is_to_stop_no_more_time(
    stage: Stage, template_is_gone: bool
) -> None:
    stage.template("""
        workflow: stuck
        steps:
          - {id: a, call: t.do, compensate: {call: t.hang}}
          - {sleep: 30d}
    """)
    stage.tools.add("t.do", lambda: 1, IDEMPOTENT)
    stage.tools.add("t.hang", lambda: stage.world.sleep(1e6), IDEMPOTENT)
    async with stage.life() as life:
        early, late = [await life.engine.start("stuck", {}) for _ in range(2)]
        await life.quiet()
        await life.engine.cancel(early, within=30)
        await life.engine.cancel(late, within=100)
        await life.quiet()
        if template_is_gone:
            stage.templates.clear()
            await life.journal.writer.transact(lambda c: c.execute("DELETE FROM templates"))
    hung = len(stage.tools.made("t.hang"))
    await stage.world.advance(40)
    async with stage.life() as life:
        await life.quiet()
        with pytest.raises(RunCancelled, match="cut off"):
            await life.engine.wait(early)
        assert (await life.engine.get(late)).finished is None
        assert len(stage.tools.made("t.hang")) == hung + (not template_is_gone)
        await life.pass_time(61)
        with pytest.raises(RunCancelled, match="cut off"):
            await life.engine.wait(late)


async def test_a_run_has_a_deadline(stage: Stage) -> None:
    stage.template("{workflow: slow, timeout: 1h, steps: [{sleep: 3d}]}")
    async with stage.life() as life:
        slow = await life.engine.start("slow", {})
        sooner = await life.engine.start("slow", {}, timeout=60)
        await life.pass_time(61)
        with pytest.raises(DeadlineExceeded, match="longer than 60 s"):
            await life.engine.wait(sooner)
    async with stage.life() as life:
        await life.pass_time(3600)
        with pytest.raises(DeadlineExceeded, match="longer than 3600 s"):
            await life.engine.wait(slow)


async def test_a_compensation_that_failed_is_tried_again(stage: Stage) -> None:
    stage.template("""
        workflow: trip
        steps:
          - {id: car, call: t.book, compensate: {call: t.free}}
          - {id: hotel, call: t.book, compensate: {call: t.cancel, with: {n: 1}}}
          - {id: flight, call: t.fly}
    """)
    fly, cancel = Switch(), Switch()
    stage.tools.add("t.book", lambda: 1, WRITE)
    stage.tools.add("t.free", lambda: 1, IDEMPOTENT)
    stage.tools.add("t.cancel", cancel, IDEMPOTENT)
    stage.tools.add("t.fly", fly, WRITE)
    async with stage.life() as life:
        run_id = await failed(life, "trip")
        assert (await life.engine.get(run_id)).status == "compensation_failed"
        cancel.broken = False

        await life.engine.control.undo_again(run_id, "hotel")
        with pytest.raises(Rejected):
            await life.engine.wait(run_id)

        assert (await life.engine.get(run_id)).status == "failed"
        assert len(stage.tools.made("t.fly")) == len(stage.tools.made("t.free")) == 1
        assert [letter.kind for letter in await life.journal.dead_letters.list()] == ["run"]


@pytest.mark.parametrize("paused", [True, False])
@pytest.mark.parametrize("act", ["cancel", "resume"])
async def test_what_is_asked_of_a_parked_run_counts_though_the_process_dies_with_it(
    stage: Stage, act: str, paused: bool
) -> None:
    stage.template("workflow: w\nsteps: [{wait_for: go.on}]")
    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await life.quiet()
        if paused:
            await life.engine.control.pause(run)
            await life.quiet()
        assert life.engine._live == {}
        await life.journal.runs.intend(run, "cancel" if act == "cancel" else None)
    async with stage.life() as life:
        await life.quiet()
        expected = "cancelled" if act == "cancel" else "waiting"
        assert (await life.engine.get(run)).status == expected


async def test_a_cancel_counts_though_the_process_dies_while_the_run_is_being_parked(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.template("workflow: w\nsteps: [{call: t.one}, {wait_for: go.on}]")
    go = asyncio.Event()
    stage.tools.add("t.one", go.wait)
    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await life.engine.control.pause(run)
        monkeypatch.setattr(life.engine._recovery, "_drive", lambda *_: None)
        monkeypatch.setattr(life.engine.control, "_live", {})
        monkeypatch.setattr(life.engine.control, "_resume", lambda _: asyncio.sleep(0))
        await life.engine.cancel(run)
        go.set()
        await life.quiet()
        assert (await life.engine.get(run)).status == "paused"
    async with stage.life() as life:
        await life.quiet()
        assert (await life.engine.get(run)).status == "cancelled"
