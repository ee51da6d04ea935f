"""The simulator as a service: its server's life, and tools to steer and inspect it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from interlock.sdk import NeedsAttention, Service, tool
from interlock_simulator.ai import Anthropic, Gemini, OpenAI
from interlock_simulator.control import Control
from interlock_simulator.deliveries import Announcement, Deliveries
from interlock_simulator.faults import FaultPlan, FaultProfile
from interlock_simulator.figma import Figma, Library
from interlock_simulator.notion import Notion, Workspace
from interlock_simulator.server import Server
from interlock_simulator.settings import SimulatorSettings
from interlock_simulator.traffic import Traffic

_PACKAGED = Path(__file__).parent / "recordings"


class Simulator(Service[SimulatorSettings]):
    """Vendors on the loopback interface."""

    _server: Server | None = None

    async def start(self) -> None:
        folders = [_PACKAGED, *self.settings.recordings]
        self._library = Library([folder / "figma" for folder in folders])
        self._workspace = Workspace(
            [folder / "notion" for folder in folders], seed=self.settings.seed, world=self.world
        )
        await asyncio.to_thread(self._workspace.load)
        self._deliveries = Deliveries()
        self._figma = Figma(self._library, self.world, self._deliveries)
        self._notion = Notion(self._workspace, self.settings.query_limit, self._deliveries)
        self._vendors = (
            self._figma,
            self._notion,
            Gemini(self.settings.seed),
            Anthropic(self.settings.seed),
            OpenAI(self.settings.seed),
        )
        self._traffic = Traffic()
        self._server = Server(
            self._vendors, self._configured(), self._traffic, self.world, Control(self)
        )
        try:
            await self._server.start(self.settings.host, self.settings.port)
        except OSError as error:
            raise NeedsAttention(
                f"cannot listen on {self.settings.host}:{self.settings.port}: {error}",
                hint="choose another port, or 0 for a free one",
            ) from error

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.stop()
            await self._deliveries.close()

    @tool(effect="read")
    async def status(self) -> dict[str, Any]:
        """Tell where the simulator listens and what it has answered so far."""
        return {"url": self._running.url, **self._traffic.summary()}

    @tool(effect="write", idempotent=True)
    async def set_faults(self, faults: list[FaultProfile]) -> dict[str, Any]:
        """Replace the faults in force; an empty list makes every vendor healthy.

        Args:
            faults: profiles; the first that fits a request is applied to it.
        """
        self._running.plan = FaultPlan(faults, self.settings.seed)
        return {"faults": len(faults)}

    @tool(effect="write")
    async def add_faults(self, faults: list[FaultProfile]) -> dict[str, Any]:
        """Put faults after those in force, which go on counting.

        Args:
            faults: profiles; the first that fits a request is applied to it.
        """
        self._running.plan.add(faults)
        return {"faults": len(self._running.plan.profiles)}

    @tool(effect="read")
    async def list_faults(self) -> list[dict[str, Any]]:
        """List the profiles in force, in their order."""
        return [profile.model_dump(mode="json") for profile in self._running.plan.profiles]

    @tool(effect="write")
    async def subscribe(self, endpoint: str) -> dict[str, Any]:
        """Subscribe an endpoint to Notion's events, as a person does in Notion's settings.

        The handshake is sent at once: ``{subscription_id, endpoint, status?, error?}``. Figma's
        webhooks are registered over its API.

        Args:
            endpoint: a URL on this machine.
        """
        return await self._notion.subscribe(endpoint)

    @tool(effect="write")
    async def announce(self, event: Announcement) -> dict[str, Any]:
        """Let something happen at a vendor, which tells everyone who asked to be told.

        Args:
            event: what happens: vendor, type, subject, and what the payload shall say.
        """
        vendor = {"figma": self._figma.announce, "notion": self._notion.announce}[event.vendor]
        return {"deliveries": [outcome.told() for outcome in await vendor(event)]}

    @tool(effect="write", idempotent=True)
    async def reset(self) -> dict[str, Any]:
        """Return to the state after the start: recorded data, configured faults, no traffic."""
        for vendor in self._vendors:
            await asyncio.to_thread(vendor.reset)
        self._traffic.clear()
        self._running.plan = self._configured()
        return {"faults": len(self.settings.faults)}

    @tool(effect="read")
    async def list_files(self) -> list[dict[str, Any]]:
        """List the Figma files that can be read, by key."""
        return await asyncio.to_thread(self._library.summaries)

    @tool(effect="read")
    async def list_databases(self) -> list[dict[str, Any]]:
        """List the Notion databases that can be queried."""
        return self._workspace.summaries()

    @tool(effect="read")
    async def requests(self, vendor: str | None = None, limit: int = 50) -> list[dict[str, Any]]:
        """List the latest requests, newest last.

        Args:
            vendor: only those to this vendor.
            limit: how many at most.
        """
        return self._traffic.latest(vendor, limit)

    @property
    def _running(self) -> Server:
        if self._server is None:
            raise NeedsAttention("the simulator is not running")
        return self._server

    def _configured(self) -> FaultPlan:
        return FaultPlan(self.settings.faults, self.settings.seed)
