"""Characters in JSX: plain where JSX keeps them as they are, else as a string literal."""

from __future__ import annotations

import json
import re

_PLAIN = re.compile(r"[^\s{}<>&\\]+(?: [^\s{}<>&\\]+)*")


def quoted(value: str) -> str:
    """A TypeScript string literal."""
    return json.dumps(value, ensure_ascii=False).replace("\u2028", "\\n").replace("\u2029", "\\n")


def jsx_text(value: str) -> str:
    """The characters as a child of an element."""
    return value if _PLAIN.fullmatch(value) else f"{{{quoted(value)}}}"


def jsx_attribute(value: str) -> str:
    """The characters as an attribute's value."""
    if any(mark in value for mark in '"\\&\n{}\u2028\u2029'):
        return f"{{{quoted(value)}}}"
    return f'"{value}"'
