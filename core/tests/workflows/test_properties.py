"""Whatever the template and wherever the crash: the same output, and nothing recorded repeated."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from interlock.journal import JournalError, RunRecord, StepRow, open_journal
from interlock.journal.writer import Writer
from interlock.sdk import Event

from .generated import COPIES, Steps, stage_of, templates
from .stage import Life, Stage

Power = list[bool]
End = tuple[str, Any]

_ATTEMPT = re.compile(r"#\d+$")


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(steps=templates, crashes=st.lists(st.integers(0, 12), min_size=1, max_size=4))
async def test_a_run_that_crashed_anywhere_ends_as_one_that_did_not(
    steps: Steps, crashes: list[int]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        stage = stage_of(folder, steps)
        async with stage.life() as life:
            await _begin(life)
            expected = _end(await _play(life))
        await _everything_is_undone(stage)
    event(expected[0])

    with tempfile.TemporaryDirectory() as folder:
        stage = stage_of(folder, steps)
        async with stage.life() as life:
            await _begin(life)
        for commits in crashes:
            recorded = await _recorded(stage)
            stage.tools.keys.clear()
            await _live_until_the_crash(stage, commits)
            assert not recorded & set(stage.tools.keys)
        async with stage.life() as life:
            assert _end(await _play(life)) == expected
        await _everything_is_undone(stage)


# A life


async def _begin(life: Life) -> None:
    """Start the run; what it may wait for is there already."""
    await life.engine.start("w", {}, run_id="run")
    template = life.engine.template("w").source.decode()
    for key in set(re.findall(r'"wait_for":"a.came","key":"(\d)"', template)):
        for copy in range(COPIES):
            await life.journal.events.append(
                Event("a.came", {}, id=f"{key}-{copy}", key=key), "test"
            )


async def _play(life: Life, gone: Power | None = None) -> RunRecord:
    """Let time pass and people answer until the run is over, or the power gone."""
    while True:
        await life.quiet()
        record = await life.engine.get("run")
        if gone or record.finished is not None:
            return record
        if await _answer(life):
            continue
        due = life.world.next_due()
        assert due is not None, f"nothing will ever happen: {record.status} {record.waiting}"
        await life.world.advance(due - life.world.monotonic())


async def _answer(life: Life) -> bool:
    """Decide what people are asked, unless it is to be decided for them."""
    asked = [
        each for each in await life.journal.approvals.list() if each.request["title"] != "later"
    ]
    for approval in asked:
        choices = approval.request["choices"]
        await life.engine.decide(approval.id, "continue" if "continue" in choices else "approve")
    return bool(asked)


def _end(record: RunRecord) -> End:
    return record.status, record.output if record.problem is None else record.problem["message"]


# Crashes


async def _live_until_the_crash(stage: Stage, commits: int) -> None:
    with _crash_after(commits) as gone:
        try:
            async with stage.life() as life:
                await _play(life, gone)
        except JournalError:
            assert gone


@contextmanager
def _crash_after(commits: int) -> Iterator[Power]:
    """From this transaction on nothing is written any more, as if the power had gone."""
    left, gone = iter(range(commits)), Power()
    transaction = Writer._transaction

    def until_the_crash(self: Writer, batch: Any) -> JournalError | None:
        if next(left, None) is None:
            gone.append(True)
            return JournalError("the power is gone")
        return transaction(self, batch)

    with mock.patch.object(Writer, "_transaction", until_the_crash):
        yield gone


# The record


async def _rows(stage: Stage) -> list[tuple[RunRecord, Sequence[StepRow]]]:
    async with open_journal(stage.path, stage.world) as journal:
        runs = await journal.runs.list(limit=1000)
        return [(run, await journal.steps.of_run(run.id)) for run in runs]


async def _recorded(stage: Stage) -> set[str]:
    """The keys of calls that must never be made again."""
    return {
        f"{run.id}:{_ATTEMPT.sub('', row.path)}"
        for run, rows in await _rows(stage)
        for row in rows
        if row.status == "succeeded" and row.what.startswith("t.")
    }


async def _everything_is_undone(stage: Stage) -> None:
    """Of a run that failed, or was undone with its parent, nothing is left."""
    found = await _rows(stage)
    rolled_back = {run.id for run, _ in found if run.status in ("failed", "compensated")}
    for run, rows in found:
        undone = {row.path.removesuffix("~undo") for row in rows if row.path.endswith("~undo")}
        done = {row.path for row in rows if row.status == "succeeded" and row.what == "t.book"}
        assert run.id not in rolled_back or done <= undone
