"""The store by which several daemons keep one limit, and how to go on without it.

A call asks it for its turn and for cached results. What opens a breaker or holds a pace is told
beside the calls, once a second, so that nobody waits for it. While the store cannot be reached
every gate goes by what this daemon alone knows.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from typing import TypeVar

from interlock.actors.deadlines import TimeLimit
from interlock.sdk import Rate, SharedGates, World

_ANSWER_SECONDS = 1.0
# While daemons start, each would have a limit of its own if nobody waited for the store.
_COMES_UP_SECONDS = 10.0
_PAUSE_SECONDS = 5.0
_TOLD_EVERY = 1.0
# About thirty years; a script of the store may not know what infinity is.
_FOR_EVER = 1e9

T = TypeVar("T")
Find = Callable[[], Awaitable[SharedGates]]
_log = logging.getLogger(__name__)


class Shared:
    """Nothing is shared until :meth:`use` names a store.

    Attributes:
        kept: which of ``rate``, ``breaker`` and ``cache`` are shared.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._find: Find | None = None
        self.kept: frozenset[str] = frozenset()
        self._name = ""
        self._down_until = 0.0
        self._down = False
        self._to_tell: dict[str, float] = {}
        self._listeners: dict[str, Callable[[float], None]] = {}
        self._wake = asyncio.Event()

    def use(self, name: str, find: Find | None, keeps: Collection[str]) -> None:
        """Share by the store that ``find`` returns from now on; None: share nothing.

        Args:
            name: of the store, for the log.
            find: waits for a store that comes up; raises while there is none.
            keeps: which of ``rate``, ``breaker`` and ``cache``.
        """
        self._name, self._find = name, find
        self.kept = frozenset(keeps if find else ())
        self._down, self._down_until = False, 0.0
        self._wake.set()

    def health(self) -> dict[str, object] | None:
        """None if nothing is shared."""
        if self._find is None:
            return None
        return {"by": self._name, "keeps": sorted(self.kept), "reached": not self._down}

    async def reserve(
        self, budget: str, rate: Rate, burst: float, cost: float, within: float
    ) -> tuple[bool, float] | None:
        """As :meth:`SharedGates.reserve`; None if the store cannot be reached."""
        patience = min(within, _FOR_EVER)
        return await self._ask(lambda store: store.reserve(budget, rate, burst, cost, patience))

    async def get(self, key: str) -> bytes | None:
        return await self._ask(lambda store: store.get(key))

    async def put(self, key: str, value: bytes, seconds: float) -> None:
        await self._ask(lambda store: store.put(key, value, seconds))

    def listen(self, signal: str, apply: Callable[[float], None]) -> None:
        """Call ``apply`` with the seconds left as long as somebody's ``signal`` holds."""
        self._listeners[signal] = apply

    def tell(self, signal: str, seconds: float) -> None:
        """Let the others know soon; 0 seconds take it back. Never waits."""
        if self._find is not None:
            self._to_tell[signal] = seconds
            self._wake.set()

    async def run(self) -> None:
        """Exchange signals until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._find is None:
                continue
            self._world.call_later(_TOLD_EVERY, self._wake.set)
            await self._tell_all()
            told = await self._ask(lambda store: store.told()) or {}
            for signal, seconds in told.items():
                if signal in self._listeners:
                    self._listeners[signal](seconds)

    async def _tell_all(self) -> None:
        telling, self._to_tell = self._to_tell, {}
        for signal, seconds in telling.items():
            await self._ask(lambda store, s=signal, left=seconds: store.tell(s, left))  # type: ignore[misc]

    async def _ask(self, ask: Callable[[SharedGates], Awaitable[T]]) -> T | None:
        if self._find is None or self._world.monotonic() < self._down_until:
            return None
        try:
            with TimeLimit(self._world, _COMES_UP_SECONDS):
                store = await self._find()
            with TimeLimit(self._world, _ANSWER_SECONDS):
                answer = await ask(store)
        except Exception as error:  # noqa: BLE001 - a store is a plugin's; calls go on without it
            self._lost(error)
            return None
        if self._down:
            self._down = False
            _log.info("%s answers again: what it keeps counts for all daemons", self._name)
        return answer

    def _lost(self, error: Exception) -> None:
        self._down_until = self._world.monotonic() + _PAUSE_SECONDS
        if not self._down:
            self._down = True
            _log.warning(
                "%s cannot be reached, so %s counts for this daemon alone until it can: %s",
                self._name,
                " and ".join(sorted(self.kept)),
                str(error) or "no answer in time",
            )
