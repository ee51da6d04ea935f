"""How PostgreSQL writes values that hold others: arrays, rows, ranges, multiranges, hstore.

Source: PostgreSQL's manual, 8.15.6 (arrays), 8.16.6 (rows), 8.17.5 (ranges), F.18 (hstore).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Range = tuple[str | None, str | None, str]

_BOUND = r'((?:"(?:[^"\\]|""|\\.)*"|[^",\[\]()\\]|\\.)*)'
_RANGE = re.compile(rf"\s*([\[(]){_BOUND},{_BOUND}([\])])\s*", re.DOTALL)
_EMPTY = re.compile(r"\s*empty\s*", re.IGNORECASE)
_FIELD = re.compile(r'((?:"(?:[^"\\]|""|\\.)*"|[^",()\\]|\\.)*)([,)])', re.DOTALL)
_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"=>(?:NULL|"((?:[^"\\]|\\.)*)")(?:, )?', re.DOTALL)
_ESCAPED = re.compile(r'\\(.)|"(")', re.DOTALL)


def split_range(text: str) -> Range | None:
    """Lower end, upper end, bounds; None for the empty range.

    Raises:
        ValueError: it is no range.
    """
    if _EMPTY.fullmatch(text):
        return None
    if not (found := _RANGE.fullmatch(text)):
        raise ValueError(f"{text!r} is no range")
    opening, lower, upper, closing = found.groups()
    return _unquoted(lower), _unquoted(upper), opening + closing


def join_range(lower: str | None, upper: str | None, bounds: str) -> str:
    return f"{bounds[0]}{_quoted(lower)},{_quoted(upper)}{bounds[1]}"


def split_multirange(text: str) -> list[str]:
    return [found[0].strip() for found in _RANGE.finditer(text)]


def split_row(text: str) -> list[str | None]:
    """The fields of a row; None for NULL."""
    return [_unquoted(field) for field, _ in _FIELD.findall(text.strip()[1:])]


def join_row(fields: Sequence[str | None]) -> str:
    return f"({','.join(map(_quoted, fields))})"


def split_array(text: str, delimiter: str) -> list[Any]:
    """The items of an array as texts, None for NULL; arrays of more dimensions are nested."""
    body = text[text.index("{") :]  # before it: bounds, such as [2:3]=
    part = re.compile(
        rf'[{{}}{re.escape(delimiter)}]|(?:"(?:[^"\\]|\\.)*"|[^"{{}}{re.escape(delimiter)}])+',
        re.DOTALL,
    )
    (items,) = _items(iter(part.findall(body)), delimiter)
    return list(items)


def _items(parts: Iterator[str], delimiter: str) -> list[Any]:
    items: list[Any] = []
    for part in parts:
        if part == "{":
            items.append(_items(parts, delimiter))
        elif part == "}":
            return items
        elif part != delimiter:
            items.append(None if part == "NULL" else _unquoted(part))
    return items


def join_array(items: Sequence[Any], delimiter: str) -> str:
    """An array of texts, with None for NULL and lists for further dimensions."""
    return f"{{{delimiter.join(_item(item, delimiter) for item in items)}}}"


def _item(item: Any, delimiter: str) -> str:
    if isinstance(item, list):
        return join_array(item, delimiter)
    return "NULL" if item is None else _quoted(item)


def split_hstore(text: str) -> dict[str, str | None]:
    """The pairs of an ``hstore``."""
    return {
        _unescaped(name): None if value is None else _unescaped(value)
        for name, value in (found.groups() for found in _PAIR.finditer(text))
    }


def join_hstore(pairs: Mapping[str, str | None]) -> str:
    written = (
        f"{_quoted(name)}=>{'NULL' if value is None else _quoted(value)}"
        for name, value in pairs.items()
    )
    return ", ".join(written)


def _unquoted(text: str) -> str | None:
    """What a part means; one of which nothing is written is NULL, or no bound."""
    return None if text == "" else _unescaped(text[1:-1] if text[0] == '"' else text)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: found[1] or found[2], text)


def _quoted(text: str | None) -> str:
    if text is None:
        return ""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
