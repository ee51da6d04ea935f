"""A machine that was suspended, or whose clock was set: what is due by the clock is done soon."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from interlock.journal import Limits
from interlock.sdk.quantities import parse_rate
from interlock.sdk.world import RealWorld
from interlock.testing import VirtualWorld
from interlock.workflows import EngineOptions

from .stage import WRITE, Stage

HOUR = 3600.0


class Suspendable(VirtualWorld):
    """Its timers stand still while the clock on the wall goes on, as those of a real loop do."""

    call_at = RealWorld.call_at  # type: ignore[assignment] # which asks its world only

    def suspend(self, seconds: float) -> None:
        self._epoch += seconds


@pytest.fixture
def world() -> Suspendable:
    return Suspendable()


@pytest.fixture
def stage(tmp_path: Path, world: Suspendable) -> Stage:
    stage = Stage(tmp_path / "journal.db")
    stage.world = world
    stage.tools.add("t.forever", asyncio.Event().wait, WRITE)
    return stage


async def test_a_wait_beside_a_call_in_flight_is_over(stage: Stage, world: Suspendable) -> None:
    stage.tools.add("t.note", lambda: None)
    stage.template("""
        workflow: both
        steps:
          - parallel:
              one: [{call: t.forever}]
              two: [{sleep: 1h}, {call: t.note}]
    """)
    async with stage.life() as life:
        await life.engine.start("both", {})
        await life.quiet()
        world.suspend(HOUR)
        await life.pass_time(60)

        assert len(stage.tools.made("t.note")) == 1


async def test_a_run_is_out_of_time(stage: Stage, world: Suspendable) -> None:
    stage.template("workflow: long\nsteps: [{call: t.forever}]")
    async with stage.life() as life:
        run_id = await life.engine.start("long", {})
        await life.engine.cancel(run_id, within=HOUR)
        await life.quiet()
        world.suspend(HOUR)
        await life.pass_time(60)

        assert (await life.engine.get(run_id)).status == "cancelled"


async def test_a_queue_has_its_next_turn(stage: Stage, world: Suspendable) -> None:
    stage.options = EngineOptions(queues={"slow": Limits(rate=parse_rate("1/h"))})
    stage.template("workflow: one\nqueue: slow\nsteps: [{transform: 1}]")
    async with stage.life() as life:
        runs = [await life.engine.start("one", {}) for _ in range(2)]
        await life.quiet()
        assert (await life.engine.get(runs[1])).status == "waiting"
        world.suspend(HOUR)
        await life.pass_time(60)

        assert (await life.engine.get(runs[1])).status == "succeeded"
