"""One consumer of a group: our own entries of before a restart, abandoned ones, and new ones."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from redis.exceptions import ResponseError

from interlock.sdk import Delivery, Intake, Message, ServiceContext
from interlock_redis.errors import errors_of
from interlock_redis.settings import ConsumeStream

_BLOCK_MS = 1000
Fields = dict[bytes, bytes]
Entry = tuple[bytes, Fields]


class StreamConsumer:
    """Makes events of the entries of a stream, as one consumer of a group.

    Args:
        client: with responses not decoded, and no retries of its own.
    """

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
        self._taken: set[bytes] = set()
        self._again: deque[EntryInHand] = deque()
        self._own: bytes | str | None = "0"
        self._abandoned: bytes | str = "0-0"
        self._claim_at = 0.0
        with errors_of(self._context.name):
            await self._make_group()
            await self._intake.consume(self._fetch)

    async def _make_group(self) -> None:
        rules = self._rules
        try:
            await self._client.xgroup_create(rules.stream, rules.group, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def _fetch(self, most: int) -> Sequence[Delivery]:
        if self._again:
            return [self._again.popleft() for _ in range(min(most, len(self._again)))]
        if self._own is not None:
            entries = await self._read(self._own, most)
            self._own = entries[-1][0] if entries else None
            return await self._counted(entries)
        if self._context.world.monotonic() >= self._claim_at:
            return await self._counted(await self._claim(most))
        return [self._in_hand(entry, 1) for entry in await self._read(">", most)]

    async def _read(self, after: bytes | str, most: int) -> Sequence[Entry]:
        """Entries after an id that are ours already, or new ones with ``>``."""
        rules = self._rules
        answer = await self._client.xreadgroup(
            rules.group, self._consumer, {rules.stream: after}, count=most, block=_BLOCK_MS
        )
        return answer[0][1] if answer else ()

    async def _claim(self, most: int) -> Sequence[Entry]:
        """A page of what nobody has acknowledged for long, ours or another consumer's."""
        self._abandoned, entries, *_ = await self._client.xautoclaim(
            self._rules.stream,
            self._rules.group,
            self._consumer,
            min_idle_time=int(self._rules.claim_after * 1000),
            start_id=self._abandoned,
            count=most,
        )
        if self._abandoned == b"0-0":
            self._claim_at = self._context.world.monotonic() + self._rules.claim_after
        return [entry for entry in entries if entry[0] not in self._taken]

    async def _counted(self, entries: Sequence[Entry]) -> Sequence[EntryInHand]:
        """With how often each was delivered, which only the list of pending entries knows."""
        for id, fields in entries:
            if not fields:  # trimmed from the stream while it was pending
                await self.acknowledge(id)
        entries = [entry for entry in entries if entry[1]]
        async with self._client.pipeline(transaction=False) as pipe:
            for id, _ in entries:
                pipe.xpending_range(self._rules.stream, self._rules.group, min=id, max=id, count=1)
            pending = await pipe.execute()
        counts = [found[0]["times_delivered"] if found else 1 for found in pending]
        return [self._in_hand(entry, count) for entry, count in zip(entries, counts, strict=True)]

    def _in_hand(self, entry: Entry, deliveries: int) -> EntryInHand:
        id, fields = entry
        self._taken.add(id)
        message = message_of(self._rules.stream, id, fields, deliveries)
        return EntryInHand(self, id, fields, message)

    # What became of an entry

    async def acknowledge(self, id: bytes, dead_letter: Mapping[Any, Any] | None = None) -> None:
        """Take an entry off the list of pending ones, and keep its dead letter if it has one."""
        rules = self._rules
        async with self._client.pipeline(transaction=True) as pipe:
            if dead_letter is not None:
                pipe.xadd(rules.dead_stream, dead_letter)
            pipe.xack(rules.stream, rules.group, id)
            await pipe.execute()
        self._taken.discard(id)

    async def deliver_again(self, id: bytes) -> None:
        """Claim it from ourselves, because that counts as a delivery."""
        rules = self._rules
        entries = await self._client.xclaim(rules.stream, rules.group, self._consumer, 0, [id])
        self._taken.discard(id)
        self._again.extend(await self._counted(entries))


@dataclass(frozen=True)
class EntryInHand:
    """An entry of a stream as a ``Delivery``."""

    consumer: StreamConsumer
    id: bytes
    fields: Fields
    message: Message

    async def done(self) -> None:
        await self.consumer.acknowledge(self.id)

    async def again(self) -> None:
        await self.consumer.deliver_again(self.id)

    async def dead(self, reason: str) -> None:
        dead_letter: dict[Any, Any] = {**self.fields, "reason": reason, "entry": self.id}
        await self.consumer.acknowledge(self.id, dead_letter)


def message_of(stream: str, id: bytes, fields: Fields, deliveries: int) -> Message:
    """An entry as our ``publish`` writes it (``id``, ``body``), or all its fields as an object."""
    body = fields.get(b"body")
    if body is None:
        texts = {_text(name): _text(value) for name, value in fields.items()}
        return Message(stream, json.dumps(texts).encode(), id.decode(), deliveries=deliveries)
    return Message(stream, body, _text(fields.get(b"id", id)), deliveries=deliveries)


def _text(data: bytes) -> str:
    return data.decode(errors="replace")
