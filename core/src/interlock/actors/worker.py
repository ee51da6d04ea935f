"""The loop that handles messages: the hot path of the receiving side."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from interlock.actors.actor import Actor
from interlock.actors.envelope import Envelope, running
from interlock.actors.mailbox import Halted
from interlock.sdk import Interrupted, ServiceBug

if TYPE_CHECKING:
    from interlock.actors.cell import Cell
    from interlock.actors.incarnation import Incarnation

# After so many messages without a pause, the other tasks of the loop get their turn.
BATCH = 128


class Worker:
    """One of the tasks that work off an actor's mailbox, as long as one instance lives."""

    __slots__ = ("_cancelled", "_cell", "_ending", "_incarnation", "envelope", "since", "task")

    def __init__(self, cell: Cell, incarnation: Incarnation) -> None:
        self._cell = cell
        self._incarnation = incarnation
        self._cancelled = False
        self._ending = False
        self.envelope: Envelope | None = None
        """The message in flight; stays after the end if the message was cut off."""
        self.since = 0.0
        self.task = cell.shared.tasks.start(self._work(incarnation.actor), cell.name)

    async def _work(self, actor: Actor) -> None:
        with suppress(Halted):
            await self._loop(actor)

    async def _loop(self, actor: Actor) -> None:
        cell = self._cell
        take, idle, done = cell.mailbox.take, cell.mailbox.idle, cell.mailbox.done
        receive, now, set_running = actor.receive, cell.shared.now, running.set
        budget = BATCH
        while True:
            envelope = take()
            if envelope is None:
                budget = BATCH
                set_running(None)
                await idle()
                continue
            reply = envelope.reply
            self.since = since = now()
            if reply is None or not (reply.done() or envelope.deadline <= since):
                self.envelope = envelope
                set_running(envelope)
                try:
                    result = await receive(envelope.message)
                except BaseException as error:  # noqa: BLE001 - told apart in _raised
                    self._raised(envelope, error)
                else:
                    if reply is not None and not reply.done():
                        reply.set_result(result)
                self.envelope = None
                if self._cancelled:
                    self._settle()
            else:
                cell.pass_over(envelope)
            if envelope.ordering_key is not None:
                done(envelope)
            budget -= 1
            if not budget:
                budget = BATCH
                await asyncio.sleep(0)

    def abandon(self) -> None:
        """Cancel the message in flight, for nobody waits for it; the worker goes on."""
        if not self._cancelled:
            self._cancelled = True
            self.task.cancel()

    def end(self) -> None:
        """Cancel the message in flight, and the worker ends."""
        self._cancelled = self._ending = True
        self.task.cancel()

    def _settle(self) -> None:
        """A cancelled handler has ended: go on, unless the worker as well is to end."""
        if self._ending:
            raise Halted
        self._cancelled = False
        self.task.uncancel()

    def _raised(self, envelope: Envelope, error: BaseException) -> None:
        """Answer for a handler that raised ``error``; raises what ends the worker."""
        if isinstance(error, asyncio.CancelledError):
            abandoned = self._cancelled and not self._ending
            if abandoned and self.task.cancelling() == 1:
                return
            if self.task.cancelling():
                raise error
            # The handler awaited something that was cancelled; that is its failure, not an order.
            error = Interrupted(f"work of {self._cell.name} was cancelled from within")
        if isinstance(error, SystemExit):
            # A library's sys.exit() must not take the process down with all other actors.
            error = ServiceBug(f"a handler of {self._cell.name} tried to exit the process")
        if not isinstance(error, Exception):
            raise error
        self._cell.handler_failed(self._incarnation, envelope, error)
