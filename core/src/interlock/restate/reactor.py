"""The one place where a run waits in Restate.

Restate keys its journal by the order of a run's doings. So that a replay has the same order, a
run waits nowhere else, and what has come is handled in the order in which it was begun.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from restate import RestateDurableFuture, TerminalError, wait_completed

Then = Callable[[Any], Awaitable[None] | None]
_CANCELLED = 409


class Reactor:
    """Hands what has come to whoever asked for it, one after the other.

    Args:
        cancelled: told that somebody cancelled the run with Restate's own tools.
    """

    def __init__(self, cancelled: Callable[[], None]) -> None:
        self._cancelled = cancelled
        self._pending: dict[RestateDurableFuture[Any], Then] = {}
        self._asides: set[RestateDurableFuture[Any]] = set()

    def on(self, future: RestateDurableFuture[Any], then: Then) -> None:
        """Hand what a future brings to ``then``."""
        self._pending[future] = then

    def off(self, future: RestateDurableFuture[Any]) -> None:
        """Nobody wants to know any more."""
        self._pending.pop(future, None)

    def aside(self, future: RestateDurableFuture[Any]) -> None:
        """Something that the run does not wait for, unless it ends."""
        self._asides.add(future)
        self._pending[future] = lambda _: self._asides.discard(future)

    @property
    def busy(self) -> bool:
        return bool(self._asides)

    async def linger(self, futures: Sequence[RestateDurableFuture[Any]]) -> None:
        """Wait for some, so that what they bring is on record, and handle nothing."""
        while futures:
            _, futures = await wait_completed(*futures)

    async def turn(self) -> None:
        """Wait until something has come, and handle it."""
        try:
            done, _ = await wait_completed(*self._pending)
        except TerminalError as error:
            if error.status_code != _CANCELLED:
                raise
            self._cancelled()
            return
        for future in done:
            # One that was handled before may have given this one up.
            if (then := self._pending.pop(future, None)) is None:
                continue
            if (more := then(await future)) is not None:
                await more
