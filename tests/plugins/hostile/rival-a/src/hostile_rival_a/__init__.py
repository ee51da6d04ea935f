"""One of two plugins with one service type."""

from interlock.sdk import Service, Settings, hookimpl, tool


class Mail(Service[Settings]):
    @tool(effect="read")
    async def answer(self) -> int:
        """What a healthy service would do."""
        return 42


@hookimpl
def interlock_services():
    return {"mail": Mail}
