"""What a run in memory needs of its engine."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Protocol

from interlock.journal import Journal, JournalError, RunRecord
from interlock.sdk.world import World
from interlock.telemetry import Telemetry
from interlock.workflows.effects import Effects
from interlock.workflows.embedded.arrivals import Arrivals
from interlock.workflows.operations import Operation, RunChild
from interlock.workflows.progress import Progress
from interlock.workflows.run_events import RunEvents


class Surroundings(Protocol):
    """What a run needs of its engine."""

    journal: Journal
    world: World
    arrivals: Arrivals
    effects: Effects
    telemetry: Telemetry
    progress: Progress
    run_events: RunEvents
    park_after: float
    draining: bool

    def perform(self, operation: Operation, run: RunRecord) -> Coroutine[Any, Any, Any]:
        """What an operation does, as a coroutine that ends with its output or error."""
        ...

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]: ...

    def give_up(self, child: RunChild) -> None: ...

    def finished(self, run: RunRecord) -> None: ...

    def parked(self, run: RunRecord) -> None: ...

    def lost(self, run: RunRecord, error: JournalError) -> None: ...
