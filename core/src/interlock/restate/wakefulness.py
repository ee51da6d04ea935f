"""Keeping a life awake while a call is in flight.

Restate asks a life in which nothing happens to leave memory, and tells it nothing from then on.
While a call lasts the life cannot leave, and would not hear of a cancellation or that its time
is over; so something happens. A daemon that stands still for half of that time is asked all the
same, and the life hears of what came when the call is over.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from restate import ObjectContext, RestateDurableFuture

from interlock.restate.reactor import Reactor


class Wakefulness:
    """A timer that is begun again for as long as calls are in flight.

    Args:
        seconds: after which Restate asks.
    """

    def __init__(self, ctx: ObjectContext, reactor: Reactor, seconds: float) -> None:
        self._ctx = ctx
        self._reactor = reactor
        self._pause = timedelta(seconds=seconds / 2)
        self._tick: RestateDurableFuture[Any] | None = None
        self._wanted = False

    def want(self, wanted: bool) -> None:
        """Whether a call is in flight."""
        self._wanted = wanted
        if wanted and self._tick is None:
            self._tick = self._ctx.sleep(self._pause, name="~awake")
            self._reactor.on(self._tick, self._ticked)
        elif not wanted and self._tick is not None:
            self._reactor.off(self._tick)
            self._tick = None

    def _ticked(self, _: None) -> None:
        self._tick = None
        self.want(self._wanted)
