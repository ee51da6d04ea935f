"""What was answered under which idempotency key, so that a repeated request is not done again."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from interlock.journal.reader import Reader
from interlock.journal.writer import Writer

_PUT = "INSERT OR IGNORE INTO answers (key, request, status, body, expires) VALUES (?, ?, ?, ?, ?)"
_EXPIRE = "DELETE FROM answers WHERE expires <= ?"
_GET = "SELECT request, status, body FROM answers WHERE key = ? AND expires > ?"


@dataclass(frozen=True, slots=True)
class Answer:
    """A recorded response.

    Attributes:
        request: the digest of what was asked.
        body: JSON: ``[headers, content]``, with the headers that matter.
    """

    request: str
    status: int
    body: bytes


class Answers:
    """By key; each is kept until it expires."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    async def get(self, key: str, now: float) -> Answer | None:
        rows = await self._reader.rows(_GET, (key, now))
        return Answer(*rows[0]) if rows else None

    async def put(self, key: str, answer: Answer, now: float, expires: float) -> None:
        """Record the first answer under ``key``, and forget what has expired; durable."""

        def put(connection: sqlite3.Connection) -> None:
            connection.execute(_EXPIRE, (now,))
            connection.execute(_PUT, (key, answer.request, answer.status, answer.body, expires))

        await self._writer.transact(put)
