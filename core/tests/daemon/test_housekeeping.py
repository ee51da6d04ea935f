"""Work beside everything else, which begins anew when the journal has failed it."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from interlock.daemon.housekeeping import keep_running
from interlock.journal import JournalError
from interlock.testing import VirtualWorld


async def test_pauses_grow_while_the_journal_fails_and_are_short_again_after_it_has_worked() -> (
    None
):
    world, began = VirtualWorld(), []
    lasts = iter([0.0, 0.0, 0.0, 3600.0, 0.0])

    async def work() -> None:
        began.append(world.monotonic())
        await world.sleep(next(lasts))
        raise JournalError("the disk is full")

    running = asyncio.create_task(keep_running(work, world))
    await world.advance(1 + 2 + 4 + 3600 + 1 + 1)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running

    assert began == [0.0, 1.0, 3.0, 7.0, 3608.0]
