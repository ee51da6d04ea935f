"""What runs and days have used up of what tools count: tokens, money."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from interlock.journal.writer import Rows, Writer

_ADD = Rows(
    "INSERT INTO spending (kind, scope, service, unit, amount)",
    5,
    "ON CONFLICT DO UPDATE SET amount = amount + excluded.amount",
)
_OF_RUN = """SELECT service, unit, sum(amount) FROM spending WHERE kind = 'run'
    AND (scope = ?1 OR scope > ?1 || ':' AND scope < ?1 || ';') GROUP BY service, unit"""
_OF_TIME = """SELECT service, unit, sum(amount) FROM spending
    WHERE kind = 'day' AND scope >= ?1 AND scope < ?1 || '~' GROUP BY service, unit"""

Amounts = dict[str, float]


class SpendingRecords:
    """Sums, written as they grow; implements ``interlock.calls.Ledger``."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def add(self, service: str, run: str | None, day: str, amounts: Mapping[str, float]) -> None:
        """Durable no later than the outcome of the call that is counted."""
        for unit, amount in amounts.items():
            self._writer.write(_ADD, ("day", day, service, unit, amount))
            if run is not None:
                self._writer.write(_ADD, ("run", run, service, unit, amount))

    async def of_run(self, run: str) -> dict[str, Amounts]:
        """By service and unit, with what the runs that it started have used up."""
        return await self._sums(_OF_RUN, run)

    async def of_time(self, beginning: str) -> dict[str, Amounts]:
        """The same of a day (``2026-11-28``) or a month (``2026-11``)."""
        return await self._sums(_OF_TIME, beginning)

    async def _sums(self, statement: str, scope: str) -> dict[str, Amounts]:
        # In the writer's turn: exactly what was added before this is in the sum.
        def read(connection: sqlite3.Connection) -> dict[str, Amounts]:
            sums: dict[str, Amounts] = {}
            for service, unit, amount in connection.execute(statement, (scope,)):
                sums.setdefault(service, {})[unit] = amount
            return sums

        return await self._writer.transact(read)
