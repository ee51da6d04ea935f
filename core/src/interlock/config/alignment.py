"""Where a character of a YAML text stands in the file that writes it quoted, folded or indented.

YAML drops quotes, indentation and the line breaks it folds, and reads escapes; so the value and
the source are walked side by side, looking in the source for what the value has next.
"""

from __future__ import annotations

_ESCAPE_LENGTHS = {"x": 4, "u": 6, "U": 10}
_QUOTES = ("'", '"')
_BLOCKS = ("|", ">")


def index_in_source(source: str, value: str, style: str | None, offset: int) -> int:
    """The index in ``source``, a scalar as the file writes it, of ``value[offset]``.

    Args:
        style: PyYAML's sign for the way it is written: ``'``, ``"``, ``|`` or ``>``; anything
            else is plain.
    """
    at = source.find("\n") + 1 if style in _BLOCKS else int(style in _QUOTES)
    for character in value[:offset]:
        at = _after(source, _at(source, at, character, style), style)
    return min(_at(source, at, value[offset : offset + 1], style), len(source))


def _at(source: str, start: int, character: str, style: str | None) -> int:
    """Where the source, from ``start`` on, writes this next character of the value."""
    if _is_escape(source, start, style) or source[start : start + 1] == character:
        return start
    if character.isspace():
        # A fold: one white character of the value stands for a line break and indentation.
        return start
    while start < len(source) and source[start].isspace():
        start += 1
    return start


def _after(source: str, at: int, style: str | None) -> int:
    """The index after the character that starts at ``at``."""
    if _is_escape(source, at, style):
        return at + _ESCAPE_LENGTHS.get(source[at + 1 : at + 2], 2)
    if style == "'" and source.startswith("''", at):
        return at + 2
    return at + 1


def _is_escape(source: str, at: int, style: str | None) -> bool:
    return style == '"' and source.startswith("\\", at) and not source.startswith("\\\n", at)
