"""A system on virtual time that must leave no task behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from interlock.actors import ActorSystem, DeadLetter
from interlock.testing import VirtualWorld


@pytest.fixture
def world() -> VirtualWorld:
    return VirtualWorld()


@pytest.fixture
def letters() -> list[DeadLetter]:
    """Those of the system, as they come."""
    return []


@pytest.fixture
async def system(world: VirtualWorld, letters: list[DeadLetter]) -> AsyncIterator[ActorSystem]:
    async with ActorSystem(world, dead_letter_sink=letters.append) as system:
        yield system
    left = [task for task in asyncio.all_tasks() if "/interlock/actors/" in repr(task)]
    assert left == []
