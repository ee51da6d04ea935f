"""What is done beside everything else while the daemon runs, whatever the journal says."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from interlock.config import RetentionConfig
from interlock.journal import Cutoffs, Journal, JournalError
from interlock.runtime import Runtime
from interlock.runtime.gauges import all_gauges
from interlock.sdk import World

_ENDS = ("failed", "cancelled", "compensated", "compensation_failed")
_GAUGES_EVERY = 15.0
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 30.0
_log = logging.getLogger(__name__)


async def keep_running(work: Callable[[], Awaitable[None]], world: World) -> None:
    """Do ``work``; where the journal fails it begins anew, from what is on record.

    A full disk must not end the daemon, which has calls to answer that need no record.
    """
    pause = _FIRST_PAUSE
    while True:
        began = world.monotonic()
        try:
            await work()
            return
        except JournalError as error:
            if world.monotonic() - began > _LONGEST_PAUSE:
                pause = _FIRST_PAUSE  # it had worked again since the last time
            name = getattr(work, "__qualname__", work)
            _log.error("%s begins anew in %g s: %s", name, pause, error)
        await world.sleep(pause)
        pause = min(_LONGEST_PAUSE, 2 * pause)


async def apply_retention(journal: Journal, retention: RetentionConfig, world: World) -> None:
    """Sweep now and then until cancelled; a sweep that fails is tried again the next time."""
    while True:
        try:
            swept = await journal.retention.sweep(cutoffs(retention, world.time()))
        except JournalError as error:
            _log.error("nothing was deleted: %s", error)
        else:
            if swept.any:
                _log.info("deleted what is over: %s", swept)
        await world.sleep(retention.every)


async def keep_gauges(runtime: Runtime, world: World) -> None:
    """Read how everything stands for whoever exports it, until cancelled."""
    while True:
        try:
            runtime.telemetry.gauges = await all_gauges(runtime)
        except JournalError as error:
            _log.error("the gauges stay as they were: %s", error)
        await world.sleep(_GAUGES_EVERY)


def cutoffs(retention: RetentionConfig, now: float) -> Cutoffs:
    """The moments that the configured ages mean by now."""
    ages = {"succeeded": retention.succeeded, **dict.fromkeys(_ENDS, retention.failed)}
    return Cutoffs(
        runs={status: now - age for status, age in ages.items() if age is not None},
        events=_before(now, retention.events),
        dead_letters=_before(now, retention.dead_letters),
        blobs=_before(now, retention.blobs),
        audit=_before(now, retention.audit),
    )


def _before(now: float, age: float | None) -> float | None:
    return None if age is None else now - age
