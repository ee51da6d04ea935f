"""What could not be handled, with everything needed to try again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from interlock.journal.database import Database
from interlock.journal.encoding import decode, encode
from interlock.sdk import InterlockError, World


@dataclass(frozen=True, slots=True)
class DeadLetterRecord:
    """A message, event, run or compensation that was given up."""

    id: str
    kind: str
    subject: str
    body: Any
    error: Mapping[str, Any]
    created: float

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "subject": self.subject,
            "body": self.body,
            "error": self.error,
            "reason": self.error.get("message", ""),
            "created": self.created,
        }


class DeadLetterRecords:
    """Durable dead letters."""

    def __init__(self, database: Database, world: World) -> None:
        self._database = database
        self._world = world

    async def add(
        self, kind: str, subject: str, body: Any, error: InterlockError, *, id: str = ""
    ) -> None:
        """Return once it is durable; a second one of the same id changes nothing."""
        await self._database.write(
            "INSERT OR IGNORE INTO dead_letters (id, kind, subject, body, error, created)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                id or self._world.new_id(),
                kind,
                subject,
                encode(body),
                encode(error.to_problem()),
                self._world.time(),
            ),
        )

    async def newest(self, *, limit: int = 50) -> list[DeadLetterRecord]:
        """The last ``limit``, newest first."""
        rows = await self._database.read(
            "SELECT id, kind, subject, body, error, created FROM dead_letters"
            " ORDER BY created DESC, id DESC LIMIT ?",
            (limit,),
        )
        return [
            DeadLetterRecord(id, kind, subject, decode(body), decode(error), created)
            for id, kind, subject, body, error, created in rows
        ]
