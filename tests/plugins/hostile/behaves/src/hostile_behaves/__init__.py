"""Does nothing wrong."""

from interlock.sdk import Service, Settings, hookimpl, tool


class Behaves(Service[Settings]):
    @tool(effect="read")
    async def answer(self) -> int:
        """What a healthy service would do."""
        return 42


@hookimpl
def interlock_services():
    return {"behaves": Behaves}
