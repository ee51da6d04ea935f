"""Results of tools, and errors, as MCP content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from interlock.sdk import InterlockError

_KINDS = {"text", "image", "audio", "resource", "resource_link"}


def succeeded(result: Any, *, modern: bool, promised: bool = True) -> dict[str, Any]:
    """A result.

    A tool may return MCP content itself: ``{"content": [{"type": "image", ...}, ...]}``.

    Args:
        modern: the client takes any JSON value as structured content, not only objects.
        promised: the tool has an output schema.
    """
    if _is_content(result):
        return complete(result)
    answer = complete({"content": [text(result)]})
    if isinstance(result, Mapping) or (modern and promised):
        answer["structuredContent"] = result
    return answer


def failed(error: InterlockError) -> dict[str, Any]:
    """A failure the model should read: what went wrong, and whether trying again makes sense."""
    problem = {"error": error.to_problem()}
    return complete({"content": [text(str(error))], "structuredContent": problem, "isError": True})


def complete(result: Mapping[str, Any]) -> dict[str, Any]:
    """A result that is final, as 2026-07-28 wants it said; the SDK drops the word for others."""
    return {"resultType": "complete", **result}


def text(value: Any) -> dict[str, str]:
    """Text as it is, anything else as JSON."""
    return {
        "type": "text",
        "text": value if isinstance(value, str) else orjson.dumps(value).decode(),
    }


def _is_content(result: Any) -> bool:
    if not isinstance(result, Mapping) or not set(result) <= {"content", "isError"}:
        return False
    blocks = result.get("content")
    return (
        isinstance(blocks, Sequence)
        and not isinstance(blocks, str)
        and all(isinstance(each, Mapping) and each.get("type") in _KINDS for each in blocks)
    )
