"""Services that are asked at intervals what is new; their cursors are kept here."""

from __future__ import annotations

import logging
from typing import Any

import anyio

from interlock.host.lifecycle import AnyService
from interlock.host.loops import Loops
from interlock.host.marks import bound, marked
from interlock.sdk import InterlockError, ServiceBug, World
from interlock.sdk.events import PollMark

_LONGEST_PAUSE = 600.0
_ANSWER = 2  # events, cursor


async def run_polls(service: AnyService, world: World, loops: Loops) -> None:
    """Call every method under ``@poll`` at its interval, until cancelled."""
    async with anyio.create_task_group() as tasks:
        for mark, name in marked(type(service), PollMark):
            tasks.start_soon(_Poll(service, name, mark.every, world, loops).run)
        await anyio.sleep_forever()


class _Poll:
    def __init__(
        self, service: AnyService, name: str, every: float, world: World, loops: Loops
    ) -> None:
        self._service = service
        self._name = name
        self._every = every
        self._world = world
        self._loops = loops
        self._failures = 0

    async def run(self) -> None:
        while True:
            await self._world.sleep(await self._once())

    async def _once(self) -> float:
        """Poll; how long to wait until the next time."""
        try:
            await self._take()
        except InterlockError as error:
            return self._failed(error, error.retry_after)
        except Exception as error:  # noqa: BLE001 - foreign code; other polls go on
            return self._failed(error, None)
        self._failures = 0
        self._loops.well(f"poll {self._name}")
        return self._every

    async def _take(self) -> None:
        state = self._service.context.state
        key = f"poll:{self._name}"
        cursor = await state.get(key)
        answer = await bound(self._service, self._name)(cursor)
        if not isinstance(answer, tuple) or len(answer) != _ANSWER:
            kind = type(answer).__name__
            raise ServiceBug(f"{self._name}() returned a {kind}, not (events, cursor)")
        events, following = answer
        for event in events:
            await self._service.context.emit(event)
        # Only when all events are durable, so a crash repeats them and loses none.
        if following != cursor:
            await state.put(key, following)

    def _failed(self, error: Exception, retry_after: float | None) -> float:
        self._failures += 1
        self._loops.failed(f"poll {self._name}", error)
        log: logging.Logger = self._service.log
        known: Any = None if isinstance(error, InterlockError) else error
        log.warning("poll %s failed: %s", self._name, error, exc_info=known)
        pause: float = min(_LONGEST_PAUSE, self._every * 2.0 ** min(self._failures, 10))
        return max(pause, retry_after or 0.0)
