"""Order within an ordering key for actors that handle several messages at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import takewhile

from interlock.actors.envelope import Envelope


class KeyedOrder:
    """Holds a message back while one of the same key is being handled."""

    __slots__ = ("_busy", "_next", "held")

    def __init__(self) -> None:
        self.held = 0
        # A key is here while a message of it is being handled or about to be.
        self._busy: dict[str, deque[Envelope]] = {}
        self._next: set[Envelope] = set()

    def __iter__(self) -> Iterator[Envelope]:
        for line in self._busy.values():
            yield from line

    def may_start(self, envelope: Envelope) -> bool:
        """True and its key is busy from now on; or False and the message is held."""
        key = envelope.ordering_key
        if key is None:
            return True
        if envelope in self._next:
            self._next.discard(envelope)
            return True
        if key in self._busy:
            self._busy[key].append(envelope)
            self.held += 1
            return False
        self._busy[key] = deque()
        return True

    def release(self, envelope: Envelope) -> Envelope | None:
        """The message was handled: the next one of its key, which keeps the key busy."""
        key = envelope.ordering_key or ""
        line = self._busy.get(key)
        if not line:
            self._busy.pop(key, None)
            return None
        following = line.popleft()
        self.held -= 1
        self._next.add(following)
        return following

    def place(self, following: Envelope, queue: Iterable[Envelope]) -> int:
        """Where a released message belongs: in front, behind those released that are older."""
        older = takewhile(
            lambda each: each in self._next and each.queued_at <= following.queued_at, queue
        )
        return sum(1 for _ in older)

    def clear(self) -> list[Envelope]:
        """Forget which keys are busy; what was held or released since, oldest first."""
        # Of one key, what was released is older than what is held, also by a coarse clock.
        waiting = sorted([*self._next, *self], key=lambda envelope: envelope.queued_at)
        self._busy.clear()
        self._next.clear()
        self.held = 0
        return waiting
