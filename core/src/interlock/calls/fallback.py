"""Fallback: what answers when the call has finally failed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from interlock.calls.cache import Cache, key_of
from interlock.calls.call import Call, Next
from interlock.sdk import FallbackPolicy, InterlockError, Rejected

KEPT = 1000
"""How many results stand by where no cache says how many."""

CallOther = Callable[[str, Call], Awaitable[Any]]


def fall_back(
    policy: FallbackPolicy, cache: Cache, most: int, call_other: CallOther, proceed: Next
) -> Next:
    """Never for the caller's fault, and never for a caller who has left.

    Args:
        most: how many results the cache keeps.
    """

    async def with_fallback(call: Call) -> Any:
        try:
            result = await proceed(call)
        except InterlockError as error:
            if isinstance(error, Rejected):
                raise
            return await _instead(call, error)
        if policy.cached:
            cache.put(key_of(call), result, most)
        return result

    async def _instead(call: Call, error: InterlockError) -> Any:
        if policy.cached and (entry := cache.get(key_of(call), None)) is not None:
            call.decided("fallback-cached", error=error.code)
            return entry.value
        other = _other(policy, call)
        if other is not None:
            call.decided("fallback-tool", tool=other, error=error.code)
            return await call_other(other, call)
        if "value" in policy.model_fields_set:
            call.decided("fallback-value", error=error.code)
            return policy.value
        raise error

    return with_fallback


def _other(policy: FallbackPolicy, call: Call) -> str | None:
    """The tool to call instead; none that this call is the fallback of already."""
    tool = policy.tool
    if policy.service is not None:
        tool = f"{policy.service}.{call.tool.partition('.')[2]}"
    return None if tool in (*call.tried, call.tool) else tool
