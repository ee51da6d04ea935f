"""How our services in Restate name and tell each other things."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from restate import InvocationRetryPolicy, ObjectContext, RestateDurableFuture, RunOptions
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


def again(at_most: float) -> InvocationRetryPolicy:
    """What a daemon died over is offered again, without end: nobody has to resume it by hand."""
    return InvocationRetryPolicy(
        timedelta(seconds=min(0.05, at_most)), 2.0, timedelta(seconds=at_most)
    )


@dataclass(frozen=True, slots=True)
class Names:
    """The names of our objects on the server.

    Attributes:
        run: objects by id of a run: its lives, and the steps on record.
        desk: objects by id of a run: what everybody may ask and tell of it at any time.
        topic: objects by event: who waits for it, and what came.
    """

    run: str
    desk: str
    topic: str

    @classmethod
    def within(cls, namespace: str) -> Names:
        return cls(f"{namespace}_run", f"{namespace}_desk", f"{namespace}_topic")


def tell(
    ctx: ObjectContext, service: str, key: str, handler: str, argument: Any, after: float = 0.0
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
