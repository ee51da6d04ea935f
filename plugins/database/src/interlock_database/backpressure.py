"""What a database sends is taken in only while somebody reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from sqlalchemy.ext.asyncio import AsyncConnection


class Backpressure:
    """Reads from the connection only while rows are wanted.

    Does nothing where the driver asks the server for the next rows. MySQL cannot be asked: it sends
    all of them, and asyncmy keeps what comes.
    """

    def __init__(self, transport: Any) -> None:
        self._transport = transport

    @classmethod
    async def of(cls, connection: AsyncConnection) -> Self:
        if connection.dialect.name != "mysql":
            return cls(None)
        raw = await connection.get_raw_connection()
        return cls(raw.driver_connection._transport)  # type: ignore[union-attr] # its only name

    @property
    def cannot_stop(self) -> bool:
        """Whether the rest of a result comes even if nobody wants it."""
        return self._transport is not None

    @contextmanager
    def reading(self) -> Iterator[None]:
        if self._transport is None or self._transport.is_closing():
            yield
            return
        self._transport.resume_reading()
        try:
            yield
        finally:
            if not self._transport.is_closing():
                self._transport.pause_reading()

    def release(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()
