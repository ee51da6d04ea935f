"""Runs, and the templates they began with."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interlock.journal.database import Database, Row
from interlock.journal.encoding import decode, encode
from interlock.sdk import Conflict, NotFound

RUNNING = "running"
WAITING = "waiting"
COMPENSATING = "compensating"
SUCCEEDED = "succeeded"
FAILED = "failed"
CANCELLED = "cancelled"
UNFINISHED = (RUNNING, WAITING, COMPENSATING)
FINISHED = (SUCCEEDED, FAILED, CANCELLED)

_COLUMNS = (
    "id, template, version, status, input, output, error, parent, tags, trace, reason, wake_at,"
    " cancelling, created, updated"
)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run as the journal knows it. Times are seconds since the epoch."""

    id: str
    template: str
    version: str
    status: str
    input: Mapping[str, Any]
    created: float
    updated: float
    output: Any = None
    error: Mapping[str, Any] | None = None
    parent: str | None = None
    tags: Sequence[str] = ()
    trace: str | None = None
    reason: str | None = None
    wake_at: float | None = None
    cancelling: bool = False

    @property
    def finished(self) -> bool:
        return self.status in FINISHED

    def to_dict(self) -> dict[str, Any]:
        """JSON for people and programs; ``waiting`` says for what and until when."""
        waiting = {"reason": self.reason, "until": self.wake_at} if self.reason else None
        return {
            "id": self.id,
            "workflow": self.template,
            "version": self.version,
            "status": self.status,
            "input": self.input,
            "output": self.output,
            "error": self.error,
            "parent": self.parent,
            "tags": list(self.tags),
            "trace": self.trace,
            "waiting": waiting,
            "cancelling": self.cancelling,
            "created": self.created,
            "updated": self.updated,
        }


class Runs:
    """Reads and writes runs. Writes return futures that end once they are durable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, record: RunRecord) -> bool:
        """False if a run of this id exists; nothing is changed then."""
        added = await self._database.write(
            f"INSERT OR IGNORE INTO runs ({_COLUMNS}) VALUES (?{', ?' * 14})",
            (
                record.id,
                record.template,
                record.version,
                record.status,
                encode(record.input),
                None,
                None,
                record.parent,
                encode(list(record.tags)),
                record.trace,
                None,
                None,
                0,
                record.created,
                record.updated,
            ),
        )
        return added == 1

    def finish(
        self,
        run_id: str,
        status: str,
        now: float,
        *,
        output: Any = None,
        error: Mapping[str, Any] | None = None,
    ) -> asyncio.Future[int]:
        return self._database.write(
            "UPDATE runs SET status = ?, output = ?, error = ?, reason = NULL, wake_at = NULL,"
            " updated = ? WHERE id = ?",
            (status, encode(output), encode(error) if error else None, now, run_id),
        )

    def compensating(
        self, run_id: str, now: float, error: Mapping[str, Any]
    ) -> asyncio.Future[int]:
        return self._database.write(
            "UPDATE runs SET status = ?, error = ?, reason = NULL, updated = ? WHERE id = ?",
            (COMPENSATING, encode(error), now, run_id),
        )

    def waiting(
        self, run_id: str, now: float, reason: str | None, wake_at: float | None
    ) -> asyncio.Future[int]:
        """Say what a run waits for; ``reason=None`` says that it goes on."""
        return self._database.write(
            "UPDATE runs SET status = CASE status WHEN 'compensating' THEN status ELSE ? END,"
            " reason = ?, wake_at = ?, updated = ? WHERE id = ?",
            (WAITING if reason else RUNNING, reason, wake_at, now, run_id),
        )

    def cancelling(self, run_id: str, now: float) -> asyncio.Future[int]:
        return self._database.write(
            "UPDATE runs SET cancelling = 1, updated = ? WHERE id = ?", (now, run_id)
        )

    async def get(self, run_id: str) -> RunRecord:
        """The run of this id, or the only one whose id begins with it.

        Raises:
            NotFound: there is none.
            Conflict: several begin so.
        """
        rows = await self._database.read(
            f"SELECT {_COLUMNS} FROM runs WHERE id >= ? AND id < ? ORDER BY id LIMIT 2",
            (run_id, run_id + "\U0010ffff"),
        )
        if not rows:
            raise NotFound(f"no run {run_id!r}", kind="run", hint="see `interlock runs`")
        if len(rows) > 1 and rows[0][0] != run_id:
            raise Conflict(f"several runs begin with {run_id!r}", hint="give more of the id")
        return _record(rows[0])

    async def find(
        self,
        *,
        status: str | None = None,
        template: str | None = None,
        limit: int = 50,
        before: str | None = None,
    ) -> list[RunRecord]:
        """Newest first."""
        conditions = {"status = ?": status, "template = ?": template, "id < ?": before}
        given = {text: value for text, value in conditions.items() if value is not None}
        where = f"WHERE {' AND '.join(given)}" if given else ""
        rows = await self._database.read(
            f"SELECT {_COLUMNS} FROM runs {where} ORDER BY created DESC, id DESC LIMIT ?",
            (*given.values(), limit),
        )
        return [_record(row) for row in rows]

    async def unfinished(self) -> list[RunRecord]:
        """What has to go on after a restart, oldest first."""
        rows = await self._database.read(
            f"SELECT {_COLUMNS} FROM runs WHERE status IN (?, ?, ?) ORDER BY id", UNFINISHED
        )
        return [_record(row) for row in rows]


class Templates:
    """Sources of templates by version, for as long as a run may need them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, version: str, name: str, source: str) -> asyncio.Future[int]:
        return self._database.write(
            "INSERT OR IGNORE INTO templates (version, name, source) VALUES (?, ?, ?)",
            (version, name, source),
        )

    async def source(self, version: str) -> str | None:
        rows = await self._database.read(
            "SELECT source FROM templates WHERE version = ?", (version,)
        )
        return rows[0][0] if rows else None


def _record(row: Row) -> RunRecord:
    return RunRecord(
        id=row[0],
        template=row[1],
        version=row[2],
        status=row[3],
        input=decode(row[4]),
        output=decode(row[5]),
        error=decode(row[6]),
        parent=row[7],
        tags=decode(row[8]),
        trace=row[9],
        reason=row[10],
        wake_at=row[11],
        cancelling=bool(row[12]),
        created=row[13],
        updated=row[14],
    )
