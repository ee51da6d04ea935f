"""What each kind of step does when nothing goes wrong around it."""

import pytest

from interlock.journal import RunFilter
from interlock.sdk import InvalidInput, Rejected, Retryable, ServiceUnavailable

from .stage import IDEMPOTENT, Stage


async def test_a_step_sees_the_outputs_of_those_before_it(stage: Stage) -> None:
    stage.template("""
        workflow: chain
        input: {type: object, properties: {n: {type: integer, default: 3}}}
        steps:
          - {id: one, call: t.add, with: {a: "${{ input.n }}", b: 1}}
          - {id: two, call: t.add, with: {a: "${{ steps.one.sum }}", b: 10}}
        return: "${{ steps.two.sum }}"
    """)
    stage.tools.add("t.add", lambda a, b: {"sum": a + b})

    async with stage.life() as life:
        assert await life.run("chain") == 14
        assert await life.run("chain", {"n": 5}) == 16


async def test_without_return_the_output_is_the_last_steps(stage: Stage) -> None:
    stage.template("""
        workflow: last
        steps:
          - {id: one, transform: 1}
          - {id: two, transform: {x: "${{ steps.one + 1 }}"}}
    """)

    async with stage.life() as life:
        assert await life.run("last") == {"x": 2}


async def test_input_that_does_not_fit_is_refused_with_its_path(stage: Stage) -> None:
    stage.template("""
        workflow: strict
        input: {type: object, properties: {a: {type: array, items: {type: integer}}}}
        steps: [{transform: 1}]
    """)

    async with stage.life() as life:
        with pytest.raises(
            InvalidInput, match=r"\$\.a\[1\]: expected integer, not string"
        ) as error:
            await life.engine.start("strict", {"a": [1, "x"]})
        assert error.value.path == "$.a[1]"
        assert await life.engine.list(RunFilter()) == []


async def test_output_that_does_not_fit_fails_the_run(stage: Stage) -> None:
    stage.template("""
        workflow: strict
        output: {type: string}
        steps: [{transform: 1}]
    """)

    async with stage.life() as life:
        with pytest.raises(InvalidInput, match="output of strict"):
            await life.run("strict")


async def test_parallel_gives_a_mapping_and_for_each_a_list_in_order(stage: Stage) -> None:
    stage.template("""
        workflow: wide
        steps:
          - id: both
            parallel:
              left: [{id: a, transform: 1}, {id: b, transform: "${{ steps.a + 1 }}"}]
              right: [{transform: 10}]
          - id: each
            for_each: "${{ [3, 1, 2] }}"
            as: n
            concurrency: 2
            do: [{call: t.twice, with: {n: "${{ n }}", index: "${{ index }}"}}]
        return: {both: "${{ steps.both }}", each: "${{ steps.each }}"}
    """)
    stage.tools.add("t.twice", lambda n, index: [index, 2 * n])

    async with stage.life() as life:
        assert await life.run("wide") == {
            "both": {"left": 2, "right": 10},
            "each": [[0, 6], [1, 2], [2, 4]],
        }


async def test_for_each_runs_as_many_at_once_as_it_may(stage: Stage) -> None:
    stage.template("""
        workflow: window
        steps:
          - for_each: "${{ range(6) }}"
            concurrency: 2
            do: [{call: t.busy, with: {n: "${{ item }}"}}]
    """)
    busy: list[int] = []
    most: list[int] = []

    async def work(n: int) -> int:
        busy.append(n)
        most.append(len(busy))
        await stage.world.sleep(1)
        busy.remove(n)
        return n

    stage.tools.add("t.busy", work)

    async with stage.life() as life:
        run = await life.engine.start("window", {})
        await life.pass_time(10)
        assert await life.engine.wait(run) == [0, 1, 2, 3, 4, 5]
    assert max(most) == 2


@pytest.mark.parametrize(("policy", "expected"), [("skip", [0, 2]), ("continue", None)])
async def test_a_failing_item_can_be_left_out(
    stage: Stage, policy: str, expected: list[int] | None
) -> None:
    stage.template(f"""
        workflow: some
        steps:
          - for_each: "${{{{ range(3) }}}}"
            on_item_error: {policy}
            do: [{{call: t.odd, with: {{n: "${{{{ item }}}}"}}}}]
    """)
    stage.tools.add("t.odd", lambda n: n if n != 1 else _refuse("one is odd"))

    async with stage.life() as life:
        output = await life.run("some")
    if expected is not None:
        assert output == expected
    else:
        assert output[1]["error"]["message"] == "one is odd"


async def test_if_runs_one_branch_only(stage: Stage) -> None:
    stage.template("""
        workflow: pick
        input: {type: object, properties: {n: {type: integer}}}
        steps:
          - id: chosen
            if: "${{ input.n > 1 }}"
            then: [{call: t.say, with: {word: many}}]
            else: [{call: t.say, with: {word: few}}]
    """)
    stage.tools.add("t.say", lambda word: word)

    async with stage.life() as life:
        assert await life.run("pick", {"n": 2}) == "many"
        assert await life.run("pick", {"n": 1}) == "few"
    assert len(stage.tools.calls) == 2


