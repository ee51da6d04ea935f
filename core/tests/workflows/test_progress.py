"""What watchers and listings show."""

import asyncio
from typing import Any

import pytest

from interlock.journal import RunFilter
from interlock.sdk import NotFound, Rejected, Retryable
from interlock.workflows.progress import Progress

from .stage import IDEMPOTENT, Stage, fail


async def _watch(stage: Stage, text: str, seconds: float = 0.0) -> list[dict[str, Any]]:
    stage.template(text)
    async with stage.life() as life:
        run = await life.engine.start("w", {})

        async def watch() -> list[dict[str, Any]]:
            return [item async for item in life.engine.watch(run)]

        watching = asyncio.create_task(watch())
        await life.quiet()
        await life.pass_time(seconds)
        return await watching


def _short(items: list[dict[str, Any]]) -> list[str]:
    return [f"{item['kind']} {item['path']}".strip() for item in items]


async def test_a_watcher_sees_retries_undoing_and_the_end(stage: Stage) -> None:
    troubles = [Retryable("busy")]
    stage.tools.add("t.do", lambda: 1, IDEMPOTENT)
    stage.tools.add("t.flaky", lambda: fail(troubles.pop() if troubles else Rejected("no")))

    items = await _watch(
        stage,
        """
        workflow: w
        steps:
          - {sleep: 1s}
          - {id: a, call: t.do, compensate: {call: t.do}}
          - {id: b, call: t.flaky, retry: {attempts: 2, backoff: 2s}}
        """,
        seconds=10,
    )

    assert _short(items)[-12:] == [
        "step-started a",
        "step-succeeded a",
        "step-started b",
        "step-failed b",
        "step-retrying b",
        "step-started b#2",
        "step-failed b#2",
        "run-compensating",
        "step-started a~undo",
        "step-succeeded a~undo",
        "step-undone a",
        "run-failed",
    ]
    assert items[-1]["message"] == "no"


async def test_watching_a_run_that_ended_gives_its_end(stage: Stage) -> None:
    stage.template("workflow: w\nsteps: [{transform: 1}]")

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        await life.engine.wait(run)
        assert [item["kind"] async for item in life.engine.watch(run)] == ["run-succeeded"]
        with pytest.raises(NotFound):
            await anext(life.engine.watch("nobody"))


async def test_a_slow_watcher_is_told_how_much_it_missed() -> None:
    progress = Progress()
    with progress.watching("r") as watcher:
        for number in range(1010):
            progress.publish({"run": "r", "n": number})
        first, second = await anext(watcher), await anext(watcher)

    assert first == {"run": "r", "n": 10, "skipped": 10}
    assert second == {"run": "r", "n": 11}
    assert not progress.watched("r")


async def test_a_run_is_found_by_the_beginning_of_its_id_and_listed(stage: Stage) -> None:
    stage.template("workflow: w\nsteps: [{transform: 1}]")

    async with stage.life() as life:
        run = await life.engine.start("w", {}, tags=["nightly"])
        assert await life.engine.wait(run[:20]) == 1
        (found,) = await life.engine.list(RunFilter(status="succeeded", workflow="w"))
        assert found.to_dict()["tags"] == ["nightly"]


async def test_an_unknown_workflow_is_told_with_the_nearest(stage: Stage) -> None:
    stage.template("workflow: report\nsteps: [{transform: 1}]")

    async with stage.life() as life:
        with pytest.raises(NotFound, match="did you mean 'report'") as error:
            await life.engine.start("repotr", {})
    assert error.value.nearest == ["report"]
