"""``transform``, ``sleep`` and ``publish``: steps that call nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
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

_LATEST = datetime(2200, 1, 1, tzinfo=UTC).timestamp()


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
        try:
            moment = seconds_of(self.moment.evaluate(frame.scope), self.zone)
        except InvalidInput as error:
            wrong = InvalidInput(f"{path}: {error.message}", hint=error.hint)
            raise StepFailed(wrong, path) from None
        outcome = await SleepUntil(path, moment)
        frame.position = outcome.position
        return None


def seconds_of(value: Any, zone: str = "UTC") -> float:
    """A moment, as a number or in ISO 8601, in seconds since the epoch.

    Raises:
        InvalidInput: it is none, or one that nobody will live to see.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = value
    else:
        try:
            moment = datetime.fromisoformat(str(value))
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=ZoneInfo(zone))
            seconds = moment.timestamp()
        except (ValueError, OverflowError):
            raise InvalidInput(f"{value!r} is no moment", hint="such as 2027-01-31T09:00") from None
    if not seconds < _LATEST:
        hint = "seconds since the epoch, not milliseconds" if seconds is value else ""
        raise InvalidInput(f"{value!r} is after the year 2199", hint=hint)
    return float(seconds)


def is_zone(name: str) -> bool:
    """Whether there is such a time zone."""
    try:
        ZoneInfo(name)
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
