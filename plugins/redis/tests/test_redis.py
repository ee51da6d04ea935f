"""Streams and channels to events and back, on a real Redis, through a real runtime."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from interlock.daemon.compose import open_runtime
from interlock.events import Subscription
from interlock.runtime import Runtime
from interlock.sdk import Event

from .conftest import OwnRedis, write_config

# Laid into the journal of a test, it makes the events of one customer fail whenever they come.
TROUBLE = """CREATE TRIGGER trouble BEFORE INSERT ON events WHEN NEW.key = 'Eve'
BEGIN SELECT RAISE(ABORT, 'no room on the disk'); END"""


def config(folder: Path, stream: str, **settings: Any) -> Path:
    consume = {"stream": stream, "event": "ordered", "key": "customer", "claim_after": "50ms"}
    consume |= settings.pop("consume", {})
    return write_config(folder, {"consume": [consume]} | settings)


async def test_what_is_published_becomes_one_event_and_is_acknowledged(
    client: Any, stream: str, tmp_path: Path
) -> None:
    await client.xgroup_create(stream, "interlock", id="0", mkstream=True)
    await client.xadd(stream, {"id": "left", "body": '{"customer": "Eve"}'})
    # Taken in by an earlier process of our name, which did not live to acknowledge it.
    await client.xreadgroup("interlock", "one", {stream: ">"})
    path = config(tmp_path, stream, consumer="one", consume={"claim_after": "1h"})
    async with open_runtime(path) as runtime:
        with runtime.bus.subscribe("redis.*") as heard:
            await durable(runtime, key="Eve")
            for _ in range(2):
                await runtime.call(
                    "redis.publish",
                    {"stream": stream, "message": {"customer": "Ada"}, "id": "order-1"},
                )
            await client.xadd(stream, {"body": "no json"})
            await client.xadd(stream, {"customer": "Bob"})
            got = [event async for event in first_of(heard, 2, without="Eve")]
            await drained(client, stream)
    first, second = got
    assert (first.name, first.key, first.id) == (
        "redis.ordered",
        "Ada",
        f"redis.ordered:{stream}:order-1",
    )
    assert second.payload["message"] == {"customer": "Bob"}
    [(_, dead_letter)] = await client.xrange(f"{stream}.dead")
    assert dead_letter[b"body"] == b"no json" and b"not json" in dead_letter[b"reason"]


async def test_what_another_consumer_has_left_is_taken_over(
    client: Any, stream: str, tmp_path: Path
) -> None:
    await client.xgroup_create(stream, "interlock", id="0", mkstream=True)
    for number in range(7):
        await client.xadd(stream, {"id": str(number), "body": '{"customer": "Eve"}'})
    await client.xreadgroup("interlock", "gone", {stream: ">"})
    trimmed = await client.xadd(stream, {"body": "{}"})
    await client.xreadgroup("interlock", "gone", {stream: ">"})
    await client.xdel(stream, trimmed)
    async with open_runtime(config(tmp_path, stream, consume={"max_in_flight": 3})) as runtime:
        got = {event.id for event in await durable(runtime, key="Eve", count=7)}
        await drained(client, stream)
    assert got == {f"redis.ordered:{stream}:{number}" for number in range(7)}


async def test_what_fails_too_often_is_set_aside_and_holds_nobody_up(
    client: Any, stream: str, tmp_path: Path
) -> None:
    async with open_runtime(config(tmp_path, stream, consume={"dead_letter_after": 2})) as runtime:
        with closing(sqlite3.connect(tmp_path / "state" / "journal.db")) as journal:
            journal.execute(TROUBLE)
        with runtime.bus.subscribe("redis.*") as heard:
            await client.xadd(stream, {"id": "bad", "body": '{"customer": "Eve"}'})
            await client.xadd(stream, {"id": "good", "body": '{"customer": "Ada"}'})
            assert (await anext(heard)).key == "Ada"
            await drained(client, stream)
    [(_, dead_letter)] = await client.xrange(f"{stream}.dead")
    assert dead_letter[b"id"] == b"bad" and dead_letter[b"reason"].startswith(b"failed 2 times")


async def test_a_channel_is_heard_while_somebody_listens(
    client: Any, stream: str, tmp_path: Path
) -> None:
    await client.publish(f"{stream}.a", '{"n": 0}')  # before anybody listens: lost
    subscribe = [{"channel": f"{stream}.*", "event": "told", "key": "n"}]
    async with open_runtime(write_config(tmp_path, {"subscribe": subscribe})) as runtime:
        with runtime.bus.subscribe("redis.*") as heard:
            told = {"channel": f"{stream}.a", "message": {"n": 1}}
            while not (await runtime.call("redis.broadcast", told))["receivers"]:
                await asyncio.sleep(0.01)
            await client.publish(f"{stream}.b", "no json")
            await client.publish(f"{stream}.b", '{"n": 2}')
            first, second = await anext(heard), await anext(heard)
    assert (first.name, first.key, first.payload["source"]) == ("redis.told", "1", f"{stream}.a")
    assert (second.key, second.payload["source"]) == ("2", f"{stream}.b")
    [(_, dead_letter)] = await client.xrange(f"{stream}.*.dead")
    assert dead_letter[b"body"] == b"no json" and dead_letter[b"channel"] == f"{stream}.b".encode()


async def test_values_are_kept_counted_and_removed(
    client: Any, stream: str, tmp_path: Path
) -> None:
    async with open_runtime(config(tmp_path, stream)) as runtime:
        key = {"key": f"{stream}-value"}
        assert await runtime.call("redis.get", key) is None
        await runtime.call("redis.set", {**key, "value": {"a": [1]}, "ttl": 60})
        assert await runtime.call("redis.get", key) == {"a": [1]}
        assert await client.pttl(key["key"]) > 0
        assert not (await runtime.call("redis.set", {**key, "value": 1, "if_absent": True}))["set"]
        assert await runtime.call("redis.delete", key) == {"deleted": 1}
        for count in (2, 4):
            added = await runtime.call("redis.increment", {**key, "by": 2, "ttl": 60})
            assert added == {"value": count}
        assert 0 < await client.pttl(key["key"]) <= 60_000


@pytest.mark.slow
async def test_a_redis_killed_under_load_loses_nothing(own_redis: OwnRedis, tmp_path: Path) -> None:
    wanted = {f"redis.ordered:orders:{number}" for number in range(600)}
    path = config(tmp_path / "daemon", "orders", url=own_redis.url)
    async with open_runtime(path) as runtime:
        with runtime.bus.subscribe("redis.*", capacity=10_000) as heard:
            for number in range(600):
                await publish(runtime, number)
                if number in (150, 400):
                    own_redis.kill()
                    own_redis.start()
            got = [(await anext(heard)).id for _ in wanted]
    assert set(got) == wanted  # as many as were sent, and none of them twice


async def publish(runtime: Runtime, number: int) -> None:
    message = {"stream": "orders", "message": {"customer": "Ada"}, "id": str(number)}
    while True:
        try:
            await runtime.call("redis.publish", message)
        except Exception:  # noqa: BLE001 - a run would wait and repeat, whatever it was
            await asyncio.sleep(0.05)
        else:
            return


async def durable(runtime: Runtime, *, key: str, count: int = 1) -> Sequence[Event]:
    """Wait until the journal has so many events; some come before anybody can listen."""
    while True:
        found = await runtime.journal.events.since("redis.ordered", key, 0.0)
        if len(found) >= count:
            return found
        await asyncio.sleep(0.01)


async def first_of(heard: Subscription, count: int, *, without: str) -> AsyncIterator[Event]:
    while count:
        event = await anext(heard)
        if event.key != without:
            count -= 1
            yield event


async def drained(client: Any, stream: str) -> None:
    """Wait until everything that was delivered is acknowledged."""
    while (await client.xpending(stream, "interlock"))["pending"]:
        await asyncio.sleep(0.01)
