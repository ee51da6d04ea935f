"""What the calls of one service have used up: in memory for the guard rail, kept by a ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Protocol

import anyio

from interlock.sdk import World

_MOST_SCOPES = 1000

Amounts = dict[str, float]


class Ledger(Protocol):
    """Keeps sums over restarts; the journal offers it."""

    def add(
        self, service: str, run: str | None, day: str, amounts: Mapping[str, float]
    ) -> None: ...

    async def of_run(self, run: str) -> dict[str, Amounts]:
        """Sums by service, of a run and those it started: of all that was added before."""
        ...

    async def of_time(self, beginning: str) -> dict[str, Amounts]:
        """The same of a day (``2026-11-28``) or month (``2026-11``)."""
        ...


class Spending:
    """Sums by scope: a run's id, a day, a month. Those in use are in memory."""

    def __init__(self, service: str, world: World, ledger: Ledger | None) -> None:
        self._service = service
        self._world = world
        self._ledger = ledger
        self._sums: dict[str, Amounts] = {}
        self._read: set[str] = set()
        self._reading = anyio.Lock()

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self._world.time(), UTC)

    def add(self, run: str | None, amounts: Mapping[str, float]) -> None:
        """Count what a call used up; it is on its way to the ledger on return."""
        day = f"{self.now:%Y-%m-%d}"
        for scope in (day, day[:7], root_of(run)):
            if scope is not None and (sums := self._sums.get(scope)) is not None:
                for unit, amount in amounts.items():
                    sums[unit] = sums.get(unit, 0.0) + amount
        if self._ledger is not None:
            self._ledger.add(self._service, run, day, amounts)

    async def of(self, scope: str, *, is_run: bool) -> Amounts:
        """What is used up by now; an object that goes on counting."""
        if scope not in self._read:
            async with self._reading:
                if scope not in self._read:
                    await self._recall(scope, is_run=is_run)
        return self._sums.get(scope, {})

    async def _recall(self, scope: str, *, is_run: bool) -> None:
        if len(self._sums) >= _MOST_SCOPES:
            oldest = next(iter(self._sums))
            del self._sums[oldest]
            self._read.discard(oldest)
        # Counts from now on what is added while the ledger is asked for what was before.
        counted = self._sums[scope] = {}
        if self._ledger is not None:
            ask = self._ledger.of_run if is_run else self._ledger.of_time
            for unit, amount in (await ask(scope)).get(self._service, {}).items():
                counted[unit] = counted.get(unit, 0.0) + amount
        self._read.add(scope)

    def today(self) -> Amounts:
        """As far as it is in memory."""
        return dict(self._sums.get(f"{self.now:%Y-%m-%d}", {}))


def root_of(run: str | None) -> str | None:
    """The run that started the run that started it: ids of children begin with their parent's."""
    return None if run is None else run.partition(":")[0]
