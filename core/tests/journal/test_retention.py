"""What is over for long enough goes, and its space with it; what is needed stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import pytest

from interlock.journal import (
    Cutoffs,
    DeadLetterRecord,
    Journal,
    RunRecord,
    StepRow,
    Swept,
    encode,
    open_journal,
)
from interlock.sdk import Event
from interlock.testing import VirtualWorld

LARGE = {"text": "x" * 100_000}


async def run(journal: Journal, run_id: str, created: float, ended: float | None = None) -> None:
    """A run of one step with a large input and a large result."""
    value = {**LARGE, "of": run_id}
    record = RunRecord(run_id, "w", "v", "running", created, value)
    await journal.runs.create(record)
    output = encode(value)
    step = StepRow("a", output.column, 1, "succeeded", "t", created, created)
    journal.steps.record(run_id, step, output.blob)
    if ended is not None:
        journal.runs.update(replace(record, status="succeeded", finished=ended))
    await journal.writer.flush()


async def test_only_what_is_over_goes(journal: Journal) -> None:
    await run(journal, "old", 0.0, 10.0)
    await run(journal, "young", 5.0, 100.0)
    await run(journal, "open", 0.0)

    assert await journal.retention.sweep(Cutoffs({"succeeded": 50.0})) == Swept(runs=1)
    assert await journal.retention.sweep(Cutoffs({"failed": 500.0})) == Swept()

    assert [record.id for record in await journal.runs.list()] == ["young", "open"]
    assert await journal.steps.of_run("old") == []
    assert len(await journal.steps.of_run("open")) == 1


async def test_a_run_whose_parent_is_open_stays(journal: Journal) -> None:
    await run(journal, "parent", 0.0)
    await journal.runs.create(RunRecord("child", "w", "v", "running", 0.0, {}, parent="parent"))
    child = await journal.runs.find("child")
    journal.runs.update(replace(child, status="succeeded", finished=1.0))
    await journal.writer.flush()

    assert await journal.retention.sweep(Cutoffs({"succeeded": 50.0})) == Swept()


async def test_events_and_letters_go_by_age_unless_they_are_needed(
    journal: Journal, world: VirtualWorld
) -> None:
    for number in range(3):
        await journal.events.append(Event("x.y", {}, id=f"e{number}"), "test")
        await world.advance(10)
    journal.events.delivered("e0")
    journal.events.delivered("e2")
    for number in range(3):
        await journal.dead_letters.add(
            DeadLetterRecord(str(number), "run", "s", "r", {}, float(number))
        )
    late = world.time()

    assert await journal.retention.sweep(Cutoffs({}, events=late, dead_letters=2.0)) == Swept(
        events=2, dead_letters=2
    )
    assert [event.event.id for event in await journal.events.list()] == ["e1"]


async def test_an_event_that_an_open_run_may_ask_for_stays(
    journal: Journal, world: VirtualWorld
) -> None:
    await run(journal, "open", world.time())
    await world.advance(10)
    await journal.events.append(Event("x.y", {}, id="e"), "test")
    journal.events.delivered("e")

    assert await journal.retention.sweep(Cutoffs({}, events=world.time() + 10)) == Swept()


async def test_blobs_go_when_nothing_refers_to_them(journal: Journal, world: VirtualWorld) -> None:
    await run(journal, "gone", world.time(), world.time())
    await run(journal, "kept", world.time())
    await journal.blobs.put(b"an image of long ago", "image/png")
    late = world.time() + 1000
    before = await journal.retention.sweep(Cutoffs({}, blobs=late))
    assert before == Swept(), "both runs may refer to everything"

    swept = await journal.retention.sweep(Cutoffs({"succeeded": late}, blobs=late))

    assert (swept.runs, swept.blobs) == (1, 1)
    kept = await journal.runs.find("kept")
    assert kept.input["of"] == "kept"


async def test_what_a_run_started_goes_before_it_wherever_that_is_interrupted(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a new run of its id would take the old child's result for its own child's."""
    await run(journal, "a", 0.0, 10.0)
    for status in ("failed", "cancelled"):
        record = RunRecord(f"a:{status}", "w", "v", "running", 0.0, {}, parent="a")
        await journal.runs.create(record)
        journal.runs.update(replace(record, status=status, finished=5.0))  # type: ignore[arg-type] # literals
    await journal.writer.flush()
    cutoffs = Cutoffs(dict.fromkeys(("succeeded", "failed", "cancelled"), 50.0))
    transact, left = journal.writer.transact, []

    async def then_die(work: Callable[[Connection], Any]) -> None:
        await transact(work)
        raise Dead

    monkeypatch.setattr(journal.writer, "transact", then_die)
    for _ in range(3):
        with pytest.raises(Dead):
            await journal.retention.sweep(cutoffs)
        left.append([record.id for record in await journal.runs.list()])

    assert left == [["a:cancelled", "a"], ["a"], []]


class Dead(Exception):
    """The process is no more."""


async def test_letters_about_a_run_go_with_it_and_keep_their_event(
    journal: Journal, world: VirtualWorld
) -> None:
    await run(journal, "old", 0.0, 10.0)
    await run(journal, "older", 0.0, 100.0)
    for letter in ("run:old", "old:a", "old:a~undo", "run:older", "event:e"):
        await journal.dead_letters.add(DeadLetterRecord(letter, "run", "s", "r", {}, 0.0))
    await journal.events.append(Event("x.y", {}, id="e"), "test")
    journal.events.delivered("e")

    swept = await journal.retention.sweep(Cutoffs({"succeeded": 50.0}, events=world.time() + 10))

    assert (swept.runs, swept.events) == (1, 0)
    assert {each.id for each in await journal.dead_letters.list()} == {"run:older", "event:e"}


async def test_templates_stay(journal: Journal) -> None:
    """The engine keeps a version once; a run that begins with it later needs it after a restart."""
    await journal.templates.add("v", "w", b"{}")
    await run(journal, "old", 0.0, 10.0)
    assert (await journal.retention.sweep(Cutoffs({"succeeded": 50.0}))).runs == 1
    assert await journal.templates.get("v") == b"{}"


async def test_space_is_given_back(tmp_path: Path, world: VirtualWorld) -> None:
    path = tmp_path / "journal.db"
    async with open_journal(path, world) as journal:
        for number in range(100):
            await run(journal, f"r{number}", 0.0, 1.0)
    full = path.stat().st_size
    async with open_journal(path, world) as journal:
        swept = await journal.retention.sweep(Cutoffs({"succeeded": 2.0}, blobs=world.time() + 1))
        assert (swept.runs, swept.blobs) == (100, 100)

    assert full > 5_000_000
    assert path.stat().st_size < full / 20
