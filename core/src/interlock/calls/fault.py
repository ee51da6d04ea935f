"""Fault injection: below every guard rail, so that all of them can be seen at work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from interlock.calls.call import Call, Next
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


def inject_faults(policy: FaultPolicy, world: World, proceed: Next) -> Next:
    async def faulty(call: Call) -> Any:
        if policy.latency and world.random() < policy.latency_rate:
            call.decided("fault-latency", seconds=policy.latency)
            await world.sleep(policy.latency)
        if world.random() < policy.error_rate:
            call.decided("fault-error", error=policy.error)
            raise _ERRORS[policy.error](f"{call.tool}: injected fault")
        return await proceed(call)

    return faulty
