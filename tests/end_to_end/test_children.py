"""The programs behind a daemon do not outlive it, however it ends."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ..conftest import Daemon

SERVER = Path(__file__).parents[2] / "plugins/mcp/tests/server.py"
# It goes on when its input has ended, and has a child of its own, as what npx starts is.
STUBBORN = f"""
trap '' TERM
sleep 1000 & echo $! > theirs
echo $$ > own
{sys.executable} {SERVER} stdio
while :; do sleep 1000; done
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_an_mcp_server_that_ignores_the_end_of_its_input_ends_with_the_daemon(
    daemon_in: Callable[..., Daemon], tmp_path: Path, how: signal.Signals
) -> None:
    settings = {
        "command": ["sh", "-c", STUBBORN],
        "folder": str(tmp_path),
        "env": {"STATE": str(tmp_path / "state.json")},
    }
    services = json.dumps({"up": {"plugin": "mcp", "settings": settings}})
    daemon = daemon_in(f"version: 1\ndaemon: {{port: 0}}\nservices: {services}\n")
    daemon.until("services", lambda answer: answer["items"][0]["state"] == "ready")
    programs = [int((tmp_path / name).read_text()) for name in ("own", "theirs")]
    assert all(map(_lives, programs))

    daemon.stop(how)

    while any(map(_lives, programs)):
        pass


def _lives(program: int) -> bool:
    try:
        state = Path(f"/proc/{program}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
