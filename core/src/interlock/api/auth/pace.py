"""How often one token or one address may ask."""

from __future__ import annotations

from collections import OrderedDict

from interlock.sdk import World
from interlock.sdk.quantities import Rate

_MOST_KEYS = 10_000


class Pace:
    """A generic cell rate: a full second's (or period's) worth at once, then evenly.

    A key that was not seen for long is forgotten, which is harmless: by then it may ask again.
    """

    def __init__(self, rate: Rate, world: World) -> None:
        self._interval = rate.period / rate.limit
        self._burst = rate.period
        self._world = world
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def wait(self, key: str) -> float:
        """Seconds until ``key`` may ask again; 0.0 if it may now."""
        ahead = self._full_at.get(key, 0.0) - self._world.monotonic()
        return max(0.0, ahead + self._interval - self._burst)

    def take(self, key: str) -> float:
        """Count a request of ``key``; as :meth:`wait`, and if it must wait, nothing is counted."""
        wait = self.wait(key)
        if wait == 0.0:
            now = self._world.monotonic()
            self._full_at[key] = max(now, self._full_at.get(key, 0.0)) + self._interval
            self._full_at.move_to_end(key)
            if len(self._full_at) > _MOST_KEYS:
                self._full_at.popitem(last=False)
        return wait
