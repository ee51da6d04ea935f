"""Waiting for the end of a run, which is on whichever daemon."""

from __future__ import annotations

from typing import Any

from restate import Context, ObjectContext, Service

from interlock.restate.options import RestateOptions
from interlock.restate.wire import FORGOTTEN, JSON, Names, again, tell


class Ends:
    """One invocation for each run that somebody waits for, however many do."""

    def __init__(self, names: Names, options: RestateOptions) -> None:
        self._names = names
        self._options = options

    def bind(self) -> Service:
        ends = Service(
            self._names.ends,
            invocation_retry_policy=again(self._options.offer_again),
            journal_retention=FORGOTTEN,
            idempotency_retention=FORGOTTEN,
        )
        ends.handler("of", input_serde=JSON, output_serde=JSON)(self.of)
        return ends

    async def of(self, ctx: Context, run: str) -> None:
        """Answers once a run is over."""
        awakeable, over = ctx.awakeable(JSON)
        tell(ctx, self._names.desk, run, "await_end", awakeable)
        await over


async def await_end(ctx: ObjectContext, awakeable: str, *, over: bool) -> None:
    """Tell somebody of the end of the run at this desk, now or then."""
    if over:
        ctx.resolve_awakeable(awakeable, None, JSON)
    else:
        ctx.set("awaited", [*await _awaited(ctx), awakeable], JSON)


async def tell_of_end(ctx: ObjectContext) -> None:
    """The run at this desk is over."""
    for awakeable in await _awaited(ctx):
        ctx.resolve_awakeable(awakeable, None, JSON)
    ctx.clear("awaited")


async def _awaited(ctx: ObjectContext) -> list[Any]:
    return await ctx.get("awaited", JSON) or []
