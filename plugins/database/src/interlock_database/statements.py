"""One SQL statement and its arguments, bound by the driver and never written into the text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.exc import ArgumentError

from interlock.sdk import InvalidInput
from interlock_database.values import from_json

# PostgreSQL's ``:name::type``, which SQLAlchemy would not see as an argument.
_CAST = re.compile(r"(?<![:\w\\]):(\w+)(?=::)")
# What holds colons of its own: texts, names in quotes, comments.
_QUOTED = re.compile(
    r"""\b[eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | "(?:[^"]|"")*"
    | (\$\w*\$).*?\1 | --[^\n]* | /\*.*?\*/""",
    re.DOTALL | re.VERBOSE,
)
_QUOTED_IN_MYSQL = re.compile(
    r"""'(?:[^'\\]|\\.|'')*' | "(?:[^"\\]|\\.|"")*" | `[^`]*`
    | (?:--\s|\#)[^\n]* | /\*.*?\*/""",
    re.DOTALL | re.VERBOSE,
)
_COLON = re.compile(r"(?<!\\):")


@dataclass(frozen=True, slots=True)
class Bound:
    """What SQLAlchemy executes."""

    clause: TextClause
    values: Mapping[str, Any]


def bound(sql: str, params: Mapping[str, Any], dialect: str) -> Bound:
    """A statement with its arguments; a list after ``IN`` stands for its items.

    Raises:
        InvalidInput: an argument is missing, or the statement has no place for it.
    """
    clause = _clause(sql, dialect)
    wanted = set(clause.compile().params)
    if unknown := sorted(set(params) - wanted):
        near = get_close_matches(unknown[0], wanted, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"write :{unknown[0]} where it belongs"
        raise InvalidInput(
            f"the statement has no :{unknown[0]}", hint=hint, path=f"$.params.{unknown[0]}"
        )
    if missing := sorted(wanted - set(params)):
        hint = f"pass it in params; a colon that is no argument is written \\:{missing[0]}"
        raise InvalidInput(f"the statement needs :{missing[0]}", hint=hint, path="$.params")
    values: dict[str, Any] = {}
    postgres = dialect == "postgresql"
    for name, value in params.items():
        if isinstance(value, list) and re.search(rf"\bin\s+:{name}\b", sql, re.IGNORECASE):
            clause = _expanded(clause, name)
            values[name] = [from_json(name, each, postgres=postgres) for each in value]
        else:
            values[name] = from_json(name, value, postgres=postgres)
    return Bound(clause, values)


def names_in(sql: str, dialect: str) -> list[str]:
    """The arguments that a statement takes."""
    return sorted(_clause(sql, dialect).compile().params)


def _clause(sql: str, dialect: str) -> TextClause:
    quoted = _QUOTED_IN_MYSQL if dialect == "mysql" else _QUOTED
    plain = quoted.sub(lambda found: _COLON.sub(r"\:", found[0]), sql)
    return text(_CAST.sub(r"(:\1)", plain))


def _expanded(clause: TextClause, name: str) -> TextClause:
    try:
        return clause.bindparams(bindparam(name, expanding=True))
    except ArgumentError:
        raise InvalidInput(f"the statement has no :{name}", path=f"$.params.{name}") from None
