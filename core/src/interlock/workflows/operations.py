"""What a run may await: what goes through the narrow port between interpreter and engine.

An operation is named by its path in the template. The engine records how it ended under that
path, never under the order in which coroutines happened to run, so branches that run side by
side find their own results again after a restart, whatever finished first before it.
"""

from __future__ import annotations

from collections.abc import Coroutine, Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from interlock.sdk.errors import InterlockError
from interlock.sdk.events import Event
from interlock.workflows.errors import WaitExpired

if TYPE_CHECKING:
    from interlock.workflows.trampoline import Branch

InDoubtPolicy = Literal["fail", "retry", "ask"]
Work = Coroutine[Any, Any, Any]
"""Of a run, or of a branch of one; awaits operations only."""


@dataclass(slots=True)
class Outcome:
    """How an operation ended, as it was recorded.

    Attributes:
        position: its place in the run's order of recorded operations.
        started, finished: seconds since the epoch; the only clock a run sees.
    """

    position: int
    output: Any
    error: InterlockError | None
    started: float
    finished: float


class Operation:
    """Awaiting one hands it to whoever drives the run, and gives its :class:`Outcome`."""

    __slots__ = ("branch", "path")

    branch: Branch
    path: str

    @property
    def what(self) -> str:
        """For people: the tool called, or the kind of step."""
        return type(self).__name__.lower()

    def __await__(self) -> Generator[Operation, Outcome, Outcome]:
        return (yield self)


class Call(Operation):
    """Call a tool.

    Args:
        path: of this attempt; the first attempt has the path of its step.
        key: idempotency key, the same for every attempt.
        in_doubt: what to do if the process died while a call that cannot be repeated was in
            flight.
        marked: record that the call starts even if it could be repeated.
        timeout: seconds for this attempt; None leaves it to the tool's policies.
    """

    __slots__ = ("arguments", "in_doubt", "key", "marked", "timeout", "tool")

    def __init__(
        self,
        path: str,
        key: str,
        tool: str,
        arguments: Mapping[str, Any],
        *,
        in_doubt: InDoubtPolicy = "fail",
        marked: bool = False,
        timeout: float | None = None,
    ) -> None:
        self.path = path
        self.key = key
        self.tool = tool
        self.arguments = arguments
        self.in_doubt = in_doubt
        self.marked = marked
        self.timeout = timeout

    @property
    def what(self) -> str:
        return self.tool


class Sleep(Operation):
    """Wait; the moment it is over is recorded when it begins.

    Args:
        reason: shown while the run waits.
        step: what waits, if the path is not a step's own.
    """

    __slots__ = ("reason", "seconds", "step")

    def __init__(self, path: str, seconds: float, reason: str, step: str | None = None) -> None:
        self.path = path
        self.seconds = seconds
        self.reason = reason
        self.step = path if step is None else step

    def over(self, now: float) -> float | None:
        """When it is over if it begins now."""
        return now + self.seconds


class SleepUntil(Sleep):
    """Wait until a moment, in seconds since the epoch."""

    __slots__ = ("moment",)

    def __init__(self, path: str, moment: float) -> None:
        super().__init__(path, 0.0, "sleep")
        self.moment = moment

    def over(self, now: float) -> float | None:
        return self.moment


class Wait(Operation):
    """Wait for somebody else; what came is the output.

    Args:
        reason: shown while the run waits.
        seconds: how long at most; None for ever.
    """

    __slots__ = ("reason", "seconds")

    def __init__(self, path: str, reason: str, seconds: float | None) -> None:
        self.path = path
        self.reason = reason
        self.seconds = seconds

    @property
    def step(self) -> str:
        """What is shown as waiting."""
        return self.path

    def over(self, now: float) -> float | None:
        """When it is over if it begins now; None for never."""
        return None if self.seconds is None else now + self.seconds

    def expired(self) -> WaitExpired:
        """What it ends with if nothing came."""
        return WaitExpired(f"{self.path}: {self.reason} did not come within {self.seconds:g} s")


