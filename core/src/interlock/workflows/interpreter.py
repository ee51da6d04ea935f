"""The life of a run and of a step, written as if nothing could crash.

Everything awaited here is an operation of the port, so the code is the same the first time and
on every replay, on any engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

from interlock.expr import ExpressionError, Value
from interlock.journal import Intent, Status
from interlock.sdk.errors import DeadlineExceeded, InterlockError
from interlock.workflows.errors import (
    CompensationFailed,
    Returned,
    RunCancelled,
    StepFailed,
    Stopped,
)
from interlock.workflows.frame import Frame
from interlock.workflows.operations import (
    MISSING,
    Approve,
    Gather,
    Operation,
    Outcome,
    Sleep,
    Work,
)
from interlock.workflows.paths import DEADLINE, TIMEOUT, once_more
from interlock.workflows.port import Port
from interlock.workflows.questions import about_failure
from interlock.workflows.saga import Saga
from interlock.workflows.template import Block, Body, Step, Template


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended."""

    status: Status
    output: Any = None
    error: InterlockError | None = None


def broken(error: BaseException | None) -> Ending:
    """A bug in a workflow or in here; the run must not stay open for ever because of it."""
    if isinstance(error, InterlockError):
        return Ending("failed", error=error)
    return Ending("failed", error=InterlockError(f"the run broke: {error!r}"))


