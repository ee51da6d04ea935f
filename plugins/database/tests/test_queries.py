"""Questions: arguments, values, bounds, and the promise that nothing is changed."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from interlock.sdk import InvalidInput, NotFound, Rejected
from interlock_database.rows import streamed
from interlock_database.statements import bound

from .conftest import Open, Place

ORDERS = (
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer VARCHAR(50) UNIQUE, price DECIMAL(10,2))"
)
THREE = "INSERT INTO orders VALUES (1, 'Ada', 12.30), (2, 'Bob', 7.00), (3, 'Eve', 0.05)"
# Finds nothing, or everything, if it were ever written into the text.
HOSTILE = "x' OR '1'='1"


async def test_a_query_takes_arguments_and_gives_rows(place: Place, opened: Open) -> None:
    await place.run(ORDERS, THREE)
    runtime = await opened(place.url)
    found = await runtime.call(
        "db.query",
        {
            "sql": "SELECT id, customer FROM orders WHERE id IN :ids AND customer <> :name ORDER BY id",
            "params": {"ids": [1, 2, 9], "name": "Bob"},
        },
    )
    assert found == {
        "columns": ["id", "customer"],
        "rows": [{"id": 1, "customer": "Ada"}],
        "truncated": False,
    }
    sql = "SELECT id FROM orders WHERE customer = :name"
    found = await runtime.call("db.query", {"sql": sql, "params": {"name": HOSTILE}})
    assert found["rows"] == []


async def test_arguments_that_do_not_fit_the_statement(sqlite: Place, opened: Open) -> None:
    await sqlite.run(ORDERS)
    runtime = await opened(sqlite.url)
    with pytest.raises(InvalidInput, match="needs :customer"):
        await runtime.call("db.query", {"sql": "SELECT 1 FROM orders WHERE customer = :customer"})
    with pytest.raises(InvalidInput, match="did you mean 'name'"):
        await runtime.call("db.query", {"sql": "SELECT :name AS n", "params": {"nam": 1}})


async def test_a_result_is_bounded_and_says_so(place: Place, opened: Open) -> None:
    await place.run(ORDERS, THREE)
    runtime = await opened(place.url, max_rows=2)
    sql = {"sql": "SELECT id FROM orders ORDER BY id"}
    found = await runtime.call("db.query", {**sql, "max_rows": 50})
    assert (len(found["rows"]), found["truncated"]) == (2, True)
    found = await runtime.call("db.query", {"sql": "SELECT id FROM orders WHERE id < 3"})
    assert (len(found["rows"]), found["truncated"]) == (2, False)


async def test_a_result_is_bounded_in_bytes(sqlite: Place, opened: Open) -> None:
    await sqlite.run(ORDERS, THREE)
    runtime = await opened(sqlite.url, max_result=1000)
    found = await runtime.call(
        "db.query", {"sql": "SELECT hex(zeroblob(200)) AS x, id FROM orders"}
    )
    assert (len(found["rows"]), found["truncated"]) == (2, True)
    with pytest.raises(Rejected, match="one row is larger"):
        await runtime.call("db.query", {"sql": "SELECT hex(zeroblob(2000)) AS x"})


async def test_the_rest_of_a_result_stays_with_the_database(mariadb: Place, opened: Open) -> None:
    runtime = await opened(mariadb.url, pool_size=1)
    endless = "SELECT seq FROM seq_1_to_100000000000"  # which MariaDB would send to its end
    found = await runtime.call("db.query", {"sql": endless, "max_rows": 2})
    assert (found["rows"], found["truncated"]) == ([{"seq": 1}, {"seq": 2}], True)
    assert (await runtime.call("db.query", {"sql": "SELECT 1 AS x"}))["rows"] == [{"x": 1}]


async def test_nothing_is_taken_in_while_nobody_reads(mariadb: Place) -> None:
    engine = create_async_engine(mariadb.url, poolclass=NullPool)
    async with engine.connect() as connection:
        transport = (await connection.get_raw_connection()).driver_connection._transport  # type: ignore[union-attr]
        endless = bound("SELECT seq FROM seq_1_to_100000000000", {}, "mysql")
        async with streamed(connection, endless) as result:
            assert await anext(result.each()) == {"seq": 1}
            assert not transport.is_reading()


WRITES = [
    "INSERT INTO orders VALUES (9, 'Mallory', 1)",
    "DELETE FROM orders",
    "DROP TABLE orders",
    "SELECT 1; DELETE FROM orders",
    "SELECT 1; COMMIT; DELETE FROM orders",
]


@pytest.mark.parametrize("sql", WRITES)
async def test_a_query_changes_nothing(place: Place, opened: Open, sql: str) -> None:
    await place.run(ORDERS, THREE)
    for read_only in (True, False):
        runtime = await opened(place.url, read_only=read_only)
        with pytest.raises(Rejected):
            await runtime.call("db.query", {"sql": sql})
        assert await place.run("SELECT count(*) FROM orders") == [(3,)]


async def test_a_session_cannot_talk_itself_out_of_reading(place: Place, opened: Open) -> None:
    await place.run(ORDERS, THREE)
    runtime = await opened(place.url, pool_size=1)
    escape = {
        "sqlite": "PRAGMA query_only = OFF",
        "postgres": "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
        "mariadb": "SET SESSION TRANSACTION READ WRITE",
    }[place.kind]
    with pytest.raises(Rejected):
        await runtime.call("db.query", {"sql": escape})
    with pytest.raises(Rejected):
        await runtime.call("db.query", {"sql": "DELETE FROM orders"})
    assert await place.run("SELECT count(*) FROM orders") == [(3,)]


@pytest.mark.parametrize(
    "sql",
    [
        "BEGIN NOT ATOMIC COMMIT; SET SESSION TRANSACTION READ WRITE; DELETE FROM orders; COMMIT; END",
        "/*! BEGIN NOT ATOMIC COMMIT; SET SESSION TRANSACTION READ WRITE; DELETE FROM orders; END */",
        " -- SELECT\n(/* SELECT */ CALL clear()",
        "CALL clear()",
        "SET GLOBAL sort_buffer_size = 2097152",
    ],
)
async def test_no_procedure_writes_while_we_read(mariadb: Place, opened: Open, sql: str) -> None:
    clear = """CREATE PROCEDURE clear() BEGIN
    COMMIT; SET SESSION TRANSACTION READ WRITE; DELETE FROM orders; COMMIT; END"""
    await mariadb.run(ORDERS, THREE, clear)
    runtime = await opened(mariadb.url)
    with pytest.raises(Rejected, match="a statement that reads begins with"):
        await runtime.call("db.query", {"sql": sql})
    assert await mariadb.run("SELECT count(*) FROM orders") == [(3,)]
    for allowed in ("(SELECT 1 AS x) UNION SELECT 2", "# why\nSHOW TABLES", "/* x */ VALUES (1)"):
        assert (await runtime.call("db.query", {"sql": allowed}))["rows"]


@pytest.mark.parametrize("before", ["", "--\n/* SELECT */ ("])
async def test_reading_runs_no_copy(postgres: Place, opened: Open, before: str) -> None:
    runtime = await opened(postgres.url)
    with pytest.raises(Rejected, match="a statement that reads begins with"):
        await runtime.call("db.query", {"sql": f"{before}copy (SELECT 1) TO PROGRAM 'false'"})
    for allowed in ("(SELECT 1 AS x)", "--why\nSHOW work_mem", "/* x */ VALUES (1)"):
        assert (await runtime.call("db.query", {"sql": allowed}))["rows"]


@pytest.mark.parametrize("into", ["INTO OUTFILE", "INTO/**/DUMPFILE", "into /*!50000OUTFILE*/"])
async def test_reading_writes_no_file(mariadb: Place, opened: Open, into: str) -> None:
    runtime = await opened(mariadb.url)
    with pytest.raises(Rejected, match="writes no file"):
        await runtime.call("db.query", {"sql": f"SELECT 1 {into} '/no/such/folder'"})


async def test_a_colon_within_a_text_is_no_argument(place: Place, opened: Open) -> None:
    await place.run(ORDERS)
    quote = {"sqlite": '"{}"', "postgres": '"{}"', "mariadb": "`{}`"}[place.kind].format("at:x")
    sql = f"SELECT '12:30' AS {quote}, :y AS y, 'it''s :n' AS z /* :c */ -- :d"
    runtime = await opened(place.url)
    found = await runtime.call("db.query", {"sql": sql, "params": {"y": "a:b"}})
    assert found["rows"] == [{"at:x": "12:30", "y": "a:b", "z": "it's :n"}]


async def test_a_read_only_service_offers_no_writes(sqlite: Place, opened: Open) -> None:
    await sqlite.run(ORDERS)
    runtime = await opened(sqlite.url)
    with pytest.raises(NotFound):
        await runtime.call("db.execute", {"sql": "DELETE FROM orders"})


async def test_sqlite_reaches_no_other_file(sqlite: Place, opened: Open, tmp_path: Path) -> None:
    await sqlite.run(ORDERS, THREE)
    runtime = await opened(sqlite.url, read_only=False)
    other = tmp_path / "other.db"
    for sql in (f"ATTACH DATABASE '{other}' AS other", f"VACUUM INTO '{other}'"):
        for tool in ("db.query", "db.execute"):
            with pytest.raises(Rejected):
                await runtime.call(tool, {"sql": sql})
    assert not other.exists()


async def test_an_export_keeps_every_row(place: Place, opened: Open) -> None:
    await place.run("CREATE TABLE numbers (n INTEGER, text VARCHAR(20))")
    for start in range(0, 3000, 1000):
        values = ", ".join(f"({n}, 'a, \"b\" {n}')" for n in range(start, start + 1000))
        await place.run(f"INSERT INTO numbers VALUES {values}")  # noqa: S608
    runtime = await opened(place.url, export_part=20_000)
    arguments = {"sql": "SELECT * FROM numbers ORDER BY n"}
    done = await runtime.call("db.export", arguments)
    assert done["rows"] == 3000 and len(done["parts"]) > 3
    assert all(part["size"] < 21_000 for part in done["parts"])
    texts = [(await runtime.journal.blobs.get(part["blob"])).decode() for part in done["parts"]]
    rows = [json.loads(line) for line in "".join(texts).splitlines()]
    assert rows == [{"n": n, "text": f'a, "b" {n}'} for n in range(3000)]
    done = await runtime.call("db.export", {**arguments, "format": "csv"})
    head, first, *_ = (await runtime.journal.blobs.get(done["parts"][1]["blob"])).splitlines()
    assert head == b"n,text" and first.endswith(b'"')


async def test_columns_of_one_name_are_refused(sqlite: Place, opened: Open) -> None:
    await sqlite.run(ORDERS)
    runtime = await opened(sqlite.url)
    with pytest.raises(Rejected, match="two columns are named 'id'"):
        await runtime.call("db.query", {"sql": "SELECT 1 AS id, 2 AS id"})


SLOW = {
    "sqlite": "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) AS x FROM c",
    "postgres": "SELECT 1 AS x FROM pg_sleep(50)",
    "mariadb": "SELECT SLEEP(50) AS x FROM mysql.user a, mysql.user b",
}


async def test_the_database_ends_what_takes_too_long(place: Place, opened: Open) -> None:
    await place.run(ORDERS)
    runtime = await opened(place.url, statement_timeout="200ms", pool_size=1)
    with pytest.raises(Rejected, match="took too long"):
        await runtime.call("db.query", {"sql": SLOW[place.kind]})
    found = await runtime.call("db.query", {"sql": "SELECT 1 AS x"})
    assert found["rows"] == [{"x": 1}]


async def test_a_caller_who_leaves_frees_the_connection(place: Place, opened: Open) -> None:
    await place.run(ORDERS)
    runtime = await opened(place.url, pool_size=1)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await runtime.call("db.query", {"sql": SLOW[place.kind]})
    found = await runtime.call("db.query", {"sql": "SELECT 1 AS x"})
    assert found["rows"] == [{"x": 1}]


async def test_named_queries_are_tools(place: Place, opened: Open) -> None:
    await place.run(ORDERS, THREE)
    queries = {
        "find": {"sql": "SELECT id FROM orders WHERE price > :above ORDER BY id"},
        "order": {
            "sql": "SELECT * FROM orders WHERE id = :id",
            "returns": "one",
            "params": {"id": "integer"},
        },
        "count": {"sql": "SELECT count(*) AS n FROM orders", "returns": "value"},
        "rename": {
            "sql": "UPDATE orders SET customer = :name WHERE id = :id",
            "effect": "write",
            "returns": "count",
            "optional": ["name"],
        },
    }
    runtime = await opened(place.url, read_only=False, allow_sql=False, queries=queries)
    assert (await runtime.call("db.find", {"above": 5}))["rows"] == [{"id": 1}, {"id": 2}]
    assert (await runtime.call("db.order", {"id": 2}))["customer"] == "Bob"
    assert await runtime.call("db.order", {"id": 7}) is None
    assert await runtime.call("db.count", {}) == 3
    assert await runtime.call("db.rename", {"id": 2}) == {"affected": 1}
    assert (await runtime.call("db.order", {"id": 2}))["customer"] is None
    with pytest.raises(InvalidInput, match="expected integer"):
        await runtime.call("db.order", {"id": "2"})
    with pytest.raises(NotFound):
        await runtime.call("db.query", {"sql": "SELECT 1 AS x"})
