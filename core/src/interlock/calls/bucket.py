"""aiolimiter's leaky bucket, made exact.

A bucket alone lets a burst and a whole period's rate through within one period; a log of the last
period closes that. The clock is the world's.
"""

from __future__ import annotations

import math
from collections import deque
from itertools import repeat

from aiolimiter import AsyncLimiter

from interlock.sdk import Rate, World

# Sums of fractions are off by a hair; waiting for less than this would never end.
_HAIR = 1e-6


class Bucket(AsyncLimiter):
    """Holds so many calls in a burst, and lets no more through in any period than its rate says."""

    def __init__(self, rate: Rate, burst: float, world: World) -> None:
        limit, period = rate
        super().__init__(burst, burst * period / limit)
        self._world = world
        self._last_check = world.monotonic()
        self._full = burst + _HAIR * limit / period
        self._limit = limit
        self._period = period
        self._sent: deque[float] = deque(maxlen=limit)

    def take(self, amount: float, now: float) -> bool:
        """Whether there was room for ``amount``, which is used up now."""
        level = self._level - (now - self._last_check) * self._rate_per_sec + amount
        if level < amount:
            level = amount
        sent = self._sent
        if level > self._full or (len(sent) + amount > self._limit and not self._left(amount, now)):
            return False
        self._level, self._last_check = level, now
        sent.append(now)
        if amount > 1.0:
            sent.extend(repeat(now, math.ceil(amount) - 1))
        return True

    def put(self, amount: float) -> None:
        """Use up ``amount``, room or none."""
        self._level += amount
        self._sent.extend(repeat(self._world.monotonic(), math.ceil(amount)))

    def wait_for(self, amount: float) -> float:
        """Seconds until there is room for ``amount`` on top of what is in it."""
        self._leak()
        wait = (self._level + amount - self.max_rate) / self._rate_per_sec
        leaving = self._leaving(amount)
        if leaving is not None:
            wait = max(wait, leaving + self._period - self._last_check)
        return wait if wait > _HAIR else 0.0

    @property
    def available(self) -> float:
        """What could be taken at once."""
        self._leak()
        return max(0.0, self.max_rate - self._level)

    def _leak(self) -> None:
        now = self._world.monotonic()
        self._level = max(0.0, self._level - (now - self._last_check) * self._rate_per_sec)
        self._last_check = now

    def _left(self, amount: float, now: float) -> bool:
        leaving = self._leaving(amount)
        return leaving is None or leaving + self._period - now <= _HAIR

    def _leaving(self, amount: float) -> float | None:
        """When the last of those came that must leave the period before ``amount`` enters it."""
        sent, needed = self._sent, math.ceil(amount)
        free = self._limit - len(sent)
        return None if needed <= free else sent[min(needed - free, len(sent)) - 1]
