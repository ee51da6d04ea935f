"""Computes where it should wait."""

import time

from interlock.sdk import Service, Settings, hookimpl, tool


class BlocksTheLoop(Service[Settings]):
    @tool(effect="read")
    async def compute(self) -> None:
        """Block everybody."""
        time.sleep(0.6)  # noqa: ASYNC251 - the very mistake

    @tool(effect="read")
    async def answer(self) -> int:
        """What a healthy service would do."""
        return 42


@hookimpl
def interlock_services():
    return {"blocks-the-loop": BlocksTheLoop}
