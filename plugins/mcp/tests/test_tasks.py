"""Tools that can be called as tasks only."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from interlock.sdk import InterlockError, Rejected

from .conftest import Open, State

SERVER = Path(__file__).with_name("task_server.py")


@pytest.fixture
def tasks(state: State) -> dict[str, Any]:
    return {"command": [sys.executable, str(SERVER)], "env": {"STORY": str(state.story)}}


async def test_a_task_is_looked_at_until_it_is_over(opened: Open, tasks: dict[str, Any]) -> None:
    runtime = await opened(up=tasks)
    heard: list[str] = []
    result = await runtime.call("up.work", on_progress=lambda *told: heard.append(told[2]))
    assert result == "worked"
    assert heard == ["look 0", "look 1", "look 2"]


async def test_a_task_that_fails_says_why(opened: Open, tasks: dict[str, Any]) -> None:
    runtime = await opened(up=tasks)
    with pytest.raises(Rejected, match="fail failed: look 3"):
        await runtime.call("up.fail")
    with pytest.raises(Rejected, match="the task is lost: up: there is no lose"):
        await runtime.call("up.lose")


async def test_a_task_that_is_given_up_is_cancelled_at_the_server(
    opened: Open, tasks: dict[str, Any], state: State
) -> None:
    runtime = await opened(up=tasks)
    begun = asyncio.Event()
    call = asyncio.create_task(runtime.call("up.last", on_progress=lambda *_: begun.set()))
    await begun.wait()
    call.cancel()
    await state.told("cancelled last")


async def test_a_task_that_takes_too_long_is_cancelled_too(
    opened: Open, tasks: dict[str, Any], state: State
) -> None:
    runtime = await opened(up=tasks)
    with pytest.raises(InterlockError):
        await runtime.call("up.last", timeout=1)
    await state.told("cancelled last")
