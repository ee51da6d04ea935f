"""Queries, off the event loop, on connections that cannot write."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from interlock.journal.connections import connect_reader
from interlock.journal.errors import JournalError, journal_error

T = TypeVar("T")

_THREADS = 2


class Reader:
    """A few threads, each with its own connection, so that one long query delays nobody.

    Attributes:
        pending: queries under way.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self.pending = 0
        self._connections: list[sqlite3.Connection] = []
        self._threads = ThreadPoolExecutor(_THREADS, "journal-read", self._connect)

    async def query(self, read: Callable[[sqlite3.Connection], T]) -> T:
        """The result of ``read``, run in a thread.

        Raises:
            JournalError: SQLite refused, or the journal is closed.
        """
        loop = asyncio.get_running_loop()
        self.pending += 1
        try:
            return await loop.run_in_executor(self._threads, self._read, read)
        except sqlite3.Error as error:
            raise journal_error(error, self._path) from error
        except RuntimeError as error:
            raise JournalError(f"journal {self._path} is closed") from error
        finally:
            self.pending -= 1

    async def rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        return await self.query(lambda connection: connection.execute(sql, values).fetchall())

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)
        for connection in self._connections:
            connection.close()

    def _connect(self) -> None:
        self._local.connection = connect_reader(self._path)
        self._connections.append(self._local.connection)

    def _read(self, read: Callable[[sqlite3.Connection], T]) -> T:
        return read(self._local.connection)
