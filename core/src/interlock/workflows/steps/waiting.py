"""``wait_for`` and ``approve``: steps that somebody else ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from interlock.expr import Expression, Value
from interlock.workflows.errors import NotApproved, StepFailed, WaitExpired
from interlock.workflows.frame import Frame
from interlock.workflows.operations import Approve, Outcome, WaitFor
from interlock.workflows.paths import attempt
from interlock.workflows.template import Block, Step

if TYPE_CHECKING:
    from interlock.workflows.interpreter import Interpreter


@dataclass(frozen=True, slots=True)
class AwaitEvent:
    """Waits for an event; the output is ``{id, name, key, payload}``.

    Attributes:
        key: null for an event of any key.
        where: over ``event``; one that it does not hold for is passed over.
        late: what to do when the time is over; without it the step fails.
    """

    keeps_timeout: ClassVar[bool] = True
    event: str
    key: Value
    where: Expression | None = None
    late: Block | None = None

    async def perform(self, run: Interpreter, step: Step, frame: Frame, path: str) -> Any:
        key = self.key.evaluate(frame.scope)
        text = None if key is None else str(key)
        left, number = step.timeout, 1
        while True:
            outcome = await WaitFor(attempt(path, number), self.event, text, left)
            frame.position = outcome.position
            if outcome.error is not None or self._fits(outcome, frame):
                return await _result(outcome, self.late, run, frame, path)
            if left is not None:
                left = max(0.0, left - (outcome.finished - outcome.started))
            number += 1

    def _fits(self, outcome: Outcome, frame: Frame) -> bool:
        scope = {**frame.scope, "event": outcome.output}
        return self.where is None or bool(self.where.evaluate(scope))


@dataclass(frozen=True, slots=True)
class AskPeople:
    """Waits for a decision; the output is ``{choice, values, by, comment, at}``.

    Attributes:
        form: JSON Schema of the values that come with the decision.
        who: names of those who may decide; empty for everybody who may decide at all.
        default: the choice if nobody decides in time.
        failing: choices that make the step fail.
    """

    keeps_timeout: ClassVar[bool] = True
    title: Value
    show: Value
    choices: tuple[str, ...] = ("approve", "reject")
    form: Mapping[str, Any] = field(default_factory=dict)
    who: Value | None = None
    default: str | None = None
    failing: tuple[str, ...] = ()
    late: Block | None = None

    async def perform(self, run: Interpreter, step: Step, frame: Frame, path: str) -> Any:
        outcome = await Approve(path, self._request(frame), step.timeout)
        frame.position = outcome.position
        decision = await _result(outcome, self.late, run, frame, path)
        if outcome.error is None and decision["choice"] in self.failing:
            by = f" by {decision['by']}" if decision["by"] else ""
            comment = f": {decision['comment']}" if decision["comment"] else ""
            error = NotApproved(f"{path}: {decision['choice']}{by}{comment}", **decision)
            raise StepFailed(error, path)
        return decision

    def _request(self, frame: Frame) -> dict[str, Any]:
        who = self.who.evaluate(frame.scope) if self.who is not None else []
        return {
            "title": self.title.text(frame.scope),
            "show": self.show.evaluate(frame.scope),
            "choices": list(self.choices),
            "form": dict(self.form),
            "who": [str(name) for name in who] if isinstance(who, list) else [str(who)],
            "default": self.default,
        }


async def _result(
    outcome: Outcome, late: Block | None, run: Interpreter, frame: Frame, path: str
) -> Any:
    """What came, or what the template has for the case that nothing did."""
    if outcome.error is None:
        return outcome.output
    if late is None or not isinstance(outcome.error, WaitExpired):
        raise StepFailed(outcome.error, path)
    return await run.body(late, frame, f"{path}~late")
