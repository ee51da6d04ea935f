"""A server whose tools are tasks only, in the words of revision 2025-11-25; the SDK has none such.

``work`` is over at the third look at it, ``fail`` fails then, ``lose`` is forgotten at once, and
``last`` is never over. What was cancelled is told in the file STORY.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

STARTED = "2026-01-01T00:00:00Z"
LOOKS: dict[str, int] = {}


def _tool(name: str) -> dict[str, Any]:
    schema = {"type": "object"}
    return {"name": name, "inputSchema": schema, "execution": {"taskSupport": "required"}}


def _task(name: str) -> dict[str, Any]:
    over = LOOKS[name] >= 3 and name != "last"
    status = ("failed" if name == "fail" else "completed") if over else "working"
    told = {"taskId": name, "status": status, "statusMessage": f"look {LOOKS[name]}"}
    return {**told, "createdAt": STARTED, "lastUpdatedAt": STARTED, "ttl": None, "pollInterval": 50}


def answer(method: str, params: dict[str, Any]) -> dict[str, Any]:
    name = params.get("name") or params.get("taskId", "")
    match method:
        case "initialize":
            tasks = {"requests": {"tools": {"call": {}}}, "cancel": {}}
            capabilities = {"tools": {}, "tasks": tasks}
            server = {"name": "tasks", "version": "1"}
            version = "2025-11-25"
            return {"protocolVersion": version, "capabilities": capabilities, "serverInfo": server}
        case "tools/list":
            return {"tools": [_tool(name) for name in ("work", "fail", "lose", "last")]}
        case "tools/call" if "task" in params:
            LOOKS[name] = 0
            return {"task": _task(name)}
        case "tasks/get" if name != "lose":
            LOOKS[name] += 1
            return _task(name)
        case "tasks/result" if name == "work":
            return {"content": [{"type": "text", "text": "worked"}]}
        case "tasks/cancel":
            Path(os.environ["STORY"]).write_text(f"cancelled {name}")
            return {**_task(name), "status": "cancelled"}
        case _:
            raise LookupError(f"there is no {name or method}")


for line in sys.stdin:
    request = json.loads(line)
    if "id" not in request:
        continue
    try:
        told = {"result": answer(request["method"], request.get("params") or {})}
    except LookupError as error:
        told = {"error": {"code": -32602, "message": str(error)}}
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": request["id"], **told}) + "\n")
    sys.stdout.flush()
