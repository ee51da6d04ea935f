"""A Figma on the loopback that counts what it is asked, and a service that talks to it."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web
from pydantic import SecretStr

from interlock.sdk import BlobRef, Event, NotFound, RealWorld
from interlock.sdk.context import running_call
from interlock_figma.service import Figma
from interlock_figma.settings import FigmaSettings

RECORDINGS = Path(__file__).parents[2] / "simulator/src/interlock_simulator/recordings/figma"


def recording(name: str) -> Any:
    return json.loads((RECORDINGS / name).read_text(encoding="utf-8"))


class Stored:
    """State and blobs in memory."""

    def __init__(self) -> None:
        self.state: dict[str, Any] = {}
        self.data: dict[str, bytes] = {}

    async def get(self, key: str) -> Any:
        return self.state.get(key)

    async def put(self, key: str, value: Any) -> None:
        self.state[key] = value

    async def delete(self, key: str) -> None:
        self.state.pop(key, None)


class Blobs:
    def __init__(self, data: dict[str, bytes]) -> None:
        self.data = data

    async def put(self, data: bytes, media_type: str = "application/octet-stream") -> BlobRef:
        digest = hashlib.sha256(data).hexdigest()
        self.data[digest] = data
        return BlobRef(digest, len(data), media_type)

    async def get(self, digest: str) -> bytes:
        if digest not in self.data:
            raise NotFound("gone")
        return self.data[digest]


@dataclass
class Server:
    """What the loopback Figma answers, and what it was asked."""

    answers: dict[str, Any] = field(default_factory=dict)
    status: dict[str, int] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[web.Request] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def count(self, path: str) -> int:
        return sum(request.path == path for request in self.asked)

    async def handle(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        if request.method in ("POST", "PUT"):
            self.bodies.append(await request.read())
        if request.path not in self.answers:
            return web.json_response({"status": 404, "err": "Not found"}, status=404)
        answer = self.answers[request.path]
        if callable(answer):
            answer = await answer(request)
        if isinstance(answer, web.Response):
            return answer
        return web.json_response(
            answer,
            status=self.status.get(request.path, 200),
            headers=self.headers if self.status.get(request.path) else None,
        )


class Context:
    def __init__(self, http: httpx.AsyncClient) -> None:
        stored = Stored()
        self.name = "figma"
        self.http = http
        self.world = RealWorld()
        self.log = logging.getLogger("figma")
        self.state = stored
        self.blobs = Blobs(stored.data)
        self.events: list[Event] = []

    async def emit(self, event: Event) -> bool:
        if event.id in {known.id for known in self.events}:
            return False
        self.events.append(event)
        return True


class Running:
    """The call that a tool runs in, as far as these tools ask it."""

    def __init__(self) -> None:
        self.admitted: list[str] = []

    async def admit(self, tier: str) -> None:
        self.admitted.append(tier)


@pytest.fixture(autouse=True)
def call() -> Iterator[Running]:
    """The running call; it keeps the tiers that it was asked to draw on."""
    running = Running()
    token = running_call.set(running)  # type: ignore[arg-type]  # a stand-in of the part in use
    yield running
    running_call.reset(token)


@pytest.fixture
def recorded() -> Any:
    """A recorded document by the name of its file."""
    return recording


@pytest.fixture
async def server() -> Server:
    return Server()


@pytest.fixture
async def figma(server: Server) -> AsyncIterator[Figma]:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", server.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    settings = FigmaSettings(
        token=SecretStr("figd_secret"),
        base_url=f"http://127.0.0.1:{port}",
        passcode=SecretStr("opensesame"),
    )
    service = Figma(settings, None)  # type: ignore[arg-type]  # its context needs its own options
    options = service.http_options()

    async def refuse(response: httpx.Response) -> None:
        if response.status_code >= 400:
            await response.aread()
            raise service.read_error(response)

    async with httpx.AsyncClient(
        base_url=options.base_url,
        headers=dict(options.headers),
        event_hooks={"response": [refuse]},
        verify=False,
    ) as http:
        service.context = Context(http)  # type: ignore[assignment]  # a stand-in of the same shape
        async with service.running():
            yield service
    await runner.cleanup()
