"""Fallback: what answers when the call has finally failed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from interlock.calls.cache import Cache, key_of
from interlock.calls.call import Call
from interlock.calls.gate import NO_ANSWER, Gate
from interlock.sdk import FallbackPolicy, InterlockError, Rejected

KEPT = 1000
"""How many results stand by where no cache says how many."""

CallOther = Callable[[str, Call], Awaitable[Any]]


class FallBack(Gate):
    """Never for the caller's fault, unless the policy says so, nor for a caller who has left.

    What is kept goes before another tool, and a value stands in for that as well.
    """

    def __init__(self, policy: FallbackPolicy, cache: Cache, call_other: CallOther) -> None:
        self._policy = policy
        self._cache = cache
        self._call_other = call_other

    async def rescue(self, call: Call, error: InterlockError) -> Any:
        if isinstance(error, Rejected) and error.code not in self._policy.also:
            return NO_ANSWER
        answer = await self._stand_in(call, error)
        call.detour.stood_in = answer is not NO_ANSWER
        return answer

    async def _stand_in(self, call: Call, error: InterlockError) -> Any:
        policy = self._policy
        if policy.cached and (entry := self._cache.get(key_of(call), None)) is not None:
            call.decided("fallback-cached", error=error.code)
            return entry.value
        other = _other(policy, call)
        if other is not None:
            call.decided("fallback-tool", tool=other, error=error.code)
            try:
                return await self._call_other(other, call)
            except InterlockError as last:
                if "value" not in policy.model_fields_set:
                    raise _of_both(error, last, call.tool, other)  # noqa: B904 - its own cause holds
        if "value" in policy.model_fields_set:
            call.decided("fallback-value", error=error.code)
            return policy.value
        return NO_ANSWER


class StandBy(Gate):
    """Keeps results for a fallback to give again.

    Args:
        most: how many the cache keeps.
    """

    def __init__(self, cache: Cache, most: int) -> None:
        self._cache = cache
        self._most = most

    def succeed(self, call: Call, result: Any) -> None:
        self._cache.put(key_of(call), result, self._most)


def _of_both(first: InterlockError, last: InterlockError, tool: str, other: str) -> InterlockError:
    """The error of a chain that tells what helps, with all others in its details, in order.

    That is the last one; but where only the stand-in is asked for what it cannot do, the first will
    be well again.
    """
    earlier = list(last.details.pop("also_failed", ()))
    if isinstance(last, Rejected) and not isinstance(first, Rejected):
        first.details["also_failed"] = [*earlier, _summary(last, other)]
        first.message = f"{first.message}; instead of it, {last.message}"
        return first
    last.details["also_failed"] = [_summary(first, tool), *earlier]
    last.message = f"{last.message}; before that, {first.message}"
    return last


def _summary(error: InterlockError, tool: str) -> dict[str, str]:
    return {"tool": tool, "code": error.code, "message": error.message}


def _other(policy: FallbackPolicy, call: Call) -> str | None:
    """The tool to call instead; none that this call is the fallback of already."""
    tool = policy.tool
    if policy.service is not None:
        tool = f"{policy.service}.{call.tool.partition('.')[2]}"
    return None if tool in (*call.origin.tried, call.tool) else tool
