"""The object that does the work of a run, one life after the other."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import timedelta
from functools import partial
from typing import Any, Protocol

from restate import (
    ObjectContext,
    VirtualObject,
)
from restate.exceptions import RetryableError
from restate.server_context import restate_context_is_replaying

from interlock.journal import RunRecord, StepRow
from interlock.restate.options import RestateOptions
from interlock.restate.probation import Probation
from interlock.restate.records import full_row, head_of, run_of
from interlock.restate.run import DurableRun
from interlock.restate.surroundings import Surroundings
from interlock.restate.wire import FORGOTTEN, JSON, VALUE, again, tell
from interlock.sdk.errors import InterlockError
from interlock.workflows.template import Template

_log = logging.getLogger(__name__)
_SELDOM = timedelta(seconds=10)
# Restate takes a life away that does not answer for so long; a call may take its time.
_PATIENCE = timedelta(days=7)


class Host(Surroundings, Protocol):
    """The daemon that a life is on."""

    async def restored(self, version: str, name: str, source: str) -> Template: ...


class Lives:
    """The handlers."""

    def __init__(self, host: Host, probation: Probation, options: RestateOptions) -> None:
        self._host = host
        self._probation = probation
        self._options = options

    def bind(self) -> VirtualObject:
        lives = VirtualObject(
            self._host.names.run,
            inactivity_timeout=timedelta(seconds=self._options.suspend_after),
            abort_timeout=_PATIENCE,
            state_preload=False,
            ingress_private=True,
            invocation_retry_policy=again(self._options.offer_again),
            journal_retention=FORGOTTEN,
        )
        for handler in (self.drive, self.forget):
            lives.handler(handler.__name__, input_serde=JSON, output_serde=JSON)(handler)
        return lives

    async def drive(self, ctx: ObjectContext, order: dict[str, Any]) -> None:
        """A life of a run, to its end."""
        if self._host.draining:
            raise RetryableError("the daemon is shutting down")
        head, begun = order["head"], restate_context_is_replaying.get()
        try:
            record = await run_of(head, self._host.blobs)
            steps = await self._steps(ctx, order)
            template = await self._host.restored(record.version, record.workflow, order["source"])
        except InterlockError as error:
            _log.error("run %s cannot go on here: %s", head["id"], error, extra={"run": head["id"]})
            raise RetryableError(f"{error}", retry_after=_SELDOM) from None
        now, life = order["now"], head["life"]
        trial = self._probation.of(record, life, ctx.request().id) if begun else nullcontext()
        async with trial:
            run = DurableRun(ctx, record, template, steps, self._host, life=life, now=now)
            record = await run.live()
        end = await ctx.run_typed("~end", partial(self._end, record), VALUE)
        tell(ctx, self._host.names.desk, record.id, "stand", {"life": life, **end})

    async def _end(self, record: RunRecord) -> dict[str, Any]:
        """The end of a life, told here and then recorded."""
        record = await self._host.ended(record)
        head = await head_of(record, self._host.blobs)
        changed = ("status", "output", "problem", "waiting", "finished")
        return {name: head[name] for name in changed}

    async def _steps(self, ctx: ObjectContext, order: Mapping[str, Any]) -> dict[str, StepRow]:
        """What is on record of earlier lives, or of the run that this is a fork of."""
        for path in order["forget"]:
            ctx.clear(f"step/{path}")
        for row in order["rows"]:
            ctx.set(f"step/{row['path']}", row, JSON)
        rows = order["rows"]
        if order["head"]["life"] > 1:
            keys = [key for key in await ctx.state_keys() if key.startswith("step/")]
            asked = [ctx.get(key, JSON) for key in sorted(keys)]
            rows = [await row for row in asked]
        found = [await full_row(row, self._host.blobs) for row in rows]
        return {row.path: row for row in found}

    async def forget(self, ctx: ObjectContext, _: Any) -> None:
        ctx.clear_all()
