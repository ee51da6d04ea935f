"""Over MCP the same tokens, scopes and audit log hold."""

from __future__ import annotations

from pathlib import Path

import anyio
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from .served import serving
from .test_access import OPERATOR, TOKENS


async def test_a_call_over_mcp_is_the_tokens(tmp_path: Path) -> None:
    async with serving(tmp_path, TOKENS, mcp=True) as served:
        (tmp_path / "files/a.txt").write_text("a")
        headers = {"Authorization": f"Bearer {OPERATOR}"}
        with anyio.fail_after(30):
            async with (
                httpx2.AsyncClient(headers=headers) as http,
                Client(streamable_http_client(f"{served.url}/mcp", http_client=http)) as client,
            ):
                names = {tool.name for tool in (await client.list_tools()).tools}
                assert names >= {"files.read", "keep"} and "files.write" not in names
                done = await client.call_tool("files.read", {"path": "a.txt"})
                refused = await client.call_tool("files.write", {"path": "b", "text": "b"})
        assert done.is_error is not True
        assert refused.is_error is True
        assert refused.structured_content["error"]["code"] == "forbidden"
        await served.system.runtime.journal.writer.flush()
        entries = await served.system.runtime.journal.audit.list()

    assert [(each.actor, each.surface, each.target, each.outcome) for each in entries] == [
        ("robot", "mcp", "files.write", "forbidden"),
        ("robot", "mcp", "files.read", "ok"),
    ]
    assert not (tmp_path / "files/b").exists()
