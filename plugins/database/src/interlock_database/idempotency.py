"""Writes that happen once for each idempotency key, however often they are called.

The key is written in the transaction of the write itself, so both are there or neither is: a call
repeated after a lost answer finds its key and gets the first call's outcome. Two at a time wait
for each other at the key's row.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import Column, Float, MetaData, String, Table, Text, insert, select, update
from sqlalchemy.dialects.mysql import LONGTEXT
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateTable

from interlock.sdk import Conflict, World
from interlock_database.database import Database

Work = Callable[[AsyncConnection], Awaitable[dict[str, Any]]]


class _Known(Exception):
    """The key is there already."""


class OncePerKey:
    """Runs the work of each idempotency key once.

    Args:
        table: its name; made with the first write if it is missing.
    """

    def __init__(self, database: Database, table: str, world: World) -> None:
        self._database = database
        self._world = world
        self._made = False
        self._calls = Table(
            table,
            MetaData(),
            Column("id", String(200), primary_key=True),
            Column("created_at", Float, nullable=False),
            Column("outcome", Text().with_variant(LONGTEXT(), "mysql", "mariadb")),
        )

    async def run(self, key: str, seconds: float, work: Work) -> dict[str, Any]:
        """The outcome of ``work``, or of the earlier call with this key.

        Raises:
            Conflict: an earlier call with this key has no outcome to give.
        """
        await self._make(seconds)
        try:
            async with self._database.writing(seconds) as connection:
                await self._claim(connection, key)
                outcome = await work(connection)
                kept = update(self._calls).where(self._calls.c.id == key)
                await connection.execute(kept.values(outcome=json.dumps(outcome)))
                return outcome
        except _Known:
            return await self._outcome(key, seconds)

    async def _make(self, seconds: float) -> None:
        if self._made:
            return
        # Another daemon may make it at the same time.
        with suppress(Conflict):
            async with self._database.writing(seconds) as connection:
                await connection.execute(CreateTable(self._calls, if_not_exists=True))
        self._made = True

    async def _claim(self, connection: AsyncConnection, key: str) -> None:
        try:
            claim = insert(self._calls).values(id=key, created_at=self._world.time())
            await connection.execute(claim)
        except IntegrityError:
            raise _Known from None

    async def _outcome(self, key: str, seconds: float) -> dict[str, Any]:
        async with self._database.reading(seconds) as connection:
            found = await connection.scalar(
                select(self._calls.c.outcome).where(self._calls.c.id == key)
            )
        if found is None:
            raise Conflict(f"the call {key} is known, its outcome is not", hint="call it anew")
        outcome: dict[str, Any] = json.loads(found)
        return outcome
