"""The pool of one database, and the two kinds of sessions taken from it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from interlock.sdk import NeedsAttention, World
from interlock_database.dialects import (
    address,
    connect_arguments,
    limit,
    missing_driver,
    prepare,
    watch_clock,
)
from interlock_database.errors import errors_of
from interlock_database.settings import DatabaseSettings


class Database:
    """One database, through a pool of connections.

    A dead connection is seen before it is used, and then all of its age are replaced.
    """

    def __init__(self, service: str, settings: DatabaseSettings, world: World) -> None:
        self._service = service
        self._settings = settings
        self._world = world
        self._url = address(service, settings.url.get_secret_value())
        pool = {"pool_size": settings.pool_size, "max_overflow": 0, "pool_pre_ping": True}
        if _in_memory(self._url):
            hint = "write sqlite:////path/to.db"
            raise NeedsAttention(f"{service}: a database in memory is lost", hint=hint)
        self._engine = self._make(pool_timeout=settings.statement_timeout, **pool)

    @property
    def dialect(self) -> str:
        return self._engine.dialect.name

    async def close(self) -> None:
        await self._engine.dispose()

    @asynccontextmanager
    async def reading(
        self, seconds: float, *, long: bool = False
    ) -> AsyncIterator[AsyncConnection]:
        """A transaction that the database holds to reading; rolled back at its end.

        Args:
            seconds: for each of its statements, by the database's own clock.
            long: whatever ``statement_timeout`` says.
        """
        if not long:
            seconds = min(seconds, self._settings.statement_timeout)
        with errors_of(self._service):
            async with self._session(seconds, write=False) as connection:
                yield connection
                await connection.rollback()

    @asynccontextmanager
    async def writing(self, seconds: float) -> AsyncIterator[AsyncConnection]:
        """A transaction, committed at its end, rolled back when its body raises."""
        seconds = min(seconds, self._settings.statement_timeout)
        with errors_of(self._service):
            async with self._session(seconds, write=True) as connection:
                yield connection
                await connection.commit()

    @asynccontextmanager
    async def apart(self) -> AsyncIterator[Any]:
        """The driver's own connection, beside the pool, for what lasts."""
        engine = self._make(poolclass=NullPool)
        with errors_of(self._service):
            async with engine.connect() as connection:
                raw = await connection.get_raw_connection()
                yield raw.driver_connection

    def _make(self, **pool: Any) -> AsyncEngine:
        try:
            engine = create_async_engine(
                self._url,
                connect_args=connect_arguments(self._url),
                hide_parameters=True,
                **pool,
            )
        except ImportError:
            raise missing_driver(self._service, self._url) from None
        prepare(engine)
        return engine

    @asynccontextmanager
    async def _session(self, seconds: float, *, write: bool) -> AsyncIterator[AsyncConnection]:
        self._look_for_file()
        until = self._world.monotonic() + seconds
        task = asyncio.current_task()
        cancels = task.cancelling() if task else 0
        over = False

        def stop() -> bool:
            """Asked from SQLite's thread."""
            left = task is not None and task.cancelling() > cancels
            return over or left or self._world.monotonic() > until

        async with self._engine.connect() as connection:
            await connection.execution_options(interlock_write=write)
            await watch_clock(connection, stop)
            try:
                await limit(connection, seconds, write=write)
                yield connection
            finally:
                over = True

    def _look_for_file(self) -> None:
        """SQLite would make an empty database of any path; reading one is always a mistake."""
        if self.dialect != "sqlite" or not self._settings.read_only:
            return
        if not Path(self._url.database or "").exists():
            hint = "check the path, or set read_only: false to have it made"
            reason = f"there is no file {self._url.database}"
            raise NeedsAttention(f"{self._service}: {reason}", hint=hint)


def _in_memory(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")
