"""The text of a page in pieces that can be cited: one for each block that has words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from interlock_notion.blocks import Block
from interlock_notion.rich_text import block_text, payload_of

_HEADING = re.compile(r"heading_(\d)")

# Boxes without words of their own: headings inside go on outside, as they do for a reader.
_TRANSPARENT = frozenset({"synced_block", "table", "column_list", "tab"})

Headings = list[tuple[int, str]]


def segments_of(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """``[{block_id, type, text, heading_path}]`` in reading order.

    ``heading_path`` holds the headings above the block, outermost first. To-dos also carry
    ``checked``, code its ``language``.
    """
    found: list[dict[str, Any]] = []
    _collect(blocks, [], found)
    return found


def _collect(blocks: Sequence[Block], headings: Headings, found: list[dict[str, Any]]) -> None:
    for block in blocks:
        text = block_text(block).strip()
        if text:
            found.append(_segment(block, text, headings))
        level = heading_level(block)
        if level and text:
            headings[:] = [above for above in headings if above[0] < level]
            headings.append((level, text))
        inner = headings if block.get("type") in _TRANSPARENT else list(headings)
        _collect(block.get("children") or (), inner, found)


def _segment(block: Block, text: str, headings: Headings) -> dict[str, Any]:
    kind = str(block.get("type"))
    level = heading_level(block)
    segment: dict[str, Any] = {
        "block_id": block.get("id"),
        "type": kind,
        "text": text,
        "heading_path": [title for depth, title in headings if not level or depth < level],
    }
    payload = payload_of(block)
    if kind == "to_do":
        segment["checked"] = bool(payload.get("checked"))
    if kind == "code":
        segment["language"] = payload.get("language")
    return segment


def heading_level(block: Block) -> int:
    """1 for ``heading_1``; 0 for anything but a heading."""
    match = _HEADING.fullmatch(str(block.get("type")))
    return int(match[1]) if match else 0
