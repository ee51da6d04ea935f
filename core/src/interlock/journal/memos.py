"""Outputs of steps that other runs may use."""

from __future__ import annotations

import sqlite3
from typing import Any

import orjson

from interlock.journal.payloads import packed
from interlock.journal.reader import Reader
from interlock.journal.writer import Writer

_GET = "SELECT value FROM memos WHERE key = ? AND (expires IS NULL OR expires > ?)"
_PUT = "INSERT OR REPLACE INTO memos (key, value, expires) VALUES (?, ?, ?)"
_EXPIRE = """DELETE FROM memos WHERE key IN
    (SELECT key FROM memos WHERE expires <= ? ORDER BY expires LIMIT 100)"""


class Memos:
    """By key; each is kept until it expires."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    async def get(self, key: str, now: float) -> list[Any]:
        """``[value]``, or ``[]`` if there is none."""
        rows = await self._reader.rows(_GET, (key, now))
        return [orjson.loads(row[0]) for row in rows]

    async def put(self, key: str, value: Any, now: float, ttl: float | None) -> None:
        """Record a value in place of an older one, and forget some of what has expired."""

        def put(connection: sqlite3.Connection) -> None:
            connection.execute(_EXPIRE, (now,))
            expires = None if ttl is None else now + ttl
            connection.execute(_PUT, (key, packed(value), expires))

        await self._writer.transact(put)
