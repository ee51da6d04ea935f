"""Rules over how things stand, judged and told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from interlock.config import ConfigError
from interlock.daemon.compose import open_system
from interlock.daemon.deployment import Deployment
from interlock.journal import DeadLetterRecord
from interlock.runtime import Runtime
from interlock.runtime.rates import Rates
from interlock.telemetry import BOUNDS, Telemetry, TelemetryOptions
from interlock.testing import VirtualWorld

RULE = {
    "when": "dead_letters > 0",
    "for": "1m",
    "notify": "files.write",
    "with": {"path": "${{ alert.state }}.txt", "text": "${{ alert.name }}: ${{ alert.rule }}"},
}


EVERY = 4321.0


def config(folder: Path, **alerts: Any) -> Path:
    path = folder / "interlock.yaml"
    written = {
        "version": 1,
        "daemon": {"state_dir": str(folder / "state"), "look": f"{EVERY:g}s"},
        "services": {"files": {"settings": {"root": str(folder / "out")}}},
        "alerts": alerts,
    }
    path.write_text(yaml.safe_dump(written))
    return path


async def first_look(world: VirtualWorld) -> None:
    """Wait until the system has looked by itself; two looks at once would see each other's halves."""
    while not any(due.at == EVERY for due in world._due):
        await asyncio.sleep(0.001)


class Watched:
    """A system whose alerts are looked at when a test says so."""

    def __init__(self, deployment: Deployment, world: VirtualWorld, folder: Path) -> None:
        self.runtime: Runtime = deployment.runtime
        self._alerts = deployment.alerts
        self._world = world
        self._out = folder / "out"

    async def look(self, after: float = 0.0) -> str:
        await first_look(self._world)
        self._world._epoch += after
        await self._alerts.look()
        (found,) = self._alerts.list()
        state: str = found["state"]
        return state

    def told(self) -> dict[str, str]:
        return {file.stem: file.read_text() for file in sorted(self._out.glob("*.txt"))}

    async def letter(self) -> None:
        letter = DeadLetterRecord("l", "event", "s", "r", {}, 0.0)
        await self.runtime.journal.dead_letters.add(letter)


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    world = VirtualWorld()
    async with open_system(config(tmp_path, letters=RULE), world=world) as system:
        yield Watched(system.deployment, world, tmp_path)


async def test_a_rule_fires_when_it_has_held_for_long_enough(watched: Watched) -> None:
    assert await watched.look() == "quiet"
    await watched.letter()
    assert await watched.look() == "pending"
    assert await watched.look(after=30) == "pending"
    assert watched.told() == {}
    assert await watched.look(after=31) == "firing"
    assert watched.told() == {"firing": "letters: dead_letters > 0"}


async def test_its_end_is_told_as_well(watched: Watched) -> None:
    await watched.letter()
    await watched.look()
    await watched.look(after=61)
    await watched.runtime.discard("l")
    assert await watched.look() == "quiet"
    assert list(watched.told()) == ["firing", "resolved"]


async def test_what_held_for_too_short_is_told_to_nobody(watched: Watched) -> None:
    await watched.letter()
    assert await watched.look() == "pending"
    await watched.runtime.discard("l")
    assert await watched.look(after=120) == "quiet"
    assert watched.told() == {}


async def test_a_restart_tells_nobody_twice(tmp_path: Path) -> None:
    path, world = config(tmp_path, letters=RULE), VirtualWorld()
    async with open_system(path, world=world) as system:
        watched = Watched(system.deployment, world, tmp_path)
        await watched.letter()
        await watched.look()
        await watched.look(after=61)
    (tmp_path / "out/firing.txt").unlink()
    async with open_system(path, world=world) as system:
        watched = Watched(system.deployment, world, tmp_path)
        assert await watched.look() == "firing"
        assert watched.told() == {}


async def test_a_rule_that_cannot_be_judged_says_why(tmp_path: Path) -> None:
    rule = {"when": "1 / dead_letters > 0.5"}
    world = VirtualWorld()
    async with open_system(config(tmp_path, broken=rule), world=world) as system:
        await first_look(world)
        await system.deployment.alerts.look()
        (found,) = system.deployment.alerts.list()
    assert "zero" in found["fault"] and found["state"] == "quiet"


async def test_services_are_seen_with_their_states(tmp_path: Path) -> None:
    rule = {"when": 'services.files.breaker == "closed" and services.files.state == "ready"'}
    world = VirtualWorld()
    async with open_system(config(tmp_path, up=rule), world=world) as system:
        await first_look(world)
        await system.deployment.alerts.look()
        (found,) = system.deployment.alerts.list()
    assert found["state"] == "firing"


async def test_mistakes_are_told_with_their_places(tmp_path: Path) -> None:
    unknown = "services.flies.calls > 1 and services.files.error_rates > 0.5 and dead_leters > 1"
    rules = {"a": {"when": "dead_letters >"}, "b": {"when": "1", "notify": "files.wrote"}}
    path = config(tmp_path, **rules, c={"when": unknown})
    with pytest.raises(ConfigError) as error:
        async with open_system(path, world=VirtualWorld()):
            pass
    assert "[alerts.a.when]" in str(error.value)
    assert "there is no tool 'files.wrote'" in str(error.value)
    for meant in ("files.write", "files", "error_rate", "dead_letters"):
        assert f"did you mean {meant!r}?" in str(error.value)


def test_rates_are_those_since_the_last_look() -> None:
    telemetry, rates = Telemetry(TelemetryOptions()), Rates()
    durations = telemetry.histogram("interlock.call.duration", "", ("tool", "outcome"))
    for _ in range(9):
        durations.record(0.02, "mail.send", "success")
    durations.record(4.0, "mail.get", "failure")
    durations.record(9.0, "mail.get", "neutral")
    seen = rates.since_the_last_look(telemetry.snapshot())["mail"]
    assert (seen["calls"], seen["errors"], seen["error_rate"]) == (10, 1, 0.1)
    assert (seen["p50"], seen["p99"]) == (0.025, 5.0)
    durations.record(0.001, "mail.send", "success")
    seen = rates.since_the_last_look(telemetry.snapshot())["mail"]
    assert (seen["calls"], seen["error_rate"], seen["p95"]) == (1, 0.0, BOUNDS[0])
