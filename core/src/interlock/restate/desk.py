"""The desk of a run: its record, its mail, its questions; open while the run is at work.

The object that does the work of a run is held by that work, for as long as the run lives. What
others ask and tell of it goes to this object beside it, whose handlers are short, and which does
one thing at a time: so starting is idempotent, the first decision is the decision, and no
message is lost, whoever asks which daemon.
"""

from __future__ import annotations

from typing import Any

from restate import ObjectContext, VirtualObject

from interlock.restate.options import RestateOptions
from interlock.restate.records import Head
from interlock.restate.wire import FORGOTTEN, JSON, Names, again, tell

Argument = dict[str, Any]
_NOTHING: dict[str, Any] = {"value": None}


class Desk:
    """The handlers."""

    def __init__(self, names: Names, options: RestateOptions) -> None:
        self._names = names
        self._options = options

    def bind(self) -> VirtualObject:
        desk = VirtualObject(
            self._names.desk,
            invocation_retry_policy=again(self._options.offer_again),
            journal_retention=FORGOTTEN,
            idempotency_retention=FORGOTTEN,
        )
        for handler in (
            self.create,
            self.reopen,
            self.stand,
            self.control,
            self.put,
            self.listen,
            self.ask,
            self.withdraw,
            self.decide,
            self.forget,
        ):
            desk.handler(handler.__name__, input_serde=JSON, output_serde=JSON)(handler)
        return desk

    # How the run stands

    async def create(self, ctx: ObjectContext, order: Argument) -> Any:
        """Begin a run of this id unless there is one: ``{created, head}``."""
        if (head := await ctx.get("head", JSON)) is not None:
            return {"created": False, "head": head}
        head = {**order["head"], "life": 1}
        ctx.set("source", order["source"], JSON)
        self._stand(ctx, head)
        self._begin(ctx, head, order["source"], rows=order["rows"])
        return {"created": True, "head": head}

    async def reopen(self, ctx: ObjectContext, order: Argument) -> Any:
        """Let a run that is over live again, if it ended as ``only`` says: ``{reopened, head}``.

        ``forget`` has the paths of the steps that are to be done again.
        """
        head = await ctx.get("head", JSON)
        if head is None or head["finished"] is None or head["status"] not in order["only"]:
            return {"reopened": False, "head": head}
        cleared = {"finished": None, "output": _NOTHING, "problem": None, "waiting": None}
        head = {**head, **cleared, **order["become"], "life": head["life"] + 1}
        ctx.clear("mail")
        for path in order["forget"]:
            ctx.clear(f"ask/{path}")
        self._stand(ctx, head)
        source: Any = await ctx.get("source", JSON)
        self._begin(ctx, head, source, forget=order["forget"], now=order["at"])
        return {"reopened": True, "head": head}

    def _begin(
        self,
        ctx: ObjectContext,
        head: Head,
        source: str,
        *,
        rows: list[Any] | None = None,
        forget: list[str] | None = None,
        now: float | None = None,
    ) -> None:
        order = {
            "head": head,
            "source": source,
            "rows": rows or [],
            "forget": forget or [],
            "now": head["created"] if now is None else now,
        }
        tell(ctx, self._names.run, ctx.key(), "drive", order)

    async def stand(self, ctx: ObjectContext, changes: Argument) -> None:
        """The run says how it stands now; its parent hears of its end."""
        head = await ctx.get("head", JSON)
        if head is None or head["life"] != changes["life"]:
            return
        head |= changes
        self._stand(ctx, head)
        if head["finished"] is None:
            return
        ctx.clear("mail")
        await self._withdraw_all(ctx)
        tell(ctx, self._names.desk, ctx.key(), "forget", head["life"], self._options.keep)
        if head["parent"] is not None:
            end = {name: head[name] for name in ("status", "output", "problem")}
            message = {"kind": "child", "run": head["id"], "at": head["finished"], **end}
            tell(ctx, self._names.desk, head["parent"], "put", message)

    def _stand(self, ctx: ObjectContext, head: Head) -> None:
        """Every change has a number, by which it is noticed elsewhere."""
        head["number"] = head.get("number", 0) + 1
        ctx.set("head", head, JSON)
        ctx.set("number", head["number"], JSON)

    async def forget(self, ctx: ObjectContext, life: int) -> None:
        """Drop the record of a run that is over and was not begun again."""
        head = await ctx.get("head", JSON)
        if head is not None and head["life"] == life and head["finished"] is not None:
            tell(ctx, self._names.run, ctx.key(), "forget", None)
            ctx.clear_all()

    # What operators want

    async def control(self, ctx: ObjectContext, wish: Argument) -> Any:
        """``cancel``, ``pause`` or ``resume``; a conflict, in words, if that cannot be."""
        head = await ctx.get("head", JSON)
        if head is None or head["finished"] is not None:
            over = f"run {ctx.key()} is over: {head['status']}" if head else "there is no such run"
            return {} if wish["kind"] == "cancel" else {"conflict": over}
        if conflict := _conflict(head, wish):
            return {"conflict": conflict}
        match wish["kind"]:
            case "cancel" if head["status"] != "compensating":
                head["intent"] = "cancel" if wish["undo"] else "abandon"
            case "pause":
                head["intent"] = "pause"
            case "resume":
                head["intent"] = None
        self._stand(ctx, head)
        await self.put(ctx, wish)
        return {}

    # Its mail

    async def put(self, ctx: ObjectContext, message: Argument) -> None:
        """Tell the run something; what it is told once it is over is lost on it."""
        head = await ctx.get("head", JSON)
        if head is None or head["finished"] is not None:
            return
        mail = await self._mail(ctx)
        mail["last"] += 1
        mail["messages"].append([mail["last"], message])
        self._deliver(ctx, mail)

    async def listen(self, ctx: ObjectContext, wait: Argument) -> None:
        """The run has taken what came up to ``after``, and waits for more."""
        mail = await self._mail(ctx)
        mail["messages"] = [each for each in mail["messages"] if each[0] > wait["after"]]
        mail["waiter"] = wait["awakeable"]
        self._deliver(ctx, mail)

    async def _mail(self, ctx: ObjectContext) -> Any:
        return await ctx.get("mail", JSON) or {"last": 0, "messages": [], "waiter": None}

    def _deliver(self, ctx: ObjectContext, mail: Any) -> None:
        if mail["messages"] and mail["waiter"] is not None:
            ctx.resolve_awakeable(mail["waiter"], mail["messages"], JSON)
            mail["waiter"] = None
        ctx.set("mail", mail, JSON)

    # What it asks people

    async def ask(self, ctx: ObjectContext, question: Argument) -> None:
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

    async def _withdraw_all(self, ctx: ObjectContext) -> None:
        for key in await ctx.state_keys():
            if key.startswith("ask/"):
                question: Any = await ctx.get(key, JSON)
                if question["decision"] is None:
                    ctx.clear(key)

    async def decide(self, ctx: ObjectContext, answer: Argument) -> Any:
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
        await self.put(ctx, {**message, "decision": decision})
        return {}

    async def _number(self, ctx: ObjectContext) -> None:
        if (head := await ctx.get("head", JSON)) is not None:
            self._stand(ctx, head)


def _conflict(head: Head, wish: Argument) -> str:
    run = f"run {head['id']}"
    stopping = head["intent"] in ("cancel", "abandon") or head["status"] == "compensating"
    if wish["kind"] == "pause" and stopping:
        return f"{run} is being stopped"
    if wish["kind"] == "resume" and head["intent"] != "pause":
        return f"{run} is not paused"
    return ""
