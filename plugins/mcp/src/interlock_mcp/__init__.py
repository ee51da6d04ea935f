"""Any MCP server as a service: its tools become Interlock's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.sdk import Service, hookimpl


@hookimpl
def interlock_services() -> Mapping[str, type[Service[Any]]]:
    from interlock_mcp.service import Mcp

    return {"mcp": Mcp}
