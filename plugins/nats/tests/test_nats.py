"""Streams to events and back, on a real NATS server, through a real runtime."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from interlock.daemon.compose import open_runtime
from interlock.runtime import Runtime
from interlock.sdk import Rejected, ServiceUnavailable

from .conftest import OwnNats, write_config

# Laid into the journal of a test, it makes the events of one customer fail whenever they come.
TROUBLE = """CREATE TRIGGER trouble BEFORE INSERT ON events WHEN NEW.key = 'Eve'
BEGIN SELECT RAISE(ABORT, 'no room on the disk'); END"""


def config(folder: Path, stream: str, url: str = "", **rules: Any) -> Path:
    consume = {"stream": stream, "event": "ordered", "key": "customer"} | rules
    return write_config(folder, consume, **({"url": url} if url else {}))


async def test_what_is_published_becomes_one_event_and_is_acknowledged(
    jetstream: Any, stream: str, tmp_path: Path
) -> None:
    async with open_runtime(config(tmp_path, stream)) as runtime:
        with runtime.bus.subscribe("nats.*") as heard:
            call = {"subject": f"{stream}.eu", "message": {"customer": "Ada"}, "id": "order-1"}
            sent = await runtime.call("nats.publish", {**call, "headers": {"tenant": "north"}})
            again = await runtime.call("nats.publish", call)
            await jetstream.publish(f"{stream}.eu", b"no json")
            await jetstream.publish(f"{stream}.us", b'{"customer": "Bob"}')
            first, second = await anext(heard), await anext(heard)
            await drained(jetstream, stream)
        [dead_letter] = await dead(jetstream, stream)
    assert (sent["stream"], sent["duplicate"], again["duplicate"]) == (stream, False, True)
    assert (first.name, first.key) == ("nats.ordered", "Ada")
    assert first.id == f"nats.ordered:{stream}.eu:order-1"
    assert first.payload["headers"]["tenant"] == "north"
    assert (second.key, second.payload["source"]) == ("Bob", f"{stream}.us")
    assert dead_letter.data == b"no json" and "not json" in dead_letter.headers["Interlock-Reason"]


async def test_what_was_taken_in_before_a_kill_comes_again(
    jetstream: Any, stream: str, tmp_path: Path
) -> None:
    path = config(tmp_path, stream, filter=f"{stream}.a", ack_wait="100ms")
    await jetstream.publish(f"{stream}.b", b'{"customer": "Bob"}')  # is not asked for
    await jetstream.publish(f"{stream}.a", b'{"customer": "Ada"}')
    earlier = await jetstream.pull_subscribe(f"{stream}.a", durable="interlock", stream=stream)
    [_] = await earlier.fetch(1)
    async with open_runtime(path) as runtime:
        # It may be durable before anybody could listen.
        while not await runtime.journal.events.since("nats.ordered", "Ada", 0.0):
            await asyncio.sleep(0.01)
        await drained(jetstream, stream)


async def test_what_fails_too_often_is_set_aside_and_holds_nobody_up(
    jetstream: Any, stream: str, tmp_path: Path
) -> None:
    async with open_runtime(config(tmp_path, stream, dead_letter_after=2)) as runtime:
        with closing(sqlite3.connect(tmp_path / "state" / "journal.db")) as journal:
            journal.execute(TROUBLE)
        with runtime.bus.subscribe("nats.*") as heard:
            for customer in ("Eve", "Ada"):
                body = f'{{"customer": "{customer}"}}'.encode()
                await jetstream.publish(f"{stream}.a", body)
            assert (await anext(heard)).key == "Ada"
            await drained(jetstream, stream)
        [dead_letter] = await dead(jetstream, stream)
    assert dead_letter.headers["Interlock-Reason"].startswith("failed 2 times")


async def test_a_message_that_no_stream_takes_is_rejected(stream: str, tmp_path: Path) -> None:
    async with open_runtime(config(tmp_path, stream)) as runtime:
        with pytest.raises(Rejected, match="no stream takes the message"):
            await runtime.call("nats.publish", {"subject": f"{stream}-none", "message": 1})


async def test_without_a_server_the_service_waits_and_says_so(tmp_path: Path) -> None:
    path = config(tmp_path, "orders", "nats://127.0.0.1:1")
    async with open_runtime(path) as runtime:
        with pytest.raises(ServiceUnavailable, match="NATS does not answer"):
            await runtime.call("nats.publish", {"subject": "orders", "message": 1})


@pytest.mark.slow
async def test_a_nats_server_killed_under_load_loses_nothing(
    own_nats: OwnNats, tmp_path: Path
) -> None:
    path = config(tmp_path / "daemon", "orders", own_nats.url, subjects=["orders"], ack_wait="1s")
    wanted = {f"nats.ordered:orders:{number}" for number in range(200)}
    async with open_runtime(path) as runtime:
        with runtime.bus.subscribe("nats.*", capacity=10_000) as heard:
            for number in range(200):
                await publish(runtime, number)
                if number in (50, 130):
                    own_nats.kill()
                    own_nats.start()
            got = [(await anext(heard)).id for _ in wanted]
    assert set(got) == wanted  # as many as were sent, and none of them twice


async def publish(runtime: Runtime, number: int) -> None:
    message = {"subject": "orders", "message": {"customer": "Ada"}, "id": str(number)}
    while True:
        try:
            await runtime.call("nats.publish", message)
        except Exception:  # noqa: BLE001 - a run would wait and repeat, whatever it was
            await asyncio.sleep(0.05)
        else:
            return


async def drained(jetstream: Any, stream: str) -> None:
    """Wait until everything in the stream is acknowledged."""
    while True:
        consumer = await jetstream.consumer_info(stream, "interlock")
        if not consumer.num_pending and not consumer.num_ack_pending:
            return
        await asyncio.sleep(0.01)


async def dead(jetstream: Any, stream: str) -> list[Any]:
    state = (await jetstream.stream_info(f"{stream}-dead")).state
    return [
        await jetstream.get_msg(f"{stream}-dead", seq)
        for seq in range(state.first_seq, state.last_seq + 1)
    ]
