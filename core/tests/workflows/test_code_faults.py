"""Code that cannot be a workflow, or is one with a mistake, is told with its line."""

from __future__ import annotations

import asyncio
from pathlib import Path
from textwrap import dedent

import pytest

from interlock.config import ConfigError
from interlock.sdk import WorkflowContext, workflow
from interlock.workflows import ForeignAwait, code_templates, template_of
from interlock.workflows.errors import CodeChanged, WorkflowBug

from .stage import IDEMPOTENT, WRITE, Stage

HOUR = 3600.0


@pytest.fixture
def made(stage: Stage) -> Stage:
    stage.tools.add("t.make", lambda id: f"made {id}", WRITE)
    return stage


async def test_what_is_not_durable_is_refused_with_its_line(stage: Stage) -> None:
    @workflow()
    async def naps(ctx: WorkflowContext) -> None:
        await nap()

    async def nap() -> None:
        await asyncio.sleep(1)  # this line

    stage.code(naps)
    line = nap.__code__.co_firstlineno + 1
    async with stage.life() as life:
        with pytest.raises(ForeignAwait, match=rf"test_code_faults\.py:{line}: .*Future") as caught:
            await life.run("naps")
    assert "ctx.sleep" in caught.value.hint


def test_what_is_no_coroutine_function_is_no_workflow() -> None:
    def plain(ctx: WorkflowContext) -> None: ...

    with pytest.raises(TypeError, match="async def"):
        template_of(workflow()(plain))  # type: ignore[type-var] # on purpose
    with pytest.raises(TypeError, match=r"@workflow\(\)"):
        template_of(test_what_is_no_coroutine_function_is_no_workflow)  # type: ignore[arg-type] # on purpose
    assert CodeChanged.code == "code-changed"


def test_every_workflow_of_a_file_that_cannot_be_one_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def (:\n")
    (tmp_path / "wrong.py").write_text(
        dedent("""
            from interlock.sdk import workflow

            @workflow()
            def not_async(ctx): ...

            @workflow()
            async def without_context(): ...

            @workflow(queue="mial")
            async def queued(ctx): ...
        """)
    )

    with pytest.raises(ConfigError) as error:
        code_templates([tmp_path / "broken.py", tmp_path / "wrong.py"], queues=["mail"])

    told = [(fault.line, fault.column, fault.message) for fault in error.value.faults]
    assert told == [
        (1, 5, "not Python: invalid syntax"),
        (4, 1, "not_async is not an `async def`"),
        (7, 1, "without_context does not take the run's context"),
        (
            10,
            1,
            "workflow queued: there is no queue 'mial' in the configuration (did you mean 'mail'?)",
        ),
    ]


def test_a_step_that_nobody_awaits_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "hasty.py").write_text(
        dedent("""
            from interlock.sdk import WorkflowContext, workflow

            @workflow()
            async def hasty(ctx: WorkflowContext, names: list[str]) -> None:
                await ctx.sleep(1)
                later = ctx.sleep(2)
                for name in names:
                    ctx.call("mail.send", {"to": name})
                await later
        """)
    )

    with pytest.raises(ConfigError) as error:
        code_templates([tmp_path / "hasty.py"])

    (fault,) = error.value.faults
    assert (fault.line, fault.column) == (9, 9)
    assert fault.message == "nobody awaits this call, so it would never happen"


async def test_a_bug_is_told_with_its_line_and_what_was_done_is_undone(stage: Stage) -> None:
    @workflow()
    async def breaks(ctx: WorkflowContext) -> None:
        for name in ("a", "b"):
            await ctx.call(
                "t.book",
                {"name": name},
                compensate=lambda output: ctx.call("t.cancel", {"booking": output}),
            )
        raise KeyError("oops")

    stage.code(breaks)
    stage.tools.add("t.book", lambda name: f"booking {name}", WRITE)
    stage.tools.add("t.cancel", lambda booking: None, IDEMPOTENT)
    async with stage.life() as life:
        with pytest.raises(
            WorkflowBug, match=r"test_code_faults\.py:\d+: KeyError: 'oops'"
        ) as caught:
            await life.run("breaks")
    assert [each["booking"] for each in stage.tools.made("t.cancel")] == ["booking b", "booking a"]
    assert caught.value.details["undone"] == ["t_book-2", "t_book"]
