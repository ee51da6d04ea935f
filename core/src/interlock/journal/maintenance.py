"""Looking after a journal's file: what is wrong with it, a copy of it, what can be saved of it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from interlock.journal.connections import connect_reader, connect_writer, own
from interlock.journal.errors import JournalError, journal_error

_MOST_FINDINGS = 100
_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
_BLOBS_GONE = """SELECT DISTINCT run FROM steps WHERE typeof(payload) = 'text'
    AND NOT EXISTS (SELECT 1 FROM blobs WHERE digest = payload)
    UNION SELECT id FROM runs WHERE typeof(input) = 'text'
    AND NOT EXISTS (SELECT 1 FROM blobs WHERE digest = input)"""
_TEMPLATES_GONE = """SELECT id FROM runs WHERE finished IS NULL
    AND NOT EXISTS (SELECT 1 FROM templates WHERE templates.version = runs.version)"""
_HOLD = """UPDATE runs SET status = 'paused', intent = 'pause', waiting = ?, wake = 9e999
    WHERE finished IS NULL RETURNING id"""
_LOST = """SELECT run FROM steps WHERE NOT EXISTS (SELECT 1 FROM runs WHERE id = run)
    UNION SELECT run FROM waits WHERE NOT EXISTS (SELECT 1 FROM runs WHERE id = run)"""
_HELD = "the journal was damaged: steps that were done may be missing; look, then resume"
# What a run goes on from; without a part of it, it might do again what it did.
_VITAL = frozenset({"runs", "steps", "blobs"})


@dataclass
class Salvaged:
    """What became of a journal that was copied as far as it can be read.

    Attributes:
        rows: how many rows of each table are in the new journal.
        damaged: tables of which some rows could not be read.
        held: unfinished runs, paused because steps of theirs may be missing.
        lost: runs of which only steps or waits could be read; someone has to start them again.
    """

    rows: dict[str, int] = field(default_factory=dict)
    damaged: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def findings(path: Path) -> list[str]:
    """What is wrong with the journal at ``path``; nothing if it is sound. A daemon may use it.

    Raises:
        JournalError: it is no journal, or cannot be opened.
    """
    with closing(_opened(path)) as connection:
        if missing := _missing_bytes(path):
            return [f"the file ends {missing} bytes early"]
        try:
            rows = connection.execute(f"PRAGMA integrity_check({_MOST_FINDINGS})").fetchall()
            found = [line for (text,) in rows if text != "ok" for line in text.splitlines()]
            if not found:
                for (run,) in connection.execute(_BLOBS_GONE):
                    found.append(f"run {run}: a payload of it is missing")
                for (run,) in connection.execute(_TEMPLATES_GONE):
                    found.append(f"run {run}: its template is missing")
        except sqlite3.DatabaseError as error:
            if "not a database" in str(error):
                raise journal_error(error, path) from error
            return [str(error)]
    return found


def back_up(path: Path, into: Path) -> None:
    """Copy a journal, also one that a daemon is writing, as it stands at one moment.

    Raises:
        JournalError: there is a file at ``into``, or the journal cannot be read.
    """
    _must_be_new(into)
    try:
        with closing(_opened(path)) as source, closing(sqlite3.connect(into)) as target:
            source.backup(target)
    except sqlite3.Error as error:
        into.unlink(missing_ok=True)
        raise journal_error(error, path) from error


def salvage(path: Path, into: Path) -> Salvaged:
    """Copy what can be read of a damaged journal into a new one; ``path`` stays as it is.

    If anything that runs go on from could not be read, all unfinished runs are paused in the new
    journal, for nobody can tell which of them have lost a step.

    Raises:
        JournalError: there is a file at ``into``, a daemon uses the journal, or nothing at all
            can be read of it.
    """
    _must_be_new(into)
    with (
        closing(own(path)),
        _whole(path, into) as copy,
        closing(_opened(copy)) as source,
        closing(connect_writer(into, "FULL")) as target,
    ):
        salvaged = _copied(source, target, path)
        if _VITAL & set(salvaged.damaged):
            waiting = orjson.dumps({"reason": _HELD, "until": None, "step": ""})
            salvaged.held = [row[0] for row in target.execute(_HOLD, (waiting,))]
            salvaged.lost = [row[0] for row in target.execute(_LOST)]
    return salvaged


@contextmanager
def _whole(path: Path, beside: Path) -> Iterator[Path]:
    """A copy of a journal, made as long as it says to be: SQLite reads nothing of a shorter one."""
    with TemporaryDirectory(dir=beside.parent) as folder:
        copy = Path(folder) / path.name
        for ending in ("", "-wal"):
            if (file := path.with_name(path.name + ending)).exists():
                shutil.copy(file, copy.with_name(copy.name + ending))
        os.truncate(copy, copy.stat().st_size + _missing_bytes(copy))
        yield copy


def _missing_bytes(path: Path) -> int:
    """By how much a file is shorter than its header says (https://sqlite.org/fileformat.html)."""
    with path.open("rb") as file:
        header = file.read(100)
    if len(header) < 100 or not header.startswith(b"SQLite format 3"):
        return 0
    size, pages = int.from_bytes(header[16:18], "big"), int.from_bytes(header[28:32], "big")
    return max(0, (65536 if size == 1 else size) * pages - path.stat().st_size)


def _copied(source: sqlite3.Connection, target: sqlite3.Connection, path: Path) -> Salvaged:
    salvaged = Salvaged()
    tables = [name for (name,) in target.execute(_TABLES)]
    target.execute("BEGIN")
    for table in tables:
        rescue = _Rescue(source, table)
        columns = _columns(target, table)
        common = [name for name in rescue.columns if name in columns]
        marks = ", ".join("?" * len(common))
        insert = f"INSERT OR IGNORE INTO {table} ({', '.join(common)}) VALUES ({marks})"
        for row in rescue.rows(common) if common else ():
            target.execute(insert, row)
        (count,) = target.execute(f"SELECT count(*) FROM {table}").fetchone()
        salvaged.rows[table] = count
        if rescue.damaged:
            salvaged.damaged.append(table)
    target.execute("COMMIT")
    if not any(salvaged.rows.values()) and salvaged.damaged:
        raise JournalError(f"journal {path}: nothing of it can be read", hint="restore a copy")
    return salvaged


class _Rescue:
    """The rows of one table that can still be read, some of them perhaps twice.

    A page that cannot be read ends a walk through the table. So it is walked from both ends, and
    what lies between two such pages is looked up by the keys that other tables and the indexes
    know: those stand on other pages.
    """

    def __init__(self, connection: sqlite3.Connection, table: str) -> None:
        self._connection = connection
        self._table = table
        self.damaged = False
        self.columns = _columns(connection, table)
        if not self.columns:
            self.damaged = True

    def rows(self, columns: list[str]) -> Iterator[tuple[Any, ...]]:
        select = f"SELECT {', '.join(columns)} FROM {self._table} NOT INDEXED"
        yield from self._walk(select)
        if not self.damaged:
            return
        key = "run" if self._table == "steps" else self.columns[0]
        yield from self._walk(f"{select} ORDER BY {key} DESC")
        for value in self._keys(key):
            yield from self._walk(f"{select} WHERE {key} = ?", (value,))

    def _keys(self, key: str) -> list[Any]:
        """Values of the key that indexes know, or for steps the runs."""
        table, column = ("runs", "id") if self._table == "steps" else (self._table, key)
        try:
            indexes = [row[1] for row in self._connection.execute(f"PRAGMA index_list({table})")]
        except sqlite3.DatabaseError:
            return []
        found: dict[Any, None] = {}
        for index in indexes:
            for backwards in ("", " DESC"):
                sql = f"SELECT {column} FROM {table} INDEXED BY {index} ORDER BY 1{backwards}"
                found.update((row[0], None) for row in self._walk(sql))
        return list(found)

    def _walk(self, sql: str, values: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self._connection.execute(sql, values)
        except sqlite3.OperationalError:
            return  # an index that cannot be used for this
        except sqlite3.DatabaseError:
            self.damaged = True


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    try:
        return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    except sqlite3.DatabaseError:
        return []


def _opened(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise JournalError(f"there is no journal {path}", hint="name the file")
    return connect_reader(path)


def _must_be_new(path: Path) -> None:
    if path.exists():
        raise JournalError(f"{path} exists", hint="name a file that does not")
