"""Opening the file: who may write, who may read, and that one process at a time owns it."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Literal

from interlock.journal.errors import JournalError, journal_error
from interlock.journal.schema import migrate

Synchronous = Literal["FULL", "NORMAL"]

_BUSY_MS = 5000
# SQLite truncates the write-ahead log to this size after a checkpoint, so that one long reader
# does not leave a large file behind for ever.
_WAL_BYTES = 64 * 2**20
# More than a log grows to before SQLite checkpoints it, at 1,000 pages, and begins it anew.
_WAL_ROOM = 1100 * 4120


def connect_writer(path: Path, synchronous: Synchronous) -> sqlite3.Connection:
    """The one connection that writes; creates the file and brings its schema up to date.

    Raises:
        JournalError: it cannot be opened, or is no journal.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = _connect(str(path))
        try:
            # Only has an effect on an empty file; lets deleted runs give their space back.
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {synchronous}")
            connection.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES}")
            migrate(connection)
            _make_room(path.with_name(f"{path.name}-wal"))
        except BaseException:
            connection.close()
            raise
    except (sqlite3.Error, OSError) as error:
        raise journal_error(error, path) from error
    return connection


def _make_room(log: Path) -> None:
    """Give the write-ahead log its size at once.

    A commit that makes the file longer waits for the file system's own journal as well, which
    takes about as long again. SQLite takes zeros for the end of the log.
    """
    with log.open("ab") as file:
        missing = _WAL_ROOM - file.tell()
        if missing > 0:
            file.write(bytes(missing))
            file.flush()
            os.fsync(file.fileno())


def connect_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot write; sees what was committed before each of its queries."""
    try:
        connection = _connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        connection.execute("PRAGMA query_only = ON")
    except sqlite3.Error as error:
        raise journal_error(error, path) from error
    return connection


def own(path: Path) -> sqlite3.Connection:
    """Claim the journal for this process until the returned connection is closed, or it dies.

    Two engines on one journal would each continue all runs. SQLite's lock on a file of its own
    works on every platform and ends with the process, however that ends.

    Raises:
        JournalError: another process, or another journal of this one, has it.
    """
    lock = path.with_name(path.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _locked(lock)
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise journal_error(error, lock) from error
        raise JournalError(
            f"journal {path} is in use",
            hint="another Interlock runs on it; stop that one, or name another journal",
        ) from None
    except (sqlite3.Error, OSError) as error:
        raise journal_error(error, lock) from error


def _locked(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None, timeout=0, check_same_thread=False)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _connect(target: str, *, uri: bool = False) -> sqlite3.Connection:
    return sqlite3.connect(
        target,
        uri=uri,
        isolation_level=None,
        timeout=_BUSY_MS / 1000,
        check_same_thread=False,
        cached_statements=256,
    )
