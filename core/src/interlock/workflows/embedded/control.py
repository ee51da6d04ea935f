"""What operators do to runs: stop, pause, retry, fork."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from interlock.journal import Intent, Journal, RunRecord
from interlock.sdk.errors import Conflict
from interlock.sdk.world import World
from interlock.workflows.embedded.cutting import Cutting
from interlock.workflows.paths import undo_of
from interlock.workflows.redo import REDOABLE, check_redoable, taken_over, to_redo
from interlock.workflows.registry import Registry
from interlock.workflows.starting import fork_of


class Steerable(Protocol):
    """A run in memory."""

    record: RunRecord

    def cancel(self, *, undo: bool) -> None: ...

    def pause(self) -> None: ...

    def go_on(self) -> None: ...


class Control:
    """Implements :class:`Steering`: what is asked is durable before it takes effect.

    Args:
        live: the runs in memory.
        resume: bring runs back into memory.
    """

    def __init__(
        self,
        journal: Journal,
        world: World,
        templates: Registry,
        live: Mapping[str, Steerable],
        resume: Callable[[Sequence[str]], Awaitable[None]],
        cutting: Cutting,
    ) -> None:
        self._journal = journal
        self._world = world
        self._templates = templates
        self._live = live
        self._resume = resume
        self._cutting = cutting

    async def cancel(self, run_id: str, *, undo: bool = True, within: float | None = None) -> None:
        record = await self._journal.runs.find(run_id)
        if record.finished is not None:
            return
        if record.status != "compensating":
            await self._intend(record.id, "cancel" if undo else "abandon")
            if live := self._live.get(record.id):
                live.cancel(undo=undo)
        if within is not None:
            await self._cutting.after(record.id, within)

    async def pause(self, run_id: str) -> None:
        record = await self._open(run_id)
        if record.intent in ("cancel", "abandon") or record.status == "compensating":
            raise Conflict(f"run {record.id} is being stopped")
        await self._intend(record.id, "pause")
        if live := self._live.get(record.id):
            live.pause()

    async def resume(self, run_id: str) -> None:
        record = await self._open(run_id)
        if record.intent != "pause":
            raise Conflict(f"run {record.id} is not paused, but {record.status}")
        await self._intend(record.id, None)
        if live := self._live.get(record.id):
            live.go_on()

    async def retry(self, run_id: str) -> None:
        record = await self._journal.runs.find(run_id)
        check_redoable(record)
        await self._resume(await self._reopen(record))

    async def undo_again(self, run_id: str, step: str) -> None:
        record = await self._journal.runs.find(run_id)
        if record.status != "compensation_failed":
            raise Conflict(
                f"run {record.id} is {record.status}",
                hint="only a roll-back that failed is tried again",
            )
        rows = await self._journal.steps.of_run(record.id)
        again = [row.path for row in rows if row.path.startswith(undo_of(step))]
        await self._journal.runs.reopen(record.id, again, keep_intent=True)
        await self._resume([record.id])

    async def _reopen(self, record: RunRecord) -> list[str]:
        """Forget what is to be done again; the run and those children that go on with it."""
        rows = await self._journal.steps.of_run(record.id)
        paths = to_redo(record.id, rows, record.problem)
        reopened = [record.id]
        for row in rows:
            if row.path in paths and row.what.startswith("run "):
                reopened += await self._reopen_child(f"{record.id}:{row.path}")
        await self._journal.runs.reopen(record.id, sorted(paths))
        return reopened

    async def _reopen_child(self, run_id: str) -> list[str]:
        child = await self._journal.runs.get(run_id)
        return await self._reopen(child) if child and child.status in REDOABLE else []

    async def fork(
        self,
        run_id: str,
        *,
        step: str | None = None,
        input: Mapping[str, Any] | None = None,
        latest: bool = False,
        new_id: str | None = None,
    ) -> str:
        source = await self._journal.runs.find(run_id)
        template = (
            self._templates.get(source.workflow)
            if latest
            else await self._templates.version(source.version)
        )
        rows = () if step is None else await self._journal.steps.of_run(source.id)
        record = fork_of(
            source,
            template,
            input,
            inherited=taken_over(source.id, rows, step),
            run_id=new_id,
            world=self._world,
        )
        await self._templates.keep(template)
        await self._journal.runs.fork(source.id, record)
        await self._resume([record.id])
        return record.id

    async def move(self, run_id: str, *, check: bool = False) -> str:
        record = await self._open(run_id)
        current = self._templates.get(record.workflow).version
        if record.version == current:
            return current
        if record.id in self._live or record.status not in ("waiting", "paused"):
            raise Conflict(f"run {record.id} is under way", hint="pause it, or wait until it waits")
        found = await self._journal.load([record.id])
        await self._templates.moved(*found[0], check=check)
        return current

    async def versions(self, workflow: str) -> list[dict[str, Any]]:
        return await self._templates.versions(workflow)

    async def _open(self, run_id: str) -> RunRecord:
        record = await self._journal.runs.find(run_id)
        if record.finished is not None:
            raise Conflict(f"run {record.id} is over: {record.status}")
        return record

    async def _intend(self, run_id: str, intent: Intent | None) -> None:
        await self._journal.runs.intend(run_id, intent)
        if run_id not in self._live:
            await self._resume([run_id])
