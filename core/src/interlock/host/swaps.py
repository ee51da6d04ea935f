"""Services that are being replaced, and the calls that wait for those that come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import anyio

from interlock.actors.deadlines import TimeLimit
from interlock.sdk import World


class Swaps:
    """From the moment at which a service stops to that at which the next one takes calls."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._under_way: dict[str, anyio.Event] = {}

    @contextmanager
    def of(self, names: Iterable[str]) -> Iterator[None]:
        """What is done within replaces these services."""
        ends = {name: anyio.Event() for name in names}
        self._under_way |= ends
        try:
            yield
        finally:
            for name, end in ends.items():
                self._under_way.pop(name, None)
                end.set()

    async def over(self, name: str, until: float) -> bool:
        """Whether a service was being replaced, and is by the moment ``until``."""
        end = self._under_way.get(name)
        if end is None:
            return False
        try:
            with TimeLimit(self._world, until - self._world.monotonic()):
                await end.wait()
        except TimeoutError:
            return False
        return True
