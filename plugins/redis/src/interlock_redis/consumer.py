"""One consumer of a group: new entries, our own of before a restart, and abandoned ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import anyio
from redis.exceptions import ResponseError

from interlock.sdk import Intake, Message, ServiceContext
from interlock_redis.errors import errors_of
from interlock_redis.settings import ConsumeStream

_BLOCK_MS = 1000
Entry = tuple[bytes, dict[bytes, bytes]]


class StreamConsumer:
    """Args: client: with responses not decoded, and no retries of its own."""

    def __init__(
        self, client: Any, context: ServiceContext, rules: ConsumeStream, consumer: str
    ) -> None:
        self._client = client
        self._context = context
        self._rules = rules
        self._consumer = consumer
        self._intake = Intake(context, rules)

    async def run(self) -> None:
        """Consume until cancelled; raises when Redis is gone."""
        with errors_of(self._context.name):
            await self._make_group()
            await self._own_pending()
            claim_at = 0.0
            while True:
                if self._context.world.monotonic() >= claim_at:
                    await self._abandoned()
                    claim_at = self._context.world.monotonic() + self._rules.claim_after
                await self._take(await self._read(">"), {})

    async def _make_group(self) -> None:
        rules = self._rules
        try:
            await self._client.xgroup_create(rules.stream, rules.group, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def _own_pending(self) -> None:
        """What an earlier process of our name took in and did not acknowledge."""
        last: bytes | str = "0"
        while entries := await self._read(last):
            await self._take_again(entries)
            last = entries[-1][0]

    async def _abandoned(self) -> None:
        start: bytes | str = "0-0"
        while True:
            start, entries, *_ = await self._client.xautoclaim(
                self._rules.stream,
                self._rules.group,
                self._consumer,
                min_idle_time=int(self._rules.claim_after * 1000),
                start_id=start,
                count=self._rules.max_in_flight,
            )
            await self._take_again(entries)
            if start == b"0-0":
                return

    async def _read(self, after: bytes | str) -> Sequence[Entry]:
        rules = self._rules
        answer = await self._client.xreadgroup(
            rules.group,
            self._consumer,
            {rules.stream: after},
            count=rules.max_in_flight,
            block=_BLOCK_MS,
        )
        return answer[0][1] if answer else ()

    async def _take_again(self, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        pending = await self._client.xpending_range(
            self._rules.stream,
            self._rules.group,
            min=entries[0][0],
            max=entries[-1][0],
            count=10 * len(entries),
            consumername=self._consumer,
        )
        await self._take(entries, {each["message_id"]: each["times_delivered"] for each in pending})

    async def _take(self, entries: Sequence[Entry], deliveries: dict[bytes, int]) -> None:
        try:
            async with anyio.create_task_group() as tasks:
                for entry in entries:
                    tasks.start_soon(self._take_one, entry, deliveries.get(entry[0], 1))
        except ExceptionGroup as group:
            raise group.exceptions[0] from None

    async def _take_one(self, entry: Entry, deliveries: int) -> None:
        id, fields = entry
        rules = self._rules
        if not fields:  # trimmed from the stream while it was pending
            await self._client.xack(rules.stream, rules.group, id)
            return
        message = message_of(rules.stream, id, fields, deliveries)
        verdict = await self._intake.take(message)
        if verdict.kind == "again":  # stays pending, and is claimed when its time has come
            return
        async with self._client.pipeline(transaction=True) as pipe:
            if verdict.kind == "dead":
                grave: dict[Any, Any] = {**fields, "reason": verdict.reason, "entry": id}
                pipe.xadd(f"{rules.stream}.dead", grave)
            pipe.xack(rules.stream, rules.group, id)
            await pipe.execute()


def message_of(stream: str, id: bytes, fields: dict[bytes, bytes], deliveries: int) -> Message:
    """An entry as our ``publish`` writes it (``id``, ``body``), or all its fields as an object."""
    body = fields.get(b"body")
    if body is None:
        texts = {_text(name): _text(value) for name, value in fields.items()}
        return Message(stream, json.dumps(texts).encode(), id.decode(), deliveries=deliveries)
    return Message(stream, body, _text(fields.get(b"id", id)), deliveries=deliveries)


def _text(data: bytes) -> str:
    return data.decode(errors="replace")
