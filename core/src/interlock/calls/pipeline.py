"""Every guard rail, in order: the one way to a tool.

A call goes down this list and its outcome comes up again. The cache is wrapped around the rest,
because it may not go on at all; the others are gates. Why this order:

 1. observe      outermost, so that refusals are seen as well
 2. deadline     bounds everything below, waits included
 3. cache        a hit uses no permit at all
 4. fallback     sees only what has finally failed; it keeps what it may give again
 5. retry        every try below it is limited, counted and timed on its own
 6. breaker      look: refuse before anything is spent
 7. concurrency  below retry, so that no slot is held during back-off
 8. budget       each try is paid; those that waited for a slot see what the others spent
 9. rate         the last wait before sending, because services count what is sent
10. breaker      permit: the state may have changed while the call waited
11. attempt      inside the breaker, so that slowness counts
12. fault        replaces the service, so that all of the above is exercised
13. invoke       makes the tool's errors ours, and cleans them, before anybody sees them
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from interlock.calls.breaker import Look, Permit
from interlock.calls.budget import KeepBudgets
from interlock.calls.cache import cached
from interlock.calls.call import Call, Next
from interlock.calls.fallback import KEPT, CallOther, FallBack, StandBy
from interlock.calls.fault import InjectFaults
from interlock.calls.gate import assemble
from interlock.calls.gates import Gates
from interlock.calls.invoke import Clean, Invoke
from interlock.calls.observe import Observe
from interlock.calls.outcome import OnOutcome
from interlock.calls.rate_limit import RateLimit
from interlock.calls.retry import Retry
from interlock.calls.timeout import KeepDeadline, LimitAttempt
from interlock.sdk import Facts, NotFound, Policies, World
from interlock.telemetry import Telemetry

Guarded = Next
"""A tool behind its guard rails."""


@dataclass(frozen=True)
class BoundTool:
    """A tool of a running service.

    Attributes:
        name: ``service.tool``.
        policies: of plugin and operator, merged.
        invoke: validates the arguments and gives the result as JSON.
        clean: takes secrets out of an error.
    """

    name: str
    service: str
    facts: Facts
    policies: Policies
    invoke: Callable[[Call], Awaitable[Any]]
    clean: Clean = lambda error: error


def compile_pipeline(
    tool: BoundTool,
    gates: Gates,
    *,
    world: World,
    telemetry: Telemetry,
    call_other: CallOther | None = None,
    on_outcome: OnOutcome | None = None,
) -> Guarded:
    """Put together, once, what every call of ``tool`` goes through; idle rails are left out."""
    facts, wish = tool.facts, tool.policies
    breaker = gates.breaker(wish.breaker) if wish.breaker else None
    other = call_other or _no_other
    kept = wish.cache.max_entries if wish.cache else KEPT

    rate_limit = RateLimit(wish.rate or (), facts.tier, facts.cost, gates.pace, world)
    rails = (
        Observe(tool.name, gates, telemetry, world, rate_limit, on_outcome),
        KeepDeadline(wish.deadline),
        partial(cached, wish.cache, gates.cache) if wish.cache and facts.cacheable else None,
        FallBack(wish.fallback, gates.cache, other) if wish.fallback else None,
        StandBy(gates.cache, kept) if wish.fallback and wish.fallback.cached else None,
        Retry(wish.retry, facts, gates.budget(wish.retry.budget), world) if wish.retry else None,
        Look(breaker) if breaker else None,
        gates.slots(wish.concurrency),
        KeepBudgets(wish.budget, gates.spending) if wish.budget else None,
        rate_limit,
        Permit(breaker) if breaker else None,
        LimitAttempt(wish.attempt_timeout, world) if wish.attempt_timeout else None,
        InjectFaults(wish.fault, world) if wish.fault else None,
        Invoke(tool.name, facts.transient, tool.clean),
    )
    return assemble(rails, tool.invoke, world)


async def _no_other(tool: str, call: Call) -> Any:
    raise NotFound(f"there is no tool {tool!r} to fall back on", kind="tool")
