"""Interlock inside a Python program: the same operations, composed in code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

import interlock
from interlock.config import ConfigError
from interlock.journal import RunFilter
from interlock.sdk import Event, InterlockError, InvalidInput, NotFound
from interlock.testing import settle

CONFIG = """
version: 1
daemon: {{state_dir: {folder}/state}}
services:
  files:
    settings: {{root: {folder}/files}}
triggers:
  - on: upload.finished
    where: event.payload.size > 10
    start: keep
    with: {{path: "${{{{ event.payload.name }}}}.txt"}}
workflows: {{paths: ["{folder}/*.workflow.yaml"]}}
"""

KEEP = """
workflow: keep
input: {type: object, required: [path], properties: {path: {type: string}}}
steps: [{call: files.write, with: {path: "${{ input.path }}", text: kept}}]
"""


@pytest.fixture
async def runtime(tmp_path: Path) -> AsyncIterator[interlock.Runtime]:
    (tmp_path / "keep.workflow.yaml").write_text(KEEP)
    (tmp_path / "interlock.yaml").write_text(CONFIG.format(folder=tmp_path))
    async with interlock.open_runtime(tmp_path / "interlock.yaml") as runtime:
        yield runtime


async def until(condition: Any) -> None:
    while not await condition():
        await settle()


async def test_tools_and_workflows_are_called_by_name(
    runtime: interlock.Runtime, tmp_path: Path
) -> None:
    await runtime.call("files.write", {"path": "a.txt", "text": "hello"})
    await runtime.call("keep", {"path": "b.txt"})

    assert (await runtime.call("files.read", {"path": "a.txt"}))["text"] == "hello"
    assert (tmp_path / "files/b.txt").read_text() == "kept"
    with pytest.raises(NotFound) as unknown:
        await runtime.call("files.reed", {})
    assert unknown.value.nearest[0] == "files.read"
    with pytest.raises(InvalidInput):
        await runtime.start("keep", {"path": 1})


async def test_a_pipeline_hands_a_value_from_stage_to_stage(runtime: interlock.Runtime) -> None:
    async def shout(file: dict[str, Any]) -> dict[str, Any]:
        return {"path": "loud.txt", "text": file["text"].upper()}

    await runtime.call("files.write", {"path": "a.txt", "text": "hello"})
    pipeline = interlock.Pipeline(
        ["files.read", shout, "files.write", lambda written: written["path"], "files.read"],
        runtime=runtime,
    )

    assert (await pipeline.execute("a.txt"))["text"] == "HELLO"


async def test_a_pipeline_is_durable_when_it_is_started_as_a_run(
    runtime: interlock.Runtime,
) -> None:
    await runtime.call("files.write", {"path": "a.txt", "text": "hello"})
    stages = ["files.read", lambda file: {"path": "b.txt", "text": file["text"] + "!"}]
    pipeline = interlock.Pipeline([*stages, "files.write"], runtime=runtime)
    runtime.register(pipeline.as_workflow("copy"))

    run_id = await runtime.start("copy", {"value": "a.txt"})
    await runtime.wait(run_id)

    assert (await runtime.call("files.read", {"path": "b.txt"}))["text"] == "hello!"
    steps = [step["path"] for step in await runtime.steps(run_id)]
    assert steps == ["files_read", "files_write"]


def test_what_a_durable_pipeline_cannot_replay_is_refused_at_once() -> None:
    async def fetch(value: Any) -> Any:
        return value

    with pytest.raises(TypeError, match="fetch: put what a stage awaits into a tool"):
        interlock.Pipeline([fetch]).as_workflow("fetching")


async def test_a_workflow_in_python_is_started_by_the_events_it_names(
    runtime: interlock.Runtime,
) -> None:
    @interlock.workflow(on="sheet.*")
    async def keep_sheet(ctx: interlock.WorkflowContext, event: dict[str, Any]) -> str:
        await ctx.call("files.write", {"path": "sheet.txt", "text": event["payload"]["text"]})
        return str(event["key"])

    runtime.register(keep_sheet)
    for _ in range(2):
        await runtime.publish(Event("sheet.saved", {"text": "42"}, id="e1", key="s1"))

    async def found() -> list[Any]:
        return [each["id"] for each in await runtime.runs(RunFilter(workflow="keep_sheet"))]

    while not (runs := await found()):
        await settle(1)
    assert [await runtime.wait(run_id) for run_id in runs] == ["s1"]
    assert (await runtime.call("files.read", {"path": "sheet.txt"}))["text"] == "42"


async def test_gather_keeps_the_order_and_the_limit(runtime: interlock.Runtime) -> None:
    running = peak = 0

    async def one(number: int) -> int:
        nonlocal running, peak
        running += 1
        peak = max(peak, running)
        await settle(10 - number)
        running -= 1
        return number

    results = await interlock.gather(*(one(number) for number in range(8)), limit=3)

    assert results == list(range(8))
    assert peak == 3


async def test_the_first_error_of_gather_cancels_the_others_and_comes_as_it_is() -> None:
    cancelled = asyncio.Event()

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async def failing() -> None:
        await settle()
        raise InterlockError("no")

    with pytest.raises(InterlockError, match="no"):
        await interlock.gather(endless(), failing())
    assert cancelled.is_set()


async def test_a_template_made_in_python_runs_like_one_from_a_file(
    runtime: interlock.Runtime,
) -> None:
    runtime.register(
        interlock.create_workflow_template(
            "copy_twice",
            [
                {
                    "id": "first",
                    "call": "files.write",
                    "with": {"path": "1", "text": "${{ input.t }}"},
                },
                {"id": "copy", "call": "files.copy", "with": {"source": "1", "target": "2"}},
            ],
            input={"type": "object", "properties": {"t": {"type": "string"}}},
            returns="${{ steps.copy.path }}",
        )
    )

    run_id = await runtime.start("copy_twice", {"t": "x"})

    assert await runtime.wait(run_id) == "2"
    assert [step["path"] for step in await runtime.steps(run_id)] == ["first", "copy"]


@pytest.mark.parametrize("returned", [0, False, []])
async def test_a_template_may_return_what_counts_as_nothing(
    runtime: interlock.Runtime, returned: Any
) -> None:
    steps = [{"id": "one", "transform": 1}]
    runtime.register(interlock.create_workflow_template("nothing", steps, returns=returned))

    assert await runtime.wait(await runtime.start("nothing", {})) == returned


def test_a_template_with_faults_is_refused_with_all_of_them() -> None:
    with pytest.raises(ConfigError) as error:
        interlock.create_workflow_template("bad", [{"cal": "x"}, {"sleep": "soon"}])

    assert len(error.value.faults) == 2


async def test_a_published_event_reaches_handlers_and_starts_runs_once(
    runtime: interlock.Runtime, tmp_path: Path
) -> None:
    heard: list[str] = []

    @runtime.on_event("upload.*")
    async def listen(event: Event) -> None:
        heard.append(event.payload["name"])

    for _ in range(2):
        await runtime.publish(Event("upload.finished", {"name": "big", "size": 11}, id="e1"))
    await runtime.publish(Event("upload.finished", {"name": "small", "size": 1}, id="e2"))

    async def done() -> bool:
        runs = await runtime.runs()
        return [run["status"] for run in runs] == ["succeeded"] and len(heard) == 2

    await until(done)
    assert heard == ["big", "small"]
    assert [file.name for file in (tmp_path / "files").iterdir()] == ["big.txt"]


async def test_marked_functions_are_handlers_of_the_runtime_they_are_given_to(
    tmp_path: Path,
) -> None:
    heard: list[str] = []

    @interlock.on_event("ping")
    async def listen(event: Event) -> None:
        heard.append(event.id)

    (tmp_path / "interlock.yaml").write_text(f"version: 1\ndaemon: {{state_dir: {tmp_path}/state}}")
    async with interlock.open_runtime(tmp_path / "interlock.yaml", handlers=[listen]) as runtime:
        await runtime.publish(Event("ping", {}, id="p1"))

        async def done() -> bool:
            return bool(heard)

        await until(done)
    assert heard == ["p1"]


async def test_a_service_stays_paused_until_somebody_resumes_it(tmp_path: Path) -> None:
    path = tmp_path / "interlock.yaml"
    path.write_text(CONFIG.format(folder=tmp_path))
    (tmp_path / "keep.workflow.yaml").write_text(KEEP)
    async with interlock.open_runtime(path) as runtime:
        await runtime.pause_service("files")
    async with interlock.open_runtime(path) as runtime:
        with pytest.raises(InterlockError, match="paused by an operator"):
            await runtime.call("files.list", {})
        await runtime.resume_service("files")
    async with interlock.open_runtime(path) as runtime:
        await runtime.call("files.list", {})


def test_importing_the_package_loads_nothing_heavy() -> None:
    import subprocess
    import sys

    code = "import interlock, sys; print([m for m in ('pydantic', 'httpx', 'aiohttp') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
