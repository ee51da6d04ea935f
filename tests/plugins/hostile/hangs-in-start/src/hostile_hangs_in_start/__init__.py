"""Never finishes starting."""

import asyncio

from interlock.sdk import Service, Settings, hookimpl, tool


class HangsInStart(Service[Settings]):
    async def start(self):
        await asyncio.Event().wait()

    @tool(effect="read")
    async def answer(self) -> int:
        """What a healthy service would do."""
        return 42


@hookimpl
def interlock_services():
    return {"hangs-in-start": HangsInStart}
