"""One SQLite file: one writer thread that commits whatever waits together, and one reader.

A write is durable when its future is done: WAL with ``synchronous=FULL`` syncs at every commit, and
everything that was submitted while a commit ran shares the next one.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Literal, NamedTuple, TypeVar

from interlock.journal.errors import JournalError
from interlock.journal.schema import migrate

T = TypeVar("T")
Row = tuple[Any, ...]
Synchronous = Literal["full", "normal"]

# Rows of one table that wait together go in as one statement: each statement hands the
# interpreter lock over twice, which costs more than the row. Powers of two keep the number of
# distinct statements small enough for SQLite's cache.
_CHUNKS = (64, 16, 4, 1)


class Insert:
    """``INSERT OR REPLACE`` into one table, for any number of rows at a time.

    Rows of an Insert may be committed after other writes of the same transaction, so they must
    not depend on them.
    """

    def __init__(self, table: str, columns: Sequence[str]) -> None:
        self._head = f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) VALUES "
        self._row = f"({', '.join('?' * len(columns))})"
        self._statements = {size: self._head + ", ".join([self._row] * size) for size in _CHUNKS}

    def run(self, connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
        start = 0
        for size in _CHUNKS:
            while len(rows) - start >= size:
                chunk = rows[start : start + size]
                connection.execute(
                    self._statements[size], [value for row in chunk for value in row]
                )
                start += size


class _Write(NamedTuple):
    statement: str | Insert
    values: Row
    done: asyncio.Future[int]


class Database:
    """Opens the file on construction; :meth:`close` must be called.

    Raises:
        JournalError: the file is not a journal, is damaged, or cannot be opened.
    """

    def __init__(self, path: Path, *, synchronous: Synchronous = "full") -> None:
        self.path = path
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[_Write | None] = SimpleQueue()
        self._writing = _opened(path, synchronous)
        self._reading = _opened_for_reading(path)
        self._reader = ThreadPoolExecutor(1, "interlock-journal-reader")
        self._writer = threading.Thread(target=self._write_on, name="interlock-journal-writer")
        self._writer.start()

    def write(self, statement: str | Insert, values: Row = ()) -> asyncio.Future[int]:
        """Submit a write; the future ends, with the number of rows changed, once it is durable.

        Writes of one caller are committed in the order in which they were submitted. The
        future fails with JournalError.
        """
        done: asyncio.Future[int] = self._loop.create_future()
        self._queue.put(_Write(statement, values, done))
        return done

    async def read(self, query: str, values: Sequence[Any] = ()) -> list[Row]:
        """All rows; what was durable before the call is seen."""
        return await self._in_reader(lambda: self._reading.execute(query, values).fetchall())

    async def _in_reader(self, work: Callable[[], T]) -> T:
        try:
            return await self._loop.run_in_executor(self._reader, work)
        except sqlite3.Error as error:
            raise _journal_error(self.path, error) from error

    async def close(self) -> None:
        """Commit what was submitted, then close."""
        self._queue.put(None)
        await asyncio.to_thread(self._writer.join)
        self._reader.shutdown()
        self._reading.close()
        # With the last connection SQLite folds the write-ahead log back into the file.
        self._writing.close()

    # From here on: in the writer thread.

    def _write_on(self) -> None:
        going_on = True
        while going_on:
            batch = [self._queue.get()]
            while True:
                try:
                    batch.append(self._queue.get_nowait())
                except Empty:
                    break
            going_on = batch[-1] is not None
            self._commit([write for write in batch if write is not None])

    def _commit(self, batch: list[_Write]) -> None:
        if not batch:
            return
        try:
            outcomes: list[int | Exception] = list(self._transaction(batch))
        except sqlite3.Error as error:
            if len(batch) > 1:
                # One bad write must not take the others down.
                for write in batch:
                    self._commit([write])
                return
            outcomes = [_journal_error(self.path, error)]
        self._loop.call_soon_threadsafe(_tell, batch, outcomes)

    def _transaction(self, batch: list[_Write]) -> list[int]:
        connection = self._writing
        connection.execute("BEGIN IMMEDIATE")
        try:
            changed = []
            inserts: dict[Insert, list[Row]] = {}
            for statement, values, _ in batch:
                if isinstance(statement, Insert):
                    inserts.setdefault(statement, []).append(values)
                    changed.append(1)
                else:
                    changed.append(connection.execute(statement, values).rowcount)
            for insert, rows in inserts.items():
                insert.run(connection, rows)
            connection.execute("COMMIT")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return changed


def _tell(batch: list[_Write], outcomes: Sequence[int | Exception]) -> None:
    for write, outcome in zip(batch, outcomes, strict=True):
        if write.done.done():
            continue
        if isinstance(outcome, Exception):
            write.done.set_exception(outcome)
        else:
            write.done.set_result(outcome)


def _opened(path: Path, synchronous: Synchronous) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        connection = _connected(path, "rwc")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous.upper()}")
        migrate(connection)
    except sqlite3.Error as error:
        raise _journal_error(path, error) from error
    return connection


def _opened_for_reading(path: Path) -> sqlite3.Connection:
    connection = _connected(path, "rw")
    connection.execute("PRAGMA query_only = ON")
    return connection


def _connected(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=10.0,
        cached_statements=256,
    )
    connection.execute("PRAGMA busy_timeout = 10000")
    return connection


def _journal_error(path: Path, error: sqlite3.Error) -> JournalError:
    hints = {
        "SQLITE_FULL": "free space on the disk; what was recorded is safe",
        "SQLITE_BUSY": "another process holds the journal; only one daemon may use it",
        "SQLITE_NOTADB": "journal.path names a file that is no journal",
        "SQLITE_CORRUPT": "restore a backup, or save what can be read with `sqlite3 FILE .recover`",
    }
    name = getattr(error, "sqlite_errorname", "") or ""
    hint = next((hint for code, hint in hints.items() if name.startswith(code)), "")
    return JournalError(f"journal {path}: {error}", hint=hint, sqlite=name)
