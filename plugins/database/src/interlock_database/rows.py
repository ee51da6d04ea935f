"""Rows of a result, bounded in number and size."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import ResourceClosedError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncResult

from interlock.sdk import Rejected
from interlock_database.statements import Bound
from interlock_database.values import to_json

_CHUNK = 200


@dataclass(slots=True)
class Rows:
    """
    Attributes:
        truncated: there are more rows in the database.
    """

    columns: list[str]
    rows: list[dict[str, Any]] = field(default_factory=list)
    truncated: bool = False

    def to_json(self) -> dict[str, Any]:
        return {"columns": self.columns, "rows": self.rows, "truncated": self.truncated}


async def read(connection: AsyncConnection, statement: Bound, *, most: int, max_bytes: int) -> Rows:
    """The first rows; the rest never leaves the database's cursor.

    Raises:
        Rejected: a single row is larger than ``max_bytes``, or the statement has no rows.
    """
    async with streamed(connection, statement) as result:
        found, size = Rows(columns_of(result.keys())), 0
        async for row in each_row(result, found.columns):
            size += len(json.dumps(row))
            if size > max_bytes and not found.rows:
                hint = "select fewer columns, export it, or raise max_result"
                raise Rejected(f"one row is larger than {max_bytes} bytes", hint=hint)
            if len(found.rows) == most or size > max_bytes:
                found.truncated = True
                break
            found.rows.append(row)
    return found


class streamed:  # noqa: N801 - used like a function
    """``async with streamed(connection, statement) as result``: a result with rows."""

    def __init__(self, connection: AsyncConnection, statement: Bound) -> None:
        self._connection = connection
        self._statement = statement

    async def __aenter__(self) -> AsyncResult[Any]:
        self._result = await self._connection.stream(self._statement.clause, self._statement.values)
        try:
            self._result.keys()
        except ResourceClosedError:
            hint = "statements that change something go to execute"
            raise Rejected("the statement has no rows to give", hint=hint) from None
        return self._result

    async def __aexit__(self, *_: object) -> None:
        await self._result.close()


async def each_row(result: AsyncResult[Any], columns: list[str]) -> AsyncIterator[dict[str, Any]]:
    async for chunk in result.partitions(_CHUNK):
        for row in chunk:
            yield as_object(columns, row)


def as_object(columns: list[str], row: Sequence[Any]) -> dict[str, Any]:
    return {name: to_json(value) for name, value in zip(columns, row, strict=True)}


def columns_of(keys: Any) -> list[str]:
    """Raises: Rejected: two columns bear one name, so an object could hold only one of them."""
    columns = [str(key) for key in keys]
    if twice := sorted({name for name in columns if columns.count(name) > 1}):
        raise Rejected(f"two columns are named {twice[0]!r}", hint="name them apart with AS")
    return columns
