"""The cache: fresh results, one flight for equal calls, stale results when the service fails."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from typing import Any, NamedTuple

import orjson

from interlock.calls.call import Call, Next
from interlock.calls.outcome import Outcome, classify
from interlock.calls.shared import Shared
from interlock.sdk import (
    BudgetSpent,
    CachePolicy,
    DeadlineExceeded,
    InterlockError,
    RateLimited,
    World,
    from_problem,
)

# What is larger stays with the daemon that asked for it.
_MOST_SHARED_BYTES = 2**20


class _Entry(NamedTuple):
    value: Any
    stored: float


_NO_ENTRIES: OrderedDict[bytes, _Entry] = OrderedDict()


class _Abandoned(Exception):
    """The caller whose flight others shared could not stay; one of them takes over."""


class Cache:
    """Results of one service's tools, by tool and arguments; a tool's least used go first."""

    def __init__(self, world: World, shared: Shared) -> None:
        self._world = world
        self._shared = shared
        self._entries: dict[str, OrderedDict[bytes, _Entry]] = {}
        self.flights: dict[tuple[str, bytes], asyncio.Future[Any]] = {}
        self.hits = 0
        self.misses = 0

    def get(self, key: tuple[str, bytes], age: float | None) -> _Entry | None:
        """The entry if it is younger than ``age`` seconds; None for any age."""
        tool, arguments = key
        entries = self._entries.get(tool, _NO_ENTRIES)
        entry = entries.get(arguments)
        if entry is None or (age is not None and self._world.monotonic() - entry.stored >= age):
            return None
        entries.move_to_end(arguments)
        return entry

    def put(self, key: tuple[str, bytes], value: Any, most: int, age: float = 0.0) -> None:
        """Keep a result that is ``age`` seconds old, and ``most`` of its tool."""
        tool, arguments = key
        entries = self._entries.setdefault(tool, OrderedDict())
        entries[arguments] = _Entry(value, self._world.monotonic() - age)
        entries.move_to_end(arguments)
        while len(entries) > most:
            entries.popitem(last=False)

    async def fetch(self, key: tuple[str, bytes], most: int) -> None:
        """Take over what another daemon has kept under ``key``, with its age."""
        if "cache" not in self._shared.kept:
            return
        data = await self._shared.get(_shared_key(key))
        if data is None:
            return
        try:
            at, value = orjson.loads(data)
            age = max(0.0, self._world.time() - at)
        except (ValueError, TypeError):
            return  # not written by us
        self.put(key, value, most, age)

    async def share(self, key: tuple[str, bytes], value: Any, seconds: float) -> None:
        """Let other daemons have ``value`` for so long."""
        if "cache" not in self._shared.kept:
            return
        try:
            data = orjson.dumps([self._world.time(), value])
        except orjson.JSONEncodeError:
            return  # numbers of more than 64 bits
        if len(data) <= _MOST_SHARED_BYTES:
            await self._shared.put(_shared_key(key), data, seconds)

    def health(self) -> dict[str, Any]:
        entries = sum(map(len, self._entries.values()))
        return {"entries": entries, "hits": self.hits, "misses": self.misses}


def key_of(call: Call) -> tuple[str, bytes]:
    try:
        # A copy, because what orjson gives takes 4 KiB for as long as it is kept.
        return call.tool, b"%b" % orjson.dumps(call.arguments, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # numbers of more than 64 bits, and bytes from Python
        return call.tool, repr(sorted(call.arguments.items())).encode()


def _shared_key(key: tuple[str, bytes]) -> str:
    tool, arguments = key
    return f"{tool}:{hashlib.sha256(arguments).hexdigest()}"


def cached(policy: CachePolicy, cache: Cache, proceed: Next) -> Next:
    """A hit uses no permit, slot or retry; equal calls at the same time share one flight."""

    async def from_cache(call: Call) -> Any:
        key = key_of(call)
        while True:
            entry = cache.get(key, policy.ttl)
            if entry is not None:
                cache.hits += 1
                call.decided("cache-hit")
                return entry.value
            flight = cache.flights.get(key)
            if flight is None:
                return await _fly(call, key, policy, cache, proceed)
            call.decided("cache-joined")
            try:
                return await asyncio.shield(flight)
            except _Abandoned:
                continue
            except InterlockError as error:
                # Each caller gets an error of his own: tracebacks grow where they are shared.
                raise from_problem(error.to_problem()) from None

    return from_cache


async def _fly(
    call: Call, key: tuple[str, bytes], policy: CachePolicy, cache: Cache, proceed: Next
) -> Any:
    cache.misses += 1
    flight: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    # A flight that nobody shares ends without anyone looking at it.
    flight.add_done_callback(lambda done: done.cancelled() or done.exception())
    cache.flights[key] = flight
    try:
        value = await _fresh_or_stale(call, key, policy, cache, proceed)
    except InterlockError as error:
        failed = _Abandoned() if _his_own(error) else from_problem(error.to_problem())
        flight.set_exception(failed)
        raise
    except BaseException:
        flight.set_exception(_Abandoned())
        raise
    finally:
        del cache.flights[key]
    flight.set_result(value)
    return value


def _his_own(error: InterlockError) -> bool:
    """Whether a caller failed for want of time or money, which others who ask the same may have."""
    return isinstance(error, DeadlineExceeded | RateLimited | BudgetSpent) or bool(
        error.details.get("cut_short")
    )


async def _fresh_or_stale(
    call: Call, key: tuple[str, bytes], policy: CachePolicy, cache: Cache, proceed: Next
) -> Any:
    await cache.fetch(key, policy.max_entries)
    entry = cache.get(key, policy.ttl)
    if entry is not None:
        call.decided("cache-shared-hit")
        return entry.value
    try:
        value = await proceed(call)
    except InterlockError as error:
        stale = cache.get(key, policy.ttl + policy.stale_if_error)
        if stale is None or classify(error) is Outcome.CALLER:
            raise
        call.decided("cache-stale", error=error.code)
        return stale.value
    if not call.stood_in:
        cache.put(key, value, policy.max_entries)
        await cache.share(key, value, policy.ttl + policy.stale_if_error)
    return value
