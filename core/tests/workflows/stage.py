"""A stage for workflow tests: real journal, virtual time, tools made of functions."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

from interlock.config.document import parse
from interlock.journal import Journal, open_journal
from interlock.sdk import Event, Facts, NotFound
from interlock.telemetry import Telemetry
from interlock.testing import VirtualWorld, settle
from interlock.workflows import EmbeddedEngine, EngineOptions, Template, load_template, template_of

READ = Facts(effect="read", idempotent=True)
IDEMPOTENT = Facts(effect="write", idempotent=True)
WRITE = Facts(effect="write", idempotent=False)

Function = Callable[..., Any]


@dataclass
class Tools:
    """The tools of a test; implements ``CallPort``. ``calls`` lists every call that was made."""

    functions: dict[str, tuple[Function, Facts]] = field(default_factory=dict)
    calls: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def add(self, name: str, function: Function, facts: Facts = READ) -> None:
        self.functions[name] = (function, facts)

    def facts(self, tool: str) -> Facts:
        if tool not in self.functions:
            raise NotFound(f"no tool {tool}")
        return self.functions[tool][1]

    def __call__(
        self, tool: str, arguments: Mapping[str, Any], *, idempotency_key: str, **_: Any
    ) -> Coroutine[Any, Any, Any]:
        return self._call(tool, arguments, idempotency_key)

    async def _call(self, tool: str, arguments: Mapping[str, Any], key: str) -> Any:
        self.facts(tool)
        self.calls.append((tool, arguments))
        self.keys.append(key)
        result = self.functions[tool][0](**arguments)
        return await result if inspect.isawaitable(result) else result

    def made(self, tool: str) -> list[Mapping[str, Any]]:
        return [arguments for name, arguments in self.calls if name == tool]


class Gate:
    """A tool that blocks in its first life and answers in the next."""

    def __init__(self) -> None:
        self.open = False
        self.waiting = 0

    async def __call__(self, **arguments: object) -> object:
        self.waiting += 1
        if not self.open:
            await asyncio.Event().wait()
        return arguments


def fail(error: Exception) -> None:
    """What a tool does that is a lambda."""
    raise error


class Stage:
    """One life of an engine after the other, on the same journal."""

    def __init__(self, path: Path, *, synchronous: str = "NORMAL") -> None:
        self.path = path
        self.world = VirtualWorld()
        self.tools = Tools()
        self.templates: list[Template] = []
        self.telemetry = Telemetry(world=self.world)
        self.options = EngineOptions(park_after=5.0)
        self._synchronous = synchronous

    def template(self, text: str) -> Template:
        template = load_template(parse(dedent(text), "test.yaml"))
        self.templates.append(template)
        return template

    def code(self, function: Callable[..., Any]) -> Template:
        template = template_of(function)
        self.templates.append(template)
        return template

    @asynccontextmanager
    async def life(self) -> AsyncIterator[Life]:
        """The engine from its start to its stop; what is in flight then is lost."""
        async with open_journal(self.path, self.world, synchronous=self._synchronous) as journal:  # type: ignore[arg-type] # a literal
            engine = EmbeddedEngine(
                journal, self.tools, self.world, telemetry=self.telemetry, options=self.options
            )
            for template in self.templates:
                engine.register(template)
            async with engine:
                yield Life(engine, journal, self.world)


@dataclass
class Life:
    engine: EmbeddedEngine
    journal: Journal
    world: VirtualWorld

    async def run(self, workflow: str, input: Mapping[str, Any] | None = None) -> Any:
        return await self.engine.wait(await self.engine.start(workflow, input or {}))

    async def publish(self, name: str, key: str = "", **payload: Any) -> None:
        """An event, as the bus hands it on once it is durable."""
        event = Event(name, payload, id=self.world.new_id(), key=key)
        await self.journal.events.append(event, "test")
        await self.engine.arrivals.event(event)
        await self.quiet()

    async def quiet(self) -> None:
        """Until nothing more happens without time passing."""
        still = 0
        while still < 3:
            await self.journal.writer.flush()
            await settle()
            still = 0 if self.journal.pending else still + 1

    async def pass_time(self, seconds: float) -> None:
        """Let time pass, timer by timer, as slowly as the journal needs."""
        until = self.world.monotonic() + seconds
        await self.quiet()
        while (due := self.world.next_due()) is not None and due <= until:
            await self.world.advance(due - self.world.monotonic())
            await self.quiet()
        await self.world.advance(until - self.world.monotonic())
        await self.quiet()


async def until(condition: Callable[[], bool]) -> None:
    """Let the event loop turn until it is so."""
    while not condition():
        await settle(1)
