"""Which runs wait for which events."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from interlock.journal.reader import Reader
from interlock.journal.search import PARKED
from interlock.journal.writer import Done, Rows, Writer

_ADD = Rows("INSERT OR IGNORE INTO waits (topic, run, path)", 3)
_REMOVE = Rows("DELETE FROM waits WHERE (topic, run, path) IN (", 3, ")")
_RUNS = "SELECT DISTINCT run FROM waits WHERE topic IN (?, ?)"
_CAME = "UPDATE waits SET event = ? WHERE topic IN (?, ?) AND event IS NULL"
_EVENT = "SELECT event FROM waits WHERE topic = ? AND run = ? AND path = ?"
_WAKE = f"""UPDATE runs SET wake = 0 WHERE {PARKED}
    AND id IN (SELECT run FROM waits WHERE topic IN (?, ?))"""
_FORGET = """DELETE FROM waits WHERE topic IN (?, ?)
    AND run IN (SELECT id FROM runs WHERE finished IS NOT NULL)"""

# The wait after an attempt has the attempt's path; what was called stands there.
_PAUSES = f"""UPDATE steps SET due = ?2 WHERE status = 'waiting' AND path LIKE '%~pause'
    AND run IN (SELECT id FROM runs WHERE {PARKED})
    AND EXISTS (SELECT 1 FROM steps AS call WHERE call.run = steps.run
        AND call.path = substr(steps.path, 1, length(steps.path) - 6)
        AND substr(call.what, 1, length(?1)) = ?1)
    RETURNING run"""
_WAKE_RUN = f"UPDATE runs SET wake = 0 WHERE id = ? AND {PARKED}"


def topic_of(name: str, key: str | None) -> str:
    """What is waited for: an event's name, and its key unless any will do."""
    return name if key is None else f"{name}\n{key}"


class Waits:
    """Registered before a run waits, removed when it does so no more."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    def add(self, topic: str, run_id: str, path: str, done: Done) -> None:
        self._writer.write(_ADD, (topic, run_id, path), done)

    def remove(self, topic: str, run_id: str, path: str) -> None:
        self._writer.write(_REMOVE, (topic, run_id, path))

    async def runs(self, name: str, key: str) -> Sequence[str]:
        """Ids of the runs that wait for an event of this name and key."""
        return [row[0] for row in await self._reader.rows(_RUNS, _topics(name, key))]

    async def event(self, topic: str, run_id: str, path: str) -> str | None:
        """Id of the event that came for a wait while its run was parked."""
        rows = await self._reader.rows(_EVENT, (topic, run_id, path))
        return rows[0][0] if rows else None

    async def wake(self, name: str, key: str, event_id: str) -> None:
        """Make those of them that are parked due at once, and note what for."""

        def wake(connection: sqlite3.Connection) -> None:
            connection.execute(_FORGET, _topics(name, key))
            connection.execute(_CAME, (event_id, *_topics(name, key)))
            connection.execute(_WAKE, _topics(name, key))

        await self._writer.transact(wake)

    async def available(self, service: str, now: float) -> None:
        """End the waits of parked runs for another attempt at a service's tools."""

        def wake(connection: sqlite3.Connection) -> None:
            runs = connection.execute(_PAUSES, (f"{service}.", now)).fetchall()
            connection.executemany(_WAKE_RUN, runs)

        await self._writer.transact(wake)


def _topics(name: str, key: str) -> tuple[str, str]:
    return topic_of(name, None), topic_of(name, key)
