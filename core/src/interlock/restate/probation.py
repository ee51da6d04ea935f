"""Runs that kill the daemons they come to: found by counting, and put aside.

Restate offers a run again whose daemon died, and counts that where it may forget it. So whoever is
offered a run again counts on its desk, before he goes on: how often it was gone on with since it
got on last. An attempt that ends in any other way than with its process takes that back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, NoReturn

from restate.exceptions import RetryableError

from interlock.journal import RunRecord
from interlock.restate.client import RestateClient
from interlock.restate.wire import Names
from interlock.sdk.errors import InterlockError
from interlock.sdk.world import World
from interlock.workflows.poison import POISON, PROBATION, SUSPECT, aside_because

# Attempts before anybody counts: a daemon that dies leaves many runs behind, and none is to blame.
_UNCOUNTED = 2
_log = logging.getLogger(__name__)


class Probation:
    """Lets one suspect at a time go on in this daemon."""

    def __init__(self, client: RestateClient, names: Names, world: World) -> None:
        self._client = client
        self._names = names
        self._world = world
        self._alone = asyncio.Lock()

    @asynccontextmanager
    async def of(self, run: RunRecord, life: int, invocation: str) -> AsyncIterator[None]:
        """Around an attempt that is not the first one.

        Raises:
            RetryableError: the run is not to go on; it is never offered again.
        """
        async with AsyncExitStack() as stack:
            try:
                await self._examine(run, life, invocation, stack)
            except InterlockError as error:
                _log.warning("run %s goes on uncounted: %s", run.id, error, extra={"run": run.id})
            yield

    async def _examine(
        self, run: RunRecord, life: int, invocation: str, stack: AsyncExitStack
    ) -> None:
        if await self._client.attempts(invocation) <= _UNCOUNTED:
            return
        trial = {"life": life, "progress": await self._client.progress(invocation)}
        deaths = _UNCOUNTED + await self._count(run, trial, invocation)
        if deaths >= POISON:
            await self._put_aside(run, life, deaths, invocation)
        if deaths >= SUSPECT:
            stack.push_async_callback(_ended, await self._alone_for_a_while(run, stack))
        await self._tell(run, "trial", trial)
        stack.push_async_callback(self._acquit, run, 0)

    async def _count(self, run: RunRecord, trial: dict[str, Any], invocation: str) -> int:
        """How often it was gone on with so far, from where it stands now."""
        state = await self._client.state(self._names.desk, run.id)
        if state.get("head", {}).get("life") != trial["life"]:
            # It was moved or put aside, by somebody who died before he could say so to Restate.
            await self._client.kill(invocation)
            raise RetryableError("the run goes on in another life")
        known = state.get("trial") or {}
        return known["count"] if {**known, **trial} == known else 0

    async def _alone_for_a_while(self, run: RunRecord, stack: AsyncExitStack) -> asyncio.Task[None]:
        await self._alone.acquire()
        over = stack.callback(_once(self._alone.release))

        async def survive() -> None:
            await self._world.sleep(PROBATION)
            over()
            # Whatever kills us later may be any of those that are under way by then.
            await self._acquit(run, SUSPECT - _UNCOUNTED)

        return asyncio.get_running_loop().create_task(survive())

    async def _put_aside(self, run: RunRecord, life: int, deaths: int, invocation: str) -> NoReturn:
        reason = aside_because(deaths)
        _log.error(
            "run %s of %s is put aside: %s", run.id, run.workflow, reason, extra={"run": run.id}
        )
        await self._tell(run, "aside", {"life": life, "reason": reason})
        await self._client.kill(invocation)
        raise RetryableError(reason)

    async def _acquit(self, run: RunRecord, count: int) -> None:
        with suppress(InterlockError):
            await self._tell(run, "acquit", count)

    async def _tell(self, run: RunRecord, handler: str, argument: Any) -> None:
        await self._client.call(self._names.desk, run.id, handler, argument)


def _once(do: Callable[[], None]) -> Callable[[], None]:
    left = [do]
    return lambda: left.pop()() if left else None


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])
