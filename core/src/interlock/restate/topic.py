"""What came of one event, and who waits for it.

A run that waits looks into the log first, in the same step that registers it: so nothing is
missed, whichever of the two was first, on whichever daemon.
"""

from __future__ import annotations

from typing import Any

from restate import ObjectContext, VirtualObject

from interlock.restate.options import RestateOptions
from interlock.restate.wire import FORGOTTEN, JSON, Names, again, tell

_MOST = 1000
_KEPT = 7 * 86400.0


class Topic:
    """The handlers."""

    def __init__(self, names: Names, options: RestateOptions) -> None:
        self._names = names
        self._options = options

    def bind(self) -> VirtualObject:
        topic = VirtualObject(
            self._names.topic,
            invocation_retry_policy=again(self._options.offer_again),
            journal_retention=FORGOTTEN,
            idempotency_retention=FORGOTTEN,
        )
        for handler in (self.publish, self.wait, self.leave, self.sweep):
            topic.handler(handler.__name__, input_serde=JSON, output_serde=JSON)(handler)
        return topic

    async def publish(self, ctx: ObjectContext, event: dict[str, Any]) -> None:
        """Keep an event, and tell those who wait; an event that came before is not told again."""
        log = await ctx.get("log", JSON) or []
        if any(each["id"] == event["id"] for each in log):
            return
        if not log:
            tell(ctx, self._names.topic, ctx.key(), "sweep", event["at"], _KEPT)
        ctx.set("log", [*log[1 - _MOST :], event], JSON)
        for run in await self._waiters(ctx):
            tell(ctx, self._names.desk, run, "put", {"kind": "event", **event})

    async def wait(self, ctx: ObjectContext, wait: dict[str, Any]) -> Any:
        """An event since ``since`` that is not among ``seen``; else the run is told of the next."""
        for event in await ctx.get("log", JSON) or []:
            if event["at"] >= wait["since"] and event["id"] not in wait["seen"]:
                return event
        waiters = await self._waiters(ctx)
        paths = waiters.setdefault(wait["run"], [])
        if wait["path"] not in paths:
            paths.append(wait["path"])
        ctx.set("waiters", waiters, JSON)
        return None

    async def sweep(self, ctx: ObjectContext, oldest: float) -> None:
        """Forget what came up to a moment; of a topic that nobody uses, nothing is left."""
        log = [each for each in await ctx.get("log", JSON) or [] if each["at"] > oldest]
        if log:
            ctx.set("log", log, JSON)
            tell(ctx, self._names.topic, ctx.key(), "sweep", log[-1]["at"], _KEPT)
        else:
            ctx.clear("log")

    async def leave(self, ctx: ObjectContext, wait: dict[str, Any]) -> None:
        """A run does not wait for this any more."""
        waiters = await self._waiters(ctx)
        paths = [path for path in waiters.pop(wait["run"], []) if path != wait["path"]]
        if paths:
            waiters[wait["run"]] = paths
        if waiters:
            ctx.set("waiters", waiters, JSON)
        else:
            ctx.clear("waiters")

    async def _waiters(self, ctx: ObjectContext) -> dict[str, list[str]]:
        return await ctx.get("waiters", JSON) or {}
