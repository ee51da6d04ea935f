"""What differs between databases: addresses, what a session is set to, and types of the driver."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import URL, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import PoolResetState

from interlock.sdk import NeedsAttention
from interlock_database import mysql_sessions

_DRIVERS = {
    "postgresql": ("asyncpg", "postgres"),
    "mysql": ("asyncmy", "mysql"),
    "sqlite": ("aiosqlite", "sqlite"),
}
_NAMES = {"postgres": "postgresql", "mariadb": "mysql"}
_CONNECT_SECONDS = 10
# What a session keeps over the end of a transaction, and must not over the end of a call.
_FORGET: dict[str, Callable[[Any], Awaitable[Any]]] = {
    "postgresql": lambda driver: driver.forget(),
    "mysql": mysql_sessions.forget,
}
# How often SQLite looks whether its time is over, in instructions of its virtual machine.
_LOOK_EVERY = 10_000


def address(service: str, url: str) -> URL:
    """The URL with the driver that we use.

    Raises:
        NeedsAttention: it is none, or of a database that we do not know. Never says what it is:
            it holds a password.
    """
    hint = "write postgresql://user:password@host/name, mysql://… or sqlite:////path/to.db"
    name = dialect_of(url)
    if not name:
        raise NeedsAttention(f"{service}: url is no address", hint=hint)
    if name not in _DRIVERS:
        raise NeedsAttention(f"{service}: there is no driver for {name}", hint=hint)
    return make_url(url).set(drivername=f"{name}+{_DRIVERS[name][0]}")


def dialect_of(url: str) -> str:
    """SQLAlchemy's name of the database at an address; "" if it is none."""
    try:
        name = make_url(url).get_backend_name()
    except (ArgumentError, ValueError):
        return ""
    return _NAMES.get(name, name)


def missing_driver(service: str, url: URL) -> NeedsAttention:
    driver, extra = _DRIVERS[url.get_backend_name()]
    hint = f"install interlock-database[{extra}]"
    return NeedsAttention(f"{service}: {driver} is not installed", hint=hint)


def connect_arguments(url: URL) -> dict[str, Any]:
    if url.get_backend_name() == "postgresql":
        # Imported here: a deployment has the drivers of its own databases only.
        from interlock_database.postgres_connection import Connection

        return {"timeout": _CONNECT_SECONDS, "connection_class": Connection}
    if url.get_backend_name() == "mysql":
        return {"connect_timeout": _CONNECT_SECONDS, **mysql_sessions.conversions()}
    return {"timeout": _CONNECT_SECONDS}  # for another's lock on the file


def prepare(engine: AsyncEngine) -> None:
    """Set up each new connection of the engine."""
    on_connect = {"postgresql": _postgres, "mysql": _mysql, "sqlite": _sqlite}[engine.dialect.name]
    event.listen(engine.sync_engine, "connect", on_connect)
    if forget := _FORGET.get(engine.dialect.name):
        event.listen(engine.sync_engine, "reset", _forgetting(forget))
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "begin", _begin_sqlite)


def _forgetting(forget: Callable[[Any], Awaitable[Any]]) -> Callable[..., None]:
    """What is done before another call has the connection; if it fails, that gets a new one."""

    def on_reset(connection: Any, record: Any, state: PoolResetState) -> None:
        if not state.asyncio_safe or state.terminate_only:
            return
        try:
            connection.rollback()
            connection.run_async(forget)
        except Exception as error:  # noqa: BLE001 - a lost connection, in the driver's own words
            record.invalidate(error)

    return on_reset


def _postgres(connection: Any, _: Any) -> None:
    connection.run_async(lambda driver: driver.prepare_for_json())


def _mysql(connection: Any, _: Any) -> None:
    connection.run_async(mysql_sessions.one_statement)


def _sqlite(connection: Any, _: Any) -> None:
    connection.driver_connection.text_factory = _text
    connection.isolation_level = None  # transactions begin where we say, see _begin_sqlite
    # Another file is another database: it has an address, and a service, of its own.
    connection.run_async(lambda driver: driver.set_authorizer(_authorise))
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _text(value: bytes) -> str | bytes:
    """SQLite holds nobody to UTF-8."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


def _authorise(action: int, *_: Any) -> int:
    attach, detach, ok, deny = 24, 25, 0, 1
    return deny if action in (attach, detach) else ok


def _begin_sqlite(connection: Any) -> None:
    # A write that begins by reading would fail at once when another has written in between.
    write = connection.get_execution_options().get("interlock_write", False)
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if write else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


async def limit(connection: AsyncConnection, seconds: float, *, write: bool) -> None:
    """Have the database itself refuse writes, and end statements that take longer."""
    milliseconds = max(1, math.ceil(seconds * 1000))
    if connection.dialect.name == "postgresql":
        mode = "READ WRITE" if write else "READ ONLY"
        await connection.exec_driver_sql(f"SET TRANSACTION {mode}")
        await connection.exec_driver_sql(f"SET LOCAL statement_timeout = {milliseconds}")
    elif connection.dialect.name == "mysql":
        mode = "READ WRITE" if write else "READ ONLY"
        if getattr(connection.dialect, "is_mariadb", False):
            setting = f"max_statement_time = {milliseconds / 1000}"
        else:
            setting = f"max_execution_time = {milliseconds}"
        await connection.exec_driver_sql(f"SET SESSION {setting}")
        await connection.exec_driver_sql(f"SET SESSION TRANSACTION {mode}")
        # What was said of the session holds from the next transaction on.
        await connection.exec_driver_sql("COMMIT")


async def watch_clock(connection: AsyncConnection, over: Callable[[], bool]) -> None:
    """SQLite has no time limit of its own: it is asked, from its thread, whether to go on."""
    if connection.dialect.name == "sqlite":
        raw = await connection.get_raw_connection()
        driver: Any = raw.driver_connection
        await driver.set_progress_handler(over, _LOOK_EVERY)
