"""Tasks and questions of a client go on after ``kill -9`` of the daemon."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ..conftest import Daemon

CONFIG = """
version: 1
daemon: {port: 0}
services: {files: {settings: {root: .}}}
workflows: {paths: [workflows/*.yaml]}
"""
FLOW = """
workflow: publish
input: {type: object, required: [name], properties: {name: {type: string}}}
# A step that is done again fails, for its file is there.
steps:
  - {id: draft, call: files.write, with: {path: "${{ input.name }}-draft", text: x, overwrite: false}}
  - {id: sure, approve: "Publish ${{ input.name }}?", fail_on: [reject]}
  - {id: note, call: files.write, with: {path: "${{ input.name }}-note", text: x, overwrite: false}}
return: {by: "${{ steps.sure.by }}"}
"""
TASKS = {"extensions": {"io.modelcontextprotocol/tasks": {}}}
ASKS: dict[str, Any] = {"elicitation": {}}
ACCEPTED = {"sure": {"action": "accept", "content": {}}}

StartDaemon = Callable[..., Daemon]


def ask(daemon: Daemon, method: str, able: dict[str, Any], **params: Any) -> Any:
    """The result of one request of 2026-07-28; there is no session that could get lost."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": able,
    }
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {"_meta": meta, **params}}
    headers = {
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": method,
        "Mcp-Name": params.get("name") or params.get("taskId", ""),
    }
    with daemon.http() as http:
        answer = http.post("/mcp", json=body, headers=headers).json()
    assert "result" in answer, answer
    return answer["result"]


def task(daemon: Daemon, task_id: str, status: str) -> Any:
    while (found := ask(daemon, "tasks/get", TASKS, taskId=task_id))["status"] != status:
        time.sleep(0.02)
    return found


def killed(daemon: Daemon) -> None:
    daemon.kill()
    daemon.start()


def test_a_task_and_its_question(daemon_in: StartDaemon) -> None:
    daemon = daemon_in(CONFIG, workflows__publish=FLOW)
    call = {"name": "publish", "arguments": {"name": "a"}}
    task_id = ask(daemon, "tools/call", TASKS | ASKS, **call)["taskId"]
    asked = task(daemon, task_id, "input_required")
    killed(daemon)
    again = task(daemon, task_id, "input_required")
    ask(daemon, "tasks/update", TASKS, taskId=task_id, inputResponses=ACCEPTED)
    done = task(daemon, task_id, "completed")
    killed(daemon)

    assert again["inputRequests"] == asked["inputRequests"]
    assert done["result"]["structuredContent"] == {"by": "local-admin"}
    assert task(daemon, task_id, "completed")["result"] == done["result"]


def test_a_question_that_the_client_carries(daemon_in: StartDaemon) -> None:
    daemon = daemon_in(CONFIG, workflows__publish=FLOW)
    call = {"name": "publish", "arguments": {"name": "b"}}
    asked = ask(daemon, "tools/call", ASKS, **call)
    killed(daemon)
    state = {"requestState": asked["requestState"], "inputResponses": ACCEPTED}
    done = ask(daemon, "tools/call", ASKS, **call, **state)

    assert asked["resultType"] == "input_required"
    assert done["structuredContent"] == {"by": "local-admin"}
