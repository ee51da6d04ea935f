"""Whatever the template and wherever the crash: the same output, and nothing recorded repeated."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock.config.document import Document
from interlock.journal import JournalError
from interlock.journal.writer import Writer
from interlock.sdk import InterlockError, Rejected, Retryable
from interlock.workflows import load_template

from .stage import IDEMPOTENT, READ, Life, Stage

Steps = list[dict[str, Any]]


def _numbered(steps: Steps, numbers: Iterator[int]) -> Steps:
    """Every step gets an id, at every depth."""
    for step in steps:
        step["id"] = f"s{next(numbers)}"
        for block in _blocks(step):
            _numbered(block, numbers)
    return steps


def _blocks(step: dict[str, Any]) -> Iterator[Steps]:
    yield from step.get("parallel", {}).values()
    yield from (step[key] for key in ("do", "then", "else", "steps") if key in step)
    if "steps" in step.get("fallback", {}):
        yield step["fallback"]["steps"]


undoing = st.builds(
    lambda there: {"compensate": {"call": "t.undo", "with": {"n": 0}}} if there else {},
    st.booleans(),
)
calls = st.builds(
    lambda tool, n, undo: {"call": tool, "with": {"n": n}, **undo},
    st.sampled_from(["t.read", "t.write"]),
    st.integers(0, 9),
    undoing,
)
flaky = st.builds(
    lambda n: {"call": "t.flaky", "with": {"n": n}, "retry": {"attempts": 2, "backoff": "1s"}},
    st.integers(0, 9),
)
failing = st.builds(
    lambda policy, undo: {"call": "t.fail", "on_error": policy, **undo},
    st.sampled_from(["continue", "continue", "compensate", "fail"]),
    undoing,
)
leaves = st.one_of(
    calls,
    calls,
    flaky,
    failing,
    st.builds(lambda n: {"transform": {"n": n}}, st.integers(0, 9)),
    st.builds(lambda s: {"sleep": f"{s}s"}, st.integers(0, 20)),
    st.builds(lambda n: {"publish": "a.b", "with": {"n": n}}, st.integers(0, 9)),
)


def _holders(inner: st.SearchStrategy[Steps]) -> st.SearchStrategy[Steps]:
    block = st.one_of(
        st.builds(lambda a, b: {"parallel": {"a": a, "b": b}}, inner, inner),
        st.builds(
            lambda n, c, do: {"for_each": f"${{{{ range({n}) }}}}", "concurrency": c, "do": do},
            st.integers(0, 4),
            st.integers(1, 3),
            inner,
        ),
        st.builds(lambda then: {"if": "1 < 2", "then": then}, inner),
        st.builds(
            lambda steps, t: {"steps": steps, "timeout": f"{t}.25s"}, inner, st.integers(5, 30)
        ),
        st.builds(lambda s: {"call": "t.fail", "fallback": {"steps": s}}, inner),
    )
    return st.lists(st.one_of(leaves, block), min_size=1, max_size=3)


templates = st.recursive(st.lists(leaves, min_size=1, max_size=3), _holders, max_leaves=8)


def _stage(folder: str, steps: Steps) -> Stage:
    stage = Stage(Path(folder) / "journal.db")
    document = Document("", "generated")
    document.data = {"workflow": "w", "steps": _numbered(deepcopy(steps), count(1))}
    stage.templates.append(load_template(document))
    stage.tools.add("t.read", lambda n: {"n": n}, READ)
    stage.tools.add("t.write", lambda n: {"n": n + 1}, IDEMPOTENT)
    stage.tools.add("t.undo", lambda n: None, IDEMPOTENT)
    stage.tools.add("t.fail", _fail)

    tried: set[str] = set()

    def sometimes(n: int) -> int:
        key = stage.tools.keys[-1]
        if key not in tried:
            tried.add(key)
            raise Retryable("once more")
        return n

    stage.tools.add("t.flaky", sometimes)
    return stage


def _fail() -> None:
    raise Rejected("no")


@contextmanager
def _crash_after(commits: int) -> Iterator[None]:
    """From this transaction on nothing is written any more, as if the power had gone."""
    left = iter(range(commits))
    transaction = Writer._transaction

    def until_the_crash(self: Writer, batch: Any) -> JournalError | None:
        if next(left, None) is None:
            return JournalError("the power is gone")
        return transaction(self, batch)

    with mock.patch.object(Writer, "_transaction", until_the_crash):
        yield


async def _finish(life: Life, run: str) -> tuple[str, Any]:
    while (record := await life.engine.get(run)).finished is None:
        await life.pass_time(1000)
    return record.status, record.output if record.problem is None else record.problem["message"]


async def _one_life(steps: Steps) -> tuple[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        async with _stage(folder, steps).life() as life:
            return await _finish(life, await life.engine.start("w", {}, run_id="run"))


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(steps=templates, crashes=st.lists(st.integers(0, 15), min_size=1, max_size=3))
async def test_a_run_that_crashed_anywhere_ends_as_one_that_did_not(
    steps: Steps, crashes: list[int]
) -> None:
    expected = await _one_life(steps)

    with tempfile.TemporaryDirectory() as folder:
        stage = _stage(folder, steps)
        async with stage.life() as life:
            await life.engine.start("w", {}, run_id="run")
        for commits in crashes:
            recorded = await _recorded(stage)
            stage.tools.keys.clear()
            with _crash_after(commits):
                await _live_until_the_crash(stage)
            assert not recorded & set(stage.tools.keys)
        async with stage.life() as life:
            assert await _finish(life, "run") == expected


async def _recorded(stage: Stage) -> set[str]:
    """The keys of calls that must never be made again."""
    stopped, stage.templates = stage.templates, []
    try:
        from interlock.journal import open_journal

        async with open_journal(stage.path, stage.world) as journal:
            rows = await journal.steps.of_run("run")
        return {f"run:{row.path}" for row in rows if row.status == "succeeded"}
    finally:
        stage.templates = stopped


async def _live_until_the_crash(stage: Stage) -> None:
    try:
        async with stage.life() as life:
            for _ in range(60):
                if (await life.engine.get("run")).finished is not None:
                    return
                await life.pass_time(5)
    except InterlockError:
        return
