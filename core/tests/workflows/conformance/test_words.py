"""Every word of the language, on any engine, whenever the process dies: the same end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .cases import Case, furnish
from .harness import Harness
from .words import CASES

MOST_LIVES = 30


def once_for_each() -> Callable[[str], bool]:
    """At the first call of each key, and at no other."""
    keys: set[str] = set()

    def dies(key: str) -> bool:
        new = key not in keys
        keys.add(key)
        return new

    return dies


@pytest.mark.parametrize("dies", ["never", "before each effect", "after each effect"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_run_ends_as_its_workflow_says(harness: Harness, case: Case, dies: str) -> None:
    furnish(harness, case)
    if dies != "never":
        setattr(harness.tools, dies.partition(" ")[0], once_for_each())
    for _ in range(MOST_LIVES):
        recorded, made = await harness.recorded(), len(harness.tools.made)
        async with harness.life() as life:
            await life.start("main", "r")
            await life.publish("was.paid", "k1", sum=12)
            await life.to_the_end("r", case.choice)
            record = await life.engine.get("r")
        assert not recorded & {key for _, key in harness.tools.made[made:]}
        if record.finished is not None:
            break

    assert (record.status, record.output) == (case.status, case.output)
    assert (record.problem or {}).get("code", "") == case.error
    assert {tool: harness.tools.effects(tool) for tool in case.effects} == case.effects
    if case.order is not None:
        assert harness.tools.order("t.book", "t.free", "t.free_later") == case.order
