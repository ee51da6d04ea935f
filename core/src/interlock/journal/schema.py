"""The tables, as a list of migrations; ``PRAGMA user_version`` counts those applied.

Payloads (inputs, outputs, problems) are stored in one of two ways, told apart by SQLite's own
types: a BLOB is the JSON itself, a TEXT is the digest of the entry in ``blobs`` that holds it.
Moments are seconds since the epoch.
"""

from __future__ import annotations

import sqlite3

from interlock.journal.errors import JournalError

MIGRATIONS = (
    """
    CREATE TABLE templates (
        version TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        source BLOB NOT NULL
    ) WITHOUT ROWID;

    CREATE TABLE runs (
        id TEXT PRIMARY KEY,
        workflow TEXT NOT NULL,
        version TEXT NOT NULL,
        status TEXT NOT NULL,
        parent TEXT,
        trace TEXT,
        tags BLOB NOT NULL,
        input BLOB NOT NULL,
        created REAL NOT NULL,
        output BLOB,
        problem BLOB,
        waiting BLOB,
        wake REAL,
        intent TEXT,
        finished REAL
    ) WITHOUT ROWID;
    CREATE INDEX runs_newest ON runs (created DESC, id DESC);
    CREATE INDEX runs_unfinished ON runs (id) WHERE finished IS NULL;
    CREATE INDEX runs_parked ON runs (wake) WHERE wake IS NOT NULL;
    CREATE INDEX runs_children ON runs (parent) WHERE parent IS NOT NULL;

    CREATE TABLE steps (
        run TEXT NOT NULL,
        path TEXT NOT NULL,
        position INTEGER NOT NULL,
        status TEXT NOT NULL,
        what TEXT NOT NULL,
        payload BLOB,
        started REAL NOT NULL,
        finished REAL,
        due REAL,
        PRIMARY KEY (run, path)
    ) WITHOUT ROWID;

    CREATE TABLE events (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        key TEXT NOT NULL,
        source TEXT NOT NULL,
        payload BLOB NOT NULL,
        created REAL NOT NULL,
        delivered REAL
    );
    CREATE INDEX events_undelivered ON events (created) WHERE delivered IS NULL;
    CREATE INDEX events_newest ON events (created);

    CREATE TABLE dead_letters (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        reason TEXT NOT NULL,
        payload BLOB NOT NULL,
        created REAL NOT NULL
    );
    CREATE INDEX dead_letters_newest ON dead_letters (created);

    CREATE TABLE blobs (
        digest TEXT PRIMARY KEY,
        media_type TEXT NOT NULL,
        created REAL NOT NULL,
        data BLOB NOT NULL
    );

    CREATE TABLE state (
        service TEXT NOT NULL,
        key TEXT NOT NULL,
        value BLOB NOT NULL,
        PRIMARY KEY (service, key)
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE waits (
        topic TEXT NOT NULL,
        run TEXT NOT NULL,
        path TEXT NOT NULL,
        PRIMARY KEY (topic, run, path)
    ) WITHOUT ROWID;
    CREATE INDEX events_topics ON events (name, key, created);

    CREATE TABLE approvals (
        id TEXT PRIMARY KEY,
        run TEXT NOT NULL,
        step TEXT NOT NULL,
        request BLOB NOT NULL,
        created REAL NOT NULL,
        due REAL,
        decided REAL,
        decision BLOB
    ) WITHOUT ROWID;
    CREATE INDEX approvals_open ON approvals (created) WHERE decided IS NULL;
    CREATE INDEX approvals_run ON approvals (run);

    ALTER TABLE runs ADD COLUMN inherited INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN deadline REAL;
    CREATE INDEX runs_finished ON runs (finished) WHERE finished IS NOT NULL;
    CREATE INDEX steps_blobs ON steps (payload) WHERE typeof(payload) = 'text';
    """,
    """
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at REAL NOT NULL,
        actor TEXT NOT NULL,
        action TEXT NOT NULL,
        target TEXT NOT NULL,
        outcome TEXT NOT NULL,
        run TEXT,
        surface TEXT NOT NULL,
        hash BLOB NOT NULL
    );

    CREATE TABLE answers (
        key TEXT PRIMARY KEY,
        request TEXT NOT NULL,
        status INTEGER NOT NULL,
        body BLOB NOT NULL,
        expires REAL NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX answers_expiry ON answers (expires);
    """,
    """
    ALTER TABLE waits ADD COLUMN event TEXT;

    CREATE TABLE memos (
        key TEXT PRIMARY KEY,
        value BLOB NOT NULL,
        expires REAL
    ) WITHOUT ROWID;
    -- How often the run was begun again without having recorded anything since, and how much
    -- was on record then.
    ALTER TABLE runs ADD COLUMN lives INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN recorded INTEGER NOT NULL DEFAULT -1;

    CREATE TABLE queue (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        run TEXT NOT NULL UNIQUE,
        queue TEXT NOT NULL,
        key TEXT NOT NULL,
        priority INTEGER NOT NULL,
        admitted REAL
    );
    CREATE INDEX queue_waiting ON queue (queue, priority DESC, seq) WHERE admitted IS NULL;
    CREATE INDEX queue_admitted ON queue (queue, admitted) WHERE admitted IS NOT NULL;
    CREATE INDEX memos_expiry ON memos (expires) WHERE expires IS NOT NULL;
    """,
    """
    -- Sums: of a run (kind run, scope its id) and of a day of UTC (kind day, scope 2026-11-28).
    CREATE TABLE spending (
        kind TEXT NOT NULL,
        scope TEXT NOT NULL,
        service TEXT NOT NULL,
        unit TEXT NOT NULL,
        amount REAL NOT NULL,
        PRIMARY KEY (kind, scope, service, unit)
    ) WITHOUT ROWID;
    """,
    """
    -- When a run that was asked to stop is cut off.
    ALTER TABLE runs ADD COLUMN cut REAL;
    CREATE INDEX runs_cut ON runs (cut) WHERE cut IS NOT NULL;
    """,
    """
    ALTER TABLE audit ADD COLUMN arguments TEXT;
    ALTER TABLE audit ADD COLUMN seconds REAL;
    """,
    "ALTER TABLE audit ADD COLUMN result TEXT;",
    """
    -- Holds all that is asked of the runs that are not over, so that none of a hundred thousand
    -- that wait has to be read to find those that do not, or to count them. The last column is
    -- always null; without it SQLite would read the runs to see that.
    DROP INDEX runs_unfinished;
    DROP INDEX runs_parked;
    CREATE INDEX runs_open ON runs (wake, id, status, finished) WHERE finished IS NULL;
    """,
)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a journal of any earlier version to this one; each step is one transaction.

    Raises:
        JournalError: it was written by a later version.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise JournalError(
            f"the journal has version {version}, this Interlock knows {len(MIGRATIONS)}",
            hint="run the Interlock that wrote it, or a later one",
        )
    for number, script in enumerate(MIGRATIONS[version:], version + 1):
        connection.executescript(f"BEGIN; {script}; PRAGMA user_version = {number}; COMMIT;")
