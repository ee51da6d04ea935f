"""The tables, and the steps from each version of them to the next."""

from __future__ import annotations

import sqlite3

from interlock.journal.errors import JournalError

# Each entry takes the journal one version further; entries are never changed, only added.
_MIGRATIONS = (
    """
    CREATE TABLE templates (
        version TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        source TEXT NOT NULL
    ) WITHOUT ROWID;

    CREATE TABLE runs (
        id TEXT PRIMARY KEY,
        template TEXT NOT NULL,
        version TEXT NOT NULL,
        status TEXT NOT NULL,
        input BLOB NOT NULL,
        output BLOB,
        error BLOB,
        parent TEXT,
        tags BLOB NOT NULL,
        trace TEXT,
        reason TEXT,
        wake_at REAL,
        cancelling INTEGER NOT NULL DEFAULT 0,
        created REAL NOT NULL,
        updated REAL NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX runs_unfinished ON runs (status)
        WHERE status IN ('running', 'waiting', 'compensating');
    CREATE INDEX runs_by_template ON runs (template, id);

    CREATE TABLE steps (
        run TEXT NOT NULL,
        path TEXT NOT NULL,
        state TEXT NOT NULL,
        body BLOB,
        due REAL,
        started REAL NOT NULL,
        ended REAL,
        PRIMARY KEY (run, path)
    ) WITHOUT ROWID;

    CREATE TABLE events (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        key TEXT NOT NULL,
        source TEXT NOT NULL,
        payload BLOB NOT NULL,
        delivered INTEGER NOT NULL DEFAULT 0,
        created REAL NOT NULL
    );
    CREATE INDEX events_undelivered ON events (number) WHERE delivered = 0;

    CREATE TABLE dead_letters (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        body BLOB NOT NULL,
        error BLOB NOT NULL,
        created REAL NOT NULL
    ) WITHOUT ROWID;

    CREATE TABLE state (
        service TEXT NOT NULL,
        key TEXT NOT NULL,
        value BLOB NOT NULL,
        PRIMARY KEY (service, key)
    ) WITHOUT ROWID;
    """,
)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring an opened journal to the newest version.

    Raises:
        JournalError: it was written by a newer Interlock.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(_MIGRATIONS):
        raise JournalError(
            f"the journal has version {version}; this Interlock knows {len(_MIGRATIONS)}",
            hint="use the Interlock that wrote it, or a newer one",
        )
    for number, script in enumerate(_MIGRATIONS[version:], version + 1):
        connection.executescript(f"BEGIN; {script} PRAGMA user_version = {number}; COMMIT;")
