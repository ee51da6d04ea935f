"""The pace of single requests, below the pace of calls that core keeps.

One tool may make hundreds of requests (a page is read list by list), so a limit on calls does not
hold Notion's limit on requests.
"""

from __future__ import annotations

from interlock.sdk import Rate, RateLimited, World, current_call


class Pacer:
    """Spreads requests evenly after a burst of one second's worth."""

    def __init__(self, world: World, rate: Rate) -> None:
        self._world = world
        self._interval = rate.period / rate.limit
        self._burst = max(0.0, min(rate.period, 1.0) - self._interval)
        self._next = float("-inf")
        self._held_until = float("-inf")

    async def turn(self) -> None:
        """Wait until one more request may go.

        Raises:
            RateLimited: that would be past the call's deadline.
        """
        now = self._world.monotonic()
        mine = max(self._next, now - self._burst, self._held_until - self._burst)
        self._refuse_past_deadline(max(mine, self._held_until) - now)
        self._next = mine + self._interval
        while (wait := max(mine, self._held_until) - self._world.monotonic()) > 0:
            await self._world.sleep(wait)

    def hold(self, seconds: float) -> None:
        """Let nothing go for ``seconds``: Notion asked for a pause."""
        self._held_until = max(self._held_until, self._world.monotonic() + seconds)

    @staticmethod
    def _refuse_past_deadline(wait: float) -> None:
        if wait > remaining():
            raise RateLimited(
                "the pace of requests to Notion makes this call wait past its deadline",
                hint="raise settings.rate or the deadline, or ask for less",
                retry_after=wait,
                policy="pace",
            )


def remaining() -> float:
    """Seconds left to the running call; without end outside of one."""
    try:
        return current_call().remaining()
    except LookupError:
        return float("inf")
