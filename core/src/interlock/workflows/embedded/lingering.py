"""How long a run that only waits stays in memory: the more there is to read again, the longer."""

from __future__ import annotations

from collections.abc import Callable

from interlock.sdk.world import Timer, World

_EACH_STEP = 0.0005
"""Seconds for each step on record. Reading one again takes a fiftieth of it, so that a long run
that is woken all the time spends little on it, however the wake-ups are spread."""
_WORTH_IT = 0.05


class Lingering:
    """Tells whether a run has been idle for long enough to leave memory.

    Args:
        look: called when it has.
    """

    def __init__(self, world: World, look: Callable[[], None]) -> None:
        self._world = world
        self._look = look
        self._timer: Timer | None = None
        self._over = False

    def over(self, steps: int) -> bool:
        """Whether it may leave now.

        Args:
            steps: how many it has on record.
        """
        seconds = steps * _EACH_STEP
        if self._over or seconds < _WORTH_IT:
            return True
        if self._timer is None:
            self._timer = self._world.call_later(seconds, self._expired)
        return False

    def stir(self) -> None:
        """Something happened; it is idle from now on."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._over = None, False

    def _expired(self) -> None:
        self._timer, self._over = None, True
        self._look()
