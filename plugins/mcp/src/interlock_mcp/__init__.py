"""Any MCP server as a service: its tools become Interlock's."""

from __future__ import annotations

from interlock.sdk import hookimpl


@hookimpl
def interlock_services() -> dict[str, str]:
    return {"mcp": "interlock_mcp.service:Mcp"}
