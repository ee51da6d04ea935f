"""``transform``, ``sleep`` and ``publish``: steps that call nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from interlock.expr import Value
from interlock.sdk.errors import InvalidInput
from interlock.workflows.errors import StepFailed
from interlock.workflows.frame import Frame
from interlock.workflows.operations import Publish, Sleep, SleepUntil
from interlock.workflows.steps.call import mapping
from interlock.workflows.template import Step

if TYPE_CHECKING:
    from interlock.workflows.interpreter import Interpreter


@dataclass(frozen=True, slots=True)
class Transform:
    """A value computed from those there are."""

    keeps_timeout: ClassVar[bool] = True
    value: Value

    async def perform(self, run: Interpreter, step: Step, frame: Frame, path: str) -> Any:
        output = self.value.evaluate(frame.scope)
        run.port.note(path, "transform", "succeeded", output)
        return output


@dataclass(frozen=True, slots=True)
class Pause:
    """``sleep``: a while that passes also when the process is down."""

    keeps_timeout: ClassVar[bool] = True
    seconds: float

    async def perform(self, run: Interpreter, step: Step, frame: Frame, path: str) -> Any:
        outcome = await Sleep(path, self.seconds, "sleep")
        frame.position = outcome.position
        return None


@dataclass(frozen=True, slots=True)
class PauseUntil:
    """``sleep_until``: a moment, as seconds since the epoch or in ISO 8601."""

    keeps_timeout: ClassVar[bool] = True
    moment: Value
    zone: str = "UTC"

    async def perform(self, run: Interpreter, step: Step, frame: Frame, path: str) -> Any:
        outcome = await SleepUntil(path, self._seconds(self.moment.evaluate(frame.scope), path))
        frame.position = outcome.position
        return None

    def _seconds(self, value: Any, path: str) -> float:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            error = InvalidInput(f"{path}: {value!r} is no moment", hint="such as 2027-01-31T09:00")
            raise StepFailed(error, path) from None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(self.zone))
        return moment.timestamp()

    @staticmethod
    def knows(zone: str) -> bool:
        """Whether there is such a time zone."""
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class PublishEvent:
    """``publish``: an event, once; the output is its id."""

    keeps_timeout: ClassVar[bool] = True
    event: str
    payload: Value

    async def perform(self, run: Interpreter, step: Step, frame: Frame, path: str) -> Any:
        payload = mapping(self.payload.evaluate(frame.scope), path, self.event)
        outcome = await Publish(path, f"{run.run_id}:{path}", self.event, payload)
        frame.position = outcome.position
        if outcome.error is not None:
            raise StepFailed(outcome.error, path)
        return outcome.output
