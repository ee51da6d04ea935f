"""A journal that was hurt: told, and saved as far as it can be read."""

import asyncio
import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from interlock.journal import JournalError, RunFilter, RunRecord, StepRow, encode, open_journal
from interlock.journal.maintenance import back_up, findings, salvage
from interlock.testing import VirtualWorld

PAGE = 4096
INTERIOR = 2  # https://sqlite.org/fileformat.html#b_tree_pages
RUNS = 300


async def fill(path: Path) -> None:
    """Many runs, the last of which has not ended, each with steps of some size."""
    async with open_journal(path, VirtualWorld()) as journal:
        await journal.templates.add("v", "w", b"{}")
        payload = encode({"text": "x" * 300}).column
        runs = [RunRecord(f"r{n:04}", "w", "v", "running", float(n), {"n": n}) for n in range(RUNS)]
        await asyncio.gather(*map(journal.runs.create, runs))
        for number, run in enumerate(runs):
            for step in range(3):
                row = StepRow(f"s{step}", payload, step, "succeeded", "t.do", 1.0, 2.0)
                journal.steps.record(run.id, row)
            if number < RUNS - 1:
                journal.runs.update(replace(run, status="succeeded", finished=9.0))
        await journal.writer.flush()


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    await fill(tmp_path / "j.db")
    return tmp_path / "j.db"


def page_of(path: Path, table: str) -> int:
    """The first leaf of a table or an index."""
    connection = sqlite3.connect(path)
    root = connection.execute(
        "SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)
    ).fetchone()[0]
    connection.close()
    file = content(path)
    while file[(root - 1) * PAGE] == INTERIOR:
        page = file[(root - 1) * PAGE : root * PAGE]
        first_cell = int.from_bytes(page[12:14], "big")
        root = int.from_bytes(page[first_cell : first_cell + 4], "big")
    return int(root)


def content(path: Path) -> bytes:
    return path.read_bytes()


def without_log(path: Path) -> Path:
    """A copy of the file alone."""
    copy = path.with_name("copy.db")
    copy.write_bytes(content(path))
    return copy


def cut(path: Path) -> None:
    """Take the last page."""
    os.truncate(path, path.stat().st_size - PAGE)


def overwrite(path: Path, page: int) -> None:
    with path.open("r+b") as file:
        file.seek((page - 1) * PAGE)
        file.write(os.urandom(PAGE))


async def test_a_sound_journal_has_no_faults_and_is_copied_as_it_is(path: Path) -> None:
    assert findings(path) == []
    saved = salvage(path, path.with_name("new.db"))

    assert (saved.rows["runs"], saved.rows["steps"]) == (RUNS, 3 * RUNS)
    assert saved.damaged == saved.held == []


async def test_a_missing_payload_and_a_missing_template_are_told(path: Path) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE steps SET payload = 'digest' WHERE run = 'r0007'")
        connection.execute("DELETE FROM templates")
    connection.close()

    assert findings(path) == [
        "run r0007: a payload of it is missing",
        f"run r{RUNS - 1:04}: its template is missing",
    ]


@pytest.mark.parametrize("damage", ["cut", "overwritten"])
async def test_what_can_be_read_is_saved_and_no_run_goes_on_without_its_steps(
    path: Path, damage: str
) -> None:
    if damage == "cut":
        cut(path)
        assert findings(path) == [f"the file ends {PAGE} bytes early"]
    else:
        overwrite(path, page_of(path, "steps"))
        assert findings(path)
    before = content(path)

    saved = salvage(path, path.with_name("new.db"))

    assert content(path) == before
    assert findings(path.with_name("new.db")) == []
    assert "steps" in saved.damaged
    assert saved.rows["runs"] == RUNS
    assert 3 * RUNS - 30 < saved.rows["steps"] < 3 * RUNS
    assert saved.held == [f"r{RUNS - 1:04}"]
    async with open_journal(path.with_name("new.db"), VirtualWorld()) as journal:
        (run,) = await journal.runs.list(RunFilter(status="paused"))
        assert run.waiting is not None and "was damaged" in run.waiting["reason"]
        assert await journal.runs.unfinished() == []


async def test_runs_that_are_lost_are_named(path: Path) -> None:
    overwrite(path, page_of(path, "runs"))
    new = path.with_name("new.db")

    saved = salvage(path, new)

    with closing(sqlite3.connect(new)) as connection:
        left = {row[0] for row in connection.execute("SELECT id FROM runs")}
    assert "runs" in saved.damaged and saved.lost
    assert sorted({*saved.lost, *left}) == [f"r{number:04}" for number in range(RUNS)]


async def test_a_page_of_an_index_costs_nothing(path: Path) -> None:
    overwrite(path, page_of(path, "runs_newest"))
    assert findings(path)

    saved = salvage(path, path.with_name("new.db"))

    assert saved.rows["runs"] == RUNS and saved.held == []
    assert findings(path.with_name("new.db")) == []


async def test_the_beginning_of_the_file_cannot_be_done_without(path: Path) -> None:
    overwrite(path, 1)
    with pytest.raises(JournalError, match="not a database"):
        findings(path)
    with pytest.raises(JournalError, match=r"nothing of it can be read .*restore a copy"):
        salvage(path, path.with_name("new.db"))


async def test_a_journal_without_its_log_is_that_of_an_earlier_moment(path: Path) -> None:
    async with open_journal(path, VirtualWorld()) as journal:
        await journal.runs.create(RunRecord("late", "w", "v", "running", 1.0, {}))
        copy = without_log(path)

    assert findings(copy) == []
    saved = salvage(copy, path.with_name("new.db"))
    assert (saved.rows["runs"], saved.damaged) == (RUNS, [])


async def test_a_journal_is_backed_up_while_it_is_written_and_recovered_only_at_rest(
    path: Path,
) -> None:
    copy = path.with_name("copy.db")
    async with open_journal(path, VirtualWorld()) as journal:
        await journal.runs.create(RunRecord("last", "w", "v", "running", 1.0, {}))
        await asyncio.to_thread(back_up, path, copy)
        with pytest.raises(JournalError, match="in use"):
            salvage(path, path.with_name("new.db"))
    with pytest.raises(JournalError, match="exists"):
        back_up(path, copy)

    async with open_journal(copy, VirtualWorld()) as journal:
        assert await journal.runs.get("last") is not None
