"""The MCP surface: every tool and workflow as an MCP tool. Needs the extra ``interlock[mcp]``."""

from interlock.mcp.endpoint import McpEndpoint
from interlock.mcp.server import McpServer, build_server

__all__ = ["McpEndpoint", "McpServer", "build_server"]
