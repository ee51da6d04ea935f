"""What callers did is kept in order, and a change of it is noticed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from interlock.journal import Answer, AuditRecord, Cutoffs, open_journal
from interlock.sdk import RealWorld


async def test_entries_come_newest_first_and_a_listing_goes_on(tmp_path: Path) -> None:
    async with open_journal(tmp_path / "journal.db", RealWorld()) as journal:
        for number in range(5):
            journal.audit.put(AuditRecord(float(number), "ci", "tool.call", f"files.t{number}"))
        journal.audit.put(AuditRecord(9.0, "ann", "run.cancel", "r1", "not-found", "r1"))
        await journal.writer.flush()

        page = await journal.audit.list(limit=2, actor="ci")
        rest = await journal.audit.list(before=page[-1].id, actor="ci")
        assert [each.target for each in page] == ["files.t4", "files.t3"]
        assert [each.target for each in rest] == ["files.t2", "files.t1", "files.t0"]
        (cancelled,) = await journal.audit.list(action="run.cancel")
        assert (cancelled.actor, cancelled.outcome, cancelled.run) == ("ann", "not-found", "r1")


async def test_an_entry_that_was_changed_or_removed_is_found(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with open_journal(path, RealWorld()) as journal:
        for number in range(4):
            journal.audit.put(AuditRecord(float(number), "ci", "tool.call", "files.read"))
        await journal.writer.flush()
        assert await journal.audit.broken_at() is None

    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE audit SET actor = 'nobody' WHERE id = 3")
    connection.close()
    async with open_journal(path, RealWorld()) as journal:
        assert await journal.audit.broken_at() == 3

    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM audit WHERE id IN (2, 3)")
    connection.close()
    async with open_journal(path, RealWorld()) as journal:
        assert await journal.audit.broken_at() == 4


async def test_entries_expire_without_breaking_the_chain(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with open_journal(path, RealWorld()) as journal:
        for number in range(5):
            journal.audit.put(AuditRecord(float(number), "ci", "tool.call", "files.read"))
        assert (await journal.retention.sweep(Cutoffs({}, audit=3.0))).audit == 3
        assert (await journal.retention.sweep(Cutoffs({}, audit=3.0))).audit == 0
        assert [each.at for each in await journal.audit.list()] == [4.0, 3.0]
        assert await journal.audit.broken_at() is None
        assert (await journal.retention.sweep(Cutoffs({}, audit=9.0))).audit == 2
        journal.audit.put(AuditRecord(9.0, "ci", "tool.call", "files.read"))
        await journal.writer.flush()
        assert await journal.audit.broken_at() is None

    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE audit SET actor = 'nobody'")
    connection.close()
    async with open_journal(path, RealWorld()) as journal:
        assert await journal.audit.broken_at() == 6


async def test_entries_of_earlier_versions_keep_their_seals(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with open_journal(path, RealWorld()) as journal:
        journal.audit.put(AuditRecord(1.0, "ci", "run.pause", "r", run="r"))
        await journal.writer.flush()
    with closing(sqlite3.connect(path)) as connection, connection:
        (seal,) = connection.execute("SELECT hash FROM audit").fetchone()
    connection.close()
    assert seal == sha256(b'[1.0,"ci","run.pause","r","ok","r","http"]').digest()
    later = AuditRecord(1.0, "ci", "tool.call", "t", arguments="a", seconds=0.5)
    async with open_journal(path, RealWorld()) as journal:
        journal.audit.put(later)
        journal.audit.put(later._replace(result="b"))
        await journal.writer.flush()
        assert await journal.audit.broken_at() is None
    with closing(sqlite3.connect(path)) as connection, connection:
        seals = [row[0] for row in connection.execute("SELECT hash FROM audit")]
        connection.execute("UPDATE audit SET result = NULL WHERE id = 3")
    connection.close()
    assert (
        seals[1] == sha256(seal + b'[1.0,"ci","tool.call","t","ok",null,"http","a",0.5]').digest()
    )
    async with open_journal(path, RealWorld()) as journal:
        assert await journal.audit.broken_at() == 3


async def test_the_first_answer_stays_until_it_expires(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with open_journal(path, RealWorld()) as journal:
        await journal.answers.put("k", Answer("digest", 202, b"{}"), now=0.0, expires=10.0)
        await journal.answers.put("k", Answer("other", 200, b"[]"), now=1.0, expires=99.0)
    async with open_journal(path, RealWorld()) as journal:
        assert await journal.answers.get("k", 9.0) == Answer("digest", 202, b"{}")
        assert await journal.answers.get("k", 10.0) is None
        await journal.answers.put("k", Answer("other", 200, b"[]"), now=10.0, expires=99.0)
        assert await journal.answers.get("k", 11.0) == Answer("other", 200, b"[]")
