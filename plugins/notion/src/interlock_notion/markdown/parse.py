"""Markdown as blocks that can be appended to a page."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from markdown_it.tree import SyntaxTreeNode

from interlock_notion.markdown.dialect import TASK, Inline, dialect, read_inline
from interlock_notion.markdown.languages import language_of
from interlock_notion.rich_text import Span, merged, to_rich_text

Block = dict[str, Any]

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LINKABLE = ("http://", "https://", "mailto:", "tel:")


def blocks_from_markdown(text: str) -> list[Block]:
    """Blocks as requests carry them, children inside; lengths are not looked at here.

    Headings below the third level become third-level ones, HTML becomes text, comments are left
    out. A link that Notion cannot follow (a relative one) keeps its text only.
    """
    return _blocks(SyntaxTreeNode(dialect().parse(text)).children)


def _blocks(nodes: Sequence[SyntaxTreeNode]) -> list[Block]:
    return [block for node in nodes for block in _READERS.get(node.type, _as_text)(node)]


def _block(kind: str, spans: Sequence[Span], **more: Any) -> Block:
    more = {name: value for name, value in more.items() if value != []}
    return {"type": kind, kind: {"rich_text": to_rich_text(spans), **more}}


def _inline(node: SyntaxTreeNode) -> Inline:
    """What stands in the inline child of a heading, paragraph or cell."""
    inline = Inline()
    for child in node.children:
        if child.type == "inline" and child.token is not None:
            inline = read_inline(child.token.children or [])
    inline.spans = merged(_linkable(span) for span in inline.spans)
    return inline


def _linkable(span: Span) -> Span:
    return span if span.href.lower().startswith(_LINKABLE) else replace(span, href="")


def _images(inline: Inline) -> list[Block]:
    blocks: list[Block] = []
    for alt, address in inline.images:
        caption = [Span(alt)] if alt else []
        if address.lower().startswith(("http://", "https://")):
            image: dict[str, Any] = {"type": "external", "external": {"url": address}}
            if caption:
                image["caption"] = to_rich_text(caption)
            blocks.append({"type": "image", "image": image})
        elif caption:
            blocks.append(_block("paragraph", caption))
    return blocks


def _paragraph(node: SyntaxTreeNode) -> list[Block]:
    inline = _inline(node)
    text = [_block("paragraph", inline.spans)] if _words(inline) else []
    return [*text, *_images(inline)]


def _words(inline: Inline) -> str:
    return "".join(span.text for span in inline.spans).strip()


def _heading(node: SyntaxTreeNode) -> list[Block]:
    inline = _inline(node)
    return [_block(f"heading_{min(int(node.tag[1]), 4)}", inline.spans), *_images(inline)]


def _list(node: SyntaxTreeNode) -> list[Block]:
    kind = "bulleted_list_item" if node.type == "bullet_list" else "numbered_list_item"
    return [_list_item(kind, item) for item in node.children]


def _list_item(kind: str, node: SyntaxTreeNode) -> Block:
    inline, children = _head_and_children(node)
    task = TASK.match(inline.spans[0].text) if inline.spans else None
    if task is None:
        return _block(kind, inline.spans, children=children)
    first = replace(inline.spans[0], text=inline.spans[0].text[task.end() :])
    checked = task[1] in "xX"
    spans = merged([first, *inline.spans[1:]])
    return _block("to_do", spans, checked=checked, children=children)


def _head_and_children(node: SyntaxTreeNode) -> tuple[Inline, list[Block]]:
    """The text of a leading paragraph, and all that follows as children."""
    nodes = list(node.children)
    inline = Inline()
    if nodes and nodes[0].type == "paragraph":
        inline = _inline(nodes.pop(0))
    return inline, [*_images(inline), *_blocks(nodes)]


def _quote(node: SyntaxTreeNode) -> list[Block]:
    inline, children = _head_and_children(node)
    return [_block("quote", inline.spans, children=children)]


def _code(node: SyntaxTreeNode) -> list[Block]:
    text = node.content.removesuffix("\n")
    return [_block("code", [Span(text)] if text else [], language=language_of(node.info))]


def _divider(node: SyntaxTreeNode) -> list[Block]:
    return [{"type": "divider", "divider": {}}]


def _equation(node: SyntaxTreeNode) -> list[Block]:
    return [{"type": "equation", "equation": {"expression": node.content.strip()}}]


def _as_text(node: SyntaxTreeNode) -> list[Block]:
    content = _COMMENT.sub("", node.content or "").strip()
    return [_block("paragraph", [Span(content)])] if content else []


def _table(node: SyntaxTreeNode) -> list[Block]:
    rows = [
        [_inline(cell).spans for cell in row.children]
        for section in node.children
        for row in section.children
    ]
    has_header = any(rows[0])
    if not has_header:
        rows = rows[1:] or rows
    width = max(len(row) for row in rows)
    table = {"table_width": width, "has_column_header": has_header, "has_row_header": False}
    return [{"type": "table", "table": {**table, "children": [_row(row, width) for row in rows]}}]


def _row(cells: list[list[Span]], width: int) -> Block:
    filled = [*cells, *([[]] * (width - len(cells)))]
    return {"type": "table_row", "table_row": {"cells": [to_rich_text(cell) for cell in filled]}}


_READERS: dict[str, Callable[[SyntaxTreeNode], list[Block]]] = {
    "heading": _heading,
    "paragraph": _paragraph,
    "bullet_list": _list,
    "ordered_list": _list,
    "blockquote": _quote,
    "fence": _code,
    "code_block": _code,
    "hr": _divider,
    "math_block": _equation,
    "table": _table,
}
