"""MCP servers that others publish, as services of a daemon.

``uv run pytest -m slow tests/end_to_end/test_published_servers.py`` fetches them from npm.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ..conftest import Daemon

PACKAGES = (
    "@notionhq/notion-mcp-server",
    "@modelcontextprotocol/server-everything",
    "@modelcontextprotocol/server-filesystem",
)
DATABASE = "1842fdf6-5e49-4c74-a388-cab1b3a6725e"
NOBODY = "00000000-0000-4000-8000-000000000000"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("needs npm")
    command = [npm, "install", "--no-audit", "--no-fund", "--silent", *PACKAGES]
    subprocess.run(command, cwd=tmp_path, check=True)
    return tmp_path / "node_modules/.bin"


def test_they_work_as_any_service_does(
    programs: Path, daemon_in: Callable[..., Daemon], tmp_path: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "box").mkdir()
    notion = {"NOTION_TOKEN": "simulated", "BASE_URL": f"http://127.0.0.1:{port}/notion"}
    services: dict[str, Any] = {
        "simulator": {"settings": {"port": port}},
        "notion": _mcp([str(programs / "notion-mcp-server")], env=notion),
        "everything": _mcp([str(programs / "mcp-server-everything")], hints=True),
        "box": _mcp([str(programs / "mcp-server-filesystem"), str(tmp_path / "box")]),
    }
    daemon = daemon_in(f"version: 1\ndaemon: {{port: 0}}\nservices: {json.dumps(services)}\n")
    daemon.until("services", lambda told: all(s["state"] == "ready" for s in told["items"]))

    def call(tool: str, **arguments: Any) -> Any:
        with daemon.http() as http:
            answer = http.post(f"/api/v1/tools/{tool}/call", json={"arguments": arguments}).json()
        return answer.get("result", answer)

    assert call("notion.API-retrieve-a-database", database_id=DATABASE)["object"] == "database"
    assert call("notion.API-get-user", user_id=NOBODY)["code"] == "not-found"
    assert call("everything.get-sum", a=2, b=3) == "The sum of 2 and 3 is 5."
    assert call("everything.get-structured-content", location="New York")["humidity"] == 82
    assert "blob" in call("everything.get-tiny-image")[1]
    report = call("everything.simulate-research-query", topic="tides")  # as a task only
    assert "Research Report: tides" in report
    call("box.write_file", path=str(tmp_path / "box/note.txt"), content="written")
    assert (tmp_path / "box/note.txt").read_text() == "written"
    assert "outside allowed" in call("box.read_text_file", path="/etc/passwd")["message"]


def _mcp(command: list[str], **settings: Any) -> dict[str, Any]:
    return {"plugin": "mcp", "settings": {"command": command, **settings}}
