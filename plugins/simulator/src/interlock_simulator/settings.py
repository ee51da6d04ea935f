"""Settings of the simulator service."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from interlock.sdk import Settings
from interlock_simulator.ai.scripts import ScriptedAnswer
from interlock_simulator.faults import FaultProfile


class SimulatorSettings(Settings):
    """Where the simulated vendors listen, what they know and what goes wrong."""

    host: str = Field("127.0.0.1", description="address that the vendors listen on")
    port: int = Field(0, ge=0, le=65535, description="0 takes a free one")
    recordings: tuple[Path, ...] = Field((), description="folders with figma/ and notion/ below")
    seed: int = Field(0, description="of everything drawn by chance")
    faults: tuple[FaultProfile, ...] = Field((), description="in force from the start")
    answers: tuple[ScriptedAnswer, ...] = Field((), description="what models say from the start")
    query_limit: int = Field(10_000, ge=1, description="rows after which a Notion query ends")
