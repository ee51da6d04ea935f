"""Where the MCP server shows what."""

from __future__ import annotations

from interlock.config.model import ExposedConfig, McpConfig


def mcp_endpoints(settings: McpConfig) -> dict[str, ExposedConfig]:
    """By path."""
    return {"/mcp": settings} | {f"/mcp/{name}": each for name, each in settings.servers.items()}
