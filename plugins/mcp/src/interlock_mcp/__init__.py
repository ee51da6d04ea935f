"""Any MCP server."""
