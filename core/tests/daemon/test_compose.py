"""What the parts of a running system are to each other."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest

from interlock.actors import Actor, ActorOptions
from interlock.daemon import open_system


class Doomed(Actor):
    async def started(self) -> None:
        raise OSError("the disk is gone")


async def doomed(path: Path) -> None:
    options = ActorOptions(max_restarts=0, on_exhausted="exit")
    async with open_system(path) as system:
        await system.actors.spawn("doomed", Doomed, options)
        await anyio.sleep_forever()


async def test_an_actor_without_which_nothing_can_go_on_ends_the_process(tmp_path: Path) -> None:
    path = tmp_path / "interlock.yaml"
    path.write_text(f"version: 1\ndaemon: {{state_dir: '{tmp_path}/state'}}\nservices: {{}}\n")

    with anyio.fail_after(10), pytest.raises(BaseExceptionGroup) as ended:
        await doomed(path)

    assert ended.group_contains(OSError, match="the disk is gone")
