"""How runs come to be on Restate: checked here, and begun at their desks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from interlock.journal import RunRecord
from interlock.restate.blobs import SharedBlobs
from interlock.restate.client import RestateClient
from interlock.restate.queues import SharedQueues
from interlock.restate.records import head_of
from interlock.restate.wire import Names
from interlock.sdk.world import World
from interlock.workflows.errors import run_exists
from interlock.workflows.operations import RunChild
from interlock.workflows.registry import Registry
from interlock.workflows.run_events import RunEvents
from interlock.workflows.starting import Request, record_of
from interlock.workflows.template import Template

Order = dict[str, Any]
"""``{head, source, rows, place}``: what a desk needs to begin a run."""


class Orders:
    """Makes orders, and gives them."""

    def __init__(
        self,
        client: RestateClient,
        names: Names,
        blobs: SharedBlobs,
        templates: Registry,
        queues: SharedQueues,
        run_events: RunEvents,
        world: World,
    ) -> None:
        self._client = client
        self._names = names
        self._blobs = blobs
        self._templates = templates
        self._queues = queues
        self._run_events = run_events
        self._world = world

    async def start(self, request: Request) -> str:
        """See :meth:`interlock.workflows.starting.Starting.start`."""
        return await self._give(await self._of(request))

    async def of_child(self, child: RunChild, parent: RunRecord) -> Order:
        """What the desk of a child is asked to create."""
        owner = None if child.detached else parent.id
        return await self._of(
            Request(child.workflow, child.input, child.run_id, owner, parent.trace)
        )

    async def fork(
        self, record: RunRecord, template: Template, rows: Sequence[Mapping[str, Any]]
    ) -> str:
        """Begin a run that takes over steps; its id."""
        return await self._give(await self._order(record, template, None, rows))

    async def _of(self, request: Request) -> Order:
        template = self._templates.get(request.workflow)
        values = template.input.check(dict(request.input), f"input of {template.name}")
        record = record_of(template, values, request, self._world)
        place = self._queues.place(record, template)
        self._run_events.started(record)
        return await self._order(record, template, place)

    async def _order(
        self,
        record: RunRecord,
        template: Template,
        place: Mapping[str, Any] | None,
        rows: Sequence[Mapping[str, Any]] = (),
    ) -> Order:
        head = await head_of(record, self._blobs)
        return {
            "head": head,
            "source": template.source.decode(),
            "rows": list(rows),
            "place": place,
        }

    async def _give(self, order: Order) -> str:
        """Begin a run unless there is one of its id; RunExists if it is another workflow's."""
        wanted = order["head"]
        answer = await self._client.call(self._names.desk, wanted["id"], "create", order)
        if answer["head"]["workflow"] != wanted["workflow"]:
            raise run_exists(wanted["id"], answer["head"]["workflow"])
        return str(wanted["id"])
