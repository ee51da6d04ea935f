"""Excel workbooks (.xlsx): one sheet as a table."""

from __future__ import annotations

import io
import re
from datetime import date, datetime, time, timedelta
from typing import Any
from zipfile import BadZipFile, ZipFile, ZipInfo

from openpyxl import Workbook, load_workbook  # type: ignore[import-untyped]
from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]
from openpyxl.utils.exceptions import (  # type: ignore[import-untyped]
    IllegalCharacterError,
    InvalidFileException,
)

from interlock.sdk import InvalidInput, NotFound
from interlock_data.formats.tables import Table, headed, text_of

# Limits of the format (support.microsoft.com, "Excel specifications and limits").
_MAX_ROWS, _MAX_COLUMNS, _MAX_TEXT = 1_048_576, 16_384, 32_767
_MAX_UNPACKED = 100 * 2**20
_EPOCH = (1980, 1, 1, 0, 0, 0)
_WHEN = re.compile(rb"(?<=W3CDTF\">)[^<]*")


def read_excel(data: bytes, *, sheet: str, header: bool) -> Table:
    """The cells of a sheet, formulas as their last results, times in ISO 8601.

    Args:
        sheet: its name; empty: the first.
    """
    try:
        _check_unpacked_size(data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except (BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise InvalidInput(f"not an Excel workbook (.xlsx): {error}", path="$.data") from None
    names = [page.title for page in book.worksheets]
    if sheet and sheet not in names:
        raise NotFound(f"the workbook has no sheet {sheet!r}", nearest=names)
    page = book[sheet or names[0]]
    rows = [[_value(cell) for cell in row] for row in page.iter_rows(values_only=True)]
    return headed([row for row in map(_trimmed, rows) if row], header=header)


def write_excel(table: Table, *, sheet: str, header: bool) -> bytes:
    """A workbook of one sheet; the same table gives the same bytes. Texts are never formulas."""
    lines = table.lines() if header else table.rows
    if len(lines) > _MAX_ROWS or any(len(line) > _MAX_COLUMNS for line in lines):
        raise InvalidInput("the table is larger than a sheet can be", path="$.data")
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet or "Sheet1")
    for line in lines:
        page.append([_cell(page, value) for value in line])
    written = io.BytesIO()
    book.save(written)
    return _without_dates(written.getvalue())


def _cell(page: Any, value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = text_of(value)
    if len(text) > _MAX_TEXT:
        raise InvalidInput(f"a cell cannot hold {len(text)} characters", path="$.data")
    try:
        cell = WriteOnlyCell(page, text)
    except IllegalCharacterError:
        hint = "remove them with the tool sanitise"
        raise InvalidInput(
            "a cell cannot hold control characters", hint=hint, path="$.data"
        ) from None
    cell.data_type = "s"
    return cell


def _value(cell: Any) -> Any:
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return cell.total_seconds()
    return cell


def _trimmed(row: list[Any]) -> list[Any]:
    while row and row[-1] is None:
        row.pop()
    return row


def _check_unpacked_size(data: bytes) -> None:
    with ZipFile(io.BytesIO(data)) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size > _MAX_UNPACKED:
        raise InvalidInput(
            f"the workbook has {size} bytes unpacked, more than {_MAX_UNPACKED}", path="$.data"
        )


def _without_dates(data: bytes) -> bytes:
    """The archive with every time in it at the format's beginning."""
    packed = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as source, ZipFile(packed, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "docProps/core.xml":
                content = _WHEN.sub(b"1980-01-01T00:00:00Z", content)
            target.writestr(ZipInfo(entry.filename, _EPOCH), content, entry.compress_type)
    return packed.getvalue()
