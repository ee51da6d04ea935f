"""One life of a run in Restate: the port over its journal.

Restate journals what a life does in its order, and plays that again to whichever daemon goes on
with it. What outlives a life, so that a run can be tried again, forked or undone, is recorded by
path beside it, as in the embedded engine.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from math import isfinite
from typing import Any, Literal

from restate import ObjectContext, RestateDurableFuture
from restate.exceptions import RetryableError
from restate.server_context import restate_context_is_replaying

from interlock.journal import RunRecord, StepRow
from interlock.restate.attempts import Attempts, Ended
from interlock.restate.children import Children, Kin
from interlock.restate.clock import Clock
from interlock.restate.correspondence import Correspondence
from interlock.restate.mail import Message
from interlock.restate.reactor import Reactor
from interlock.restate.step_state import StepState
from interlock.restate.surroundings import Surroundings
from interlock.restate.waits import Waits
from interlock.restate.wakefulness import Wakefulness
from interlock.restate.wire import VALUE, WORK, aside
from interlock.sdk.errors import InterlockError, from_problem
from interlock.workflows.errors import cut_off
from interlock.workflows.history import History
from interlock.workflows.interpreter import Ending, Interpreter, broken
from interlock.workflows.operations import (
    Call,
    Operation,
    Outcome,
    RunChild,
    Sleep,
    UndoChild,
    Wait,
    WaitFor,
)
from interlock.workflows.port import Port
from interlock.workflows.template import Template
from interlock.workflows.trampoline import Trampoline

_PATIENT = Sleep | Wait | RunChild | UndoChild
_PARKED_AFTER = 5.0


class _Leaving(BaseException):
    """Nothing is to begin on this daemon any more."""


class DurableRun(Port):
    """One life of a run: from where its record ends to its end, or to the next wait.

    Args:
        life: counts how often the run was begun.
        now: when this life was asked for.
    """

    def __init__(
        self,
        ctx: ObjectContext,
        record: RunRecord,
        template: Template,
        steps: dict[str, StepRow],
        engine: Surroundings,
        *,
        life: int,
        now: float,
    ) -> None:
        self.record = record
        self._ctx = ctx
        self._engine = engine
        self._clock = Clock(now)
        self._steps = StepState(ctx)
        self._history = History(record, steps, self._steps, self._clock)
        self._reactor = reactor = Reactor(self.cancel)
        self._desk = Correspondence(ctx, engine.names, record, life, reactor, self._heed)
        self._awake = Wakefulness(ctx, reactor, engine.suspend_after)
        self._attempts = Attempts(record, engine, engine.world.new_id())
        self._begun: dict[Operation, RestateDurableFuture[Any] | None] = {}
        self._waits = Waits(
            ctx, record, self._history, self._clock, reactor, engine, self._conclude
        )
        self._children = Children(ctx, record, self._clock, reactor, engine, self._conclude)
        self._held: list[Operation] | None = None
        self._cut: RestateDurableFuture[Any] | None = None
        self.stopping = self.abandoned = self._turning_back = False
        self.deadline, self.inherited = record.deadline, record.inherited
        self._ending: Ending | None = None
        self.traced = engine.telemetry.recorded(record.trace)
        interpreter = Interpreter(template, record.id, record.input, record.created, self)
        self._trampoline = Trampoline(self, interpreter.run(record.intent))

    async def live(self) -> RunRecord:
        """To the end of the run; its record then.

        Raises:
            RetryableError: the daemon is shutting down; the run goes on elsewhere, or later.
        """
        try:
            ending = await self._ended()
        except _Leaving:
            in_flight = [made for each, made in self._begun.items() if each in self._attempts]
            await self._reactor.linger([made for made in in_flight if made is not None])
            raise RetryableError("the daemon is shutting down") from None
        finally:
            self._trampoline.close()
        await self._steps.keep_blobs(self._engine.blobs)
        return self._over(ending)

    async def _ended(self) -> Ending:
        self._desk.listen()
        match self.record.intent:
            case "cancel" | "abandon":
                self.cancel(undo=self.record.intent == "cancel")
            case "pause":
                self._held = []
        self._trampoline.start()
        while self._ending is None or self._reactor.busy:
            await self._steps.keep_blobs(self._engine.blobs)
            await self._reactor.turn()
        return self._ending

    def _over(self, ending: Ending) -> RunRecord:
        problem = ending.error.to_problem() if ending.error else None
        told = replace(self.record, status=ending.status, problem=problem)
        return replace(told, output=ending.output, waiting=None)

    # What it is told

    async def _heed(self, message: Message) -> None:
        if self._ending is not None:
            return
        match message["kind"]:
            case "event":
                await self._waits.event_came(message)
            case "decision":
                self._waits.decided(message)
            case "child":
                await self._children.came(message)
            case "cancel":
                self.cancel(undo=message["undo"])
                if message["within"] is not None:
                    self._cut_after(message["within"])
            case "pause":
                self.pause()
            case "resume":
                self.go_on()

    def cancel(self, *, undo: bool = True) -> None:
        """Begin nothing new, and undo unless told otherwise; ignored once the run turns back."""
        if self._turning_back or self._ending is not None:
            return
        self.stopping, self.abandoned = True, not undo
        self._trampoline.stop()

    def pause(self) -> None:
        """Begin nothing new before :meth:`go_on`."""
        if self._held is None and self._ending is None:
            self._held = []
            self.idle()

    def go_on(self) -> None:
        held, self._held = self._held, None
        self._desk.stand("running")
        for operation in held or ():
            self.begin(operation)
        self.idle()

    def _cut_after(self, seconds: float) -> None:
        """Cut the run off unless it has ended by then; the last word counts."""
        if self._cut is not None:
            self._reactor.off(self._cut)
        self._cut = self._ctx.sleep(timedelta(seconds=seconds), name="~cut")
        self._reactor.on(self._cut, self._cut_off)

    def _cut_off(self, _: None) -> None:
        if self._ending is not None:
            return
        error = cut_off()
        error.with_details(in_flight=sorted(operation.path for operation in self._begun))
        for operation in list(self._begun):
            if isinstance(operation, RunChild):
                self._children.give_up(operation)
            else:
                self._attempts.give_up(operation)
        self._trampoline.close()
        self.ended(Ending("cancelled", error=error), None)

    # What is known

    @property
    def replaying(self) -> bool:
        return self._history.replaying

    def recorded(self, operation: Operation) -> Outcome | None:
        if not self._history.replaying:
            return None
        outcome = self._history.outcome(operation, self.repeatable)
        if outcome is not None and isinstance(operation, WaitFor):
            self._waits.replayed(operation, outcome)
        return outcome

    def interrupted(self, operation: Operation) -> bool:
        return self._history.interrupted(operation)

    def repeatable(self, operation: Operation) -> bool:
        return self._engine.effects.repeatable(operation)

    # What is done

    def begin(self, operation: Operation) -> None:
        if self._ending is not None:
            return
        if self._engine.draining:
            # What follows would be in Restate's journal in another order than next time.
            raise _Leaving
        if self._held is not None:
            self._held.append(operation)
            return
        self._begun[operation] = None
        match operation:
            case Sleep() | Wait():
                self._waits.begin(operation)
            case RunChild():
                self._history.starts(operation)
                self._children.begin(operation)
            case UndoChild():
                self._children.begin(operation)
            case Call() if operation.in_doubt != "retry" and not self.repeatable(operation):
                mark = self._ctx.run_typed(f"{operation.path}~mark", self._attempts.mark, VALUE)
                self._reactor.on(mark, partial(self._marked, operation))
                self._begun[operation] = mark
            case _:
                self._make(operation, None)

    def _marked(self, operation: Operation, mark: dict[str, Any]) -> None:
        self._clock.pass_to(mark["at"])
        self._history.starts(operation)
        self._make(operation, mark)

    def _make(self, operation: Operation, mark: dict[str, Any] | None) -> None:
        work = partial(self._attempts.make, operation, mark)
        name = f"{operation.path}{WORK}{operation.what}"
        made = self._ctx.run_typed(name, work, VALUE)
        self._reactor.on(made, partial(self._made, operation))
        self._begun[operation] = made

    async def _made(self, operation: Operation, end: Ended) -> None:
        self._clock.pass_to(end["finished"])
        if "problem" in end:
            self._conclude(operation, None, from_problem(end["problem"]), end["started"])
        else:
            output = await self._engine.blobs.unpack(end["output"])
            self._conclude(operation, output, None, end["started"])

    def abort(self, operation: Operation) -> bool:
        if operation not in self._begun:
            if self._held and operation in self._held:
                self._held.remove(operation)
            return True  # it never began: the run is paused, or the daemon draining
        match operation:
            case RunChild():
                if not operation.detached:
                    self._children.give_up(operation)
                return False
            case Sleep() | Wait():
                self._waits.give_up(operation)
            case Call() if self._engine.effects.only_reads(operation):
                self._attempts.give_up(operation)
                if (future := self._begun[operation]) is not None:
                    self._reactor.off(future)
            case _:
                return False
        del self._begun[operation]
        return True

    def _conclude(
        self,
        operation: Operation | Kin,
        output: Any,
        error: InterlockError | None,
        started: float,
    ) -> None:
        """Record an outcome, then hand it to the run."""
        if self._ending is None and operation in self._begun:
            deliver = partial(self._deliver, operation)
            self._history.ends(operation, output, error, started, lambda end: partial(deliver, end))

    def _deliver(self, operation: Operation, outcome: Outcome, _: object) -> None:
        del self._begun[operation]
        self._trampoline.deliver(operation, outcome)

    # The run as a whole

    def note(
        self, path: str, what: str, status: Literal["succeeded", "skipped"], output: Any
    ) -> None:
        self._history.note(path, what, status, output)

    def now(self) -> float:
        return self._engine.world.time()

    def step_ended(self, path: str, began: float, error: InterlockError | None) -> None:
        if not self._replayed and not self.replaying and self.record.trace is not None:
            self._engine.telemetry.record(
                f"step {path}",
                self.record.trace,
                began,
                attributes={"interlock.run": self.record.id, "interlock.step": path},
                error=error,
            )

    @property
    def _replayed(self) -> bool:
        """Whether Restate has more of this life on record."""
        return restate_context_is_replaying.get()

    def pausing(self, path: str, error: InterlockError, seconds: float, *, counts: bool) -> None:
        """The wait is on record, with its reason."""

    def compensating(self) -> None:
        self._turning_back = True
        self._trampoline.shield()
        self._desk.stand("compensating")

    def dead_letter(self, path: str, error: InterlockError) -> None:
        self._letter(path, error, undoing=False)

    def undone(self, path: str, error: InterlockError | None) -> None:
        if error is not None:
            self._letter(path, error, undoing=True)

    def _letter(self, path: str, error: InterlockError, *, undoing: bool) -> None:
        problem = error.to_problem()
        keep = partial(self._engine.letter, self.record, path, problem, undoing=undoing)
        self._reactor.aside(aside(self._ctx, f"{path}~letter", keep))

    def ended(self, result: Any, error: BaseException | None) -> None:
        self._ending = result if isinstance(result, Ending) else broken(error)

    def idle(self) -> None:
        """Say so if all there is to do is to wait for a while."""
        if self._ending is not None:
            return
        self._awake.want(any(not isinstance(each, _PATIENT) for each in self._begun))
        if self._turning_back:
            return
        waits = sum(operation in self._waits for operation in self._begun)
        if waits + self._children.waiting != len(self._begun):
            self._desk.stand("running")
        elif self._held is not None:
            self._desk.stand("paused", {"reason": "paused", "until": None, "step": ""})
        elif self._begun:
            self._tell_wait()

    def _tell_wait(self) -> None:
        wait, due = self._waits.next()
        if due - self._clock.time() <= _PARKED_AFTER:
            return
        reason, step = (wait.reason, wait.step) if wait else ("a run that it started", "")
        until = due if isfinite(due) else None
        self._desk.stand("waiting", {"reason": reason, "until": until, "step": step})
