"""Cannot be made."""

from interlock.sdk import Service, Settings, hookimpl, tool


class FailsInInit(Service[Settings]):
    def __init__(self, *_):
        raise ZeroDivisionError("made by dividing")

    @tool(effect="read")
    async def answer(self) -> int:
        """What a healthy service would do."""
        return 42


@hookimpl
def interlock_services():
    return {"fails-in-init": FailsInInit}
