"""Steps that choose, repeat, race and end."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.journal import RunFilter
from interlock.sdk import InvalidInput, Rejected
from interlock.workflows.errors import LoopExceeded, WorkflowFailed

from .stage import IDEMPOTENT, Stage


def fails() -> None:
    raise Rejected("no")


async def run_with_crashes(stage: Stage, workflow: str, input: dict[str, Any]) -> Any:
    """The output of a run whose process dies every half second."""
    async with stage.life() as life:
        run_id = await life.engine.start(workflow, input)
        await life.quiet()
    for _ in range(20):
        async with stage.life() as life:
            await life.pass_time(0.5)
            record = await life.engine.get(run_id)
            if record.finished is not None:
                return record.output
    pytest.fail("the run does not end")


SWITCH = """
    workflow: choose
    input: {type: object}
    steps:
      - id: chosen
        switch: "${{ input.kind }}"
        cases:
          a: [{id: x, transform: 1}]
          true: [{transform: 2}]
          7: [{transform: 3}]
          null: [{transform: 4}]
        default: [{transform: other}]
    return: "${{ steps.chosen }}"
"""


@pytest.mark.parametrize(
    ("kind", "output"), [("a", 1), (True, 2), (7, 3), (7.0, 3), (None, 4), ("b", "other")]
)
async def test_a_switch_takes_the_case_of_its_value(stage: Stage, kind: Any, output: Any) -> None:
    stage.template(SWITCH)
    async with stage.life() as life:
        assert await life.run("choose", {"kind": kind}) == output


async def test_a_while_loop_sees_its_last_output(stage: Stage) -> None:
    stage.template("""
        workflow: pages
        steps:
          - id: all
            while: last is None or last.next
            max: 10
            do:
              - {id: page, call: t.page, with: {at: "${{ last.next if last else 0 }}"}}
    """)
    stage.tools.add("t.page", lambda at: {"next": at + 1 if at < 3 else None}, IDEMPOTENT)
    async with stage.life() as life:
        assert await life.run("pages") == {"next": None}
    assert [call["at"] for call in stage.tools.made("t.page")] == [0, 1, 2, 3]


async def test_an_until_loop_sees_the_steps_of_its_pass(stage: Stage) -> None:
    stage.template("""
        workflow: poll
        steps:
          - id: polled
            until: steps.look.done and index > 0
            max: 5
            do:
              - {id: look, call: t.look}
              - {sleep: 1h}
              - {transform: "${{ [index, steps.look.done] }}"}
    """)
    answers = iter([True, False, True])
    stage.tools.add("t.look", lambda: {"done": next(answers)}, IDEMPOTENT)
    async with stage.life() as life:
        run_id = await life.engine.start("poll", {})
        await life.pass_time(3600)
    async with stage.life() as life:
        await life.pass_time(2 * 3600 + 1)
        assert await life.engine.wait(run_id) == [2, True]
        paths = [step.path for step in await life.engine.steps(run_id)]
    assert "polled[1].look" in paths and len(stage.tools.made("t.look")) == 3


async def test_a_loop_that_needs_more_passes_fails(stage: Stage) -> None:
    stage.template("workflow: w\nsteps: [{id: l, until: 'false', max: 3, do: [{transform: 1}]}]")
    async with stage.life() as life:
        with pytest.raises(LoopExceeded, match="l: 3 passes were not enough .raise `max`"):
            await life.run("w")


async def test_what_is_no_list_is_named_for_what_it_is(stage: Stage) -> None:
    stage.template("""
        workflow: w
        input: {type: object}
        steps: [{id: l, for_each: "${{ input.items }}", do: [{transform: 1}]}]
    """)
    async with stage.life() as life:
        with pytest.raises(InvalidInput, match="l: for_each needs a list, not a mapping"):
            await life.run("w", {"items": {}})


async def test_fail_ends_a_run_with_its_own_words_and_undoes(stage: Stage) -> None:
    stage.template("""
        workflow: w
        input: {type: object}
        steps:
          - {id: a, call: t.do, compensate: {call: t.undo}}
          - {fail: "no ${{ input.thing }} left", details: {thing: "${{ input.thing }}"}}
    """)
    stage.tools.add("t.do", lambda: 1, IDEMPOTENT)
    stage.tools.add("t.undo", lambda: 1, IDEMPOTENT)
    async with stage.life() as life:
        with pytest.raises(WorkflowFailed, match="no rooms left") as error:
            await life.run("w", {"thing": "rooms"})
        assert error.value.details["thing"] == "rooms"
    assert len(stage.tools.made("t.undo")) == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("{fail: boo, details: {message: m, hint: 1, retry_after: soon}}", "boo"),
        ("{fail: '${{ input.words }}', details: {}}", '["a","b"]'),
    ],
)
async def test_fail_takes_details_of_any_name_and_words_of_any_type(
    stage: Stage, words: str, told: str
) -> None:
    stage.template(f"{{workflow: w, input: {{type: object}}, steps: [{words}]}}")
    async with stage.life() as life:
        with pytest.raises(WorkflowFailed) as failed:
            await life.run("w", {"words": ["a", "b"]})

    assert failed.value.message == told
    assert failed.value.details.get("hint") in (1, None)


RETURN = """
    workflow: early
    steps:
      - {id: first, call: t.do}
      - id: all
        on_error: continue
        fallback: {value: wrong}
        parallel:
          slow: [{sleep: 1d}, {call: t.never}]
          loop:
            - id: items
              for_each: "${{ [1, 2, 3] }}"
              on_item_error: continue
              do:
                - {when: "item == 2", return: "${{ item * steps.first }}"}
                - {call: t.item, with: {n: "${{ item }}"}}
      - {call: t.never}
    return: at the end
