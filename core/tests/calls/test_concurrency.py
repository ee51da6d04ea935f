"""Slots are given back whatever happens to those who have them, and to those who wait."""

import asyncio
from collections.abc import Coroutine
from typing import Any, cast

import pytest

from interlock.sdk import Policies
from interlock.testing import settle

from .conftest import Stage

ONE = Policies(concurrency=1)


@pytest.mark.parametrize("has_it", [False, True])
async def test_whoever_leaves_as_a_slot_is_given_back_leaves_it_to_the_next(
    stage: Stage, has_it: bool
) -> None:
    loop = asyncio.get_running_loop()
    release = loop.create_future()

    async def slow(_: object) -> object:
        return await release

    stage.answers = [slow, "ok"]
    pipeline = stage.pipeline(ONE)
    first, leaving, third = (asyncio.ensure_future(pipeline(stage.call())) for _ in range(3))
    await settle()

    release.set_result("done")
    if has_it:  # the first hands its slot over, and the second has not learnt of it yet
        loop.call_soon(leaving.cancel)
    else:  # the first goes on before the second is cancelled, and passes it over
        leaving.cancel()

    assert await asyncio.gather(first, third) == ["done", "ok"]
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert stage.gates.health()["concurrency"] == {"limit": 1, "in_flight": 0, "waiting": 0}


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
