"""Runs that wait for their turn: how many, whose, in which order, and over restarts."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.journal import Limits
from interlock.sdk import NotFound
from interlock.sdk.quantities import parse_rate
from interlock.workflows import EngineOptions

from .faults import faults_in
from .stage import Life, Stage

SEND = """
    workflow: send
    input: {type: object, properties: {to: {type: string}, priority: {type: integer, default: 0}}}
    queue: {name: mail, key: "${{ input.to }}", priority: "${{ input.priority }}"}
    steps:
      - {call: t.send, with: {to: "${{ input.to }}"}}
      - {wait_for: delivered, key: "${{ input.to }}"}
"""


def queues(stage: Stage, **limits: Limits) -> Stage:
    stage.template(SEND.replace("delivered", "mail.delivered"))
    stage.tools.add("t.send", lambda to: to)
    stage.options = EngineOptions(queues=limits)
    return stage


def sent(stage: Stage) -> list[Any]:
    return [call["to"] for call in stage.tools.made("t.send")]


async def start(life: Life, *names: str, **more: Any) -> list[str]:
    started = [await life.engine.start("send", {"to": name, **more}) for name in names]
    await life.quiet()
    return started


async def test_no_more_than_allowed_are_under_way_also_while_they_wait(stage: Stage) -> None:
    queues(stage, mail=Limits(concurrency=2))
    async with stage.life() as life:
        await start(life, "a", "b", "c", "d")
        assert sent(stage) == ["a", "b"]
        (queue,) = await life.engine.queues.list()
        assert (queue["waiting"], queue["active"]) == (2, 2)
        await life.publish("mail.delivered", "b")
        assert sent(stage) == ["a", "b", "c"]
    async with stage.life() as life:
        await life.quiet()
        assert sent(stage) == ["a", "b", "c"]
        await life.publish("mail.delivered", "a")
        assert sent(stage) == ["a", "b", "c", "d"]


async def test_a_run_says_that_it_waits_for_its_turn(stage: Stage) -> None:
    queues(stage, mail=Limits(concurrency=1))
    async with stage.life() as life:
        _, second = await start(life, "a", "b")
        record = await life.engine.get(second)
        assert record.status == "waiting"
        assert (record.waiting or {})["reason"] == "queue mail"


async def test_one_key_does_not_take_the_place_of_others(stage: Stage) -> None:
    queues(stage, mail=Limits(concurrency=3, per_key=1))
    stage.templates.clear()
    stage.template(
        SEND.replace('key: "${{ input.to }}", p', 'key: "${{ input.to[0] }}", p').replace(
            "delivered", "mail.delivered"
        )
    )
    async with stage.life() as life:
        await start(life, "a1", "a2", "a3", "b1")
        assert sent(stage) == ["a1", "b1"]
        await life.publish("mail.delivered", "a1")
        assert sent(stage) == ["a1", "b1", "a2"]


async def test_the_more_important_go_first(stage: Stage) -> None:
    queues(stage, mail=Limits(concurrency=1))
    async with stage.life() as life:
        await start(life, "a")
        await start(life, "low")
        await start(life, "high", priority=5)
        await life.publish("mail.delivered", "a")
        assert sent(stage) == ["a", "high"]


async def test_a_rate_is_held_over_ends_and_restarts(stage: Stage) -> None:
    queues(stage, mail=Limits(rate=parse_rate("2/m")))
    async with stage.life() as life:
        await start(life, "a", "b", "c", "d", "e")
        for name in "ab":
            await life.publish("mail.delivered", name)
        assert sent(stage) == ["a", "b"]
        await life.pass_time(30)
    async with stage.life() as life:
        await life.pass_time(29)
        assert sent(stage) == ["a", "b"]
        await life.pass_time(2)
        assert sent(stage) == ["a", "b", "c", "d"]
        await life.pass_time(60)
        assert sent(stage) == ["a", "b", "c", "d", "e"]


async def test_a_run_is_cancelled_while_it_waits_and_takes_no_turn(stage: Stage) -> None:
    queues(stage, mail=Limits(concurrency=1))
    async with stage.life() as life:
        _, second, _ = await start(life, "a", "b", "c")
        await life.engine.cancel(second)
        await life.quiet()
        assert (await life.engine.get(second)).status == "cancelled"
        await life.publish("mail.delivered", "a")
        assert sent(stage) == ["a", "c"]


async def test_a_run_of_one_id_stands_in_the_queue_once(stage: Stage) -> None:
    queues(stage, mail=Limits(concurrency=1))
    async with stage.life() as life:
        for _ in range(2):
            await life.engine.start("send", {"to": "a"}, run_id="one")
        await life.quiet()
        await life.publish("mail.delivered", "a")
        assert (await life.engine.get("one")).status == "succeeded"
    assert sent(stage) == ["a"]


async def test_a_parent_waits_for_a_child_that_waits_for_its_turn(stage: Stage) -> None:
    queues(stage, mail=Limits(concurrency=1))
    stage.template("""
        workflow: both
        steps:
          - parallel:
              a: [{run: send, with: {to: a}}]
              b: [{run: send, with: {to: b}}]
          - {transform: done}
    """)
    async with stage.life() as life:
        run_id = await life.engine.start("both", {})
        await life.quiet()
        assert len(sent(stage)) == 1
        assert (await life.engine.get(run_id)).status == "waiting"
    async with stage.life() as life:
        await life.publish("mail.delivered", sent(stage)[0])
        await life.publish("mail.delivered", sent(stage)[1])
        assert await life.engine.wait(run_id) == "done"


async def test_a_queue_that_is_not_there_is_named(stage: Stage) -> None:
    queues(stage)
    async with stage.life() as life:
        with pytest.raises(NotFound, match="no queue 'mail', which send waits in"):
            await life.engine.start("send", {"to": "a"})


def test_mistakes_in_a_queue_are_told_with_their_places() -> None:
    found = faults_in("""
workflow: w
queue: {name: mail, key: "${{ steps.a }}", prio: 1}
steps: [{id: a, transform: 1}]
""")
    assert found == [
        "2:31 there is no step 'a' (steps before this one: none)",
        "2:44 unknown key 'prio' (did you mean 'priority'?)",
    ]
