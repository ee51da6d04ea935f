"""What a session keeps over the end of a transaction, and not over the end of a call."""

from __future__ import annotations

import pytest

from interlock.sdk import Rejected

from .conftest import Open, Place

HELD = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"


async def test_no_lock_outlives_its_call(postgres: Place, opened: Open) -> None:
    runtime = await opened(postgres.url, pool_size=1)
    await runtime.call("db.query", {"sql": "SELECT pg_advisory_lock(7), 1 AS done"})
    with pytest.raises(Rejected):
        await runtime.call("db.query", {"sql": "SELECT pg_advisory_lock(8), 1 / 0 AS done"})
    assert await postgres.run(HELD) == [(0,)]


async def test_no_lock_outlives_its_call_on_mariadb(mariadb: Place, opened: Open) -> None:
    runtime = await opened(mariadb.url, pool_size=1)
    await runtime.call("db.query", {"sql": "SELECT GET_LOCK('seven', 0) AS held"})
    assert await mariadb.run("SELECT IS_FREE_LOCK('seven')") == [(1,)]


async def test_what_a_call_sets_holds_for_itself_alone(postgres: Place, opened: Open) -> None:
    runtime = await opened(postgres.url, pool_size=1, read_only=False)
    for sql in (
        "SET TIME ZONE 'Asia/Tokyo'",
        "CREATE TEMP TABLE mine (id int)",
        "SET ROLE pg_monitor",
    ):
        await runtime.call("db.execute", {"sql": sql})
    sql = "SELECT current_setting('TimeZone') AS zone, current_user AS me, to_regclass('mine') AS mine"
    (row,) = (await runtime.call("db.query", {"sql": sql}))["rows"]
    assert row["zone"] != "Asia/Tokyo" and row["me"] == "postgres" and row["mine"] is None
