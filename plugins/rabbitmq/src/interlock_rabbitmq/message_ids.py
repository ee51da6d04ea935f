"""Ids for messages that have none, so that a redelivery is known again.

RabbitMQ gives messages no identity of their own. So the fingerprint of a message without an id
is written down, with the id made up for its event, before the event is; a redelivery with the
same fingerprint gets that id back. Equal messages each have an entry of their own: those not yet
acknowledged are certain to come again, so which of them a redelivery gets does not matter. An
acknowledgement may be lost together with the connection, so an entry stays for a while after it,
and counts if it is the only one of its fingerprint.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from aio_pika.abc import AbstractIncomingMessage

from interlock.sdk import KeyValue, World

# What is known is kept in this many shards, of which each change writes only one.
_SHARDS = 4096
_KEEP_SECONDS = 60.0

Entry = list[Any]
"""``[id, when it was acknowledged]``, the latter None at first."""


class MessageIds:
    """The ids given to messages of one queue; as durable as ``state``."""

    def __init__(self, state: KeyValue, queue: str, world: World) -> None:
        self._state = state
        self._queue = queue
        self._world = world
        self._shards: dict[int, dict[str, list[Entry]]] = {}
        self._in_hand: set[str] = set()
        self._since = world.time()

    def connected(self) -> None:
        """A new connection: whatever was in hand is delivered again."""
        self._in_hand.clear()
        self._since = self._world.time()

    async def id_of(self, fingerprint: str, *, redelivered: bool) -> str:
        """The id for a message with this fingerprint, written down."""
        shard = await self._shard(fingerprint)
        entries = shard.setdefault(fingerprint, [])
        known = self._known(entries) if redelivered else None
        if known is not None:
            self._in_hand.add(known)
            return known
        id = self._world.new_id()
        entries.append([id, None])
        self._in_hand.add(id)
        await self._write(fingerprint)
        return id

    async def acknowledged(self, fingerprint: str, id: str) -> None:
        shard = await self._shard(fingerprint)
        for entry in shard.get(fingerprint, ()):
            if entry[0] == id:
                entry[1] = self._world.time()
        self._in_hand.discard(id)
        await self._write(fingerprint)

    def _known(self, entries: list[Entry]) -> str | None:
        free = [entry for entry in entries if entry[0] not in self._in_hand]
        waiting: list[str] = [id for id, acknowledged in free if acknowledged is None]
        if waiting:
            return waiting[0]
        return str(free[0][0]) if len(entries) == len(free) == 1 else None

    async def _shard(self, fingerprint: str) -> dict[str, list[Entry]]:
        number = _number(fingerprint)
        if number not in self._shards:
            kept = await self._state.get(self._key(number))
            self._shards.setdefault(number, kept or {})
        return self._shards[number]

    async def _write(self, fingerprint: str) -> None:
        number = _number(fingerprint)
        shard = self._shards[number]
        for each in list(shard):
            shard[each] = list(self._still_needed(shard[each]))
            if not shard[each]:
                del shard[each]
        await self._state.put(self._key(number), shard)

    def _still_needed(self, entries: list[Entry]) -> Iterator[Entry]:
        # What was acknowledged before the connection broke may come until a while after that.
        old = self._world.time() - _KEEP_SECONDS
        for entry in entries:
            if entry[1] is None or entry[1] > old or self._since > old:
                yield entry

    def _key(self, number: int) -> str:
        return f"anonymous:{self._queue}:{number:x}"


def fingerprint_of(message: AbstractIncomingMessage) -> str:
    """A digest of all that stays the same from delivery to delivery."""
    digest = hashlib.sha256()
    headers = {name: value for name, value in message.headers.items() if not name.startswith("x-")}
    for part in (
        message.exchange,
        message.routing_key,
        message.content_type,
        message.correlation_id,
        message.reply_to,
        message.timestamp,
        sorted(headers.items()),
    ):
        digest.update(repr(part).encode())
    digest.update(message.body)
    return digest.hexdigest()


def _number(fingerprint: str) -> int:
    """The number of the shard that has a fingerprint."""
    return int(fingerprint[:8], 16) % _SHARDS
