"""What an author of an actor writes, and how it is to be run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Overflow = Literal["wait", "reject", "drop_oldest", "drop_newest"]


class Actor:
    """State that only its own handlers touch.

    An instance lives until it crashes; its successor is made by the same factory and takes over
    the mailbox. An error of :meth:`receive` is the asker's and leaves the actor as it is, unless
    its type is in ``ActorOptions.crash_on``.
    """

    async def started(self) -> None:
        """Get ready; no message is handled before this returns. An error is a crash."""

    async def receive(self, message: Any) -> Any:
        """Handle one message; what is returned or raised goes to the asker."""
        raise NotImplementedError(f"{type(self).__name__} does not define receive()")

    async def run(self) -> None:
        """Optional: work beside the messages, from start to stop.

        An error is a crash. Returning ends the actor in the normal way: a permanent one is
        restarted, others stop.
        """

    async def stopped(self) -> None:
        """Let go of everything; also called when :meth:`started` failed half-way."""


@dataclass(frozen=True, slots=True)
class ActorOptions:
    """How an actor is run. Times are in seconds.

    Args:
        capacity: messages that may wait; more are subject to ``overflow``.
        concurrency: messages handled at a time. Above 1, messages start in order, and finish in
            order only within one ``ordering_key``.
        overflow: what a tell to a full mailbox does: ``wait`` for room (within the tell's
            timeout), ``reject`` with Overloaded, or turn the oldest or the newest tell into a
            dead letter. An ask always waits, within its deadline.
        restart: ``permanent``: always; ``transient``: after a crash; ``temporary``: never.
        max_restarts: restarts allowed within ``restart_window``; one more is exhaustion.
        backoff: the first restart waits a random time up to this, each further one up to twice
            as long, at most ``max_backoff``; forgotten after ``restart_window`` in health.
        on_exhausted: ``park``: refuse asks at once and try again every ``max_backoff``;
            ``escalate``: the supervisor fails; ``exit``: the system fails.
        stuck_after: a handler running longer is reported with its stack.
        startup: what ``started()`` may take.
        shutdown: what running handlers may take when stopped, and then ``stopped()``.
        crash_on: errors of ``receive()`` that restart the actor.
    """

    capacity: int = 1024
    concurrency: int = 1
    overflow: Overflow = "wait"
    restart: Literal["permanent", "transient", "temporary"] = "permanent"
    max_restarts: int = 5
    restart_window: float = 60.0
    backoff: float = 0.2
    max_backoff: float = 30.0
    on_exhausted: Literal["park", "escalate", "exit"] = "park"
    stuck_after: float = 60.0
    startup: float = 30.0
    shutdown: float = 5.0
    crash_on: tuple[type[Exception], ...] = ()

    def __post_init__(self) -> None:
        if self.capacity < 1 or self.concurrency < 1:
            raise ValueError("capacity and concurrency must be at least 1")
