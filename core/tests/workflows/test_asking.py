"""``on_error: ask``: a person decides what becomes of a step that failed."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.sdk import Rejected
from interlock.workflows.errors import WorkflowFailed

from .stage import IDEMPOTENT, WRITE, Stage

SHIP = """
    workflow: ship
    steps:
      - {id: hold, call: t.hold, compensate: {call: t.release}}
      - {id: label, call: t.label, on_error: ask, compensate: {call: t.void}}
      - {id: told, call: t.tell}
    return: "${{ steps.label }}"
"""


@pytest.fixture
def ship(stage: Stage) -> Stage:
    """A label printer that refuses twice."""
    left = [2]

    def label() -> str:
        left[0] -= 1
        if left[0] >= 0:
            raise Rejected("out of paper")
        return "label"

    stage.template(SHIP)
    for name in ("t.hold", "t.release", "t.void", "t.tell"):
        stage.tools.add(name, lambda: None, IDEMPOTENT)
    stage.tools.add("t.label", label, WRITE)
    return stage


async def test_the_question_says_what_failed_and_a_retry_is_one_effect(ship: Stage) -> None:
    async with ship.life() as life:
        run_id = await life.engine.start("ship", {})
        await life.quiet()
        (asked,) = await life.journal.approvals.list(open_only=True)
        assert asked.request["title"] == "label failed: out of paper"
        assert asked.request["choices"] == ["retry", "continue", "fail"]
        assert asked.request["show"]["error"]["code"] == "rejected"
        await life.engine.decide(asked.id, "retry")
        await life.quiet()
    async with ship.life() as life:
        (asked,) = await life.journal.approvals.list(open_only=True)
        assert asked.step == "label~again-1~ask"
        await life.engine.decide(asked.id, "retry")
        await life.quiet()
        assert await life.engine.wait(run_id) == "label"
    keys = {key for (tool, _), key in zip(ship.tools.calls, ship.tools.keys, strict=True)
            if tool == "t.label"}  # fmt: skip
    assert keys == {f"{run_id}:label"}


async def test_continue_leaves_the_error_as_output(ship: Stage) -> None:
    async with ship.life() as life:
        run_id = await life.engine.start("ship", {})
        await life.quiet()
        await life.engine.decide(f"{run_id}:label~ask", "continue")
        output: Any = await life.engine.wait(run_id)
        assert output["error"]["message"] == "out of paper"
    assert len(ship.tools.made("t.tell")) == 1


async def test_fail_rolls_back(ship: Stage) -> None:
    async with ship.life() as life:
        run_id = await life.engine.start("ship", {})
        await life.quiet()
        await life.engine.decide(f"{run_id}:label~ask", "fail")
        with pytest.raises(Rejected, match="out of paper"):
            await life.engine.wait(run_id)
    assert len(ship.tools.made("t.release")) == 1
    assert ship.tools.made("t.void") == []


async def test_a_run_that_failed_after_a_second_try_is_retried_whole(ship: Stage) -> None:
    refusing = [True]

    def tell() -> None:
        if refusing[0]:
            raise Rejected("nobody home")

    ship.tools.add("t.tell", tell, IDEMPOTENT)
    async with ship.life() as life:
        run_id = await life.engine.start("ship", {})
        for place in ("label", "label~again-1"):
            await life.quiet()
            await life.engine.decide(f"{run_id}:{place}~ask", "retry")
        with pytest.raises(Rejected, match="nobody home") as failed:
            await life.engine.wait(run_id)
        assert failed.value.details["undone"] == ["label~again-2", "hold"]
        refusing[0] = False
        await life.engine.control.retry(run_id)
        await life.quiet()
        assert await life.engine.wait(run_id) == "label"
    assert len(ship.tools.made("t.hold")) == 2
    assert len(ship.tools.made("t.void")) == 1


async def test_a_failure_may_have_a_code_of_its_own_also_seen_from_a_parent(stage: Stage) -> None:
    stage.template("""
        workflow: child
        steps: [{fail: "none left", code: out-of-stock, details: {thing: cup}}]
    """)
    stage.template("""
        workflow: parent
        steps: [{id: c, run: child, on_error: continue}]
        return: "${{ steps.c.error.code }}"
    """)
    async with stage.life() as life:
        assert await life.run("parent") == "out-of-stock"
        with pytest.raises(Exception, match="none left") as failed:
            await life.run("child")
    assert not isinstance(failed.value, WorkflowFailed)
    assert failed.value.code == "out-of-stock"  # type: ignore[attr-defined] # an InterlockError
