"""What a tool of a server may give at most."""

from __future__ import annotations

from typing import Any, cast

from mcp.types import (
    CallToolResult,
    EmbeddedResource,
    TextContent,
    TextResourceContents,
)

from interlock.sdk import Blobs
from interlock_mcp.results import value_of

NOWHERE = cast(Blobs, None)  # nothing here has bytes


async def _taken(*parts: Any) -> Any:
    result = CallToolResult(content=list(parts))
    return await value_of(result, NOWHERE, "up", parse_json=False, largest=1000)


async def test_all_texts_of_a_result_are_bounded_together() -> None:
    taken = await _taken(*[TextContent(text="é" * 300) for _ in range(4)])
    assert [each["text"] for each in taken] == [
        "é" * 300,
        "é" * 200 + "… [cut off: 600 bytes]",
        "… [cut off: 600 bytes]",
        "… [cut off: 600 bytes]",
    ]


async def test_so_are_those_of_resources_within_it() -> None:
    resource = TextResourceContents(uri="here://long", text="a" * 5000)
    taken = await _taken(EmbeddedResource(resource=resource))
    assert taken[0]["text"] == "a" * 1000 + "… [cut off: 5000 bytes]"