async def test_a_step_whose_condition_is_false_gives_null(stage: Stage) -> None:
    stage.template("""
        workflow: maybe
        steps:
          - {id: a, call: t.never, when: "${{ 1 > 2 }}"}
          - {transform: "${{ default(steps.a, 'nothing') }}"}
    """)

    async with stage.life() as life:
        run = await life.engine.start("maybe", {})
        assert await life.engine.wait(run) == "nothing"
        assert [(step.path, step.status) for step in await life.engine.steps(run)] == [
            ("a", "skipped"),
            ("transform-2", "succeeded"),
        ]


async def test_an_event_is_published_once_under_the_steps_key(stage: Stage) -> None:
    stage.template("""
        workflow: tell
        steps: [{id: told, publish: my.event, with: {a: 1}}]
    """)

    async with stage.life() as life:
        run = await life.engine.start("tell", {})
        assert await life.engine.wait(run) == {"id": f"{run}:told"}
        ((_, event),) = await life.journal.events.undelivered()
        assert (event.name, event.payload, event.id) == ("my.event", {"a": 1}, f"{run}:told")


async def test_a_child_run_gives_its_output_and_has_a_journal_of_its_own(stage: Stage) -> None:
    stage.template("""
        workflow: child
        input: {type: object, properties: {n: {type: integer}}}
        steps: [{id: x, transform: "${{ input.n * 2 }}"}]
    """)
    stage.template("""
        workflow: parent
        steps:
          - {id: c, run: child, with: {n: 4}}
          - {transform: "${{ steps.c + 1 }}"}
    """)

    async with stage.life() as life:
        run = await life.engine.start("parent", {})
        assert await life.engine.wait(run) == 9
        child = await life.engine.get(f"{run}:c")
        assert (child.parent, child.output) == (run, 8)


async def test_a_sleep_takes_its_time(stage: Stage) -> None:
    stage.template("""
        workflow: nap
        steps: [{sleep: 2s}, {transform: awake}]
    """)

    async with stage.life() as life:
        run = await life.engine.start("nap", {})
        await life.pass_time(1.9)
        assert (await life.engine.get(run)).finished is None
        await life.pass_time(0.2)
        assert await life.engine.wait(run) == "awake"


async def test_the_same_run_id_starts_once(stage: Stage) -> None:
    stage.template("workflow: once\nsteps: [{call: t.count}]")
    stage.tools.add("t.count", lambda: 1, IDEMPOTENT)

    async with stage.life() as life:
        first = await life.engine.start("once", {}, run_id="mine")
        await life.engine.wait(first)
        assert await life.engine.start("once", {}, run_id="mine") == "mine"
        assert await life.engine.wait("mine") == 1
    assert len(stage.tools.calls) == 1


def _refuse(message: str) -> None:
    raise Rejected(message)


def _fail(message: str) -> None:
    raise Retryable(message)


async def test_a_step_with_a_fallback_takes_it_instead_of_waiting_for_its_service(
    stage: Stage,
) -> None:
    stage.template("""
        workflow: w
        steps: [{call: t.down, fallback: {value: instead}}]
    """)
    stage.tools.add("t.down", _down)

    async with stage.life() as life:
        run = await life.engine.start("w", {})
        assert await life.engine.wait(run) == "instead"


def _down() -> None:
    raise ServiceUnavailable("down", retry_after=30.0)


def test_outputs_that_nobody_asks_for_are_known_and_not_put_together(stage: Stage) -> None:
    template = stage.template("""
        workflow: w
        steps:
          - {id: sent, for_each: "${{ [1] }}", do: [{transform: "${{ item }}"}]}
          - {id: read, for_each: "${{ [1] }}", do: [{transform: "${{ item }}"}]}
          - {id: kept, for_each: "${{ [1] }}", do: [{transform: 1}], cache: {key: 1}}
          - {id: last, for_each: "${{ steps.read }}", do: [{transform: "${{ item }}"}]}
    """)
    returning = stage.template("""
        workflow: r
        steps: [{id: last, for_each: "${{ [1] }}", do: [{transform: "${{ item }}"}]}]
        return: 1
    """)

    wanted = {step.name: template.wants(step) for step in template.block.steps}
    assert wanted == {"sent": False, "read": True, "kept": True, "last": True}
    assert not returning.wants(returning.block.steps[0])


async def test_a_for_each_whose_output_is_not_wanted_does_its_work(stage: Stage) -> None:
    stage.template("""
        workflow: w
        steps:
          - {id: sent, for_each: "${{ [1, 2, 3] }}", concurrency: 2, do: [{call: t.send}]}
          - {id: last, transform: done}
    """)
    stage.tools.add("t.send", lambda: "sent")

    async with stage.life() as life:
        assert await life.run("w") == "done"
    assert len(stage.tools.calls) == 3
