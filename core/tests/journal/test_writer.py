"""One transaction for all that is pending; each writer hears of its own fate only."""

import asyncio
import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock.journal import Journal, JournalError
from interlock.journal.writer import Rows

PUT = Rows("INSERT INTO state (service, key, value)", 3)
LAST = Rows(
    "UPDATE state SET value = new.column2 FROM (",
    2,
    ") AS new WHERE key = new.column1",
    last_only=True,
)


async def _all(journal: Journal, service: str) -> dict[str, object]:
    rows = await journal._reader.rows("SELECT key, value FROM state WHERE service = ?", (service,))
    return dict(rows)


async def test_what_waits_together_is_committed_together(journal: Journal) -> None:
    before = journal.writer.commits
    await asyncio.gather(*[journal.writer.commit(PUT, ("s", str(n), b"1")) for n in range(1000)])

    assert len(await _all(journal, "s")) == 1000
    assert journal.writer.commits - before < 100


async def test_one_that_fails_does_not_take_the_others_along(journal: Journal) -> None:
    rows = [("s", "a", b"1"), ("s", "b", None), ("s", "c", b"1")]

    results = await asyncio.gather(
        *[journal.writer.commit(PUT, row) for row in rows], return_exceptions=True
    )

    assert [type(result) for result in results] == [type(None), JournalError, type(None)]
    assert set(await _all(journal, "s")) == {"a", "c"}


async def test_commits_are_told_in_the_order_of_the_writes(journal: Journal) -> None:
    told: list[int] = []
    for number in range(300):
        journal.writer.write(PUT, ("s", str(number), b""), lambda _, n=number: told.append(n))
    await journal.writer.flush()

    assert told == list(range(300))


async def test_a_receiver_that_fails_does_not_keep_the_others_waiting(
    journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: JournalError | None) -> None:
        raise ValueError("a bug")

    journal.writer.write(PUT, ("s", "a", b""), fail)
    await journal.writer.commit(PUT, ("s", "b", b""))

    assert "a receiver of a commit failed" in caplog.text


async def test_a_transaction_sees_what_was_written_before_it_and_gives_its_result(
    journal: Journal,
) -> None:
    journal.writer.write(PUT, ("s", "a", b""))

    def count(connection: sqlite3.Connection) -> int:
        (found,) = connection.execute("SELECT count(*) FROM state").fetchone()
        return int(found)

    assert await journal.writer.transact(count) == 1


async def test_a_transaction_with_a_bug_fails_alone_and_leaves_nothing(journal: Journal) -> None:
    def broken(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO state VALUES ('s', 'x', 'y')")
        raise ZeroDivisionError("a bug")

    with pytest.raises(JournalError, match="a bug"):
        await journal.writer.transact(broken)
    assert await _all(journal, "s") == {}


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(updates=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 99)), max_size=300))
async def test_the_last_update_of_a_row_wins_however_they_are_batched(
    journal: Journal, updates: list[tuple[int, int]]
) -> None:
    await journal.writer.transact(lambda connection: connection.execute("DELETE FROM state"))
    for key in range(6):
        journal.writer.write(PUT, ("s", str(key), -1))
    await journal.writer.flush()
    for key, value in updates:
        journal.writer.write(LAST, (str(key), value))
    await journal.writer.flush()

    expected = {str(key): -1 for key in range(6)} | {str(key): value for key, value in updates}
    assert await _all(journal, "s") == expected
