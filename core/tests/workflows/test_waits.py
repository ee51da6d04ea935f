"""Runs that wait for events, for people and for each other."""

import pytest

from interlock.sdk import Conflict, InvalidInput
from interlock.workflows.errors import InDoubt, MayNotDecide, NotApproved, WaitExpired

from .stage import WRITE, Life, Stage, until

ORDER = """
    workflow: order
    input: {type: object, properties: {id: {type: string}}, required: [id]}
    steps:
      - {id: paid, wait_for: order.paid, key: "${{ input.id }}", timeout: 7d}
    return: "${{ steps.paid.payload.amount }}"
"""


async def status(life: Life, run_id: str) -> str:
    return (await life.engine.get(run_id)).status


async def test_an_event_of_its_key_ends_a_wait(stage: Stage) -> None:
    stage.template(ORDER)
    async with stage.life() as life:
        first = await life.engine.start("order", {"id": "a"})
        second = await life.engine.start("order", {"id": "b"})
        await life.quiet()

        await life.publish("order.paid", "b", amount=2)

        assert await life.engine.wait(second) == 2
        assert await status(life, first) == "waiting"


async def test_a_waiting_run_is_not_in_memory_and_goes_on_all_the_same(stage: Stage) -> None:
    stage.template(ORDER)
    async with stage.life() as life:
        run_id = await life.engine.start("order", {"id": "a"})
        await life.quiet()
        assert run_id not in life.engine._live

    async with stage.life() as life:
        await life.quiet()
        assert run_id not in life.engine._live, "a start brings no waiting run back"

        await life.publish("order.paid", "a", amount=7)

        assert await life.engine.wait(run_id) == 7


async def test_an_event_that_came_before_the_wait_counts(stage: Stage) -> None:
    stage.template("""
        workflow: late
        steps:
          - {call: t.order}
          - {id: paid, wait_for: order.paid}
        return: "${{ steps.paid.key }}"
    """)
    async with stage.life() as life:
        stage.tools.add("t.order", lambda: life.publish("order.paid", "x"))
        assert await life.run("late") == "x"


async def test_an_event_from_before_the_run_does_not_count(stage: Stage) -> None:
    stage.template(ORDER)
    async with stage.life() as life:
        await life.publish("order.paid", "a", amount=1)
        await life.world.advance(1)
        run_id = await life.engine.start("order", {"id": "a"})
        await life.quiet()
        assert await status(life, run_id) == "waiting"


async def test_an_event_satisfies_one_wait_of_a_run(stage: Stage) -> None:
    stage.template("""
        workflow: twice
        steps:
          - {id: a, wait_for: x.y}
          - {id: b, wait_for: x.y}
        return: ["${{ steps.a.payload.n }}", "${{ steps.b.payload.n }}"]
    """)
    async with stage.life() as life:
        run_id = await life.engine.start("twice", {})
        await life.quiet()
        await life.publish("x.y", n=1)
        assert await status(life, run_id) == "waiting"
    async with stage.life() as life:
        await life.publish("x.y", n=2)
        assert await life.engine.wait(run_id) == [1, 2]


async def test_a_clock_that_is_set_back_loses_no_event(stage: Stage) -> None:
    stage.template(ORDER)
    async with stage.life() as life:
        run_id = await life.engine.start("order", {"id": "a"})
        await life.quiet()
        stage.world._epoch -= 1000
        await life.publish("order.paid", "a", amount=7)
        assert await life.engine.wait(run_id) == 7


async def test_where_passes_events_over(stage: Stage) -> None:
    stage.template("""
        workflow: picky
        steps:
          - {id: big, wait_for: x.y, where: event.payload.n > 10, timeout: 60s}
        return: "${{ steps.big.payload.n }}"
    """)
    async with stage.life() as life:
        run_id = await life.engine.start("picky", {})
        await life.quiet()
        for n in (1, 2):
            await life.publish("x.y", n=n)
    async with stage.life() as life:
        await life.publish("x.y", n=11)
        assert await life.engine.wait(run_id) == 11
        assert [step.path for step in await life.engine.steps(run_id)] == ["big"]


