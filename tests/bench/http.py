"""Calls of a service over loopback HTTP at 100 in flight, beside plain httpx."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib.metadata import EntryPoint
from types import ModuleType
from typing import Any

import httpx
from bench.harness import Result, paired
from bench.harness import Settings as BenchSettings

from interlock.actors import ActorSystem
from interlock.host import Candidate, Host, HttpWishes, ServiceSpec, load_plugins
from interlock.sdk import Event, HttpOptions, Policies, RealWorld, Service, Settings, hookimpl, tool
from interlock.sdk.hooks import ENTRY_POINT_GROUP
from interlock.telemetry import Telemetry

IN_FLIGHT = 100
CALLS = 5000
REQUIRED_PER_SECOND = 3000.0

# The least a server can do, so that its own process is never what limits us.
SERVER = """
import asyncio
ANSWER = b"HTTP/1.1 200 OK\\r\\ncontent-type: application/json\\r\\ncontent-length: 13\\r\\n\\r\\n"
ANSWER += b'{"celsius":7}'
class Answering(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.rest = transport, b""
    def data_received(self, data):
        *requests, self.rest = (self.rest + data).split(b"\\r\\n\\r\\n")
        self.transport.write(ANSWER * len(requests))
async def main():
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


@contextmanager
def loopback_server() -> Iterator[str]:
    """The URL of a server in a process of its own."""
    command = [sys.executable, "-c", SERVER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


class WeatherSettings(Settings):
    url: str


class Weather(Service[WeatherSettings]):
    policies = Policies(concurrency=IN_FLIGHT)

    def http_options(self) -> HttpOptions:
        return HttpOptions(self.settings.url)

    @tool(effect="read")
    async def current(self, city: str) -> dict[str, Any]:
        return (await self.http.get("/current", params={"city": city})).json()  # type: ignore[no-any-return]


class NoStores:
    blobs: Any = None

    def key_value(self, service: str) -> Any:
        return None


async def no_events(event: Event, service: str) -> bool:
    return False


def weather_plugin() -> Candidate:
    module = ModuleType("bench_weather_plugin")
    module.interlock_services = hookimpl(lambda: {"weather": Weather})  # type: ignore[attr-defined]
    sys.modules[module.__name__] = module
    return Candidate(
        "weather", "bench", "1", EntryPoint("weather", module.__name__, ENTRY_POINT_GROUP)
    )


@asynccontextmanager
async def hosted(url: str) -> AsyncIterator[Host]:
    """A host as the daemon builds it, with the default guard rails."""
    world = RealWorld()
    async with (
        ActorSystem(world) as actors,
        Host(world, Telemetry(), actors, NoStores(), no_events) as host,
    ):
        host.adopt(await load_plugins(world, discover=lambda: [weather_plugin()]))
        wishes = HttpWishes(allow_private=True)
        spec = ServiceSpec("weather", "weather", WeatherSettings(url=url), http=wishes)
        await host.services.start({"weather": spec})
        yield host


async def rate(call: Callable[[], Awaitable[Any]], count: int) -> float:
    """Calls a second with ``IN_FLIGHT`` under way all the time."""
    numbers = iter(range(count))

    async def work() -> None:
        for _ in numbers:
            await call()

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
    return count / (time.perf_counter() - began)


async def hundred_in_flight(settings: BenchSettings) -> list[Result]:
    """Through ``Host.call``: catalog, mailbox, pipeline, the plugin's method, and back."""
    with loopback_server() as url:
        async with hosted(url) as host, httpx.AsyncClient(base_url=url) as client:
            limits = httpx.Limits(max_connections=IN_FLIGHT)
            async with httpx.AsyncClient(base_url=url, limits=limits) as client:
                return await _compare(settings, host, client)


async def _compare(settings: BenchSettings, host: Host, client: httpx.AsyncClient) -> list[Result]:
    async def ours() -> float:
        return await rate(
            lambda: host.call("weather.current", {"city": "Bern"}), settings.scaled(CALLS)
        )

    async def theirs() -> float:
        # It takes some 5 ms a request, so fewer of them tell as much.
        return await rate(
            lambda: client.get("/current", params={"city": "Bern"}), settings.scaled(CALLS) // 5
        )

    await rate(lambda: host.call("weather.current", {"city": "Bern"}), IN_FLIGHT)
    beside = await paired("http.c100.vs_httpx", ours, theirs, unit="calls/s", runs=settings.runs)
    own = beside.ours
    required = Result(
        "http.c100.requests_per_s",
        own,
        REQUIRED_PER_SECOND,
        own / REQUIRED_PER_SECOND,
        "requests/s",
        settings.runs,
    )
    return [beside, required]


GROUP = [hundred_in_flight]
