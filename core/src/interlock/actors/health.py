"""What an actor is doing right now, learned without asking it: it may be stuck."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import nsmallest
from types import AsyncGeneratorType, CoroutineType, FrameType, GeneratorType
from typing import Any

from interlock.actors.cell import Cell

_MOST_STUCK = 10


@dataclass(frozen=True, slots=True)
class StuckHandler:
    """A handler that has run longer than the actor's ``stuck_after``."""

    message: str
    seconds: float
    stack: tuple[str, ...]
    """Where it waits, outermost call first: ``file:line in function``."""


@dataclass(frozen=True, slots=True)
class ActorHealth:
    name: str
    state: str
    queued: int
    """Messages waiting, those without room included."""
    oldest: float
    """Seconds that the oldest of them has waited."""
    in_flight: int
    restarts: int
    """Crashes within the restart window."""
    retry_after: float | None
    """Seconds until the next start, while it is not running."""
    last_error: str
    stuck: tuple[StuckHandler, ...]
    """Those that hang for longest, ten at most: a thousand stacks would hold up everybody."""


def health_of(cell: Cell) -> ActorHealth:
    now = cell.shared.now()
    waiting = [each.queued_at for each in cell.mailbox if each.wanted()]
    workers = cell.incarnation.workers if cell.incarnation is not None else []
    return ActorHealth(
        name=cell.name,
        state=cell.state.value,
        queued=len(waiting),
        oldest=now - min(waiting, default=now),
        in_flight=sum(worker.envelope is not None for worker in workers),
        restarts=cell.restarts.in_window(),
        retry_after=max(0.0, cell.retry_at - now) if cell.waits_for_start else None,
        last_error=f"{type(cell.last_error).__name__}: {cell.last_error}"
        if cell.last_error
        else "",
        stuck=tuple(_stuck(cell, now)),
    )


def _stuck(cell: Cell, now: float) -> Iterator[StuckHandler]:
    workers = cell.incarnation.workers if cell.incarnation is not None else []
    latest = now - cell.options.stuck_after
    hanging = [worker for worker in workers if worker.envelope and worker.since < latest]
    for worker in nsmallest(_MOST_STUCK, hanging, key=lambda each: each.since):
        name = type(worker.envelope.message).__name__ if worker.envelope else ""
        yield StuckHandler(name, now - worker.since, tuple(_stack(worker.task)))


def _stack(task: asyncio.Task[Any]) -> Iterator[str]:
    """The frames of a suspended task; ``Task.get_stack`` gives only the outermost one."""
    awaited: object = task.get_coro()
    while awaited is not None:
        frame, awaited = _step(awaited)
        if frame is not None:
            code = frame.f_code
            yield f"{code.co_filename}:{frame.f_lineno} in {code.co_qualname}"


def _step(awaited: object) -> tuple[FrameType | None, object]:
    """The frame of an awaitable, and what it awaits itself."""
    if isinstance(awaited, CoroutineType):
        return awaited.cr_frame, awaited.cr_await
    if isinstance(awaited, GeneratorType):
        return awaited.gi_frame, awaited.gi_yieldfrom
    if isinstance(awaited, AsyncGeneratorType):
        return awaited.ag_frame, awaited.ag_await
    return None, None
