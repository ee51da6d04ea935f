"""The address of an actor, and the hot path of the sending side."""

from __future__ import annotations

import asyncio
from typing import Any

from interlock.actors.actor import Overflow
from interlock.actors.cell import Cell
from interlock.actors.envelope import NO_DEADLINE, Envelope, running
from interlock.actors.health import ActorHealth, health_of
from interlock.actors.overflow import admit_ask, admit_tell
from interlock.sdk import DeadlineExceeded


class Ref:
    """How everyone but the actor itself reaches it; stays valid across restarts.

    A message that is ``idempotent`` may be handled again if the actor crashes on the way; one for
    ``control`` overtakes all ordinary ones and needs no room.
    """

    __slots__ = ("_cell",)

    def __init__(self, cell: Cell) -> None:
        self._cell = cell

    def __repr__(self) -> str:
        return f"<Ref {self._cell.name}>"

    @property
    def name(self) -> str:
        return self._cell.name

    async def tell(
        self,
        message: Any,
        *,
        overflow: Overflow | None = None,
        timeout: float = 30.0,
        ordering_key: str | None = None,
        idempotent: bool = False,
        control: bool = False,
    ) -> None:
        """Send without waiting for an answer; returns once the message is in the mailbox.

        Args:
            overflow: overrides the actor's option.
            timeout: seconds to wait for room, if waiting is what ``overflow`` says.

        Raises:
            ActorStopped: the message was not sent.
            Overloaded: the mailbox is full and ``overflow`` is ``reject``.
            DeadlineExceeded: no room within ``timeout``.
            ServiceUnavailable: the system is draining.
        """
        cell = self._cell
        shared = cell.shared
        trace = None if shared.trace is None else shared.trace()
        envelope = Envelope(
            message,
            cell,
            shared.now(),
            running.get(),
            trace=trace,
            ordering_key=ordering_key,
            idempotent=idempotent,
        )
        if cell.guarded:
            cell.check(envelope)
        if control:
            cell.mailbox.offer_urgent(envelope)
        elif not cell.mailbox.offer(envelope):
            await admit_tell(cell, envelope, overflow or cell.options.overflow, timeout)

    async def ask(
        self,
        message: Any,
        *,
        timeout: float = 30.0,
        ordering_key: str | None = None,
        idempotent: bool = False,
        detached: bool = False,
        control: bool = False,
    ) -> Any:
        """Send and wait for the answer: what ``receive`` returned, or raised.

        An ask of a handler never outlasts the message it handles. When the asker leaves, what is
        still queued is not started, and the handler of what is in flight is cancelled.

        Args:
            timeout: seconds, more than 0 and finite.
            detached: once begun, the work goes on without an asker.

        Raises:
            DeadlineExceeded: no answer in time; ``may_have_run`` tells whether it was begun.
            Overloaded, ServiceUnavailable: no room in time; parked, restarting, or draining.
            ActorStopped, ActorRestarted: the actor ended first; see ``may_have_run``.
            CallCycle: the actor waits for this very call.
        """
        cell, shared = self._cell, self._cell.shared
        now, sending = shared.now(), running.get()
        deadline = now + timeout
        if sending is not None:
            cell.refuse_cycle(sending)
            deadline = min(deadline, sending.deadline)
        if not now < deadline < NO_DEADLINE:
            raise _no_time(cell, timeout)
        reply = asyncio.get_running_loop().create_future()
        trace = None if shared.trace is None else shared.trace()
        envelope = Envelope(
            message, cell, now, sending, reply, deadline, trace, ordering_key, idempotent, detached
        )
        if cell.guarded:
            cell.check(envelope)
        shared.deadlines.watch(envelope)
        try:
            if control or not cell.mailbox.offer(envelope):
                admit_ask(cell, envelope, control=control)
            return await reply
        except asyncio.CancelledError:
            cell.abandon(envelope)
            raise
        finally:
            shared.deadlines.forget(envelope)

    async def stop(self) -> None:
        """Stop the actor for good, after the messages in flight; returns when it is gone.

        Messages not begun are answered with ActorStopped or become dead letters. Within the
        actor's own handlers this returns at once, for they have to end first.
        """
        cell = self._cell
        stopping = cell.shared.tasks.start(cell.stop(), f"{cell.name}.stop")
        calling = running.get()
        if calling is None or all(each.target is not cell for each in calling.chain()):
            await asyncio.shield(stopping)

    def health(self) -> ActorHealth:
        return health_of(self._cell)


def _no_time(cell: Cell, timeout: float) -> Exception:
    if 0 < timeout < NO_DEADLINE:
        return DeadlineExceeded(
            f"no time is left to ask {cell.name}",
            policy="deadline",
            key=cell.name,
            may_have_run=False,
        )
    return ValueError(f"timeout must be more than 0 and finite, not {timeout}")
