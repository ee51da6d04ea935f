"""PostgreSQL's LISTEN, on a connection beside the pool."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from interlock.sdk import Retryable
from interlock_database.database import Database

_ANSWER_SECONDS = 10.0


class Listener:
    """A connection that listens.

    Args:
        connection: asyncpg's own.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def check(self) -> None:
        """A connection whose other end has vanished looks like one on which nobody speaks.

        Raises:
            Retryable: nobody answers.
        """
        from asyncpg import InterfaceError, PostgresError  # type: ignore[import-untyped]

        try:
            await self._connection.execute("SELECT 1", timeout=_ANSWER_SECONDS)
        except (InterfaceError, PostgresError, OSError, TimeoutError):
            raise Retryable("the listening connection is lost") from None


@asynccontextmanager
async def listening(
    database: Database, channel: str, heard: Callable[[], None], lost: Callable[[], None]
) -> AsyncIterator[Listener]:
    """Hear notifications on a channel while inside."""
    async with database.apart() as connection:
        connection.add_termination_listener(lambda _: lost())
        await connection.add_listener(channel, lambda *_: heard())
        yield Listener(connection)
