"""What a session of MySQL or MariaDB begins with, and begins with again for each call.

Commands are those of the protocol: COM_SET_OPTION, and COM_RESET_CONNECTION of MySQL 5.7.3 and
MariaDB 10.2.4. asyncmy has no function for them, so they go through private names of it.
"""

from __future__ import annotations

from typing import Any

_SET_OPTION, _MULTI_STATEMENTS_OFF = 0x1B, b"\x01\x00"
_RESET_CONNECTION = 0x1F
_BIT = 16


def conversions() -> dict[str, Any]:
    """Arguments of ``connect``: what the driver makes of values, by type."""
    # Imported here: a deployment has the drivers of its own databases only.
    from asyncmy.converters import conversions

    return {"conv": {**conversions, _BIT: lambda value: int.from_bytes(value, "big")}}


async def one_statement(driver: Any) -> None:
    """asyncmy always lets a text hold several statements, and so one that ends a read-only mode."""
    await driver._execute_command(_SET_OPTION, _MULTI_STATEMENTS_OFF)
    await driver.read_packet()


async def forget(driver: Any) -> None:
    """Roll back, and end variables, temporary tables, locks, what was prepared, what is in use.

    Raises:
        Exception: of the driver; the connection is of no more use.
    """
    await driver._execute_command(_RESET_CONNECTION, b"")
    await driver._read_ok_packet()
    driver._stmt_cache.clear()
    await driver.query(_names(driver))
    if driver._init_command is not None:
        await driver.query(driver._init_command)
        await driver.commit()
    await _back_to(driver, driver._db)


def _names(driver: Any) -> str:
    """As when it was opened: the server's own defaults for these are of no use to a driver."""
    from asyncmy.charset import charset_by_name

    charset = charset_by_name(driver._charset)
    mode = "" if driver._sql_mode is None else f", sql_mode = {driver._sql_mode}"
    return f"SET NAMES {charset.name} COLLATE {charset.collation}, autocommit = 0{mode}"


async def _back_to(driver: Any, database: Any) -> None:
    if database is not None:
        await driver.select_db(database)
        return
    cursor = driver.cursor()
    await cursor.execute("SELECT DATABASE()")
    if (await cursor.fetchone())[0] is not None:
        raise RuntimeError("a session that uses a database cannot use none again")
    await cursor.close()
