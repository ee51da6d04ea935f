"""Fault injection: below every guard rail, so that all of them can be seen at work."""

from __future__ import annotations

from collections.abc import Callable

from interlock.calls.call import Call
from interlock.calls.gate import Gate
from interlock.sdk import (
    FaultPolicy,
    InterlockError,
    NeedsAttention,
    Retryable,
    ServiceBug,
    Throttled,
    World,
)

_ERRORS: dict[str, Callable[[str], InterlockError]] = {
    "retryable": Retryable,
    "throttled": lambda message: Throttled(message, retry_after=1.0),
    "needs-attention": NeedsAttention,
    "service-bug": ServiceBug,
}


class InjectFaults(Gate):
    """An attempt that it lets in goes on to the tool."""

    def __init__(self, policy: FaultPolicy, world: World) -> None:
        self._policy = policy
        self._world = world

    async def enter(self, call: Call) -> None:
        policy, world = self._policy, self._world
        if policy.latency and world.random() < policy.latency_rate:
            call.decided("fault-latency", seconds=policy.latency)
            await world.sleep(policy.latency)
        if world.random() < policy.error_rate:
            call.decided("fault-error", error=policy.error)
            raise _ERRORS[policy.error](f"{call.tool}: injected fault")
