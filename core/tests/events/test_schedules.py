"""Runs by the clock, in virtual time and over restarts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from interlock.events import Cron, Every, Schedule, Scheduler
from interlock.expr import compile_value
from interlock.journal import open_journal
from interlock.sdk import NotFound, ServiceUnavailable
from interlock.testing import VirtualWorld, settle

HOUR = 3600.0


class Runs:
    """The runs that were started, by id; ``open`` ones are under way."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.inputs: list[Mapping[str, Any]] = []
        self.open: dict[str, asyncio.Event] = {}
        self.broken = False
        self.ends = False

    async def start(self, workflow: str, input: Mapping[str, Any], *, run_id: str) -> str:
        if self.ends:
            raise ServiceUnavailable("shutting down")
        if self.broken:
            raise NotFound(workflow)
        self.started.append(run_id)
        self.inputs.append(input)
        return run_id

    async def over(self, run_id: str) -> bool:
        return run_id not in self.open

    async def wait(self, run_id: str) -> None:
        await self.open[run_id].wait()

    async def cancel(self, run_id: str) -> None:
        self.open[run_id].set()


class Stage:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.world = VirtualWorld()
        self.runs = Runs()

    @asynccontextmanager
    async def life(self, **changes: Any) -> AsyncIterator[Scheduler]:
        settings = {"moments": Every(HOUR), "start": "w", "input": compile_value({}), **changes}
        schedule = Schedule("hourly", **settings)
        async with open_journal(self.path, self.world) as journal:
            state = journal.key_value("schedule:hourly")
            scheduler = Scheduler(schedule, state, self.world, self.runs.start, self.runs)
            task = asyncio.create_task(scheduler.run())
            try:
                await self.quiet(journal)
                self.journal = journal
                yield scheduler
            finally:
                task.cancel()
                await asyncio.wait([task])

    async def quiet(self, journal: Any) -> None:
        still = 0
        while still < 3:
            await journal.writer.flush()
            await settle()
            still = 0 if journal.pending else still + 1

    async def hours(self, count: float) -> None:
        """Pass time in the pieces in which it is slept."""
        for _ in range(int(count * 60)):
            await self.world.advance(60.0)
            await self.quiet(self.journal)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path / "journal.db")


async def test_each_time_starts_one_run(stage: Stage) -> None:
    values = compile_value({"at": "${{ schedule.due }}", "of": "${{ schedule.name }}"})
    async with stage.life(input=values):
        await stage.hours(2.1)

    assert len(stage.runs.started) == len(set(stage.runs.started)) == 2
    assert stage.runs.inputs[0]["of"] == "hourly"
    first = datetime.fromisoformat(stage.runs.inputs[0]["at"])
    assert first.tzinfo == UTC and first.timestamp() % HOUR == 0


@pytest.mark.parametrize(("catch_up", "made_up"), [("none", 0), ("last", 1), ("all", 5)])
async def test_what_passed_while_it_was_down_is_made_up_for(
    stage: Stage, catch_up: str, made_up: int
) -> None:
    async with stage.life(catch_up=catch_up):
        await stage.hours(1.1)
    before = len(stage.runs.started)
    await stage.world.advance(5 * HOUR)
    async with stage.life(catch_up=catch_up, overlap="allow"):
        assert len(stage.runs.started) - before == made_up
    async with stage.life(catch_up=catch_up, overlap="allow"):
        assert len(stage.runs.started) - before == made_up, "nothing is made up for twice"


async def test_a_new_schedule_makes_up_for_nothing(stage: Stage) -> None:
    async with stage.life(catch_up="all"):
        assert stage.runs.started == []


@pytest.mark.parametrize(("overlap", "started"), [("allow", 3), ("skip", 1), ("cancel", 3)])
async def test_a_run_that_is_still_under_way(stage: Stage, overlap: str, started: int) -> None:
    async with stage.life(overlap=overlap):
        await stage.hours(1.1)
        for run_id in stage.runs.started:
            stage.runs.open[run_id] = asyncio.Event()
        await stage.hours(2)
    assert len(stage.runs.started) == started


async def test_waiting_for_the_run_before(stage: Stage) -> None:
    async with stage.life(overlap="wait"):
        await stage.hours(1.1)
        [first] = stage.runs.started
        stage.runs.open[first] = asyncio.Event()
        await stage.hours(1)
        assert stage.runs.started == [first]
        stage.runs.open[first].set()
        await stage.quiet(stage.journal)
        assert len(stage.runs.started) == 2


