"""A Notion service that talks to a real loopback server."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import uvicorn

from interlock.sdk import BlobRef, Event
from interlock.testing import VirtualWorld
from interlock_notion.service import Notion
from interlock_notion.settings import NotionSettings

from .server import TOKEN, FakeNotion


class SkippingWorld(VirtualWorld):
    """Sleeping takes no real time and is written down."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await self.advance(seconds)


class Memory:
    """State and blobs of one service, in memory."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    async def get(self, key: str) -> Any:
        return self.values.get(key)

    async def put(self, key: Any, value: Any = None) -> Any:
        if isinstance(key, bytes):
            self.values["blob"] = key
            return BlobRef("sha256:1", len(key), value)
        self.values[key] = value
        return None

    async def delete(self, key: str) -> None:
        self.values.pop(key, None)


@dataclass
class Context:
    http: httpx.AsyncClient
    name: str = "notion"
    world: SkippingWorld = field(default_factory=SkippingWorld)
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("test.notion"))
    state: Memory = field(default_factory=Memory)
    blobs: Memory = field(default_factory=Memory)

    async def emit(self, event: Event) -> bool:
        return True


@pytest.fixture
async def fake() -> FakeNotion:
    return FakeNotion()


@pytest.fixture
async def base_url(fake: FakeNotion) -> AsyncIterator[str]:
    config = uvicorn.Config(fake.app(), port=0, log_level="error", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    await server.shutdown()


class Start:
    """Starts services against the fake, with whatever settings a test wants."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.clients: list[httpx.AsyncClient] = []

    async def __call__(self, **settings: Any) -> Notion:
        given = {"token": TOKEN, "base_url": self.base_url, "page_size": 7, **settings}
        made = Notion(
            NotionSettings.model_validate(given), Context(httpx.AsyncClient(verify=False))
        )

        async def raise_for(response: httpx.Response) -> None:
            if response.status_code >= 400:
                await response.aread()
                raise made.read_error(response)

        options = made.http_options()
        client = httpx.AsyncClient(
            base_url=options.base_url,
            headers=options.headers,
            event_hooks={"response": [raise_for]},
            verify=False,  # reading certificates takes longer than a test
        )
        self.clients += [made.context.http, client]
        made.context.http = client
        await made.start()
        return made


@pytest.fixture
async def start(base_url: str) -> AsyncIterator[Start]:
    starter = Start(base_url)
    yield starter
    for client in starter.clients:
        await client.aclose()


@pytest.fixture
async def notion(start: Start) -> Notion:
    return await start()
