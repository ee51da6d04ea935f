"""What a run asks people: part of its desk."""

from __future__ import annotations

from typing import Any

from restate import ObjectContext

from interlock.restate.mail import Mail
from interlock.restate.records import head_at, stand
from interlock.restate.wire import JSON


class Questions:
    """Each belongs to a step."""

    def __init__(self, mail: Mail) -> None:
        self._mail = mail

    async def ask(self, ctx: ObjectContext, question: dict[str, Any]) -> None:
        """Put a question; one that was put already stays as it is."""
        place = f"ask/{question['step']}"
        if await ctx.get(place, JSON) is None:
            ctx.set(place, {**question, "decided": None, "decision": None}, JSON)
            await self._number(ctx)

    async def withdraw(self, ctx: ObjectContext, step: str) -> None:
        question = await ctx.get(f"ask/{step}", JSON)
        if question is not None and question["decision"] is None:
            ctx.clear(f"ask/{step}")
            await self._number(ctx)

    async def withdraw_all(self, ctx: ObjectContext) -> None:
        for key in await ctx.state_keys():
            if key.startswith("ask/"):
                question: Any = await ctx.get(key, JSON)
                if question["decision"] is None:
                    ctx.clear(key)

    async def decide(self, ctx: ObjectContext, answer: dict[str, Any]) -> Any:
        """The first decision is the decision; a later one is a conflict."""
        question = await ctx.get(f"ask/{answer['step']}", JSON)
        if question is None:
            return {"conflict": f"run {ctx.key()} does not ask that any more"}
        if question["decision"] is not None:
            return {"conflict": f"approval {ctx.key()}:{answer['step']} was decided already"}
        decision = answer["decision"]
        decided = {**question, "decided": decision["at"], "decision": decision}
        ctx.set(f"ask/{answer['step']}", decided, JSON)
        await self._number(ctx)
        message = {"kind": "decision", "step": answer["step"], "at": decision["at"]}
        await self._mail.put(ctx, {**message, "decision": decision})
        return {}

    async def _number(self, ctx: ObjectContext) -> None:
        if (head := await head_at(ctx)) is not None:
            stand(ctx, head)
