"""What all actors of one system share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from interlock.actors.dead_letters import DeadLetters
from interlock.actors.deadlines import Deadlines
from interlock.actors.tasks import Tasks
from interlock.sdk import World

if TYPE_CHECKING:
    from interlock.actors.cell import Cell


@dataclass(slots=True)
class Shared:
    """``now`` and ``trace`` are bound methods: they are called for every message."""

    world: World
    now: Callable[[], float]
    trace: Callable[[], str | None] | None
    tasks: Tasks
    deadlines: Deadlines
    dead_letters: DeadLetters
    failed: Callable[[Exception], None]
    """The system as a whole cannot go on."""
    cells: dict[str, Cell] = field(default_factory=dict)
    """All that have not stopped, in start order."""
    draining: bool = False
    """Only messages between actors are accepted."""
    closing: bool = False
    """Nothing is restarted any more."""

    def forget(self, name: str) -> None:
        self.cells.pop(name, None)
