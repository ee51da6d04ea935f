"""Giving back space: what is over for long enough is deleted, a little at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from functools import partial

from interlock.journal.audit import forget_audit
from interlock.journal.payloads import JSON
from interlock.journal.reader import Reader
from interlock.journal.writer import Writer

_BATCH = 500
_PAGES = 2000

# A run goes after those that it started: one of its id would find what they did otherwise, if the
# process died in between.
_OVER = f"""SELECT id FROM runs WHERE finished < ? AND status = ?
    AND (parent IS NULL OR parent NOT IN (SELECT id FROM runs WHERE finished IS NULL))
    AND NOT EXISTS (SELECT 1 FROM runs AS child WHERE child.parent = runs.id)
    LIMIT {_BATCH}"""
# What is left of its letters could not be replayed.
_LETTERS_OF = """DELETE FROM dead_letters WHERE id = 'run:' || ?1
    OR (id > ?1 || ':' AND id < ?1 || ';')"""
_OF_RUNS = (
    "DELETE FROM steps WHERE run IN ({marks})",
    "DELETE FROM approvals WHERE run IN ({marks})",
    "DELETE FROM waits WHERE run IN ({marks})",
    "DELETE FROM spending WHERE kind = 'run' AND scope IN ({marks})",
    "DELETE FROM runs WHERE id IN ({marks})",
)
_EVENTS = f"""DELETE FROM events WHERE id IN (SELECT id FROM events
    WHERE delivered IS NOT NULL AND created < ?1
    AND NOT EXISTS (SELECT 1 FROM dead_letters WHERE dead_letters.id = 'event:' || events.id)
    AND created < coalesce((SELECT min(created) FROM runs WHERE finished IS NULL), ?1)
    LIMIT {_BATCH})"""
_LETTERS = f"""DELETE FROM dead_letters WHERE id IN
    (SELECT id FROM dead_letters WHERE created < ? LIMIT {_BATCH})"""
# The journal's own payloads are known by their references; what services put is older than every
# run that could have been told of it.
_BLOBS = f"""DELETE FROM blobs WHERE digest IN (SELECT digest FROM blobs WHERE created < ?1 AND
    CASE media_type WHEN '{JSON}' THEN
        NOT EXISTS (SELECT 1 FROM steps WHERE payload = digest AND typeof(payload) = 'text')
        AND NOT EXISTS (SELECT 1 FROM runs WHERE input = digest OR output = digest)
    ELSE created < coalesce((SELECT min(created) FROM runs), ?1) END LIMIT {_BATCH})"""


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """What is older goes; seconds since the epoch, None to keep it for ever.

    Attributes:
        runs: by the status in which they ended.
    """

    runs: Mapping[str, float]
    events: float | None = None
    dead_letters: float | None = None
    blobs: float | None = None
    audit: float | None = None


@dataclass(frozen=True, slots=True)
class Swept:
    """How many of each were deleted."""

    runs: int = 0
    events: int = 0
    dead_letters: int = 0
    blobs: int = 0
    audit: int = 0

    @property
    def any(self) -> bool:
        return any(astuple(self))


class Retention:
    """Deletes in small transactions, so that runs that are under way hardly notice."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    async def sweep(self, cutoffs: Cutoffs) -> Swept:
        """Delete what is over, and give its space back to the file system.

        It may be interrupted anywhere; what is left is whole.
        """
        runs = 0
        while deleted := await self._runs(cutoffs.runs):
            runs += deleted
        letters = await self._all(_LETTERS, cutoffs.dead_letters)
        swept = Swept(
            runs,
            await self._all(_EVENTS, cutoffs.events),
            letters,
            await self._all(_BLOBS, cutoffs.blobs),
            await self._audit(cutoffs.audit),
        )
        if swept.any:
            await self._shrink()
        return swept

    async def _runs(self, cutoffs: Mapping[str, float]) -> int:
        """Delete those of which no run that they started is left."""
        total = 0
        for status, moment in cutoffs.items():
            while ids := [row[0] for row in await self._reader.rows(_OVER, (moment, status))]:
                await self._writer.transact(partial(_delete, run_ids=ids))
                total += len(ids)
        return total

    async def _all(self, statement: str, moment: float | None) -> int:
        """Repeat a statement that deletes a batch until there is nothing left to delete."""
        total = 0
        while moment is not None:
            deleted = await self._writer.transact(
                lambda connection: connection.execute(statement, (moment,)).rowcount
            )
            total += deleted
            if deleted < _BATCH:
                break
        return total

    async def _audit(self, moment: float | None) -> int:
        if moment is None:
            return 0
        return await self._writer.transact(partial(forget_audit, moment=moment))

    async def _shrink(self) -> None:
        free = await self._reader.rows("PRAGMA freelist_count")
        for _ in range(0, free[0][0], _PAGES):
            await self._writer.transact(_give_back)


def _give_back(connection: sqlite3.Connection) -> None:
    # Python takes one step of a statement without columns, and each step frees one page.
    for _ in range(_PAGES):
        connection.execute("PRAGMA incremental_vacuum(1)")


def _delete(connection: sqlite3.Connection, run_ids: list[str]) -> None:
    marks = ",".join("?" * len(run_ids))
    for statement in _OF_RUNS:
        connection.execute(statement.format(marks=marks), run_ids)
    connection.executemany(_LETTERS_OF, [(run_id,) for run_id in run_ids])
