"""What a run waits for is told at any time, however short or unrecorded the wait is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio.lowlevel
import pytest

import interlock
from interlock.runtime import Runtime

CONFIG = """
version: 1
daemon: {{state_dir: {folder}/state, grace: 0s}}
services:
  files:
    settings: {{root: {folder}/out}}
    policies: {{rate: [{{limit: 1/h}}], deadline: 2h}}
workflows: {{paths: [w.yaml]}}
"""
WORKFLOW = """
workflow: w
input: {type: object, properties: {pause: {type: boolean, default: false}}}
steps:
  - {id: pause, when: input.pause, sleep: 4s}
  - {id: put, call: files.write, with: {path: a.txt, text: a}, timeout: 1h}
"""


@pytest.fixture
async def runtime(tmp_path: Path) -> AsyncIterator[Runtime]:
    (tmp_path / "interlock.yaml").write_text(CONFIG.format(folder=tmp_path))
    (tmp_path / "w.yaml").write_text(WORKFLOW)
    async with interlock.open_runtime(tmp_path / "interlock.yaml") as runtime:
        yield runtime


async def waiting(runtime: Runtime, run_id: str) -> dict[str, Any]:
    with anyio.fail_after(10):
        while (run := await runtime.run(run_id))["waiting"] is None:
            await anyio.lowlevel.checkpoint()
    assert run["status"] == "running"
    listed = next(each for each in await runtime.runs() if each["id"] == run_id)
    assert listed["waiting"]["reason"] == run["waiting"]["reason"]
    found: dict[str, Any] = run["waiting"]
    return found


async def test_a_wait_that_is_too_short_to_leave_memory_is_told(runtime: Runtime) -> None:
    run_id = await runtime.start("w", {"pause": True})
    found = await waiting(runtime, run_id)
    assert (found["reason"], found["step"]) == ("sleep", "pause")
    assert found["until"] > (await runtime.run(run_id))["created"]


async def test_what_holds_up_a_call_is_told_with_its_step(runtime: Runtime) -> None:
    await runtime.wait(await runtime.start("w", {}))
    run_id = await runtime.start("w", {})
    found = await waiting(runtime, run_id)
    assert found == {"reason": "files: the rate limit", "until": None, "step": "put"}
    step = (await runtime.steps(run_id))[-1]
    assert (step["path"], step["status"], step["what"]) == ("put", "started", "files.write")
    assert step["waiting"]["reason"] == "files: the rate limit"
