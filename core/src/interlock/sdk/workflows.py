"""Workflows written in Python: the ``@workflow`` mark, and what its coroutine may await.

::

    @workflow()
    async def fulfil(ctx: WorkflowContext, order: str, amount: float) -> str:
        hold = await ctx.call("stock.reserve", {"order": order}, compensate=release)
        paid = await ctx.wait_for("order.paid", key=order, timeout=3 * 86400)
        await ctx.gather(*(ctx.call("mail.send", {"to": to}) for to in paid["payload"]["to"]))
        return hold["id"]

The coroutine is driven by the engine, from the record: after a crash it is run again from its
beginning and gets back what was recorded. So it awaits nothing but what its context offers, and
depends on nothing but its input, what it awaited and ``ctx.now()``, ``ctx.random()`` and
``ctx.new_id()``. Whatever else it awaits is refused at once, with its line.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any, Literal, Protocol, TypeVar

T = TypeVar("T")
WorkflowFunction = TypeVar("WorkflowFunction", bound=Callable[..., Awaitable[Any]])
Compensation = Callable[[Any], Awaitable[Any]]
"""Undoes a step, from its output; from None if nobody knows how the step ended."""


@dataclass(frozen=True, slots=True)
class WorkflowMark:
    """Left on a coroutine function by :func:`workflow`."""

    name: str
    description: str
    aliases: tuple[str, ...]
    timeout: float | None
    queue: str | None
    on: tuple[str, ...] = ()


class WorkflowContext(Protocol):
    """What the coroutine of a workflow may await; each is recorded, and done once.

    ``id`` names a step in the record; without one it is named after what it does and its place
    among such steps of the same branch. Errors are those of ``interlock.sdk.errors``.
    """

    run_id: str

    async def call(
        self,
        tool: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        id: str = "",
        attempts: int | None = None,
        backoff: float = 1.0,
        timeout: float | None = None,
        compensate: Compensation | None = None,
        in_doubt: Literal["fail", "retry", "ask"] = "fail",
    ) -> Any:
        """Call a tool; its JSON result.

        Args:
            attempts: the first one included, after failures that may pass; default: ten, within
                some minutes. Waits for a service that is down do not count.
            backoff: seconds before the second attempt, doubled before each later one.
            timeout: seconds for all attempts.
            compensate: awaited if the run fails later.
            in_doubt: what to do if the process died during a call that cannot be repeated.
        """
        ...

    async def run(
        self, workflow: str, input: Mapping[str, Any], *, id: str = "", detached: bool = False
    ) -> Any:
        """Run another workflow; its output, or ``{"run": id}`` at once if it is detached."""
        ...

    async def publish(self, event: str, payload: Mapping[str, Any], *, id: str = "") -> str:
        """Publish an event once; its id."""
        ...

    async def sleep(self, seconds: float, *, id: str = "") -> None:
        """Let time pass, also while the process is down."""
        ...

    async def sleep_until(self, moment: datetime | float, *, id: str = "") -> None:
        """Wait until a moment; a number is seconds since the epoch, a naive one is UTC."""
        ...

    async def wait_for(
        self,
        event: str,
        *,
        key: str | None = None,
        where: Callable[[Mapping[str, Any]], bool] | None = None,
        timeout: float | None = None,
        id: str = "",
    ) -> dict[str, Any]:
        """Wait for an event since the run began: ``{id, name, key, payload}``.

        Raises:
            DeadlineExceeded: none came within ``timeout`` seconds.
        """
        ...

    async def approve(
        self,
        title: str,
        *,
        show: Any = None,
        choices: Sequence[str] = ("approve", "reject"),
        form: Mapping[str, Any] | None = None,
        who: Sequence[str] = (),
        default: str | None = None,
        timeout: float | None = None,
        id: str = "",
    ) -> dict[str, Any]:
        """Ask people: ``{choice, values, by, comment, at}``.

        Raises:
            DeadlineExceeded: nobody decided in ``timeout`` seconds, and there is no ``default``.
        """
        ...

    async def gather(self, *branches: Awaitable[Any], limit: int | None = None) -> list[Any]:
        """Await branches side by side; results in order. The first failure stops the others."""
        ...

    async def first(self, *branches: Awaitable[T]) -> T:
        """The result of the branch that succeeds first; the others are stopped."""
        ...

    async def map(
        self,
        function: Callable[[Any], Awaitable[T]],
        items: Iterable[Any],
        *,
        concurrency: int | None = None,
    ) -> list[T]:
        """``function`` of each item, some at once; results in order."""
        ...

    async def within(self, seconds: float, branch: Awaitable[T]) -> T:
        """A branch's result.

        Raises:
            DeadlineExceeded: it took longer; it was stopped.
        """
        ...

    def now(self) -> float:
        """Seconds since the epoch when the last awaited operation of this branch ended."""
        ...

    def random(self) -> Random:
        """This branch's generator of random numbers: the same ones on every replay."""
        ...

    def new_id(self) -> str:
        """A new UUID: the same one on every replay."""
        ...


def workflow(
    *,
    name: str = "",
    description: str = "",
    aliases: tuple[str, ...] = (),
    timeout: float | None = None,
    queue: str | None = None,
    on: str | Sequence[str] = (),
) -> Callable[[WorkflowFunction], WorkflowFunction]:
    """Make a coroutine function a workflow; its signature is the schema of its input and output.

    Args:
        name: default: the function's name.
        description: default: its docstring.
        timeout: seconds for a whole run.
        queue: where its runs wait for their turn; one of the configuration.
        on: patterns of the events that start a run of it, each once; the function takes
            ``event``: ``{id, name, key, payload}``.
    """
    patterns = (on,) if isinstance(on, str) else tuple(on)

    def decorate(function: WorkflowFunction) -> WorkflowFunction:
        mark = WorkflowMark(
            name or function.__name__, description, aliases, timeout, queue, patterns
        )
        function.__interlock_workflow__ = mark  # type: ignore[attr-defined]
        return function

    return decorate


def workflow_mark(function: Any) -> WorkflowMark | None:
    """The mark that :func:`workflow` left, if any."""
    mark = getattr(function, "__interlock_workflow__", None)
    return mark if isinstance(mark, WorkflowMark) else None
