"""Stores in memory, and service types that behave in one way each."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from importlib.metadata import EntryPoint
from types import ModuleType
from typing import Any, ClassVar

from interlock.actors import ActorSystem
from interlock.host import Candidate, Host, HttpWishes, ServiceSpec, load_plugins
from interlock.sdk import (
    BlobRef,
    Event,
    NotFound,
    Service,
    Settings,
    World,
    current_call,
    hookimpl,
    tool,
)
from interlock.sdk.hooks import ENTRY_POINT_GROUP
from interlock.telemetry import Telemetry


class MemoryKeyValue:
    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    async def get(self, key: str) -> Any:
        return self.values.get(key)

    async def put(self, key: str, value: Any) -> None:
        self.values[key] = value

    async def delete(self, key: str) -> None:
        self.values.pop(key, None)


class MemoryBlobs:
    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}

    async def put(self, data: bytes, media_type: str = "application/octet-stream") -> BlobRef:
        digest = hashlib.sha256(data).hexdigest()
        self.values[digest] = data
        return BlobRef(digest, len(data), media_type)

    async def get(self, digest: str) -> bytes:
        if digest not in self.values:
            raise NotFound("no such blob")
        return self.values[digest]


class MemoryStores:
    def __init__(self) -> None:
        self.blobs = MemoryBlobs()
        self.services: dict[str, MemoryKeyValue] = {}

    def key_value(self, service: str) -> MemoryKeyValue:
        return self.services.setdefault(service, MemoryKeyValue())


def plugin_module(
    name: str, services: Mapping[str, type[Service[Any]]], **members: Any
) -> Candidate:
    """A plugin that is "installed" as a module of ``sys.modules``."""
    module = ModuleType(f"plugin_{name}")
    # pluggy wants a plain function, and a nested one has the plugin's name in it.
    module.interlock_services = hookimpl(lambda: services)  # type: ignore[attr-defined]
    for member, value in members.items():
        setattr(module, member, value)
    sys.modules[module.__name__] = module
    entry_point = EntryPoint(name, module.__name__, ENTRY_POINT_GROUP)
    return Candidate(name, f"dist-{name}", "1.0", entry_point)


def spec(name: str, **fields: Any) -> ServiceSpec:
    """A service of the type that has its name, allowed to reach loopback."""
    values = {"type": name, "settings": Settings(), "http": HttpWishes(allow_private=True)}
    return ServiceSpec(name, **(values | fields))


class Hosting:
    """``async with Hosting(world, Weather, Mail) as host:``; types are named in lower case."""

    def __init__(
        self, world: World, *types: type[Service[Any]], plugins: Iterable[Candidate] = ()
    ) -> None:
        self.world = world
        self.stores = MemoryStores()
        self.events: list[tuple[Event, str]] = []
        self.outcomes: list[Any] = []
        self._candidates = [
            plugin_module(each.__name__.lower(), {each.__name__.lower(): each}) for each in types
        ]
        self._candidates += plugins
        self._stack = AsyncExitStack()
        self.host: Host

    async def _emit(self, event: Event, source: str) -> bool:
        self.events.append((event, source))
        return True

    async def __aenter__(self) -> Hosting:
        actors = await self._stack.enter_async_context(ActorSystem(self.world))
        candidates = sorted(self._candidates, key=lambda each: each.name)
        self.host = Host(
            self.world,
            Telemetry(),
            actors,
            self.stores,
            self._emit,
            on_outcome=self.outcomes.append,
        )
        await self._stack.enter_async_context(self.host)
        self.host.adopt(await load_plugins(self.world, discover=lambda: candidates))
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()

    async def start(self, *names: str | ServiceSpec, **options: Any) -> Host:
        specs = [each if isinstance(each, ServiceSpec) else spec(each) for each in names]
        await self.host.services.start({each.name: each for each in specs}, **options)
        return self.host

    def health(self, name: str) -> dict[str, Any]:
        return next(each for each in self.host.services.health() if each["name"] == name)


class Steady(Service[Settings]):
    @tool(effect="read")
    async def answer(self, question: str, depth: int = 1) -> dict[str, Any]:
        return {"question": question, "depth": depth, "key": current_call().idempotency_key}


class Recorded(Service[Settings]):
    """Writes down what happens to its instances; a subclass says what goes wrong."""

    story: ClassVar[list[str]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.story = []

    async def start(self) -> None:
        self.story.append("start")

    async def stop(self) -> None:
        self.story.append("stop")

    @tool(effect="read")
    async def go(self) -> str:
        return "gone"
