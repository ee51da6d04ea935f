"""How our services in Restate name and tell each other things."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, NamedTuple

import orjson
from restate import (
    Context,
    InvocationRetryPolicy,
    ObjectContext,
    RestateDurableFuture,
    RunOptions,
)
from restate.serde import Serde


class _Json(Serde[Any]):
    def deserialize(self, buf: bytes) -> Any:
        return orjson.loads(buf) if buf else None

    def serialize(self, obj: Any) -> bytes:
        return orjson.dumps(obj)


JSON = _Json()
VALUE = RunOptions[Any](serde=JSON)

FORGOTTEN = timedelta(0)
"""How long Restate keeps what an invocation did that is over: what counts is in the state."""


WORK = "\t"
"""Between path and kind in the names of what a run does for real, in Restate's journal."""


# Restate's own default is to wait for an operator after seventy attempts.
_WITHOUT_END = 2**31


def again(at_most: float) -> InvocationRetryPolicy:
    """What a daemon died over is offered again, without end: nobody has to resume it by hand."""
    return InvocationRetryPolicy(
        timedelta(seconds=min(0.05, at_most)), 2.0, timedelta(seconds=at_most), _WITHOUT_END
    )


class Names(NamedTuple):
    """The names of our objects and services on the server.

    Attributes:
        run: objects by id of a run: its lives, and the steps on record.
        desk: objects by id of a run: what everybody may ask and tell of it at any time.
        topic: objects by event: who waits for it, and what came.
        queue: objects by queue: who waits for his turn, and who has it.
        ends: a service, which answers once a run is over.
    """

    run: str
    desk: str
    topic: str
    queue: str
    ends: str

    @classmethod
    def within(cls, namespace: str) -> Names:
        return cls(*(f"{namespace}_{each}" for each in cls._fields))


def tell(
    ctx: Context, service: str, key: str, handler: str, argument: Any, after: float = 0.0
) -> None:
    """Have an object do something, in ``after`` seconds; what one tells another keeps its order."""
    delay = timedelta(seconds=after) if after else None
    ctx.generic_send(service, handler, orjson.dumps(argument), key, delay)


def ask(
    ctx: ObjectContext, service: str, key: str, handler: str, argument: Any
) -> RestateDurableFuture[bytes]:
    """Have an object do something, and hear its answer as JSON."""
    return ctx.generic_call(service, handler, orjson.dumps(argument), key)


def aside(
    ctx: ObjectContext, name: str, do: Callable[[], Coroutine[Any, Any, None]]
) -> RestateDurableFuture[Any]:
    """Do something here, at least once, without an answer."""
    return ctx.run_typed(name, do, VALUE)
