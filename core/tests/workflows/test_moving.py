"""Runs that wait, moved to the version that their workflow has by now."""

from __future__ import annotations

import pytest

from interlock.sdk import Conflict
from interlock.workflows.errors import CodeChanged

from .stage import WRITE, Stage

OLD = """
    workflow: order
    steps:
      - {id: hold, call: t.hold}
      - {id: wait, sleep: 1d}
      - {id: ship, call: t.ship}
"""


@pytest.fixture
def order(stage: Stage) -> Stage:
    for name in ("t.hold", "t.ship", "t.thank", "t.pack"):
        stage.tools.add(name, lambda: 1, WRITE)
    stage.template(OLD)
    return stage


def change(stage: Stage, old: str, new: str) -> None:
    stage.templates.clear()
    stage.template(OLD.replace(old, new))


async def test_a_run_goes_on_with_steps_that_were_added_behind(order: Stage) -> None:
    async with order.life() as life:
        run_id = await life.engine.start("order", {})
        await life.quiet()
    change(order, "t.ship}", "t.ship}\n      - {id: thank, call: t.thank}")
    async with order.life() as life:
        (current, old) = await life.engine.control.versions("order")
        assert (current["runs"], old["runs"]) == (0, 1)
        assert "thank" in current["source"] and "thank" not in old["source"]
        moved = await life.engine.control.move(run_id)
        assert moved == current["version"]
        await life.pass_time(86400)
        await life.engine.wait(run_id)
        assert [tool for tool, _ in order.tools.calls] == ["t.hold", "t.ship", "t.thank"]


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("call: t.hold", "call: t.pack", "hold: t.hold is on record, and would be t.pack"),
        ("id: hold", "id: held", "hold: t.hold is on record, and is not come to"),
        ("id: wait", "id: later", "wait: the run waits here, and would no more"),
    ],
)
async def test_where_a_record_does_not_fit_is_told_and_nothing_is_changed(
    order: Stage, old: str, new: str, where: str
) -> None:
    async with order.life() as life:
        run_id = await life.engine.start("order", {})
        await life.quiet()
    change(order, old, new)
    async with order.life() as life:
        for check in (True, False):
            with pytest.raises(CodeChanged) as error:
                await life.engine.control.move(run_id, check=check)
            assert where in error.value.details["misfits"]
        await life.pass_time(86400)
        await life.engine.wait(run_id)
    assert [tool for tool, _ in order.tools.calls] == ["t.hold", "t.ship"]


async def test_checking_changes_nothing(order: Stage) -> None:
    async with order.life() as life:
        run_id = await life.engine.start("order", {})
        await life.quiet()
        before = (await life.engine.get(run_id)).version
    change(order, "t.ship}", "t.thank}")
    async with order.life() as life:
        await life.engine.control.move(run_id, check=True)
        assert (await life.engine.get(run_id)).version == before


async def test_a_run_that_is_over_or_under_way_is_not_moved(order: Stage) -> None:
    async with order.life() as life:
        ended = await life.engine.start("order", {})
        await life.pass_time(86400)
        await life.engine.wait(ended)
    change(order, "1d", "1s")
    async with order.life() as life:
        with pytest.raises(Conflict, match="is over"):
            await life.engine.control.move(ended)