"""


async def test_return_ends_the_run_from_inside_of_loops_and_branches(stage: Stage) -> None:
    stage.template(RETURN)
    stage.tools.add("t.do", lambda: 21, IDEMPOTENT)
    stage.tools.add("t.item", lambda n: n, IDEMPOTENT)
    stage.tools.add("t.never", fails)
    async with stage.life() as life:
        assert await life.run("early") == 42
    assert len(stage.tools.made("t.item")) == 1 and stage.tools.made("t.never") == []


async def test_the_first_success_wins(stage: Stage) -> None:
    stage.template("""
        workflow: race
        steps:
          - id: won
            parallel:
              broken: [{call: t.fails}]
              slow: [{sleep: 1h}, {transform: slow}]
              quick: [{sleep: 1s}, {transform: quick}]
            wait: first
    """)
    stage.tools.add("t.fails", fails)
    async with stage.life() as life:
        run_id = await life.engine.start("race", {})
        await life.pass_time(2)
        assert await life.engine.wait(run_id) == {"quick": "quick"}


async def test_some_successes_are_enough_also_after_a_restart(stage: Stage) -> None:
    stage.template("""
        workflow: quorum
        steps:
          - id: won
            parallel:
              a: [{call: t.ok, with: {n: 1}}]
              b: [{sleep: 1h}, {call: t.fails}]
              c: [{sleep: 2h}, {call: t.ok, with: {n: 3}}]
              d: [{sleep: 1d}, {call: t.ok, with: {n: 4}}]
            wait: 2
          - {sleep: 1h}
          - {transform: "${{ steps.won }}"}
    """)
    stage.tools.add("t.ok", lambda n: n, IDEMPOTENT)
    stage.tools.add("t.fails", fails)
    async with stage.life() as life:
        run_id = await life.engine.start("quorum", {})
        await life.pass_time(2 * 3600 + 1)
    async with stage.life() as life:
        await life.pass_time(3601)
        assert await life.engine.wait(run_id) == {"a": 1, "c": 3}
    assert len(stage.tools.made("t.ok")) == 2


@pytest.mark.parametrize("restart", [False, True])
async def test_what_the_loser_of_a_race_did_is_undone_once(stage: Stage, restart: bool) -> None:
    stage.template("""
        workflow: race
        steps:
          - id: won
            parallel:
              slow: [{call: t.do, compensate: {call: t.undo}}, {sleep: 1d}]
              quick: [{sleep: 1s}, {transform: quick}]
            wait: first
          - {sleep: 1h}
          - {fail: "after all"}
    """)
    stage.tools.add("t.do", lambda: 1, IDEMPOTENT)
    stage.tools.add("t.undo", lambda: 1, IDEMPOTENT)
    async with stage.life() as life:
        run_id = await life.engine.start("race", {})
        await life.pass_time(2 if restart else 3605)
    async with stage.life() as life:
        await life.pass_time(3605)
        with pytest.raises(WorkflowFailed):
            await life.engine.wait(run_id)
    assert len(stage.tools.made("t.undo")) == 1


async def test_too_few_left_fails_at_once(stage: Stage) -> None:
    stage.template("""
        workflow: quorum
        steps:
          - id: won
            parallel:
              a: [{call: t.fails}]
              b: [{call: t.fails}]
              c: [{sleep: 1d}]
            wait: 2
    """)
    stage.tools.add("t.fails", fails)
    async with stage.life() as life:
        with pytest.raises(Rejected):
            await life.run("quorum")


@pytest.mark.parametrize(
    ("moment", "seconds"),
    [
        ("${{ input.now + 60 }}", 60.0),
        ("2027-01-15T09:30", 5400.0),
        ("2027-01-15T08:30+01:00", -1800),
    ],
)
async def test_sleep_until_a_moment(stage: Stage, moment: str, seconds: float) -> None:
    # The virtual world begins at 2027-01-15T08:00 UTC.
    stage.template(f"""
        workflow: w
        input: {{type: object}}
        steps: [{{id: s, sleep_until: "{moment}"}}, {{transform: done}}]
    """)
    async with stage.life() as life:
        run_id = await life.engine.start("w", {"now": stage.world.time()})
        if seconds > 0:
            await life.pass_time(seconds - 1)
            assert (await life.engine.get(run_id)).finished is None
        await life.pass_time(2)
        assert await life.engine.wait(run_id) == "done"


async def test_a_detached_run_is_on_its_own(stage: Stage) -> None:
    stage.template("workflow: child\nsteps: [{sleep: 1h}, {call: t.child}]")
    stage.template("""
        workflow: parent
        steps:
          - {id: kid, run: child, detach: true}
          - {fail: "the parent fails"}
    """)
    stage.tools.add("t.child", lambda: 1, IDEMPOTENT)
    async with stage.life() as life:
        with pytest.raises(WorkflowFailed):
            await life.run("parent")
        await life.pass_time(3601)
        [child] = await life.engine.list(RunFilter(workflow="child"))
        assert (child.status, child.parent) == ("succeeded", None)


async def test_a_failure_can_be_kept_for_people(stage: Stage) -> None:
    stage.template("""
        workflow: w
        steps: [{id: a, call: t.fails, on_error: dead-letter}, {transform: "${{ steps.a.error.message }}"}]
    """)
    stage.tools.add("t.fails", fails)
    async with stage.life() as life:
        assert await life.run("w") == "no"
        [letter] = await life.journal.dead_letters.list()
        assert (letter.kind, letter.payload["step"]) == ("step", "a")


async def test_an_early_return_survives_crashes(stage: Stage) -> None:
    stage.template(RETURN)
    calls: list[int] = []

    async def item(n: int) -> int:
        calls.append(n)
        await stage.world.sleep(0.4)
        return n

    stage.tools.add("t.do", lambda: 21, IDEMPOTENT)
    stage.tools.add("t.item", item, IDEMPOTENT)
    stage.tools.add("t.never", fails)
    assert await run_with_crashes(stage, "early", {}) == 42


@pytest.mark.parametrize(
    ("moment", "message"),
    [
        (1.9e12, "is after the year 2199"),
        ("2999-01-01", "is after the year 2199"),
        ("soon", "sleep_until-1: 'soon' is no moment"),
    ],
)
async def test_a_moment_that_nobody_lives_to_see_fails_the_step(
    stage: Stage, moment: Any, message: str
) -> None:
    stage.template("workflow: w\nsteps: [{sleep_until: '${{ input.moment }}'}]")
    async with stage.life() as life:
        with pytest.raises(InvalidInput, match=message):
            await life.run("w", {"moment": moment})
