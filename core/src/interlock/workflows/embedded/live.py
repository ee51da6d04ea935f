"""One run in memory: the port over the journal.

Whatever it learns it writes first, and tells the run when that is durable. Where a write fails,
the run stops as if the process had died; it goes on from its record after the next start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from math import inf
from typing import Any, Literal

from interlock.journal import Intent, JournalError, RunRecord, Status, StepRow
from interlock.sdk.errors import InterlockError, Interrupted, ServiceBug, ServiceUnavailable
from interlock.sdk.events import Event
from interlock.workflows.embedded.idleness import Idleness
from interlock.workflows.embedded.lingering import Lingering
from interlock.workflows.embedded.surroundings import Surroundings
from interlock.workflows.embedded.waiting import Waiting
from interlock.workflows.errors import RunCancelled
from interlock.workflows.history import History
from interlock.workflows.interpreter import Ending, Interpreter, broken
from interlock.workflows.letters import letter_of_run, letter_of_step
from interlock.workflows.operations import (
    Call,
    Operation,
    Outcome,
    RunChild,
    Sleep,
    Wait,
    WaitFor,
)
from interlock.workflows.paths import undo_of
from interlock.workflows.port import Port
from interlock.workflows.template import Template
from interlock.workflows.trampoline import Trampoline

_PAUSED = {"reason": "paused", "until": None, "step": ""}


class LiveRun(Port):
    """Drives one run from its record to its end, or until it is parked.

    Attributes:
        wanted: it is to come back should it be parked just now.
        since: when what is not over was begun.
        idleness: whether all it does is to wait.
    """

    def __init__(
        self,
        record: RunRecord,
        template: Template,
        steps: dict[str, StepRow],
        engine: Surroundings,
    ) -> None:
        self.record = record
        self._engine = engine
        self._history = History(record, steps, engine.journal.steps, engine.world)
        self._begun: dict[Operation, asyncio.Task[None] | None] = {}
        self.since: dict[Operation, float] = {}
        self._waiting = Waiting(record, self._history, engine, self._conclude, self.idle)
        self._lingering = Lingering(engine.world, self.idle)
        self.idleness = Idleness(record.id, self._begun, self._waiting)
        self._held: list[Operation] | None = None
        self.wanted = False
        self.stopping, self.abandoned = False, record.intent == "abandon"
        self.deadline, self.inherited = record.deadline, record.inherited
        self.traced = engine.telemetry.recorded(record.trace)
        self._turning_back = False
        self._over = False
        interpreter = Interpreter(template, record.id, record.input, record.created, self)
        self._trampoline = Trampoline(self, interpreter.run(record.intent))

    def start(self) -> None:
        """Begin, or go on where the record ends."""
        match self.record.intent:
            case "cancel" | "abandon":
                self.cancel(undo=not self.abandoned)
            case "pause":
                self._held = []
        self._trampoline.start()

    def cancel(self, *, undo: bool = True) -> None:
        """Begin nothing new, and undo unless told otherwise; ignored once the run turns back."""
        self.stopping, self.abandoned, self.wanted = True, not undo, self._over
        if not self._turning_back and not self._over:
            self._trampoline.stop()

    def pause(self) -> None:
        """Begin nothing new before :meth:`go_on`."""
        self.wanted = self._over
        if self._held is None and not self._over:
            self._held = []
            self.idle()

    def go_on(self) -> None:
        self.wanted = self._over
        held, self._held = self._held, None
        for operation in held or ():
            self.begin(operation)

    def cut_off(self, error: RunCancelled) -> None:
        """End the run where it stands; what is in flight may have its effect or not."""
        if not self._over:
            error.with_details(in_flight=sorted(operation.path for operation in self._begun))
            for operation in self._begun:
                if isinstance(operation, RunChild):
                    self._engine.give_up(operation)
            self.close()
            self.ended(Ending("cancelled", error=error), None)

    def close(self) -> None:
        """Forget the run; its record stays."""
        self._over = True
        for pending in list(self._begun.values()):
            if pending is not None:
                pending.cancel()
        self._begun.clear()
        self.since.clear()
        self._lingering.stir()
        self._waiting.close()
        self._trampoline.close()

    # What is known

    @property
    def replaying(self) -> bool:
        return self._history.replaying

    def recorded(self, operation: Operation) -> Outcome | None:
        if not self._history.replaying:
            return None
        outcome = self._history.outcome(operation, self.repeatable)
        if outcome is not None and isinstance(operation, WaitFor):
            self._waiting.replayed(operation, outcome)
        return outcome

    def interrupted(self, operation: Operation) -> bool:
        return self._history.interrupted(operation)

    def repeatable(self, operation: Operation) -> bool:
        return self._engine.effects.repeatable(operation)

    # What is done

    def begin(self, operation: Operation) -> None:
        if self._engine.draining or self._over:
            return
        if self._held is not None:
            self._held.append(operation)
            return
        self._begun[operation], self.since[operation] = None, self._engine.world.time()
        if isinstance(operation, Sleep | Wait):
            self._wait(operation)
            return
        self._tell("step-started", operation.path, operation.what)
        if isinstance(operation, Call) and (operation.marked or not self.repeatable(operation)):
            # Nobody may be left to ask whether it happened, so that it began has to be known.
            go_on = partial(self._spawn, operation)
            self._history.starts(operation, partial(self._durable, operation, go_on))
            return
        if isinstance(operation, RunChild):
            self._history.starts(operation)
        self._spawn(operation)

    def abort(self, operation: Operation) -> bool:
        if operation not in self._begun:
            if self._held and operation in self._held:
                self._held.remove(operation)
            return True  # it never began: the run is paused, or the engine draining
        if isinstance(operation, RunChild):
            if not operation.detached:
                self._engine.give_up(operation)
            return False
        if isinstance(operation, Sleep | Wait):
            self._waiting.give_up(operation)
        elif not self._engine.effects.only_reads(operation):
            return False
        pending, _ = self._begun.pop(operation), self.since.pop(operation)
        if pending is not None:
            pending.cancel()
        return True

    def _spawn(self, operation: Operation) -> None:
        self._begun[operation] = self._engine.spawn(self._do(operation))

    async def _do(self, operation: Operation) -> None:
        """Perform an operation and record its outcome, whatever that is."""
        started = self._engine.world.time()
        try:
            output = await self._engine.perform(operation, self.record)
        except InterlockError as error:
            self._conclude(operation, None, error, started)
        except Exception as error:  # noqa: BLE001 - a bug of the call port must not lose the run
            bug = ServiceBug(f"{operation.what}: {type(error).__name__}: {error}")
            self._conclude(operation, None, bug, started)
        else:
            self._conclude(operation, output, None, started)

    def _wait(self, wait: Sleep | Wait) -> None:
        if wait.step == wait.path:
            self._tell("step-waiting", wait.path, wait.what, message=wait.reason)
        self._waiting.begin(wait)

    def event_came(self, event: Event) -> None:
        """An event is durable that this run may wait for."""
        self._waiting.event_came(event)

    def decided(self, approval_id: str, decision: Mapping[str, Any]) -> None:
        """A decision is durable."""
        self._waiting.decided(approval_id, decision)

    def child_parked(self, run_id: str, *, parked: bool) -> None:
        """A run that this one waits for left memory, or came back."""
        self.idleness.child_parked(run_id, parked=parked)
        self.idle()

    # How it ends

    def _conclude(
        self, operation: Operation, output: Any, error: InterlockError | None, started: float
    ) -> None:
        """Record an outcome, then hand it to the run."""
        if self._over or self._cut_off(error):
            return
        self._begun[operation] = None
        self._history.ends(
            operation,
            output,
            error,
            started,
            lambda outcome: partial(
                self._durable, operation, partial(self._deliver, operation, outcome)
            ),
        )

    def _cut_off(self, error: InterlockError | None) -> bool:
        """Whether this is only how shutting down looks from inside of a call."""
        return self._engine.draining and isinstance(error, Interrupted | ServiceUnavailable)

    def _durable(
        self, operation: Operation, go_on: Callable[[], None], error: JournalError | None
    ) -> None:
        if self._over or operation not in self._begun:
            return
        if error is not None:
            self._engine.lost(self.record, error)
        else:
            go_on()

    def _deliver(self, operation: Operation, outcome: Outcome) -> None:
        del self._begun[operation], self.since[operation]
        self._lingering.stir()
        if not isinstance(operation, Sleep):
            kind = "step-succeeded" if outcome.error is None else "step-failed"
            message = "" if outcome.error is None else outcome.error.message
            seconds = outcome.finished - outcome.started
            self._tell(kind, operation.path, operation.what, message=message, seconds=seconds)
        self._trampoline.deliver(operation, outcome)

    # The run as a whole

    def note(
        self, path: str, what: str, status: Literal["succeeded", "skipped"], output: Any
    ) -> None:
        if self._history.note(path, what, status, output):
            self._tell(f"step-{status}", path, what)

    def now(self) -> float:
        return self._engine.world.time()

    def step_ended(self, path: str, began: float, error: InterlockError | None) -> None:
        if not self.replaying and self.record.trace is not None:
            self._engine.telemetry.record(
                f"step {path}",
                self.record.trace,
                began,
                attributes={"interlock.run": self.record.id, "interlock.step": path},
                error=error,
            )

    def pausing(self, path: str, error: InterlockError, seconds: float, *, counts: bool) -> None:
        if not self.replaying:
            kind = "step-retrying" if counts else "step-waiting"
            self._tell(kind, path, message=f"{error.message}; again in {seconds:.3g} s")

    def compensating(self) -> None:
        self._turning_back = True
        self._trampoline.shield()
        self.record = replace(self.record, status="compensating", waiting=None, wake=None)
        self._engine.journal.runs.update(self.record)
        self._tell("run-compensating")

    def dead_letter(self, path: str, error: InterlockError) -> None:
        letter = letter_of_step(self.record, path, error, self._engine.world.time())
        self._engine.journal.dead_letters.put(letter)

    def undone(self, path: str, error: InterlockError | None) -> None:
        if error is None:
            self._tell("step-undone", path)
            return
        self._tell("step-failed", undo_of(path), message=error.message)
        letter = letter_of_step(self.record, path, error, self._engine.world.time(), undoing=True)
        self._engine.journal.dead_letters.put(letter)

    def ended(self, result: Any, error: BaseException | None) -> None:
        self._over = True
        ending = result if isinstance(result, Ending) else broken(error)
        record = replace(
            self.record,
            status=ending.status,
            output=ending.output,
            problem=ending.error.to_problem() if ending.error else None,
            waiting=None,
            wake=None,
            finished=self._engine.world.time(),
        )
        if record.parent is None and record.status in ("failed", "compensation_failed"):
            self._engine.journal.dead_letters.put(letter_of_run(record))
        self._engine.run_events.ended(record)
        self._engine.journal.runs.update(
            record, partial(self._recorded, record, self._engine.finished)
        )

    def idle(self) -> None:
        """Park if all there is to do is to wait for a while."""
        if self._over or not self.idleness.complete:
            return
        if self._held is not None:
            self._park(replace(self.record, status="paused", waiting=_PAUSED, wake=inf))
            return
        _, due = self._waiting.next()
        long = due - self._engine.world.time() > self._engine.park_after
        if self._begun and long and self._lingering.over(self._history.length):
            status: Status = "compensating" if self._turning_back else "waiting"
            self._park(replace(self.record, status=status, waiting=self.idleness.reason, wake=due))

    @property
    def _known_intent(self) -> Intent | None:
        """What was asked of the run, as far as it acts on that already."""
        if self._held is not None:
            return "pause"
        if self.stopping:
            return "abandon" if self.abandoned else "cancel"
        return "undo" if self.record.intent == "undo" else None

    def _park(self, record: RunRecord) -> None:
        awaited, record = self.idleness.awaited, replace(record, intent=self._known_intent)
        self.close()
        then = partial(self._recorded, record, self._engine.parked)
        self._engine.journal.runs.park(record, awaited, then)

    def _recorded(
        self,
        record: RunRecord,
        then: Callable[[RunRecord], None],
        error: JournalError | None,
        came: bool = False,
    ) -> None:
        if error is not None:
            self._engine.lost(record, error)
        else:
            then(replace(record, wake=0.0) if came else record)

    def _tell(self, kind: str, path: str = "", what: str = "", **more: Any) -> None:
        run_id, progress = self.record.id, self._engine.progress
        if progress.watched(run_id):
            at = self._engine.world.time()
            item = {"kind": kind, "run": run_id, "path": path, "what": what, "at": at}
            progress.publish({**item, **more})
