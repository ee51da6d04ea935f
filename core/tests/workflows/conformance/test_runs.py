"""Starting runs, finding them, and what becomes of them when their workflow changes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from interlock.journal import Limits, RunFilter
from interlock.sdk import InvalidInput, NotFound, WorkflowContext, workflow
from interlock.sdk.quantities import Rate
from interlock.workflows import ForeignAwait, InDoubt, RunExists

from .harness import Harness
from .service import IDEMPOTENT, READ, WRITE

ORDER = """
workflow: order
input: {type: object, required: [n], properties: {n: {type: integer}, again: {type: integer, default: 5}}}
output: {type: integer}
steps:
  - {id: nap, sleep: 1d}
  - {id: sum, transform: "${{ input.n + input.again }}"}
"""


async def test_a_run_of_one_id_is_started_once_in_all_lives(harness: Harness) -> None:
    harness.template(ORDER)
    harness.template("workflow: other\nsteps: [{transform: 1}]")
    for _ in range(2):
        async with harness.life() as life:
            for _ in range(2):
                assert await life.engine.start("order", {"n": 1}, run_id="o1") == "o1"
            with pytest.raises(RunExists):
                await life.engine.start("other", {}, run_id="o1")
    async with harness.life() as life:
        await life.to_the_end("o1")
        assert await life.engine.wait("o1") == 6
        assert len(await life.engine.list(RunFilter())) == 1


async def test_what_does_not_fit_starts_nothing(harness: Harness) -> None:
    harness.template(ORDER)
    async with harness.life() as life:
        with pytest.raises(InvalidInput, match="n"):
            await life.engine.start("order", {"n": "one"})
        with pytest.raises(NotFound, match="ordre") as error:
            await life.engine.start("ordre", {"n": 1})
        assert error.value.nearest == ["order"]
        assert list(await life.engine.list(RunFilter())) == []


async def test_runs_are_found_by_what_is_in_them(harness: Harness) -> None:
    harness.template(ORDER)
    async with harness.life() as life:
        one = await life.engine.start("order", {"n": 1}, tags=["vip"])
        two = await life.engine.start("order", {"n": 2})
        await life.to_the_end(one)
        await life.quiet()
        for which, found in (
            (RunFilter(tag="vip"), [one]),
            (RunFilter(input={"n": 2}), [two]),
            (RunFilter(status="succeeded"), [two, one]),
            (RunFilter(workflow="other"), []),
        ):
            assert [each.id for each in await life.engine.list(which)] == found
        assert (await life.engine.get(one)).tags == ["vip"]
        steps = [(each.path, each.status) for each in await life.engine.steps(one)]
        assert steps == [("nap", "succeeded"), ("sum", "succeeded")]


async def test_who_watches_sees_what_happens_and_then_the_end(harness: Harness) -> None:
    harness.template("workflow: w\nsteps: [{id: a, call: t.add}, {sleep: 1h}]")
    harness.tools.add("t.add", lambda: 1, READ)
    async with harness.life() as life:
        run_id = await life.engine.start("w", {})

        async def watch() -> list[str]:
            return [item["kind"] async for item in life.engine.watch(run_id, since=0.0)]

        watching = asyncio.create_task(watch())
        await life.to_the_end(run_id)
        kinds = await watching
    assert "step-succeeded" in kinds and kinds[-1] == "run-succeeded"


async def test_who_watches_misses_no_step_of_a_run_that_ends_meanwhile(harness: Harness) -> None:
    harness.template(
        "workflow: w\nsteps: [{id: a, call: t.add}, {sleep: 1h}, {id: b, call: t.add}]"
    )
    harness.tools.add("t.add", lambda: 1, READ)
    async with harness.life() as life:
        run_id = await life.engine.start("w", {})
        await life.quiet()
        items = life.engine.watch(run_id, since=0.0)
        ended = [await anext(items)]
        await life.to_the_end(run_id)
        ended += [item async for item in items if item["kind"].endswith("succeeded")]
    paths = [item["path"] for item in ended]
    assert (paths[0], paths[-1]) == ("a", "") and "b" in paths


async def test_who_watches_hears_how_far_a_call_is(harness: Harness) -> None:
    gate = asyncio.Event()
    harness.template("workflow: w\nsteps: [{id: a, call: t.slow}]")
    harness.tools.add("t.slow", gate.wait, READ)
    seen: list[dict[str, Any]] = []
    async with harness.life() as life:
        run_id = await life.engine.start("w", {})

        async def watch() -> None:
            async for item in life.engine.watch(run_id):
                seen.append(item)
                if item["kind"] == "step-progress":
                    gate.set()

        watching = asyncio.create_task(watch())
        await life.quiet()
        assert [
            (each.path, each.what, each.status) for each in await life.engine.steps(run_id)
        ] == [("a", "t.slow", "started")]
        harness.tools.progress["t.slow"](1, 2, "half")
        await watching
    (item,) = [item for item in seen if item["kind"] == "step-progress"]
    told = {"path": "a", "what": "t.slow", "done": 1, "total": 2, "message": "half"}
    assert {**item, **told} == item


@pytest.mark.parametrize(
    ("policy", "calls", "outcome"),
    [("fail", 1, None), ("retry", 2, 1), ("ask", 1, 7)],
)
async def test_a_call_that_cannot_be_repeated_is_in_doubt(
    harness: Harness, policy: str, calls: int, outcome: int | None
) -> None:
    harness.template(f"workflow: w\nsteps: [{{id: pay, call: t.pay, in_doubt: {policy}}}]")
    harness.tools.add("t.pay", lambda: 1, WRITE)
    killed: list[str] = []
    harness.tools.after = lambda key: not killed and not killed.append(key)  # type: ignore[func-returns-value] # once
    async with harness.life() as life:
        await life.start("w", "r")
        await life.to_the_end("r")
    async with harness.life() as life:
        await life.quiet()
        if policy == "ask":
            await life.engine.decide("r:pay~doubt", "happened", values={"output": 7})
        await life.to_the_end("r")
        if outcome is None:
            with pytest.raises(InDoubt, match="pay"):
                await life.engine.wait("r")
        else:
            assert await life.engine.wait("r") == outcome
    assert harness.tools.count("t.pay") == calls


@pytest.mark.parametrize("now", ["changed", "removed"])
async def test_a_run_goes_on_with_the_workflow_it_began_with(harness: Harness, now: str) -> None:
    harness.template(ORDER)
    async with harness.life() as life:
        await life.engine.start("order", {"n": 1}, run_id="o2")
        await life.quiet()
    harness.forget_templates()
    if now == "changed":
        harness.template(ORDER.replace("input.n +", "100 +"))
    async with harness.life() as life:
        await life.to_the_end("o2")
        assert await life.engine.wait("o2") == 6
        if now == "changed":
            await life.engine.start("order", {"n": 1}, run_id="o3")
            await life.to_the_end("o3")
            assert await life.engine.wait("o3") == 105


@workflow()
async def ship(ctx: WorkflowContext, n: int) -> list[Any]:
    """Each branch has two steps, the first of which ends in the opposite order."""

    async def one(item: int) -> int:
        slow = await ctx.call("t.slow", {"n": item, "seconds": n - item})
        return int(await ctx.call("t.add", {"n": slow}))

    return await ctx.gather(*[one(item) for item in range(n)])


@workflow()
async def foreign(ctx: WorkflowContext) -> None:
    """Awaits what cannot be replayed."""
    await asyncio.sleep(1)


@pytest.mark.parametrize("dies", ["before", "after"])
async def test_branches_of_code_find_their_own_results_again(harness: Harness, dies: str) -> None:
    async def slow(n: int, seconds: float) -> int:
        await harness.world.sleep(seconds)
        return n

    harness.code(ship)
    harness.tools.add("t.slow", slow, READ)
    harness.tools.add("t.add", lambda n: n + 1, IDEMPOTENT)
    keys: set[str] = set()
    setattr(harness.tools, dies, lambda key: key not in keys and not keys.add(key))  # type: ignore[func-returns-value] # once each
    async with harness.life() as life:
        await life.engine.start("ship", {"n": 3}, run_id="r")
        await life.to_the_end("r")
    for _ in range(20):
        async with harness.life() as life:
            await life.to_the_end("r")
            record = await life.engine.get("r")
    assert record.output == [1, 2, 3]
    assert harness.tools.effects("t.add") == 3


async def test_code_that_awaits_anything_else_is_refused_with_its_line(harness: Harness) -> None:
    harness.code(foreign)
    async with harness.life() as life:
        with pytest.raises(ForeignAwait, match=r"test_runs\.py:\d+"):
            await life.run("foreign")


async def test_queues_hold_runs_to_their_turns_also_over_a_restart(harness: Harness) -> None:
    harness.queue("mail", Limits(concurrency=2, per_key=1))
    harness.template("""
        workflow: send
        queue: {name: mail, key: "${{ input.to }}", priority: "${{ input.rank }}"}
        steps: [{wait_for: mail.sent, key: "${{ input.id }}"}]
    """)

    async def under_way() -> list[str]:
        found = await life.engine.list(RunFilter())
        waiting = [each.id for each in found if (each.waiting or {}).get("reason") == "queue mail"]
        return sorted({each.id for each in found if each.finished is None} - {*waiting})

    async with harness.life() as life:
        for run_id, to, rank in (("a1", "a", 1), ("a2", "a", 1), ("b1", "b", 1), ("c9", "c", 9)):
            await life.engine.start("send", {"to": to, "rank": rank, "id": run_id}, run_id=run_id)
            await life.quiet()
        assert await under_way() == ["a1", "b1"]
    async with harness.life() as life:
        await life.quiet()
        assert await under_way() == ["a1", "b1"]
        await life.publish("mail.sent", "a1")
        await life.publish("mail.sent", "b1")
        await life.quiet()
        assert await under_way() == ["a2", "c9"]
        await life.engine.cancel("a2")
        await life.engine.start("send", {"to": "a", "rank": 1, "id": "a3"}, run_id="a3")
        await life.quiet()
        assert await under_way() == ["a3", "c9"]
        turns = {"waiting": 0, "active": 2, "oldest": None}
        (queue,) = await life.engine.queues.list()
        assert {**queue, **turns} == queue


async def test_a_run_that_is_cancelled_before_its_turn_begins_nothing(harness: Harness) -> None:
    harness.queue("mail", Limits(concurrency=1))
    harness.template("workflow: send\nqueue: mail\nsteps: [{call: t.send}, {wait_for: mail.sent}]")
    harness.tools.add("t.send", lambda: 1, IDEMPOTENT)
    async with harness.life() as life:
        for run_id in ("one", "two", "three"):
            await life.engine.start("send", {}, run_id=run_id)
            await life.quiet()
        await life.engine.cancel("two")
        await life.quiet()
        assert (await life.engine.get("two")).status == "cancelled"
        await life.engine.cancel("one")
        await life.quiet()
        assert (await life.engine.get("three")).status == "waiting"
    assert [key.partition(":")[0] for _, key in harness.tools.made] == ["one", "three"]


async def test_a_queue_lets_so_many_begin_in_a_period(harness: Harness) -> None:
    harness.queue("mail", Limits(rate=Rate(2, 3.0)))
    harness.template("workflow: send\nqueue: mail\nsteps: [{call: t.send}]")
    harness.tools.add("t.send", lambda: 1, IDEMPOTENT)
    async with harness.life() as life:
        for number in range(3):
            await life.engine.start("send", {}, run_id=f"r{number}")
        await life.quiet()
        assert harness.tools.count("t.send") == 2
    async with harness.life() as life:
        await life.to_the_end("r2")
    assert harness.tools.count("t.send") == 3
