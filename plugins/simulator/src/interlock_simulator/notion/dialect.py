"""Notion's own Markdown as blocks of a request: a line a block, tabs for what is nested.

Source: https://developers.notion.com/reference/retrieve-page-markdown
"""

from __future__ import annotations

import re
from typing import Any

Block = dict[str, Any]

_LINE = re.compile(
    r"(?P<heading>#{1,4}) |- \[(?P<task>[ xX])\] |(?P<bullet>- )|(?P<number>\d+\. )|(?P<quote>> )"
)
_FENCE = "```"


def parsed(text: str) -> list[Block]:
    """Blocks with their children inside; what is not known becomes a paragraph."""
    top: list[Block] = []
    levels = [top]
    lines = iter(text.split("\n"))
    for line in lines:
        content = line.lstrip("\t")
        if not content.strip():
            continue
        depth = min(len(line) - len(content), len(levels) - 1)
        if content.startswith(_FENCE):
            block = _code(content, lines)
        elif content == "$$":
            block = {"type": "equation", "equation": {"expression": next(lines, "")}}
            next(lines, None)
        else:
            block = _block(content)
        levels[depth].append(block)
        levels[depth + 1 :] = [block[block["type"]].setdefault("children", [])]
    _drop_empty(top)
    return top


def _block(line: str) -> Block:
    if line == "---":
        return {"type": "divider", "divider": {}}
    if line == "<empty-block/>":
        return _text("paragraph", "")
    found = _LINE.match(line)
    if found is None:
        return _text("paragraph", line)
    rest = line[found.end() :]
    if found["heading"]:
        return _text(f"heading_{len(found['heading'])}", rest)
    if found["task"]:
        return _text("to_do", rest, checked=found["task"] in "xX")
    if found["bullet"]:
        return _text("bulleted_list_item", rest)
    return _text("numbered_list_item" if found["number"] else "quote", rest)


def _code(first: str, lines: Any) -> Block:
    inside: list[str] = []
    for line in lines:
        if line.strip() == _FENCE:
            break
        inside.append(line)
    return _text("code", "\n".join(inside), language=first.removeprefix(_FENCE) or "plain text")


def _text(kind: str, text: str, **more: Any) -> Block:
    words = [{"type": "text", "text": {"content": text}}] if text else []
    return {"type": kind, kind: {"rich_text": words, **more}}


def _drop_empty(blocks: list[Block]) -> None:
    for block in blocks:
        payload = block[block["type"]]
        if payload.get("children"):
            _drop_empty(payload["children"])
        else:
            payload.pop("children", None)
