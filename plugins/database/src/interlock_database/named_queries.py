"""Named queries of the settings, as tools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from interlock.sdk import Facts, Rejected, ToolSpec, declared_tool
from interlock_database.changes import Change
from interlock_database.rows import Rows
from interlock_database.settings import NamedQuery
from interlock_database.statements import names_in


class Runner(Protocol):
    """What runs statements.

    Attributes:
        dialect: SQLAlchemy's name of the database.
    """

    @property
    def dialect(self) -> str: ...

    async def rows(self, sql: str, params: Mapping[str, Any], most: int | None = None) -> Rows: ...

    async def change(self, change: Change) -> dict[str, Any]: ...


def named_tool(runner: Runner, name: str, query: NamedQuery, once: bool) -> ToolSpec:
    """Args: once: writes happen once for each idempotency key."""

    async def handler(arguments: Mapping[str, Any]) -> Any:
        params = {**dict.fromkeys(query.optional), **arguments}
        if query.effect == "write":
            outcome = await runner.change(Change(sql=query.sql, params=params))
            if query.returns == "count":
                return {"affected": outcome["affected"]}
            found = Rows(list(outcome["rows"][0]) if outcome["rows"] else [], outcome["rows"])
        else:
            most = None if query.returns == "many" else 2
            found = await runner.rows(query.sql, params, most)
        return _shaped(name, query, found)

    read = query.effect == "read"
    idempotent = (read or once) if query.idempotent is None else query.idempotent
    return declared_tool(
        name,
        handler,
        description=query.description or query.sql,
        input_schema=_schema(query, runner.dialect),
        facts=Facts(effect=query.effect, idempotent=idempotent),
    )


def _schema(query: NamedQuery, dialect: str) -> dict[str, Any]:
    names = names_in(query.sql, dialect)
    said = {
        name: {"type": wish} if isinstance(wish, str) else wish
        for name, wish in query.params.items()
    }
    return {
        "type": "object",
        "properties": {**{name: {} for name in names}, **said},
        "required": [name for name in names if name not in query.optional],
        "additionalProperties": False,
    }


def _shaped(name: str, query: NamedQuery, found: Rows) -> Any:
    if query.returns == "many":
        return found.to_json()
    if query.returns == "count":
        return {"affected": len(found.rows)}
    if len(found.rows) > 1:
        hint = "say returns: many, or narrow the query"
        raise Rejected(f"{name} found more than one row", hint=hint)
    if not found.rows:
        return None
    return found.rows[0] if query.returns == "one" else found.rows[0][found.columns[0]]
