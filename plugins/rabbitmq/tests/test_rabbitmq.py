"""Queues to events and back, on a real RabbitMQ, through a real runtime."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import aio_pika
import pytest
import yaml

from interlock.daemon.compose import open_runtime
from interlock.sdk import Rejected

URL = "amqp://guest:guest@127.0.0.1:5672/"


@pytest.fixture
async def channel() -> AsyncIterator[Any]:
    try:
        connection = await aio_pika.connect(URL)
    except OSError:
        if os.environ.get("INTERLOCK_TEST_REQUIRE_SERVICES") == "1":
            raise
        pytest.skip("needs RabbitMQ on 127.0.0.1:5672: start rabbitmq-server")
    async with connection:
        yield await connection.channel()


@pytest.fixture
async def queue(channel: Any) -> AsyncIterator[str]:
    name = f"test-{uuid4().hex}"
    yield name
    await channel.queue_delete(name)
    await channel.queue_delete(f"{name}.dead")
    await channel.exchange_delete(f"{name}.dlx")


def config(folder: Path, queue: str) -> Path:
    settings = {"url": URL, "consume": [{"queue": queue, "event": "ordered", "key": "customer"}]}
    services = {"rabbitmq": {"settings": settings}}
    path = folder / "interlock.yaml"
    daemon = {"state_dir": str(folder / "state")}
    path.write_text(yaml.safe_dump({"version": 1, "daemon": daemon, "services": services}))
    return path


async def test_what_is_published_becomes_one_event_and_is_acknowledged(
    channel: Any, queue: str, tmp_path: Path
) -> None:
    arguments = {"x-queue-type": "quorum", "x-dead-letter-exchange": f"{queue}.dlx"}
    declared = await channel.declare_queue(queue, durable=True, arguments=arguments)
    async with open_runtime(config(tmp_path, queue)) as runtime:
        with runtime.bus.subscribe("rabbitmq.*") as heard:
            call = {"routing_key": queue, "message": {"customer": "Ada"}, "id": "order-1"}
            await runtime.call("rabbitmq.publish", call)
            await runtime.call("rabbitmq.publish", call)
            await channel.default_exchange.publish(aio_pika.Message(b"no json"), queue)
            await runtime.call("rabbitmq.publish", {**call, "id": "order-2"})
            first, second = await anext(heard), await anext(heard)
            dead = await _get(channel, f"{queue}.dead")
    assert (first.name, first.key) == ("rabbitmq.ordered", "Ada")
    assert [first.id, second.id] == [f"rabbitmq:{queue}:order-{n}" for n in (1, 2)]
    assert dead.body == b"no json" and "not json" in dead.headers["x-interlock-reason"]
    assert (await declared.get(fail=False)) is None


async def test_a_message_that_no_queue_takes_is_rejected(queue: str, tmp_path: Path) -> None:
    async with open_runtime(config(tmp_path, queue)) as runtime:
        with pytest.raises(Rejected, match="no queue takes the message"):
            await runtime.call("rabbitmq.publish", {"routing_key": f"{queue}-none", "message": 1})


async def _get(channel: Any, name: str) -> Any:
    queue = await channel.get_queue(name, ensure=False)
    while (message := await queue.get(fail=False)) is None:
        await asyncio.sleep(0.02)
    await message.ack()
    return message
