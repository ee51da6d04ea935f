"""One thread writes, and commits all that is pending as one transaction.

A commit costs one fsync however many rows it carries, so the busier the journal, the cheaper a
row. Rows for one :class:`Rows` statement go to SQLite many at a time: each call into SQLite
gives up the interpreter lock and has to win it back from a busy event loop, which can take
milliseconds.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

from interlock.journal.condition import Condition
from interlock.journal.errors import JournalError, journal_error

T = TypeVar("T")
Done = Callable[[JournalError | None], None]
Transaction = Callable[[sqlite3.Connection], T]

_CHUNKS = (128, 32, 8, 1)
_MOST = 4096
_STOP = None
_LINGER = 0.01
_PATIENCE = 0.002
_GIVE_WAY = 0.00005
_log = logging.getLogger(__name__)


class Rows:
    """A statement over rows of values: ``head VALUES (?,?),(?,?) tail``.

    Rows of one statement are applied in the order given. Different statements of one
    transaction are not ordered among each other, so nobody writes the same thing through two
    of them without awaiting the first.

    Args:
        last_only: of rows with the same first value, only the last counts. An UPDATE needs
            it, because SQLite takes any one row of several that match.
    """

    def __init__(self, head: str, columns: int, tail: str = "", *, last_only: bool = False) -> None:
        self._head, self._tail = head, tail
        self._last_only = last_only
        self._row = f"({','.join('?' * columns)})"
        self._sql = cache(self._sql_for)

    def apply(self, connection: sqlite3.Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        """Run the statement in an open transaction; how many rows it changed."""
        if self._last_only:
            rows = list({row[0]: row for row in rows}.values())
        start, left, changed = 0, len(rows), 0
        for size in _CHUNKS:
            while left >= size:
                chunk = rows[start : start + size]
                values = [value for row in chunk for value in row]
                changed += connection.execute(self._sql(size), values).rowcount
                start, left = start + size, left - size
        return changed

    def _sql_for(self, count: int) -> str:
        return f"{self._head} VALUES {','.join([self._row] * count)} {self._tail}"


class _Write:
    """One row, or one piece of work of its own, and whom to tell."""

    __slots__ = ("done", "result", "row", "rows", "transaction")

    def __init__(
        self,
        done: Done | None,
        rows: Rows | None = None,
        row: tuple[Any, ...] = (),
        transaction: Transaction[Any] | None = None,
    ) -> None:
        self.done = done
        self.rows = rows
        self.row = row
        self.transaction = transaction
        self.result: Any = None


class Writer:
    """The only one that writes to the file. Started by its owner, closed by its owner.

    Attributes:
        pending: writes of which nobody was told yet.
        gathering: the number of the batch that a write without ``done`` would go into now.
        commits, rows: how many there were.
        condition: whether writes succeed.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._queue: SimpleQueue[list[_Write] | None] = SimpleQueue()
        self._gathered: list[_Write] = []
        self._handing_over: asyncio.Handle | None = None
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
        self._closed = False
        self.pending = 0
        self.gathering = 0
        self._watching = False
        self.commits = 0
        self.rows = 0
        self.condition = Condition()
        self._thread.start()

    def write(self, rows: Rows, row: tuple[Any, ...], done: Done | None = None) -> None:
        """Write one row; ``done(error or None)`` runs on the event loop once it is durable.

        Commits keep the order of calls: when a later write is durable, so is this one. Without
        ``done`` it may take 10 ms before it is on its way, if nothing else is written.
        """
        self._put(_Write(done, rows=rows, row=row))

    def work(self, transaction: Transaction[Any], done: Done | None = None) -> None:
        """Run a piece of SQL in the writer's thread, in its turn; ``done`` as in :meth:`write`."""
        self._put(_Write(done, transaction=transaction))

    async def commit(self, rows: Rows, row: tuple[Any, ...]) -> None:
        """Write one row and wait until it is durable.

        Raises:
            JournalError: it is not.
        """
        durable = self._loop.create_future()
        self.write(rows, row, lambda error: _settle(durable, error))
        await durable

    async def transact(self, transaction: Transaction[T]) -> T:
        """Run a piece of SQL in the writer's thread; its result once it is durable.

        Raises:
            JournalError: SQLite refused; nothing of it was written.
        """
        durable: asyncio.Future[T] = self._loop.create_future()
        write = _Write(None, transaction=transaction)
        write.done = lambda error: _settle(durable, error, write.result)
        self._put(write)
        return await durable

    async def flush(self) -> None:
        """Wait until every write so far is durable, or has failed."""
        await self.transact(lambda _: None)

    async def close(self) -> None:
        """Commit what is pending and end the thread."""
        if not self._closed:
            self._hand_over()
            self._closed = True
            self._queue.put(_STOP)
        await asyncio.to_thread(self._thread.join)

    def _put(self, write: _Write) -> None:
        if self._closed:
            raise JournalError(f"journal {self._path} is closed")
        self._gathered.append(write)
        if write.done is not None:
            self._hand_over()
            if not self._watching:
                self._watching = True
                self._loop.call_later(_PATIENCE, self._give_way)
        elif self._handing_over is None:
            self._handing_over = self._loop.call_later(_LINGER, self._hand_over)

    def _hand_over(self) -> None:
        """Let the thread have what was gathered; to wake it for each row costs both threads."""
        if self._handing_over is not None:
            self._handing_over.cancel()
            self._handing_over = None
        if self._gathered:
            self._queue.put(self._gathered)
            self.pending += len(self._gathered)
            self._gathered = []
            self.gathering += 1

    def _give_way(self) -> None:
        """Stand still for a moment if a commit is late.

        A loop that never waits for I/O takes the interpreter lock back before the writer's
        thread has woken up, and can starve it for a second (measured; the loop's many short
        releases keep restarting the writer's 5 ms after which it may insist). A pause of the
        whole thread is the only way to hand the lock over.
        """
        self._watching = self.pending > 0
        if self._watching:
            time.sleep(_GIVE_WAY)
            self._loop.call_later(_PATIENCE, self._give_way)

    def _work(self) -> None:
        while True:
            batch, last = self._take()
            if batch:
                self._finish(batch, self._commit(batch))
            if last:
                return

    def _take(self) -> tuple[list[_Write], bool]:
        """Everything that is pending, waiting for the first; and whether it is the last."""
        batch: list[_Write] = []
        gathered = self._queue.get()
        while gathered is not _STOP:
            batch += gathered
            if len(batch) >= _MOST or self._queue.empty():
                return batch, False
            gathered = self._queue.get_nowait()
        return batch, True

    def _commit(self, batch: list[_Write]) -> list[JournalError | None]:
        """One transaction for all; if that fails, small ones, so that only the guilty fails."""
        error = self._transaction(batch)
        if error is None:
            return [None] * len(batch)
        units = list(_units(batch))
        errors = [error] if len(units) == 1 else [self._transaction(unit) for unit in units]
        if errors[-1] is not None and units[-1][-1].done is None:
            self.condition.in_vain(len(units[-1]), errors[-1])
        return [error for error, unit in zip(errors, units, strict=True) for _ in unit]

    def _transaction(self, batch: list[_Write]) -> JournalError | None:
        changes = self._connection.total_changes
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            _apply(self._connection, batch)
            self._connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - whatever it is, the thread has to outlive it
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            told = journal_error(error, self._path)
            self.condition.failed(told)
            return told
        if self._connection.total_changes != changes:
            self.condition.wrote()
        self.commits += 1
        self.rows += len(batch)
        return None

    def _finish(self, batch: list[_Write], errors: list[JournalError | None]) -> None:
        told = [(write.done, error) for write, error in zip(batch, errors, strict=True)]
        try:
            self._loop.call_soon_threadsafe(self._tell, told)
        except RuntimeError:  # the loop is closed: nobody is left to be told
            return

    def _tell(self, told: list[tuple[Done | None, JournalError | None]]) -> None:
        self.pending -= len(told)
        for done, error in told:
            if done is not None:
                try:
                    done(error)
                except Exception:  # noqa: BLE001 - one receiver's bug must not stop the others
                    _log.exception("a receiver of a commit failed")


def _units(batch: list[_Write]) -> Iterator[list[_Write]]:
    """What has to fail together: a write that nobody waits for, and the next one that is told.

    A payload's blob is such a write. On its own it could be lost while the row that refers to it
    is kept.
    """
    unit: list[_Write] = []
    for write in batch:
        unit.append(write)
        if write.done is not None:
            yield unit
            unit = []
    if unit:
        yield unit


def _apply(connection: sqlite3.Connection, batch: list[_Write]) -> None:
    grouped: dict[Rows, list[tuple[Any, ...]]] = {}
    for write in batch:
        if write.rows is not None:
            grouped.setdefault(write.rows, []).append(write.row)
        elif write.transaction is not None:
            # It may read what was written before it.
            _apply_rows(connection, grouped)
            write.result = write.transaction(connection)
    _apply_rows(connection, grouped)


def _apply_rows(connection: sqlite3.Connection, grouped: dict[Rows, list[tuple[Any, ...]]]) -> None:
    for statement, rows in grouped.items():
        statement.apply(connection, rows)
    grouped.clear()


def _settle(future: asyncio.Future[Any], error: JournalError | None, result: Any = None) -> None:
    if future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)
