"""The one seam to time, randomness and ids, so that tests skip time and runs are deterministic."""

from __future__ import annotations

import asyncio
import os
import random as _random
import time as _time
from collections.abc import Callable
from typing import Protocol


class Timer(Protocol):
    """What ``call_later`` and ``call_at`` return."""

    def cancel(self) -> None: ...


class World(Protocol):
    """Everything a part of Interlock may learn from outside without asking a service."""

    def time(self) -> float:
        """Seconds since the epoch, for people and records; may jump."""
        ...

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back; the only base for deadlines."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; tests skip the time."""
        ...

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """Run ``callback`` on the event loop once, ``seconds`` from now."""
        ...

    def call_at(self, moment: float, callback: Callable[[], None]) -> Timer:
        """Run ``callback`` once :meth:`time` says ``moment``, also if the clock was set meanwhile
        or the machine suspended."""
        ...

    def random(self) -> float:
        """A float in [0, 1)."""
        ...

    def new_id(self) -> str:
        """26 characters, unique, sorting by creation time (a ULID)."""
        ...


class RealWorld:
    """The machine's clocks and entropy."""

    # Bound at class level: these sit on the path of every message.
    time = staticmethod(_time.time)
    monotonic = staticmethod(_time.monotonic)
    sleep = staticmethod(asyncio.sleep)
    random = staticmethod(_random.random)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        return asyncio.get_running_loop().call_later(seconds, callback)

    def call_at(self, moment: float, callback: Callable[[], None]) -> Timer:
        return _ByTheClock(self, moment, callback)

    def new_id(self) -> str:
        return ulid(_time.time(), _entropy())


_LONGEST = 60.0
"""Seconds between two looks at the clock: a timer of the loop does not see that it was set, nor
that the machine was suspended."""


class _ByTheClock:
    """Looks at the clock again and again until it says the moment."""

    def __init__(self, world: World, moment: float, callback: Callable[[], None]) -> None:
        self._world = world
        self._moment = moment
        self._callback = callback
        self._look_later()

    def cancel(self) -> None:
        self._timer.cancel()

    def _look_later(self) -> None:
        left = max(0.0, self._moment - self._world.time())
        self._timer = self._world.call_later(min(left, _LONGEST), self._look)

    def _look(self) -> None:
        if self._world.time() < self._moment:
            self._look_later()
        else:
            self._callback()


_ENTROPY_BYTES = 10
_FETCHED = 512
_store: list[bytes] = []
# A copy of the process must not draw what its parent draws.
os.register_at_fork(after_in_child=_store.clear)


def _entropy() -> bytes:
    """Random bytes of the system, fetched for many ids at once.

    To ask the system gives up the interpreter lock, which another thread may keep for longer than
    everything else takes that a call costs.
    """
    try:
        return _store.pop()
    except IndexError:
        fetched = os.urandom(_ENTROPY_BYTES * _FETCHED)
        starts = range(0, len(fetched), _ENTROPY_BYTES)
        _store.extend(fetched[start : start + _ENTROPY_BYTES] for start in starts)
        return _store.pop()


_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]


def ulid(seconds: float, entropy: bytes) -> str:
    """A ULID (https://github.com/ulid/spec): 48 bits of milliseconds, 80 bits of entropy."""
    value = int(seconds * 1000) << 80 | int.from_bytes(entropy, "big")
    return "".join([_PAIRS[value >> shift & 1023] for shift in range(120, -1, -10)])
