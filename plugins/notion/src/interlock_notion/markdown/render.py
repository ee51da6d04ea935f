"""Blocks as Markdown, with a record of which lines each block became."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from interlock_notion.blocks import Block
from interlock_notion.markdown import leaves
from interlock_notion.markdown.inline import Frame, inline
from interlock_notion.rich_text import payload_of, rich_text_of, spans_of
from interlock_notion.segments import heading_level

_ITEMS = frozenset({"bulleted_list_item", "numbered_list_item", "to_do", "toggle", "template"})
_QUOTES = frozenset({"quote", "callout"})
_BOXES = frozenset({"column_list", "column", "synced_block", "tab"})


@dataclass
class Rendered:
    """Markdown, and ``[{block_id, type, line, end_line}]`` with lines counted from 1."""

    markdown: str
    sources: list[dict[str, Any]]


@dataclass
class _Page:
    page_id: str
    lines: list[str] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)

    def put(self, block: Block, lines: Sequence[str], first: str, rest: str) -> None:
        """Write the lines of one block: the first behind ``first``, others behind ``rest``."""
        if not lines:
            return
        start = len(self.lines) + 1
        prefixes = [first] + [rest] * (len(lines) - 1)
        for prefix, line in zip(prefixes, lines, strict=True):
            self.lines.append(prefix + line if line else prefix.rstrip(" "))
        place = {"line": start, "end_line": len(self.lines)}
        self.sources.append({"block_id": block.get("id"), "type": block.get("type"), **place})

    def gap(self, prefix: str) -> None:
        """An empty line, unless there is one or nothing stands yet."""
        if self.lines and self.lines[-1].strip(" >"):
            self.lines.append(prefix.rstrip(" "))


def render(blocks: Sequence[Block], page_id: str = "") -> Rendered:
    """Markdown of a tree of blocks; no text of any block is lost, known type or not.

    Colours and underlines have no word in Markdown. A block without words becomes a comment that
    names its type, so that every block keeps its place.
    """
    page = _Page(page_id)
    _write(page, blocks, "")
    return Rendered("\n".join(page.lines) + "\n" if page.lines else "", page.sources)


def _write(page: _Page, blocks: Sequence[Block], prefix: str) -> None:
    before = ""
    number = 0
    for block in blocks:
        kind = str(block.get("type"))
        number = number + 1 if kind == before == "numbered_list_item" else 1
        if before and (kind != before or kind not in _ITEMS):
            page.gap(prefix)
        _writer(kind)(page, block, prefix, number)
        before = kind


_Writer = Callable[[_Page, Block, str, int], None]


def _writer(kind: str) -> _Writer:
    if kind in _ITEMS:
        return _item
    if kind in _QUOTES:
        return _quote
    if kind in _BOXES:
        return _box
    return {"table": _table, "table_row": _loose_row}.get(kind, _leaf)


def _item(page: _Page, block: Block, prefix: str, number: int) -> None:
    marker = f"{number}. " if block.get("type") == "numbered_list_item" else "- "
    inner = " " * len(marker)
    task = ""
    if block.get("type") == "to_do":
        task = "[x] " if payload_of(block).get("checked") else "[ ] "
    text = inline(spans_of(rich_text_of(block)), Frame(marker + task, inner))
    page.put(block, (task + text).split("\n"), prefix + marker, prefix + inner)
    children = block.get("children") or ()
    if children and children[0].get("type") not in _ITEMS:
        page.gap(prefix + inner)
    _write(page, children, prefix + inner)


def _quote(page: _Page, block: Block, prefix: str, number: int) -> None:
    icon = (payload_of(block).get("icon") or {}).get("emoji")
    spans = spans_of(rich_text_of(block))
    text = inline(leaves.with_icon(icon, spans), Frame("> ", "> "))
    page.put(block, text.split("\n"), prefix + "> ", prefix + "> ")
    if children := block.get("children"):
        page.gap(prefix + "> ")
        _write(page, children, prefix + "> ")


def _box(page: _Page, block: Block, prefix: str, number: int) -> None:
    _write(page, block.get("children") or (), prefix)


def _leaf(page: _Page, block: Block, prefix: str, number: int) -> None:
    if level := heading_level(block):
        marker = "#" * level + " "
        text = inline(spans_of(rich_text_of(block)), Frame(marker, one_line=True))
        page.put(block, [marker + text] if text else (), prefix, prefix)
    else:
        page.put(block, leaves.lines_of(block, page.page_id), prefix, prefix)
    if children := block.get("children"):
        page.gap(prefix)
        _write(page, children, prefix)


def _table(page: _Page, block: Block, prefix: str, number: int) -> None:
    rows = [row for row in block.get("children") or () if row.get("type") == "table_row"]
    width = max((len(payload_of(row).get("cells") or ()) for row in rows), default=0)
    if not width:
        page.put(block, [leaves.comment(block)], prefix, prefix)
        return
    head = rows.pop(0) if payload_of(block).get("has_column_header") else None
    rule = f"|{' --- |' * width}"
    if head is None:
        page.put(block, [f"|{'  |' * width}", rule], prefix, prefix)
    else:
        page.put(head, [leaves.row(head, width)], prefix, prefix)
        page.put(block, [rule], prefix, prefix)
    for row in rows:
        page.put(row, [leaves.row(row, width)], prefix, prefix)


def _loose_row(page: _Page, block: Block, prefix: str, number: int) -> None:
    """A row that was read without its table."""
    width = len(payload_of(block).get("cells") or ())
    page.put(block, [leaves.row(block, width)] if width else (), prefix, prefix)
