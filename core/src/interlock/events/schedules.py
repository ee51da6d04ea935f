"""Runs that start by the clock; what was due while nobody was there is made up for as told."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice, takewhile
from typing import Any, Literal, Protocol
from zlib import crc32

from interlock.events.moments import Moments
from interlock.events.triggers import StartRun
from interlock.expr import Value
from interlock.sdk import InterlockError, NotFound, ServiceUnavailable, World
from interlock.sdk.context import KeyValue

Overlap = Literal["allow", "skip", "wait", "cancel"]
CatchUp = Literal["none", "last", "all"]

_LONGEST_SLEEP = 60.0
_MOST_MISSED = 1000
_FIRST_WINDOW = 60.0
_log = logging.getLogger(__name__)


class Runs(Protocol):
    """What a schedule asks about the runs that it started."""

    async def over(self, run_id: str) -> bool:
        """Whether a run has ended, or was never there."""
        ...

    async def wait(self, run_id: str) -> Any: ...

    async def cancel(self, run_id: str) -> None: ...


@dataclass(frozen=True)
class Schedule:
    """One entry of the configuration.

    Attributes:
        input: may refer to ``schedule.name`` and ``schedule.due`` (ISO 8601, UTC).
        overlap: what to do if the run before is still under way: start all the same, skip this
            time, wait for it, or cancel it.
        catch_up: what to do about the times that passed while nobody was there.
        jitter: seconds by which a start is late at most; the same for one time on every try.
    """

    name: str
    moments: Moments
    start: str
    input: Value
    overlap: Overlap = "skip"
    catch_up: CatchUp = "last"
    jitter: float = 0.0

    def run_id(self, due: float) -> str:
        """Derived from name and time, so that one time starts one run."""
        return f"schedule-{self.name}-{_iso(due).replace(':', '').replace('+0000', 'Z')}"

    def delay(self, due: float) -> float:
        return self.jitter * crc32(f"{self.name} {due}".encode()) / 2**32

    def values(self, due: float) -> Mapping[str, Any]:
        scope = {"schedule": {"name": self.name, "due": _iso(due)}}
        values: Mapping[str, Any] = self.input.evaluate(scope)
        return values

    def missed(self, since: float, now: float) -> list[float]:
        """The times to make up for."""
        match self.catch_up:
            case "none":
                return []
            case "last":
                return self._last(since, now)
        passed = list(islice(self._between(since, now), _MOST_MISSED + 1))
        if len(passed) > _MOST_MISSED:
            message = "schedule %s: more than %d times passed, only the first are made up for"
            _log.warning(message, self.name, _MOST_MISSED)
        return passed[:_MOST_MISSED]

    def _last(self, since: float, now: float) -> list[float]:
        """The last time that passed, looked for from now backwards: many may have."""
        window = _FIRST_WINDOW
        while True:
            start = max(since, now - window)
            passed = list(self._between(start, now))
            if passed or start == since:
                return passed[-1:]
            window *= 4

    def _between(self, since: float, now: float) -> Iterator[float]:
        return takewhile(lambda due: due <= now, self.moments.after(since))


class Scheduler:
    """Runs one schedule. Its state is durable: the last time it saw to, and whether it is paused.

    Args:
        state: holds ``last``, ``run`` and ``paused``.
    """

    def __init__(
        self, schedule: Schedule, state: KeyValue, world: World, start: StartRun, runs: Runs
    ) -> None:
        self.schedule = schedule
        self._state = state
        self._world = world
        self._start = start
        self._runs = runs

    async def run(self) -> None:
        """Start what is due, until cancelled or until nothing is started any more."""
        with suppress(ServiceUnavailable):
            await self._run()

    async def _run(self) -> None:
        since = await self._state.get("last")
        if since is None:
            since = self._world.time()
            await self._state.put("last", since)
        while since is not None:
            for due in self.schedule.missed(since, self._world.time()):
                await self._fire(due)
            since = await self._keep_time(max(since, self._world.time()))

    async def _keep_time(self, last: float) -> float | None:
        """Start what is due until time has passed unseen; what was seen to by then, if so."""
        for due in self.schedule.moments.after(last):
            if not await self._sleep_until(due + self.schedule.delay(due)):
                return last
            await self._fire(due)
            last = due
        return None

    async def _sleep_until(self, moment: float) -> bool:
        """False if it is much later than that when this process is woken.

        It sleeps in short pieces, since the clock may be set and the machine suspended.
        """
        while (left := moment - self._world.time()) > 0:
            await self._world.sleep(min(left, _LONGEST_SLEEP))
            if self._world.time() > moment + _LONGEST_SLEEP:
                return False
        return True

    async def _fire(self, due: float) -> None:
        if not await self._state.get("paused") and await self._may_start():
            await self.fire(due)
        await self._state.put("last", due)

    async def fire(self, due: float) -> str | None:
        """Start the run of one time, now; its id, or None if it could not be started.

        Raises:
            ServiceUnavailable: Interlock is shutting down; the time is not seen to.
        """
        run_id = self.schedule.run_id(due)
        try:
            await self._start(self.schedule.start, self.schedule.values(due), run_id=run_id)
        except ServiceUnavailable:
            raise
        except InterlockError as error:
            _log.error("schedule %s could not start its run: %s", self.schedule.name, error)
            return None
        await self._state.put("run", run_id)
        return run_id

    async def _may_start(self) -> bool:
        before = await self._state.get("run")
        if self.schedule.overlap == "allow" or before is None or await self._runs.over(before):
            return True
        match self.schedule.overlap:
            case "skip":
                _log.warning("schedule %s: %s is still under way", self.schedule.name, before)
                return False
            case "cancel":
                await self._runs.cancel(before)
        # How it ended is its own affair.
        with suppress(InterlockError):
            await self._runs.wait(before)
        return True

    async def pause(self, *, paused: bool) -> None:
        """Start nothing from now on, or start again."""
        await self._state.put("paused", paused)

    async def to_dict(self) -> dict[str, Any]:
        schedule, now = self.schedule, self._world.time()
        paused = bool(await self._state.get("paused"))
        return {
            "name": schedule.name,
            "start": schedule.start,
            "when": str(schedule.moments),
            "next": None if paused else next(schedule.moments.after(now)),
            "last_run": await self._state.get("run"),
            "paused": paused,
            "overlap": schedule.overlap,
            "catch_up": schedule.catch_up,
        }


def schedule_named(schedules: Mapping[str, Scheduler], name: str) -> Scheduler:
    """One of them; NotFound with the names there are."""
    if name not in schedules:
        known = ", ".join(schedules) or "none"
        raise NotFound(f"there is no schedule {name!r}", hint=f"there are: {known}")
    return schedules[name]


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()
