"""A queue: the runs that wait for their turn, and those that have it.

One object for each queue, which does one thing at a time: so whose turn it is is decided once,
whichever daemons the runs are on. Each run that waits has an entry of its own, named so that
entries sort in the order in which it is their turn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import orjson
from restate import ObjectContext, VirtualObject

from interlock.restate.options import RestateOptions
from interlock.restate.wire import FORGOTTEN, JSON, Names, again, tell

WAITING = "wait/"
_HIGHEST = 10**18


class _Entry(NamedTuple):
    name: str
    run: str
    key: str


class Queue:
    """The handlers."""

    def __init__(self, names: Names, options: RestateOptions) -> None:
        self._names = names
        self._options = options

    def bind(self) -> VirtualObject:
        queue = VirtualObject(
            self._names.queue,
            state_preload=False,
            invocation_retry_policy=again(self._options.offer_again),
            journal_retention=FORGOTTEN,
            idempotency_retention=FORGOTTEN,
        )
        for handler in (self.limit, self.enter, self.leave, self.look):
            queue.handler(handler.__name__, input_serde=JSON, output_serde=JSON)(handler)
        return queue

    async def limit(self, ctx: ObjectContext, limits: dict[str, Any]) -> None:
        """Have these limits from now on: ``{concurrency, per_key, rate}``, rate as a pair.

        Who has his turn keeps it.
        """
        if limits != await ctx.get("limits", JSON):
            ctx.set("limits", limits, JSON)
            await self._admit(ctx)

    async def enter(self, ctx: ObjectContext, place: dict[str, Any]) -> None:
        """A run, ``{run, key, priority, at}``, waits for its turn."""
        number = (await ctx.get("last", JSON) or 0) + 1
        ctx.set("last", number, JSON)
        rank = _HIGHEST - max(-_HIGHEST, min(_HIGHEST, place["priority"]))
        who = orjson.dumps([place["run"], place["key"]]).decode()
        ctx.set(f"{WAITING}{rank:019d}/{number:012d}/{who}", place["at"], JSON)
        await self._admit(ctx)

    async def leave(self, ctx: ObjectContext, run: str) -> None:
        """A run is over, or does not wait for its turn any more."""
        active = await self._active(ctx)
        if active.pop(run, None) is not None:
            ctx.set("active", active, JSON)
        else:
            for entry in await self._waiting(ctx):
                if entry.run == run:
                    ctx.clear(entry.name)
        await self._admit(ctx)

    async def look(self, ctx: ObjectContext, _: Any) -> None:
        """By now the rate may allow more."""
        ctx.clear("look")
        await self._admit(ctx)

    async def _admit(self, ctx: ObjectContext) -> None:
        """Give a turn to as many as there is room for, by priority and then by age."""
        limits: Any = await ctx.get("limits", JSON) or {}
        active = await self._active(ctx)
        room = float("inf")
        if (most := limits.get("concurrency")) is not None:
            room = most - len(active)
        if room <= 0 or not (waiting := await self._waiting(ctx)):
            return
        now = await ctx.time()
        begun = await self._begun(ctx, limits, now)
        if limits.get("rate") is not None:
            room = min(room, limits["rate"][0] - len(begun))
        chosen = list(_chosen(waiting, Counter(active.values()), limits.get("per_key"), room))
        for entry in chosen:
            ctx.clear(entry.name)
            active[entry.run] = entry.key
            begun.append(now)
            tell(ctx, self._names.desk, entry.run, "turn", now)
        if chosen:
            ctx.set("active", active, JSON)
        if limits.get("rate") is not None:
            ctx.set("begun", begun, JSON)
            if len(chosen) < len(waiting):
                await self._look_later(ctx, limits["rate"], begun, now)

    async def _look_later(
        self, ctx: ObjectContext, rate: Sequence[float], begun: Sequence[float], now: float
    ) -> None:
        limit, period = rate
        if len(begun) < limit or await ctx.get("look", JSON):
            return
        ctx.set("look", True, JSON)
        due = begun[-int(limit)] + period
        tell(ctx, self._names.queue, ctx.key(), "look", None, max(0.001, due - now))

    async def _begun(self, ctx: ObjectContext, limits: Any, now: float) -> list[float]:
        """When runs had their turn that the rate still counts."""
        if limits.get("rate") is None:
            return []
        begun: Any = await ctx.get("begun", JSON) or []
        return [moment for moment in begun if moment > now - limits["rate"][1]]

    async def _active(self, ctx: ObjectContext) -> dict[str, str]:
        return await ctx.get("active", JSON) or {}

    async def _waiting(self, ctx: ObjectContext) -> list[_Entry]:
        names = sorted(key for key in await ctx.state_keys() if key.startswith(WAITING))
        return [_Entry(name, *orjson.loads(name.split("/", 3)[3])) for name in names]


def _chosen(
    waiting: Sequence[_Entry], of_key: Counter[str], per_key: int | None, room: float
) -> Iterator[_Entry]:
    for entry in waiting:
        if room <= 0:
            return
        if per_key is None or of_key[entry.key] < per_key:
            of_key[entry.key] += 1
            room -= 1
            yield entry
