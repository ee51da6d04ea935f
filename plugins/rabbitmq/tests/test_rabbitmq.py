"""Queues to events and back, on a real RabbitMQ, through a real runtime."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import aio_pika
import pytest
from aio_pika.exceptions import PublishError

from interlock.daemon.compose import open_runtime
from interlock.journal import open_journal
from interlock.runtime import Runtime
from interlock.sdk import Rejected
from interlock.testing import VirtualWorld
from interlock_rabbitmq.message_ids import MessageIds

from .conftest import OwnRabbit, write_config

# Laid into the journal of a test, it makes the events of one customer fail whenever they come.
TROUBLE = """CREATE TRIGGER trouble BEFORE INSERT ON events WHEN NEW.key = 'Eve'
BEGIN SELECT RAISE(ABORT, 'no room on the disk'); END"""


def config(folder: Path, queue: str, url: str = "", **rules: Any) -> Path:
    consume = {"queue": queue, "event": "ordered", "key": "customer"} | rules
    return write_config(folder, consume, **({"url": url} if url else {}))


async def test_what_is_published_becomes_one_event_and_is_acknowledged(
    channel: Any, queue: str, tmp_path: Path
) -> None:
    declared = await declare(channel, queue)
    async with open_runtime(config(tmp_path, queue)) as runtime:
        with runtime.bus.subscribe("rabbitmq.*") as heard:
            call = {"routing_key": queue, "message": {"customer": "Ada"}, "id": "order-1"}
            await runtime.call("rabbitmq.publish", {**call, "headers": {"tenant": "north"}})
            await runtime.call("rabbitmq.publish", call)
            await channel.default_exchange.publish(aio_pika.Message(b"no json"), queue)
            await runtime.call("rabbitmq.publish", {**call, "id": "order-2"})
            first, second = await anext(heard), await anext(heard)
            dead = await _get(channel, f"{queue}.dead")
            # What is set aside is acknowledged after that, and before what comes later.
            await runtime.call("rabbitmq.publish", {**call, "id": "order-3"})
            await anext(heard)
    assert (first.name, first.key) == ("rabbitmq.ordered", "Ada")
    assert first.payload["headers"] == {"tenant": "north"}
    assert [first.id, second.id] == [f"rabbitmq.ordered:{queue}:order-{n}" for n in (1, 2)]
    assert dead.body == b"no json" and "not json" in dead.headers["x-interlock-reason"]
    assert (await declared.get(fail=False)) is None


async def test_a_message_that_no_queue_takes_is_rejected(
    channel: Any, queue: str, tmp_path: Path
) -> None:
    await declare(channel, queue)
    async with open_runtime(config(tmp_path, queue)) as runtime:
        nowhere = {"routing_key": f"{queue}-none", "message": 1}
        with pytest.raises(Rejected, match="no queue takes the message"):
            await runtime.call("rabbitmq.publish", nowhere)
        with pytest.raises(Rejected, match="no exchange"):
            await runtime.call("rabbitmq.publish", {**nowhere, "exchange": f"{queue}-none"})
        with runtime.bus.subscribe("rabbitmq.*") as heard:
            message = {"customer": "Ada"}
            await runtime.call("rabbitmq.publish", {"routing_key": queue, "message": message})
            assert (await anext(heard)).key == "Ada"


@pytest.mark.parametrize("queue_type", ["quorum", "classic"])
async def test_what_fails_too_often_is_set_aside_and_holds_nobody_up(
    channel: Any, queue: str, tmp_path: Path, queue_type: str
) -> None:
    await declare(channel, queue, queue_type)
    rules = {"queue_type": queue_type, "dead_letter_after": 2}
    async with open_runtime(config(tmp_path, queue, **rules)) as runtime:
        with closing(sqlite3.connect(tmp_path / "state" / "journal.db")) as journal:
            journal.execute(TROUBLE)
        with runtime.bus.subscribe("rabbitmq.*") as heard:
            for customer in ("Eve", "Ada"):
                body = f'{{"customer": "{customer}"}}'.encode()
                await send(channel, queue, body)
            assert (await anext(heard)).key == "Ada"
            dead = await _get(channel, f"{queue}.dead")
    assert dead.headers["x-interlock-reason"].startswith("failed 2 times")


async def test_messages_without_id_that_are_alike_are_still_two(
    channel: Any, queue: str, tmp_path: Path
) -> None:
    await declare(channel, queue)
    async with open_runtime(config(tmp_path, queue)) as runtime:
        with runtime.bus.subscribe("rabbitmq.*") as heard:
            for customer in ("Ada", "Ada", "Bob"):
                await send(channel, queue, f'{{"customer": "{customer}"}}'.encode())
            assert sorted([(await anext(heard)).key for _ in range(3)]) == ["Ada", "Ada", "Bob"]


async def test_a_redelivery_gets_the_id_that_its_message_had(tmp_path: Path) -> None:
    world = VirtualWorld()
    async with open_journal(tmp_path / "journal.db", world) as journal:
        state = journal.key_value("rabbitmq")

        def after_restart() -> MessageIds:
            return MessageIds(state, "orders", world)

        before = after_restart()
        first = await before.id_of("a" * 64, redelivered=False)
        twin = await before.id_of("a" * 64, redelivered=False)
        lone = await before.id_of("b" * 64, redelivered=False)
        assert len({first, twin, lone}) == 3
        await before.acknowledged("a" * 64, first)
        await before.acknowledged("b" * 64, lone)

        after = after_restart()
        assert await after.id_of("a" * 64, redelivered=True) == twin
        # Its acknowledgement was lost with the connection.
        assert await after.id_of("b" * 64, redelivered=True) == lone
        # Delivered to the process that died, but never read by it.
        assert await after.id_of("a" * 64, redelivered=True) not in {first, twin}
        assert await after.id_of("c" * 64, redelivered=True) not in {first, twin, lone}
        await after.acknowledged("b" * 64, lone)

        await world.advance(61.0)
        await after.id_of("b" * 64, redelivered=False)
        later = after_restart()
        assert await later.id_of("b" * 64, redelivered=True) != lone


async def declare(channel: Any, queue: str, queue_type: str = "quorum") -> Any:
    """As the consumer does, so that messages can be sent before it has."""
    arguments = {"x-queue-type": queue_type, "x-dead-letter-exchange": f"{queue}.dlx"}
    return await channel.declare_queue(queue, durable=True, arguments=arguments)


async def send(channel: Any, queue: str, body: bytes) -> None:
    """Publish without an id."""
    await channel.default_exchange.publish(aio_pika.Message(body), queue)


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("with_ids", [True, False])
async def test_a_rabbitmq_restarted_under_load_loses_nothing(
    own_rabbit: OwnRabbit, tmp_path: Path, with_ids: bool
) -> None:
    count = 200
    path = config(tmp_path / "daemon", "orders", own_rabbit.url)
    async with open_runtime(path) as runtime:
        with runtime.bus.subscribe("rabbitmq.*", capacity=10_000) as heard:
            sent = 0
            for number in range(count):
                body = {"customer": str(number)}
                if with_ids:
                    await publish(runtime, str(number), body)
                    sent += 1
                else:
                    sent += await publish_without_id(own_rabbit.url, body)
                if number in (50, 130):
                    await asyncio.to_thread(own_rabbit.stop)
                    own_rabbit.start()
            missing = {str(number) for number in range(count)}
            while missing:
                missing.discard((await anext(heard)).key)
        with closing(sqlite3.connect(tmp_path / "daemon" / "state" / "journal.db")) as journal:
            [(events,)] = journal.execute("SELECT count(*) FROM events").fetchall()
    assert count <= events <= sent  # as many as were sent, and none of them twice


async def publish(runtime: Runtime, id: str, message: dict[str, Any]) -> None:
    call = {"routing_key": "orders", "message": message, "id": id}
    while True:
        try:
            await runtime.call("rabbitmq.publish", call)
        except Exception:  # noqa: BLE001 - a run would wait and repeat, whatever it was
            await asyncio.sleep(0.1)
        else:
            return


async def publish_without_id(url: str, message: dict[str, Any]) -> int:
    """As somebody else's program does: how often it sent the message until it was confirmed.

    A queue that is without a leader while its server comes up may never confirm what it is given.
    """
    sent = 0
    while True:
        try:
            async with await aio_pika.connect(url, timeout=5) as connection:
                channel = await connection.channel(on_return_raises=True)
                outgoing = aio_pika.Message(json.dumps(message).encode(), delivery_mode=2)
                sent += 1
                await channel.default_exchange.publish(outgoing, "orders", timeout=5)
        except Exception as error:  # noqa: BLE001 - it is not up yet
            sent -= isinstance(error, PublishError)  # there is no queue yet
            await asyncio.sleep(0.1)
        else:
            return sent


async def _get(channel: Any, name: str) -> Any:
    queue = await channel.get_queue(name, ensure=False)
    while (message := await queue.get(fail=False)) is None:
        await asyncio.sleep(0.02)
    await message.ack()
    return message
