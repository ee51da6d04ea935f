"""The MCP surface: every tool and workflow as an MCP tool. Needs the extra ``interlock[mcp]``."""

from interlock.mcp.server import McpEndpoint, serve_stdio

__all__ = ["McpEndpoint", "serve_stdio"]
