"""Cannot be started."""

from interlock.sdk import Service, Settings, hookimpl, tool


class FailsInStart(Service[Settings]):
    async def start(self):
        raise OSError("no such device")

    @tool(effect="read")
    async def answer(self) -> int:
        """What a healthy service would do."""
        return 42


@hookimpl
def interlock_services():
    return {"fails-in-start": FailsInStart}
