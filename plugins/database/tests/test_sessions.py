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


async def test_what_a_call_sets_on_mariadb_holds_for_itself_alone(
    mariadb: Place, opened: Open
) -> None:
    runtime = await opened(f"{mariadb.url}?charset=utf8mb4", pool_size=1, read_only=False)
    sql = """SELECT @@sql_mode AS mode, @@time_zone AS zone, @mine AS mine, DATABASE() AS place,
        @@collation_connection AS names, @@autocommit AS auto"""
    before = (await runtime.call("db.query", {"sql": sql}))["rows"]
    for change in (
        "SET SESSION sql_mode = ''",
        "SET time_zone = '+09:00'",
        "SET @mine = 5",
        "SET NAMES latin1",
        "SET autocommit = 1",
        "CREATE TEMPORARY TABLE mine (id int)",
        "USE mysql",
    ):
        await runtime.call("db.execute", {"sql": change})
        assert (await runtime.call("db.query", {"sql": sql}))["rows"] == before
    with pytest.raises(Rejected):
        await runtime.call("db.query", {"sql": "SELECT * FROM mine"})
    with pytest.raises(Rejected):
        await runtime.call("db.query", {"sql": "SELECT 1; SELECT 2"})


async def test_a_service_of_no_database_stays_in_none(mariadb: Place, opened: Open) -> None:
    server = mariadb.url.rpartition("/")[0]
    runtime = await opened(server, pool_size=1, read_only=False)
    await runtime.call("db.execute", {"sql": "USE mysql"})
    assert (await runtime.call("db.query", {"sql": "SELECT DATABASE() AS place"}))["rows"] == [
        {"place": None}
    ]


async def test_what_the_address_says_of_a_session_holds_for_all_calls(
    mariadb: Place, opened: Open
) -> None:
    said = "charset=latin1&sql_mode='ANSI'&init_command=SET%20%40x=7"
    runtime = await opened(f"{mariadb.url}?{said}", pool_size=1)
    sql = "SELECT @@sql_mode AS mode, @x AS x, @@character_set_client AS names"
    for _ in range(2):
        (row,) = (await runtime.call("db.query", {"sql": sql}))["rows"]
        assert "ANSI" in row["mode"] and row["x"] == 7 and row["names"] == "latin1"
