"""Notion's rich text as spans, and back.

Read in the shapes of all versions: before 2022-02-22 a block's rich text stood under ``text``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

_OWN = ("rich_text", "text", "title")
_ELSEWHERE = frozenset({*_OWN, "cells", "children"})
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
    """Every rich text of a block, its own first, then captions and what unknown types hold."""
    others = [value for name, value in payload_of(block).items() if name not in _ELSEWHERE]
    return [text for text in (rich_text_of(block), *_within(others)) if text]


def _within(value: Any) -> Iterator[list[Any]]:
    if isinstance(value, list) and all(
        isinstance(item, dict) and "plain_text" in item for item in value
    ):
        yield value
    elif isinstance(value, list | dict):
        for part in value if isinstance(value, list) else value.values():
            yield from _within(part)


def payload_of(block: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a block holds under the name of its type."""
    value = block.get(str(block.get("type")))
    return value if isinstance(value, dict) else {}


def block_text(block: Mapping[str, Any]) -> str:
    """All words of a block itself, without its children, in reading order."""
    payload = payload_of(block)
    cells = payload.get("cells")
    if isinstance(cells, list):
        return " | ".join(plain(cell) for cell in cells)
    own = [value for name in _WORDS if isinstance(value := payload.get(name), str)]
    words = [*own, *map(plain, texts_of(block))]
    return "\n".join(word for word in words if word)
