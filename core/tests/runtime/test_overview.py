"""How everything stands, and what changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

import interlock
from interlock.journal import DeadLetterRecord, RunFilter
from interlock.runtime import Runtime
from interlock.runtime.caller import Caller, Forbidden, acting_as
from interlock.sdk import Conflict, Event, InterlockError

CONFIG = """
version: 1
daemon: {{state_dir: {folder}/state}}
services: {{files: {{settings: {{root: {folder}/out}}}}}}
workflows: {{paths: [w.yaml, f.yaml]}}
queues: {{one: {{concurrency: 1}}}}
telemetry: {{trace_url: "http://traces/{{trace}}"}}
"""
GOOD = """
workflow: good
input: {type: object, properties: {text: {type: string, default: a}, ask: {type: boolean, default: false}}}
steps: [{id: one, transform: "${{ input.text }}"}, {id: two, when: input.ask, approve: "Well?"}]
"""
BAD = """
workflow: bad
input: {type: object, properties: {wrong: {type: boolean, default: true}}}
steps: [{id: refuse, when: input.wrong, fail: it is wrong}]
"""


@pytest.fixture
async def runtime(tmp_path: Path) -> AsyncIterator[Runtime]:
    (tmp_path / "interlock.yaml").write_text(CONFIG.format(folder=tmp_path))
    (tmp_path / "w.yaml").write_text(GOOD)
    (tmp_path / "f.yaml").write_text(BAD)
    async with interlock.open_runtime(tmp_path / "interlock.yaml") as runtime:
        yield runtime


async def ended(runtime: Runtime, workflow: str, **values: object) -> str:
    run = await runtime.start(workflow, values)
    try:
        await runtime.wait(run)
    except InterlockError:
        return run
    return run


async def test_the_hour_is_told_in_numbers(runtime: Runtime) -> None:
    await ended(runtime, "good")
    await ended(runtime, "bad")
    told = await runtime.summary(minutes=5)
    assert sum(each["started"] for each in told["minutes"]) == 2
    assert sum(each["failed"] for each in told["minutes"]) == 1
    assert len(told["minutes"]) == 5
    assert (told["runs"]["succeeded"], told["runs"]["failed"]) == (1, 1)
    assert told["needs"] == {"approvals": 0, "dead_letters": 1, "alerts": 0, "services": 0}


async def test_who_sees_some_workflows_counts_those(runtime: Runtime) -> None:
    await ended(runtime, "good")
    await ended(runtime, "bad")
    with acting_as(Caller("c", "operator", ("good",))):
        told = await runtime.summary()
        with pytest.raises(Forbidden):
            runtime.log_lines(level="debug", text="", limit=1)
    assert sum(each["failed"] for each in told["minutes"]) == 0
    assert told["needs"]["dead_letters"] == 0
    assert "failed" not in told["runs"]


async def test_changes_are_told_by_what_they_are_about(runtime: Runtime) -> None:
    changes = runtime.changes()
    heard: list[list[str]] = []

    async def listen() -> None:
        async for change in changes:
            heard.append(change["topics"])
            if len(heard) == 2:
                return

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(listen)
        await anyio.lowlevel.checkpoint()
        await ended(runtime, "good")
        while not heard:
            await anyio.sleep(0.01)
        await runtime.pause_service("files")
    assert heard[0] == ["journal"]
    assert "services" in heard[1]


async def test_runs_are_found_by_what_is_in_them(runtime: Runtime) -> None:
    by_input = await ended(runtime, "good", text="Needle")
    by_problem = await ended(runtime, "bad")
    for text, run in (("needle", by_input), ("IS WRONG", by_problem), (by_input[-8:], by_input)):
        (found,) = await runtime.runs(RunFilter(text=text), brief=True)
        assert (found["id"], found["input"], found["output"]) == (run, None, None)
    assert await runtime.runs(RunFilter(text="100%")) == []


async def test_actors_stand_under_their_supervisors(runtime: Runtime) -> None:
    tree = runtime.actors()
    assert (tree["name"], tree["strategy"]) == ("root", "one_for_one")
    assert [(each["name"], each["state"]) for each in tree["children"]] == [
        ("service.files", "running")
    ]


async def test_a_run_is_replayed_with_another_input_as_a_new_one(runtime: Runtime) -> None:
    run = await ended(runtime, "bad")
    made = await runtime.replay(f"run:{run}", payload={"wrong": False})
    await runtime.wait(made["run_id"])
    assert (await runtime.run(made["run_id"]))["tags"] == [f"fork:{run}"]
    assert await runtime.dead_letters() == []


async def test_an_event_is_replayed_with_another_payload_as_a_new_one(runtime: Runtime) -> None:
    await runtime.publish(Event("a.b", {"n": 1}, id="e1", key="k"))
    letter = DeadLetterRecord("event:e1", "event", "a.b", "r", {"id": "e1", "payload": {}}, 0.0)
    await runtime.journal.dead_letters.add(letter)
    with runtime.subscribe("a.b") as subscription:
        made = await runtime.replay("event:e1", payload={"n": 2})
        event = await anext(subscription)
    assert (event.id, event.payload, event.key) == (made["event"], {"n": 2}, "k")
    assert await runtime.dead_letters() == []


async def test_a_message_has_no_other_payload(runtime: Runtime) -> None:
    letter = DeadLetterRecord("m", "message", "service.files", "r", {}, 0.0)
    await runtime.journal.dead_letters.add(letter)
    with pytest.raises(Conflict):
        await runtime.replay("m", payload={})


async def test_prometheus_reads_runs_queues_actors_and_what_waits(runtime: Runtime) -> None:
    await ended(runtime, "bad")
    told = await runtime.prometheus()
    for line in (
        'interlock_run_duration_seconds_count{workflow="bad",status="failed"} 1',
        'interlock_dead_letters{kind="run"} 1.0',
        'interlock_queue_waiting{queue="one"} 0.0',
        'interlock_actor_running{actor="service.files"} 1.0',
        "interlock_approvals_open 0.0",
        'interlock_runs_open{status="running"} 0.0',
    ):
        assert line in told.splitlines(), line
