"""Budgets: what calls have used up, held against what the operator allows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from interlock.calls import Call, Gates, Origin
from interlock.journal import open_journal
from interlock.sdk import BudgetPolicy, BudgetSpent, FallbackPolicy, Policies, Retryable
from interlock.testing import VirtualWorld

from .conftest import Stage

PER_RUN = Policies(budget=(BudgetPolicy(limit=2.0, per="run"),))
PER_DAY = Policies(budget=(BudgetPolicy(limit=100, unit="tokens", per="day"),))


def costing(**amounts: float) -> Any:
    async def tool(call: Call) -> str:
        call.spent(**amounts)
        return "ok"

    return tool


def of_run(stage: Stage, run: str | None) -> Call:
    call = stage.call()
    call.origin = Origin(run_id=run)
    return call


async def test_a_run_stops_at_its_budget_and_others_go_on(stage: Stage) -> None:
    stage.answers = [costing(usd=1.5)]
    pipeline = stage.pipeline(PER_RUN)
    await pipeline(of_run(stage, "a"))
    await pipeline(of_run(stage, "a:child"))
    with pytest.raises(BudgetSpent, match=r"svc.tool: 3 usd of 2 are spent for run a ") as refused:
        await pipeline(of_run(stage, "a:other"))

    assert await pipeline(of_run(stage, "b")) == "ok"
    assert await pipeline(of_run(stage, None)) == "ok"
    assert refused.value.retry_after is None
    assert refused.value.details["spent"] == 3.0
    assert len(stage.reached) == 4


async def test_a_budget_that_no_call_tells_of_is_not_taken_for_unspent(stage: Stage) -> None:
    stage.answers = [costing(tokens=60, images=1)]
    pipeline = stage.pipeline(PER_RUN)
    await pipeline(of_run(stage, "a"))
    with pytest.raises(BudgetSpent, match="usd cannot be kept.*tell only of images, tokens"):
        await pipeline(of_run(stage, "a"))
    mended = stage.pipeline(PER_RUN)
    stage.answers = [costing(tokens=60, usd=1.0)]
    for _ in range(2):
        await mended(of_run(stage, "a"))
    with pytest.raises(BudgetSpent, match="2 usd of 2 are spent"):
        await mended(of_run(stage, "a"))


async def test_tools_that_tell_of_nothing_have_nothing_to_keep(stage: Stage) -> None:
    pipeline = stage.pipeline(PER_DAY)
    for _ in range(3):
        assert await pipeline(stage.call()) == "ok"


async def test_a_day_begins_anew_and_the_refusal_says_when(stage: Stage) -> None:
    stage.answers = [costing(tokens=60, usd=9)]
    pipeline = stage.pipeline(PER_DAY)
    await pipeline(stage.call())
    await pipeline(stage.call())
    with pytest.raises(BudgetSpent, match="120 tokens of 100 are spent for this day") as refused:
        await pipeline(stage.call())

    assert refused.value.retry_after is not None
    await stage.world.advance(refused.value.retry_after)
    assert await pipeline(stage.call()) == "ok"
    assert stage.gates.health()["spent_today"] == {"tokens": 60.0, "usd": 9.0}


async def test_what_failed_was_paid_as_well_and_is_measured(stage: Stage) -> None:
    async def fails(call: Call) -> None:
        call.spent(usd=3.0)
        raise Retryable("down")

    stage.answers = [fails]
    pipeline = stage.pipeline(PER_RUN)
    with pytest.raises(Retryable):
        await pipeline(of_run(stage, "a"))
    with pytest.raises(BudgetSpent):
        await pipeline(of_run(stage, "a"))
    (spent,) = [each for each in stage.telemetry.snapshot() if each["name"] == "interlock.spent"]
    assert spent["points"] == [{"attributes": {"tool": "svc.tool", "unit": "usd"}, "value": 3.0}]


async def test_a_spent_budget_falls_back(stage: Stage) -> None:
    stage.others = {"cheap.tool": "from the cheap one"}
    policies = PER_RUN.model_copy(update={"fallback": FallbackPolicy(service="cheap")})
    stage.answers = [costing(usd=2.0)]
    pipeline = stage.pipeline(policies)
    assert await pipeline(of_run(stage, "a")) == "ok"
    assert await pipeline(of_run(stage, "a")) == "from the cheap one"


async def test_nobody_falls_back_on_who_has_failed_already(stage: Stage) -> None:
    stage.answers = [Retryable("down")]
    pipeline = stage.pipeline(Policies(fallback=FallbackPolicy(service="other")))
    call = stage.call()
    call.origin = Origin(tried=("other.tool",))
    with pytest.raises(Retryable):
        await pipeline(call)


async def test_what_was_spent_is_known_after_a_restart(tmp_path: Path) -> None:
    world = VirtualWorld()
    for life in range(3):
        async with open_journal(tmp_path / "journal", world) as journal:
            gates = Gates("svc", world, journal.spending)
            day = f"{gates.spending.now:%Y-%m-%d}"
            before = (await gates.spending.of("a", is_run=True)).get("usd", 0.0)
            assert before == (await gates.spending.of(day, is_run=False)).get("usd", 0.0) == life
            gates.spending.add("a:child", {"usd": 1.0})
            Gates("another", world, journal.spending).spending.add("a", {"usd": 7.0})
            assert (await journal.spending.of_run("a"))["svc"] == {"usd": life + 1}
            assert await gates.spending.of("a", is_run=True) == {"usd": life + 1}
