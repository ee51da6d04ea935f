"""The log of events: each id once, and which are still to be delivered."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from interlock.journal.errors import unknown
from interlock.journal.payloads import decode, packed
from interlock.journal.reader import Reader
from interlock.journal.search import NOWHERE, Place
from interlock.journal.writer import Rows, Writer
from interlock.sdk.errors import InvalidInput
from interlock.sdk.events import Event
from interlock.sdk.world import World

_APPEND = """INSERT OR IGNORE INTO events (id, name, key, source, payload, created)
    VALUES (?, ?, ?, ?, ?, ?)"""
_DELIVERED = Rows(
    "UPDATE events SET delivered = new.column2 FROM (",
    2,
    ") AS new WHERE id = new.column1",
    last_only=True,
)
_COLUMNS = "id, name, key, payload, source, created, delivered"
_UNDELIVERED = f"""SELECT {_COLUMNS}, rowid FROM events
    WHERE delivered IS NULL AND (created, rowid) > (?, ?) ORDER BY created, rowid LIMIT ?"""
_NEWEST = f"""SELECT {_COLUMNS} FROM events
    WHERE (?1 IS NULL OR name GLOB ?1) AND (?2 IS NULL OR (created, id) < (?2, ?3))
    ORDER BY created DESC, id DESC LIMIT ?4"""
_SINCE = f"""SELECT {_COLUMNS} FROM events
    WHERE name = ?1 AND (?2 IS NULL OR key = ?2) AND created >= ?3 ORDER BY created, rowid"""
_GET = f"SELECT {_COLUMNS} FROM events WHERE id = ?"
_AGAIN = "UPDATE events SET delivered = NULL WHERE id = ?"
_ALL_AGAIN = """UPDATE events SET delivered = NULL
    WHERE delivered IS NOT NULL AND name GLOB ? AND created >= ? AND created < ?"""


@dataclass(frozen=True, slots=True)
class EventRecord:
    """An event as it was recorded; ``delivered`` once every consumer has had it."""

    event: Event
    source: str
    created: float
    delivered: float | None

    @property
    def place(self) -> Place:
        return (self.created, self.event.id)

    def to_dict(self) -> dict[str, Any]:
        return {
            **self.event.to_dict(),
            "source": self.source,
            "created": self.created,
            "delivered": self.delivered,
        }


class Events:
    """Durable, de-duplicated by id."""

    def __init__(self, writer: Writer, reader: Reader, world: World) -> None:
        self._writer = writer
        self._reader = reader
        self._world = world

    async def append(self, event: Event, source: str) -> bool:
        """Record an event; False if one of this id is recorded already.

        Raises:
            InvalidInput: the event has no id, or its payload is not JSON.
        """
        if not event.id:
            raise InvalidInput(
                f"event {event.name} has no id",
                hint="the sender's own, say: one that is the same whenever it is reported",
            )
        return await self._writer.transact(partial(_append, row=self._row(event, source)))

    def put(self, event: Event, source: str, recorded: Callable[[], None]) -> None:
        """Record an event without waiting; it is durable before anything that is written later.

        Args:
            recorded: called once it is, unless one of its id was recorded before.
        """
        row, fresh = self._row(event, source), False

        def append(connection: sqlite3.Connection) -> None:
            nonlocal fresh
            fresh = _append(connection, row)

        self._writer.work(append, lambda error: recorded() if fresh and not error else None)

    def _row(self, event: Event, source: str) -> tuple[Any, ...]:
        payload = _encode(event.name, event.payload)
        return (event.id, event.name, event.key, source, payload, self._world.time())

    async def undelivered(
        self, after: tuple[float, int] = (0.0, 0), limit: int = 1000
    ) -> Sequence[tuple[tuple[float, int], Event]]:
        """Events that were not marked delivered, oldest first, each with its place in the log."""
        await self._writer.flush()  # nobody waits for marks, but each is to be seen here
        rows = await self._reader.rows(_UNDELIVERED, (*after, limit))
        return [((row[5], row[7]), _event(row)) for row in rows]

    def delivered(self, event_id: str) -> None:
        """Mark one without waiting; it is durable before anything that is written later."""
        self._writer.write(_DELIVERED, (event_id, self._world.time()))

    async def get(self, event_id: str) -> Event | None:
        rows = await self._reader.rows(_GET, (event_id,))
        return _event(rows[0]) if rows else None

    async def since(self, name: str, key: str | None, moment: float) -> Sequence[Event]:
        """Events of a name, and of a key unless that is None, from a moment on; oldest first."""
        return [_event(row) for row in await self._reader.rows(_SINCE, (name, key, moment))]

    async def deliver_again(self, event_id: str) -> None:
        """Mark an event undelivered."""
        await self._writer.transact(lambda connection: connection.execute(_AGAIN, (event_id,)))

    async def all_again(self, pattern: str, since: float, until: float) -> int:
        """Mark what was delivered of a span of time undelivered; how many events that are."""
        values = (pattern.replace("[!", "[^"), since, until)
        return await self._writer.transact(
            lambda connection: connection.execute(_ALL_AGAIN, values).rowcount
        )

    async def record(self, event_id: str) -> EventRecord:
        """By id; NotFound if there is none, or none any more."""
        rows = await self._reader.rows(_GET, (event_id,))
        if not rows:
            raise unknown("event", event_id)
        return EventRecord(_event(rows[0]), *rows[0][4:])

    async def list(
        self, limit: int = 50, after: Place | None = None, *, pattern: str | None = None
    ) -> Sequence[EventRecord]:
        """Newest first.

        Args:
            pattern: of their names.
            after: where the listing goes on.
        """
        glob = pattern and pattern.replace("[!", "[^")
        rows = await self._reader.rows(_NEWEST, (glob, *(after or NOWHERE), limit))
        return [EventRecord(_event(row), *row[4:]) for row in rows]


def _append(connection: sqlite3.Connection, row: tuple[Any, ...]) -> bool:
    return connection.execute(_APPEND, row).rowcount == 1


def _event(row: tuple[Any, ...]) -> Event:
    event_id, name, key, payload = row[:4]
    return Event(name, decode(payload), id=event_id, key=key)


def _encode(name: str, payload: Mapping[str, Any]) -> bytes:
    try:
        return packed(dict(payload))
    except TypeError as error:
        raise InvalidInput(f"the payload of event {name} is not JSON: {error}") from None
