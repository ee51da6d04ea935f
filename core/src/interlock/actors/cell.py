"""The lasting part of an actor: its name, mailbox and state, across all its incarnations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from interlock.actors.actor import Actor, ActorOptions
from interlock.actors.backoff import Restarts
from interlock.actors.deadlines import too_late
from interlock.actors.envelope import Envelope
from interlock.actors.errors import CallCycle
from interlock.actors.incarnation import Incarnation
from interlock.actors.interrupted import discard, survives_restart
from interlock.actors.mailbox import Halted, Mailbox, Signal
from interlock.actors.shared import Shared
from interlock.sdk import ActorStopped, ServiceUnavailable

if TYPE_CHECKING:
    from interlock.actors.supervisor import Supervisor


class State(StrEnum):
    STARTING = "starting"
    RUNNING = "running"
    CRASHED = "crashed"
    RESTARTING = "restarting"
    """Waiting for the back-off to pass."""
    PARKED = "parked"
    """Crashed too often: refuses asks, tries again at long intervals."""
    STOPPING = "stopping"
    STOPPED = "stopped"


_ENDING = (State.STOPPING, State.STOPPED)


class Cell:
    """What a ``Ref`` points to and a supervisor starts, halts and stops."""

    __slots__ = (
        "_factory",
        "_put_back",
        "_turn",
        "crash",
        "guarded",
        "incarnation",
        "last_error",
        "mailbox",
        "name",
        "options",
        "restarts",
        "retry_at",
        "shared",
        "state",
        "supervisor",
    )

    def __init__(
        self,
        name: str,
        factory: Callable[[], Actor],
        options: ActorOptions,
        shared: Shared,
        supervisor: Supervisor,
    ) -> None:
        self.name = name
        self.options = options
        self.shared = shared
        self.supervisor = supervisor
        self.mailbox = Mailbox(options.capacity, keyed=options.concurrency > 1)
        self.restarts = Restarts(options, shared.world)
        self.state = State.STARTING
        # Whether check() must be asked before a message is taken in.
        self.guarded = False
        # Why the present incarnation has to end, as long as it has not.
        self.crash: Exception | None = None
        self.last_error: Exception | None = None
        # When the next start is due, while there is no incarnation.
        self.retry_at = 0.0
        self.incarnation: Incarnation | None = None
        self._factory = factory
        self._put_back: list[Envelope] = []
        # Starting, halting and stopping take turns.
        self._turn = asyncio.Lock()

    # Senders

    def check(self, envelope: Envelope) -> None:
        """Refuse at once what cannot be handled in time.

        Raises:
            ActorStopped: for good.
            ServiceUnavailable: parked, waiting too long for its restart, or draining.
        """
        if self.state in _ENDING:
            raise self._gone(may_have_run=False)
        if self.shared.draining and not envelope.sender:
            raise ServiceUnavailable(f"{self.name} takes no new work: the system is draining")
        if envelope.reply is None:
            return
        if self.state is State.PARKED or self.retry_at > envelope.deadline:
            raise self._unavailable()

    def refuse_cycle(self, asking: Envelope) -> None:
        """Refuse an ask by the handler of ``asking`` if it would wait for itself.

        Raises:
            CallCycle: the call chain already occupies all that this actor handles at a time.
        """
        occupied = sum(each.target is self and self._handles(each) for each in asking.chain())
        if occupied < (self.options.concurrency if self.state is State.RUNNING else 1):
            return
        chain = [self.name, *(each.target.name for each in asking.chain())][::-1]
        raise CallCycle(
            f"the call chain {' > '.join(chain)} comes back to an actor that waits for it",
            hint="tell instead of ask, or raise the actor's concurrency",
            chain=chain,
        )

    def abandon(self, envelope: Envelope) -> None:
        """The asker is gone: what is queued is not started, what runs is cancelled."""
        worker = None if self.incarnation is None else self.incarnation.worker_of(envelope)
        if worker is None:
            self.mailbox.abandon()
        elif not envelope.detached:
            worker.abandon()

    def expire(self, envelope: Envelope) -> None:
        """The deadline has passed: answer, then treat the asker as gone."""
        begun = self._handles(envelope) or envelope.requeues > 0
        envelope.fail(too_late(envelope, may_have_run=begun))
        self.abandon(envelope)

    # The incarnation

    def pass_over(self, envelope: Envelope) -> None:
        """A message was taken that is out of time, or that nobody waits for."""
        envelope.fail(too_late(envelope, may_have_run=envelope.requeues > 0))

    def handler_failed(
        self, incarnation: Incarnation, envelope: Envelope, error: Exception
    ) -> None:
        """Pass the error on to the asker, unless it is a crash.

        Raises:
            Halted: it is a crash.
        """
        if isinstance(error, self.options.crash_on) and self.ended(incarnation, error):
            raise Halted
        if envelope.reply is None:
            self.shared.dead_letters.add(envelope, "failed", error)
        else:
            envelope.fail(error)

    def ended(self, incarnation: Incarnation, error: Exception | None) -> bool:
        """It crashed, or (without ``error``) its ``run()`` returned; False if it ends anyway."""
        if self.state is not State.RUNNING or incarnation is not self.incarnation:
            return False
        self.state = State.CRASHED
        self.crash = error
        self.last_error = error or self.last_error
        self.mailbox.offer_urgent(Signal.KILL)
        self.supervisor.ended(self, error)
        return True

    # The supervisor

    @property
    def settled(self) -> bool:
        """Whether there is nothing to recover from (any more)."""
        return self.state is State.RUNNING or self.state in _ENDING

    @property
    def waits_for_start(self) -> bool:
        return self.state in (State.RESTARTING, State.PARKED)

    async def start(self) -> Exception | None:
        """Begin a new incarnation, unless there is one; the error if it fails to start."""
        async with self._turn:
            if self.settled:
                return None
            if self.state is not State.PARKED:
                self.state = State.STARTING
            error = await self._begin()
            if self.state is State.STOPPING:
                return None
            if error is not None:
                self.last_error = error
                return error
            self._serve()
        return None

    async def halt(self) -> None:
        """End the incarnation but keep the mailbox, for a start to come."""
        async with self._turn:
            if self.incarnation is None or self.state in _ENDING:
                return
            if self.state is not State.PARKED:
                self.state = State.RESTARTING
            crash, self.crash = self.crash, None
            cut_off = await self._end(grace=0.0)
            self._put_back += [each for each in cut_off if survives_restart(each, crash)]

    def wait_until(self, at: float, *, parked: bool) -> None:
        """The next start comes at ``at``; asks that cannot wait so long are refused."""
        if self.state in _ENDING:
            return
        self.state = State.PARKED if parked else State.RESTARTING
        self.retry_at = at
        self.guarded = True
        if parked:
            for envelope in [*self._put_back, *self.mailbox]:
                envelope.fail(self._unavailable())
                self.mailbox.abandon()
            self.mailbox.purge()

    async def stop(
        self, *, grace: float | None = None, draining: bool = False
    ) -> tuple[list[Envelope], list[Envelope]]:
        """End for good; the messages that were cut off, and those that were not begun.

        Messages in flight have ``grace`` seconds (default: the option ``shutdown``).
        """
        if self.state is not State.STOPPED:
            self.state = State.STOPPING
            self.guarded = True
        if self.incarnation is not None:
            self.incarnation.interrupt()
        async with self._turn:
            if self.state is State.STOPPED:
                return [], []
            cut_off = await self._end(self.options.shutdown if grace is None else grace)
            begun = [each for each in cut_off if each.wanted() or each.detached]
            waiting = [each for each in (*self._put_back, *self.mailbox.clear()) if each.wanted()]
            for envelope in begun:
                error = self._gone(may_have_run=True)
                discard(envelope, error, "unfinished" if draining else "interrupted", self.crash)
            for envelope in waiting:
                error = self._gone(may_have_run=envelope.requeues > 0)
                discard(envelope, error, "unfinished" if draining else "stopped")
            self.state = State.STOPPED
            self.supervisor.remove(self)
        return begun, waiting

    # Inside

    async def _begin(self) -> Exception | None:
        try:
            actor = self._factory()
        except Exception as crash:  # noqa: BLE001 - every error of the actor's own is a crash
            return crash
        self.incarnation = Incarnation(self, actor)
        error = await self.incarnation.begin()
        if error is not None:
            await self._end(grace=0.0)
        return error

    def _serve(self) -> None:
        assert self.incarnation is not None  # noqa: S101 - begun just before
        self.state = State.RUNNING
        self.guarded = self.shared.draining
        self.restarts.started()
        self.mailbox.resume()
        self.mailbox.put_back(self._put_back)
        self._put_back = []
        self.incarnation.serve()

    async def _end(self, grace: float) -> list[Envelope]:
        incarnation = self.incarnation
        if incarnation is None:
            return []
        cut_off = await incarnation.end(grace)
        self.incarnation = None
        return cut_off

    def _handles(self, envelope: Envelope) -> bool:
        return self.incarnation is not None and self.incarnation.handles(envelope)

    def _gone(self, *, may_have_run: bool) -> ActorStopped:
        error = ActorStopped(f"actor {self.name} has stopped", may_have_run=may_have_run)
        error.__cause__ = self.last_error
        return error

    def _unavailable(self) -> ServiceUnavailable:
        error = ServiceUnavailable(
            f"{self.name} is {self.state}" + (f": {self.last_error}" if self.last_error else ""),
            retry_after=max(0.0, self.retry_at - self.shared.now()),
            policy="supervision",
            key=self.name,
        )
        error.__cause__ = self.last_error
        return error
