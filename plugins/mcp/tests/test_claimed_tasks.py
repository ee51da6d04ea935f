"""Calls that a server answers with a task, because we say that we know of them."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from interlock.sdk import InterlockError, NeedsAttention, Rejected, Retryable

from .conftest import Open, State

SERVER = Path(__file__).with_name("claimed_server.py")


@pytest.fixture
def tasks(state: State) -> dict[str, Any]:
    return {"command": [sys.executable, str(SERVER)], "env": {"STORY": str(state.story)}}


async def test_a_task_is_followed_to_its_result(opened: Open, tasks: dict[str, Any]) -> None:
    runtime = await opened(up=tasks)
    heard: list[str] = []
    result = await runtime.call("up.work", on_progress=lambda *told: heard.append(told[2]))
    assert result == "worked"
    assert heard == ["look 0", "look 1", "look 2"]


async def test_a_task_that_does_not_succeed_says_why(opened: Open, tasks: dict[str, Any]) -> None:
    runtime = await opened(up=tasks)
    with pytest.raises(Retryable, match="up: it broke"):
        await runtime.call("up.fail")
    with pytest.raises(Rejected, match="give_up cancelled: look 3"):
        await runtime.call("up.give_up")


async def test_what_a_task_asks_is_declined(
    opened: Open, tasks: dict[str, Any], state: State
) -> None:
    runtime = await opened(up=tasks)
    assert await runtime.call("up.ask") == "worked"
    assert state.story.read_text() == "{'q': {'action': 'decline'}}"
    with pytest.raises(Rejected, match="sample asks for what is not given to servers"):
        await runtime.call("up.sample")
    assert state.story.read_text() == "cancelled sample"


async def test_an_answer_that_is_none_is_told_as_the_server_s_fault(
    opened: Open, tasks: dict[str, Any]
) -> None:
    runtime = await opened(up=tasks)
    with pytest.raises(NeedsAttention, match="up: the server's answer is not one of the protocol"):
        await runtime.call("up.nonsense")


async def test_a_task_that_nobody_waits_for_is_cancelled(
    opened: Open, tasks: dict[str, Any], state: State
) -> None:
    runtime = await opened(up=tasks)
    looked = asyncio.Event()
    call = asyncio.create_task(runtime.call("up.last", on_progress=lambda *_: looked.set()))
    await looked.wait()
    call.cancel()
    with pytest.raises((asyncio.CancelledError, InterlockError)):
        await call
    await state.told("cancelled last")
