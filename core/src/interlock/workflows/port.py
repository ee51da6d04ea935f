"""The narrow port between the interpreter and a durable engine."""

from __future__ import annotations

from typing import Any, Literal, Protocol

from interlock.sdk.errors import InterlockError
from interlock.workflows.operations import Operation, Outcome


class Port(Protocol):
    """What an engine does for one run. It calls ``Trampoline.deliver`` when operations end.

    Attributes:
        traced: somebody records how long steps take.
        stopping: the run was asked to stop.
        abandoned: it is to be left as it stands then, with nothing undone.
        deadline: when the run fails for lack of time.
        inherited: up to which position its steps were done by the run that it is a fork of.
    """

    traced: bool
    stopping: bool
    abandoned: bool
    deadline: float | None
    inherited: int

    @property
    def replaying(self) -> bool:
        """Whether there are records that the run has not come to yet."""
        ...

    def now(self) -> float:
        """For :meth:`step_ended`; nothing else may depend on it."""
        ...

    def step_ended(self, path: str, began: float, error: InterlockError | None) -> None:
        """Make a span of a step, unless that was done in an earlier life."""
        ...

    def recorded(self, operation: Operation) -> Outcome | None:
        """The outcome, if the operation ended before; it is handed out once."""
        ...

    def interrupted(self, operation: Operation) -> bool:
        """Whether it began before, did not end, and can be repeated to learn its outcome."""
        ...

    def repeatable(self, operation: Operation) -> bool:
        """Whether doing it twice with one key is the same as doing it once."""
        ...

    def begin(self, operation: Operation) -> None: ...

    def abort(self, operation: Operation) -> bool:
        """Give an operation up; False if its outcome has to be awaited all the same."""
        ...

    def ended(self, result: Any, error: BaseException | None) -> None:
        """The run's main coroutine is at its end."""
        ...

    def idle(self) -> None:
        """Every branch waits."""
        ...

    def note(
        self, path: str, what: str, status: Literal["succeeded", "skipped"], output: Any
    ) -> None:
        """Record, without waiting, what was computed from records alone.

        If it is lost it is computed again, and it is durable before the next effect that cannot
        be repeated, because records keep their order.
        """
        ...

    def pausing(self, path: str, error: InterlockError, seconds: float, *, counts: bool) -> None:
        """Tell that a step is tried again later, and whether that counts as an attempt."""
        ...

    def compensating(self) -> None:
        """Record that the run turns back; from here on nothing stops it."""
        ...

    def dead_letter(self, path: str, error: InterlockError) -> None:
        """Keep a step's failure for people; the run goes on."""
        ...

    def undone(self, path: str, error: InterlockError | None) -> None:
        """Tell that a step was undone, or make a dead letter of it."""
        ...
