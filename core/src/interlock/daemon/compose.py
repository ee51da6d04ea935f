"""The one place that builds the system: every part is constructed and wired here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio

from interlock.actors import ActorSystem
from interlock.config import Config, read, redacted
from interlock.daemon.templates import load_templates
from interlock.daemon.wiring import Calls, dead_event, service_specs, triggers
from interlock.events import Bus
from interlock.host import Host
from interlock.journal import Journal
from interlock.runtime import Runtime, use_runtime
from interlock.sdk import RealWorld, World
from interlock.telemetry import Telemetry, TelemetryOptions
from interlock.workflows import EmbeddedEngine


@dataclass(frozen=True)
class System:
    """A running system and the parts that its owner needs to end it well."""

    config: Config
    runtime: Runtime
    actors: ActorSystem
    engine: EmbeddedEngine

    @property
    def grace(self) -> float:
        return self.config.daemon.grace

    async def drain(self) -> bool:
        """Refuse new work, finish what runs, park the rest; True if nothing was cut off."""
        self.runtime.ready = False
        await self.engine.stop_starting()
        report = await self.actors.drain(self.grace)
        return report.clean


@asynccontextmanager
async def open_system(path: Path, *, world: World | None = None) -> AsyncIterator[System]:
    """Build, from the file at ``path``, everything that runs; take it down on exit.

    Raises:
        ConfigError: the file or a template has faults; all of them, before anything starts.
    """
    world = world or RealWorld()
    draft = read(path)
    async with AsyncExitStack() as stack:
        ...
