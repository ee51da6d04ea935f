"""Whether all that a run does is to wait, and for what."""

from __future__ import annotations

from collections.abc import Collection
from math import isfinite
from typing import Any, Protocol

from interlock.workflows.decisions import approval_id
from interlock.workflows.operations import Approve, Operation, RunChild, Sleep, UndoChild, Wait


class Waits(Protocol):
    """The open waits of the run."""

    @property
    def armed(self) -> int: ...

    def next(self) -> tuple[Sleep | Wait | None, float]: ...


class Idleness:
    """Of one run in memory.

    Args:
        begun: what the run has begun and does not know the end of.
    """

    def __init__(self, run_id: str, begun: Collection[Operation], waits: Waits) -> None:
        self._run_id = run_id
        self._begun = begun
        self._waits = waits
        self._parked: set[str] = set()

    def child_parked(self, run_id: str, *, parked: bool) -> None:
        """A run that this one started left memory, or came back."""
        if parked:
            self._parked.add(run_id)
        else:
            self._parked.discard(run_id)

    @property
    def complete(self) -> bool:
        """Whether there is nothing to do but to wait."""
        return self._waits.armed + len(self._children) == len(self._begun)

    @property
    def reason(self) -> dict[str, Any] | None:
        """``{reason, until, step}`` of what is over first, if all it does is to wait."""
        if not self._begun or not self.complete:
            return None
        wait, due = self._waits.next()
        if wait is None:
            child = self._children[0]
            return {"reason": f"run {child.run_id}", "until": None, "step": child.path}
        return {
            "reason": wait.reason,
            "until": due if isfinite(due) else None,
            "step": wait.step,
        }

    @property
    def awaited(self) -> list[str]:
        """Ids of the approvals and of the runs that it waits for."""
        asked = [
            approval_id(self._run_id, each.path)
            for each in self._begun
            if isinstance(each, Approve)
        ]
        return asked + [child.run_id for child in self._children]

    @property
    def _children(self) -> list[RunChild | UndoChild]:
        return [
            operation
            for operation in self._begun
            if isinstance(operation, RunChild | UndoChild) and operation.run_id in self._parked
        ]
