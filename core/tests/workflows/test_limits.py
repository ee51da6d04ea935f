"""What a journal meets in the world: a full disk, a lock that stays, a file that was cut."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from interlock.journal import AuditRecord, JournalDamaged, JournalError, open_journal
from interlock.testing import VirtualWorld

from .stage import IDEMPOTENT, Stage, until

LARGE = """
    workflow: large
    steps:
      - {id: first, call: t.first}
      - {id: big, call: t.big}
      - {id: last, call: t.last}
    return: "${{ len(steps.big) }}"
"""


@pytest.fixture
def large(stage: Stage) -> Stage:
    stage.template(LARGE)
    stage.tools.add("t.first", lambda: 1, IDEMPOTENT)
    stage.tools.add("t.big", lambda: "x" * 500_000, IDEMPOTENT)
    stage.tools.add("t.last", lambda: 2, IDEMPOTENT)
    return stage


async def test_a_full_disk_stops_a_run_where_its_record_ends_and_room_lets_it_go_on(
    large: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    async with large.life() as life:
        pages = await life.journal.writer.transact(
            lambda connection: connection.execute("PRAGMA page_count").fetchone()[0]
        )

        async def room(count: int) -> None:
            await life.journal.writer.transact(
                lambda connection: connection.execute(f"PRAGMA max_page_count = {count}")
            )

        await room(pages + 20)
        run_id = await life.engine.start("large", {})
        await life.quiet()
        assert "database or disk is full (free space on the disk" in caplog.text
        assert large.tools.made("t.last") == []
        await room(1_000_000)
        await life.pass_time(31)
        assert await life.engine.wait(run_id) == 500_000
    assert len(large.tools.made("t.first")) == 1
    assert len(large.tools.made("t.last")) == 1


async def test_a_start_that_cannot_be_recorded_is_refused_with_what_to_do(large: Stage) -> None:
    async with large.life() as life:
        await life.journal.writer.transact(
            lambda connection: connection.execute("PRAGMA max_page_count = 1")
        )
        with pytest.raises(JournalError, match="free space on the disk"):
            await life.engine.start("large", {"text": "y" * 500_000})


async def test_a_lock_that_somebody_holds_is_waited_for(large: Stage) -> None:
    async with large.life() as life:
        other = sqlite3.connect(large.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        run_id = "one"
        starting = asyncio.create_task(life.engine.start("large", {}, run_id=run_id))
        await until(lambda: life.journal.pending > 0)
        assert not starting.done()
        other.execute("ROLLBACK")
        other.close()
        assert await starting == run_id
        await life.quiet()
        assert await life.engine.wait(run_id) == 500_000


@pytest.mark.parametrize("left", [0.5, 0.98])
async def test_a_file_that_was_cut_is_refused_and_not_made_worse(
    large: Stage, tmp_path: Path, left: float
) -> None:
    async with large.life() as life:
        for _ in range(3):
            await life.run("large")
    whole = large.path.read_bytes()
    cut = whole[: int(len(whole) * left) // 4096 * 4096]
    large.path.write_bytes(cut)
    with pytest.raises(JournalError, match="recover"):
        async with open_journal(large.path, VirtualWorld()):
            pass
    assert large.path.read_bytes() == cut


async def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    (tmp_path / "j.db").write_bytes(b"hello, I am a text" * 100)
    with pytest.raises(JournalError, match="is no journal; move it away"):
        async with open_journal(tmp_path / "j.db", VirtualWorld()):
            pass


def damage(path: Path, table: str) -> None:
    """Overwrite the first page of a table."""
    connection = sqlite3.connect(path)
    (page,) = connection.execute(
        "SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)
    ).fetchone()
    connection.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(bytes([255]) * 4096)


async def test_a_damaged_page_is_told_to_whoever_needs_it_with_what_to_do(large: Stage) -> None:
    async with large.life() as life:
        await life.engine.start("large", {}, run_id="r")
        await life.quiet()
    damage(large.path, "runs")
    async with large.life() as life:
        with pytest.raises(JournalError, match="malformed") as error:
            await life.engine.get("r")
        assert "restore a copy" in error.value.hint
        with pytest.raises(JournalError, match="malformed"):
            await life.engine.start("large", {})


async def test_damage_is_told_once_and_does_not_end_with_the_next_write_beside_it(
    large: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    async with large.life():
        pass
    damage(large.path, "audit")
    async with large.life() as life:
        for _ in range(3):
            life.journal.audit.put(AuditRecord(1.0, "ann", "tool.call", "a.b", "ok"))
            with pytest.raises(JournalDamaged):
                await life.journal.writer.flush()
            await life.journal.key_value("s").put("k", 1)
            assert isinstance(await life.journal.fault(), JournalDamaged)

    told = [record.getMessage() for record in caplog.records if "written" in record.getMessage()]
    assert len(told) == 1 and "journal recover" in told[0]


async def test_a_log_whose_last_page_was_cut_off_costs_one_commit_and_no_run(
    large: Stage, tmp_path: Path
) -> None:
    """As a power cut leaves it: the step that is missing is done again, under its key."""
    async with large.life() as life:
        await life.engine.start("large", {}, run_id="r")
        await life.quiet()
        assert (await life.engine.get("r")).finished is not None
        # The files of a process that is killed now.
        copy = Stage(tmp_path / "copy.db")
        for end in ("", "-wal"):
            data = large.path.with_name(large.path.name + end).read_bytes()
            cut = len(data) - 4096 if end else len(data)
            copy.path.with_name(copy.path.name + end).write_bytes(data[:cut])
    copy.tools, copy.templates = large.tools, large.templates
    large.tools.keys.clear()
    async with copy.life() as life:
        assert await life.engine.wait("r") == 500_000
    assert len(large.tools.keys) <= 1


async def test_a_reader_that_stays_holds_up_nobody_and_the_log_shrinks_when_it_goes(
    large: Stage,
) -> None:
    log = large.path.with_name(large.path.name + "-wal")
    async with large.life() as life:
        await life.run("large")
        reader = sqlite3.connect(large.path, isolation_level=None)
        reader.execute("BEGIN")
        before = reader.execute("SELECT count(*) FROM runs").fetchone()
        for _ in range(5):
            assert await life.run("large") == 500_000
        assert reader.execute("SELECT count(*) FROM runs").fetchone() == before
        reader.close()
    assert not log.exists()
