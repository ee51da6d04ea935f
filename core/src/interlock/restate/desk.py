"""The desk of a run: its record, its mail, its questions; open while the run is at work.

The object that does the work of a run is held by that work, for as long as the run lives. What
others ask and tell of it goes to this object beside it, whose handlers are short, and which does
one thing at a time: so starting is idempotent, the first decision is the decision, and no
message is lost, whoever asks which daemon.
"""

from __future__ import annotations

from typing import Any

from restate import ObjectContext, VirtualObject

from interlock.restate.ends import await_end, tell_of_end
from interlock.restate.mail import Mail
from interlock.restate.options import RestateOptions
from interlock.restate.questions import Questions
from interlock.restate.records import Head, head_at, stand
from interlock.restate.wire import FORGOTTEN, JSON, Names, again, tell

Argument = dict[str, Any]
_NOTHING: dict[str, Any] = {"value": None}


class Desk:
    """The handlers."""

    def __init__(self, names: Names, options: RestateOptions) -> None:
        self._names = names
        self._options = options
        self._mail = Mail()
        self._questions = Questions(self._mail)

    def bind(self) -> VirtualObject:
        desk = VirtualObject(
            self._names.desk,
            invocation_retry_policy=again(self._options.offer_again),
            journal_retention=FORGOTTEN,
            idempotency_retention=FORGOTTEN,
        )
        for handler in (
            self.create,
            self.turn,
            self.reopen,
            self.move,
            self.trial,
            self.acquit,
            self.aside,
            self.stand,
            self.report,
            self.control,
            self._mail.put,
            self._mail.listen,
            self._questions.ask,
            self._questions.withdraw,
            self._questions.decide,
            self.await_end,
            self.forget,
        ):
            desk.handler(handler.__name__, input_serde=JSON, output_serde=JSON)(handler)
        return desk

    # How the run stands

    async def create(self, ctx: ObjectContext, order: Argument) -> Any:
        """Begin a run of this id unless there is one: ``{created, head}``."""
        if (head := await head_at(ctx)) is not None:
            return {"created": False, "head": head}
        head = {**order["head"], "life": 1}
        ctx.set("source", order["source"], JSON)
        if (place := order["place"]) is None:
            self._begin(ctx, head, order["source"], rows=order["rows"])
        else:
            self._enter(ctx, head, place)
        stand(ctx, head)
        return {"created": True, "head": head}

    def _enter(self, ctx: ObjectContext, head: Head, place: Argument) -> None:
        """Let a run wait for its turn."""
        waiting = {"reason": f"queue {place['queue']}", "until": None, "step": ""}
        head |= {"queue": place["queue"], "rests": "queue"}
        head |= {"status": "waiting", "waiting": waiting}
        who = {"run": head["id"], "key": place["key"], "priority": place["priority"]}
        tell(ctx, self._names.queue, place["queue"], "enter", {**who, "at": head["created"]})

    async def turn(self, ctx: ObjectContext, at: float) -> None:
        """The run may begin; it may have been stopped before, and begun to say so."""
        head = await head_at(ctx)
        if head is not None and head.get("rests") == "queue":
            await self._begin_rested(ctx, head, at)
            stand(ctx, head)

    async def _begin_rested(self, ctx: ObjectContext, head: Head, at: float) -> None:
        head |= {"rests": None, "status": "running", "waiting": None}
        source: Any = await ctx.get("source", JSON)
        self._begin(ctx, head, source, now=at)

    async def move(self, ctx: ObjectContext, order: Argument) -> Any:
        """Let a run that waits go on with another version, in another life: ``{moved}``.

        ``known`` is how the run was known: if that changed, it is not moved.
        """
        head = await head_at(ctx)
        if head is None or any(head[name] != value for name, value in order["known"].items()):
            return {"moved": False}
        head["version"] = order["version"]
        ctx.set("source", order["source"], JSON)
        if not head.get("rests"):
            await self._leave(ctx, head)
            self._begin(ctx, head, order["source"], now=order["at"])
        stand(ctx, head)
        return {"moved": True}

    async def _leave(self, ctx: ObjectContext, head: Head) -> None:
        """What the life so far has to say does not count any more."""
        head["life"] += 1
        ctx.clear("trial")
        await self._mail.nobody_listens(ctx)

    # Whether it is to blame

    async def trial(self, ctx: ObjectContext, attempt: Argument) -> None:
        """The run is gone on with once more, ``{life, progress}``."""
        known = await ctx.get("trial", JSON) or {}
        count = known["count"] if {**known, **attempt} == known else 0
        ctx.set("trial", {**attempt, "count": count + 1}, JSON)

    async def acquit(self, ctx: ObjectContext, count: int) -> None:
        """Whatever becomes of the run from here on, so many attempts count."""
        if known := await ctx.get("trial", JSON):
            ctx.set("trial", {**known, "count": min(count, known["count"])}, JSON)

    async def aside(self, ctx: ObjectContext, order: Argument) -> None:
        """Nobody is to go on with the run before somebody resumes or stops it."""
        head = await head_at(ctx)
        if head is None or head["finished"] is not None or head["life"] != order["life"]:
            return
        await self._leave(ctx, head)
        waiting = {"reason": order["reason"], "until": None, "step": ""}
        head |= {"rests": "aside", "intent": "pause", "status": "paused", "waiting": waiting}
        stand(ctx, head)

    async def reopen(self, ctx: ObjectContext, order: Argument) -> Any:
        """Let a run that is over live again, if it ended as ``only`` says: ``{reopened, head}``.

        ``forget`` has the paths of the steps that are to be done again.
        """
        head = await head_at(ctx)
        if head is None or head["finished"] is None or head["status"] not in order["only"]:
            return {"reopened": False, "head": head}
        cleared = {"finished": None, "output": _NOTHING, "problem": None, "waiting": None}
        head = {**head, **cleared, **order["become"], "life": head["life"] + 1}
        ctx.clear("mail")
        for path in order["forget"]:
            ctx.clear(f"ask/{path}")
        stand(ctx, head)
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
        head = await head_at(ctx)
        if head is None or head["life"] != changes["life"]:
            return
        head |= changes
        stand(ctx, head)
        if head["finished"] is None:
            return
        ctx.clear("mail")
        ctx.clear("reports")
        await tell_of_end(ctx)
        await self._questions.withdraw_all(ctx)
        tell(ctx, self._names.desk, ctx.key(), "forget", head["life"], self._options.keep)
        if (queue := head.get("queue")) is not None:
            tell(ctx, self._names.queue, queue, "leave", head["id"])
        if head["parent"] is not None:
            end = {name: head[name] for name in ("status", "output", "problem")}
            message = {"kind": "child", "run": head["id"], "at": head["finished"], **end}
            tell(ctx, self._names.desk, head["parent"], "put", message)

    async def await_end(self, ctx: ObjectContext, awakeable: str) -> None:
        """Somebody waits for the end of the run; of one that is not there, it is over."""
        head = await head_at(ctx)
        await await_end(ctx, awakeable, over=head is None or head["finished"] is not None)

    async def report(self, ctx: ObjectContext, reports: Argument) -> None:
        """How far calls are, by path: the last word of each."""
        head = await head_at(ctx)
        if head is not None and head["finished"] is None:
            ctx.set("reports", {**(await ctx.get("reports", JSON) or {}), **reports}, JSON)

    async def forget(self, ctx: ObjectContext, life: int) -> None:
        """Drop the record of a run that is over and was not begun again."""
        head = await head_at(ctx)
        if head is not None and head["life"] == life and head["finished"] is not None:
            tell(ctx, self._names.run, ctx.key(), "forget", None)
            ctx.clear_all()

    # What operators want

    async def control(self, ctx: ObjectContext, wish: Argument) -> Any:
        """``cancel``, ``pause`` or ``resume``; a conflict, in words, if that cannot be."""
        head = await head_at(ctx)
        if head is None or head["finished"] is not None:
            over = f"run {ctx.key()} is over: {head['status']}" if head else "there is no such run"
            return {} if wish["kind"] == "cancel" else {"conflict": over}
        if conflict := _conflict(head, wish):
            return {"conflict": conflict}
        match wish["kind"]:
            case "cancel" if head["status"] != "compensating":
                head["intent"] = "cancel" if wish["undo"] else "abandon"
                if head.get("rests"):
                    await self._begin_rested(ctx, head, wish["at"])
            case "pause":
                head["intent"] = "pause"
            case "resume":
                head["intent"] = None
                if head.get("rests") == "aside":
                    await self._begin_rested(ctx, head, wish["at"])
        stand(ctx, head)
        await self._mail.put(ctx, wish)
        return {}


def _conflict(head: Head, wish: Argument) -> str:
    run = f"run {head['id']}"
    stopping = head["intent"] in ("cancel", "abandon") or head["status"] == "compensating"
    if wish["kind"] == "pause" and stopping:
        return f"{run} is being stopped"
    if wish["kind"] == "resume" and head["intent"] != "pause":
        return f"{run} is not paused"
    return ""
