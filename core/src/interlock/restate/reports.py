"""What tools tell of how far they are, for whoever watches the run on whichever daemon."""

from __future__ import annotations

import asyncio
from typing import Any

from interlock.restate.client import RestateClient
from interlock.restate.wire import Names
from interlock.sdk.context import OnProgress
from interlock.sdk.errors import InterlockError
from interlock.sdk.world import World
from interlock.workflows.operations import Call

Report = dict[str, Any]
"""``{what, at, done, total, message}``."""


class Reports:
    """Takes the last word of each call to the desk of its run.

    Args:
        pause: seconds between two messages to the desks.
    """

    def __init__(self, client: RestateClient, names: Names, world: World, pause: float) -> None:
        self._client = client
        self._names = names
        self._world = world
        self._pause = pause
        self._news: dict[str, dict[str, Report]] = {}
        self._there_is = asyncio.Event()

    def of(self, run_id: str, call: Call) -> OnProgress:
        """What hears the progress of a call."""

        def heard(done: float, total: float | None, message: str) -> None:
            told = {"done": done, "total": total, "message": message}
            report = {"what": call.what, "at": self._world.time(), **told}
            self._news.setdefault(run_id, {})[call.path] = report
            self._there_is.set()

        return heard

    async def deliver(self) -> None:
        """Again and again; what cannot be told is lost, there is more to come."""
        while True:
            await self._there_is.wait()
            self._there_is.clear()
            news, self._news = self._news, {}
            for run_id, reports in news.items():
                try:
                    await self._client.send(self._names.desk, run_id, "report", reports)
                except InterlockError:
                    continue
            await self._world.sleep(self._pause)
