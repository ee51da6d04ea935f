"""Small durable facts of services: cursors, tokens."""

from __future__ import annotations

from typing import Any

from interlock.journal.database import Database
from interlock.journal.encoding import decode, encode


class ServiceState:
    """Implements ``interlock.sdk.KeyValue`` for one service."""

    def __init__(self, database: Database, service: str) -> None:
        self._database = database
        self._service = service

    async def get(self, key: str) -> Any:
        rows = await self._database.read(
            "SELECT value FROM state WHERE service = ? AND key = ?", (self._service, key)
        )
        return decode(rows[0][0]) if rows else None

    async def put(self, key: str, value: Any) -> None:
        await self._database.write(
            "INSERT OR REPLACE INTO state (service, key, value) VALUES (?, ?, ?)",
            (self._service, key, encode(value)),
        )

    async def delete(self, key: str) -> None:
        await self._database.write(
            "DELETE FROM state WHERE service = ? AND key = ?", (self._service, key)
        )
