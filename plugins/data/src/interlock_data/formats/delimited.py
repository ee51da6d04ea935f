"""CSV (RFC 4180) and its relatives."""

from __future__ import annotations

import csv
import io
import re

from interlock.sdk import InvalidInput
from interlock_data.formats.tables import Table, headed, text_of, typed

# Spreadsheets run a cell that begins so (OWASP, CSV injection).
_FORMULA = re.compile(r"[=+\-@\t\r](?![\d.,]+\Z)")
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_LOOKED_AT = 100_000
# Excel's own way to tell the delimiter, in a line before the first.
_TOLD = re.compile(r"sep=(.)\r?\n")


def read_csv(text: str, *, delimiter: str, header: bool, types: bool) -> Table:
    """A table of strings; of numbers, booleans and nulls as well with ``types``.

    Args:
        delimiter: one character; empty: found out from the first lines.
    """
    text = text.removeprefix("\ufeff")
    if told := _TOLD.match(text):
        text, delimiter = text[told.end() :], delimiter or told[1]
    try:
        reader = csv.reader(
            io.StringIO(text, newline=""), delimiter=delimiter or _guessed(text), strict=True
        )
        lines = [line for line in reader if line]
    except csv.Error as error:
        raise InvalidInput(f"not CSV: {error}, line {reader.line_num}", path="$.data") from None
    table = headed(lines, header=header)
    if not types:
        return table
    return Table(table.columns, [[typed(cell) for cell in row] for row in table.rows])


def write_csv(table: Table, *, delimiter: str, header: bool, guard: bool) -> str:
    """Args: guard: put ``'`` before texts that a spreadsheet would run as a formula."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter or ",", lineterminator="\n")
    for line in table.lines() if header else table.rows:
        cells = [_guarded(cell) if guard else text_of(cell) for cell in line]
        writer.writerow(cells)
    return written.getvalue()


def _guarded(cell: object) -> str:
    text = text_of(cell)
    return f"'{text}" if isinstance(cell, str) and _FORMULA.match(text) else text


def _guessed(text: str) -> str:
    """The one of the usual delimiters that the first line has most of."""
    first = _QUOTED.sub("", text[:_LOOKED_AT]).lstrip("\r\n").partition("\n")[0]
    return max(",;\t|", key=first.count)
