"""What a tool's author states about it. The operator's wishes are ``policies``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Effect = Literal["read", "write"]


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts decide what core may do with a call without asking.

    Attributes:
        effect: ``read`` changes nothing outside; ``write`` does.
        idempotent: twice with one idempotency key is the same as once.
        cacheable: equal arguments give equal results for a while.
        destructive: a write that removes or overwrites.
        cost: weight against a rate limit.
        tier: the rate budgets (``RatePolicy.tier``) that this tool draws from.
        transient: exception types that mean "try again" though not ``Retryable``.
        ordering_key: name of the argument by which calls keep their order.
        detached: goes on to its end when its caller leaves.
    """

    effect: Effect = "write"
    idempotent: bool = False
    cacheable: bool = False
    destructive: bool = False
    cost: float = 1.0
    tier: str | None = None
    transient: tuple[type[Exception], ...] = ()
    ordering_key: str | None = None
    detached: bool = False

    def __post_init__(self) -> None:
        if self.effect not in get_args(Effect):
            raise ValueError(f"effect is 'read' or 'write', not {self.effect!r}")
