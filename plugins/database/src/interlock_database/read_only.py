"""Statements that cannot be held to reading by the database itself.

In PostgreSQL and SQLite, no single statement ends the read-only mode that it runs in. MySQL's and
MariaDB's can: a procedure, and MariaDB's ``BEGIN NOT ATOMIC``, may commit and set another mode
before they write, and ``SET GLOBAL`` asks for no transaction at all.
"""

from __future__ import annotations

import re

from interlock.sdk import Rejected

_BEFORE = re.compile(r"(?:\s+|\(|--\s[^\n]*|#[^\n]*|/\*(?!M?!).*?\*/)*", re.DOTALL)
_WORD = re.compile(r"\w+")
_READING = frozenset({"select", "with", "show", "explain", "describe", "desc", "table", "values"})


def refuse_others(sql: str, dialect: str) -> None:
    """Raises: Rejected: the statement is of a kind that may leave its read-only mode."""
    if dialect != "mysql":
        return
    before = _BEFORE.match(sql)
    word = _WORD.match(sql, before.end() if before else 0)
    if word is None or word[0].lower() not in _READING:
        raise Rejected(
            f"a statement that reads begins with {', '.join(sorted(_READING)).upper()}",
            hint="statements that change something go to execute",
        )
