"""Runs that wait for their turn, and those that have it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from interlock.journal.payloads import packed
from interlock.journal.reader import Reader
from interlock.journal.run_record import RunRecord
from interlock.journal.runs import Runs
from interlock.journal.writer import Writer
from interlock.sdk.quantities import Rate

_ENTER = "INSERT OR IGNORE INTO queue (run, queue, key, priority) VALUES (?, ?, ?, ?)"
_PARK = "UPDATE runs SET status = 'waiting', waiting = ?2, wake = 9e999 WHERE id = ?1"
_ADMIT = "UPDATE queue SET admitted = ?2 WHERE run = ?1"
_WAKE = "UPDATE runs SET wake = 0 WHERE id = ?"
_OPEN = "EXISTS (SELECT 1 FROM runs WHERE id = run AND finished IS NULL)"
_ACTIVE = f"SELECT key FROM queue WHERE queue = ? AND admitted IS NOT NULL AND {_OPEN}"
_WAITING = f"""SELECT run, key FROM queue WHERE queue = ? AND admitted IS NULL AND {_OPEN}
    ORDER BY priority DESC, seq"""
_RECENT = "SELECT admitted FROM queue WHERE queue = ? AND admitted > ? ORDER BY admitted"
_LEAVE = "DELETE FROM queue WHERE run = ? AND (admitted IS NULL OR admitted <= ?)"
_TIDY = f"DELETE FROM queue WHERE NOT {_OPEN} AND coalesce(admitted, 0) <= ?"
_ADMITTED = f"SELECT run, queue FROM queue WHERE admitted IS NOT NULL AND {_OPEN}"
_COUNTS = f"""SELECT queue, sum(admitted IS NULL), sum(admitted IS NOT NULL),
    min(CASE WHEN admitted IS NULL THEN (SELECT created FROM runs WHERE id = run) END)
    FROM queue WHERE {_OPEN} GROUP BY queue"""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many runs of one queue may be under way.

    Attributes:
        concurrency: at once; None for all.
        per_key: at once with one key.
        rate: how many may begin in a period.
    """

    concurrency: int | None = None
    per_key: int | None = None
    rate: Rate | None = None

    @property
    def window(self) -> float:
        """Seconds for which a run that has begun counts, even if it is over."""
        return self.rate.period if self.rate else 0.0


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is, and when to look again if only time is missing."""

    runs: Sequence[str]
    again: float | None


class QueueRecords:
    """Each run stands in one queue at most."""

    def __init__(self, writer: Writer, reader: Reader, runs: Runs) -> None:
        self._writer = writer
        self._reader = reader
        self._runs = runs

    async def enter(self, run: RunRecord, queue: str, key: str, priority: int) -> bool:
        """Record a run as waiting in a queue; False if there is one of its id."""
        waiting = packed({"reason": f"queue {queue}", "until": None, "step": ""})

        def enter(connection: sqlite3.Connection) -> None:
            connection.execute(_ENTER, (run.id, queue, key, priority))
            connection.execute(_PARK, (run.id, waiting))

        return await self._runs.create_once(run, enter)

    async def admit(self, queue: str, limits: Limits, left: Sequence[str], now: float) -> Turn:
        """Give a turn to as many as there is room for, by priority and then by age.

        Args:
            left: runs that are over.
        """

        def admit(connection: sqlite3.Connection) -> Turn:
            connection.executemany(_LEAVE, [(run, now - limits.window) for run in left])
            again = _rate_again(connection, queue, limits, now)
            if again is not None:
                return Turn((), again)
            chosen = _chosen(connection, queue, limits, now)
            connection.executemany(_ADMIT, [(run, now) for run in chosen])
            connection.executemany(_WAKE, [(run,) for run in chosen])
            return Turn(chosen, _rate_again(connection, queue, limits, now))

        return await self._writer.transact(admit)

    async def tidy(self, before: float) -> None:
        """Forget runs that are over and had their turn before a moment."""
        await self._writer.transact(lambda connection: connection.execute(_TIDY, (before,)))

    async def admitted(self) -> dict[str, str]:
        """The queue of each run that has its turn and is not over."""
        return dict(await self._reader.rows(_ADMITTED, ()))

    async def counts(self) -> dict[str, dict[str, Any]]:
        """``{waiting, active, oldest}`` of each queue; when the oldest that waits was created."""
        rows = await self._reader.rows(_COUNTS, ())
        return {
            queue: {"waiting": waiting, "active": active, "oldest": oldest}
            for queue, waiting, active, oldest in rows
        }


def _chosen(
    connection: sqlite3.Connection, queue: str, limits: Limits, now: float
) -> Sequence[str]:
    active = [key for (key,) in connection.execute(_ACTIVE, (queue,))]
    room = _room(connection, queue, limits, now, len(active))
    of_key = Counter(active)
    chosen: list[str] = []
    for run, key in connection.execute(_WAITING, (queue,)):
        if len(chosen) >= room:
            break
        if limits.per_key is None or of_key[key] < limits.per_key:
            of_key[key] += 1
            chosen.append(run)
    return chosen


def _room(
    connection: sqlite3.Connection, queue: str, limits: Limits, now: float, active: int
) -> float:
    room = float("inf") if limits.concurrency is None else limits.concurrency - active
    if limits.rate is not None:
        recent = len(connection.execute(_RECENT, (queue, now - limits.window)).fetchall())
        room = min(room, limits.rate.limit - recent)
    return room


def _rate_again(
    connection: sqlite3.Connection, queue: str, limits: Limits, now: float
) -> float | None:
    """When the rate allows another one, if it allows none now."""
    if limits.rate is None:
        return None
    recent = connection.execute(_RECENT, (queue, now - limits.window)).fetchall()
    if len(recent) < limits.rate.limit:
        return None
    return float(recent[-limits.rate.limit][0]) + limits.window
