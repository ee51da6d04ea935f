"""When an actor may be restarted: intensity, and exponential back-off with full jitter.

Full jitter as in https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/;
restart intensity as in Erlang's supervisor.
"""

from __future__ import annotations

from collections import deque

from interlock.actors.actor import ActorOptions
from interlock.sdk import World


class Restarts:
    """The crashes of one child of a supervisor, on the world's monotonic clock."""

    __slots__ = ("_crashes", "_healthy_since", "_options", "_streak", "_world")

    def __init__(self, options: ActorOptions, world: World) -> None:
        self._options = options
        self._world = world
        self._crashes: deque[float] | None = None
        self._streak = 0
        self._healthy_since: float | None = None

    def started(self) -> None:
        """The child is up; a crash from now on may be the first of a new streak."""
        self._healthy_since = self._world.monotonic()

    def crashed(self) -> bool:
        """Count a crash; True while a restart is within the intensity allowed."""
        now = self._world.monotonic()
        since, self._healthy_since = self._healthy_since, None
        if since is not None and now - since >= self._options.restart_window:
            self._streak = 0
        self._streak += 1
        if self._crashes is None:
            self._crashes = deque()
        self._crashes.append(now)
        return self.in_window() <= self._options.max_restarts

    def delay(self) -> float:
        """Seconds to wait before the next start."""
        # The exponent is capped: a float overflows long before a service gives up being down.
        doubled = self._options.backoff * 2.0 ** min(max(self._streak, 1) - 1, 64)
        return self._world.random() * min(self._options.max_backoff, doubled)

    def in_window(self) -> int:
        """Crashes within the last ``restart_window`` seconds."""
        if not self._crashes:
            return 0
        window_began = self._world.monotonic() - self._options.restart_window
        while self._crashes and self._crashes[0] <= window_began:
            self._crashes.popleft()
        return len(self._crashes)
