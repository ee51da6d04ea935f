"""``interlock mcp``: the daemon's MCP on standard input and output."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest
from mcp import Client, StdioServerParameters

from ..conftest import Daemon

CONFIG = "version: 1\ndaemon: {port: 0}\nservices: {files: {settings: {root: .}}}\n"

StartDaemon = Callable[..., Daemon]


@pytest.fixture
def daemon(daemon_in: StartDaemon) -> Daemon:
    return daemon_in(CONFIG)


@pytest.mark.parametrize("era", ["2026-07-28", "legacy"])
async def test_a_client_that_starts_it_gets_the_daemons_tools(daemon: Daemon, era: str) -> None:
    (daemon.folder / "a.txt").write_text("hello")
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "interlock", "mcp"], cwd=daemon.folder
    )
    with anyio.fail_after(40):
        async with Client(server, mode=era) as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            assert "files.read" in names
            read = await client.call_tool("files.read", {"path": "a.txt"})
            assert not read.is_error and "hello" in str(read.content)
            await anyio.to_thread.run_sync(daemon.stop)
            with pytest.raises(Exception, match="daemon"):
                await client.call_tool("files.read", {"path": "a.txt"})


def test_nothing_but_messages_is_written_and_its_end_is_the_clients(daemon: Daemon) -> None:
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    listing = {"jsonrpc": "2.0", "id": 7, "method": "tools/list", "params": {"_meta": meta}}
    done = subprocess.run(
        [sys.executable, "-m", "interlock", "mcp"],
        cwd=daemon.folder,
        input=f"nonsense\n\n{json.dumps(listing)}\n",
        capture_output=True,
        text=True,
        timeout=40,
        check=True,
    )
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["error"]["code"] == -32700
    assert second["id"] == 7 and second["result"]["tools"]


def test_without_a_daemon_it_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "interlock", "mcp"],
        cwd=tmp_path,
        input="",
        capture_output=True,
        text=True,
        timeout=40,
        check=False,
    )
    assert done.returncode == 3 and "interlock run" in done.stderr
    assert done.stdout == ""
