"""What people are asked when nobody wrote down what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.sdk.errors import InterlockError

_OUTPUT = {"type": "object", "properties": {"output": {}}, "additionalProperties": False}


def about_failure(path: str, error: InterlockError) -> dict[str, Any]:
    """A step has finally failed."""
    title = f"{path} failed: {error.message}"
    return _request(title, {"step": path, "error": error.to_problem()}, "retry", "continue", "fail")


def about_doubt(path: str, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A call was in flight; whoever says that it happened may say what it gave."""
    title = f"Did {tool} happen? It was in flight when Interlock stopped."
    show = {"step": path, "tool": tool, "arguments": dict(arguments)}
    return {**_request(title, show, "happened", "retry", "fail"), "form": _OUTPUT}


def _request(title: str, show: Mapping[str, Any], *choices: str) -> dict[str, Any]:
    return {
        "title": title,
        "show": show,
        "choices": list(choices),
        "form": {},
        "who": [],
        "default": None,
    }
