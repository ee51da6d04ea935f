"""Figma's published rate limits, as data.

Source: https://developers.figma.com/docs/rest-api/rate-limits/ (in force since 17 November 2025).
The seat of the token's user, the tier of the endpoint and the plan of the file's workspace decide;
a file in a Starter workspace limits every seat as ``view`` does.
"""

from __future__ import annotations

from typing import Literal

from interlock.sdk import Rate, RatePolicy

Seat = Literal["view", "collab", "dev", "full"]
Plan = Literal["starter", "professional", "organization", "enterprise"]
Tier = Literal["tier1", "tier2", "tier3"]

MINUTE = 60.0
MONTH = 30 * 86_400.0

_LOW: dict[Tier, Rate] = {
    "tier1": Rate(6, MONTH),
    "tier2": Rate(5, MINUTE),
    "tier3": Rate(10, MINUTE),
}
_HIGH: dict[Plan, dict[Tier, Rate]] = {
    "starter": {**_LOW, "tier2": Rate(25, MINUTE), "tier3": Rate(50, MINUTE)},
    "professional": {
        "tier1": Rate(10, MINUTE),
        "tier2": Rate(25, MINUTE),
        "tier3": Rate(50, MINUTE),
    },
    "organization": {
        "tier1": Rate(15, MINUTE),
        "tier2": Rate(50, MINUTE),
        "tier3": Rate(100, MINUTE),
    },
    "enterprise": {
        "tier1": Rate(20, MINUTE),
        "tier2": Rate(100, MINUTE),
        "tier3": Rate(150, MINUTE),
    },
}


def rates(seat: Seat, plan: Plan) -> tuple[RatePolicy, ...]:
    """One budget for each tier, for this seat on files of this plan.

    The burst is the whole budget: Figma's bucket starts full.
    """
    table = _LOW if seat in ("view", "collab") else _HIGH[plan]
    return tuple(
        RatePolicy(limit=rate, burst=rate.limit, tier=tier) for tier, rate in table.items()
    )
