"""What an engine needs to be held to the suite: a fixture that implements :class:`Harness`.

The suite asks for nothing but this and ``interlock.workflows.Engine``. Another engine is added to
the fixture in ``conftest.py``, which also says what is left out for one, and why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from interlock.journal import Limits
from interlock.sdk import World
from interlock.workflows import Engine, Template

from .service import Service


class Life(Protocol):
    """One process with the engine in it, from its start to its end."""

    engine: Engine

    async def run(self, workflow: str, input: Mapping[str, Any] | None = None) -> Any:
        """Start a run, and its output."""
        ...

    async def start(self, workflow: str, run_id: str) -> None:
        """Start a run; once it is acknowledged it must not be lost."""
        ...

    async def publish(self, name: str, key: str = "", **payload: Any) -> None:
        """An event comes from outside."""
        ...

    async def quiet(self) -> None:
        """Until nothing more happens without time passing."""
        ...

    async def pass_time(self, seconds: float) -> None: ...

    async def to_the_end(self, run_id: str, choice: str = "") -> None:
        """Until a run is over or the process dead, with as much time as it takes.

        Args:
            choice: what Ann decides on every question whose id ends with ``ask``.
        """
        ...


class Harness(Protocol):
    """An engine with its record, which outlives its processes.

    Attributes:
        tools: what the engine calls; it remembers what it did, whatever happens to the engine.
    """

    @property
    def world(self) -> World: ...

    tools: Service

    def template(self, text: str) -> Template:
        """Have a workflow from the next life on."""
        ...

    def code(self, function: Callable[..., Any]) -> Template: ...

    def forget_templates(self) -> None:
        """From the next life on there are none."""
        ...

    def queue(self, name: str, limits: Limits) -> None:
        """Have a queue that workflows may name, from the next life on."""
        ...

    async def recorded(self) -> set[str]:
        """Between two lives: idempotency keys of the calls whose success is on record."""
        ...

    def life(self) -> AbstractAsyncContextManager[Life]:
        """The end of the block is the end of the process; what is in flight then is lost.

        It dies at once, as by ``kill -9``, when ``tools`` says so: what was not recorded by
        then never will be.
        """
        ...
