"""One run in memory: the port over the journal.

Whatever it learns it writes first, and tells the run when that is durable. Where a write fails,
the run stops as if the process had died; it goes on from its record after the next start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any, Literal, Protocol

from interlock.journal import (
    DeadLetterRecord,
    Journal,
    JournalError,
    RunRecord,
    StepRow,
    StepStatus,
    decode,
    encode,
)
from interlock.sdk.errors import (
    DeadlineExceeded,
    InterlockError,
    Interrupted,
    ServiceBug,
    ServiceUnavailable,
    from_problem,
)
from interlock.sdk.events import Event
from interlock.sdk.world import Timer, World
from interlock.workflows.errors import InDoubt
from interlock.workflows.interpreter import Ending, Interpreter
from interlock.workflows.operations import (
    Call,
    Operation,
    Outcome,
    Publish,
    RunChild,
    Sleep,
    UndoChild,
)
from interlock.workflows.progress import Progress
from interlock.workflows.template import Template
from interlock.workflows.tools import CallPort
from interlock.workflows.trampoline import Trampoline


class Surroundings(Protocol):
    """What a run needs of its engine."""

    journal: Journal
    calls: CallPort
    world: World
    progress: Progress
    park_after: float
    draining: bool

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]: ...

    async def publish(self, event: Event, source: str) -> bool: ...

    async def run_child(self, operation: RunChild, parent: LiveRun) -> Any: ...

    async def undo_child(self, run_id: str) -> None: ...

    async def cancel(self, run_id: str) -> None: ...

    def finished(self, run: LiveRun, record: RunRecord, error: JournalError | None) -> None: ...

    def parked(self, run: LiveRun, record: RunRecord, error: JournalError | None) -> None: ...

    def lost(self, run: LiveRun, error: JournalError) -> None: ...


class LiveRun:
    """Implements ``interlock.workflows.operations.Port`` for one run."""

    def __init__(
        self,
        record: RunRecord,
        template: Template,
        steps: dict[str, StepRow],
        engine: Surroundings,
    ) -> None:
        self.record = record
        self._engine = engine
        self._steps = steps
        self._position = max((step.position for step in steps.values()), default=0)
        self._begun: dict[Operation, asyncio.Task[None] | Timer | None] = {}
        self._wakes: dict[Operation, float] = {}
        self._turning_back = False
        self._over = False
        interpreter = Interpreter(template, record.id, record.input, record.created, self)
        self._trampoline = Trampoline(self, interpreter.run(record.intent))

    def start(self) -> None:
        """Begin, or go on where the record ends."""
        if self.record.intent == "cancel":
            self._trampoline.stop()
        self._trampoline.start()

    def cancel(self) -> None:
        """Stop where nothing is in flight, and undo; ignored once the run turns back."""
        if not self._turning_back and not self._over:
            self._trampoline.stop()

    def close(self) -> None:
        """Forget the run; its record stays."""
        self._over = True
        for pending in list(self._begun.values()):
            if pending is not None:
                pending.cancel()
        self._begun.clear()
        self._trampoline.close()

    # The port: what is known

    @property
    def replaying(self) -> bool:
        return bool(self._steps)

    def recorded(self, operation: Operation) -> Outcome | None:
        if not self._steps:
            return None
        step = self._steps.get(operation.path)
        if step is None:
            return None
        if step.finished is None:
            return self._doubt(operation, step)
        del self._steps[operation.path]
        value: Any = decode(_data(step))
        error: InterlockError | None = None
        if step.status == "failed":
            value, error = None, from_problem(value)
        return Outcome(step.position, value, error, step.started, step.finished)

    def _doubt(self, operation: Operation, step: StepRow) -> Outcome | None:
        """A call that was in flight when the process died and must not simply be repeated."""
        if not isinstance(operation, Call) or self.repeatable(operation):
            return None
        if operation.in_doubt == "retry":
            return None
        del self._steps[operation.path]
        error = InDoubt(
            f"{operation.path}: {operation.tool} was in flight when Interlock stopped, and is "
            "not idempotent: it may or may not have happened",
            hint="look in the service; `in_doubt: retry` on the step repeats the call",
        )
        return Outcome(step.position, None, error, step.started, step.started)

    def interrupted(self, operation: Operation) -> bool:
        step = self._steps.get(operation.path)
        return step is not None and step.status == "started"

    def repeatable(self, operation: Operation) -> bool:
        if not isinstance(operation, Call):
            return True
        try:
            facts = self._engine.calls.facts(operation.tool)
        except InterlockError:
            return False
        return facts.idempotent or facts.effect == "read"

    # The port: what is done

    def begin(self, operation: Operation) -> None:
        if self._engine.draining or self._over:
            return
        self._begun[operation] = None
        match operation:
            case Call():
                self._begin_call(operation)
            case Sleep():
                self._begin_sleep(operation)
            case Publish():
                self._spawn(operation, self._publish(operation))
            case RunChild():
                self._write(operation, "started", None, None)
                self._spawn(operation, self._engine.run_child(operation, self))
            case UndoChild():
                self._spawn(operation, self._engine.undo_child(operation.run_id))

    def abort(self, operation: Operation) -> bool:
        if operation not in self._begun:
            return True  # it was never begun, because the engine is draining
        if isinstance(operation, RunChild):
            self._engine.spawn(self._engine.cancel(operation.run_id))
            return False
        if not isinstance(operation, Sleep) and not self._reads(operation):
            return False
        pending = self._begun.pop(operation)
        self._wakes.pop(operation, None)
        if pending is not None:
            pending.cancel()
        return True

    def _reads(self, operation: Operation) -> bool:
        try:
            return (
                isinstance(operation, Call)
                and self._engine.calls.facts(operation.tool).effect == "read"
            )
        except InterlockError:
            return False

    def _begin_call(self, call: Call) -> None:
        self._tell("step-started", call.path, call.what)
        if call.marked or not self.repeatable(call):
            durable = partial(self._durable, call, lambda: self._spawn(call, self._call(call)))
            self._write(call, "started", None, None, done=durable)
        else:
            self._spawn(call, self._call(call))

    async def _call(self, call: Call) -> Any:
        world = self._engine.world
        deadline = None if call.timeout is None else world.monotonic() + call.timeout
        work = self._engine.calls(
            call.tool,
            call.arguments,
            idempotency_key=call.key,
            run_id=self.record.id,
            step=call.path,
            deadline=deadline,
            parent=self.record.trace,
        )
        if call.timeout is None:
            return await work
        return await _bounded(work, call, world)

    async def _publish(self, publish: Publish) -> Any:
        event = Event(publish.event, publish.payload, id=publish.key)
        await self._engine.publish(event, f"run {self.record.id}")
        return {"id": publish.key}

    def _spawn(self, operation: Operation, work: Coroutine[Any, Any, Any]) -> None:
        self._begun[operation] = self._engine.spawn(self._do(operation, work))

    async def _do(self, operation: Operation, work: Coroutine[Any, Any, Any]) -> None:
        """Run an operation to its outcome, whatever that is, and record it."""
        started = self._engine.world.time()
        try:
            output = await work
            self._conclude(operation, output, None, started)
        except JournalError as error:
            self._engine.lost(self, error)
        except InterlockError as error:
            self._conclude(operation, None, error, started)
        except Exception as error:  # noqa: BLE001 - whatever the call port lets through is a bug of it
            bug = ServiceBug(f"{operation.what}: {type(error).__name__}: {error}")
            self._conclude(operation, None, bug, started)

    def _begin_sleep(self, sleep: Sleep) -> None:
        now = self._engine.world.time()
        step = self._steps.pop(sleep.path, None)
        due = now + sleep.seconds if step is None or step.due is None else step.due
        started = now if step is None else step.started
        if step is None:
            reason = encode({"reason": sleep.reason, "until": due})
            self._engine.journal.steps.record(
                self.record.id,
                sleep.path,
                self._position,
                "waiting",
                "sleep",
                reason,
                now,
                None,
                due,
            )
            self._tell("step-waiting", sleep.path, "sleep", message=sleep.reason)
        self._wakes[sleep] = due
        wake = partial(self._wake, sleep, started)
        self._begun[sleep] = self._engine.world.call_later(max(0.0, due - now), wake)

    def _wake(self, sleep: Sleep, started: float) -> None:
        self._wakes.pop(sleep, None)
        self._begun[sleep] = None
        self._conclude(sleep, None, None, started)

    # Outcomes

    def _conclude(
        self, operation: Operation, output: Any, error: InterlockError | None, started: float
    ) -> None:
        """Record an outcome, then hand it to the run."""
        if self._over or self._cut_off(error):
            return
        finished = self._engine.world.time()
        try:
            payload = encode(output if error is None else error.to_problem())
        except InterlockError as unfit:
            error, payload = unfit, encode(unfit.to_problem())
        if error is None and payload.blob is None:
            # What a run sees must not depend on whether it was replayed.
            output = decode(payload.column if isinstance(payload.column, bytes) else None)
        self._position += 1
        outcome = Outcome(self._position, output, error, started, finished)
        status: StepStatus = "succeeded" if error is None else "failed"
        self._begun[operation] = None
        self._engine.journal.steps.record(
            self.record.id,
            operation.path,
            self._position,
            status,
            operation.what,
            payload,
            started,
            finished,
            done=partial(self._durable, operation, partial(self._deliver, operation, outcome)),
        )

    def _cut_off(self, error: InterlockError | None) -> bool:
        """Whether this is only how shutting down looks from inside a call."""
        return self._engine.draining and isinstance(error, Interrupted | ServiceUnavailable)

    def _write(
        self,
        operation: Operation,
        status: StepStatus,
        payload: Any,
        finished: float | None,
        done: Callable[[JournalError | None], None] | None = None,
    ) -> None:
        now = self._engine.world.time()
        self._engine.journal.steps.record(
            self.record.id,
            operation.path,
            self._position,
            status,
            operation.what,
            payload,
            now,
            finished,
            done=done,
        )

    def _durable(
        self, operation: Operation, go_on: Callable[[], None], error: JournalError | None
    ) -> None:
        if self._over or operation not in self._begun:
            return
        if error is not None:
            self._engine.lost(self, error)
        else:
            go_on()

    def _deliver(self, operation: Operation, outcome: Outcome) -> None:
        del self._begun[operation]
        if not isinstance(operation, Sleep):
            kind = "step-succeeded" if outcome.error is None else "step-failed"
            message = "" if outcome.error is None else outcome.error.message
            seconds = outcome.finished - outcome.started
            self._tell(kind, operation.path, operation.what, message=message, seconds=seconds)
        self._trampoline.deliver(operation, outcome)

    # The port: the run as a whole

    def note(
        self, path: str, what: str, status: Literal["succeeded", "skipped"], output: Any
    ) -> None:
        if self._steps.pop(path, None) is not None:
            return
        now = self._engine.world.time()
        payload = None if status == "skipped" else encode(output)
        self._engine.journal.steps.record(
            self.record.id, path, self._position, status, what, payload, now, now
        )
        self._tell(f"step-{status}", path, what)

    def retrying(self, path: str, error: InterlockError, seconds: float, attempt: int) -> None:
        if not self.replaying:
            message = f"{error.message}; again in {seconds:.3g} s"
            self._tell("step-retrying", path, f"attempt {attempt}", message=message)

    def compensating(self) -> None:
        self._turning_back = True
        self._trampoline.shield()
        self.record = replace(self.record, status="compensating", waiting=None, wake=None)
        self._engine.journal.runs.update(self.record)
        self._tell("run-compensating")

    def undone(self, path: str, error: InterlockError | None) -> None:
        if error is None:
            self._tell("step-undone", path)
            return
        self._tell("step-failed", f"{path}~undo", message=error.message)
        letter = DeadLetterRecord(
            id=f"{self.record.id}:{path}~undo",
            kind="compensation",
            subject=f"{self.record.workflow} {self.record.id} {path}",
            reason=error.message,
            payload={"run": self.record.id, "step": path, "error": error.to_problem()},
            created=self._engine.world.time(),
        )
        self._engine.journal.dead_letters.put(letter)

    def ended(self, result: Any, error: BaseException | None) -> None:
        self._over = True
        if error is not None:
            bug = InterlockError(f"the run broke: {type(error).__name__}: {error}")
            result = Ending("failed", error=error if isinstance(error, InterlockError) else bug)
        problem = result.error.to_problem() if result.error is not None else None
        record = replace(
            self.record,
            status=result.status,
            output=result.output,
            problem=problem,
            waiting=None,
            wake=None,
            finished=self._engine.world.time(),
        )
        done = partial(self._engine.finished, self, record)
        self._engine.journal.runs.update(record, done)

    def idle(self) -> None:
        """Park if all there is to do is to wait for a while."""
        if self._over or not self._wakes or len(self._wakes) < len(self._begun):
            return
        sleep, due = min(self._wakes.items(), key=lambda wake: wake[1])
        if (
            not isinstance(sleep, Sleep)
            or due - self._engine.world.time() <= self._engine.park_after
        ):
            return
        self.close()
        waiting = {"reason": sleep.reason, "until": due, "step": sleep.path}
        record = replace(self.record, status="waiting", waiting=waiting, wake=due)
        self._engine.journal.runs.update(record, partial(self._engine.parked, self, record))

    def _tell(self, kind: str, path: str = "", what: str = "", **more: Any) -> None:
        run_id, progress = self.record.id, self._engine.progress
        if progress.watched(run_id):
            at = self._engine.world.time()
            progress.publish(
                {"kind": kind, "run": run_id, "path": path, "what": what, "at": at, **more}
            )


async def _bounded(work: Coroutine[Any, Any, Any], call: Call, world: World) -> Any:
    """Hold a call to its time-out, even if whoever makes it does not."""
    task = asyncio.ensure_future(work)
    timer = world.call_later(call.timeout or 0.0, partial(_cancel, task))
    try:
        return await task
    except asyncio.CancelledError:
        if (current := asyncio.current_task()) and current.cancelling():
            raise
        raise DeadlineExceeded(
            f"{call.what} took longer than {call.timeout:g} s", may_have_run=True
        ) from None
    finally:
        timer.cancel()
        task.cancel()


def _cancel(task: asyncio.Future[Any]) -> None:
    task.cancel()


def _data(step: StepRow) -> bytes | None:
    return step.payload if isinstance(step.payload, bytes) else None
