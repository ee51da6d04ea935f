"""Rules of the configuration: on this event, start that template with this input."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from interlock.expr import Expression, Value
from interlock.sdk import Event

_OF_RUNS = ("run.", "approval.")
_CHAIN = "chain:"
_LONGEST_CHAIN = 8
_log = logging.getLogger(__name__)


class StartRun(Protocol):
    """How a trigger starts a run; a second start of one run id changes nothing."""

    async def __call__(
        self, workflow: str, input: Mapping[str, Any], *, run_id: str, tags: Sequence[str] = ()
    ) -> Any: ...


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
        scope = {"event": event.to_dict()}
        if self.where is not None and not self.where.evaluate(scope):
            return
        links = _links(event)
        if links >= _LONGEST_CHAIN:
            _log.error(
                "%s: %d runs have started each other, the last was %s; no more is started",
                self.name,
                links,
                event.key,
            )
            return
        tags = (f"{_CHAIN}{links + 1}",) if event.name.startswith(_OF_RUNS) else ()
        run_id = self.run_id(event)
        await start(self.start, self.input.evaluate(scope), run_id=run_id, tags=tags)

    def run_id(self, event: Event) -> str:
        """Derived from rule and event, so that a redelivery meets the run it started before."""
        digest = hashlib.sha256(f"{self.name}\0{event.id}".encode()).hexdigest()
        return f"event-{digest[:24]}"


def _links(event: Event) -> int:
    """How many runs led to an event of a run, each started by the end of the one before."""
    if not event.name.startswith(_OF_RUNS):
        return 0
    tags = [each for each in event.payload.get("tags", ()) if str(each).startswith(_CHAIN)]
    return max((int(each.removeprefix(_CHAIN)) for each in tags), default=0)
