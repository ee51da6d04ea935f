"""The orderly end: all actors work off what they have, at the same time, within one grace."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from interlock.actors.cell import Cell, State
from interlock.actors.envelope import Envelope
from interlock.actors.shared import Shared

_log = logging.getLogger(__name__)

# How often to look whether all is quiet; a drain happens once in the life of a system.
_LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A message that the drain cut off, or that was never begun."""

    actor: str
    message: Any
    begun: bool
    sender: str
    waited: float
    """Seconds since it was sent."""

    def __str__(self) -> str:
        how = "cut off" if self.begun else "not begun"
        sender = f" from {self.sender}" if self.sender else ""
        return f"{type(self.message).__name__}{sender} to {self.actor}: {how}"


@dataclass(frozen=True, slots=True)
class DrainReport:
    stopped: int
    """How many actors there were."""
    seconds: float
    unfinished: tuple[Unfinished, ...]

    @property
    def clean(self) -> bool:
        """Whether every message was handled."""
        return not self.unfinished


async def drain(shared: Shared, grace: float) -> DrainReport:
    """Refuse work from outside, finish the rest within ``grace`` seconds, stop everything.

    Actors may still ask and tell each other. They are stopped in reverse start order; each
    unfinished message is in the report, in the log and among the dead letters.
    """
    begun_at = shared.now()
    shared.draining = True
    for cell in shared.cells.values():
        cell.guarded = True
    await _until_quiet(shared, begun_at + grace)
    shared.closing = True
    cells = list(shared.cells.values())
    unfinished = await _stop(shared, cells)
    for each in unfinished:
        _log.warning("unfinished: %s", each)
    return DrainReport(len(cells), shared.now() - begun_at, tuple(unfinished))


async def _until_quiet(shared: Shared, until: float) -> None:
    busy = list(shared.cells.values())
    while True:
        busy = [cell for cell in busy if not _quiet(cell)]
        # Whoever was quiet may have been told something by the last who was not.
        busy = busy or [cell for cell in shared.cells.values() if not _quiet(cell)]
        left = until - shared.now()
        if not busy or left <= 0:
            return
        await shared.world.sleep(min(_LOOK_SECONDS, left))


def _quiet(cell: Cell) -> bool:
    """Whether waiting for the actor is pointless: it has no work, or will not do it."""
    if cell.state in (State.PARKED, State.STOPPING, State.STOPPED):
        return True
    workers = cell.incarnation.workers if cell.incarnation is not None else ()
    return not any(each.wanted() for each in cell.mailbox) and all(
        worker.envelope is None for worker in workers
    )


async def _stop(shared: Shared, cells: list[Cell]) -> list[Unfinished]:
    """Stop one by one, latest first; once the longest shutdown has passed, all that are left."""
    for cell in cells:
        if cell.incarnation is not None:
            cell.incarnation.cut_off()
    until = shared.now() + max((cell.options.shutdown for cell in cells), default=0.0)
    unfinished: list[Unfinished] = []
    left = list(cells)
    while left and shared.now() < until:
        unfinished += await _stop_one(shared, left.pop())
    for some in await asyncio.gather(*(_stop_one(shared, cell) for cell in left)):
        unfinished += some
    return unfinished


async def _stop_one(shared: Shared, cell: Cell) -> list[Unfinished]:
    begun, waiting = await cell.stop(grace=0.0, draining=True)
    now = shared.now()

    def unfinished(envelope: Envelope, begun: bool) -> Unfinished:
        waited = now - envelope.queued_at
        return Unfinished(cell.name, envelope.message, begun, envelope.sender, waited)

    return [unfinished(each, True) for each in begun] + [
        unfinished(each, False) for each in waiting
    ]