async def test_a_wait_that_is_over_fails_its_step(stage: Stage) -> None:
    stage.template(ORDER)
    async with stage.life() as life:
        run_id = await life.engine.start("order", {"id": "a"})
        await life.pass_time(7 * 86400 + 1)
        with pytest.raises(WaitExpired, match=r"paid: event order.paid a did not come"):
            await life.engine.wait(run_id)


async def test_a_wait_has_a_branch_for_the_case_that_nothing_comes(stage: Stage) -> None:
    stage.template("""
        workflow: patient
        steps:
          - id: answer
            wait_for: x.y
            timeout: 1h
            on_timeout:
              - {transform: "nobody came"}
    """)
    async with stage.life() as life:
        run_id = await life.engine.start("patient", {})
        await life.quiet()
    async with stage.life() as life:
        await life.pass_time(3601)
        assert await life.engine.wait(run_id) == "nobody came"


async def test_a_cancelled_run_stops_waiting(stage: Stage) -> None:
    stage.template(ORDER)
    async with stage.life() as life:
        run_id = await life.engine.start("order", {"id": "a"})
        await life.quiet()
        await life.engine.cancel(run_id)
        await life.quiet()
        assert await status(life, run_id) == "cancelled"
        await life.publish("order.paid", "a", amount=1)
        assert await life.journal.waits.runs("order.paid", "a") == []


@pytest.mark.parametrize(
    ("choice", "values", "calls"),
    [("happened", {"output": 7}, 1), ("retry", {}, 2), ("fail", {}, 1)],
)
async def test_a_person_says_what_became_of_a_call_in_doubt(
    stage: Stage, choice: str, values: dict[str, int], calls: int
) -> None:
    stage.template("workflow: w\nsteps: [{id: pay, call: t.pay, in_doubt: ask}]")
    lives = [0]

    async def pay() -> int:
        lives[0] += 1
        if lives[0] == 1:
            await stage.world.sleep(1e9)
        return 7

    stage.tools.add("t.pay", pay, WRITE)
    async with stage.life() as life:
        run_id = await life.engine.start("w", {})
        await until(lambda: lives[0] == 1)
    async with stage.life() as life:
        await life.quiet()
        [approval] = await life.journal.approvals.list(run=run_id)
        assert approval.request["show"]["tool"] == "t.pay"
    async with stage.life() as life:
        await life.engine.decide(approval.id, choice, values=values)
        if choice == "fail":
            with pytest.raises(InDoubt):
                await life.engine.wait(run_id)
        else:
            assert await life.engine.wait(run_id) == 7
    assert lives[0] == calls


APPROVAL = """
    workflow: release
    steps:
      - id: sign
        approve: "Release ${{ 1 + 1 }}?"
        show: {changes: 3}
        form: {type: object, properties: {note: {type: string}}, required: [note]}
        who: [ann, bob]
        timeout: 3d
        default: reject
        fail_on: [reject]
    return: "${{ steps.sign.values.note }}"
"""


async def ask(life: Life) -> tuple[str, str]:
    run_id = await life.engine.start("release", {})
    await life.quiet()
    [approval] = await life.journal.approvals.list(run=run_id)
    return run_id, approval.id


async def test_a_person_decides_also_after_a_restart(stage: Stage) -> None:
    stage.template(APPROVAL)
    async with stage.life() as life:
        run_id, approval = await ask(life)
        asked = (await life.journal.approvals.get(approval)).to_dict()
        assert asked["title"] == "Release 2?" and asked["show"] == {"changes": 3}
    async with stage.life() as life:
        await life.engine.arrivals.decide(
            approval, "approve", values={"note": "fine"}, by="ann", comment="go"
        )
        assert await life.engine.wait(run_id) == "fine"
        assert await life.journal.approvals.list() == []


async def test_a_decision_against_it_fails_the_step(stage: Stage) -> None:
    stage.template(APPROVAL)
    async with stage.life() as life:
        run_id, approval = await ask(life)
        await life.engine.arrivals.decide(
            approval, "reject", values={"note": "no"}, by="bob", comment="not today"
        )
        with pytest.raises(NotApproved, match="reject by bob: not today"):
            await life.engine.wait(run_id)


