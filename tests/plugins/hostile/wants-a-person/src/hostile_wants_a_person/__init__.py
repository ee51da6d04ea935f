"""Has lost its credentials."""

from interlock.sdk import NeedsAttention, Service, Settings, hookimpl, tool


class WantsAPerson(Service[Settings]):
    async def check(self):
        raise NeedsAttention("the token was revoked", hint="make a new one")

    @tool(effect="read")
    async def answer(self) -> int:
        """What a healthy service would do."""
        return 42


@hookimpl
def interlock_services():
    return {"wants-a-person": WantsAPerson}
