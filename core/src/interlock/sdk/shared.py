"""What several daemons keep together, so that one limit holds for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from interlock.sdk.quantities import Rate


class SharedGates(Protocol):
    """A store that all daemons reach; a service offers one by ``Service.shared_gates``.

    Every method is one quick exchange. It raises whatever it raises when the store cannot be
    reached; the daemon then goes by what it knows itself, says so, and asks again later.
    """

    async def reserve(
        self, budget: str, rate: Rate, burst: float, cost: float, within: float
    ) -> tuple[bool, float]:
        """A place in the one line for a budget, on the store's clock.

        The line is first come, first served, whichever daemon asks. At most ``burst`` goes at
        once after a pause, and never more than ``rate.limit`` within any ``rate.period``.

        Args:
            budget: its name; calls that name the same share it.
            cost: of the call, at most ``burst``.
            within: seconds that the caller can wait.

        Returns:
            True and the seconds until the call's turn; or False and the seconds that it would
            have taken, when that is more than ``within``: nothing is reserved then.
        """
        ...

    async def tell(self, signal: str, seconds: float) -> None:
        """Let all daemons know that ``signal`` holds for so long from now; 0: no longer."""
        ...

    async def told(self) -> Mapping[str, float]:
        """The signals that hold, each with the seconds that are left."""
        ...

    async def get(self, key: str) -> bytes | None:
        """A value that a daemon has put there, while it is kept."""
        ...

    async def put(self, key: str, value: bytes, seconds: float) -> None:
        """Keep a value for so long."""
        ...