async def test_wrong_decisions_are_refused(stage: Stage) -> None:
    stage.template(APPROVAL)
    async with stage.life() as life:
        run_id, approval = await ask(life)
        decide = life.engine.arrivals.decide
        with pytest.raises(InvalidInput, match="'maybe' is not a choice"):
            await decide(approval, "maybe", values={"note": ""}, by="ann")
        with pytest.raises(InvalidInput, match="note"):
            await decide(approval, "approve", by="ann")
        with pytest.raises(MayNotDecide, match="eve may not decide"):
            await decide(approval, "approve", values={"note": ""}, by="eve")
        await decide(approval, "approve", values={"note": "1"}, by="ann")
        with pytest.raises(Conflict):
            await decide(approval, "approve", values={"note": "2"}, by="bob")
        assert await life.engine.wait(run_id) == "1"


async def test_without_a_decision_the_default_counts(stage: Stage) -> None:
    stage.template(APPROVAL)
    async with stage.life() as life:
        run_id, approval = await ask(life)
    async with stage.life() as life:
        await life.pass_time(3 * 86400 + 1)
        with pytest.raises(NotApproved, match="nobody decided in time"):
            await life.engine.wait(run_id)
        with pytest.raises(Conflict, match="is over"):
            await life.engine.arrivals.decide(approval, "approve", values={"note": ""}, by="ann")


async def test_a_run_that_waits_for_a_waiting_run_is_parked_with_it(stage: Stage) -> None:
    stage.template(ORDER)
    stage.template("""
        workflow: parent
        steps:
          - {id: child, run: order, with: {id: "c"}}
        return: "${{ steps.child }}"
    """)
    async with stage.life() as life:
        run_id = await life.engine.start("parent", {})
        await life.quiet()
        assert life.engine._live == {}
    async with stage.life() as life:
        await life.quiet()
        assert life.engine._live == {}
        await life.publish("order.paid", "c", amount=5)
        assert await life.engine.wait(run_id) == 5


async def test_branches_wait_side_by_side(stage: Stage) -> None:
    stage.template("""
        workflow: both
        steps:
          - id: all
            parallel:
              a: [{wait_for: x.a}]
              b: [{wait_for: x.b}]
              c: [{sleep: 1h}]
        return: ["${{ steps.all.a.name }}", "${{ steps.all.b.name }}"]
    """)
    async with stage.life() as life:
        run_id = await life.engine.start("both", {})
        await life.quiet()
        await life.publish("x.b")
    async with stage.life() as life:
        await life.pass_time(3601)
        await life.publish("x.a")
        assert await life.engine.wait(run_id) == ["x.a", "x.b"]


async def test_a_long_run_that_is_woken_all_the_time_is_not_read_again_each_time(
    stage: Stage,
) -> None:
    stage.tools.add("a.b", lambda n: n)
    stage.template(
        """
        workflow: w
        steps:
          - {for_each: "${{ range(400) }}", do: [{call: a.b, with: {n: "${{ item }}"}}]}
          - {for_each: "${{ range(3) }}", do: [{wait_for: go.on, key: "${{ str(item) }}"}]}
        """
    )
    async with stage.life() as life:
        run = await life.engine.start("w", {})
        for number in range(3):
            await until(lambda: life.engine.waits(run) is not None)
            await life.pass_time(0.15)
            assert (await life.engine.get(run)).status == "running"
            if number < 2:
                await life.publish("go.on", str(number))
        await life.pass_time(0.1)
        assert (await life.engine.get(run)).status == "waiting"
        await life.publish("go.on", "2")
        assert (await life.engine.get(run)).status == "succeeded"


async def test_no_decision_is_missed_by_a_run_that_is_just_leaving_memory(stage: Stage) -> None:
    stage.template("""
        workflow: both
        steps:
          - id: asked
            parallel:
              one: [{approve: One?}]
              two: [{approve: Two?}]
        return: done
    """)
    async with stage.life() as life:
        # The first decision wakes a run, which leaves again while the second is recorded.
        runs = [await life.engine.start("both", {}) for _ in range(50)]
        await life.quiet()
        for approval in await life.journal.approvals.list(limit=100):
            await life.engine.decide(approval.id, "approve")
        # One that was decided while it left is due at once, by a timer.
        await life.pass_time(0)

        assert [await status(life, run_id) for run_id in runs] == ["succeeded"] * 50
