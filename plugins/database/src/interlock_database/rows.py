"""Rows of a result, bounded in number and size."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import ResourceClosedError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncResult

from interlock.sdk import Rejected
from interlock_database.backpressure import Backpressure
from interlock_database.statements import Bound
from interlock_database.values import to_json

_CHUNK = 200


@dataclass(slots=True)
class Rows:
    """The rows of a result, as objects by column.

    Attributes:
        truncated: there are more rows in the database.
    """

    columns: list[str]
    rows: list[dict[str, Any]] = field(default_factory=list)
    truncated: bool = False

    def to_json(self) -> dict[str, Any]:
        return {"columns": self.columns, "rows": self.rows, "truncated": self.truncated}


async def read(connection: AsyncConnection, statement: Bound, *, most: int, max_bytes: int) -> Rows:
    """The first rows; the rest stays with the database.

    Raises:
        Rejected: a single row is larger than ``max_bytes``, or the statement has no rows.
    """
    async with streamed(connection, statement) as result:
        found, size = Rows(result.columns), 0
        async for row in result.each():
            size += len(json.dumps(row))
            if size > max_bytes and not found.rows:
                hint = "select fewer columns, export it, or raise max_result"
                raise Rejected(f"one row is larger than {max_bytes} bytes", hint=hint)
            if len(found.rows) == most or size > max_bytes:
                found.truncated = True
                break
            found.rows.append(row)
    return found


class Streamed:
    """A result that is read some rows at a time."""

    def __init__(self, result: AsyncResult[Any], backpressure: Backpressure) -> None:
        self.columns = columns_of(result.keys())
        self.ended = False
        self._result = result
        self._backpressure = backpressure

    async def each(self) -> AsyncIterator[dict[str, Any]]:
        chunks = self._result.partitions(_CHUNK)
        while not self.ended:
            with self._backpressure.reading():
                chunk = await anext(chunks, None)
            if chunk is None:
                self.ended = True
                return
            for row in chunk:
                yield as_object(self.columns, row)


@asynccontextmanager
async def streamed(connection: AsyncConnection, statement: Bound) -> AsyncIterator[Streamed]:
    """Run a statement that has rows.

    Raises:
        Rejected: it has none.
    """
    backpressure = await Backpressure.of(connection)
    result = await connection.stream(statement.clause, statement.values)
    try:
        found = Streamed(result, backpressure)
    except ResourceClosedError:
        hint = "statements that change something go to execute"
        raise Rejected("the statement has no rows to give", hint=hint) from None
    try:
        yield found
    finally:
        backpressure.release()
        if backpressure.cannot_stop and not found.ended:
            await connection.invalidate()
        await result.close()


def as_object(columns: list[str], row: Sequence[Any]) -> dict[str, Any]:
    return {name: to_json(value) for name, value in zip(columns, row, strict=True)}


def columns_of(keys: Any) -> list[str]:
    """Raises: Rejected: two columns bear one name, so an object could hold only one of them."""
    columns = [str(key) for key in keys]
    if twice := sorted({name for name in columns if columns.count(name) > 1}):
        raise Rejected(f"two columns are named {twice[0]!r}", hint="name them apart with AS")
    return columns
