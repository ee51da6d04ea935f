"""Limits that several daemons keep together; implements ``interlock.sdk.SharedGates``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.sdk import Rate

# The generic cell rate algorithm bounds the burst; the list of the last sendings bounds every
# period, because a bucket alone lets a burst and a whole period's rate through within one.
_RESERVE = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local limit, period, burst, cost, within =
    tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local interval, units = period / limit, math.min(math.ceil(cost), limit)
local drained = tonumber(redis.call('GET', KEYS[1]) or '0')
local sent = redis.call('LLEN', KEYS[2])
local at = math.max(now, drained + (cost - burst) * interval)
if sent > 0 then
    at = math.max(at, tonumber(redis.call('LINDEX', KEYS[2], -1)))
end
if sent + units > limit then
    local leaving = redis.call('LINDEX', KEYS[2], sent + units - limit - 1)
    at = math.max(at, tonumber(leaving) + period)
end
if at - now > within then
    return {0, string.format('%.6f', at - now)}
end
drained = math.max(drained, at) + cost * interval
local expiry = math.ceil((math.max(drained, at + period) - now) * 1000) + 1000
redis.call('SET', KEYS[1], string.format('%.6f', drained), 'PX', expiry)
for _ = 1, units do
    redis.call('RPUSH', KEYS[2], string.format('%.6f', at))
end
redis.call('LTRIM', KEYS[2], -limit, -1)
redis.call('PEXPIRE', KEYS[2], expiry)
return {1, string.format('%.6f', at - now)}
"""

_TELL = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if tonumber(ARGV[2]) > 0 then
    redis.call('ZADD', KEYS[1], 'GT', now + ARGV[2], ARGV[1])
else
    redis.call('ZREM', KEYS[1], ARGV[1])
end
return 1
"""

_TOLD = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local found = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, '+inf', 'WITHSCORES')
for i = 2, #found, 2 do
    found[i] = string.format('%.6f', found[i] - now)
end
return found
"""


class RedisGates:
    """All keys begin with ``prefix``.

    Args:
        client: with responses not decoded; slowness of its answers is every call's.
    """

    def __init__(self, client: Any, prefix: str) -> None:
        self._client = client
        self._prefix = prefix
        self._reserve = client.register_script(_RESERVE)
        self._tell = client.register_script(_TELL)
        self._told = client.register_script(_TOLD)

    async def reserve(
        self, budget: str, rate: Rate, burst: float, cost: float, within: float
    ) -> tuple[bool, float]:
        # The braces keep both keys on one node of a cluster.
        keys = [f"{self._prefix}:{{{budget}}}:drained", f"{self._prefix}:{{{budget}}}:sent"]
        args = [rate.limit, rate.period, burst, cost, within]
        reserved, wait = await self._reserve(keys=keys, args=args)
        return bool(reserved), float(wait)

    async def tell(self, signal: str, seconds: float) -> None:
        await self._tell(keys=[f"{self._prefix}:signals"], args=[signal, seconds])

    async def told(self) -> Mapping[str, float]:
        found = await self._told(keys=[f"{self._prefix}:signals"])
        return {
            signal.decode(): float(seconds)
            for signal, seconds in zip(found[::2], found[1::2], strict=True)
        }

    async def get(self, key: str) -> bytes | None:
        value: bytes | None = await self._client.get(f"{self._prefix}:cache:{key}")
        return value

    async def put(self, key: str, value: bytes, seconds: float) -> None:
        milliseconds = max(1, int(seconds * 1000))
        await self._client.set(f"{self._prefix}:cache:{key}", value, px=milliseconds)
