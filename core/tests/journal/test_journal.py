"""Opening, owning, damaging and migrating the file."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from interlock.journal import JournalError, open_journal
from interlock.journal.schema import MIGRATIONS
from interlock.testing import VirtualWorld


async def test_it_is_safe_against_power_loss_by_default(tmp_path: Path) -> None:
    async with open_journal(tmp_path / "j.db", VirtualWorld()) as journal:

        def settings(connection: sqlite3.Connection) -> list[object]:
            return [
                connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("journal_mode", "synchronous", "user_version")
            ]

        # A transaction is open while the writer works, which hides nothing of these.
        assert await journal.writer.transact(settings) == ["wal", 2, len(MIGRATIONS)]


async def test_a_second_owner_is_refused_with_what_to_do(tmp_path: Path) -> None:
    async with open_journal(tmp_path / "j.db", VirtualWorld()):
        with pytest.raises(JournalError, match=r"in use .*another Interlock"):
            async with open_journal(tmp_path / "j.db", VirtualWorld()):
                pass
    async with open_journal(tmp_path / "j.db", VirtualWorld()):
        pass


async def test_a_file_that_is_no_journal_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "j.db").write_bytes(b"holiday pictures" * 100)

    with pytest.raises(JournalError, match="not a database") as error:
        async with open_journal(tmp_path / "j.db", VirtualWorld()):
            pass
    assert error.value.hint
    assert (tmp_path / "j.db").read_bytes() == b"holiday pictures" * 100


async def test_a_journal_of_a_later_version_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "j.db")) as connection, connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()

    with pytest.raises(JournalError, match=f"has version {len(MIGRATIONS) + 1}"):
        async with open_journal(tmp_path / "j.db", VirtualWorld()):
            pass


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(JournalError):
        async with open_journal(tmp_path / "file" / "j.db", VirtualWorld()):
            pass


async def test_nothing_can_be_written_after_the_close(tmp_path: Path) -> None:
    async with open_journal(tmp_path / "j.db", VirtualWorld()) as journal:
        pass
    with pytest.raises(JournalError, match="closed"):
        await journal.key_value("s").put("a", 1)
    with pytest.raises(JournalError, match="closed"):
        await journal.runs.get("a")


async def test_readers_cannot_write(tmp_path: Path) -> None:
    async with open_journal(tmp_path / "j.db", VirtualWorld()) as journal:
        with pytest.raises(JournalError, match="readonly"):
            await journal._reader.rows("DELETE FROM runs")


async def test_runs_that_wait_are_not_read_to_find_those_that_do_not(
    tmp_path: Path,
) -> None:
    async with open_journal(tmp_path / "j.db", VirtualWorld()) as journal:
        plans = await journal.writer.transact(
            lambda connection: [
                connection.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchone()[3]
                for sql, values in (
                    (
                        "SELECT id FROM runs WHERE finished IS NULL AND wake IS NULL AND id > ?",
                        ("",),
                    ),
                    (
                        "SELECT status, count(*) FROM runs WHERE finished IS NULL GROUP BY status",
                        (),
                    ),
                )
            ]
        )

    assert plans == [
        "SEARCH runs USING COVERING INDEX runs_open (wake=? AND id>?)",
        "SCAN runs USING COVERING INDEX runs_open",
    ]
