"""Rows as events: every change once, across restarts, restarts of the server and late commits."""

from __future__ import annotations

import asyncio
from typing import Any

from .conftest import Open, Place

ORDERS = "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer VARCHAR(50))"
WATCH: dict[str, Any] = {
    "sql": "SELECT * FROM orders WHERE id > :cursor ORDER BY id",
    "cursor": "id",
    "key": "customer",
    "event": "ordered",
    "every": "50ms",
    "batch": 3,
}


async def test_each_row_becomes_one_event(place: Place, opened: Open) -> None:
    values = ", ".join(f"({n}, 'c{n}')" for n in range(1, 9))
    await place.run(ORDERS)
    runtime = await opened(place.url, watch={"orders": WATCH})
    with runtime.bus.subscribe("db.*") as events:
        await place.run(f"INSERT INTO orders VALUES {values}")  # noqa: S608
        got = [await anext(events) for _ in range(8)]
        await place.run("INSERT INTO orders VALUES (20, 'late')")
        late = await anext(events)
    assert [event.payload["row"]["id"] for event in got] == list(range(1, 9))
    assert (got[0].name, got[0].key, got[0].id) == ("db.ordered", "c1", "db:orders:1")
    assert late.payload == {"row": {"id": 20, "customer": "late"}}


CHANGED = "CREATE TABLE changed (id INTEGER, at TIMESTAMP NOT NULL)"


async def test_an_overlap_finds_what_was_committed_late(postgres: Place, opened: Open) -> None:
    await postgres.run(CHANGED, "INSERT INTO changed VALUES (1, '2026-11-23 10:00:10')")
    watch = {
        "sql": "SELECT * FROM changed WHERE at > :cursor ORDER BY at",
        "cursor": "at",
        "id": "id",
        "start": "2026-01-01",
        "overlap": 60,
        "every": "50ms",
    }
    runtime = await opened(postgres.url, watch={"changes": watch})
    with runtime.bus.subscribe("db.*") as events:
        # The clock of this one is behind, as that of a transaction that began earlier.
        await postgres.run("INSERT INTO changed VALUES (2, '2026-11-23 10:00:05')")
        seen = set()
        while 2 not in seen:
            seen.add((await anext(events)).payload["row"]["id"])
        await postgres.run("UPDATE changed SET at = '2026-11-23 10:00:20' WHERE id = 1")
        again = await anext(events)
    assert again.payload["row"]["id"] == 1
    assert again.id == "db:changes:1@2026-11-23T10:00:20"


async def test_an_hour_that_comes_twice_is_in_order(postgres: Place, opened: Open) -> None:
    """Clocks go back: 02:30+02:00 is before 02:10+01:00."""
    name = postgres.url.rpartition("/")[2]
    await postgres.run(
        f"ALTER DATABASE {name} SET timezone = 'Europe/Berlin'",
        "CREATE TABLE changed (id INTEGER, at TIMESTAMPTZ)",
    )
    watch = {
        "sql": "SELECT * FROM changed WHERE at > :cursor ORDER BY at",
        "cursor": "at",
        "start": "2026-01-01",
        "every": "50ms",
    }
    runtime = await opened(postgres.url, watch={"changes": watch})
    with runtime.bus.subscribe("db.*") as events:
        await postgres.run(
            "INSERT INTO changed VALUES (1, '2026-10-25 00:30Z'), (2, '2026-10-25 01:10Z')"
        )
        got = [(await anext(events)).payload["row"] for _ in range(2)]
    assert [row["at"] for row in got] == ["2026-10-25T02:30:00+02:00", "2026-10-25T02:10:00+01:00"]
    kept = runtime.journal.key_value("db")
    while await kept.get("watch:changes") != {"cursor": got[1]["at"]}:
        await asyncio.sleep(0.01)


async def test_a_cursor_keeps_all_of_its_digits(postgres: Place, opened: Open) -> None:
    await postgres.run("CREATE TABLE orders (id BIGINT, customer TEXT)")
    first = 2**60
    runtime = await opened(postgres.url, watch={"orders": {**WATCH, "start": first}})
    kept = runtime.journal.key_value("db")
    with runtime.bus.subscribe("db.*") as events:
        for number in (first + 1, first + 2):
            await postgres.run(f"INSERT INTO orders VALUES ({number}, 'Ada')")  # noqa: S608
            await anext(events)
    while await kept.get("watch:orders") != {"cursor": first + 2}:
        await asyncio.sleep(0.01)


async def test_a_notification_starts_a_round(postgres: Place, opened: Open) -> None:
    """Also on a connection that was killed: what came while nobody listened is found."""
    await postgres.run(ORDERS)
    # Only notifications, and starts, can be the reason for a round here.
    watch = {**WATCH, "notify": "orders_changed", "every": "1h"}
    runtime = await opened(postgres.url, watch={"orders": watch})
    listeners = (
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        " AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()"
    )
    with runtime.bus.subscribe("db.*") as events:
        while not await postgres.run(listeners):
            await asyncio.sleep(0.01)
        await postgres.run("INSERT INTO orders VALUES (1, 'Ada')", "NOTIFY orders_changed")
        assert (await anext(events)).key == "Ada"
        await postgres.run("INSERT INTO orders VALUES (2, 'Bob')")
        await postgres.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert (await anext(events)).key == "Bob"


async def test_rows_out_of_order_are_not_skipped_in_silence(
    sqlite: Place, opened: Open, caplog: Any
) -> None:
    await sqlite.run(ORDERS, "INSERT INTO orders VALUES (2, 'b'), (1, 'a')")
    watch = {**WATCH, "sql": "SELECT * FROM orders WHERE id > :cursor ORDER BY id DESC"}
    await opened(sqlite.url, watch={"orders": watch})
    while "is not in order" not in caplog.text:
        await asyncio.sleep(0.01)
