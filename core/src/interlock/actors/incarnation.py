"""One life of an actor: the instance and its tasks, from start to crash or stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import TYPE_CHECKING

from interlock.actors.actor import Actor
from interlock.actors.deadlines import TimeLimit
from interlock.actors.envelope import Envelope, running
from interlock.actors.mailbox import Signal
from interlock.actors.worker import Worker

if TYPE_CHECKING:
    from interlock.actors.cell import Cell

_log = logging.getLogger(__name__)


class Incarnation:
    """Starts workers as messages arrive, so that an actor without work has no task at all."""

    __slots__ = ("_beside", "_cell", "_limit", "_step", "actor", "workers")

    def __init__(self, cell: Cell, actor: Actor) -> None:
        self._cell = cell
        self._limit: TimeLimit | None = None
        # Stands for started() or stopped() in the call chain, while one of them is awaited.
        self._step: Envelope | None = None
        self._beside: asyncio.Task[None] | None = None
        self.actor = actor
        self.workers: list[Worker] = []

    async def begin(self) -> Exception | None:
        """Call ``started()``; what it raised, if anything."""
        if type(self.actor).started is Actor.started:
            return None
        self._limit = TimeLimit(self._cell.shared.world, self._cell.options.startup)
        try:
            with self._limit:
                await self._awaited(self.actor.started(), "started")
        except Exception as error:  # noqa: BLE001 - every error of the actor's own is a crash
            return error
        finally:
            self._limit = None
        return None

    def interrupt(self) -> None:
        """Stop waiting for ``started()``."""
        if self._limit is not None:
            self._limit.expire()

    def serve(self) -> None:
        """Work off the mailbox, and let ``run()`` go."""
        mailbox = self._cell.mailbox
        mailbox.on_demand = self._hire
        for _ in range(min(len(mailbox), self._cell.options.concurrency)):
            self._hire()
        if type(self.actor).run is not Actor.run:
            self._beside = self._cell.shared.tasks.start(self._run(), f"{self._cell.name}.run")

    async def end(self, grace: float) -> list[Envelope]:
        """End all tasks, after ``grace`` seconds for messages in flight; the cut off ones.

        Whatever refuses to be cancelled within the actor's ``shutdown`` is left to the system.
        """
        mailbox = self._cell.mailbox
        mailbox.on_demand = None
        if self._beside is not None:
            self._beside.cancel()
        if grace > 0:
            mailbox.offer_urgent(Signal.STOP)
            await self._until_ended(grace)
        mailbox.offer_urgent(Signal.KILL)
        self.cut_off()
        if not await self._until_ended(self._cell.options.shutdown):
            _log.error("a handler of %s refuses to be cancelled", self._cell.name)
        await self._release()
        cut_off = [worker.envelope for worker in self.workers if worker.envelope is not None]
        return sorted(cut_off, key=lambda envelope: envelope.queued_at)

    def worker_of(self, envelope: Envelope) -> Worker | None:
        """Who handles the message now."""
        return next((worker for worker in self.workers if worker.envelope is envelope), None)

    def handles(self, envelope: Envelope) -> bool:
        """Whether the message, or the step of life that it stands for, is under way."""
        return envelope is self._step or self.worker_of(envelope) is not None

    def cut_off(self) -> None:
        """Cancel the workers, and what they handle."""
        for worker in self.workers:
            if not worker.task.done():
                worker.end()

    def _hire(self) -> None:
        self.workers.append(Worker(self._cell, self))
        if len(self.workers) == self._cell.options.concurrency:
            self._cell.mailbox.on_demand = None

    async def _run(self) -> None:
        running.set(Envelope("run", self._cell, self._cell.shared.now()))
        try:
            await self.actor.run()
        except Exception as error:  # noqa: BLE001 - every error of the actor's own is a crash
            self._cell.ended(self, error)
        else:
            self._cell.ended(self, None)

    async def _until_ended(self, seconds: float) -> bool:
        """Whether all tasks have ended within ``seconds``."""
        tasks = [worker.task for worker in self.workers if not worker.task.done()]
        if self._beside is not None and not self._beside.done():
            tasks.append(self._beside)
        if not tasks:
            return True
        try:
            with TimeLimit(self._cell.shared.world, seconds):
                await asyncio.wait(tasks)
        except TimeoutError:
            return False
        return True

    async def _release(self) -> None:
        if type(self.actor).stopped is Actor.stopped:
            return
        try:
            with TimeLimit(self._cell.shared.world, self._cell.options.shutdown):
                await self._awaited(self.actor.stopped(), "stopped")
        except Exception:  # noqa: BLE001 - the actor is gone all the same; its successor goes on
            _log.exception("stopped() of %s failed", self._cell.name)

    async def _awaited(self, work: Awaitable[None], step: str) -> None:
        """Await ``work`` as a step of the actor's life, which is the sender of what it sends."""
        self._step = Envelope(step, self._cell, self._cell.shared.now())
        token = running.set(self._step)
        try:
            await work
        finally:
            running.reset(token)
            self._step = None
