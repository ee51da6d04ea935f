"""Rules of the configuration: on this event, start that template with this input."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from interlock.expr import Expression, Value
from interlock.sdk import Event


class StartRun(Protocol):
    """How a trigger starts a run; a second start of one run id changes nothing."""

    async def __call__(self, workflow: str, input: Mapping[str, Any], *, run_id: str) -> Any: ...


@dataclass(frozen=True)
class Trigger:
    """One rule; ``where`` and ``input`` see ``event.name``, ``.id``, ``.key`` and ``.payload``."""

    name: str
    on: str
    start: str
    input: Value
    where: Expression | None = None

    async def fire(self, event: Event, start: StartRun) -> None:
        """Start the run, once for each event however often it is delivered."""
        scope = {"event": _seen(event)}
        if self.where is not None and not self.where.evaluate(scope):
            return
        await start(self.start, self.input.evaluate(scope), run_id=self.run_id(event))

    def run_id(self, event: Event) -> str:
        """Derived from rule and event, so that a redelivery meets the run it started before."""
        digest = hashlib.sha256(f"{self.name}\0{event.id}".encode()).hexdigest()
        return f"event-{digest[:24]}"


def _seen(event: Event) -> dict[str, Any]:
    return {"name": event.name, "id": event.id, "key": event.key, "payload": dict(event.payload)}
