"""What operators do to runs on Restate: stop, pause, retry, fork."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from interlock.journal import Journal, RunRecord
from interlock.restate.client import RestateClient
from interlock.restate.mirror import Mirror
from interlock.restate.records import row_of
from interlock.restate.wire import Names
from interlock.sdk.errors import Conflict
from interlock.sdk.world import World
from interlock.workflows.letters import id_of_run_letter, id_of_step_letter
from interlock.workflows.paths import undo_of
from interlock.workflows.redo import REDOABLE, check_redoable, taken_over, to_redo
from interlock.workflows.registry import Registry
from interlock.workflows.starting import fork_of
from interlock.workflows.template import Template

_ANEW = {"status": "running", "intent": None}


class Fork(Protocol):
    async def __call__(
        self, record: RunRecord, template: Template, rows: Sequence[Mapping[str, Any]]
    ) -> str: ...


class Control:
    """The operations, durable on return; as the embedded engine has them."""

    def __init__(
        self,
        client: RestateClient,
        names: Names,
        mirror: Mirror,
        templates: Registry,
        journal: Journal,
        world: World,
        fork: Fork,
    ) -> None:
        self._client = client
        self._names = names
        self._mirror = mirror
        self._templates = templates
        self._journal = journal
        self._world = world
        self._begin = fork

    async def cancel(self, run_id: str, *, undo: bool = True, within: float | None = None) -> None:
        await self._wish(run_id, {"kind": "cancel", "undo": undo, "within": within})

    async def pause(self, run_id: str) -> None:
        await self._wish(run_id, {"kind": "pause"})

    async def resume(self, run_id: str) -> None:
        await self._wish(run_id, {"kind": "resume"})

    async def _wish(self, run_id: str, wish: dict[str, Any]) -> None:
        record = await self._mirror.find(run_id)
        await self._ask(record.id, "control", {**wish, "at": self._world.time()})

    async def retry(self, run_id: str) -> None:
        record = await self._mirror.find(run_id)
        check_redoable(record)
        await self._reopen(record)

    async def _reopen(self, record: RunRecord) -> None:
        """Children first: a run that finds one at work waits for it."""
        rows = [row_of(row) for row in await self._mirror.rows(record.id)]
        paths = to_redo(record.id, rows, record.problem)
        for row in rows:
            if row.path in paths and row.what.startswith("run "):
                child = await self._mirror.run(f"{record.id}:{row.path}")
                if child is not None and child.status in REDOABLE:
                    await self._reopen(child)
        await self._again(record.id, sorted(paths), _ANEW, REDOABLE)

    async def undo_again(self, run_id: str, step: str) -> None:
        record = await self._mirror.find(run_id)
        rows = await self._mirror.rows(record.id)
        again = [row["path"] for row in rows if row["path"].startswith(undo_of(step))]
        await self._again(record.id, again, {"status": "running"}, ("compensation_failed",))

    async def _again(
        self, run_id: str, forget: list[str], become: Mapping[str, Any], only: Sequence[str]
    ) -> None:
        """Raises Conflict: it is at work, ended otherwise, or Restate has forgotten it."""
        order = {"only": only, "become": become, "forget": forget, "at": self._world.time()}
        answer = await self._ask(run_id, "reopen", order)
        if not answer["reopened"]:
            head = answer["head"]
            how = head["status"] if head else "not in Restate any more (see engine.keep)"
            raise Conflict(f"run {run_id} is {how}")
        await self._journal.dead_letters.discard(id_of_run_letter(run_id))
        for path in forget:
            await self._journal.dead_letters.discard(id_of_step_letter(run_id, path))
        await self._mirror.run(run_id)

    async def fork(
        self,
        run_id: str,
        *,
        step: str | None = None,
        input: Mapping[str, Any] | None = None,
        latest: bool = False,
        new_id: str | None = None,
    ) -> str:
        source = await self._mirror.find(run_id)
        template = (
            self._templates.get(source.workflow) if latest else await self._version_of(source)
        )
        rows = await self._mirror.rows(source.id)
        inherited = taken_over(source.id, [row_of(dict(row)) for row in rows], step)
        record = fork_of(
            source, template, input, inherited=inherited, run_id=new_id, world=self._world
        )
        taken = [row for row in rows if row["position"] <= inherited and row["finished"]]
        return await self._begin(record, template, taken)

    async def _version_of(self, run: RunRecord) -> Template:
        if source := (await self._mirror.desk(run.id)).get("source"):
            await self._journal.templates.add(run.version, run.workflow, source.encode())
        return await self._templates.version(run.version)

    async def move(self, run_id: str, *, check: bool = False) -> str:
        record = await self._mirror.find(run_id)
        if record.finished is not None:
            raise Conflict(f"run {record.id} is over: {record.status}")
        template = self._templates.get(record.workflow)
        if record.version == template.version:
            return template.version
        lives = await self._client.invocations(self._names.run, record.id)
        at_work = [life["id"] for life in lives if life["status"] == "running"]
        busy = any([await self._client.under_way(life) for life in at_work])
        if busy or record.status == "compensating":
            raise Conflict(f"run {record.id} is under way", hint="pause it, or wait until it waits")
        rows = await self._mirror.full_rows(record.id)
        await self._templates.moved(record, rows, check=True)
        if not check:
            await self._move(record, template, [life["id"] for life in lives])
        return template.version

    async def _move(self, run: RunRecord, template: Template, lives: Sequence[str]) -> None:
        """In another life, which begins once Restate is told that those so far are over."""
        known = {name: getattr(run, name) for name in ("version", "finished", "intent")}
        order = {"version": template.version, "source": template.source.decode(), "known": known}
        answer = await self._ask(run.id, "move", {**order, "at": self._world.time()})
        if not answer["moved"]:
            raise Conflict(f"run {run.id} went on meanwhile", hint="try again")
        for life in lives:
            await self._client.kill(life)
        await self._mirror.run(run.id)

    async def versions(self, workflow: str) -> list[dict[str, Any]]:
        await self._mirror.all()
        return await self._templates.versions(workflow)

    async def _ask(self, run_id: str, handler: str, argument: Mapping[str, Any]) -> Any:
        return await self._client.call(self._names.desk, run_id, handler, argument)