class WaitFor(Wait):
    """Wait for an event: one since the run began that it has not seen yet, or the next one.

    Args:
        key: the event's correlation key; None for any.
    """

    __slots__ = ("event", "key")

    def __init__(self, path: str, event: str, key: str | None, seconds: float | None) -> None:
        super().__init__(path, f"event {event}" + (f" {key}" if key else ""), seconds)
        self.event = event
        self.key = key

    @property
    def what(self) -> str:
        return f"wait for {self.event}"

    def fits(self, event: Event) -> bool:
        return event.name == self.event and self.key in (None, event.key)


class Approve(Wait):
    """Wait for a person's decision.

    Args:
        request: ``{title, show, choices, form, who, default}``, as it is shown.
    """

    __slots__ = ("request",)

    def __init__(self, path: str, request: Mapping[str, Any], seconds: float | None) -> None:
        super().__init__(path, f"approval: {request['title']}", seconds)
        self.request = request


class Publish(Operation):
    """Publish an event; its id is ``key``, so it is published once."""

    __slots__ = ("event", "key", "payload")

    def __init__(self, path: str, key: str, event: str, payload: Mapping[str, Any]) -> None:
        self.path = path
        self.key = key
        self.event = event
        self.payload = payload

    @property
    def what(self) -> str:
        return f"publish {self.event}"


class RunChild(Operation):
    """Start a run of another template and wait for its output; ``run_id`` makes it start once.

    Args:
        detached: do not wait; the output is ``{"run": run_id}``, and the run is on its own.

    Attributes:
        unwanted: it was given up while it was being started.
    """

    __slots__ = ("detached", "input", "run_id", "unwanted", "workflow")

    def __init__(
        self,
        path: str,
        run_id: str,
        workflow: str,
        input: Mapping[str, Any],
        *,
        detached: bool = False,
    ) -> None:
        self.detached = detached
        self.path = path
        self.run_id = run_id
        self.workflow = workflow
        self.input = input
        self.unwanted = False

    @property
    def what(self) -> str:
        return f"run {self.workflow}"


class Recall(Operation):
    """Look a memoised output up; gives ``[output]``, or ``[]`` if there is none."""

    __slots__ = ("key",)

    def __init__(self, path: str, key: str) -> None:
        self.path = path
        self.key = key


class Remember(Operation):
    """Keep an output for other runs, for so many seconds; None for as long as the journal."""

    __slots__ = ("key", "output", "ttl")

    def __init__(self, path: str, key: str, output: Any, ttl: float | None) -> None:
        self.path = path
        self.key = key
        self.output = output
        self.ttl = ttl


class UndoChild(Operation):
    """Undo what a run that succeeded did."""

    __slots__ = ("run_id",)

    def __init__(self, path: str, run_id: str) -> None:
        self.path = path
        self.run_id = run_id

    @property
    def what(self) -> str:
        return f"undo {self.run_id}"


class Gather(Operation):
    """Run branches side by side; gives ``list[Any]``, their results in the order given.

    The first branch that fails stops the others: a call with effects that is in flight is let
    finish, so that its outcome is known and can be undone; all else ends at once.

    Args:
        branches: may be lazy; the next one is taken when there is room for it.
        limit: how many at once; None for all.
        need: how many results are enough; the other branches are stopped, and ``MISSING``
            stands for their results. None for all.
        tolerant: a branch that fails decides nothing, unless too few are left.
    """

    __slots__ = ("branches", "limit", "need", "tolerant")

    def __init__(
        self,
        branches: Iterator[Work],
        *,
        limit: int | None = None,
        need: int | None = None,
        tolerant: bool = False,
    ) -> None:
        self.tolerant = tolerant
        self.path = ""
        self.branches = branches
        self.limit = limit
        self.need = need

    def __await__(self) -> Generator[Operation, Any, list[Any]]:  # type: ignore[override] # no Outcome: it is made of others' outcomes
        results: list[Any] = yield self
        return results


MISSING: Any = object()
