"""A durable store of file responses, so that an unchanged file is read from Figma once.

Seats without Dev or Full access may read six files a month. The version of a file (asked at
``/meta``, a cheaper tier) together with the request's parameters names a response; its bytes are a
blob, and the service's state holds the blob's digest.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from weakref import WeakValueDictionary

import orjson

from interlock.sdk import NotFound, ServiceContext


class Locks:
    """A lock for each name, for as long as somebody holds or awaits it."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, name: str) -> asyncio.Lock:
        """The lock that everybody else gets for this name."""
        lock = self._locks.get(name)
        if lock is None:
            lock = self._locks[name] = asyncio.Lock()
        return lock


class FileCache:
    """Responses of one Figma account by file, version and parameters."""

    def __init__(self, context: ServiceContext) -> None:
        self._context = context
        self._locks = Locks()

    async def get(
        self,
        key: str,
        version: str,
        request: Mapping[str, str],
        fetch: Callable[[], Awaitable[bytes]],
    ) -> bytes:
        """The response's body, from the store if this version of the file is there."""
        name = _name(key, request)
        # Steps that run side by side ask for one file; it must cost one read.
        async with self._locks.of(name):
            kept = await self._kept(name, version)
            if kept is None:
                kept = await fetch()
                blob = await self._context.blobs.put(kept, "application/json")
                await self._context.state.put(name, {"version": version, "digest": blob.digest})
        return kept

    async def _kept(self, name: str, version: str) -> bytes | None:
        entry = await self._context.state.get(name)
        if not entry or entry["version"] != version:
            return None
        try:
            return await self._context.blobs.get(entry["digest"])
        except NotFound:
            return None


def _name(key: str, request: Mapping[str, str]) -> str:
    parameters = hashlib.sha256(orjson.dumps(dict(sorted(request.items())))).hexdigest()[:16]
    return f"file:{key}:{parameters}"
