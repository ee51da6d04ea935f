"""The simulator as a service: its server's life, and tools to steer and inspect it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from interlock.sdk import NeedsAttention, Service, tool
from interlock_simulator.ai import Anthropic, Gemini, Models, OpenAI, ScriptedAnswer, Scripts
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
        self._scripts = Scripts(self.settings.answers)
        models = Models(self.settings.seed, self._scripts)
        ai = (Gemini(models), Anthropic(models), OpenAI(models))
        self._vendors = (self._figma, self._notion, *ai)
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
        """Show the URL that the simulator listens on and a summary of what it has answered."""
        return {"url": self._running.url, **self._traffic.summary()}

    @tool(effect="write", idempotent=True)
    async def set_faults(self, faults: list[FaultProfile]) -> dict[str, Any]:
        """Replace all fault profiles; with an empty list every vendor is healthy.

        Args:
            faults: the new profiles; the first that matches a request is applied to it.
        """
        self._running.plan = FaultPlan(faults, self.settings.seed)
        return {"faults": len(faults)}

    @tool(effect="write")
    async def add_faults(self, faults: list[FaultProfile]) -> dict[str, Any]:
        """Add fault profiles after the present ones, whose counts of requests go on.

        Args:
            faults: the additional profiles; the first of all that matches a request is applied.
        """
        self._running.plan.add(faults)
        return {"faults": len(self._running.plan.profiles)}

    @tool(effect="read")
    async def list_faults(self) -> list[dict[str, Any]]:
        """List the fault profiles in the order in which they are tried."""
        return [profile.model_dump(mode="json") for profile in self._running.plan.profiles]

    @tool(effect="write", idempotent=True)
    async def set_answers(self, answers: list[ScriptedAnswer]) -> dict[str, Any]:
        """Replace what models are told to say; with an empty list they find their own words.

        Args:
            answers: the new answers; the first that fits a request and is left is given.
        """
        self._scripts.replace(answers)
        return {"answers": len(answers)}

    @tool(effect="write")
    async def add_answers(self, answers: list[ScriptedAnswer]) -> dict[str, Any]:
        """Add answers of models after the present ones, which go on counting.

        Args:
            answers: the additional answers; the first of all that fits a request is given.
        """
        self._scripts.add(answers)
        return {"answers": len(self._scripts.answers)}

    @tool(effect="read")
    async def list_answers(self) -> list[dict[str, Any]]:
        """List what models are told to say, in the order in which it is tried."""
        return [
            answer.model_dump(mode="json", exclude_unset=True) for answer in self._scripts.answers
        ]

    @tool(effect="write")
    async def subscribe(self, endpoint: str) -> dict[str, Any]:
        """Subscribe a URL to Notion's webhooks, as a person does in Notion's settings.

        The handshake is sent at once; its outcome is ``{subscription_id, endpoint, status?,
        error?}``. Figma's webhooks are registered by ``figma.register_webhook``.

        Args:
            endpoint: URL on this machine that takes the deliveries.
        """
        return await self._notion.subscribe(endpoint)

    @tool(effect="write")
    async def announce(self, event: Announcement) -> dict[str, Any]:
        """Let an event happen at a vendor and send it to all webhooks that subscribe to it.

        ``deliveries`` has the outcome of each.

        Args:
            event: the event, with the vendor that sends it.
        """
        vendor = {"figma": self._figma.announce, "notion": self._notion.announce}[event.vendor]
        return {"deliveries": [outcome.told() for outcome in await vendor(event)]}

    @tool(effect="write", idempotent=True)
    async def reset(self) -> dict[str, Any]:
        """Go back to the state after the start: what is recorded and configured, no traffic."""
        for vendor in self._vendors:
            await asyncio.to_thread(vendor.reset)
        self._traffic.clear()
        self._running.plan = self._configured()
        self._scripts.replace(self.settings.answers)
        return {"faults": len(self.settings.faults), "answers": len(self.settings.answers)}

    @tool(effect="read")
    async def list_files(self) -> list[dict[str, Any]]:
        """List the Figma files that the simulator serves, with their keys."""
        return await asyncio.to_thread(self._library.summaries)

    @tool(effect="read")
    async def list_databases(self) -> list[dict[str, Any]]:
        """List the Notion databases that the simulator serves, with their ids."""
        return self._workspace.summaries()

    @tool(effect="read")
    async def requests(self, vendor: str | None = None, limit: int = 50) -> list[dict[str, Any]]:
        """List the latest requests that the simulator has answered, newest last.

        Args:
            vendor: name of the only vendor whose requests are listed, such as ``figma``.
            limit: how many requests at most.
        """
        return self._traffic.latest(vendor, limit)

    @property
    def _running(self) -> Server:
        if self._server is None:
            raise NeedsAttention("the simulator is not running")
        return self._server

    def _configured(self) -> FaultPlan:
        return FaultPlan(self.settings.faults, self.settings.seed)
