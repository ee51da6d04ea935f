"""Queues of runs: how many of a kind, or of one customer, may be under way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from interlock.expr import Value
from interlock.journal import Journal, JournalError, Limits, RunRecord
from interlock.sdk.errors import InvalidInput, NotFound
from interlock.sdk.world import Timer, World

_PAUSE = 5.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """``queue`` of a template.

    Attributes:
        key: over ``input``; runs of one key are limited together.
        priority: over ``input``: a whole number; higher ones go first.
    """

    queue: str
    key: Value | None = None
    priority: Value | None = None


class Queues:
    """Lets runs begin when it is their turn.

    A run that waits for its turn is a parked run like any other; giving it its turn wakes it.

    Args:
        wake: look for parked runs that may go on.
    """

    def __init__(
        self,
        journal: Journal,
        world: World,
        limits: Mapping[str, Limits],
        spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
        wake: Callable[[], None],
    ) -> None:
        self._records = journal.queues
        self._world = world
        self._limits = limits
        self._spawn = spawn
        self._wake = wake
        self._of: dict[str, str] = {}
        self._left: dict[str, list[str]] = {}
        self._busy: set[str] = set()
        self._timers: dict[str, Timer] = {}

    async def open(self) -> None:
        """Go on where an earlier process stopped."""
        longest = max((limits.window for limits in self._limits.values()), default=0.0)
        await self._records.tidy(self._world.time() - longest)
        self._of = await self._records.admitted()
        for queue in self._limits:
            self._look(queue)

    async def limit(self, limits: Mapping[str, Limits]) -> None:
        """Have other limits from now on; who has his turn keeps it."""
        self._limits = limits
        for queue in limits:
            self._look(queue)

    def close(self) -> None:
        for timer in self._timers.values():
            timer.cancel()

    async def enter(self, run: RunRecord, place: Place) -> bool:
        """Record a run as waiting for its turn; False if there is one of its id.

        Raises:
            NotFound: the configuration has no such queue.
            ExpressionError, InvalidInput: key or priority cannot be had from the input.
        """
        key, priority = place_of(run, place, self._limits)
        created = await self._records.enter(run, place.queue, key, priority)
        self._look(place.queue)
        return created

    def left(self, run_id: str) -> None:
        """A run is over; if it had its turn, it is the next one's."""
        queue = self._of.pop(run_id, None)
        if queue is not None:
            self._left.setdefault(queue, []).append(run_id)
            self._look(queue)

    async def list(self) -> list[dict[str, Any]]:
        """Each queue: ``{name, concurrency, per_key, rate, waiting, active, oldest}``."""
        return standing(self._limits, await self._records.counts())

    def _look(self, queue: str) -> None:
        if queue in self._limits and queue not in self._busy:
            self._busy.add(queue)
            self._spawn(self._admit(queue))

    async def _admit(self, queue: str) -> None:
        if queue not in self._limits:
            self._busy.discard(queue)
            return
        left = self._left.pop(queue, [])
        # Whoever comes from here on makes it look again.
        self._busy.discard(queue)
        now = self._world.time()
        try:
            turn = await self._records.admit(queue, self._limits[queue], left, now)
        except JournalError as error:
            _log.error("queue %s has to wait, the journal cannot be written: %s", queue, error)
            self._left.setdefault(queue, []).extend(left)
            self._set(queue, now + _PAUSE)
            return
        self._of.update(dict.fromkeys(turn.runs, queue))
        if turn.runs:
            self._wake()
        if turn.again is not None:
            self._set(queue, turn.again)

    def _set(self, queue: str, moment: float) -> None:
        if queue in self._timers:
            self._timers[queue].cancel()
        self._timers[queue] = self._world.call_at(moment, lambda: self._look(queue))


def place_of(run: RunRecord, place: Place, limits: Mapping[str, Limits]) -> tuple[str, int]:
    """The key and the priority with which a run waits.

    Raises:
        NotFound: there is no such queue.
        ExpressionError, InvalidInput: key or priority cannot be had from the input.
    """
    if place.queue not in limits:
        raise NotFound(
            f"there is no queue {place.queue!r}, which {run.workflow} waits in",
            hint="add it under `queues:` in the configuration",
            nearest=sorted(limits),
        )
    scope = {"input": run.input}
    key = "" if place.key is None else str(place.key.evaluate(scope))
    priority = 0 if place.priority is None else place.priority.evaluate(scope)
    if not isinstance(priority, int):
        raise InvalidInput(f"{run.workflow}: the priority {priority!r} is no whole number")
    return key, priority


def standing(
    limits: Mapping[str, Limits], counts: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Each queue as :meth:`Queues.list` has it."""
    nothing = {"waiting": 0, "active": 0, "oldest": None}
    return [
        {
            "name": name,
            "concurrency": each.concurrency,
            "per_key": each.per_key,
            "rate": str(each.rate) if each.rate else None,
            **counts.get(name, nothing),
        }
        for name, each in limits.items()
    ]
