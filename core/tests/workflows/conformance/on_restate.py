"""The engine on Restate under the suite: a real server, and real time, of which it takes less."""

from __future__ import annotations

import asyncio
import re
import traceback
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from textwrap import dedent
from typing import Any
from uuid import uuid4

from restate_server import Server, free_ports

from interlock.config.document import parse
from interlock.journal import Journal, Limits, open_journal
from interlock.restate import RestateEngine, RestateOptions
from interlock.restate.server import RestateServer
from interlock.sdk import Event, InterlockError, RealWorld, World
from interlock.sdk.quantities import parse_duration
from interlock.workflows import Template, load_template, template_of

from .service import Service

_DURATION = re.compile(r"\b\d+[smhd]\b")
_MOMENT = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d\b")
_ATTEMPT = re.compile(r"#\d+$")
_LOOK = 0.05
_STILL = 8

# Longer ones stay longer, by more than anything takes here.
_SHORTER = ((10.0, 0.02), (60.0, 0.4), (3600.0, 2.0), (7200.0, 2.8), (86400.0, 3.4))
_LONGEST = 4.0
_FOR_EVER = 1e6
_PATIENCE = 5.0
_NOBODY = "http://127.0.0.1:9"


def shorter(seconds: float) -> float:
    """Seconds that stand for so many."""
    if seconds <= _SHORTER[0][0]:
        return seconds * _SHORTER[0][1]
    return next((short for long, short in _SHORTER if seconds <= long), _LONGEST)


class ShortWorld(RealWorld):
    """For the tools of the suite."""

    async def sleep(self, seconds: float) -> None:  # type: ignore[override] # a method here
        """As long as all tests together take if it is a million seconds."""
        await asyncio.sleep(shorter(seconds) if seconds < _FOR_EVER else seconds)


class ShortService(Service):
    """What its tools say about when to come back is shortened as well."""

    async def _call(self, tool: str, arguments: Mapping[str, Any], key: str) -> Any:
        try:
            return await super()._call(tool, arguments, key)
        except InterlockError as error:
            if error.retry_after:
                error.retry_after = shorter(error.retry_after)
            raise


@dataclass
class Life:
    """Nothing can be asked of one that is over."""

    engine: RestateEngine
    tools: Service
    dead: asyncio.Event

    async def run(self, workflow: str, input: Mapping[str, Any] | None = None) -> Any:
        return await self.engine.wait(await self.engine.start(workflow, input or {}))

    async def start(self, workflow: str, run_id: str) -> None:
        await self._while_alive(self.engine.start(workflow, {}, run_id=run_id))

    async def publish(self, name: str, key: str = "", **payload: Any) -> None:
        event = Event(name, payload, id=self.engine.world.new_id(), key=key)
        await self.engine.journal.events.append(event, "test")
        await self._while_alive(self.engine.event(event))

    async def _while_alive(self, work: Coroutine[Any, Any, Any]) -> None:
        """What the dead ask for is not answered."""
        asking, dying = asyncio.create_task(work), asyncio.create_task(self.dead.wait())
        await asyncio.wait([asking, dying], return_when=asyncio.FIRST_COMPLETED)
        dying.cancel()
        if asking.done():
            asking.result()
        asking.cancel()

    async def quiet(self) -> None:
        """Until nothing has changed for a while: Restate does not say that it is at rest."""
        still, before = 0, None
        while still < _STILL and not self.dead.is_set():
            now = await self._state()
            still = still + 1 if now == before else 0
            before = now
            await asyncio.sleep(_LOOK)

    async def _state(self) -> Any:
        names = self.engine.names
        which = f"service_name IN ('{names.run}', '{names.desk}', '{names.topic}', '{names.queue}')"
        rows = await self.engine._client.query(
            f"SELECT key, value_utf8 FROM state WHERE {which} ORDER BY service_key, key"  # noqa: S608 - our own names
        )
        return len(self.tools.made), rows

    async def pass_time(self, seconds: float) -> None:
        await asyncio.sleep(shorter(seconds))
        await self.quiet()

    async def to_the_end(self, run_id: str, choice: str = "") -> None:
        while not self.dead.is_set() and not await self._over(run_id):
            await self._decide(choice)
            await asyncio.sleep(_LOOK)

    async def _over(self, run_id: str) -> bool:
        return (await self.engine.get(run_id)).finished is not None

    async def _decide(self, choice: str) -> None:
        for approval in await self.engine.journal.approvals.list():
            if approval.id.endswith("ask"):
                with suppress(InterlockError):
                    await self.engine.decide(approval.id, choice, by="ann")


