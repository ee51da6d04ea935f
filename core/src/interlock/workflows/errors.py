"""How steps and runs fail."""

from __future__ import annotations

from interlock.sdk.errors import (
    Conflict,
    DeadlineExceeded,
    InterlockError,
    Interrupted,
    NeedsAttention,
    Refusal,
    Rejected,
    Retryable,
    Throttled,
)


class InDoubt(InterlockError):
    """A step with effects was in flight when the process died; nobody knows whether it happened."""

    code = "in-doubt"


class WaitExpired(DeadlineExceeded):
    """What was waited for did not come in time."""

    code = "wait-expired"


class NotApproved(Rejected):
    """A person decided against it; ``details`` has the decision."""

    code = "not-approved"


class MayNotDecide(Rejected):
    """Somebody else was asked."""

    code = "may-not-decide"


class RunCancelled(InterlockError):
    """Somebody asked the run to stop, and it did."""

    code = "run-cancelled"


class WorkflowFailed(InterlockError):
    """A template's own ``fail``."""

    code = "workflow-failed"


class LoopExceeded(InterlockError):
    """A loop needed more passes than its template allows."""

    code = "loop-exceeded"


class RunExists(Conflict):
    """A run of this id exists, of another workflow."""

    code = "run-exists"


class CompensationFailed(InterlockError):
    """A run could not be undone completely; ``details`` lists ``undone`` and ``not_undone``."""

    code = "compensation-failed"


class ForeignAwait(InterlockError):
    """A workflow awaited something that is not durable.

    Only operations of the run may be awaited, because only they can be replayed after a crash.
    """

    code = "foreign-await"


class WorkflowBug(InterlockError):
    """The code of a workflow raised what is no error of Interlock's; the message has the line."""

    code = "workflow-bug"


class CodeChanged(Conflict):
    """A run's record does not fit the code or template that it is to go on with."""

    code = "code-changed"


class StepFailed(Exception):
    """Inside of a run: the step at ``error.details["step"]`` failed for good."""

    def __init__(self, error: InterlockError, path: str) -> None:
        super().__init__(str(error))
        self.error = error.with_details(step=path)


class Returned(StepFailed):
    """Inside of a run: it is to end here, successfully; on the way out as a failure would be."""

    def __init__(self, value: object, path: str) -> None:
        super().__init__(InterlockError("the run returns"), path)
        self.value = value


class Stopped(BaseException):
    """Inside of a run: this branch goes no further, because a sibling failed or on request.

    No ``Exception``, so that the code of a workflow does not take it for a failure of its own.
    """


def may_have_run(error: InterlockError) -> bool:
    """Whether the call that ended so may have had its effect."""
    match error:
        case DeadlineExceeded() | Interrupted():
            return error.may_have_run
        case Throttled() | Rejected() | NeedsAttention() | Refusal():
            return False
        case Retryable():
            return error.sent
        case InDoubt():
            return True
        case _:
            return error.code == "service-bug"


def run_exists(run_id: str, workflow: str) -> RunExists:
    """For whoever wants to start a run of another workflow under this id."""
    return RunExists(
        f"there is a run {run_id} already, of workflow {workflow}",
        hint="give the new run another id",
    )


def cut_off() -> RunCancelled:
    """What a run ends with that was asked to stop and has had the time for it."""
    return RunCancelled("the run was cut off, it did not stop in time")
