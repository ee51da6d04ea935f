"""Statements that change something: run, counted, and their rows given back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from interlock.sdk import Conflict, InterlockError, Rejected
from interlock_database.errors import errors_of
from interlock_database.rows import as_object, columns_of
from interlock_database.statements import bound


class Change(BaseModel):
    """One statement of a transaction."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sql: str = Field(description="one SQL statement; `:name` stands for a parameter")
    params: dict[str, Any] = Field({}, description="values of the parameters by name")
    expect: int | None = Field(None, ge=0, description="rows it must change; else all is undone")


@dataclass(frozen=True, slots=True)
class Changer:
    """Runs statements that change something.

    Args:
        most: rows that one statement may give back (``RETURNING``).
    """

    service: str
    dialect: str
    most: int

    async def change(self, connection: AsyncConnection, wanted: Change) -> dict[str, Any]:
        """Run one statement: ``{affected, rows}``.

        Raises:
            Conflict: another number of rows was changed than ``expect``; nothing is kept.
            Rejected: it gives back more rows than fit; nothing is kept.
        """
        statement = bound(wanted.sql, wanted.params, self.dialect)
        result = await connection.execute(statement.clause, statement.values)
        rows: list[dict[str, Any]] = []
        if result.returns_rows:
            columns = columns_of(result.keys())
            rows = [as_object(columns, row) for row in result.fetchmany(self.most + 1)]
            if len(rows) > self.most:
                hint = "change fewer rows at once, or raise max_rows"
                raise Rejected(f"{self.service}: more than {self.most} rows come back", hint=hint)
        affected = max(result.rowcount, len(rows))
        if wanted.expect is not None and affected != wanted.expect:
            raise Conflict(
                f"{self.service}: {affected} rows would be changed, not {wanted.expect}",
                hint="read the rows again: somebody else may have changed them",
                affected=affected,
            )
        return {"affected": affected, "rows": rows}

    async def change_all(
        self, connection: AsyncConnection, statements: Sequence[Change]
    ) -> dict[str, Any]:
        """Run them in order: ``{results}``; an error says which of them failed."""
        results: list[Mapping[str, Any]] = []
        for index, wanted in enumerate(statements):
            try:
                with errors_of(self.service):
                    results.append(await self.change(connection, wanted))
            except InterlockError as error:
                raise error.with_details(statement=index) from None
        return {"results": results}