class OnRestate:
    """Implements ``Harness``."""

    tools: Service

    def __init__(self, folder: Path, server: Server) -> None:
        self._world = RealWorld()
        self.tools = ShortService()
        self._journal = folder / "journal.db"
        (port,) = free_ports(1)
        self._options = RestateOptions(
            folder / "blobs",
            server.ingress,
            server.admin,
            port=port,
            namespace=f"t{uuid4().hex[:8]}",
            offer_again=0.1,
            patience=0.0,
            suspend_after=1.0,
            look=0.2,
        )
        self._templates: list[Template] = []

    @property
    def world(self) -> World:
        return ShortWorld()

    def template(self, text: str) -> Template:
        text = _MOMENT.sub("2026-01-01T00:00", dedent(text))
        text = _DURATION.sub(lambda found: _milliseconds(found[0]), text)
        template = load_template(parse(text, "test.yaml"))
        self._templates.append(template)
        return template

    def code(self, function: Callable[..., Any]) -> Template:
        template = template_of(function)
        self._templates.append(template)
        return template

    def forget_templates(self) -> None:
        self._templates.clear()

    def queue(self, name: str, limits: Limits) -> None:
        queues = {**self._options.queues, name: limits}
        self._options = replace(self._options, queues=queues)

    async def recorded(self) -> set[str]:
        async with self._open() as engine:
            which = f"service_name = '{engine.names.run}' AND key LIKE 'step/%'"
            rows = await engine._client.query(
                f"SELECT service_key, value_utf8 FROM state WHERE {which}"  # noqa: S608 - our own names
            )
        found = [(row["service_key"], parse(row["value_utf8"], "row").data) for row in rows]
        return {
            f"{run}:{_ATTEMPT.sub('', row['path'])}"
            for run, row in found
            if row["status"] == "succeeded" and row["what"].startswith("t.")
        }

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[RestateEngine]:
        """An engine that asks, and does nothing."""
        async with open_journal(self._journal, self._world) as journal:
            engine = RestateEngine(journal, self.tools, self._world, self._options)
            async with engine._client:
                yield engine

    @asynccontextmanager
    async def life(self) -> AsyncIterator[Life]:
        begun = False
        while not begun:
            dead = asyncio.Event()
            async with broken_connections(), open_journal(self._journal, self._world) as journal:
                engine = self._engine(journal, dead)
                try:
                    async with engine:
                        begun = True
                        yield Life(engine, self.tools, dead)
                        self.tools.kill()
                except InterlockError:
                    # It may die before it has told Restate that it is there.
                    if begun or not dead.is_set():
                        raise
                # One may have been made between the two.
                abort_connections(engine._server)

    def _engine(self, journal: Journal, dead: asyncio.Event) -> RestateEngine:
        engine = RestateEngine(journal, self.tools, self._world, self._options)
        engine.cancel = partial(_cancel, engine.cancel)  # type: ignore[method-assign] # less time
        for template in self._templates:
            engine.register(template)

        def kill() -> None:
            dead.set()
            cut_off(engine._server)
            # It can be asked about its runs, but what was done for them says nothing any more.
            dead_client = copy(engine._client)
            dead_client._ingress = dead_client._admin = _NOBODY
            engine._probation._client = dead_client

        # A run may come back before the engine has begun.
        self.tools.kill = kill
        return engine


async def _cancel(cancel: Callable[..., Any], run_id: str, **wish: Any) -> None:
    if wish.get("within") is not None:
        wish["within"] = _PATIENCE
    await cancel(run_id, **wish)


@asynccontextmanager
async def broken_connections() -> AsyncIterator[None]:
    """Nobody minds what a server says about connections that are cut off."""
    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()

    def heard(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        frames = traceback.extract_tb(getattr(context.get("exception"), "__traceback__", None))
        if not any("hypercorn" in frame.filename for frame in frames) and before is not None:
            before(loop, context)

    loop.set_exception_handler(heard)
    yield
    await asyncio.sleep(0)
    loop.set_exception_handler(before)


def cut_off(server: RestateServer) -> None:
    """As the kernel does when a process is killed: its connections are gone, and it is silent."""
    abort_connections(server)
    server._stop.set()
    server._task.cancel()


def abort_connections(server: RestateServer) -> None:
    port = int(server.url.rpartition(":")[2])
    loop: Any = asyncio.get_running_loop()
    for transport in list(loop._transports.values()):
        if transport.get_extra_info("sockname")[1] == port:
            transport.abort()


def _milliseconds(duration: str) -> str:
    return f"{max(1, round(shorter(parse_duration(duration)) * 1000))}ms"