async def test_a_paused_schedule_starts_nothing_also_after_a_restart(stage: Stage) -> None:
    async with stage.life() as scheduler:
        await scheduler.pause(paused=True)
        await stage.hours(1.1)
    async with stage.life() as scheduler:
        await stage.hours(1)
        assert stage.runs.started == []
        assert (await scheduler.to_dict())["next"] is None
        await scheduler.pause(paused=False)
        await stage.hours(1)
    assert len(stage.runs.started) == 1


async def test_a_start_that_fails_does_not_stop_the_clock(stage: Stage) -> None:
    stage.runs.broken = True
    async with stage.life():
        await stage.hours(1.1)
        stage.runs.broken = False
        await stage.hours(1)
    assert len(stage.runs.started) == 1


async def test_a_time_that_falls_into_the_shutdown_is_made_up_for(stage: Stage) -> None:
    async with stage.life():
        stage.runs.ends = True
        await stage.hours(1.1)
        assert stage.runs.started == []
    stage.runs.ends = False
    async with stage.life():
        assert len(stage.runs.started) == 1


async def test_jitter_is_the_same_for_one_time(stage: Stage) -> None:
    schedule = Schedule("j", Every(HOUR), "w", compile_value({}), jitter=600.0)
    delays = [schedule.delay(due) for due in (HOUR, 2 * HOUR, 3 * HOUR)]
    assert delays == [schedule.delay(due) for due in (HOUR, 2 * HOUR, 3 * HOUR)]
    assert len(set(delays)) == 3 and all(0 <= delay < 600 for delay in delays)


def test_cron_keeps_to_the_clock_on_the_wall() -> None:
    start = datetime(2026, 3, 27, 12, tzinfo=UTC).timestamp()
    moments = Cron("30 9 * * *", "Europe/Berlin").checked().after(start)
    found = [datetime.fromtimestamp(moment, UTC).hour for moment in islice(moments, 3)]
    assert found == [8, 7, 7], "summer time begins on the 29th"


@pytest.mark.parametrize(
    ("cron", "after", "found"),
    [
        ("30 2 * * *", "2027-03-27T12:00+01:00", ["28T03:00+0200", "29T02:30+0200"]),
        ("30 2 * * *", "2027-10-30T12:00+02:00", ["31T02:30+0200", "01T02:30+0100"]),
        ("30 2 * * *", "2027-10-31T02:05+01:00", ["01T02:30+0100", "02T02:30+0100"]),
        ("0 * * * *", "2027-10-31T01:30+02:00", ["31T02:00+0200", "31T02:00+0100"]),
    ],
)
def test_hours_that_a_zone_skips_or_repeats(cron: str, after: str, found: list[str]) -> None:
    moments = Cron(cron, "Europe/Berlin").after(datetime.fromisoformat(after).timestamp())
    berlin = ZoneInfo("Europe/Berlin")
    times = [datetime.fromtimestamp(moment, berlin) for moment in islice(moments, 2)]
    assert [f"{time:%dT%H:%M%z}" for time in times] == found


def test_the_last_of_many_times_is_the_last() -> None:
    schedule = Schedule("s", Every(60.0), "w", compile_value({}), catch_up="last")
    assert schedule.missed(0.0, 90 * 86400 + 59.0) == [90 * 86400.0]
    assert schedule.missed(90 * 86400.0, 90 * 86400 + 59.0) == []


@pytest.mark.parametrize(("catch_up", "made_up"), [("none", 0), ("last", 1), ("all", 5)])
async def test_what_passed_while_the_machine_slept_is_made_up_for_as_well(
    stage: Stage, catch_up: str, made_up: int
) -> None:
    async with stage.life(catch_up=catch_up, overlap="allow"):
        await stage.hours(1.1)
        before = len(stage.runs.started)
        stage.world._epoch += 5 * HOUR
        await stage.hours(0.1)
        assert len(stage.runs.started) - before == made_up
        await stage.hours(1)
        assert len(stage.runs.started) - before == made_up + 1


@pytest.mark.parametrize(
    ("cron", "zone"), [("61 * * * *", "UTC"), ("* * *", "UTC"), ("* * * * *", "Mars/X")]
)
def test_times_that_make_no_sense_are_told(cron: str, zone: str) -> None:
    with pytest.raises(ValueError, match="no"):
        Cron(cron, zone).checked()


@pytest.mark.parametrize(
    ("moments", "rule"),
    [
        (Cron("30 2 * * *", "Europe/Berlin"), "30 2 * * * Europe/Berlin"),
        (Every(900), "every 15m"),
        (Every(5400), "every 90m"),
        (Every(86400), "every 1d"),
        (Every(0.5), "every 0.5s"),
    ],
)
def test_a_rule_is_told_as_the_configuration_says_it(moments: Cron | Every, rule: str) -> None:
    assert str(moments) == rule
