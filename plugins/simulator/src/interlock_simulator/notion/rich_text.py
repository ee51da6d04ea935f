"""Rich text: completed as the API answers it, and read as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_PLAIN = {
    "bold": False,
    "italic": False,
    "strikethrough": False,
    "underline": False,
    "code": False,
    "color": "default",
}


def rich_text(parts: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rich text of a request with everything that a response adds to it."""
    return [_completed(part) for part in parts]


def plain_text(parts: Iterable[Mapping[str, Any]]) -> str:
    return "".join(part.get("plain_text") or "" for part in parts)


def _completed(part: Mapping[str, Any]) -> dict[str, Any]:
    kind = part.get("type") or next(
        (name for name in ("text", "mention", "equation") if name in part), "text"
    )
    value = dict(part.get(kind) or {})
    href = None
    if kind == "text":
        value.setdefault("link", None)
        plain = value.get("content", "")
        href = (value["link"] or {}).get("url")
    elif kind == "equation":
        plain = value.get("expression", "")
    else:
        plain = part.get("plain_text") or "mention"
    return {
        "type": kind,
        kind: value,
        "annotations": {**_PLAIN, **(part.get("annotations") or {})},
        "plain_text": plain,
        "href": href,
    }
