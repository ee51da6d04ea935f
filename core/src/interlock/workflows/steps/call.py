"""``call``: one tool, as often as its retries and the service's state ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any, ClassVar

from interlock.expr import Value, kind
from interlock.sdk.errors import DeadlineExceeded, InterlockError, InvalidInput
from interlock.workflows.errors import StepFailed
from interlock.workflows.frame import Frame
from interlock.workflows.operations import Call, InDoubtPolicy, Operation, Outcome, Sleep
from interlock.workflows.paths import attempt, effect_of, pause_after
from interlock.workflows.retry import ONCE, Retry
from interlock.workflows.steps.doubt import ask
from interlock.workflows.template import Step

if TYPE_CHECKING:
    from interlock.workflows.interpreter import Interpreter


@dataclass(frozen=True, slots=True)
class CallTool:
    """Calls ``tool``; the idempotency key is the run's id and the step's path."""

    keeps_timeout: ClassVar[bool] = True
    tool: str
    arguments: Value
    retry: Retry = ONCE
    in_doubt: InDoubtPolicy = "fail"

    async def perform(self, run: Interpreter, step: Step, frame: Frame, path: str) -> Any:
        arguments = mapping(self.arguments.evaluate(frame.scope), path, self.tool)
        attempts = Attempts(run, frame, path, self.retry, step.timeout)
        key = f"{run.run_id}:{effect_of(path)}"
        while True:
            call = Call(
                attempts.path,
                key,
                self.tool,
                arguments,
                in_doubt=self.in_doubt,
                marked=step.compensate is not None,
                timeout=attempts.left,
            )
            outcome = await call
            if self.in_doubt == "ask" and outcome.error is not None:
                answer = await ask(attempts.path, self.tool, arguments, outcome)
                if answer.choice == "happened":
                    return answer.output
                if answer.choice == "retry":
                    attempts.again()
                    continue
            if await attempts.settled(call, outcome):
                return outcome.output


class Attempts:
    """The attempts of one step, counted and timed by what is recorded of them."""

    def __init__(
        self, run: Interpreter, frame: Frame, path: str, retry: Retry, timeout: float | None
    ) -> None:
        self._run = run
        self._frame = frame
        self._path = path
        self._retry = retry
        self._timeout = timeout
        self._begun: float | None = None
        self._waited = 0.0
        self._waits = 0
        self._number = 1
        self.left = timeout

    @property
    def path(self) -> str:
        """Of the attempt that is next."""
        return attempt(self._path, self._number)

    def again(self) -> None:
        """Somebody wants another attempt, which counts as none."""
        self._number += 1
        self._waits += 1

    async def settled(self, operation: Operation, outcome: Outcome) -> bool:
        """Whether the attempt succeeded; if not, waits until it is time for another one.

        Raises:
            StepFailed: there will be none.
        """
        self._frame.position = outcome.position
        if outcome.error is None:
            return True
        self._run.saga.failed(self._path, outcome.error)
        self._clock(outcome)
        pause = self._pause(operation, outcome.error)
        if pause is None:
            raise StepFailed(outcome.error, self._path)
        slept = await Sleep(pause_after(self.path), pause, outcome.error.message, self._path)
        self._frame.position = slept.position
        self._clock(slept)
        self._number += 1
        if self.left is not None and self.left <= 0:
            raise StepFailed(DeadlineExceeded(f"{self._path} ran out of time"), self._path)
        return False

    def _clock(self, outcome: Outcome) -> None:
        self._begun = outcome.started if self._begun is None else self._begun
        if self._timeout is not None:
            self.left = self._timeout - (outcome.finished - self._begun)

    def _pause(self, operation: Operation, error: InterlockError) -> float | None:
        """Seconds before the next attempt, or None."""
        repeatable = self._run.port.repeatable(operation)
        left = inf if self.left is None else self.left
        pause = None
        if isinstance(operation, Call):
            pause = self._retry.wait_for(error, self._waits, repeatable=repeatable)
        if pause is not None and self._waited + pause <= self._retry.wait:
            self._waited += pause
            self._waits += 1
        else:
            pause = self._retry.delay(
                error, self._number - self._waits, self._path, repeatable=repeatable
            )
        if pause is None or pause >= left:
            return None
        counts = self._number > self._waits
        self._run.port.pausing(self._path, error, pause, counts=counts)
        return pause


def mapping(value: Any, path: str, subject: str) -> Mapping[str, Any]:
    """``value``, which has to be a mapping.

    Raises:
        StepFailed: it is not.
    """
    if not isinstance(value, dict):
        error = InvalidInput(f"{subject}: `with` is not a mapping, but {kind(value)}")
        raise StepFailed(error, path)
    return value