class Interpreter:
    """One run of a template."""

    def __init__(self, template: Template, run_id: str, input: Any, started: float, port: Port):
        self.template = template
        self.run_id = run_id
        self.port = port
        self.saga = Saga(port.inherited)
        self._started = started
        run = {"id": run_id, "workflow": template.name, "started": started}
        self._frame = Frame({"input": input, "run": run, "steps": {}}, "")

    async def run(self, intent: Intent | None) -> Ending:
        """The whole run; ``intent`` is what was asked of it in an earlier life."""
        output, error = None, None
        try:
            output = await self._in_time()
        except StepFailed as failure:
            error = failure.error
        except Stopped:
            pass
        if self.port.stopping:
            return await self._backward("cancelled", RunCancelled("the run was cancelled"))
        if error is not None:
            return await self._backward("failed", error)
        if intent == "undo":
            return await self._backward("compensated", None, output)
        return Ending("succeeded", output)

    async def _in_time(self) -> Any:
        deadline = self.port.deadline
        if deadline is None:
            return await self._forward()
        seconds = max(0.0, deadline - self._started)
        _, output = await Gather(self._race(DEADLINE, seconds, self._forward), need=1)
        if output is MISSING:
            raise StepFailed(DeadlineExceeded(f"the run took longer than {seconds:g} s"), "")
        return output

    async def _forward(self) -> Any:
        frame, template = self._frame, self.template
        try:
            output, early = await self.block(template.block, frame), False
        except Returned as returned:
            output, early = returned.value, True
        try:
            if template.result is not None and not early:
                output = template.result.evaluate(frame.scope)
            return template.output.check(output, f"output of {template.name}")
        except InterlockError as error:
            raise StepFailed(error, "return") from None

    async def _backward(
        self, status: Status, error: InterlockError | None, output: Any = None
    ) -> Ending:
        """Undo what was completed, whatever comes."""
        saga = self.saga
        if not saga.empty and not self.port.abandoned:
            self.port.compensating()
            await saga.unwind(self.body, self.port.undone)
        if error is None:
            error = CompensationFailed("the run could not be undone") if saga.not_undone else None
        if error is not None and (saga.undone or saga.not_undone):
            error.with_details(undone=saga.undone, not_undone=saga.not_undone)
        return Ending("compensation_failed" if saga.not_undone else status, output, error)

    async def block(self, block: Block, frame: Frame) -> Any:
        """The steps in order; the last one's output."""
        output = None
        for step in block.steps:
            output = await self.step(step, frame, frame.prefix + step.name)
            if self.template.keeps(step):
                frame.steps[step.name] = output
        return output

    async def body(self, body: Body, frame: Frame, path: str) -> Any:
        """What stands under ``fallback``, ``compensate``, ``do`` or a branch."""
        if isinstance(body, Step):
            return await self.step(body, frame, path)
        if isinstance(body, Value):
            return evaluate(body, frame, path)
        inner = frame.inside(f"{path}.")
        output = await self.block(body, inner)
        frame.seen(inner)
        return output

    async def step(self, step: Step, frame: Frame, path: str) -> Any:
        """One step, and a span of it where those are recorded."""
        if not self.port.traced:
            return await self._step(step, frame, path)
        began = self.port.now()
        try:
            output = await self._step(step, frame, path)
        except StepFailed as failure:
            error = None if isinstance(failure, Returned) else failure.error
            self.port.step_ended(path, began, error)
            raise
        self.port.step_ended(path, began, None)
        return output

    async def _step(self, step: Step, frame: Frame, path: str) -> Any:
        """One step, from its condition to what happens when it fails."""
        if step.when is not None and not evaluate(step.when, frame, path):
            self.port.note(path, "when", "skipped", None)
            return None
        place, again = path, count(1)
        while True:
            if step.compensate is not None:
                self.saga.register(place, step.compensate, frame)
            try:
                output = await self._within_timeout(step, frame, place)
            except Returned:
                raise
            except StepFailed as failure:
                self.saga.abandoned(place)
                output = await self._recover(step, frame, place, failure)
                if output is not _AGAIN:
                    return output
                place = once_more(path, next(again))
            except Stopped:
                self.saga.abandoned(place)
                raise
            else:
                if step.compensate is not None:
                    self.saga.completed(place, frame.position)
                return output

    async def _within_timeout(self, step: Step, frame: Frame, path: str) -> Any:
        if step.timeout is None or step.action.keeps_timeout:
            return await self._perform(step, frame, path)
        work = partial(self._perform, step, frame, path)
        _, output = await Gather(self._race(path + TIMEOUT, step.timeout, work), need=1)
        if output is MISSING:
            error = DeadlineExceeded(f"{path} took longer than {step.timeout:g} s")
            raise StepFailed(error, path)
        return output

    def _race(self, path: str, seconds: float, work: Callable[[], Work]) -> Iterator[Work]:
        yield self._outcome(Sleep(path, seconds, "time-out", path.rpartition("~")[0]))
        yield work()

    async def _perform(self, step: Step, frame: Frame, path: str) -> Any:
        try:
            return await (step.memo or step.action).perform(self, step, frame, path)
        except ExpressionError as error:
            raise StepFailed(error, path) from None

    async def _outcome(self, operation: Operation) -> Outcome:
        return await operation

    async def _recover(self, step: Step, frame: Frame, path: str, failure: StepFailed) -> Any:
        """What the template or a person has for a step that failed; raises if that is nothing."""
        if step.fallback is not None:
            try:
                inner = frame.inside(frame.prefix, {"error": failure.error.to_problem()})
                output = await self.body(step.fallback, inner, f"{path}~fallback")
                frame.seen(inner)
                return output
            except StepFailed as again:
                again.error.with_details(after=failure.error.to_problem())
                failure = again
        match step.on_error if step.on_error != "ask" else await self._asked(frame, path, failure):
            case "fail":
                raise failure
            case "retry":
                return _AGAIN
            case "dead-letter":
                self.port.dead_letter(path, failure.error)
            case "compensate":
                await self.saga.unwind(self.body, self.port.undone, under=path)
        return {"error": failure.error.to_problem()}

    async def _asked(self, frame: Frame, path: str, failure: StepFailed) -> str:
        """What a person wants done about a step that failed."""
        outcome = await Approve(f"{path}~ask", about_failure(path, failure.error), None)
        frame.position = outcome.position
        return str(outcome.output["choice"])


_AGAIN: Any = object()


def evaluate(value: Any, frame: Frame, path: str) -> Any:
    """An expression's value in a frame.

    Raises:
        StepFailed: the expression failed.
    """
    try:
        return value.evaluate(frame.scope)
    except ExpressionError as error:
        raise StepFailed(error, path) from None
