"""Blocks: made from requests, and read as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from interlock_simulator.notion.errors import invalid
from interlock_simulator.notion.rich_text import plain_text, rich_text

Block = dict[str, Any]

# Types whose blocks carry text; a response shows their colour even where a request had none.
TEXT_TYPES = frozenset(
    {
        "paragraph",
        "heading_1",
        "heading_2",
        "heading_3",
        "heading_4",
        "bulleted_list_item",
        "numbered_list_item",
        "to_do",
        "toggle",
        "quote",
        "callout",
    }
)
_OTHER_TYPES = frozenset(
    {
        "code",
        "divider",
        "equation",
        "image",
        "video",
        "file",
        "pdf",
        "audio",
        "bookmark",
        "embed",
        "table",
        "table_row",
        "table_of_contents",
        "breadcrumb",
        "column_list",
        "column",
        "synced_block",
        "link_to_page",
        "template",
    }
)
_CAPTIONED = frozenset({"code", "image", "video", "file", "pdf", "audio", "bookmark", "embed"})
_PREFIXES = {
    "heading_1": "# ",
    "heading_2": "## ",
    "heading_3": "### ",
    "heading_4": "#### ",
    "bulleted_list_item": "- ",
    "numbered_list_item": "1. ",
    "quote": "> ",
    "callout": "> ",
    "toggle": "- ",
    "paragraph": "",
}


def type_of(given: Mapping[str, Any], path: str) -> str:
    """The type of a block in a request, where it may be left to be guessed."""
    kind = given.get("type") or next((name for name in given if name in _known()), None)
    if kind not in _known() or kind not in given:
        raise invalid(f"body failed validation: {path} should be a block, instead was {given}.")
    return str(kind)


def payload_of(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The object under a block's type, as a response shows it, without its children."""
    payload = {name: value for name, value in given.items() if name != "children"}
    for name in ("rich_text", "caption"):
        if name in payload:
            payload[name] = rich_text(payload[name])
    if "cells" in payload:
        payload["cells"] = [rich_text(cell) for cell in payload["cells"]]
    if kind in TEXT_TYPES:
        payload = {"rich_text": [], "color": "default", **payload}
    if kind in _CAPTIONED:
        payload.setdefault("caption", [])
    if kind == "paragraph":
        payload.setdefault("icon", None)
    if kind == "to_do":
        payload.setdefault("checked", False)
    return payload


def markdown(blocks: Iterable[Block], children: Callable[[str], list[Block]]) -> str:
    """Blocks and what is nested in them, as Markdown with tab indentation."""
    return "\n".join(_lines(blocks, children, ""))


def _lines(
    blocks: Iterable[Block], children: Callable[[str], list[Block]], indent: str
) -> list[str]:
    lines = []
    for block in blocks:
        lines += [indent + line for line in _block_lines(block)]
        lines += _lines(children(block["id"]), children, indent + "\t")
    return lines


def _block_lines(block: Block) -> list[str]:
    kind = block["type"]
    payload = block.get(kind) or {}
    text = plain_text(payload.get("rich_text", ()))
    match kind:
        case "to_do":
            return [f"- [{'x' if payload.get('checked') else ' '}] {text}"]
        case "code":
            return [f"```{payload.get('language', '')}", *text.split("\n"), "```"]
        case "divider":
            return ["---"]
        case "equation":
            return ["$$", payload.get("expression", ""), "$$"]
        case "table_row":
            return [f"| {' | '.join(plain_text(cell) for cell in payload['cells'])} |"]
        case "child_page" | "child_database":
            return [f"[{payload.get('title', '')}]({block['id']})"]
        case _ if kind in _PREFIXES:
            return [_PREFIXES[kind] + text]
        case _:
            link = payload.get("url") or (payload.get(payload.get("type", "")) or {}).get("url")
            return [f"[{kind}]({link})"] if link else []


def _known() -> frozenset[str]:
    return TEXT_TYPES | _OTHER_TYPES
