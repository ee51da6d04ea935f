"""Notion's rich text as spans, and back.

Read in the shapes of all versions: before 2022-02-22 a block's rich text stood under ``text``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

_OWN = ("rich_text", "text", "title")
_ELSEWHERE = frozenset({*_OWN, "cells", "children"})
# Source: the block objects in the types of @notionhq/client 5.26; two are of older versions.
_TYPES = """
    audio bookmark breadcrumb bulleted_list_item callout child_database child_page code column
    column_list divider embed equation file heading_1 heading_2 heading_3 heading_4 image
    link_preview link_to_page meeting_notes numbered_list_item paragraph pdf quote synced_block tab
    table table_of_contents table_row template to_do toggle transcription unsupported video
"""
_KNOWN = frozenset(_TYPES.split())
# What strings of a type that nobody knows are not words, by their names and by their looks.
_NO_WORDS = re.compile(
    r"id|object|type|color|icon|cover|parent|language|status|.*_(id|type|time|by)"
)
_ID = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_WORDS = ("title", "name", "expression")  # of pages, files, formulas: not rich text


@dataclass(frozen=True, slots=True)
class Span:
    """Text of one look. ``equation`` means that the text is a formula in TeX."""

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    equation: bool = False
    href: str = ""

    @property
    def marked(self) -> bool:
        return self.bold or self.italic or self.strike


def plain(rich_text: Any) -> str:
    """The text of a rich-text array, unmarked; empty for what is not one."""
    return "".join(span.text for span in spans_of(rich_text))


def spans_of(rich_text: Any) -> list[Span]:
    """Spans of a rich-text array, neighbours of one look joined."""
    if not isinstance(rich_text, list):
        return []
    return merged(_span(item) for item in rich_text if isinstance(item, dict))


def _span(item: Mapping[str, Any]) -> Span:
    look = item.get("annotations") or {}
    return Span(
        _text_of(item),
        bold=bool(look.get("bold")),
        italic=bool(look.get("italic")),
        strike=bool(look.get("strikethrough")),
        code=bool(look.get("code")),
        equation=item.get("type") == "equation",
        href=_href_of(item),
    )


def _text_of(item: Mapping[str, Any]) -> str:
    said = item.get("plain_text")
    if said is None:
        said = (item.get("text") or {}).get("content")
    if said is None:
        said = (item.get("equation") or {}).get("expression")
    return str(said or "")


def _href_of(item: Mapping[str, Any]) -> str:
    link = (item.get("text") or {}).get("link") or {}
    href = str(item.get("href") or link.get("url") or "")
    # Links within the workspace are given as bare paths.
    return f"https://www.notion.so{href}" if href.startswith("/") else href


def merged(spans: Iterable[Span]) -> list[Span]:
    """Without empty spans, and with neighbours of one look as one."""
    joined: list[Span] = []
    for span in spans:
        if not span.text:
            continue
        if joined and not span.equation and replace(joined[-1], text=span.text) == span:
            joined[-1] = replace(span, text=joined[-1].text + span.text)
        else:
            joined.append(span)
    return joined


def to_rich_text(spans: Sequence[Span]) -> list[dict[str, Any]]:
    """The rich-text array that a request carries; lengths are not looked at here."""
    return [_item(span) for span in spans]


def _item(span: Span) -> dict[str, Any]:
    look = {"bold": span.bold, "italic": span.italic, "strikethrough": span.strike}
    look["code"] = span.code
    annotations = {name: True for name, on in look.items() if on}
    content: dict[str, Any]
    if span.equation:
        content = {"type": "equation", "equation": {"expression": span.text}}
    else:
        text: dict[str, Any] = {"content": span.text}
        if span.href:
            text["link"] = {"url": span.href}
        content = {"type": "text", "text": text}
    return {**content, "annotations": annotations} if annotations else content


def rich_text_of(block: Mapping[str, Any]) -> list[Any]:
    """The rich text of a block of any type and version; empty if it has none."""
    payload = payload_of(block)
    for name in _OWN:
        value = payload.get(name)
        if isinstance(value, list):
            return value
    return []


def texts_of(block: Mapping[str, Any]) -> list[list[Any]]:
    """Every rich text of a block, its own first, then captions.

    Of a type that nobody knows yet also its strings, as far as they are words.
    """
    if not is_known(block):
        return list(_words_within(block.get(str(block.get("type")))))
    others = [value for name, value in payload_of(block).items() if name not in _ELSEWHERE]
    return [text for text in (rich_text_of(block), *_within(others)) if text]


def is_known(block: Mapping[str, Any]) -> bool:
    """Whether its type is one that Notion's description has."""
    return block.get("type") in _KNOWN


def _within(value: Any) -> Iterator[list[Any]]:
    if _is_rich_text(value):
        yield value
    elif isinstance(value, list | dict):
        for part in value if isinstance(value, list) else value.values():
            yield from _within(part)


def _words_within(value: Any, name: str = "") -> Iterator[list[Any]]:
    if isinstance(value, str):
        if value.strip() and not _NO_WORDS.fullmatch(name) and not _ID.fullmatch(value):
            yield [{"plain_text": value}]
    elif _is_rich_text(value):
        yield from [value] if value else []
    elif isinstance(value, list):
        for part in value:
            yield from _words_within(part, name)
    elif isinstance(value, dict):
        for key, part in value.items():
            if key != "children":
                yield from _words_within(part, key)


def _is_rich_text(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, dict) and "plain_text" in item for item in value
    )


def payload_of(block: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a block holds under the name of its type."""
    value = block.get(str(block.get("type")))
    return value if isinstance(value, dict) else {}


def block_text(block: Mapping[str, Any]) -> str:
    """All words of a block itself, without its children, in reading order."""
    words = [plain(text) for text in texts_of(block)]
    if is_known(block):
        payload = payload_of(block)
        cells = payload.get("cells")
        if isinstance(cells, list):
            return " | ".join(plain(cell) for cell in cells)
        words[:0] = [value for name in _WORDS if isinstance(value := payload.get(name), str)]
    return "\n".join(word for word in words if word)
