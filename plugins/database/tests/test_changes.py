"""Writes: counted, all or nothing, once for each key; and what goes wrong with them."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest

from interlock.runtime import Runtime
from interlock.sdk import Conflict, InterlockError, Rejected, Retryable

from .conftest import Open, Place

STOCK = "CREATE TABLE stock (id INTEGER PRIMARY KEY, pieces INTEGER NOT NULL CHECK (pieces >= 0))"
TWO = "INSERT INTO stock VALUES (1, 10), (2, 0)"
TAKE = "UPDATE stock SET pieces = pieces - :n WHERE id = :id"


async def pieces(place: Place) -> list[int]:
    return [row[0] for row in await place.run("SELECT pieces FROM stock ORDER BY id")]


async def test_a_write_is_committed_and_counted(place: Place, opened: Open) -> None:
    await place.run(STOCK, TWO)
    runtime = await opened(place.url, read_only=False)
    done = await runtime.call("db.execute", {"sql": TAKE, "params": {"n": 3, "id": 1}})
    assert done == {"affected": 1, "rows": []}
    sql = "INSERT INTO stock VALUES (3, 5) RETURNING id, pieces"
    done = await runtime.call("db.execute", {"sql": sql})
    assert done == {"affected": 1, "rows": [{"id": 3, "pieces": 5}]}
    assert await pieces(place) == [7, 0, 5]


async def test_a_transaction_is_all_or_nothing(place: Place, opened: Open) -> None:
    await place.run(STOCK, TWO)
    runtime = await opened(place.url, read_only=False)
    move = {"sql": TAKE, "params": {"n": 4, "id": 1}, "expect": 1}
    back = {"sql": TAKE, "params": {"n": -4, "id": 2}, "expect": 1}
    done = await runtime.call("db.transaction", {"statements": [move, back]})
    assert [result["affected"] for result in done["results"]] == [1, 1]
    nobody = {**back, "params": {"n": -4, "id": 77}}
    with pytest.raises(Conflict, match="0 rows would be changed, not 1") as refused:
        await runtime.call("db.transaction", {"statements": [move, nobody]})
    assert refused.value.details["statement"] == 1
    too_much = {"sql": TAKE, "params": {"n": 400, "id": 1}}
    with pytest.raises(Rejected, match="constraint") as broken:
        await runtime.call("db.transaction", {"statements": [back, too_much]})
    assert broken.value.details["statement"] == 1
    assert await pieces(place) == [6, 4]


async def test_a_broken_constraint_is_named(place: Place, opened: Open) -> None:
    await place.run(STOCK, TWO)
    runtime = await opened(place.url, read_only=False)
    with pytest.raises(Conflict) as taken:
        await runtime.call("db.execute", {"sql": "INSERT INTO stock VALUES (1, 1)"})
    names = {"sqlite": "stock.id", "postgres": "stock_pkey", "mariadb": "PRIMARY"}
    assert taken.value.details["constraint"] == names[place.kind]
    with pytest.raises(Rejected) as empty:
        await runtime.call("db.execute", {"sql": "INSERT INTO stock VALUES (5, NULL)"})
    assert "pieces" in empty.value.details["constraint"]
    assert not isinstance(empty.value, Conflict)


async def test_a_mistake_in_a_statement_has_its_place(place: Place, opened: Open) -> None:
    await place.run(STOCK)
    runtime = await opened(place.url)
    with pytest.raises(Rejected, match="stock") as refused:
        await runtime.call("db.query", {"sql": "SELECT id FORM stock WHERE id = 'a'"})
    assert "sqlalche" not in str(refused.value)
    with pytest.raises(Rejected, match="stack"):
        await runtime.call("db.query", {"sql": "SELECT id FROM stack"})


async def test_postgres_says_where_the_mistake_is(postgres: Place, opened: Open) -> None:
    runtime = await opened(postgres.url)
    with pytest.raises(Rejected) as refused:
        await runtime.call("db.query", {"sql": "SELECT nothing"})
    assert refused.value.details["position"] == 8


@pytest.mark.parametrize("made", ["TABLE shelf (id INTEGER)", "TYPE shelf AS (id INTEGER)"])
async def test_what_is_there_already_is_a_conflict(
    postgres: Place, opened: Open, made: str
) -> None:
    """Of two sessions that make the table of keys at once, PostgreSQL refuses one like this."""
    await postgres.run(f"CREATE {made}")
    runtime = await opened(postgres.url, read_only=False)
    with pytest.raises(Conflict, match="already exists"):
        await runtime.call("db.execute", {"sql": f"CREATE {made}"})


async def test_a_repeated_call_writes_once(place: Place, opened: Open) -> None:
    await place.run(STOCK, TWO)
    runtime = await opened(place.url, read_only=False, once_table="interlock_calls")
    take = {"sql": TAKE, "params": {"n": 1, "id": 1}, "expect": 1}
    keys = ["first", "second", "first", "third", "second"]
    done = await asyncio.gather(
        *(runtime.call("db.execute", take, idempotency_key=key) for key in keys)
    )
    assert done == [{"affected": 1, "rows": []}] * 5
    assert await pieces(place) == [7, 0]
    with pytest.raises(Conflict):
        await runtime.call("db.execute", {**take, "expect": 2}, idempotency_key="fourth")
    # What failed left no key behind.
    await runtime.call("db.execute", take, idempotency_key="fourth")
    assert await pieces(place) == [6, 0]
    assert runtime.tool("db.execute")["facts"]["idempotent"] is True


@pytest.mark.parametrize("place", ["postgres", "mariadb"], indirect=True)
async def test_a_deadlock_says_that_nothing_happened(place: Place, opened: Open) -> None:
    await place.run(STOCK, "INSERT INTO stock VALUES (1, 100), (2, 100)")
    runtime = await opened(place.url, read_only=False, statement_timeout="20s")

    async def cross(one: int, other: int) -> None:
        slow = "SELECT pg_sleep(0.3)" if place.kind == "postgres" else "SELECT SLEEP(0.3)"
        statements: list[dict[str, Any]] = [
            {"sql": TAKE, "params": {"n": 1, "id": one}},
            {"sql": slow},
            {"sql": TAKE, "params": {"n": 1, "id": other}},
        ]
        await runtime.call("db.transaction", {"statements": statements})

    done = await asyncio.gather(cross(1, 2), cross(2, 1), return_exceptions=True)
    [error] = [each for each in done if each is not None]
    assert isinstance(error, Retryable) and not error.sent
    assert await pieces(place) == [99, 99]


async def refusal(runtime: Runtime) -> str:
    with pytest.raises(InterlockError) as refused:
        await runtime.call("db.query", {"sql": "SELECT 1 AS x"})
    return f"{type(refused.value).__name__} {refused.value}"


async def test_nobody_at_the_address(opened: Open) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    runtime = await opened(f"postgresql://me:sesame@127.0.0.1:{port}/x")
    said = await refusal(runtime)
    assert "does not answer" in said and "sesame" not in said


@pytest.mark.parametrize("kind", ["mysql", "postgresql"])
async def test_refused_credentials_need_a_person(
    opened: Open, kind: str, postgres: Place, mariadb: Place
) -> None:
    server = "127.0.0.1:3306/mysql" if kind == "mysql" else "127.0.0.1:5432/nowhere"
    runtime = await opened(f"{kind}://nobody:sesame@{server}")
    said = await refusal(runtime)
    assert "refuses us" in said and "sesame" not in said


async def test_an_address_that_is_none(opened: Open, tmp_path: Path) -> None:
    for url in ("sesame", "oracle://me:sesame@host/x"):
        said = await refusal(await opened(url))
        assert "write postgresql://" in said and "sesame" not in said
    said = await refusal(await opened(f"sqlite:///{tmp_path}/none.db"))
    assert "there is no file" in said and not (tmp_path / "none.db").exists()


async def test_killed_backends_lose_and_double_nothing(postgres: Place, opened: Open) -> None:
    await postgres.run("CREATE TABLE log (n INTEGER)")
    runtime = await opened(postgres.url, read_only=False, once_table="interlock_calls", pool_size=4)
    kill = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    failures = killed = written = 0

    async def write(n: int) -> None:
        nonlocal failures, written
        insert = {"sql": "INSERT INTO log VALUES (:n)", "params": {"n": n}}
        while True:
            try:
                await runtime.call("db.execute", insert, idempotency_key=f"key-{n}")
            except Retryable:
                failures += 1
            else:
                written += 1
                return

    async def worker(number: int) -> None:
        nonlocal killed
        for n in range(number * 50, number * 50 + 50):
            await write(n)
            if written in (40, 100, 160):
                [(count,)] = await postgres.run(kill)
                killed += count

    async with asyncio.TaskGroup() as tasks:
        for number in range(4):
            tasks.create_task(worker(number))
    assert killed and failures
    rows = await postgres.run("SELECT n FROM log ORDER BY n")
    assert [row[0] for row in rows] == list(range(200))
