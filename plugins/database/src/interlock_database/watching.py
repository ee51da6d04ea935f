"""A watch: new rows past a durable cursor, as events, at least once and each change one event."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from interlock.sdk import Event, Rejected, Retryable, ServiceContext
from interlock_database.database import Database
from interlock_database.listening import Listener, listening
from interlock_database.rows import as_object, columns_of
from interlock_database.settings import Watch
from interlock_database.statements import bound

Row = dict[str, Any]


class Watcher:
    """One watch of the settings.

    Args:
        name: of the watch.
        seconds: for each statement.
    """

    def __init__(
        self, name: str, rules: Watch, database: Database, context: ServiceContext, seconds: float
    ) -> None:
        self._name = name
        self._rules = rules
        self._database = database
        self._context = context
        self._seconds = seconds
        self._wake = asyncio.Event()
        self._lost = False

    async def run(self) -> None:
        """Watch until cancelled; raises when the database is gone.

        Whoever starts it again closes the gap: every start begins with a round.
        """
        self._lost = False
        async with AsyncExitStack() as stack:
            listener: Listener | None = None
            if self._rules.notify:
                # Before the first round, so that nothing falls between the two.
                notifications = listening(
                    self._database, self._rules.notify, self._wake.set, self._on_lost
                )
                listener = await stack.enter_async_context(notifications)
            while True:
                self._wake.clear()
                await self.round()
                await self._pause()
                if self._lost:
                    raise Retryable(f"{self._context.name}: the listening connection is lost")
                if listener is not None:
                    await listener.check()

    async def round(self) -> None:
        """Publish all there is past the cursor."""
        reached = await self._cursor()
        position = _back(reached, self._rules.overlap)
        full = True
        while full:
            rows = await self._rows(position)
            full = len(rows) > self._rules.batch
            if full:
                rows = self._whole(rows)
            for row in rows:
                await self._context.emit(self._event(row))
            if not rows:
                return
            position = self._ordered(rows, position)
            if reached is None or _past(position, reached):
                reached = position
                # Only now that all events are durable: a crash repeats them and loses none.
                await self._context.state.put(self._key, {"cursor": reached})

    @property
    def _key(self) -> str:
        return f"watch:{self._name}"

    async def _cursor(self) -> Any:
        kept = await self._context.state.get(self._key)
        return self._rules.start if kept is None else kept["cursor"]

    async def _rows(self, cursor: Any) -> Sequence[Row]:
        """One more than a batch, if there are as many."""
        statement = bound(self._rules.sql, {"cursor": cursor}, self._database.dialect)
        async with self._database.reading(self._seconds) as connection:
            result = await connection.stream(statement.clause, statement.values)
            columns = columns_of(result.keys())
            found = await result.fetchmany(self._rules.batch + 1)
            await result.close()
        rows = [as_object(columns, row) for row in found]
        for wanted in filter(None, (self._rules.cursor, self._rules.id, self._rules.key)):
            if wanted not in columns:
                raise Rejected(f"{self._context.name}: {self._key} selects no column {wanted}")
        return rows

    def _whole(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Without the last rows that share a cursor: the rest of them may be on the next page."""
        last = rows[-1][self._rules.cursor]
        whole = [row for row in rows if row[self._rules.cursor] != last]
        if not whole:
            hint = "raise batch, or choose a cursor that tells rows apart"
            reason = f"more than {self._rules.batch} rows share the cursor {last}"
            raise Rejected(f"{self._context.name}: {self._key}: {reason}", hint=hint)
        return whole

    def _ordered(self, rows: Sequence[Row], position: Any) -> Any:
        """The last row's cursor; Rejected if the rows do not come in its order."""
        for row in rows:
            cursor = row[self._rules.cursor]
            if cursor is None or _past(position, cursor):
                hint = f"add ORDER BY {self._rules.cursor} and leave out its NULLs"
                raise Rejected(f"{self._context.name}: {self._key} is not in order", hint=hint)
            position = cursor
        return position

    def _event(self, row: Row) -> Event:
        rules, service = self._rules, self._context.name
        cursor = row[rules.cursor]
        identity = f"{row[rules.id]}@{cursor}" if rules.id else str(cursor)
        return Event(
            name=f"{service}.{rules.event or self._name}",
            payload={"row": row},
            id=f"{service}:{self._name}:{identity}",
            key=str(row[rules.key]) if rules.key else "",
        )

    async def _pause(self) -> None:
        timer = self._context.world.call_later(self._rules.every, self._wake.set)
        try:
            await self._wake.wait()
        finally:
            timer.cancel()

    def _on_lost(self) -> None:
        self._lost = True
        self._wake.set()


def _past(one: Any, other: Any) -> bool:
    """Numbers by value (decimals come as text), moments by their time, whatever their offset."""
    kinds: tuple[Callable[[str], Any], ...] = (Decimal, datetime.fromisoformat)
    for kind in kinds:
        try:
            return bool(kind(str(one)) > kind(str(other)))
        except (InvalidOperation, ValueError, TypeError):
            continue
    return str(one) > str(other)


def _back(cursor: Any, overlap: float) -> Any:
    """The cursor, ``overlap`` units or seconds earlier."""
    if not overlap or cursor is None:
        return cursor
    if isinstance(cursor, int):
        return cursor - math.ceil(overlap)
    if isinstance(cursor, float):
        return cursor - overlap
    with suppress(InvalidOperation):
        return str(Decimal(str(cursor)) - Decimal(overlap))
    try:
        moment = datetime.fromisoformat(str(cursor)) - timedelta(seconds=overlap)
    except ValueError:
        raise Rejected(f"overlap needs a number or a moment as cursor, not {cursor!r}") from None
    return moment.isoformat(sep="T" if "T" in str(cursor) else " ")
