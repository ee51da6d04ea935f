"""The MCP surface: every tool and workflow as an MCP tool. Needs the extra ``interlock[mcp]``."""

from interlock.mcp.endpoints import McpEndpoints
from interlock.mcp.server import McpServer, build_server

__all__ = ["McpEndpoints", "McpServer", "build_server"]
