"""What a workflow of the suite is, and the tools that it may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock.sdk import Rejected, Retryable, ServiceUnavailable

from .harness import Harness
from .service import IDEMPOTENT, READ


@dataclass(frozen=True)
class Case:
    """
    Attributes:
        steps: of the workflow ``main``, as YAML; what follows them at its top level as well.
        effects: how many each tool has that is named.
        order: the calls of ``book`` and ``free`` in their order, if that is certain.
        others: further workflows.
        choice: what a person decides on the step ``ask``.
    """

    name: str
    steps: str
    output: Any = None
    status: str = "succeeded"
    error: str = ""
    effects: Mapping[str, int] = field(default_factory=dict)
    order: list[str] | None = None
    others: tuple[str, ...] = ()
    choice: str = ""


def furnish(harness: Harness, case: Case) -> None:
    """The tools and workflows of a case."""
    seen: set[str] = set()

    def first() -> bool:
        """Whether the service sees this idempotency key for the first time."""
        key = harness.tools.made[-1][1]
        new, _ = key not in seen, seen.add(key)
        return new

    async def slow(n: int, seconds: float) -> int:
        await harness.world.sleep(seconds)
        return n

    add = harness.tools.add
    add("t.add", lambda n: n + 1, IDEMPOTENT)
    add("t.read", lambda n: n, READ)
    add("t.slow", slow, READ)
    add("t.page", lambda after: {"rows": [after, after + 1], "next": (after + 2) % 6}, READ)
    add("t.book", lambda what: f"{what}-1", IDEMPOTENT)
    add("t.free", lambda what: None, IDEMPOTENT)
    add("t.free_later", lambda what: raise_if(first(), Retryable("busy")), IDEMPOTENT)
    add("t.flaky", lambda: raise_if(first(), Retryable("once more")), IDEMPOTENT)
    add(
        "t.away",
        lambda: raise_if(first(), ServiceUnavailable("gone", retry_after=7200)),
        IDEMPOTENT,
    )
    add("t.refuse", lambda: raise_if(True, Rejected("refused")), READ)
    for text in case.others:
        harness.template(text)
    harness.template(f"workflow: main\n{case.steps}")


def raise_if(so: bool, error: Exception) -> str:
    if so:
        raise error
    return "fine"


def booking(what: str, undo: str = "t.free") -> str:
    return (
        f"{{id: {what}, call: t.book, with: {{what: {what}}}, "
        f'compensate: {{call: {undo}, with: {{what: "${{{{ steps.{what} }}}}"}}}}}}'
    )
