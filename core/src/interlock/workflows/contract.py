"""What every surface asks of an engine, whichever it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Protocol

from interlock.journal import ApprovalRecord, RunFilter, RunRecord
from interlock.sdk.events import Event
from interlock.workflows.control import Control
from interlock.workflows.progress import Item
from interlock.workflows.queues import Queues
from interlock.workflows.records import StepRecord
from interlock.workflows.template import Template


class Engine(Protocol):
    """See :class:`interlock.workflows.EmbeddedEngine` for what each does and raises."""

    def templates(self) -> list[Template]: ...

    def template(self, name: str) -> Template: ...

    def knows(self, name: str) -> bool: ...

    def register(self, template: Template) -> None: ...

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
    def control(self) -> Control: ...

    @property
    def queues(self) -> Queues: ...

    async def event(self, event: Event) -> None: ...

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
        self, which: RunFilter, *, limit: int = 50, before: str | None = None
    ) -> Sequence[RunRecord]: ...

    async def steps(self, run_id: str) -> Sequence[StepRecord]: ...

    def watch(self, run_id: str, *, since: float | None = None) -> AsyncIterator[Item]: ...
