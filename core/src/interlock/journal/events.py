"""Published events: durable, each id once, until every consumer has had them."""

from __future__ import annotations

from interlock.journal.database import Database
from interlock.journal.encoding import decode, encode
from interlock.sdk import Event, World


class EventRecords:
    """Implements the event log of ``interlock.events``."""

    def __init__(self, database: Database, world: World) -> None:
        self._database = database
        self._world = world

    async def append(self, event: Event, source: str) -> bool:
        """Return once the event is durable; False if one of this id is there already."""
        added = await self._database.write(
            "INSERT OR IGNORE INTO events (id, name, key, source, payload, created)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                event.id,
                event.name,
                event.key,
                source,
                encode(dict(event.payload)),
                self._world.time(),
            ),
        )
        return added == 1

    async def undelivered(self, limit: int = 1000) -> list[Event]:
        """Oldest first."""
        rows = await self._database.read(
            "SELECT name, payload, id, key FROM events WHERE delivered = 0 ORDER BY number LIMIT ?",
            (limit,),
        )
        return [Event(name, decode(payload), id, key) for name, payload, id, key in rows]

    async def delivered(self, event_id: str) -> None:
        await self._database.write("UPDATE events SET delivered = 1 WHERE id = ?", (event_id,))
