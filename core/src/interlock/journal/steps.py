"""What became of each operation of a run, by its path in the template."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from interlock.journal.blobs import BlobStore
from interlock.journal.database import Database, Insert
from interlock.journal.encoding import decode, encode

STARTED = "started"
SUCCEEDED = "succeeded"
FAILED = "failed"
SLEEPING = "sleeping"

# A larger body would make every page of the table dear to read; it goes to a blob.
_LARGEST_BODY = 64 * 1024
_IN_BLOB = b"blob:"

_UPSERT = Insert("steps", ("run", "path", "state", "body", "due", "started", "ended"))


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One recorded operation.

    Attributes:
        state: ``started`` (its effect may have happened), ``succeeded``, ``failed``, ``sleeping``.
        body: the result, or the problem it failed with.
        due: when a sleeping one is to wake; seconds since the epoch.
    """

    path: str
    state: str
    body: Any
    due: float | None
    started: float
    ended: float | None

    def to_dict(self) -> dict[str, Any]:
        seconds = None if self.ended is None else self.ended - self.started
        return {
            "path": self.path,
            "status": self.state,
            "output": self.body if self.state == SUCCEEDED else None,
            "error": self.body if self.state == FAILED else None,
            "due": self.due,
            "started": self.started,
            "ended": self.ended,
            "seconds": seconds,
        }


class Steps:
    """Reads and writes steps."""

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self._database = database
        self._blobs = blobs

    async def record(
        self,
        run_id: str,
        path: str,
        state: str,
        body: Any,
        *,
        started: float,
        ended: float | None = None,
        due: float | None = None,
    ) -> None:
        """Return once the outcome is durable; a later record of the same path replaces it."""
        data = encode(body)
        if len(data) > _LARGEST_BODY:
            reference = await self._blobs.put(data, "application/json")
            data = _IN_BLOB + reference.digest.encode()
        await self._database.write(_UPSERT, (run_id, path, state, data, due, started, ended))

    def note(
        self, run_id: str, path: str, state: str, body: Any, started: float, ended: float
    ) -> asyncio.Future[int]:
        """Record what nobody needs to wait for; small bodies only."""
        return self._database.write(
            _UPSERT, (run_id, path, state, encode(body), None, started, ended)
        )

    async def of(self, run_id: str) -> list[StepRecord]:
        """The steps of a run, in the order in which they began."""
        rows = await self._database.read(
            "SELECT path, state, body, due, started, ended FROM steps WHERE run = ?"
            " ORDER BY started, path",
            (run_id,),
        )
        return [
            StepRecord(path, state, await self._body(data), due, started, ended)
            for path, state, data, due, started, ended in rows
        ]

    async def _body(self, data: bytes | None) -> Any:
        if data is not None and data.startswith(_IN_BLOB):
            data = await self._blobs.get(data.removeprefix(_IN_BLOB).decode())
        return decode(data)
