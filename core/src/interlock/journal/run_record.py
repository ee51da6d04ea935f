"""A run as it is recorded: which workflow, how it stands, what it waits for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Any, Literal

Status = Literal[
    "running",
    "waiting",
    "paused",
    "compensating",
    "succeeded",
    "failed",
    "cancelled",
    "compensated",
    "compensation_failed",
]
Intent = Literal["cancel", "abandon", "pause", "undo"]


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run as it is recorded.

    Attributes:
        version: of its template.
        parent: the run that started it as a step.
        trace: W3C traceparent of whoever started it.
        problem: why it failed, as ``InterlockError.to_problem`` writes it.
        waiting: ``{reason, until, step}`` while nothing can be done.
        wake: when a parked run goes on; infinite if only somebody else can make it.
        intent: what was asked of it meanwhile: ``cancel``, ``abandon`` (cancel and undo nothing),
            ``pause``, or ``undo`` after it succeeded.
        deadline: when it fails for lack of time.
        inherited: up to which position its steps were taken over from the run it is a fork of.
    """

    id: str
    workflow: str
    version: str
    status: Status
    created: float
    input: Any
    parent: str | None = None
    trace: str | None = None
    intent: Intent | None = None
    tags: Sequence[str] = ()
    finished: float | None = None
    wake: float | None = None
    output: Any = None
    problem: dict[str, Any] | None = None
    waiting: dict[str, Any] | None = None
    deadline: float | None = None
    inherited: int = 0

    @property
    def queued(self) -> bool:
        """Whether it waits for its turn."""
        reason = (self.waiting or {}).get("reason", "")
        return self.wake == inf and reason.startswith("queue ")

    def awake(self) -> RunRecord:
        """The record of a parked run that goes on."""
        status: Status = "compensating" if self.status == "compensating" else "running"
        return replace(self, status=status, waiting=None, wake=None)

    def stuck(self, reason: str) -> RunRecord:
        """The record of a run that cannot go on before the next start."""
        return replace(self, status="waiting", waiting={"reason": reason}, wake=None)

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "workflow": self.workflow,
            "version": self.version,
            "status": self.status,
            "parent": self.parent,
            "tags": list(self.tags),
            "created": self.created,
            "finished": self.finished,
            "input": self.input,
            "output": self.output,
            "error": self.problem,
            "waiting": self.waiting,
            "deadline": self.deadline,
            "cancelling": self.intent in ("cancel", "abandon") and self.finished is None,
        }
