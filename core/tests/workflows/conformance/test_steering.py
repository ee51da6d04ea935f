"""What operators do to runs."""

from __future__ import annotations

import pytest

from interlock.sdk import Rejected
from interlock.workflows import RunCancelled
from interlock.workflows.errors import CodeChanged

from .harness import Harness, Life
from .service import IDEMPOTENT

TRIP = """
workflow: trip
steps:
  - {id: hotel, call: t.book, compensate: {call: t.free}}
  - {id: wait, sleep: 1d}
  - {id: pay, call: t.pay}
  - {transform: "${{ [steps.hotel, steps.pay] }}"}
"""


class Trip:
    """Its money may be short, and it may be impossible to free what it booked."""

    def __init__(self, harness: Harness) -> None:
        self.short = False
        self.stuck = False
        self.booked = 0
        harness.template(TRIP)
        harness.tools.add("t.book", self._book, IDEMPOTENT)
        harness.tools.add("t.free", self._free, IDEMPOTENT)
        harness.tools.add("t.pay", self._pay, IDEMPOTENT)

    def _book(self) -> int:
        self.booked += 1
        return self.booked

    def _free(self) -> None:
        if self.stuck:
            raise Rejected("not now")

    def _pay(self) -> str:
        if self.short:
            raise Rejected("no money")
        return "paid"


@pytest.fixture
def trip(harness: Harness) -> Trip:
    return Trip(harness)


async def begin(life: Life) -> None:
    await life.engine.start("trip", {}, run_id="r")
    await life.quiet()


async def status(life: Life) -> str:
    await life.quiet()
    return (await life.engine.get("r")).status


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize(("undo", "freed"), [(True, 1), (False, 0)])
async def test_a_run_is_cancelled_and_undone_unless_told_otherwise(
    harness: Harness, trip: Trip, undo: bool, freed: int, restart: bool
) -> None:
    async with harness.life() as life:
        await begin(life)
        if not restart:
            await life.engine.cancel("r", undo=undo)
            with pytest.raises(RunCancelled):
                await life.engine.wait("r")
    if restart:
        async with harness.life() as life:
            await life.engine.cancel("r", undo=undo)
        async with harness.life() as life:
            assert await status(life) == "cancelled"
    assert (harness.tools.count("t.free"), harness.tools.count("t.pay")) == (freed, 0)


async def test_what_does_not_stop_in_time_is_cut_off_also_after_a_restart(
    harness: Harness, trip: Trip
) -> None:
    harness.tools.add("t.free", lambda: harness.world.sleep(1e6), IDEMPOTENT)
    async with harness.life() as life:
        await begin(life)
        await life.engine.cancel("r", within=60)
        assert await status(life) == "compensating"
    async with harness.life() as life:
        assert await status(life) == "compensating"
        await life.pass_time(61)
        with pytest.raises(RunCancelled, match="cut off"):
            await life.engine.wait("r")


async def test_a_paused_run_begins_nothing_until_it_is_resumed(
    harness: Harness, trip: Trip
) -> None:
    async with harness.life() as life:
        await begin(life)
        await life.engine.control.pause("r")
    async with harness.life() as life:
        await life.pass_time(2 * 86400)
        assert await status(life) == "paused"
        assert harness.tools.count("t.pay") == 0
        await life.engine.control.resume("r")
        await life.to_the_end("r")
        assert await life.engine.wait("r") == [1, "paid"]


async def test_a_failed_run_goes_on_where_it_failed(harness: Harness, trip: Trip) -> None:
    trip.short = True
    async with harness.life() as life:
        await begin(life)
        await life.to_the_end("r")
        assert await status(life) == "failed"
        assert harness.tools.count("t.free") == 1
    trip.short = False
    async with harness.life() as life:
        await life.engine.control.retry("r")
        await life.to_the_end("r")
        # What was undone is done again.
        assert await life.engine.wait("r") == [2, "paid"]


async def test_what_could_not_be_undone_is_on_record_and_tried_again(
    harness: Harness, trip: Trip
) -> None:
    trip.short = trip.stuck = True
    async with harness.life() as life:
        await begin(life)
        await life.to_the_end("r")
        record = await life.engine.get("r")
        assert record.status == "compensation_failed" and record.problem is not None
        assert record.problem["details"]["not_undone"] == ["hotel"]
        trip.stuck = False
        await life.engine.control.undo_again("r", "hotel")
        await life.to_the_end("r")
        record = await life.engine.get("r")
        assert record.status == "failed" and record.problem is not None
        assert record.problem["details"]["undone"] == ["hotel"]


async def test_a_fork_takes_over_what_came_before_a_step(harness: Harness, trip: Trip) -> None:
    async with harness.life() as life:
        await begin(life)
        await life.to_the_end("r")
        fork = await life.engine.control.fork("r", step="pay")
        await life.to_the_end(fork)
        assert await life.engine.wait(fork) == [1, "paid"]
    assert (harness.tools.count("t.book"), harness.tools.count("t.pay")) == (1, 2)


async def test_a_run_that_waits_is_moved_to_a_version_that_fits(
    harness: Harness, trip: Trip
) -> None:
    async with harness.life() as life:
        await begin(life)
    harness.forget_templates()
    harness.template(TRIP.replace("steps.pay]", "'moved']"))
    async with harness.life() as life:
        await life.engine.control.move("r")
        await life.to_the_end("r")
        assert await life.engine.wait("r") == [1, "moved"]


async def test_a_run_that_does_not_fit_the_new_version_is_not_moved(
    harness: Harness, trip: Trip
) -> None:
    async with harness.life() as life:
        await begin(life)
    harness.forget_templates()
    harness.template(TRIP.replace("id: hotel", "id: room").replace("steps.hotel", "steps.room"))
    async with harness.life() as life:
        with pytest.raises(CodeChanged, match="hotel"):
            await life.engine.control.move("r")
        await life.to_the_end("r")
        assert await life.engine.wait("r") == [1, "paid"]


async def test_a_run_that_kills_its_process_is_put_aside_until_it_is_resumed(
    harness: Harness,
) -> None:
    harness.template("workflow: bad\nsteps: [{id: a, call: t.add}, {id: b, call: t.add}]")
    harness.tools.add("t.add", lambda: 1, IDEMPOTENT)
    harness.tools.before = lambda key: key == "bad:b"
    async with harness.life() as life:
        await life.start("bad", "bad")
        await life.quiet()
    reason = ""
    while "the process ended 6 times" not in reason:
        async with harness.life() as life:
            await life.pass_time(1)
            reason = ((await life.engine.get("bad")).waiting or {}).get("reason", "")
    harness.tools.before = lambda _: False
    async with harness.life() as life:
        await life.quiet()
        assert (await life.engine.get("bad")).status == "paused"
        await life.engine.control.resume("bad")
        await life.to_the_end("bad")
        assert (await life.engine.get("bad")).status == "succeeded"
    assert [key for _, key in harness.tools.made] == ["bad:a", "bad:b"]
