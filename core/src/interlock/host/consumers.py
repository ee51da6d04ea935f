"""The consumers of a service: loops that core owns, and starts again when they fail."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio

from interlock.host.lifecycle import AnyService
from interlock.host.loops import HEALTHY_SECONDS, Loops
from interlock.sdk import InterlockError, World

_FIRST_PAUSE = 0.25
# A broker that is back has messages waiting, and asking it costs next to nothing.
_LONGEST_PAUSE = 10.0


async def run_consumers(service: AnyService, world: World, loops: Loops) -> None:
    """Run what ``service.consumers()`` returns, until cancelled."""
    async with anyio.create_task_group() as tasks:
        for name, loop in service.consumers().items():
            tasks.start_soon(_keep_running, service, name, loop, world, loops)


async def _keep_running(
    service: AnyService,
    name: str,
    loop: Callable[[], Awaitable[None]],
    world: World,
    loops: Loops,
) -> None:
    failures, called = 0, f"consumer {name}"
    while True:
        began = world.monotonic()
        pause = 0.0
        loops.begun(called)
        try:
            await loop()
        except Exception as error:
            known = isinstance(error, InterlockError)
            service.log.warning(
                "consumer %s failed: %s", name, error, exc_info=None if known else error
            )
            loops.failed(called, error)
            pause = (error.retry_after if isinstance(error, InterlockError) else None) or 0.0
        # One that was healthy for long fails for the first time again.
        failures = 1 if world.monotonic() - began > HEALTHY_SECONDS else failures + 1
        await world.sleep(max(pause, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(failures, 10))))
