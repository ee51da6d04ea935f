"""Statements that the database itself does not hold to reading.

MySQL's and MariaDB's read-only mode can be left: a procedure, and MariaDB's ``BEGIN NOT ATOMIC``,
may commit and set another mode before they write, and ``SET GLOBAL`` asks for no transaction at
all. PostgreSQL's cannot, but ``COPY`` writes files and runs programs in it, as ``INTO OUTFILE``
does in the others. No single statement ends the mode of SQLite.
"""

from __future__ import annotations

import re

from interlock.sdk import Rejected

_BEFORE = {
    "mysql": re.compile(r"(?:\s+|\(|--\s[^\n]*|#[^\n]*|/\*(?!M?!).*?\*/)*", re.DOTALL),
    "postgresql": re.compile(r"(?:\s+|\(|--[^\n]*|/\*.*?\*/)*", re.DOTALL),
}
_WORD = re.compile(r"\w+")
_READING = frozenset({"select", "with", "show", "explain", "describe", "desc", "table", "values"})
# With whatever stands between the two words: blanks, comments, comments that are executed.
_INTO_FILE = re.compile(
    r"\binto(?:\s|/\*(?!M?!).*?\*/|/\*M?!\d*|\*/|--\s[^\n]*\n|#[^\n]*\n)+(?:outfile|dumpfile)\b",
    re.IGNORECASE | re.DOTALL,
)


def refuse_others(sql: str, dialect: str) -> None:
    """Raises: Rejected: the statement is of a kind that may do more than read."""
    if dialect not in _BEFORE:
        return
    before = _BEFORE[dialect].match(sql)
    word = _WORD.match(sql, before.end() if before else 0)
    if word is None or word[0].lower() not in _READING:
        raise Rejected(
            f"a statement that reads begins with {', '.join(sorted(_READING)).upper()}",
            hint="statements that change something go to execute",
        )
    if dialect == "mysql" and _INTO_FILE.search(sql):
        raise Rejected("a statement that reads writes no file", hint="take the rows, or export")
