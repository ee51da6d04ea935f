"""Workflows written in Python: the same record, the same guarantees, whatever the code does."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import BaseModel

from interlock.sdk import InvalidInput, Rejected, Retryable, WorkflowContext, workflow
from interlock.sdk.errors import DeadlineExceeded, InterlockError
from interlock.workflows import template_of

from .stage import WRITE, Stage

HOUR = 3600.0


class Order(BaseModel):
    id: str
    amount: float = 1.0


@workflow(description="Ship it.", aliases=("ship_it",))
async def ship(ctx: WorkflowContext, id: str, count: int = 2) -> dict[str, Any]:
    first = await ctx.call("t.make", {"id": id})
    await ctx.sleep(HOUR)
    rest = await ctx.map(
        lambda n: ctx.call("t.make", {"id": f"{id}{n}"}), range(count), concurrency=2
    )
    return {"all": [first, *rest]}


@pytest.fixture
def made(stage: Stage) -> Stage:
    stage.tools.add("t.make", lambda id: f"made {id}", WRITE)
    return stage


async def test_a_run_of_code_goes_on_after_a_restart_and_repeats_nothing(made: Stage) -> None:
    made.code(ship)
    async with made.life() as life:
        run_id = await life.engine.start("ship", {"id": "a"})
        await life.quiet()
        assert (await life.engine.get(run_id)).status == "waiting"
    async with made.life() as life:
        await life.pass_time(HOUR)
        assert await life.engine.wait(run_id) == {"all": ["made a", "made a0", "made a1"]}
        paths = [step.path for step in await life.engine.steps(run_id)]
    assert [call["id"] for call in made.tools.made("t.make")] == ["a", "a0", "a1"]
    assert sorted(paths) == ["map[0].t_make", "map[1].t_make", "sleep", "t_make"]


def test_its_schemas_are_its_signature() -> None:
    template = template_of(ship)
    assert template.as_tool()["description"] == "Ship it."
    assert template.input.schema["required"] == ["id"]
    assert template.input.schema["properties"]["count"]["default"] == 2
    assert template.output.schema["type"] == "object"
    assert template.aliases == ("ship_it",)


async def test_an_input_that_does_not_fit_starts_nothing(made: Stage) -> None:
    made.code(ship)
    async with made.life() as life:
        with pytest.raises(InvalidInput, match=r"\$\.count"):
            await life.engine.start("ship", {"id": "a", "count": "many"})


async def test_one_input_may_be_a_model(stage: Stage) -> None:
    @workflow()
    async def total(ctx: WorkflowContext, input: Order) -> float:
        return input.amount * 2

    stage.code(total)
    async with stage.life() as life:
        assert await life.run("total", {"id": "a", "amount": 4}) == 8.0


async def test_branches_find_their_own_results_again_whatever_ended_first(stage: Stage) -> None:
    gates = {name: asyncio.Event() for name in "abc"}

    async def slow(name: str) -> str:
        await gates[name].wait()
        return f"result of {name}"

    async def one(ctx: WorkflowContext, name: str) -> list[Any]:
        return [await ctx.call("t.slow", {"name": name}), await ctx.call("t.after", {"name": name})]

    @workflow()
    async def fan(ctx: WorkflowContext) -> Any:
        found = await ctx.gather(*(one(ctx, name) for name in "abc"))
        await ctx.sleep(HOUR)
        return found

    stage.code(fan)
    stage.tools.add("t.slow", slow, WRITE)
    stage.tools.add("t.after", lambda name: f"after {name}", WRITE)
    async with stage.life() as life:
        run_id = await life.engine.start("fan", {})
        for name in "cab":
            gates[name].set()
            await life.quiet()
    async with stage.life() as life:
        await life.pass_time(HOUR)
        expected = [[f"result of {name}", f"after {name}"] for name in "abc"]
        assert await life.engine.wait(run_id) == expected
    assert len(stage.tools.calls) == 6


async def test_code_can_handle_what_a_tool_refuses(stage: Stage) -> None:
    @workflow()
    async def careful(ctx: WorkflowContext) -> str:
        try:
            await ctx.call("t.no")
        except Rejected as error:
            return f"no: {error.message}"
        return "yes"

    def refuse() -> None:
        raise Rejected("not today")

    stage.code(careful)
    stage.tools.add("t.no", refuse)
    async with stage.life() as life:
        assert await life.run("careful") == "no: not today"


async def test_retries_are_durable_pauses(stage: Stage) -> None:
    left = [2]

    def flaky() -> str:
        left[0] -= 1
        if left[0] >= 0:
            raise Retryable("try again")
        return "at last"

    @workflow()
    async def patient(ctx: WorkflowContext) -> Any:
        return await ctx.call("t.flaky", attempts=3, backoff=60)

    stage.code(patient)
    stage.tools.add("t.flaky", flaky)
    async with stage.life() as life:
        run_id = await life.engine.start("patient", {})
        await life.quiet()
    async with stage.life() as life:
        await life.pass_time(HOUR)
        assert await life.engine.wait(run_id) == "at last"


async def test_events_approvals_children_and_races(stage: Stage) -> None:
    @workflow()
    async def asks(ctx: WorkflowContext, id: str) -> Any:
        paid = await ctx.wait_for("paid", key=id, where=lambda event: event["payload"]["sum"] > 1)
        decision = await ctx.approve("Ship?", show=paid["payload"])
        name = await ctx.run("ship", {"id": id, "count": 0})
        quick = await ctx.first(ctx.call("t.make", {"id": "quick"}), asleep(ctx))
        try:
            await ctx.within(60, asleep(ctx))
        except DeadlineExceeded:
            late = True
        await ctx.publish("done", {"id": id})
        return [paid["payload"]["sum"], decision["choice"], name["all"], quick, late]

    async def asleep(ctx: WorkflowContext) -> str:
        await ctx.sleep(10 * HOUR)
        return "slept"

    stage.code(asks)
    stage.code(ship)
    stage.tools.add("t.make", lambda id: id, WRITE)
    async with stage.life() as life:
        run_id = await life.engine.start("asks", {"id": "7"})
        await life.publish("paid", "7", sum=1)
        await life.publish("paid", "7", sum=2)
    async with stage.life() as life:
        await life.engine.decide(f"{run_id}:approve", "approve")
        await life.pass_time(1.5 * HOUR)
    async with stage.life() as life:
        await life.pass_time(0)
        assert await life.engine.wait(run_id) == [2, "approve", ["7"], "quick", True]


async def test_time_chance_and_ids_are_the_same_on_a_replay(stage: Stage) -> None:
    seen: list[tuple[float, float, str]] = []

    @workflow()
    async def dice(ctx: WorkflowContext) -> Any:
        seen.append((ctx.now(), ctx.random().random(), ctx.new_id()))
        await ctx.sleep(HOUR)
        return ctx.now()

    stage.code(dice)
    async with stage.life() as life:
        run_id = await life.engine.start("dice", {})
        await life.quiet()
    async with stage.life() as life:
        await life.pass_time(HOUR)
        assert await life.engine.wait(run_id) == seen[0][0] + HOUR
    assert seen == [seen[0], seen[0]]


async def test_parking_does_nothing_that_a_finally_awaits(stage: Stage) -> None:
    @workflow()
    async def tidy(ctx: WorkflowContext) -> str:
        try:
            await ctx.sleep(HOUR)
        finally:
            await ctx.call("t.tidy")
        return "done"

    stage.code(tidy)
    stage.tools.add("t.tidy", lambda: None, WRITE)
    async with stage.life() as life:
        run_id = await life.engine.start("tidy", {})
        await life.quiet()
        assert stage.tools.calls == []
        await life.pass_time(HOUR)
        assert await life.engine.wait(run_id) == "done"
    assert len(stage.tools.calls) == 1


async def test_cancelling_stops_code_even_if_it_catches_everything(stage: Stage) -> None:
    @workflow()
    async def stubborn(ctx: WorkflowContext) -> None:
        while True:
            try:
                await ctx.sleep(HOUR)
            except Exception:  # noqa: BLE001, S112 - on purpose
                continue

    stage.code(stubborn)
    async with stage.life() as life:
        run_id = await life.engine.start("stubborn", {})
        await life.engine.cancel(run_id)
        with pytest.raises(InterlockError, match="cancelled"):
            await life.engine.wait(run_id)


def _version(tool: str, *, longer: bool = False) -> Any:
    @workflow(name="changing")
    async def changing(ctx: WorkflowContext) -> Any:
        output = await ctx.call(tool)
        await ctx.sleep(HOUR)
        return [output, await ctx.call("t.more")] if longer else output

    template = template_of(changing)
    # One file holds both versions here, so its digest would not tell them apart.
    object.__setattr__(template, "version", f"{tool}{longer}")
    return template


@pytest.fixture
def changing(stage: Stage) -> Stage:
    stage.tools.add("t.old", lambda: "old", WRITE)
    stage.tools.add("t.new", lambda: "new", WRITE)
    stage.tools.add("t.more", lambda: "more", WRITE)
    return stage


async def test_new_code_that_fits_the_record_goes_on(changing: Stage) -> None:
    changing.templates = [_version("t.old")]
    async with changing.life() as life:
        run_id = await life.engine.start("changing", {})
        await life.quiet()
    changing.templates = [_version("t.old", longer=True)]
    async with changing.life() as life:
        await life.pass_time(HOUR)
        assert await life.engine.wait(run_id) == ["old", "more"]
        assert (await life.engine.get(run_id)).version == "t.oldTrue"
    assert len(changing.tools.made("t.old")) == 1


async def test_new_code_that_does_not_fit_is_named_and_nothing_is_done(changing: Stage) -> None:
    old = _version("t.old")
    changing.templates = [old]
    async with changing.life() as life:
        run_id = await life.engine.start("changing", {})
        await life.quiet()
    changing.templates = [_version("t.new")]
    async with changing.life() as life:
        await life.pass_time(2 * HOUR)
        record = await life.engine.get(run_id)
        assert record.status == "waiting"
        waiting: Mapping[str, Any] = record.waiting or {}
        assert "t_old: t.old is on record, and is not come to" in waiting["reason"]
    changing.templates = [old]
    async with changing.life() as life:
        await life.pass_time(0)
        assert await life.engine.wait(run_id) == "old"
    assert len(changing.tools.calls) == 1
