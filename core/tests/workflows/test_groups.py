"""``include``: groups of steps that templates share."""

from __future__ import annotations

from textwrap import dedent

import pytest

from interlock.config.document import parse
from interlock.config.faults import ConfigError
from interlock.sdk import InvalidInput
from interlock.workflows import Template, load_templates

from .stage import IDEMPOTENT, WRITE, Stage

NOTIFY = """
    group: notify
    input:
      type: object
      required: [to]
      additionalProperties: false
      properties: {to: {type: array}, text: {type: string, default: hello}}
    steps:
      - id: sent
        for_each: "${{ input.to }}"
        do: [{call: t.send, with: {to: "${{ item }}", text: "${{ input.text }}"}}]
    return: "${{ len(steps.sent) }}"
"""

ORDER = """
    workflow: order
    input: {type: object}
    groups:
      reserve:
        steps:
          - {id: hold, call: t.hold, compensate: {call: t.release, with: {hold: "${{ steps.hold }}"}}}
          - {include: notify, with: {to: [store]}}
    steps:
      - {id: first, include: reserve}
      - {sleep: 1h}
      - {id: told, include: notify, with: {to: "${{ input.to }}", text: bye}}
      - {when: "input.fails", fail: no}
    return: [ "${{ steps.first }}", "${{ steps.told }}" ]
"""


def load(*texts: str) -> list[Template]:
    documents = [parse(dedent(text), f"{n}.yaml") for n, text in enumerate(texts, 1)]
    return load_templates(documents)


@pytest.fixture
def order(stage: Stage) -> Stage:
    stage.templates = load(NOTIFY, ORDER)
    stage.tools.add("t.send", lambda to, text: f"{text} {to}", WRITE)
    stage.tools.add("t.hold", lambda: "hold", WRITE)
    stage.tools.add("t.release", lambda hold: None, IDEMPOTENT)
    return stage


async def test_a_group_is_part_of_the_run_also_after_its_file_is_gone(order: Stage) -> None:
    async with order.life() as life:
        run_id = await life.engine.start("order", {"to": ["a", "b"], "fails": False})
        await life.quiet()
    order.templates = []
    async with order.life() as life:
        await life.pass_time(3600)
        assert await life.engine.wait(run_id) == [1, 2]
        paths = [step.path for step in await life.engine.steps(run_id)]
    assert "first.include-2.sent[0].call-1" in paths
    texts = [call["text"] for call in order.tools.made("t.send")]
    assert texts == ["hello", "bye", "bye"]


async def test_what_a_group_did_is_undone_with_the_run(order: Stage) -> None:
    async with order.life() as life:
        run_id = await life.engine.start("order", {"to": [], "fails": True})
        await life.pass_time(3600)
        with pytest.raises(Exception, match="no"):
            await life.engine.wait(run_id)
    assert [call["hold"] for call in order.tools.made("t.release")] == ["hold"]


async def test_input_that_only_the_run_knows_is_checked_by_the_group(order: Stage) -> None:
    async with order.life() as life:
        run_id = await life.engine.start("order", {"to": "everybody", "fails": False})
        await life.pass_time(3600)
        with pytest.raises(InvalidInput, match=r"input of notify: \$\.to: expected array"):
            await life.engine.wait(run_id)


def test_a_changed_group_is_another_version_of_those_that_use_it() -> None:
    plain = "workflow: plain\nsteps: [{transform: 1}]"
    plain_before, before = load(plain, NOTIFY, ORDER)
    plain_after, after = load(plain, NOTIFY.replace("hello", "hi"), ORDER)
    assert before.version != after.version
    assert plain_before.version == plain_after.version


def test_mistakes_are_told_in_the_file_they_are_in() -> None:
    broken = NOTIFY.replace("input.text }", "input.txt }")
    template = """
        workflow: w
        groups:
          loop: {steps: [{include: loop}]}
        steps:
          - {include: notfy}
          - {include: notify, with: {too: []}}
    """
    with pytest.raises(ConfigError) as error:
        load(broken, template, template.replace("workflow: w", "workflow: v"))
    found = str(error.value)
    assert found.count("1.yaml") == 1
    assert "there is no key 'txt'" in found
    assert "2.yaml:4:28" in found and "includes itself" in found
    assert "did you mean 'notify'?" in found
    assert "notify has no argument 'too'" in found and "notify needs" in found
