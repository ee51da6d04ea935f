"""Tables: what JSON values, CSV, spreadsheets and tables of documents have in common."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from interlock.sdk import InvalidInput

_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,17})(?:\.\d{1,22})?(?:[eE][-+]?\d{1,3})?")
_WORDS = {"true": True, "false": False, "": None}


@dataclass(frozen=True)
class Table:
    """Rows of JSON values, each as long as ``columns`` if there are any."""

    columns: Sequence[str] | None
    rows: Sequence[Sequence[Any]]

    def as_value(self) -> list[Any]:
        """A list of objects, or of lists where there are no columns."""
        if self.columns is None:
            return [list(row) for row in self.rows]
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def lines(self) -> list[Sequence[Any]]:
        """The columns' names, if there are any, and the rows."""
        return [*([self.columns] if self.columns is not None else []), *self.rows]


def table_of(value: Any) -> Table:
    """A table from a list of objects, a list of lists, or one object (a row).

    Raises:
        InvalidInput: the value is neither.
    """
    rows = [value] if isinstance(value, dict) else value
    if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
        columns = list(dict.fromkeys(name for row in rows for name in row))
        return Table(columns, [[row.get(name) for name in columns] for row in rows])
    if isinstance(rows, list) and all(isinstance(row, list) for row in rows):
        return Table(None, rows)
    raise InvalidInput(
        "this is no table: it takes a list of objects or a list of lists",
        hint="select the rows first, for example with the tool transform",
        path="$.data",
    )


def headed(lines: Iterable[Sequence[Any]], *, header: bool) -> Table:
    """A table from lines as they stand in a file, of which the first may name the columns.

    Raises:
        InvalidInput: a line has more fields than there are columns, or two columns one name.
    """
    rows = [list(line) for line in lines]
    if not header:
        return Table(None, rows)
    columns = [text_of(name) for name in rows[0]] if rows else []
    if repeated := {name for name in columns if columns.count(name) > 1}:
        raise InvalidInput(
            f"columns share a name: {', '.join(sorted(repeated))}",
            hint="read it with header=false",
            path="$.data",
        )
    return Table(columns, [_filled(row, columns, number) for number, row in enumerate(rows[1:], 1)])


def _filled(row: list[Any], columns: Sequence[str], number: int) -> list[Any]:
    if len(row) > len(columns):
        raise InvalidInput(
            f"row {number} has {len(row)} fields for {len(columns)} columns",
            hint="check the delimiter, or read it with header=false",
            path="$.data",
        )
    return row + [None] * (len(columns) - len(row))


def text_of(value: Any) -> str:
    """A cell as text: nothing for null, JSON for what is no string."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def typed(text: Any) -> Any:
    """The number, boolean or null that a cell's text stands for; else the text.

    What is more than a number (``007``) or too long for one stays a text.
    """
    if not isinstance(text, str):
        return text
    if text in _WORDS:
        return _WORDS[text]
    number = json.loads(text) if _NUMBER.fullmatch(text) else math.inf
    return number if math.isfinite(number) else text
