"""PostgreSQL through asyncpg, for rows that become JSON.

asyncpg's own codecs make Python's types, for which infinity, the year 44 BC and the months of an
interval are too much, and ask for them as arguments. So such types cross the connection as text,
which PostgreSQL writes and reads itself. asyncpg reads no row or range that has such text in it;
those are read here. Only private names let a codec be set for them.
"""

from __future__ import annotations

import struct
from typing import Any, NoReturn

import asyncpg  # type: ignore[import-untyped]

from interlock_database.postgres_types import TEXTUAL, Types, as_text

# A database, or a user, may have another style that Python cannot read.
_READABLE = "SET DateStyle = ISO"
# DISCARD ALL would take prepared statements as well, of which asyncpg believes that they are there.
_FORGET = f"""SET SESSION AUTHORIZATION DEFAULT; RESET ROLE; RESET ALL; DISCARD TEMP;
    SELECT pg_advisory_unlock_all(); CLOSE ALL; UNLISTEN *; {_READABLE}"""


class Connection(asyncpg.Connection):  # type: ignore[misc] # asyncpg has no types
    """A connection whose rows fit JSON, and whose arguments come from it."""

    _outdated = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._types = Types(outdated=self._begin_anew)

    async def prepare_for_json(self) -> None:
        """Called after SQLAlchemy, which sets codecs of its own."""
        for oid, (name, read) in TEXTUAL.items():
            self._add(oid, name, "pg_catalog", as_text, read)
        self._add(701, "float8", "pg_catalog", _to_double, _of_double, "binary")
        await self.execute(_READABLE)

    async def forget(self) -> None:
        """End what a session keeps over the end of a transaction, and must not over that of a call.

        Raises:
            OutdatedSchemaCacheError: the connection must not be used again.
        """
        if self._outdated:
            raise asyncpg.OutdatedSchemaCacheError("types have changed")
        await self.execute(_FORGET)

    async def _introspect_types(self, typeoids: Any, timeout: Any) -> Any:
        """Called by asyncpg with the types that a statement has and that it does not know."""
        found, statement = await super()._introspect_types(typeoids, timeout)
        for info in self._types.learn(found):
            oid = info["oid"]
            self._add(
                oid, info["name"], info["ns"], self._types.writer(oid), self._types.reader(oid)
            )
        return found, statement

    def _begin_anew(self, type_name: str) -> NoReturn:
        self._outdated = True
        raise asyncpg.OutdatedSchemaCacheError(f"the type {type_name} has changed")

    def _add(
        self, oid: int, name: str, schema: str, write: Any, read: Any, form: str = "text"
    ) -> None:
        settings = self._protocol.get_settings()
        settings.add_python_codec(oid, name, schema, [], "scalar", write, read, form)


def _to_double(value: Any) -> bytes:
    return struct.pack("!d", float(value))


def _of_double(value: bytes) -> float:
    return float(struct.unpack("!d", value)[0])
