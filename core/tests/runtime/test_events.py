"""Events start runs, tell of runs, and can be had again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

import interlock
from interlock.config import ConfigError, Document
from interlock.sdk import Event
from interlock.workflows import load_template

CONFIG = (
    "version: 1\ndaemon: {{state_dir: {folder}/state}}\nworkflows: {{paths: [{folder}/*.flow]}}\n"
)
ANYTHING = "input: {type: object}\nsteps: [{transform: '${{ input }}'}]\n"


@asynccontextmanager
async def running(folder: Path, more: str = "", **flows: str) -> AsyncIterator[interlock.Runtime]:
    for name, text in flows.items():
        (folder / f"{name}.flow").write_text(f"workflow: {name}\n{text}")
    (folder / "interlock.yaml").write_text(CONFIG.format(folder=folder) + more)
    async with interlock.open_runtime(folder / "interlock.yaml") as runtime:
        yield runtime


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    with anyio.fail_after(30):
        while not await condition():
            await anyio.sleep(0.005)


async def inputs(runtime: interlock.Runtime, workflow: str) -> Sequence[object]:
    """Of the runs of a workflow that have ended, the oldest first."""
    runs = [run for run in await runtime.runs() if run["workflow"] == workflow and run["finished"]]
    return [run["input"] for run in reversed(runs)]


async def delivered(runtime: interlock.Runtime) -> bool:
    return not await runtime.journal.events.undelivered()


async def test_a_template_names_the_events_that_start_it(tmp_path: Path) -> None:
    flow = """
on:
  - file.deleted
  - event: file.*
    where: event.payload.size > 10
    with: {file: "${{ event.payload.name }}", what: "${{ event.name }}"}
"""
    async with running(tmp_path, review=flow + ANYTHING) as runtime:
        for _ in range(2):
            await runtime.publish(Event("file.updated", {"name": "a", "size": 11}, id="1"))
        await runtime.publish(Event("file.updated", {"name": "b", "size": 9}, id="2"))
        await runtime.publish(Event("file.deleted", {"size": 0}, id="3"))

        async def done() -> bool:
            return len(await inputs(runtime, "review")) == 2 and await delivered(runtime)

        await until(done)
        found = await inputs(runtime, "review")
    assert sorted(map(str, found)) == ["{'file': 'a', 'what': 'file.updated'}", "{}"]


def faults_of(text: str) -> list[str]:
    with pytest.raises(ConfigError) as error:
        load_template(Document(f"workflow: w\n{text}\nsteps: [{{transform: 1}}]\n", "w.yaml"))
    return [f"{fault.line}:{fault.column} {fault.message}" for fault in error.value.faults]


def test_what_is_wrong_with_it_is_said_with_its_place() -> None:
    assert faults_of("on: {wher: x}") == [
        "2:5 it names no event",
        "2:6 unknown key 'wher'",
    ]
    (unknown,) = faults_of("on: [{event: a.b, where: evnt.payload.x}]")
    assert unknown.startswith("2:26") and "evnt" in unknown
    assert faults_of("on: [7]") == ["2:6 it names no event"]


async def test_the_end_of_a_run_starts_another_and_says_how_it_ended(tmp_path: Path) -> None:
    flows = {
        "fails": "steps: [{fail: 'out of paper'}]\n",
        "works": "steps: [{transform: 1}]\n",
        "tell": """
on:
  event: run.failed
  with: {run: "${{ event.payload.run }}", why: "${{ event.payload.error.message }}"}
"""
        + ANYTHING,
    }
    async with running(tmp_path, **flows) as runtime:
        await runtime.call("works")
        failed = await runtime.start("fails")

        async def told() -> bool:
            return len(await inputs(runtime, "tell")) == 1

        await until(told)
        (told_of,) = await inputs(runtime, "tell")
        events = await runtime.events(name="run.*")
    assert told_of == {"run": failed, "why": "out of paper"}
    assert [each["name"] for each in events] == ["run.failed"], "nobody asked for the others"


async def test_runs_that_start_each_other_come_to_an_end(tmp_path: Path) -> None:
    async with running(tmp_path, again="on: run.succeeded\n" + ANYTHING) as runtime:
        await runtime.call("again")

        async def quiet() -> bool:
            return await delivered(runtime) and all(run["finished"] for run in await runtime.runs())

        await until(quiet)
        assert len(await runtime.runs()) == 1 + 8


async def test_a_question_is_an_event_once_also_after_a_restart(tmp_path: Path) -> None:
    heard: list[Event] = []

    async def listen(event: Event) -> None:
        heard.append(event)

    for _ in range(2):
        async with running(tmp_path, asks="steps: [{id: sure, approve: Sure?}]\n") as runtime:
            runtime.on_event("approval.*")(listen)
            await runtime.start("asks", run_id="only")

            async def asked() -> bool:
                return bool(await runtime.approvals()) and await delivered(runtime)

            await until(asked)
    (event,) = heard
    assert (event.payload["title"], event.payload["run"], event.key) == ("Sure?", "only", "only")


async def test_a_new_trigger_gets_what_came_before_it_and_the_old_nothing_twice(
    tmp_path: Path,
) -> None:
    old = "triggers:\n  - {on: a.b, start: one}\n"
    new = "triggers:\n  - {on: a.*, start: two}\n  - {on: a.b, start: one}\n"
    flows = {"one": ANYTHING, "two": ANYTHING}
    async with running(tmp_path, old, **flows) as runtime:
        await runtime.publish(Event("a.b", {}, id="1"))
        await until(lambda: delivered(runtime))
    async with running(tmp_path, new, **flows) as runtime:
        assert await runtime.replay_events("a.*", until=1.0) == 0
        assert await runtime.replay_events("b.*") == 0
        assert await runtime.replay_events("a.*") == 1

        async def done() -> bool:
            ended = await inputs(runtime, "two"), await inputs(runtime, "one")
            return [len(each) for each in ended] == [1, 1] and await delivered(runtime)

        await until(done)
        assert len(await runtime.runs()) == 2
