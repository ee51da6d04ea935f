"""Servers as services: what becomes of them when they fail."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from typing import Any

import pytest

from interlock.sdk import (
    InterlockError,
    Retryable,
)

from .conftest import Open, Remote, State, until


async def test_a_server_that_is_killed_comes_back(
    opened: Open, stdio: dict[str, Any], state: State, caplog: pytest.LogCaptureFixture
) -> None:
    runtime = await opened(up={**stdio, "hints": True})
    call = asyncio.create_task(runtime.call("up.wait", {"seconds": 0.2}))
    await state.told("began")
    _kill_children()
    # It reads only, so the guard rails try again, and there is a server by then.
    assert await call == "done"
    assert await runtime.call("up.echo", {"text": "again"}) == "again"
    assert "the MCP server is gone" in caplog.text


async def test_a_server_over_http_that_is_started_again_is_used_again(
    opened: Open, remote: Remote
) -> None:
    await remote.start()
    runtime = await opened(up=remote.settings)
    remote.kill()
    with pytest.raises((Retryable, InterlockError)):
        await runtime.call("up.add", {"numbers": [1]}, timeout=2)
    await remote.start()
    assert await runtime.call("up.echo", {"text": "again"}, timeout=20) == "again"


async def test_a_url_that_leads_to_something_else_is_told_with_what_to_do(
    opened: Open, remote: Remote
) -> None:
    await remote.start()
    elsewhere = {"url": str(remote.settings["url"]).replace("/mcp", "/sse")}
    runtime = await opened(up=elsewhere)
    service = runtime.service("up")
    assert service["state"] == "needs-attention"
    assert "not that of an MCP server over streamable HTTP: POST /sse" in service["reason"]
    assert "--transport, sse-only" in service["hint"]


async def test_a_server_that_is_not_there_delays_nobody(
    opened: Open, stdio: dict[str, Any]
) -> None:
    silent = {"command": [sys.executable, "-c", "import time; time.sleep(600)"]}
    missing = {"command": ["no-such-program"]}
    runtime = await opened(settled=False, up=stdio, silent=silent, missing=missing)
    await until(lambda: runtime.service("up")["state"] == "ready")
    assert await runtime.call("up.echo", {"text": "hello"}) == "hello"
    assert runtime.service("missing")["state"] == "needs-attention"
    assert "no program 'no-such-program'" in runtime.service("missing")["reason"]


async def test_a_program_that_ends_at_once_says_why(opened: Open) -> None:
    code = "import os; raise SystemExit('no such key: ' + os.environ['KEY'])"
    command = [sys.executable, "-c", code]
    runtime = await opened(settled=False, up={"command": command, "env": {"KEY": "hidden-key"}})
    await until(lambda: "cannot be reached" in str(runtime.service("up")["reason"]))
    assert "no such key: ***" in runtime.service("up")["reason"]


async def test_a_child_sees_what_it_is_given_and_tells_no_secret(
    opened: Open,
    stdio: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    monkeypatch.setenv("OUR_OWN_SECRET", "x")
    runtime = await opened(up=stdio)
    seen = await runtime.call("up.environment")
    assert "KEY" in seen and "OUR_OWN_SECRET" not in seen
    await until(lambda: "the key is ***" in caplog.text)
    assert "hidden-key" not in caplog.text


async def test_children_that_are_killed_leave_nothing_behind(
    opened: Open, stdio: dict[str, Any]
) -> None:
    runtime = await opened(up={**stdio, "hints": True})
    for _ in range(3):
        _kill_children()
        assert await runtime.call("up.echo", {"text": "again"}, timeout=30) == "again"
    assert len(_children()) == 1


def _children() -> list[int]:
    found = subprocess.run(
        ["pgrep", "-P", str(os.getpid()), "-f", "server.py stdio"],
        capture_output=True,
        text=True,
        check=False,
    )
    return [int(line) for line in found.stdout.split()]


def _kill_children() -> None:
    for child in _children():
        os.kill(child, signal.SIGKILL)
