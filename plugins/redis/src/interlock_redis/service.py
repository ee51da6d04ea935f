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
        """Append a message to a stream; a repeated call appends it again, under the same id.

        Args:
            stream: made if missing.
            message: JSON.
            id: by which consumers know a repetition; default: the call's idempotency key.
        """
        id = id or current_call().idempotency_key
        with errors_of(self.context.name):
            entry = await self._client.xadd(stream, {"id": id, "body": json.dumps(message)})
        return {"id": id, "entry": entry.decode()}

    @tool(effect="write")
    async def broadcast(self, channel: str, message: Any) -> dict[str, int]:
        """Send to whoever listens to a channel right now; Redis keeps nothing of it.

        Args:
            channel: of pub/sub.
            message: JSON.
        """
        with errors_of(self.context.name):
            return {"receivers": await self._client.publish(channel, json.dumps(message))}

    @tool(effect="read")
    async def get(self, key: str) -> Any:
        """The value that ``set`` has put there; null if there is none.

        Args:
            key: of the value.
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
        """Keep a value; ``set`` is false if there was one and ``if_absent`` is true.

        Args:
            key: of the value.
            value: JSON.
            ttl: seconds after which it is gone.
            if_absent: leave a value that is there as it is.
        """
        milliseconds = None if ttl is None else max(1, int(ttl * 1000))
        with errors_of(self.context.name):
            done = await self._client.set(
                key, json.dumps(value), px=milliseconds, nx=if_absent or None
            )
        return {"set": bool(done)}

    @tool(effect="write")
    async def increment(self, key: str, by: int = 1, ttl: float | None = None) -> dict[str, int]:
        """Add to a whole number, from 0 if there is none; several callers may do so at once.

        Args:
            key: of the value.
            by: what is added; may be negative.
            ttl: seconds from now after which it is gone, if it has no such time yet.
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
        """Remove a value; ``deleted`` is 0 if there was none.

        Args:
            key: of the value.
        """
        with errors_of(self.context.name):
            return {"deleted": await self._client.delete(key)}
