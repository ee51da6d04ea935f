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
    """See :class:`interlock.workflows.control.Control`."""

    async def pause(self, run_id: str) -> None: ...

    async def resume(self, run_id: str) -> None: ...

    async def retry(self, run_id: str) -> None: ...

    async def undo_again(self, run_id: str, step: str) -> None: ...

    async def fork(
        self,
        run_id: str,
        *,
        step: str | None = None,
        input: Mapping[str, Any] | None = None,
        latest: bool = False,
        new_id: str | None = None,
    ) -> str: ...

    async def move(self, run_id: str, *, check: bool = False) -> str: ...

    async def versions(self, workflow: str) -> list[dict[str, Any]]: ...


class Turns(Protocol):
    """See :class:`interlock.workflows.queues.Queues`."""

    def limit(self, limits: Mapping[str, Limits]) -> None: ...

    async def list(self) -> list[dict[str, Any]]: ...


class Engine(Protocol):
    """See :class:`interlock.workflows.EmbeddedEngine` for what each does and raises.

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

    async def stop_starting(self) -> None: ...

    def templates(self) -> list[Template]: ...

    def template(self, name: str) -> Template: ...

    def knows(self, name: str) -> bool: ...

    def register(self, template: Template) -> None: ...

    def unregister(self, template: Template) -> None: ...

    async def start(
        self,
        workflow: str,
        input: Mapping[str, Any],
        *,
        run_id: str | None = None,
        parent: str | None = None,
        tags: Sequence[str] = (),
        timeout: float | None = None,
    ) -> str: ...

    async def wait(self, run_id: str) -> Any: ...

    async def cancel(
        self, run_id: str, *, undo: bool = True, within: float | None = None
    ) -> None: ...

    @property
    def control(self) -> Steering: ...

    @property
    def queues(self) -> Turns: ...

    async def event(self, event: Event) -> None: ...

    async def available(self, service: str) -> None: ...

    async def decide(
        self,
        approval: str,
        choice: str,
        *,
        values: Mapping[str, Any] | None = None,
        by: str = "",
        comment: str = "",
    ) -> ApprovalRecord: ...

    async def get(self, run_id: str) -> RunRecord: ...

    async def list(
        self,
        which: RunFilter,
        *,
        limit: int = 50,
        before: str | None = None,
        brief: bool = False,
    ) -> Sequence[RunRecord]: ...

    async def steps(self, run_id: str) -> Sequence[StepRecord]: ...

    def waits(self, run_id: str) -> Mapping[str, Any] | None: ...

    def watch(self, run_id: str, *, since: float | None = None) -> AsyncIterator[Item]: ...
