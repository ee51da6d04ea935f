"""Who did what: append-only, each entry sealed with the hash of the one before."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import orjson

from interlock.journal.reader import Reader
from interlock.journal.writer import Writer

_COLUMNS = "at, actor, action, target, outcome, run, surface, arguments, seconds, result"
_LAST = "SELECT hash FROM audit ORDER BY id DESC LIMIT 1"
_ADD = f"INSERT INTO audit ({_COLUMNS}, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_NEWEST = f"""SELECT {_COLUMNS}, id FROM audit
    WHERE (?1 IS NULL OR id < ?1) AND (?2 IS NULL OR actor = ?2) AND (?3 IS NULL OR action = ?3)
    ORDER BY id DESC LIMIT ?4"""
_ALL = f"SELECT id, {_COLUMNS}, hash FROM audit ORDER BY id"
# What the first entry that is left is sealed with, once older ones were deleted on purpose.
_SEALED = "SELECT value FROM state WHERE service = ':audit' AND key = 'sealed'"
_LAST_OLD = "SELECT id, hash FROM audit WHERE at < ? ORDER BY id DESC LIMIT 1"
_FORGET = "DELETE FROM audit WHERE id <= ?"
_SEAL = "INSERT OR REPLACE INTO state (service, key, value) VALUES (':audit', 'sealed', ?)"


class AuditRecord(NamedTuple):
    """One act. It holds no argument and no result: those are the run's or nobody's.

    Attributes:
        at: seconds since the epoch.
        actor: the name of a token, or the subject of an access token.
        action: ``tool.call``, ``run.start``, ``service.pause``, ...
        target: the tool, workflow, run or service.
        outcome: ``ok``, or the code of the error it ended with.
        run: the run that it started or concerns.
        surface: ``http`` or ``mcp``.
        arguments: of a call or start: their digest, see :func:`audit_digest`.
        seconds: from the request to its outcome.
        result: of a call: the digest of its result, as of ``arguments``.
    """

    at: float
    actor: str
    action: str
    target: str
    outcome: str = "ok"
    run: str | None = None
    surface: str = "http"
    arguments: str | None = None
    seconds: float | None = None
    result: str | None = None
    id: int = 0

    def to_dict(self) -> dict[str, Any]:
        return self._asdict()


def audit_digest(value: Any) -> str:
    """Lets whoever has the value show that it was this: SHA-256 of its JSON with sorted keys."""
    options = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
    try:
        text = orjson.dumps(value, default=repr, option=options)
    except TypeError:  # a number or a text that JSON has no room for
        text = repr(value).encode("utf-8", "backslashreplace")
    return hashlib.sha256(text).hexdigest()


class Audit:
    """All entries of one journal."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader
        self._together: list[AuditRecord] = []
        self._gathering = -1

    def put(self, record: AuditRecord) -> None:
        """Write without waiting; it is durable before anything that is written later."""
        if self._gathering != self._writer.gathering:
            self._gathering, self._together = self._writer.gathering, []
            self._writer.work(partial(_append, records=self._together))
        self._together.append(record)

    async def list(
        self,
        *,
        limit: int = 50,
        before: int | None = None,
        actor: str | None = None,
        action: str | None = None,
    ) -> Sequence[AuditRecord]:
        """Newest first; ``before`` is the id after which a listing goes on."""
        await self._writer.flush()  # nobody waits for entries, but who acted is to find them
        rows = await self._reader.rows(_NEWEST, (before, actor, action, limit))
        return [AuditRecord(*row) for row in rows]

    async def broken_at(self) -> int | None:
        """The id of the first entry that was changed, or that follows a removed one."""
        return await self._reader.query(_first_broken)


def _append(connection: sqlite3.Connection, records: Sequence[AuditRecord]) -> None:
    last = connection.execute(_LAST).fetchone()
    seal, rows = last[0] if last else _sealed(connection), []
    for record in records:
        row = record[:-1]  # what there is before it has an id
        seal = _seal(seal, row)
        rows.append((*row, seal))
    connection.executemany(_ADD, rows)


def forget_audit(connection: sqlite3.Connection, moment: float) -> int:
    """Delete the entries before ``moment``; how many. The chain goes on from where it was cut."""
    last = connection.execute(_LAST_OLD, (moment,)).fetchone()
    if last is None:
        return 0
    connection.execute(_SEAL, (orjson.dumps(last[1].hex()),))
    return connection.execute(_FORGET, (last[0],)).rowcount


def _sealed(connection: sqlite3.Connection) -> bytes:
    found = connection.execute(_SEALED).fetchone()
    return bytes.fromhex(orjson.loads(found[0])) if found else b""


def _first_broken(connection: sqlite3.Connection) -> int | None:
    before = _sealed(connection)
    for id, *row, seal in connection.execute(_ALL):
        if _seal(before, tuple(row)) != seal:
            return int(id)
        before = seal
    return None


def _seal(before: bytes, row: tuple[Any, ...]) -> bytes:
    # Entries of before the last columns were sealed without them.
    row = row if row[-1] is not None else row[:-1]
    row = row if len(row) > 9 or row[-2:] != (None, None) else row[:-2]
    return hashlib.sha256(before + orjson.dumps(row)).digest()
