"""Small durable facts of services: cursors, tokens, counters."""

from __future__ import annotations

from typing import Any

from interlock.journal.payloads import decode, packed
from interlock.journal.reader import Reader
from interlock.journal.writer import Rows, Writer

_PUT = Rows("INSERT OR REPLACE INTO state (service, key, value)", 3)
_GET = "SELECT value FROM state WHERE service = ? AND key = ?"
_DELETE = "DELETE FROM state WHERE service = ? AND key = ?"


class KeyValueStore:
    """The keys of one service; implements ``interlock.sdk.KeyValue``."""

    def __init__(self, service: str, writer: Writer, reader: Reader) -> None:
        self._service = service
        self._writer = writer
        self._reader = reader

    async def get(self, key: str) -> Any:
        found = await self._reader.rows(_GET, (self._service, key))
        return decode(found[0][0]) if found else None

    async def put(self, key: str, value: Any) -> None:
        """Durable on return.

        Raises:
            TypeError: the value is not JSON.
        """
        await self._writer.commit(_PUT, (self._service, key, packed(value)))

    async def delete(self, key: str) -> None:
        await self._writer.transact(
            lambda connection: connection.execute(_DELETE, (self._service, key))
        )
