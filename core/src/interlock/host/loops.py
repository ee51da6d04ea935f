"""What the loops of a service fail with just now: its consumers and polls."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from interlock.sdk import InterlockError, ServiceBug, World

# A loop that lived this long is well again.
HEALTHY_SECONDS = 30.0

Redact = Callable[[InterlockError], InterlockError]


@dataclass(slots=True)
class _Fault:
    error: InterlockError
    began_again: float = math.inf


class Loops:
    """Of one service; its tools may work while nothing is received any more.

    Args:
        redact: takes secrets out of an error.
    """

    def __init__(self, world: World, redact: Redact) -> None:
        self._world = world
        self._redact = redact
        self._faults: dict[str, _Fault] = {}

    def failed(self, loop: str, error: Exception) -> None:
        if isinstance(error, InterlockError):
            self._faults[loop] = _Fault(self._redact(error))
            return
        # What a bug says is for the log.
        hint = "a bug of the plugin; the daemon's log has more"
        self._faults[loop] = _Fault(ServiceBug(type(error).__name__, hint=hint))

    def begun(self, loop: str) -> None:
        """It runs again; whether that helps is seen later."""
        if loop in self._faults:
            self._faults[loop].began_again = self._world.monotonic()

    def well(self, loop: str) -> None:
        self._faults.pop(loop, None)

    def forget(self) -> None:
        self._faults.clear()

    def fault(self) -> dict[str, str]:
        """``{reason, hint}``; empty if all is well."""
        soon = self._world.monotonic() - HEALTHY_SECONDS
        for loop, fault in self._faults.items():
            if fault.began_again > soon:
                reason = f"{loop} fails: {fault.error.message}"
                return {"reason": reason, "hint": fault.error.hint}
        return {}
