"""The runs: what was started with which input, how it stands, how it ended."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from interlock.journal.blobs import BlobStore
from interlock.journal.errors import JournalError, unknown
from interlock.journal.payloads import decode, encode, packed, resolved
from interlock.journal.reader import Reader
from interlock.journal.run_record import Intent, RunRecord
from interlock.journal.search import PARKED, RunFilter
from interlock.journal.writer import Done, Rows, Writer
from interlock.sdk.errors import NotFound

Parked = Callable[[JournalError | None, bool], None]

EVERY_RUN = RunFilter()

_CREATE = Rows(
    """INSERT OR IGNORE INTO runs
    (id, workflow, version, status, parent, trace, tags, input, created, deadline, inherited)""",
    11,
)
_UPDATE = Rows(
    # A run that is parked without knowing what was asked of it meanwhile is due at once.
    """UPDATE runs SET status = new.column2, output = new.column3, problem = new.column4,
    waiting = new.column5, finished = new.column7, wake = CASE
        WHEN new.column6 IS NULL OR intent IS new.column8 THEN new.column6 ELSE 0.0 END
    FROM (""",
    8,
    ") AS new WHERE id = new.column1",
    last_only=True,
)
_COPY = """INSERT INTO runs
    (id, workflow, version, status, parent, trace, tags, input, created, deadline, inherited,
        intent, output, problem, waiting, wake, finished)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
    ON CONFLICT (id) DO UPDATE SET version = ?3, status = ?4, intent = ?12, output = ?13,
        problem = ?14, waiting = ?15, wake = ?16, finished = ?17"""
_MOVE = "UPDATE runs SET version = ?2 WHERE id = ?1"
_WAKE_PARENT = f"UPDATE runs SET wake = 0 WHERE id = ? AND {PARKED}"
# What came before the run was parked could not wake it.
_CAME = f"""UPDATE runs SET wake = 0 WHERE id = ?1 AND {PARKED} AND (
    EXISTS (SELECT 1 FROM approvals
        WHERE id IN (SELECT value FROM json_each(?2)) AND decided IS NOT NULL)
    OR EXISTS (SELECT 1 FROM runs AS child
        WHERE child.id IN (SELECT value FROM json_each(?2)) AND child.finished IS NOT NULL))"""
_STOP = """UPDATE runs SET intent = '{}', wake = CASE WHEN wake IS NOT NULL THEN 0.0 END
    WHERE id = ? AND finished IS NULL"""
_INTEND = {
    None: """UPDATE runs SET intent = NULL, wake = CASE status WHEN 'paused' THEN 0.0 ELSE wake END
        WHERE id = ? AND finished IS NULL""",
    "cancel": _STOP.format("cancel"),
    "abandon": _STOP.format("abandon"),
    "pause": """UPDATE runs SET intent = 'pause'
        WHERE id = ? AND finished IS NULL AND intent IS NULL""",
    "undo": """UPDATE runs SET intent = 'undo', status = 'compensating', finished = NULL, cut = NULL
        WHERE id = ? AND status = 'succeeded'""",
}
_CUT = "UPDATE runs SET cut = ?2 WHERE id = ?1"
_TO_CUT = "SELECT id, cut FROM runs WHERE cut IS NOT NULL AND finished IS NULL"
_REOPEN = """UPDATE runs SET status = 'running', finished = NULL, output = NULL, problem = NULL,
    waiting = NULL, wake = NULL, cut = NULL, intent = CASE WHEN ?2 THEN intent END
    WHERE id = ?1 AND finished IS NOT NULL"""
_FORGET_STEP = "DELETE FROM steps WHERE run = ? AND path = ?"
_FORGET_LETTERS = "DELETE FROM dead_letters WHERE id IN ('run:' || ?1, ?1 || ':' || ?2)"
_TAKE_OVER = """INSERT INTO steps
    (run, path, position, status, what, payload, started, finished, due)
    SELECT ?2, path, position, status, what, payload, started, finished, due FROM steps
    WHERE run = ?1 AND position <= ?3 AND finished IS NOT NULL"""

_COLUMNS = f"""id, workflow, version, status, created, {resolved("input")}, parent, trace, intent,
    tags, finished, wake, {resolved("output")}, problem, waiting, deadline, inherited"""
_BRIEF = _COLUMNS.replace(resolved("input"), "NULL").replace(resolved("output"), "NULL")
_JSON = (5, 9, 12, 13, 14)
_GET = f"SELECT {_COLUMNS} FROM runs WHERE id = ?"
_BEGINNING = f"""SELECT {_COLUMNS} FROM runs
    WHERE id = ?1 OR (id > ?1 AND id < ?1 || char(1114111) AND parent IS NULL)
    ORDER BY id LIMIT 2"""
_BEFORE = "(?1 IS NULL OR (created, id) < (SELECT created, id FROM runs WHERE id = ?1))"
_UNFINISHED = """SELECT id FROM runs
    WHERE finished IS NULL AND wake IS NULL AND id > ? ORDER BY id LIMIT ?"""
_COUNTS = "SELECT status, count(*) FROM runs WHERE finished IS NULL GROUP BY status"
_VERSIONS = """SELECT version, count(*) FROM runs WHERE workflow = ? AND finished IS NULL
    GROUP BY version"""
_FORGET_LIVES = "UPDATE runs SET lives = 0 WHERE lives > 0 AND finished IS NULL"
_LIVES = """SELECT id, CASE WHEN (SELECT count(*) FROM steps WHERE run = id) > recorded THEN 0
    ELSE lives END FROM runs WHERE id IN ({marks})"""
_AGAIN = """UPDATE runs SET
    lives = CASE WHEN (SELECT count(*) FROM steps WHERE run = id) > recorded THEN 1
        ELSE lives + 1 END,
    recorded = (SELECT count(*) FROM steps WHERE run = id)
    WHERE id IN ({marks}) RETURNING id, lives"""
_LIVED = "UPDATE runs SET lives = min(lives, ?) WHERE id IN ({marks})"
_WAKING = """SELECT id, wake FROM runs WHERE finished IS NULL AND wake IS NOT NULL
    ORDER BY wake LIMIT ?"""


class Runs:
    """All runs of one journal."""

    def __init__(self, writer: Writer, reader: Reader, blobs: BlobStore) -> None:
        self._writer = writer
        self._reader = reader
        self._blobs = blobs

    async def create(self, run: RunRecord) -> None:
        """Record a run with a new id; durable on return."""
        await self._writer.commit(_CREATE, self._row(run))

    async def create_once(
        self, run: RunRecord, also: Callable[[sqlite3.Connection], None] | None = None
    ) -> bool:
        """Record a run unless there is one of its id; False if there is.

        Args:
            also: to be done with it, or not at all.
        """
        row = self._row(run)

        def create(connection: sqlite3.Connection) -> bool:
            created = _CREATE.apply(connection, [row]) == 1
            if created and also is not None:
                also(connection)
            return created

        return await self._writer.transact(create)

    def _row(self, run: RunRecord) -> tuple[Any, ...]:
        tags, values = packed(list(run.tags)), self._stored(run.input)
        named = (run.id, run.workflow, run.version, run.status, run.parent, run.trace)
        return (*named, tags, values, run.created, run.deadline, run.inherited)

    def update(self, run: RunRecord, done: Done | None = None) -> None:
        """Record how a run stands: status, output, problem, waiting, wake and finished."""
        row = self._standing(run)
        if run.parent is None or run.finished is None:
            self._writer.write(_UPDATE, row, done)
            return

        def end(connection: sqlite3.Connection) -> None:
            _UPDATE.apply(connection, [row])
            connection.execute(_WAKE_PARENT, (run.parent,))

        self._writer.work(end, done)

    def park(self, run: RunRecord, awaited: Sequence[str], done: Parked) -> None:
        """Record that a run leaves memory, as :meth:`update` does.

        Args:
            awaited: ids of approvals and runs. One that is decided or over by then makes the run
                due at once.
            done: told whether one was.
        """
        if not awaited:
            self._writer.write(_UPDATE, self._standing(run), lambda error: done(error, False))
            return
        row, ids, came = self._standing(run), packed(list(awaited)).decode(), False

        def park(connection: sqlite3.Connection) -> None:
            nonlocal came
            _UPDATE.apply(connection, [row])
            came = connection.execute(_CAME, (run.id, ids)).rowcount > 0

        self._writer.work(park, lambda error: done(error, came))

    def _standing(self, run: RunRecord) -> tuple[Any, ...]:
        output = None if run.output is None else self._stored(run.output)
        problem = packed(run.problem) if run.problem else None
        waiting = packed(run.waiting) if run.waiting else None
        ends = (run.id, run.status, output, problem, waiting, run.wake, run.finished)
        return (*ends, run.intent)

    async def copy(self, run: RunRecord) -> None:
        """Record a run as another engine has it on record."""
        output = None if run.output is None else self._stored(run.output)
        problem = packed(run.problem) if run.problem else None
        waiting = packed(run.waiting) if run.waiting else None
        ends = (run.intent, output, problem, waiting, run.wake, run.finished)
        row = (*self._row(run), *ends)
        await self._writer.transact(lambda connection: connection.execute(_COPY, row))

    async def intend(self, run_id: str, intent: Intent | None) -> None:
        """Record what is asked of a run; one that succeeded and is to be undone is open again."""
        await self._writer.transact(
            lambda connection: connection.execute(_INTEND[intent], (run_id,))
        )

    async def cut_at(self, run_id: str, moment: float) -> None:
        """Record when a run that was asked to stop is cut off."""
        await self._writer.transact(lambda connection: connection.execute(_CUT, (run_id, moment)))

    async def to_cut(self) -> Sequence[tuple[str, float]]:
        """Ids of the runs that are cut off some time, unless they have ended, and when."""
        return [(row[0], row[1]) for row in await self._reader.rows(_TO_CUT)]

    async def move(self, run_id: str, version: str) -> None:
        """Let a run have another version of its template from now on."""
        await self._writer.transact(lambda connection: connection.execute(_MOVE, (run_id, version)))

    async def reopen(
        self, run_id: str, forget: Sequence[str], *, keep_intent: bool = False
    ) -> None:
        """Open a run that is over, without these steps and without the dead letters about it."""

        def reopen(connection: sqlite3.Connection) -> None:
            if connection.execute(_REOPEN, (run_id, keep_intent)).rowcount:
                connection.executemany(_FORGET_STEP, [(run_id, path) for path in forget])
                connection.executemany(_FORGET_LETTERS, [(run_id, path) for path in ("", *forget)])

        await self._writer.transact(reopen)

    async def fork(self, source: str, run: RunRecord) -> None:
        """Record a new run with the steps of another up to ``run.inherited``."""
        row = self._row(run)

        def fork(connection: sqlite3.Connection) -> None:
            if _CREATE.apply(connection, [row]):
                connection.execute(_TAKE_OVER, (source, run.id, run.inherited))

        await self._writer.transact(fork)

    async def get(self, run_id: str) -> RunRecord | None:
        found = await self._reader.rows(_GET, (run_id,))
        return _record(found[0]) if found else None

    async def find(self, beginning: str) -> RunRecord:
        """The run of this id, or the only one whose id begins so.

        Raises:
            NotFound: there is none, or there are several.
        """
        found = await self._reader.rows(_BEGINNING, (beginning,))
        if not found:
            raise unknown("run", beginning)
        if len(found) > 1 and found[0][0] != beginning:
            raise NotFound(f"several runs begin with {beginning}", hint="give more of the id")
        return _record(found[0])

    async def list(
        self,
        which: RunFilter = EVERY_RUN,
        *,
        limit: int = 50,
        before: str | None = None,
        brief: bool = False,
    ) -> Sequence[RunRecord]:
        """Newest first; ``before`` is the id after which a listing goes on.

        Args:
            brief: without inputs and outputs, which may be large.
        """
        condition, values = which.sql()
        sql = f"""SELECT {_BRIEF if brief else _COLUMNS} FROM runs WHERE {_BEFORE} AND {condition}
            ORDER BY created DESC, id DESC LIMIT ?"""
        return [_record(row) for row in await self._reader.rows(sql, (before, *values, limit))]

    async def unfinished(self, after: str = "", limit: int = 500) -> Sequence[str]:
        """Ids of runs that are neither finished nor parked, in the order of their ids."""
        return [row[0] for row in await self._reader.rows(_UNFINISHED, (after, limit))]

    async def counts(self) -> dict[str, int]:
        """How many runs stand how; those that are not over."""
        counts: dict[str, int] = dict.fromkeys(("running", "waiting", "paused", "compensating"), 0)
        return counts | dict(await self._reader.rows(_COUNTS, ()))

    async def versions(self, workflow: str) -> dict[str, int]:
        """How many runs of a workflow that are not over have each version of it."""
        return dict(await self._reader.rows(_VERSIONS, (workflow,)))

    async def lives(self, run_ids: Sequence[str]) -> dict[str, int]:
        """How often runs were begun again since they recorded anything; by id."""
        sql = _LIVES.format(marks=",".join("?" * len(run_ids)))
        return dict(await self._reader.rows(sql, tuple(run_ids)))

    async def live_again(self, run_ids: Sequence[str]) -> None:
        """Count that runs are about to be begun again."""
        sql = _AGAIN.format(marks=",".join("?" * len(run_ids)))
        await self._writer.transact(
            lambda connection: connection.execute(sql, tuple(run_ids)).fetchall()
        )

    async def lived(self, run_ids: Sequence[str], lives: int) -> None:
        """Take back what was counted beyond ``lives``: they were begun, and nothing happened."""
        sql = _LIVED.format(marks=",".join("?" * len(run_ids)))
        await self._writer.transact(lambda connection: connection.execute(sql, (lives, *run_ids)))

    async def forget_lives(self) -> None:
        """Count from the beginning again."""
        await self._writer.transact(lambda connection: connection.execute(_FORGET_LIVES))

    async def waking(self, limit: int = 500) -> Sequence[tuple[str, float]]:
        """Ids of parked runs and when each goes on, the next one first."""
        return [(row[0], row[1]) for row in await self._reader.rows(_WAKING, (limit,))]

    def _stored(self, value: Any) -> bytes | str | None:
        payload = encode(value)
        if isinstance(payload.column, str) and payload.blob is not None:
            self._blobs.add(payload.column, payload.blob)
        return payload.column


def read_runs(connection: sqlite3.Connection, run_ids: Sequence[str]) -> list[RunRecord]:
    """Several runs in one query."""
    marks = ",".join("?" * len(run_ids))
    sql = f"SELECT {_COLUMNS} FROM runs WHERE id IN ({marks})"
    return [_record(row) for row in connection.execute(sql, tuple(run_ids))]


def _record(row: tuple[Any, ...]) -> RunRecord:
    values = list(row)
    for index in _JSON:
        values[index] = decode(values[index])
    return RunRecord(*values)
