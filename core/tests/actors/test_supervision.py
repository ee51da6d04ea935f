"""Who is restarted with whom, in which order, and who gives up."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from interlock.actors import Actor, ActorOptions, ActorSystem, Ref, Supervisor
from interlock.sdk import ActorRestarted
from interlock.testing import VirtualWorld, settle

from .doubles import Bang, Gate, Scripted, raising, reached

BANG = raising(Bang("boom"))
AT_ONCE = ActorOptions(backoff=0, crash_on=(Bang,))


@pytest.fixture
def steps() -> list[str]:
    """What was started and stopped, as ``+name`` and ``-name``."""
    return []


@pytest.fixture
def noting(steps: list[str]) -> Callable[[str], Callable[[], Actor]]:
    def factory_of(name: str) -> Callable[[], Actor]:
        class Noting(Scripted):
            async def started(self) -> None:
                steps.append(f"+{name}")

            async def stopped(self) -> None:
                steps.append(f"-{name}")

        return Noting

    return factory_of


async def group(
    system: ActorSystem, supervisor: Supervisor, noting: Any, names: str = "abc", **options: Any
) -> list[Ref]:
    child = replace(AT_ONCE, **options)
    refs = [await system.spawn(name, noting(name), child, supervisor=supervisor) for name in names]
    for ref in refs:
        await reached(ref, "running")
    return refs


async def crash(ref: Ref) -> None:
    with pytest.raises(ActorRestarted):
        await ref.ask(BANG)
    await settle()


async def test_one_for_one_restarts_the_crashed_one(
    system: ActorSystem, noting: Any, steps: list[str]
) -> None:
    _, b, _ = await group(system, system.supervisor("group"), noting)
    steps.clear()

    await crash(b)

    assert steps == ["-b", "+b"]


async def test_one_for_all_restarts_all_in_start_order(
    system: ActorSystem, noting: Any, steps: list[str]
) -> None:
    _, b, _ = await group(system, system.supervisor("group", strategy="one_for_all"), noting)
    steps.clear()

    await crash(b)

    assert steps == ["-c", "-b", "-a", "+a", "+b", "+c"]


async def test_rest_for_one_restarts_those_started_after_it(
    system: ActorSystem, noting: Any, steps: list[str]
) -> None:
    _, b, _ = await group(system, system.supervisor("group", strategy="rest_for_one"), noting)
    steps.clear()

    await crash(b)

    assert steps == ["-c", "-b", "+b", "+c"]


async def test_what_the_siblings_had_waiting_is_handled_after_the_restart(
    system: ActorSystem, noting: Any
) -> None:
    a, b = await group(system, system.supervisor("group", strategy="one_for_all"), noting, "ab")
    gate = Gate()
    in_flight = asyncio.create_task(a.ask(gate))
    waiting = asyncio.create_task(a.ask("waiting"))
    await settle()

    await crash(b)

    with pytest.raises(ActorRestarted):
        await in_flight
    assert await waiting == "waiting"


async def test_a_restart_for_a_siblings_sake_makes_no_message_poison(
    system: ActorSystem, noting: Any
) -> None:
    a, b = await group(system, system.supervisor("group", strategy="one_for_all"), noting, "ab")
    gate = Gate("done at last")
    asking = asyncio.create_task(a.ask(gate, idempotent=True))
    await settle()
    for _ in range(2):
        await crash(b)
    gate.open()

    assert await asking == "done at last"
    assert gate.begun == 3


async def test_a_message_is_not_put_back_a_third_time(system: ActorSystem, noting: Any) -> None:
    a, b = await group(system, system.supervisor("group", strategy="one_for_all"), noting, "ab")
    asking = asyncio.create_task(a.ask(Gate(), idempotent=True))
    await settle()
    for _ in range(3):
        await crash(b)

    with pytest.raises(ActorRestarted):
        await asking


async def test_a_sibling_that_fails_to_come_up_is_tried_again_with_the_group(
    system: ActorSystem, steps: list[str], noting: Any
) -> None:
    failures = [0, 0, 1]

    class Flaky(Scripted):
        async def started(self) -> None:
            steps.append("+flaky")
            if failures and failures.pop():
                raise Bang

    supervisor = system.supervisor("group", strategy="one_for_all")
    a = await system.spawn("a", noting("a"), AT_ONCE, supervisor=supervisor)
    flaky = await system.spawn("flaky", Flaky, AT_ONCE, supervisor=supervisor)

    assert await flaky.ask("hello") == "hello"
    assert await a.ask("hello") == "hello"
    assert steps == ["+a", "+flaky", "-a", "+a", "+flaky"]


async def test_temporary_siblings_are_not_started_again(
    system: ActorSystem, noting: Any, steps: list[str]
) -> None:
    supervisor = system.supervisor("group", strategy="one_for_all")
    (a,) = await group(system, supervisor, noting, "a")
    (b,) = await group(system, supervisor, noting, "b", restart="temporary")
    steps.clear()

    await crash(a)

    assert steps == ["-b", "-a", "+a"]
    assert b.health().state == "stopped"


async def test_two_crashes_in_one_group_do_not_restart_it_at_the_same_time(
    system: ActorSystem, noting: Any, steps: list[str]
) -> None:
    a, b, _ = await group(system, system.supervisor("group", strategy="one_for_all"), noting)
    steps.clear()

    await a.tell(BANG)
    await b.tell(BANG)
    await settle()

    assert steps[:6] == ["-c", "-b", "-a", "+a", "+b", "+c"]
    assert [ref.health().state for ref in (a, b)] == ["running", "running"]


async def test_an_exhausted_child_escalates_and_its_whole_group_is_restarted(
    system: ActorSystem, noting: Any, steps: list[str]
) -> None:
    inner = system.supervisor("inner", options=AT_ONCE)
    _, b = await group(system, inner, noting, "ab", max_restarts=1, on_exhausted="escalate")
    (c,) = await group(system, system.supervisor("other"), noting, "c")
    await crash(b)
    steps.clear()

    await crash(b)

    assert steps == ["-b", "-a", "+a", "+b"]
    assert await c.ask("undisturbed") == "undisturbed"


async def test_a_group_that_is_exhausted_itself_parks_as_a_whole(
    system: ActorSystem, noting: Any, world: VirtualWorld
) -> None:
    options = ActorOptions(backoff=0, max_restarts=0, on_exhausted="park", max_backoff=30)
    inner = system.supervisor("inner", options=options)
    a, b = await group(system, inner, noting, "ab", max_restarts=0, on_exhausted="escalate")

    await crash(b)
    assert [ref.health().state for ref in (a, b)] == ["parked", "parked"]
    await world.advance(30)

    assert [ref.health().state for ref in (a, b)] == ["running", "running"]


async def test_a_group_may_hang_below_another(
    system: ActorSystem, noting: Any, steps: list[str]
) -> None:
    outer = system.supervisor("outer", strategy="rest_for_one")
    (a,) = await group(system, outer, noting, "a")
    inner = system.supervisor("inner", parent=outer)
    await group(system, inner, noting, "bc")
    steps.clear()

    await crash(a)

    assert steps == ["-c", "-b", "-a", "+a", "+b", "+c"]


async def test_a_group_halted_by_its_parent_is_not_started_by_its_own_recovery(
    system: ActorSystem, steps: list[str], noting: Any, world: VirtualWorld
) -> None:
    outer = system.supervisor("outer", strategy="rest_for_one")
    ready = Gate()

    class Slow(Scripted):
        starts = 0

        async def started(self) -> None:
            Slow.starts += 1
            if Slow.starts > 1:
                await ready()

    slow = await system.spawn("slow", Slow, AT_ONCE, supervisor=outer)
    inner = system.supervisor("inner", parent=outer)
    (a,) = await group(system, inner, noting, "a", backoff=10, max_backoff=10)
    steps.clear()
    await crash(a)
    await crash(slow)
    await world.advance(20)
    assert steps == ["-a"]

    ready.open()
    await settle()

    assert steps == ["-a", "+a"]


@pytest.mark.parametrize("on_exhausted", ["escalate", "exit"])
async def test_the_system_fails_when_nobody_is_left_to_restart(
    system: ActorSystem, noting: Any, on_exhausted: str
) -> None:
    failing = asyncio.create_task(system.wait_failed())
    supervisor = system.supervisor(
        "group", options=ActorOptions(max_restarts=0, on_exhausted="escalate")
    )
    (a,) = await group(system, supervisor, noting, "a", max_restarts=0, on_exhausted=on_exhausted)

    await a.tell(BANG)

    assert isinstance(await failing, Bang)
