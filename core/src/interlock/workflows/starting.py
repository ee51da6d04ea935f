"""How runs come to be: checked, recorded, and begun or sent to the end of a queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from interlock.journal import Journal, RunRecord
from interlock.sdk.world import World
from interlock.workflows.errors import run_exists
from interlock.workflows.queues import Queues
from interlock.workflows.registry import Registry
from interlock.workflows.template import Template


@dataclass(frozen=True, slots=True)
class Request:
    """What is to run.

    Attributes:
        run_id: a second start of one id is the first; None for a new one.
        parent: the run that waits for this one.
        trace: W3C traceparent of whoever asks.
        timeout: seconds after which the run fails; at most what its template says.
    """

    workflow: str
    input: Mapping[str, Any]
    run_id: str | None = None
    parent: str | None = None
    trace: str | None = None
    tags: Sequence[str] = ()
    timeout: float | None = None


class Starting:
    """Makes new runs durable, and lets them begin when it is their turn.

    Args:
        announce: tell that a run begins, in the transaction that makes it durable.
        begin: let a run that is on record begin.
    """

    def __init__(
        self,
        journal: Journal,
        world: World,
        templates: Registry,
        queues: Queues,
        announce: Callable[[RunRecord], None],
        begin: Callable[[RunRecord, Template], None],
    ) -> None:
        self._journal = journal
        self._world = world
        self._templates = templates
        self._queues = queues
        self._announce = announce
        self._begin = begin

    async def start(self, request: Request) -> str:
        """The id of the run, once it is durable.

        Raises:
            NotFound: no such workflow, or it waits in no queue that there is.
            InvalidInput: the input does not fit its schema.
            RunExists: the id belongs to a run of another workflow.
        """
        template = self._templates.get(request.workflow)
        values = template.input.check(dict(request.input), f"input of {template.name}")
        record = record_of(template, values, request, self._world)
        await self._templates.keep(template)
        self._announce(record)
        if template.queue is not None:
            if not await self._queues.enter(record, template.queue):
                return await self._same(record)
            return record.id
        if request.run_id is None:
            await self._journal.runs.create(record)
        elif not await self._journal.runs.create_once(record):
            return await self._same(record)
        self._begin(record, template)
        return record.id

    async def _same(self, record: RunRecord) -> str:
        """The id of the run that was there before; RunExists if it is another workflow's."""
        found = await self._journal.runs.find(record.id)
        if found.workflow != record.workflow:
            raise run_exists(record.id, found.workflow)
        return found.id


def record_of(template: Template, values: Any, request: Request, world: World) -> RunRecord:
    """The record of a run that is about to begin; ``values`` is its input, checked."""
    limits = [each for each in (request.timeout, template.timeout) if each is not None]
    now = world.time()
    return RunRecord(
        id=request.run_id or world.new_id(),
        workflow=template.name,
        version=template.version,
        status="running",
        created=now,
        deadline=now + min(limits) if limits else None,
        input=values,
        parent=request.parent,
        trace=request.trace,
        tags=tuple(request.tags),
    )


def fork_of(
    source: RunRecord,
    template: Template,
    input: Mapping[str, Any] | None,
    *,
    inherited: int,
    run_id: str | None,
    world: World,
) -> RunRecord:
    """The record of a run that takes over what ``source`` recorded up to a position.

    Args:
        input: default: that of ``source``.

    Raises:
        InvalidInput: the input does not fit the template.
    """
    given = source.input if input is None else dict(input)
    values = template.input.check(given, f"input of {template.name}")
    tags = (*source.tags, f"fork:{source.id}")
    record = record_of(template, values, Request(template.name, values, run_id, tags=tags), world)
    return replace(record, inherited=inherited)
