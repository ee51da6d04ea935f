"""What a run on Restate needs of the daemon that it is on just now."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from typing import Any, Protocol

from interlock.journal import ApprovalRecord, RunRecord
from interlock.restate.blobs import SharedBlobs
from interlock.restate.wire import Names
from interlock.sdk.world import World
from interlock.telemetry import Telemetry
from interlock.workflows.effects import Effects
from interlock.workflows.operations import Operation, RunChild


class Surroundings(Protocol):
    """The daemon; :class:`interlock.restate.host.Host` is it.

    Attributes:
        suspend_after: seconds after which a life in which nothing happens leaves memory.
        draining: nothing is to begin here any more.
    """

    world: World
    blobs: SharedBlobs
    effects: Effects
    telemetry: Telemetry
    suspend_after: float
    draining: bool

    @property
    def names(self) -> Names: ...

    def perform(self, operation: Operation, run: RunRecord) -> Coroutine[Any, Any, Any]:
        """What an operation does, as a coroutine that ends with its output or error."""
        ...

    async def order_of(self, child: RunChild, parent: RunRecord) -> Mapping[str, Any]:
        """What the desk of a child is asked to create."""
        ...

    async def asked(self, approval: ApprovalRecord, run: RunRecord) -> None: ...

    async def letter(
        self, run: RunRecord, path: str, problem: Mapping[str, Any], *, undoing: bool
    ) -> None: ...

    async def ended(self, run: RunRecord) -> RunRecord:
        """Tell that a run is over; its record."""
        ...
