"""Slots are given back whatever happens to those who have them, and to those who wait."""

import asyncio
from collections.abc import Coroutine
from typing import Any, cast

import pytest

from interlock.sdk import Policies
from interlock.testing import settle

from .conftest import Stage

ONE = Policies(concurrency=1)


async def test_whoever_leaves_the_line_as_a_slot_is_given_back_has_left(stage: Stage) -> None:
    release = asyncio.get_running_loop().create_future()

    async def slow(_: object) -> object:
        return await release

    stage.answers = [slow, "ok"]
    pipeline = stage.pipeline(ONE)
    first, leaving, third = (asyncio.ensure_future(pipeline(stage.call())) for _ in range(3))
    await settle()

    # The first goes on before the one that is cancelled now, and passes it over.
    release.set_result("done")
    leaving.cancel()

    assert await asyncio.gather(first, third) == ["done", "ok"]
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert stage.gates.health()["concurrency"] == {"limit": 1, "in_flight": 0, "waiting": 0}


async def test_whoever_leaves_when_it_has_got_a_slot_hands_it_on(stage: Stage) -> None:
    loop = asyncio.get_running_loop()
    release = loop.create_future()

    async def slow(_: object) -> object:
        return await release

    stage.answers = [slow, "ok"]
    pipeline = stage.pipeline(ONE)
    first, leaving, third = (asyncio.ensure_future(pipeline(stage.call())) for _ in range(3))
    await settle()
    release.set_result("done")
    # Runs after the first has handed its slot over, and before the second learns of it.
    loop.call_soon(leaving.cancel)

    assert await asyncio.gather(first, third) == ["done", "ok"]
    assert leaving.cancelled()
    assert stage.gates.health()["concurrency"]["in_flight"] == 0


async def test_whoever_is_thrown_away_in_the_line_keeps_no_place(stage: Stage) -> None:
    async def slow(_: object) -> None:
        await stage.world.sleep(1.0)

    stage.answers = [slow]
    pipeline = stage.pipeline(ONE)
    first, thrown = (cast("Coroutine[Any, Any, Any]", pipeline(stage.call())) for _ in range(2))
    first.send(None)
    thrown.send(None)

    thrown.close()
    first.close()

    assert stage.gates.health()["concurrency"] == {"limit": 1, "in_flight": 0, "waiting": 0}
