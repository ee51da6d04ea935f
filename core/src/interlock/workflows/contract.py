"""What every surface asks of an engine, whichever it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Protocol, Self

from interlock.journal import ApprovalRecord, Limits, RunFilter, RunRecord
from interlock.sdk.events import Event
from interlock.workflows.progress import Item
from interlock.workflows.records import StepRecord
from interlock.workflows.template import Template


class Steering(Protocol):
    """What operators do to runs; durable on return."""

    async def pause(self, run_id: str) -> None:
        """Let a run begin nothing new until :meth:`resume`; what is in flight is finished.

        Raises:
            NotFound: there is no such run.
            Conflict: it is over, or about to be.
        """
        ...

    async def resume(self, run_id: str) -> None:
        """Let a paused run go on.

        Raises:
            NotFound: there is no such run.
            Conflict: it is over, or not paused.
        """
        ...

    async def retry(self, run_id: str) -> None:
        """Let a run that failed or was stopped go on from the step that failed.

        Recorded steps are kept. If the run was rolled back, it begins again with the first step
        that was undone.

        Raises:
            NotFound: there is no such run.
            Conflict: it is not over, or it succeeded.
        """
        ...

    async def undo_again(self, run_id: str, step: str) -> None:
        """Try once more to undo a step that could not be undone.

        Raises:
            NotFound: there is no such run.
            Conflict: its roll-back is not over, or did not fail.
        """
        ...

    async def fork(
        self,
        run_id: str,
        *,
        step: str | None = None,
        input: Mapping[str, Any] | None = None,
        latest: bool = False,
        new_id: str | None = None,
    ) -> str:
        """Start a run that takes over what another recorded before a step; its id.

        What was taken over is never undone by the fork: it is the other run's.

        Args:
            step: path of the first step to be done anew; None for all of them.
            input: default: that of the other run.
            latest: with the template as it is now, instead of the one that the other run has.

        Raises:
            NotFound: there is no such run, or it recorded no such step.
            InvalidInput: the input does not fit the template.
        """
        ...

    async def move(self, run_id: str, *, check: bool = False) -> str:
        """Let a run that waits go on with the version that its workflow has now; that version.

        Args:
            check: only say whether it could.

        Raises:
            NotFound: there is no such run, or its workflow is gone.
            Conflict: it is over or under way; or its record does not fit, and where.
        """
        ...

    async def versions(self, workflow: str) -> list[dict[str, Any]]:
        """Versions that runs go on with, the current one first: ``{version, runs, source}``.

        Raises:
            NotFound: there is no such workflow.
        """
        ...


class Turns(Protocol):
    """The queues in which runs wait for their turn."""

    async def limit(self, limits: Mapping[str, Limits]) -> None:
        """Have other limits from now on; who has his turn keeps it."""
        ...

    async def list(self) -> list[dict[str, Any]]:
        """Each queue: ``{name, concurrency, per_key, rate, waiting, active, oldest}``."""
        ...


class Engine(Protocol):
    """Runs templates durably. ``async with`` goes on with unfinished runs and, at the end, stops.

    What it has to guarantee is written down as tests, in ``tests/workflows/conformance``.
    """

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> bool | None: ...

    async def stop_starting(self) -> None:
        """Start no run and no step any more; what is in flight may finish and is recorded."""
        ...

    def templates(self) -> list[Template]:
        """Those that can be started, by name."""
        ...

    def template(self, name: str) -> Template:
        """By name or alias; NotFound, with the nearest name, if there is none."""
        ...

    def knows(self, name: str) -> bool:
        """Whether there is a template of this name or alias."""
        ...

    def register(self, template: Template) -> None:
        """Make a template startable under its name and aliases; runs keep the one they have."""
        ...

    def unregister(self, template: Template) -> None:
        """Let nobody start it any more; its runs go on with it."""
        ...

    async def start(
        self,
        workflow: str,
        input: Mapping[str, Any],
        *,
        run_id: str | None = None,
        parent: str | None = None,
        tags: Sequence[str] = (),
        timeout: float | None = None,
    ) -> str:
        """Start a run; its id, once the run is durable.

        Args:
            run_id: a second start of one id is the first.
            parent: W3C traceparent of whoever asks.
            timeout: seconds after which the run fails; at most what its template says.

        Raises:
            NotFound: no such workflow.
            InvalidInput: the input does not fit its schema.
            RunExists: the id belongs to a run of another workflow.
            ServiceUnavailable: the engine is shutting down.
        """
        ...

    async def wait(self, run_id: str) -> Any:
        """The run's output, once there is one.

        Raises:
            NotFound: there is no such run.
            InterlockError: what the run ended with.
        """
        ...

    async def cancel(self, run_id: str, *, undo: bool = True, within: float | None = None) -> None:
        """Ask a run to stop; nothing new begins, and one that is over stays as it is.

        Args:
            undo: undo what it completed, as its template says.
            within: seconds after which it is cut off where it stands.

        Raises:
            NotFound: there is no such run.
        """
        ...

    @property
    def control(self) -> Steering: ...

    @property
    def queues(self) -> Turns: ...

    async def event(self, event: Event) -> None:
        """Tell every run that waits for it of an event that is durable."""
        ...

    async def available(self, service: str) -> None:
        """Let the runs that wait for a service try it again at once."""
        ...

    async def decide(
        self,
        approval: str,
        choice: str,
        *,
        values: Mapping[str, Any] | None = None,
        by: str = "",
        comment: str = "",
    ) -> ApprovalRecord:
        """Answer an approval; the record as it stands then.

        Raises:
            NotFound: there is no such approval.
            InvalidInput: no such choice, or the values do not fit the form.
            MayNotDecide: ``by`` is not among those who may decide.
            Conflict: it was decided before, or its run is over.
        """
        ...

    async def get(self, run_id: str) -> RunRecord:
        """By id, or an unambiguous beginning of it; NotFound otherwise."""
        ...

    async def list(
        self,
        which: RunFilter,
        *,
        limit: int = 50,
        before: str | None = None,
        brief: bool = False,
    ) -> Sequence[RunRecord]:
        """Newest first, after the run ``before``; ``brief`` is without inputs and outputs."""
        ...

    async def steps(self, run_id: str) -> Sequence[StepRecord]:
        """The steps of a run that have ended, wait or are under way, in that order."""
        ...

    def waits(self, run_id: str) -> Mapping[str, Any] | None:
        """``{reason, until, step}`` if all that a run does at this moment is to wait, in memory."""
        ...

    def watch(self, run_id: str, *, since: float | None = None) -> AsyncIterator[Item]:
        """Progress of a run to its end: from now, or with the steps that ended since a moment.

        Raises:
            NotFound: there is no such run.
        """
        ...
