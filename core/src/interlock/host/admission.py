"""On what terms a call is let in: until when it may take, and whether it may begin at all."""

from __future__ import annotations

import math

from interlock.sdk import Policies, ServiceUnavailable

DEFAULT_DEADLINE = 30.0


def earliest(
    now: float, policies: Policies, deadline: float | None, timeout: float | None
) -> float:
    """The earliest of what the policies and the caller allow; 30 s if neither says anything.

    Args:
        now: on the monotonic clock, as are ``deadline`` and the result.
        timeout: seconds from now.
    """
    until = min(
        math.inf if policies.deadline is None else now + policies.deadline,
        math.inf if deadline is None else deadline,
        math.inf if timeout is None else now + timeout,
    )
    return until if until < math.inf else now + DEFAULT_DEADLINE


def paused(service: str) -> ServiceUnavailable:
    """Why a paused service takes no calls."""
    return ServiceUnavailable(
        f"{service} is paused by an operator",
        hint=f"let its calls through: interlock services resume {service}",
        policy="pause",
        key=service,
    )
