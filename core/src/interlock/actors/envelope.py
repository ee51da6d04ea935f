"""What travels with a message: who asked, until when, in which trace, on whose behalf."""

from __future__ import annotations

import math
from asyncio import Future
from collections.abc import Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from interlock.actors.cell import Cell

NO_DEADLINE = math.inf


class TraceSource(Protocol):
    """Where the trace context of a new message comes from; ``Telemetry`` is one."""

    def current(self) -> str | None:
        """The W3C traceparent of the current span, if there is one."""
        ...


class Envelope:
    """One message on its way.

    ``reply`` is None for a tell. ``deadline`` is absolute, on the world's monotonic clock, and
    infinite for a tell only. ``sender`` is the actor whose handler sends it, ``parent`` the
    message that it handles, so that the parents are the call chain; a tell has none, because
    nobody waits for it.
    """

    __slots__ = (
        "crashes",
        "deadline",
        "detached",
        "idempotent",
        "message",
        "ordering_key",
        "parent",
        "queued_at",
        "reply",
        "requeues",
        "sender",
        "target",
        "trace",
    )

    def __init__(
        self,
        message: Any,
        target: Cell,
        queued_at: float,
        sending: Envelope | None = None,
        reply: Future[Any] | None = None,
        deadline: float = NO_DEADLINE,
        trace: str | None = None,
        ordering_key: str | None = None,
        idempotent: bool = False,
        detached: bool = False,
    ) -> None:
        self.message = message
        self.target = target
        self.queued_at = queued_at
        self.reply = reply
        self.deadline = deadline
        self.parent = None if reply is None else sending
        self.sender = "" if sending is None else sending.target.name
        self.trace = trace
        self.ordering_key = ordering_key
        self.idempotent = idempotent
        self.detached = detached
        self.crashes = 0
        self.requeues = 0

    def chain(self) -> Iterator[Envelope]:
        """This message, the one whose handler sent it, and so on to the first."""
        envelope: Envelope | None = self
        while envelope is not None:
            yield envelope
            envelope = envelope.parent

    def wanted(self) -> bool:
        """Whether somebody still waits for the answer; a tell is always wanted."""
        return self.reply is None or not self.reply.done()

    def fail(self, error: BaseException) -> None:
        """Answer with ``error``, if an answer is still awaited."""
        if self.reply is not None and not self.reply.done():
            self.reply.set_exception(error)


# What the current task handles. Tasks that a handler starts inherit it, and so the deadline.
running: ContextVar[Envelope | None] = ContextVar("interlock_actors_running", default=None)


def current_deadline() -> float | None:
    """When the message being handled must be answered, on the monotonic clock.

    None outside of an ask.
    """
    envelope = running.get()
    if envelope is None or envelope.deadline == NO_DEADLINE:
        return None
    return envelope.deadline


def current_trace() -> str | None:
    """The trace context that came with the message being handled."""
    envelope = running.get()
    return envelope.trace if envelope is not None else None
