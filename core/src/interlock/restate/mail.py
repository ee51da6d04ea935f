"""What a run is told, until it has taken it: part of its desk."""

from __future__ import annotations

from typing import Any

from restate import ObjectContext

from interlock.restate.records import head_at
from interlock.restate.wire import JSON

Message = dict[str, Any]
"""``{kind, at}`` and what that kind needs."""


class Mail:
    """Keeps messages in their order, and hands them to the life that listens."""

    async def put(self, ctx: ObjectContext, message: Message) -> None:
        """Tell the run something; what it is told once it is over is lost on it."""
        head = await head_at(ctx)
        if head is None or head["finished"] is not None:
            return
        mail = await self._kept(ctx)
        mail["last"] += 1
        mail["messages"].append([mail["last"], message])
        self._deliver(ctx, mail)

    async def listen(self, ctx: ObjectContext, wait: dict[str, Any]) -> None:
        """The run has taken what came up to ``after``, and waits for more."""
        mail = await self._kept(ctx)
        mail["messages"] = [each for each in mail["messages"] if each[0] > wait["after"]]
        mail["waiter"] = wait["awakeable"]
        self._deliver(ctx, mail)

    async def _kept(self, ctx: ObjectContext) -> Any:
        return await ctx.get("mail", JSON) or {"last": 0, "messages": [], "waiter": None}

    def _deliver(self, ctx: ObjectContext, mail: Any) -> None:
        if mail["messages"] and mail["waiter"] is not None:
            ctx.resolve_awakeable(mail["waiter"], mail["messages"], JSON)
            mail["waiter"] = None
        ctx.set("mail", mail, JSON)

    async def nobody_listens(self, ctx: ObjectContext) -> None:
        """The life that listened is over."""
        ctx.set("mail", {**await self._kept(ctx), "waiter": None}, JSON)
