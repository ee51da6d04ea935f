"""Runs, steps, events, blobs, state and dead letters, as their users see them."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock.journal import DeadLetterRecord, Journal, RunFilter, RunRecord, StepRow, encode
from interlock.sdk import Event, InvalidInput, NotFound
from interlock.testing import VirtualWorld

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def _run(run_id: str, created: float = 0.0, **more: Any) -> RunRecord:
    known = {"workflow": "w", "version": "v", "status": "running", "input": {}, **more}
    return RunRecord(id=run_id, created=created, **known)


async def test_state_is_kept_by_service_and_key(journal: Journal) -> None:
    figma, notion = journal.key_value("figma"), journal.key_value("notion")
    await figma.put("cursor", {"n": 1})
    await figma.put("cursor", {"n": 2})
    await notion.put("cursor", "x")

    assert (await figma.get("cursor"), await notion.get("cursor")) == ({"n": 2}, "x")
    await figma.delete("cursor")
    assert (await figma.get("cursor"), await notion.get("cursor")) == (None, "x")


async def test_a_blob_is_found_by_its_digest(journal: Journal) -> None:
    ref = await journal.blobs.put(b"data" * 100, "image/png")

    assert (await journal.blobs.put(b"data" * 100)).digest == ref.digest
    assert await journal.blobs.get(ref.digest) == b"data" * 100
    with pytest.raises(NotFound):
        await journal.blobs.get("0" * 64)


async def test_an_event_is_recorded_once_and_delivered_once(journal: Journal) -> None:
    one, two = Event("a.b", {"n": 1}, id="1", key="k"), Event("a.c", {}, id="2")
    assert await journal.events.append(one, "test")
    assert await journal.events.append(two, "test")
    assert not await journal.events.append(Event("a.b", {"n": 2}, id="1"), "test")

    assert [event for _, event in await journal.events.undelivered()] == [one, two]
    journal.events.delivered("1")
    assert [event for _, event in await journal.events.undelivered()] == [two]
    newest = [(record.event.id, record.delivered is None) for record in await journal.events.list()]
    assert newest == [("2", True), ("1", False)]


async def test_an_event_without_id_or_with_a_payload_that_is_not_json_is_refused(
    journal: Journal,
) -> None:
    with pytest.raises(InvalidInput, match="no id"):
        await journal.events.append(Event("a.b", {}), "test")
    with pytest.raises(InvalidInput, match="not JSON"):
        await journal.events.append(Event("a.b", {"x": object()}, id="1"), "test")


async def test_dead_letters_come_newest_first_and_once(
    journal: Journal, world: VirtualWorld
) -> None:
    letters = [
        DeadLetterRecord(str(n), "event", f"e{n}", "why", {"n": n}, float(n)) for n in range(3)
    ]
    for letter in letters:
        await journal.dead_letters.add(letter)
    journal.dead_letters.put(letters[0])
    await journal.writer.flush()

    assert list(await journal.dead_letters.list(limit=2)) == [letters[2], letters[1]]
    assert len(await journal.dead_letters.list()) == 3


async def test_runs_are_listed_newest_first_page_by_page(journal: Journal) -> None:
    for number in range(5):
        status = "failed" if number % 2 else "succeeded"
        await journal.runs.create(_run(f"r{number}", float(number), status=status))

    assert [run.id for run in await journal.runs.list(limit=2)] == ["r4", "r3"]
    assert [run.id for run in await journal.runs.list(limit=2, before="r3")] == ["r2", "r1"]
    assert [run.id for run in await journal.runs.list(RunFilter(status="failed"))] == ["r3", "r1"]
    assert await journal.runs.list(RunFilter(workflow="other")) == []


async def test_a_run_is_found_by_the_beginning_of_its_id(journal: Journal) -> None:
    for run_id, parent in (("01AB", None), ("01AC", None), ("01AC:child", "01AC")):
        await journal.runs.create(_run(run_id, parent=parent))

    assert (await journal.runs.find("01AB")).id == "01AB"
    assert (await journal.runs.find("01AC")).id == "01AC"
    assert (await journal.runs.find("01AC:child")).id == "01AC:child"
    with pytest.raises(NotFound, match="several"):
        await journal.runs.find("01A")
    with pytest.raises(NotFound, match="no run"):
        await journal.runs.find("02")


async def test_a_run_is_created_once(journal: Journal) -> None:
    assert await journal.runs.create_once(_run("r", input={"n": 1}))
    assert not await journal.runs.create_once(_run("r", input={"n": 2}))
    assert (await journal.runs.find("r")).input == {"n": 1}


async def test_parked_runs_are_found_by_when_they_wake_and_not_among_the_unfinished(
    journal: Journal,
) -> None:
    for run_id, wake in (("a", 20.0), ("b", None), ("c", 10.0)):
        await journal.runs.create(_run(run_id))
        journal.runs.update(_run(run_id, wake=wake, status="waiting"))
    await journal.writer.flush()

    assert await journal.runs.waking() == [("c", 10.0), ("a", 20.0)]
    assert await journal.runs.unfinished() == ["b"]


async def test_a_finished_run_cannot_be_cancelled_but_undone(journal: Journal) -> None:
    await journal.runs.create(_run("r"))
    journal.runs.update(_run("r", status="succeeded", finished=5.0))
    await journal.writer.flush()

    await journal.runs.intend("r", "cancel")
    assert (await journal.runs.find("r")).intent is None
    await journal.runs.intend("r", "undo")
    assert await journal.runs.unfinished() == ["r"]


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(value=json_values, repeat=st.sampled_from([1, 20_000]))
async def test_a_payload_comes_back_as_it_was_however_large(
    journal: Journal, world: VirtualWorld, value: Any, repeat: int
) -> None:
    payload = [value] * repeat
    run_id = world.new_id()
    await journal.runs.create(_run(run_id, input={"p": payload}))
    stored = encode(payload)
    step = StepRow("a", stored.column, 1, "succeeded", "t", 0.0, 1.0)
    journal.steps.record(run_id, step, stored.blob)
    await journal.writer.flush()

    ((run, steps),) = await journal.load([run_id])
    assert run.input == {"p": payload}
    assert steps["a"].payload == encode(payload, inline=1 << 40).column


async def test_a_large_payload_is_stored_once(journal: Journal) -> None:
    big = encode("x" * 100_000)
    for path in "abc":
        step = StepRow(path, big.column, 1, "succeeded", "t", 0.0, 1.0)
        journal.steps.record("r", step, big.blob)
    await journal.writer.flush()

    assert {row.payload for row in await journal.steps.of_run("r")} == {big.column}
    rows = await journal._reader.rows("SELECT count(*), max(length(data)) FROM blobs")
    assert rows == [(1, 100_002)]


async def test_runs_are_found_by_what_is_recorded_of_them(journal: Journal) -> None:
    for number, amount in enumerate((10, 20, 20)):
        await journal.runs.create(
            RunRecord(
                id=f"r{number}",
                workflow="pay",
                version="v",
                status="running",
                created=float(number),
                input={"order": {"amount": amount, "note": "x" * 70_000}, "a.b": 1},
                tags=("eu", f"n{number}"),
            )
        )

    async def found(**wanted: Any) -> list[str]:
        return [run.id for run in await journal.runs.list(RunFilter(**wanted))]

    assert await found(tag="n1") == ["r1"]
    assert await found(tag="eu", since=1.0, until=2.0) == ["r1"]
    assert await found(input={"order.amount": 20}) == ["r2", "r1"]
    assert await found(input={"order.amount": 20}, tag="n2") == ["r2"]
    assert await found(input={"order.nothing": 20}) == []
    assert await found(input={"order') --": 20}) == []
