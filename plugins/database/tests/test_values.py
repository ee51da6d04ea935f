"""Values of MySQL, MariaDB and SQLite as JSON; for PostgreSQL see test_postgres_types."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.sdk import InvalidInput, Rejected

from .conftest import Open, Place

MARIADB: list[tuple[str, Any]] = [
    ("CAST('26:00:00.5' AS TIME(1))", "26:00:00.500000"),
    ("TIMEDIFF('10:00:00', '12:00:00.25')", "-02:00:00.250000"),
    ("CAST('-838:59:59' AS TIME)", "-838:59:59"),
    ("18446744073709551615", 18446744073709551615),
    ("CAST(1.10 AS DECIMAL(10, 2))", "1.10"),
    ("CAST('2026-01-02 10:00:00.123456' AS DATETIME(6))", "2026-01-02T10:00:00.123456"),
    ("DATE('0000-00-00')", "0000-00-00"),
    ("JSON_OBJECT('a', 1.10)", '{"a": 1.10}'),
    ("x'00ff'", {"base64": "AP8="}),
    ("TRUE", 1),
]
SQLITE: list[tuple[str, Any]] = [
    ("CAST(x'ff' AS TEXT)", {"base64": "/w=="}),
    ("'é'", "é"),
    ("1e999", "inf"),
    ("9223372036854775807", 9223372036854775807),
    ("x''", {"base64": ""}),
]


async def test_mariadb_values_have_a_shape(mariadb: Place, opened: Open) -> None:
    runtime = await opened(mariadb.url)
    for sql, wanted in MARIADB:
        found = await runtime.call("db.query", {"sql": f"SELECT {sql} AS x"})
        assert found["rows"] == [{"x": wanted}], sql


async def test_a_number_stays_one_as_an_argument(place: Place, opened: Open) -> None:
    await place.run(
        "CREATE TABLE t (n INTEGER, r DOUBLE PRECISION)", "INSERT INTO t VALUES (5, 0.7)"
    )
    runtime = await opened(place.url)
    real = "CAST(:v AS DOUBLE PRECISION)" if place.kind == "postgres" else ":v"
    sql = {"sql": f"SELECT {real} + 1 AS x FROM t WHERE r = :v", "params": {"v": 0.7}}  # noqa: S608
    assert (await runtime.call("db.query", sql))["rows"] == [{"x": 1.7}]
    kind = {"sqlite": "typeof(:v)", "mariadb": "JSON_TYPE(JSON_EXTRACT(JSON_ARRAY(:v), '$[0]'))"}
    if place.kind in kind:
        sql = {"sql": f"SELECT {kind[place.kind]} AS x FROM t", "params": {"v": 0.7}}  # noqa: S608
        assert (await runtime.call("db.query", sql))["rows"][0]["x"] in ("real", "DOUBLE")
    else:
        sql = {"sql": "SELECT n FROM t WHERE n IN :v", "params": {"v": [5.7]}}
        with pytest.raises(Rejected, match="no integer"):
            await runtime.call("db.query", sql)


async def test_bits_of_mariadb_are_numbers(mariadb: Place, opened: Open) -> None:
    await mariadb.run("CREATE TABLE t (yes BIT(1), mask BIT(10))")
    runtime = await opened(mariadb.url, read_only=False)
    row = {"yes": 1, "mask": 513}
    await runtime.call("db.execute", {"sql": "INSERT INTO t VALUES (:yes, :mask)", "params": row})
    assert (await runtime.call("db.query", {"sql": "SELECT * FROM t"}))["rows"] == [row]


async def test_sqlite_values_have_a_shape(sqlite: Place, opened: Open) -> None:
    await sqlite.run("CREATE TABLE t (x)")
    runtime = await opened(sqlite.url)
    for sql, wanted in SQLITE:
        found = await runtime.call("db.query", {"sql": f"SELECT {sql} AS x"})
        assert found["rows"] == [{"x": wanted}], sql


async def test_sqlite_refuses_numbers_of_more_than_64_bits(sqlite: Place, opened: Open) -> None:
    await sqlite.run("CREATE TABLE t (x)")
    runtime = await opened(sqlite.url)
    with pytest.raises(InvalidInput, match="too large"):
        await runtime.call("db.query", {"sql": "SELECT :x AS x", "params": {"x": 2**63}})
