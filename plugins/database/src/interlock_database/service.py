"""The database service: its tools, those of its named queries, and its watches."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from interlock.sdk import (
    InvalidInput,
    NeedsAttention,
    Policies,
    Service,
    ToolSpec,
    current_call,
    tool,
)
from interlock_database.changes import Change, Changer
from interlock_database.database import Database
from interlock_database.dialects import dialect_of
from interlock_database.export import Format, Parts
from interlock_database.idempotency import OncePerKey, Work
from interlock_database.named_queries import named_tool
from interlock_database.read_only import refuse_others
from interlock_database.rows import Rows, read, streamed
from interlock_database.settings import DatabaseSettings
from interlock_database.statements import Bound, bound
from interlock_database.watching import Watcher

_CHECK_SECONDS = 5.0
_WRITES = ("execute", "transaction")


class DatabaseService(Service[DatabaseSettings]):
    """One SQL database: PostgreSQL, MySQL, MariaDB or SQLite."""

    policies = Policies(concurrency=10)
    _database: Database | None = None
    _once: OncePerKey | None = None

    async def start(self) -> None:
        settings = self.settings
        self._refuse_contradictions()
        self._database = Database(self.context.name, settings, self.world)
        if settings.once_table and not settings.read_only:
            self._once = OncePerKey(self._database, settings.once_table, self.world)

    async def check(self) -> None:
        async with self.database.reading(_CHECK_SECONDS) as connection:
            await connection.exec_driver_sql("SELECT 1")

    async def stop(self) -> None:
        if self._database is not None:
            await self._database.close()

    def tools(self) -> Mapping[str, ToolSpec]:
        own = dict(super().tools()) if self.settings.allow_sql else {}
        for name in _WRITES:
            if self.settings.read_only:
                own.pop(name, None)
            elif name in own and self.settings.once_table:
                spec = own[name]
                own[name] = replace(spec, facts=replace(spec.facts, idempotent=True))
        once = bool(self.settings.once_table)
        named = self.settings.queries.items()
        return {**own, **{name: named_tool(self, name, query, once) for name, query in named}}

    def consumers(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        seconds = self.settings.statement_timeout
        return {
            name: Watcher(name, rules, self.database, self.context, seconds).run
            for name, rules in self.settings.watch.items()
        }

    @property
    def dialect(self) -> str:
        """SQLAlchemy's name of the database."""
        return dialect_of(self.settings.url.get_secret_value())

    @property
    def database(self) -> Database:
        assert self._database is not None  # noqa: S101 - core starts a service before it asks
        return self._database

    @tool(effect="read")
    async def query(
        self, sql: str, params: dict[str, Any] | None = None, max_rows: int | None = None
    ) -> dict[str, Any]:
        """Run a statement that only reads: ``{columns, rows, truncated}``.

        Rows are objects by column; ``truncated`` is true if there are more than fit the limits.
        The database itself refuses statements that would change something.

        Args:
            sql: one SQL statement; ``:name`` stands for a parameter, after ``IN`` for a list.
            params: values of the parameters by name.
            max_rows: how many rows at most; default and upper bound: the setting ``max_rows``.
        """
        return (await self.rows(sql, params or {}, max_rows)).to_json()

    @tool(effect="read")
    async def export(
        self,
        sql: str,
        params: dict[str, Any] | None = None,
        format: Format = "ndjson",  # noqa: A002 - its name in the tool's schema
    ) -> dict[str, Any]:
        """Write all rows of a query into the blob store, in parts, for results of any size.

        Returns ``{parts: [{blob, size, media_type, rows}], rows, columns}``, where ``blob`` is the
        digest of a part and ``size`` its bytes.

        Args:
            sql: one SQL statement that only reads; ``:name`` stands for a parameter.
            params: values of the parameters by name.
            format: format of the parts; each ``csv`` part begins with the names of the columns.
        """
        statement = self._reading(sql, params or {})
        seconds = current_call().remaining()
        async with (
            self.database.reading(seconds, long=True) as connection,
            streamed(connection, statement) as result,
        ):
            parts = Parts(self.context.blobs, format, result.columns, self.settings.export_part)
            async for row in result.each():
                await parts.add(row)
                if not parts.rows % 1000:
                    current_call().progress(parts.rows, message="rows")
            return await parts.finish()

    @tool(effect="write", destructive=True)
    async def execute(
        self, sql: str, params: dict[str, Any] | None = None, expect: int | None = None
    ) -> dict[str, Any]:
        """Run one statement that changes something and commit it: ``{affected, rows}``.

        ``affected`` is the number of changed rows; ``rows`` are those of a ``RETURNING`` clause.

        Args:
            sql: one SQL statement; ``:name`` stands for a parameter.
            params: values of the parameters by name.
            expect: how many rows have to change; with any other number the call fails, and nothing
                is changed.
        """
        change = Change(sql=sql, params=params or {}, expect=expect)
        return await self.change(change)

    @tool(effect="write", destructive=True)
    async def transaction(self, statements: list[Change]) -> dict[str, Any]:
        """Run several statements in one transaction: all of them take effect, or none does.

        ``results`` has ``{affected, rows}`` of each, in their order.

        Args:
            statements: the statements, each as ``{sql, params?, expect?}`` as in ``execute``.
        """
        if not statements:
            raise InvalidInput("a transaction needs a statement", path="$.statements")
        return await self._write(
            lambda connection: self._changer.change_all(connection, statements)
        )

    async def rows(self, sql: str, params: Mapping[str, Any], most: int | None = None) -> Rows:
        """The first rows of a query."""
        most = min(most or self.settings.max_rows, self.settings.max_rows)
        statement = self._reading(sql, params)
        async with self.database.reading(current_call().remaining()) as connection:
            return await read(connection, statement, most=most, max_bytes=self.settings.max_result)

    def _reading(self, sql: str, params: Mapping[str, Any]) -> Bound:
        refuse_others(sql, self.dialect)
        return bound(sql, params, self.dialect)

    async def change(self, change: Change) -> dict[str, Any]:
        """Run one statement and commit it."""
        return await self._write(lambda connection: self._changer.change(connection, change))

    async def _write(self, work: Work) -> dict[str, Any]:
        call = current_call()
        if self._once is not None:
            return await self._once.run(call.idempotency_key, call.remaining(), work)
        async with self.database.writing(call.remaining()) as connection:
            return await work(connection)

    @property
    def _changer(self) -> Changer:
        return Changer(self.context.name, self.dialect, self.settings.max_rows)

    def _refuse_contradictions(self) -> None:
        service, settings = self.context.name, self.settings
        for name, query in settings.queries.items():
            if query.effect == "write" and settings.read_only:
                hint = "set read_only: false, or effect: read"
                raise NeedsAttention(f"{service}: the query {name} writes", hint=hint)
        for name, watch in settings.watch.items():
            if watch.notify and self.dialect != "postgresql":
                hint = "leave notify out: every decides how often it is asked"
                raise NeedsAttention(f"{service}: only PostgreSQL notifies ({name})", hint=hint)
