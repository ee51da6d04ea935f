"""The redis service: its tools, its consumers, and what it keeps for several daemons."""

from __future__ import annotations

import json
import socket
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from redis.asyncio import Redis as Client
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from interlock.sdk import NeedsAttention, Rejected, Service, SharedGates, current_call, tool
from interlock_redis.consumer import StreamConsumer
from interlock_redis.errors import errors_of
from interlock_redis.gates import RedisGates
from interlock_redis.settings import RedisSettings
from interlock_redis.subscriber import ChannelSubscriber

_CONNECT_SECONDS = 5.0
# Above the time that a consumer's read blocks.
_ANSWER_SECONDS = 10.0


class Redis(Service[RedisSettings]):
    """Streams, channels and values of one Redis server."""

    _client: Any = None

    async def start(self) -> None:
        try:
            self._client = Client.from_url(
                self.settings.url.get_secret_value(),
                socket_connect_timeout=_CONNECT_SECONDS,
                socket_timeout=_ANSWER_SECONDS,
                retry=Retry(NoBackoff(), 0),
            )
        except ValueError:
            hint = "write redis://host:6379/0"
            raise NeedsAttention(f"{self.context.name}: url is no address", hint=hint) from None
        self._gates = RedisGates(self._client, self.settings.shared_prefix)
        self._consumer = self.settings.consumer or await self._own_name()

    async def check(self) -> None:
        with errors_of(self.context.name):
            await self._client.ping()

    async def stop(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    def shared_gates(self) -> SharedGates:
        return self._gates

    def consumers(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        client, context, name = self._client, self.context, self._consumer
        streams = {
            f"{rules.stream}/{rules.group}": StreamConsumer(client, context, rules, name).run
            for rules in self.settings.consume
        }
        channels = {
            f"channel {rules.channel}": ChannelSubscriber(client, context, rules).run
            for rules in self.settings.subscribe
        }
        return {**streams, **channels}

    async def _own_name(self) -> str:
        """Kept, so that what we took in before a restart is ours again; no other daemon has it."""
        name: str | None = await self.context.state.get("consumer")
        if name is None:
            name = f"{socket.gethostname()}-{self.world.new_id()}"
            await self.context.state.put("consumer", name)
        return name

    @tool(effect="write", idempotent=True)
    async def publish(self, stream: str, message: Any, id: str = "") -> dict[str, str]:
        """Append a message to a stream: ``{id, entry}``.

        A call that is repeated appends the message again under the same ``id``, by which consumers
        recognise it. ``entry`` is Redis' own id of the entry.

        Args:
            stream: name of the stream; it is made if missing.
            message: the message, any JSON.
            id: id of the message; default: the idempotency key of the call.
        """
        id = id or current_call().idempotency_key
        with errors_of(self.context.name):
            entry = await self._client.xadd(stream, {"id": id, "body": json.dumps(message)})
        return {"id": id, "entry": entry.decode()}

    @tool(effect="write")
    async def broadcast(self, channel: str, message: Any) -> dict[str, int]:
        """Send a message to whoever listens to a channel at this moment: ``{receivers}``.

        Redis does not keep it: with no receivers it is lost.

        Args:
            channel: name of the pub/sub channel.
            message: the message, any JSON.
        """
        with errors_of(self.context.name):
            return {"receivers": await self._client.publish(channel, json.dumps(message))}

    @tool(effect="read")
    async def get(self, key: str) -> Any:
        """Read the value that ``set`` has stored under a key; null if there is none.

        Args:
            key: key of the value.
        """
        with errors_of(self.context.name):
            data = await self._client.get(key)
        try:
            return None if data is None else json.loads(data)
        except ValueError:
            raise Rejected(f"{self.context.name}: {key} holds no JSON") from None

    @tool(effect="write", idempotent=True)
    async def set(
        self, key: str, value: Any, ttl: float | None = None, if_absent: bool = False
    ) -> dict[str, bool]:
        """Store a value under a key; ``set`` is false if ``if_absent`` kept another one there.

        Args:
            key: key of the value.
            value: the value, any JSON.
            ttl: seconds after which the value expires; default: never.
            if_absent: whether a value that is there already is left as it is.
        """
        milliseconds = None if ttl is None else max(1, int(ttl * 1000))
        with errors_of(self.context.name):
            done = await self._client.set(
                key, json.dumps(value), px=milliseconds, nx=if_absent or None
            )
        return {"set": bool(done)}

    @tool(effect="write")
    async def increment(self, key: str, by: int = 1, ttl: float | None = None) -> dict[str, int]:
        """Add to a whole number atomically and return it as ``{value}``; a missing one counts as 0.

        Args:
            key: key of the number.
            by: what to add; may be negative.
            ttl: seconds after which the number expires, unless it has a time to expire already.
        """
        with errors_of(self.context.name):
            async with self._client.pipeline(transaction=True) as pipe:
                pipe.incrby(key, by)
                if ttl is not None:
                    pipe.pexpire(key, max(1, int(ttl * 1000)), nx=True)
                value, *_ = await pipe.execute()
        return {"value": value}

    @tool(effect="write", idempotent=True, destructive=True)
    async def delete(self, key: str) -> dict[str, int]:
        """Delete the value under a key; ``deleted`` is 1, or 0 if there was none.

        Args:
            key: key of the value.
        """
        with errors_of(self.context.name):
            return {"deleted": await self._client.delete(key)}
